"""The options as pages to browse, without a record: a list by kind, and one page each."""

import difflib
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import get_args

from stepwell.errors import ConfigError
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge

UNREAD = "Nothing checked at a source yet."
"""What stands where nothing was read: silence would look like 'none'."""

GRADES = (
    "The grade says how certain the evidence is, not how well it works. It is this project's own judgement in the "
    "manner of GRADE, not an official one."
)
NO_ADVICE = (
    "This page is about the option, not about a person. It gives no advice and no order; whether something bars it "
    "for somebody is for that person and a clinician to find out."
)
ABBREVIATIONS = {
    "BDI": "Beck depression inventory (self-report)",
    "CAPS-5": "interview for post-traumatic stress",
    "CI": "confidence interval: a range that the data are compatible with",
    "HAM-D": "Hamilton depression scale (rated by a clinician; also HRSD, HDRS, HAMD)",
    "HAMD-17": "Hamilton depression scale (rated by a clinician)",
    "HDRS-21": "Hamilton depression scale (rated by a clinician)",
    "HRSD-17": "Hamilton depression scale (rated by a clinician)",
    "MADRS": "Montgomery-Asberg depression scale (rated by a clinician)",
    "NNT": "number needed to treat: how many people for one more with the result",
    "OR": "odds ratio; 1 is no difference",
    "PHQ-9": "patient health questionnaire (self-report)",
    "QIDS": "quick inventory of depressive symptoms",
    "RR": "risk ratio; 1 is no difference",
    "SMD": "standardised mean difference; 0 is no difference",
}
"""What the figures of a page are called, explained below it where they occur."""

STATUS = {
    "draft": "Read against its sources by this project; not yet reviewed by an outside clinician.",
    "reviewed": "Reviewed by somebody other than its author.",
    "deprecated": "Superseded; kept so that earlier results stay explainable.",
    "error": "Found to be wrong; kept so that earlier results stay explainable.",
}
SHORTEST_WORD = 4
"""Letters of a word of a title that a mistyped id is held against."""

BURDENS = {
    "at home": "can be done at home",
    "clinic visits": "visits to a clinic",
    "many clinic visits": "many visits to a clinic within weeks",
    "procedure or anaesthetic": "a procedure or an anaesthetic",
    "stay": "a stay, day and night",
}
WEEKDAYS = ", on working days"
ON_PLAN = "Days are counted from the first day of the option (day 0). A plan shows them as dates."

STRENGTHS = {"absolute": "Bars it", "relative": "To be weighed against it"}
READ_AT = {"source": "", "secondary": " (as others report it)"}


def listing(knowledge: Knowledge, width: int = 100) -> str:
    """All options, grouped by kind, each with its id, its name and how certain its evidence is.

    Args:
        knowledge: What is loaded.
        width: Characters a line; 80 or more reads well.
    """
    kinds = get_args(s.OptionKind)
    ordered = sorted(knowledge.options, key=lambda option: (kinds.index(option.kind), option.order))
    column = max((len(option.id) for option in ordered), default=0) + 4
    page = _Page(width)
    page.put(f"{len(ordered)} options, by kind. One page each: stepwell options ID")
    page.put(GRADES)
    for kind, group in groupby(ordered, key=lambda option: option.kind):
        page.heading(kind)
        for option in group:
            page.put(option.title, lead=f"  {option.id}".ljust(column), indent=column)
            page.put(f"Evidence: {_graded(option.grades[0])}", indent=column)
    return page.text


def option_page(knowledge: Knowledge, wanted: str, width: int = 100) -> str:
    """One option in full, each statement with the number of its source.

    Args:
        knowledge: What is loaded.
        wanted: The option's id.
        width: Characters a line; 80 or more reads well.

    Raises:
        ConfigError: No option has this id; names those nearest to it.
    """
    option = next((option for option in knowledge.options if option.id == wanted), None)
    if option is None:
        raise ConfigError(_no_such(knowledge, wanted))
    page = _Page(width)
    page.put(option.title)
    page.put("=" * min(width, len(option.title)))
    page.put(f"{_capital(option.kind)}. Id: {option.id}. {STATUS[option.status]}")
    _evidence(page, option)
    titles = {fact.id: fact.title for fact in knowledge.facts}
    _suitability(page, option, titles)
    _place(page, option, titles)
    _doing(page, option)
    _schedule(page, option)
    _outside(page, option)
    _article(page, option)
    _abbreviations(page)
    _sources(page, knowledge)
    page.put("")
    page.put(NO_ADVICE)
    return page.text


