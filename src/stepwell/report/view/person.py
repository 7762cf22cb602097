"""The review for the person it is about: what we know, what we don't know yet, and what could be asked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report import wording as w
from stepwell.report.figures import day, listed
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.answer import stated_failures
from stepwell.report.view.citations import Citations, Work
from stepwell.report.view.facts import Facts
from stepwell.report.view.figures import Figure, figure
from stepwell.report.view.interactions import interactions, leading
from stepwell.report.view.limits import limits
from stepwell.report.view.options import OptionView, options
from stepwell.report.view.page import versions
from stepwell.report.view.questions import QuestionView, questions
from stepwell.report.view.reasons import ReasonView, reasons
from stepwell.report.view.safety import UNSURE, Safety, safety
from stepwell.report.view.trials import Trial, trials
from stepwell.report.words import words
from stepwell.review import Review

MOST_OPTIONS = 6
"""Options told in full; the others are named."""
MOST_OF_A_KIND = 2
MOST_QUESTIONS = 8
MOST_CHECKS = 3


@dataclass(frozen=True)
class Medicine:
    """One treatment that was tried."""

    name: str
    dates: str
    said: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class PlainReason:
    """Something that may get in the way, what may help, and the rows that say so."""

    words: str
    help: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class PlainOption:
    """One option in plain words.

    Args:
        name: What it is called.
        what: What it is.
        fit: How it fits.
        notes: What is to be checked or thought about.
        sure: How sure the research is.
        figure: A result in people, where there is one.
    """

    id: str
    name: str
    what: str
    fit: str
    notes: tuple[str, ...]
    sure: str
    figure: Figure | None


@dataclass(frozen=True)
class PersonPage:
    """Everything the person's page says, in its order."""

    person_id: str
    about: str
    safety: Safety
    safety_words: tuple[str, ...]
    limits: tuple[str, ...]
    pairs: tuple[str, ...]
    answer: tuple[str, ...]
    medicines: tuple[Medicine, ...]
    shown: tuple[PlainReason, ...]
    possible: tuple[PlainReason, ...]
    unknown: tuple[str, ...]
    remains: str
    options: tuple[PlainOption, ...]
    more: tuple[str, ...]
    barred: tuple[str, ...]
    ask: tuple[str, ...]
    think: tuple[str, ...]
    works: tuple[Work, ...]
    versions: str

    @property
    def prose(self) -> tuple[str, ...]:
        """All sentences that are read in a row, without names of medicines, rows and sources."""
        figures = [option.figure for option in self.options if option.figure]
        return (
            self.about, *self.safety_words, *self.limits, *self.pairs, *self.answer,
            *(medicine.said for medicine in self.medicines),
            *(row for reason in (*self.shown, *self.possible) for row in reason.help), self.remains,
            *(row for option in self.options for row in (option.what, option.fit, *option.notes, option.sure)),
            *(row for shown in figures for row in (shown.said, shown.study)), *self.ask, *self.think,
        )  # fmt: skip


def person_page(review: Review) -> PersonPage:
    """The review of one person in that person's words."""
    lookup = Lookup(review)
    # Only what this page names belongs in its sources; what the clinician's page cites is numbered apart.
    citations, aside = Citations(lookup), Citations(lookup)
    facts = Facts(lookup, aside)
    noticed, tried = safety(lookup, citations), trials(lookup, aside)
    why = {group.state: group.reasons for group in reasons(lookup, aside, facts)}
    fits = [option for group in options(lookup, aside, facts) for option in group.options]
    standing = _varied([option for option in fits if option.stands])
    asked = questions(lookup, facts)
    others = [reason for reason in _found(why) if not reason.what_remains]
    return PersonPage(
        person_id=review.person_id, about=_about(lookup),
        safety=noticed, safety_words=_safety(noticed),
        limits=tuple(one.plain for one in limits(lookup, aside)),
        pairs=leading(interactions(lookup, aside)),
        answer=_answer(lookup, why),
        medicines=tuple(_medicine(lookup, trial) for trial in tried),
        shown=tuple(_reason(reason) for reason in others if reason.state == "shown"),
        possible=tuple(_reason(reason) for reason in others if reason.state == "possible"),
        unknown=tuple(reason.plain for reason in why.get("not assessed", ()) if not reason.what_remains),
        remains=_remains(why),
        options=tuple(_option(citations, lookup.options[one.id], one) for one in standing[:MOST_OPTIONS]),
        more=tuple(_name(one) for one in standing[MOST_OPTIONS:]),
        barred=tuple(_name(one) for one in fits if not one.stands), ask=_ask(_found(why)),
        think=_think(lookup, asked), works=citations.works(), versions=versions(review),
    )  # fmt: skip


