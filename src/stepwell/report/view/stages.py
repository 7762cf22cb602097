"""The staging methods side by side: the lowest and highest stage the record allows, and what would narrow it."""

from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report.figures import amount
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.view.facts import Facts
from stepwell.report.words import words


@dataclass(frozen=True)
class PartView:
    """One part of a method: its points, what they stand for, and what would narrow them."""

    title: str
    points: str
    label: str
    narrowed_by: tuple[str, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class StageView:
    """One method and its result.

    Args:
        state: `scored`, `not applicable` or `suppressed`.
        result: The stage or score, a range where something is open; else why there is none.
        category: What that is called.
    """

    id: str
    title: str
    short: str
    state: str
    result: str
    category: str
    about: str
    verified: bool
    our_reading: tuple[str, ...]
    parts: tuple[PartView, ...]
    narrowed_by: tuple[str, ...]
    references: tuple[Reference, ...]


def stages(lookup: Lookup, citations: Citations, facts: Facts) -> tuple[StageView, ...]:
    """Every method, in its order."""
    return tuple(_stage(lookup, citations, facts, lookup.staging[row["method"]], row) for row in lookup.rows("stage"))


def _stage(lookup: Lookup, citations: Citations, facts: Facts, method: s.StagingMethod, row: Row) -> StageView:
    found = {part["part"]: part for part in lookup.rows("stage_part") if part["method"] == method.id}
    scored = row["state"] in ("scored", "flags")
    parts = tuple(_part(citations, facts, part, found[part.id]) for part in method.parts if part.id in found)
    return StageView(
        id=method.id, title=method.title, short=method.short, state=row["state"],
        result=_result(facts, row, list(found.values())), category=_category(row) if scored else "", about=method.about,
        verified=method.verified, our_reading=method.our_reading, parts=parts if scored else (),
        narrowed_by=tuple(dict.fromkeys(name for part in parts for name in part.narrowed_by)) if scored else (),
        references=citations.refer(method.cite),
    )  # fmt: skip


def _result(facts: Facts, row: Row, parts: list[Row]) -> str:
    label = str(words()["stage_state"][row["state"]])
    if row["state"] == "suppressed":
        return f"{label}: {facts[row['suppressed_by']].title} is on record"
    if row["state"] == "not applicable":
        return f"{label}: fewer treatments are on record than its lowest stage asks for"
    if row["state"] == "flags":
        sure = sum((part["low"] or 0) > 0 for part in parts)
        perhaps = sum(part["high"] is None or part["high"] > 0 for part in parts)
        return f"{amount(sure, perhaps)} of {len(parts)} present; no score"
    perhaps_none = f", {words()['stage_state']['perhaps']}" if row["perhaps_not_applicable"] else ""
    return f"{amount(row['low'], row['high'])}{perhaps_none}"


def _category(row: Row) -> str:
    names = [row["category_low"], row["category_high"]]
    return " to ".join(dict.fromkeys(str(name) for name in names if name))


def _part(citations: Citations, facts: Facts, part: s.StagePart, row: Row) -> PartView:
    labels = dict.fromkeys(str(row[name]) for name in ("label_low", "label_high") if row[name])
    wide = row["low"] is None or row["high"] is None or row["low"] < row["high"]
    opened = [facts[item.fact].title for item in part.narrowed_by if facts[item.fact].open] if wide else []
    return PartView(
        part.title, amount(row["low"], row["high"]), " to ".join(labels), tuple(opened), citations.refer(part.cite)
    )
