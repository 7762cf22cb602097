"""The treatment history on one page, in the order in which payers and a next clinic ask; blank where unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from stepwell.errors import ConfigError
from stepwell.knowledge import schema as s
from stepwell.report import wording as w
from stepwell.report.figures import amount, capital, day, number, when
from stepwell.report.html import environment, stylesheet
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.page import Page, page, versions
from stepwell.report.view.trials import Trial
from stepwell.review import Review

BLANK = "________"
STATEMENT = (
    "Drawn from the record by fixed rules, for a clinician to check, complete and sign. What the record doesn't say is "
    "left blank."
)
HEADINGS = (
    "Medicine",
    "Highest dose",
    "Dates",
    "Days at dose",
    "Taken, supplied",
    "Score before, at the end",
    "How it ended",
)
STATE = {"present": "yes", "absent": "no", "conflict": "the record contradicts itself", "unknown": BLANK}


@dataclass(frozen=True)
class Line:
    """One row of the table of trials, a cell for each of `HEADINGS`."""

    cells: tuple[str, ...]
    added: bool


@dataclass(frozen=True)
class Fact:
    """One thing that was asked about, what is known, and the rows that say so."""

    title: str
    state: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """The sheet in words."""

    about: tuple[tuple[str, str], ...]
    safety: str
    help: str
    leading: tuple[str, ...]
    lines: tuple[Line, ...]
    set_aside: tuple[str, ...]
    counts: str
    treatments: tuple[Fact, ...]
    option: str
    contraindications: tuple[Fact, ...]
    statement: str
    versions: str


def letter(review: Review, option_id: str | None = None) -> Letter:
    """The sheet of one review.

    Args:
        review: Whose history.
        option_id: The option it is written for; its contraindications are then listed, each with what is known.

    Raises:
        ConfigError: No such option.
    """
    lookup = Lookup(review)
    option = _option(lookup, option_id)
    shown = page(lookup)
    return Letter(
        about=tuple(_about(lookup, shown)),
        safety=_safety(shown),
        help=_help(shown),
        leading=(
            *(f"{limit.words} ({limit.where})" for limit in shown.limits),
            *(f"{pair.line} ({', '.join(pair.rows)})" for pair in shown.interactions if pair.leads),
        ),
        lines=tuple(_line(lookup, trial) for trial in shown.trials),
        set_aside=tuple(f"{trial.drug}: {words}" for trial in shown.trials for words in trial.doses_set_aside),
        counts=f"{shown.answer.lead}: {shown.answer.sentence}",
        treatments=tuple(_facts(lookup, _treatments(lookup))),
        option=option.title if option else "",
        contraindications=tuple(_bars(lookup, option)) if option else (),
        statement=STATEMENT,
        versions=versions(review),
    )


def _option(lookup: Lookup, option_id: str | None) -> s.Option | None:
    if option_id is None:
        return None
    found = next((one for one in lookup.knowledge.options if one.id == option_id), None)
    if found is None:
        raise ConfigError(f"No option is called {option_id}. `stepwell options` lists them.")
    return found


def _about(lookup: Lookup, shown: Page) -> Iterator[tuple[str, str]]:
    yield "Person", lookup.review.person_id
    yield "Sex, born", shown.about or BLANK
    yield "Diagnosis", "; ".join(_diagnoses(lookup)) or BLANK
    episode = next(iter(lookup.rows("illness_episode")), None)
    known = episode is not None and episode["basis"] != "unknown"
    yield "Present episode since", when(*interval(episode, "start")) if episode and known else BLANK
    yield "Latest score", _latest(lookup) or BLANK


def _diagnoses(lookup: Lookup) -> list[str]:
    rows = [row for row in lookup.rows("condition") if row["certainty"] != "refuted"]
    known = {code_set for code_set, _ in _mood(rows)}
    return [f"{lookup.code_set(name)} (since {_since(rows, name)})" for name in known]


def _mood(rows: list[Row]) -> dict[tuple[str, None], None]:
    """Code sets of depression among the conditions, each once in their order."""
    kinds = ("major-depression", "dysthymia", "other-depression")
    return {(row["code_set"], None): None for row in rows if row["code_set"] in kinds}


def _since(rows: list[Row], code_set: str) -> str:
    dated = [row for row in rows if row["code_set"] == code_set and row["start_earliest"]]
    first = min(dated, key=lambda row: row["start_earliest"], default=None)
    return when(*interval(first, "start")) if first else BLANK


def _latest(lookup: Lookup) -> str:
    rows = [row for row in lookup.rows("score_total") if row["value"] is not None and row["date_latest"]]
    row = max(rows, key=lambda row: (row["date_latest"], row["score_id"]), default=None)
    if row is None:
        return ""
    return f"{lookup.short_scale(row['instrument'])} {number(row['value'])} ({when(*interval(row, 'date'))})"


def _safety(shown: Page) -> str:
    noticed = shown.safety
    return f"{noticed.title}: {noticed.positives[0].words}. {noticed.do}" if noticed.raised else ""


def _help(shown: Page) -> str:
    """Where the person can turn to, and when that was checked; it goes wherever the notice goes."""
    noticed = shown.safety
    lines = ". ".join((*noticed.lines, noticed.anywhere))
    return f"{lines}. Checked {noticed.checked}." if noticed.raised else ""


def _line(lookup: Lookup, trial: Trial) -> Line:
    attempt = lookup.attempt[trial.trial_id]
    scored = f"{trial.scale_and_course} {f'({trial.change})' if trial.change else ''}".strip()
    return Line(
        cells=(
            f"{trial.drug} ({trial.drug_class})" if trial.drug_class else trial.drug,
            _dose(trial),
            trial.dates.replace("not recorded", BLANK),
            _or_blank(trial.days),
            _taken(attempt),
            BLANK if trial.course == "no score" else scored.replace("?", BLANK),
            _ended(trial),
        ),
        added=trial.role == "augmentation" and lookup.relations[trial.trial_id]["strategy"] == "augmentation",
    )


def _dose(trial: Trial) -> str:
    """The highest dose; blank, to be filled in, with the one that the record gives beside it if that was set aside."""
    return f"{BLANK} ({trial.dose})" if trial.dose.endswith(w.SET_ASIDE) else _or_blank(trial.dose)


def _or_blank(words: str) -> str:
    return BLANK if words in ("not recorded", "not known", "") else words


def _taken(attempt: Row) -> str:
    said = {"yes": "yes", "no": "no", "partly": "partly", "conflict": BLANK, None: ""}[attempt["stated_adherence"]]
    low, high = attempt["proportion_supplied_low"], attempt["proportion_covered_high"]
    if attempt["basis"] == "ordered" or low is None:
        return said or BLANK
    how = "supplied" if attempt["basis"] == "dispensed" else "as stated"
    supplied = f"{amount(100 * low, 100 * high)}% of days {how}"
    return f"{said}, {supplied}" if said else supplied


def _ended(trial: Trial) -> str:
    first = trial.ended.split(";")[0].rstrip(".")
    words = BLANK if first.startswith("Reason for the end not") else first
    verdict = f"{trial.label.lower()}, {w.LOST_AGAIN}" if trial.note else trial.label.lower()
    return f"{words}: {verdict}" if words != BLANK else f"{BLANK} ({verdict})"


TREATMENTS = ("previous-ect-or-tms", "failed-ect", "failed-rtms", "psychotherapy-tried", "psychotherapy-failed")


def _treatments(lookup: Lookup) -> list[s.Fact]:
    known = {fact.id: fact for fact in lookup.knowledge.facts}
    return [known[name] for name in TREATMENTS if name in known]


def _bars(lookup: Lookup, option: s.Option) -> Iterator[Fact]:
    known = {fact.id: fact for fact in lookup.knowledge.facts}
    facts = dict.fromkeys(row.fact for row in option.contraindications)
    yield from _facts(lookup, [known[name] for name in facts if name in known])


def _facts(lookup: Lookup, facts: list[s.Fact]) -> Iterator[Fact]:
    states = {row["fact"]: row["state"] for row in lookup.rows("fact")}
    for fact in facts:
        evidence = [row["evidence_id"] for row in lookup.rows("fact_evidence") if row["fact"] == fact.id]
        rows = tuple(dict.fromkeys(one for one in evidence if one))
        yield Fact(fact.title, STATE[states.get(fact.id, "unknown")], rows)


def html(review: Review, option_id: str | None = None) -> str:
    """The sheet as a page of one side."""
    return environment().get_template("letter.html.j2").render(
        letter=letter(review, option_id), headings=HEADINGS, blank=BLANK, css=stylesheet("letter.css"),
        as_of=day(review.as_of),
    )  # fmt: skip


def text(review: Review, option_id: str | None = None, width: int = 100) -> str:
    """The sheet as plain text, a trial by trial list in place of the table."""
    shown = letter(review, option_id)
    lines = [f"Treatment history, {day(review.as_of)}"]
    lines += [*wrap(f"SAFETY FIRST: {shown.safety}", width), *wrap(shown.help, width), ""] if shown.safety else [""]
    lines += [line for words in shown.leading for line in wrap(words, width)]
    lines += [""] if shown.leading else []
    about = (*shown.about, *([("For", shown.option)] if shown.option else []))
    lines += [line for name, words in about for line in wrap(f"{name}: {words}", width, subsequent_indent="  ")]
    lines += ["", "Trials"]
    for place, line in enumerate(shown.lines, 1):
        lines.append(f"{place}. {line.cells[0]}{' (added)' if line.added else ''}")
        for name, words in zip(HEADINGS[1:], line.cells[1:], strict=True):
            lines += wrap(f"{name}: {words}", width, initial_indent="   ", subsequent_indent="     ")
    lines += [] if shown.lines else [f"   {BLANK}"]
    lines += [line for words in shown.set_aside for line in wrap(words, width)]
    lines += ["", *wrap(shown.counts, width)]
    for heading, facts in (("Other treatments", shown.treatments), ("Contraindications", shown.contraindications)):
        if facts:
            lines += ["", heading, *(line for fact in facts for line in _fact_lines(fact, width))]
    lines += ["", f"Signed: {BLANK}    Date: {BLANK}", "", *wrap(shown.statement, width), *wrap(shown.versions, width)]
    return "\n".join(lines) + "\n"


def _fact_lines(fact: Fact, width: int) -> list[str]:
    rows = f" ({', '.join(fact.rows)})" if fact.rows else ""
    return wrap(f"- {capital(fact.title)}: {fact.state}{rows}", width, subsequent_indent="  ")