def _about(lookup: Lookup) -> str:
    """What the page is; of somebody who died, that first."""
    said = words()["person"]
    died = [said["died"].format(day=lookup.died)] if lookup.died else []
    return " ".join([*died, said["about"].format(day=day(lookup.review.as_of))])


def _found(why: dict[str, tuple[ReasonView, ...]]) -> list[ReasonView]:
    return [*why.get("shown", ()), *why.get("possible", ())]


# --- safety and the answer -------------------------------------------------------------------------


def _safety(noticed: Safety) -> tuple[str, ...]:
    said = words()["person"]["safety"]
    if not noticed.raised:
        return (said["later"],)
    if not noticed.now:
        return (said["earlier"],)
    return (said["unsure"] if noticed.title == UNSURE else said["raised"], said["same_day"])


def _answer(lookup: Lookup, why: dict[str, tuple[ReasonView, ...]]) -> tuple[str, ...]:
    """What the leading definition finds, and what was told beside it."""
    told = stated_failures(lookup)
    if told is None:
        return _finding(lookup, why)
    count = words()["person"]["stated"][told["fact"].split("-")[1]]
    return (*_finding(lookup, why), str(words()["person"]["answer"]["stated"]).format(count=count))


def _finding(lookup: Lookup, why: dict[str, tuple[ReasonView, ...]]) -> tuple[str, ...]:
    row, said = lookup.results[lookup.headline], words()["person"]["answer"]
    if row["excluded_by"]:
        return (said["left_out"].format(what=lookup.code_set(row["excluded_by"]).lower()),)
    if row["disputed"]:
        return (said["disputed"].format(what=lookup.code_set(row["disputed"]).lower()),)
    if row["no_antidepressant"] or (not lookup.attempts and row["undated_drugs"]):
        return (said["nothing" if row["no_antidepressant"] else "undated"],)
    lines = [said[row["result"]].format(count=_many(row["count_low"]), needed=_many(row["required"])), said["fair"]]
    if row["result"] == "met":
        lines.append(said["met_name"])
    elif any(_failed_as_an_addition(lookup, attempt) for attempt in lookup.attempts):
        lines.append(said["added"])
    open_reasons = [*why.get("possible", ()), *why.get("not assessed", ())]
    return (*lines, _other_ways(lookup), *([said["other_reasons"]] if open_reasons else []))


def _failed_as_an_addition(lookup: Lookup, attempt: Row) -> bool:
    """Whether the page says of a medicine that it failed a fair test, while the rule doesn't count it."""
    verdict = lookup.verdicts[attempt["trial_id"]][lookup.headline]
    return (attempt["role"], verdict["verdict"], verdict["counts"]) == ("augmentation", "failed", "not met")


def _many(number: float) -> str:
    counts = words()["person"]["count"]
    return str(counts.get(f"{number:g}", counts["many"].format(number=f"{number:g}")))


def _other_ways(lookup: Lookup) -> str:
    results = [row["result"] for row in lookup.results.values() if row["verified"]]
    said = words()["person"]["answer"]["other_ways"]
    return str(said.format(total=len(results), met=words()["person"]["numbers"][str(results.count("met"))]))


def _medicine(lookup: Lookup, trial: Trial) -> Medicine:
    rows = tuple(row.evidence_id for row in trial.evidence)
    said = words()["person"]["verdict"]
    parts = [*_beside(lookup, trial), said[_how_it_went(trial)], *_doses_set_aside(lookup, trial)]
    return Medicine(trial.drug, trial.dates, " ".join(parts), rows)


def _beside(lookup: Lookup, trial: Trial) -> list[str]:
    """That it was added to another medicine, if it was; an agent that was taken alone wasn't."""
    said, strategy = words()["person"]["verdict"], lookup.relations[trial.trial_id]["strategy"]
    if trial.role != "augmentation" or strategy == "alone":
        return []
    return [said["added" if strategy == "augmentation" else "added_perhaps"]]