def _no_such(knowledge: Knowledge, wanted: str) -> str:
    ids = [option.id for option in knowledge.options]
    words = {word: option.id for option in knowledge.options for word in (*option.id.split("-"), *_words(option.title))}
    near = difflib.get_close_matches(wanted.lower(), ids, n=4)
    near += [words[word] for word in difflib.get_close_matches(wanted.lower(), words, n=4) if words[word] not in near]
    hint = f"Did you mean {' or '.join(dict.fromkeys(near))}?" if near else "'stepwell options' lists them all."
    return f"There is no option {wanted!r}. {hint}"


def _words(title: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9]+", title.lower()) if len(word) >= SHORTEST_WORD]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _graded(grade: s.Grade) -> str:
    return f"{grade.grade}, for: {grade.about}"


@dataclass
class _Page:
    """Lines of at most `width` characters, and the sources cited so far in the order of their numbers."""

    width: int
    lines: list[str] = field(default_factory=list)
    cited: dict[str, list[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines) + "\n"

    def heading(self, title: str) -> None:
        self.lines += ["", title.upper()]

    def put(self, text: str, lead: str = "", indent: int = 0) -> None:
        """One paragraph; `lead` stands before its first line, the others are indented by `indent`."""
        wrapped = textwrap.wrap(
            text, self.width, initial_indent=lead or " " * indent, subsequent_indent=" " * indent,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        self.lines += wrapped or [""]

    def item(self, text: str, cites: Sequence[s.Cite] = ()) -> None:
        self.put(f"{text} {self.marks(cites)}".strip(), lead="  - ", indent=4)

    def detail(self, label: str, text: str | None) -> None:
        if text:
            self.put(f"{label}: {text}", indent=4)

    def marks(self, cites: Iterable[s.Cite]) -> str:
        """`[1, 3]`: the numbers of the sources."""
        numbers = []
        for cite in cites:
            places = self.cited.setdefault(cite.source, [])
            if cite.locus not in places:
                places.append(cite.locus)
            numbers.append(list(self.cited).index(cite.source) + 1)
        return f"[{', '.join(str(number) for number in sorted(set(numbers)))}]" if numbers else ""

    def section(self, title: str, rows: Sequence[s.Statement]) -> None:
        self.heading(title)
        for row in rows:
            self.item(row.text, row.cite)
        if not rows:
            self.put(UNREAD, indent=2)

    def facts(self, title: str, rows: Sequence[s.OptionFact]) -> None:
        self.heading(title)
        for row in rows:
            self.fact(row)
        if not rows:
            self.put(UNREAD, indent=2)

    def fact(self, row: s.OptionFact) -> None:
        look_in = f" Look in: {row.look_in}." if row.look_in else ""
        self.item(f"{row.text}{look_in}", row.cite)


def _evidence(page: _Page, option: s.Option) -> None:
    page.heading("How certain the evidence is")
    for grade in option.grades:
        page.item(f"{_capital(_graded(grade))}. {grade.reason}", grade.cite)
    page.put(GRADES, indent=2)
    page.heading("What it achieved in studies")
    for outcome in option.outcomes:
        _outcome(page, outcome)
    if not option.outcomes:
        page.put(UNREAD, indent=2)


def _outcome(page: _Page, outcome: s.OptionOutcome) -> None:
    people = f"n = {outcome.n}" if outcome.n else "n not read"
    page.item(f"{_capital(outcome.population)} ({people})", outcome.cite)
    page.detail(
        "Compared with", "nothing (no comparison group)" if outcome.comparator == "none" else outcome.comparator
    )
    page.detail("Response", outcome.response)
    page.detail("Remission", outcome.remission)
    page.detail("Result", outcome.effect)
    page.detail("Followed for", outcome.follow_up)
    page.detail("Kind of study", outcome.design)
    page.detail("Mind", outcome.caveat)


def _suitability(page: _Page, option: s.Option, titles: Mapping[str, str]) -> None:
    page.section("Who it is for", option.who_for)
    _ways(page, option, titles)
    page.heading("What guidelines say, side by side")
    for step in option.guidelines:
        page.item(f"{step.guideline}{READ_AT[step.read_at]}: {step.text}", step.cite)
    if not option.guidelines:
        page.put(UNREAD, indent=2)
    page.heading("What speaks against it")
    for strength, words in STRENGTHS.items():
        rows = [row for row in option.contraindications if row.strength == strength]
        if rows:
            page.put(f"{words}:", indent=2)
        for row in rows:
            page.fact(row)
    if not option.contraindications:
        page.put(UNREAD, indent=2)
    page.facts("Take care", option.cautions)


def _ways(page: _Page, option: s.Option, titles: Mapping[str, str]) -> None:
    """What a record is held against: each way in which the option is meant for somebody, as facts."""
    page.heading("As facts: any one of these is enough")
    for way in option.indications:
        page.item(way.text, way.cite)
        page.detail("Present", _named(way.needs, titles))
        page.detail("Absent", _named(way.without, titles))
    if not option.indications:
        page.put(UNREAD, indent=2)


def _named(facts: Sequence[str], titles: Mapping[str, str]) -> str:
    return "; ".join(titles.get(fact, fact) for fact in facts)


def _place(page: _Page, option: s.Option, titles: Mapping[str, str]) -> None:
    """What decides on its place among options that fit, key by key."""
    page.heading("Its place among the options that fit")
    ranking = option.ranking
    if ranking is None:
        page.put("Not placed yet.", indent=2)
        return
    step = f"Step {ranking.step}" if ranking.step else "No step"
    page.item(f"{step}. {ranking.step_reason}")
    page.item(f"Certainty of the evidence: {_graded(option.grades[0])}.")
    page.item(f"Size of the effect: {ranking.effect}. {ranking.effect_reason}")
    page.item(f"What it asks: {BURDENS[ranking.burden]}.", ranking.cite)
    page.detail("Moved up by", _named(ranking.liked_by, titles))
    page.detail("Moved down by", _named(ranking.disliked_by, titles))


def _schedule(page: _Page, option: s.Option) -> None:
    page.heading("The days of a plan")
    for row in option.schedule:
        page.item(f"{_capital(_when(row))}, {row.kind}: {row.text}", row.cite)
    page.put(ON_PLAN if option.schedule else UNREAD, indent=2)


def _when(row: s.Scheduled) -> str:
    """The days of a row in words.

    >>> scheduled = {"id": "x", "kind": "check", "text": "x", "cite": (s.Cite(source="stepwell", locus="x"),)}
    >>> _when(s.Scheduled(first_day=-7, **scheduled))
    '7 days before'
    >>> _when(s.Scheduled(first_day=14, every_days=7, times=4, **scheduled))
    'from day 14 every 7 days, 4 times'
    >>> _when(s.Scheduled(first_day=0, every_days=1, times=20, weekdays_only=True, **scheduled))
    'from day 0 every day, on working days, 20 times'
    """
    if row.first_day < 0:
        return f"{_days(-row.first_day)} before"
    if row.every_days is None:
        return f"day {row.first_day}"
    often = "every day" if row.every_days == 1 else f"every {_days(row.every_days)}"
    return f"from day {row.first_day} {often}{WEEKDAYS if row.weekdays_only else ''}, {row.times} times"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _doing(page: _Page, option: s.Option) -> None:
    page.facts("Checks before", option.checks_before)
    page.section("How it is done", option.protocol)
    page.facts("Checks during", option.checks_during)
    page.section("Time to effect", option.time_to_effect)
    page.section("Harms", option.harms)


def _outside(page: _Page, option: s.Option) -> None:
    page.heading("What regulators did")
    for row in option.regulatory:
        page.item(f"{row.region}, {row.status}, {row.on or 'date not read'}: {row.text}", row.cite)
    if not option.regulatory:
        page.put(UNREAD, indent=2)
    page.section("What payers ask (examples, as read)", option.payers)


def _article(page: _Page, option: s.Option) -> None:
    if not option.article:
        return
    page.heading("What the article says, and the evidence")
    for claim in option.article:
        page.item(f"The article, in our words: {claim.says}", claim.said_in)
        page.put(f"Evidence: {claim.evidence} {page.marks(claim.cite)}", indent=4)
        page.detail("Verdict", " and ".join(claim.verdict))


def _abbreviations(page: _Page) -> None:
    used = [name for name in ABBREVIATIONS if any(re.search(rf"\b{re.escape(name)}\b", line) for line in page.lines)]
    if used:
        page.heading("Short forms")
        for name in used:
            page.put(f"{name}: {ABBREVIATIONS[name]}.", lead="  ", indent=4)


def _sources(page: _Page, knowledge: Knowledge) -> None:
    sources = {source.id: source for source in knowledge.sources}
    page.heading("Sources, and how much of each was read")
    for number, (source_id, places) in enumerate(page.cited.items(), 1):
        page.put(" ".join(_source(sources[source_id], places)), lead=f"  [{number}] ", indent=6)


def _source(source: s.Source, places: list[str]) -> Iterator[str]:
    yield source.citation if source.citation.endswith(".") else f"{source.citation}."
    yield f"Read: {source.read}."
    others = [place for place in places if place != source.read]
    if others:
        yield f"Place: {'; '.join(others)}."
    link = f"https://doi.org/{source.doi}" if source.doi else source.url
    if link:
        yield link
