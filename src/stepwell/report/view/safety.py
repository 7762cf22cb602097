"""What is said first: positive answers about death or self-harm, and what the newest answer is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from stepwell.knowledge.schema import Cite, CrisisLine
from stepwell.report.figures import day, number, when
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.wording import ANYWHERE, crisis_line

ABOVE_ZERO = "An answer about death or self-harm is above zero"
EARLIER = "An earlier answer about death or self-harm is above zero"
SAID = "Suicidal thoughts or danger to self are on record"
PERHAPS = "Suicidal thoughts or danger to self may be on record"
UNSURE = "A question about death or self-harm was answered unsure"
SAME_DAY = "A clinician should look at this with the person the same day, whatever the total score."
DIED = (
    "The record says that this person died ({day}). If that is wrong, a clinician should look at this with the person"
    " the same day, whatever the total score."
)

_NEWEST = {
    "positive": "",
    "zero": "The newest answer to a question about death or self-harm ({scale}, {day}) is zero."
    " A zero is no reassurance.",
    "missing": "The newest {scale} ({day}) has no answer to its question about death or self-harm that could be read:"
    " it was skipped, or is none that the scale knows.",
    "not recorded": "Of the newest {scale} ({day}) only the total is recorded: its answer about death or self-harm"
    " is not known.",
}
TITLES = {"present": SAID, "possible": PERHAPS, "unsure": UNSURE}
"""What the notice is called by what is said now, the gravest first."""
NEVER_ASKED = "No questionnaire that could be used asks about death or self-harm."


@dataclass(frozen=True)
class Positive:
    """One positive answer."""

    words: str
    short: str
    evidence_id: str


@dataclass(frozen=True)
class Safety:
    """The safety notice, and what stands in its place when no answer is above zero.

    Args:
        title: Of the notice; empty if no answer is above zero.
        now: Whether the newest answer on a scale is one of them.
        do: What is to be done about it; of somebody who died, that they did.
        positives: The positive answers, the newest first.
        newest: What the newest questionnaire that asks says; empty where the notice says it.
        lines: Helplines, by region.
        anywhere: What to call in any other place.
        checked: When the helplines were last checked.
        references: Where the helplines stand.
    """

    title: str
    now: bool
    do: str
    positives: tuple[Positive, ...]
    newest: str
    lines: tuple[str, ...]
    anywhere: str
    checked: str
    references: tuple[Reference, ...]

    @property
    def others(self) -> str:
        """The positive answers but the newest, in one line."""
        words = [positive.short for positive in self.positives[1:]]
        return f"Also above zero: {'; '.join(words)}." if words else ""

    @property
    def raised(self) -> bool:
        """Whether any answer is above zero."""
        return bool(self.positives)


def safety(lookup: Lookup, citations: Citations) -> Safety:
    """The safety part of a review."""
    # What is said now before what was said earlier, what is shown before what may be.
    words = list(TITLES)
    rows = sorted(lookup.rows("safety_notice"), key=lambda row: (not row["newest"], words.index(row["says"])))
    now = any(row["newest"] for row in rows)
    lines = lookup.knowledge.crisis_lines
    return Safety(
        title=_title(rows),
        now=now,
        do=what_to_do(lookup),
        positives=tuple(positive(lookup, row) for row in rows),
        newest=_newest(lookup),
        lines=_lines(lines),
        anywhere=ANYWHERE,
        checked=day(min(line.checked_on for line in lines)) if lines else "",
        references=citations.refer(Cite(source=line.source, locus=line.locus) for line in lines),
    )


def what_to_do(lookup: Lookup) -> str:
    """What a positive answer asks for."""
    return DIED.format(day=lookup.died) if lookup.died else SAME_DAY


def _title(rows: Sequence[Row]) -> str:
    """What the notice is called: by an item of a scale, else by what else says so."""
    items = [row for row in rows if row["fact"] is None]
    now = {row["says"] for row in rows if row["newest"]}
    if not rows:
        return ""
    if any(row["newest"] for row in items):
        return ABOVE_ZERO
    return next((title for word, title in TITLES.items() if word in now), EARLIER)


def _lines(lines: tuple[CrisisLine, ...]) -> tuple[str, ...]:
    """One line of words for each region."""
    regions = {line.region: [crisis_line(other) for other in lines if other.region == line.region] for line in lines}
    return tuple(f"{region}: {'; '.join(services)}" for region, services in regions.items())


def _said(lookup: Lookup, row: Row) -> Positive:
    """An answer or a diagnosis in place of an item."""
    known = next((fact.title for fact in lookup.knowledge.facts if fact.id == row["fact"]), row["fact"])
    words = f"{known}: {_how(row)}, {_day(row)}"
    return Positive(words, words, row["evidence_id"])


def _how(row: Row) -> str:
    """How it was said; that nobody wrote down a day is said with the day."""
    if row["kind"] != "answer":
        return "recorded" if row["says"] == "present" else "perhaps, as recorded"
    answered = "answered unsure" if row["says"] == "unsure" else "answered yes"
    return answered if row["newest"] else f"{answered} earlier"


def title(row: Row) -> str:
    """What one row is called by itself; what was said earlier isn't called present."""
    if not row["newest"]:
        return EARLIER
    return TITLES[row["says"]] if row["fact"] else ABOVE_ZERO


def positive(lookup: Lookup, row: Row) -> Positive:
    """One positive answer in words, with its day."""
    if row["fact"] is not None:
        return _said(lookup, row)
    total = "total not known" if row["value"] is None else f"total {number(row['value'])}"
    place = f"{lookup.short_scale(row['instrument'])}, {_day(row)}"
    value = number(row["suicide_value"])
    words = f"{place}: answer {value}{_out_of(lookup, row['instrument'])}; {total}{_tier(row)}"
    return Positive(words, f"{place} (answer {value})", row["evidence_id"] or row["score_id"])


def _tier(row: Row) -> str:
    """The scale's own word for how grave its answers are; its lowest is no reassurance."""
    if row["tier"] is None:
        return ""
    return f"; by the scale's own tiers {row['tier']}" + (", which is no reassurance" if row["tier"] == "low" else "")


def _day(row: Row) -> str:
    return when(*interval(row, "date")) if row["date_latest"] else "date not recorded"


def _out_of(lookup: Lookup, instrument: str) -> str:
    """How far the answers to such a question go on this scale."""
    scale = lookup.instruments.get(instrument)
    highest = [item.maximum for item in scale.items if item.suicide] if scale else []
    return f" on a scale up to {number(max(highest))}" if highest else ""


def newest_answer(lookup: Lookup) -> Row | None:
    """The newest score on a scale that asks.

    An undated one comes first, as it may be the newest; but a zero counts from the day on which it was surely given, so
    that it hides nothing that may have come after it.
    """
    rows = [row for row in lookup.rows("score_total") if row["suicide_state"] != "not asked"]
    return max(rows, key=_place, default=None)


def _place(row: Row) -> tuple[date, bool, str]:
    zero = row["suicide_state"] == "zero"
    day = row["date_earliest"] or date.min if zero else row["date_latest"] or date.max
    return day, row["suicide_state"] == "positive", row["score_id"]


def _newest(lookup: Lookup) -> str:
    row = newest_answer(lookup)
    if row is None:
        return NEVER_ASKED
    return _NEWEST[row["suicide_state"]].format(scale=lookup.short_scale(row["instrument"]), day=_day(row))