def _doses_set_aside(lookup: Lookup, trial: Trial) -> list[str]:
    """What the record says of the dose that can't be right; of a medicine taken now, what to do if it is."""
    attempt, said = lookup.attempt[trial.trial_id], words()["person"]["verdict"]
    doses = dict.fromkeys(w.dose_aside(row) for row in lookup.doses_set_aside(attempt))
    if not doses:
        return []
    now = [] if attempt["state"] == "ended" else [said["set_aside_now"]]
    return [said["set_aside"].format(dose=listed(list(doses)).replace("mg/day", "mg a day")), *now]


def _how_it_went(trial: Trial) -> str:
    """The verdict, or what the page says in its place."""
    if trial.verdict == "worked" and trial.note:
        return "lost"
    return "well" if trial.verdict == "cannot tell" and trial.well_at_end else trial.verdict


# --- why -------------------------------------------------------------------------------------------


def _reason(reason: ReasonView) -> PlainReason:
    facts = [sign.fact for sign in reason.speaking if sign.fact.state != "absent"]
    rows = [row.line for fact in facts for row in fact.said if row.says != "absent" or fact.state == "conflict"]
    return PlainReason(reason.plain, reason.plain_what_to_do, tuple(dict.fromkeys(rows)))


def _remains(why: dict[str, tuple[ReasonView, ...]]) -> str:
    left = [reason for reason in _found(why) if reason.what_remains]
    return words()["person"]["why"]["remains"].format(what=left[0].plain) if left else ""


# --- options ---------------------------------------------------------------------------------------


def _name(option: OptionView) -> str:
    return str(words()["person"]["option"].get(option.id, {"name": option.title})["name"])


def _varied(standing: list[OptionView]) -> list[OptionView]:
    """The options in their order, but few of a kind before those of other kinds: they are much alike."""
    seen: Counter[str] = Counter()
    late = []
    for option in standing:
        seen[option.kind] += 1
        late.append(seen[option.kind] > MOST_OF_A_KIND)
    return [option for _, option in sorted(zip(late, standing, strict=True), key=lambda pair: pair[0])]


def _option(citations: Citations, known: s.Option, option: OptionView) -> PlainOption:
    said = words()["person"]
    # Caution without anything to weigh: no contraindication was read.
    fit = "unread" if option.fit == "caution" and not option.against else option.fit
    return PlainOption(
        id=option.id, name=_name(option), what=said["option"].get(option.id, {"what": ""})["what"],
        fit=said["fit"][fit], notes=_notes(option), sure=said["sure"][known.grades[0].grade],
        figure=figure(citations, known),
    )  # fmt: skip


def _notes(option: OptionView) -> tuple[str, ...]:
    said = words()["person"]["options"]
    against = dict.fromkeys(bar.fact.plain for bar in option.against)
    checks = list(dict.fromkeys(bar.fact.plain for bar in option.to_check))
    notes = [said["against"].format(what=listed(list(against)))] if against else []
    if checks:
        rest = len(checks) - MOST_CHECKS
        shown = checks[:MOST_CHECKS] + (
            [said["check_more"].format(count=rest).removeprefix("and ")] if rest > 0 else []
        )
        notes.append(said["check"].format(what=listed(shown)))
    return tuple(notes)


# --- questions -------------------------------------------------------------------------------------


def _ask(found: Iterable[ReasonView]) -> tuple[str, ...]:
    """Questions to bring along: of what was found first, then those that always help; not too many."""
    own = [question for reason in found for question in reason.questions_to_bring]
    return tuple(dict.fromkeys([*own[:MOST_QUESTIONS], *words()["person"]["ask"]["always"]]))


def _think(lookup: Lookup, asked: tuple[QuestionView, ...]) -> tuple[str, ...]:
    mine = [question for question in asked if question.ask == "person"]
    return tuple(_question(lookup, question) for question in mine[:MOST_QUESTIONS])


def _question(lookup: Lookup, question: QuestionView) -> str:
    if not question.about:
        danger = question.id in words()["person"]["ask"]["dangerous"]
        return f"{question.words} {words()['person']['ask']['danger']}" if danger else question.words
    template = str(words()["person"]["ask"][f"trial_{question.id}"])
    return template.format(drug=_drug(lookup, lookup.attempt[question.about]))


def _drug(lookup: Lookup, attempt: Row) -> str:
    return lookup.drug(attempt["ingredient"]).lower()
