"""Scores and their items, joined where they stand in several resources."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from stepwell.records.fhir import answers, when
from stepwell.records.fhir.answers import Item, Pair
from stepwell.records.fhir.references import Index, local
from stepwell.records.fhir.row import Reading, Row
from stepwell.records.fhir.when import Days


class Loose(NamedTuple):
    """An item that stands in an Observation of its own."""

    item: Item
    day: Days | None
    written: str


class Panel(NamedTuple):
    """A total or questionnaire whose items are other Observations."""

    row: Row
    instrument: str
    value: float | None
    items: list[Item]
    members: tuple[str, ...]
    day: Days | None


@dataclass(slots=True)
class Pending:
    """What can only be put together once everything has been read."""

    loose: dict[str, Loose] = field(default_factory=dict)
    names: Index[str] = field(default_factory=Index)
    panels: dict[str, Panel] = field(default_factory=dict)


def score(
    row: Row, instrument: str, value: float | None, items: Sequence[tuple[Item, Pair]], day: Days | None, score_id: str
) -> bool:
    """A score with its items; False, and nothing added, if it tells neither total nor item."""
    if value is None and not items:
        return False
    check_range(row, instrument, value)
    row.add("score", {
        "score_id": score_id, "instrument": instrument, **when.dated("date", day), "value": value,
    })  # fmt: skip
    add_items(score_id, instrument, items, day)
    return True


def check_range(row: Row, instrument: str, value: float | None) -> None:
    """Notes a total outside the range of its scale; it is kept as written, and the scoring leaves it out."""
    scale = row.lookup.instrument(instrument)
    below = value is not None and scale.minimum is not None and value < scale.minimum
    above = value is not None and scale.maximum is not None and value > scale.maximum
    if below or above:
        row.find("score-out-of-range", "value[x]", "The total lies outside the range of its scale; it isn't counted.")


def add_items(score_id: str, instrument: str, items: Sequence[tuple[Item, Pair]], day: Days | None) -> None:
    """The items of a score; one answered twice with different answers is unknown.

    Of two answers to a question about suicide the higher stands: an unknown one would hide it.
    """
    values: dict[str, tuple[Item, float | None]] = {}
    for item, pair in items:
        found = answers.value(item, pair, item.row.lookup)
        before = values.get(pair[1])
        if before is not None and before[1] != found:
            found = _of_two(item, pair, before[1], found)
        values[pair[1]] = (item if before is None else before[0], found)
    for name, (item, found) in values.items():
        item.row.add("item", {
            "score_id": score_id, "instrument": instrument, "item": name, **when.dated("date", day), "value": found,
        })  # fmt: skip


def _of_two(item: Item, pair: Pair, one: float | None, other: float | None) -> float | None:
    """What stands of two answers that differ."""
    question = item.row.lookup.question(*pair)
    if question is None or not question.suicide:
        item.row.find("item-answered-twice", item.path, "Two answers to one item differ; the answer is unknown.")
        return None
    item.row.find(
        "item-answered-twice", item.path, "Two answers to a question about suicide differ; the higher stands."
    )
    return max((value for value in (one, other) if value is not None), default=None)


def finish(reading: Reading, pending: Pending) -> None:
    """Joins panels with the Observations they name, and what is left by person, day and scale."""
    for panel in pending.panels.values():
        _join(panel, pending)
    groups: dict[tuple[str, Days | None], list[Loose]] = {}
    for loose in pending.loose.values():
        groups.setdefault((loose.item.row.person_id, loose.day), []).append(loose)
    gathered = [
        (instrument, found, day)
        for (_, day), group in groups.items()
        for part in _apart(group)
        for instrument, found in answers.assign([one.item for one in part], reading.lookup).items()
    ]
    _place(reading, gathered)
    for loose in pending.loose.values():
        loose.item.row.used()
        loose.item.row.commit()


def _join(panel: Panel, pending: Pending) -> None:
    """A panel with its members; the members that aren't in the record are noted."""
    row, items, missing = panel.row, list(panel.items), 0
    claimed: list[Loose] = []
    for reference in panel.members:
        name = row.find_in(pending.names, reference)
        loose = pending.loose.get(name) if name else None
        if loose is None:
            missing += name is None and not local(reference).startswith("QuestionnaireResponse/")
        elif loose.item.row.person_id == row.person_id and name:
            claimed.append(pending.loose.pop(name))
    if missing:
        row.find("reference-not-found", "hasMember", "Observations referred to aren't in the record, or aren't used.")
    items += [loose.item for loose in claimed]
    found = answers.assign(items, row.lookup, panel.instrument)
    if score(row, panel.instrument, panel.value, found.pop(panel.instrument, []), panel.day, row.evidence_id):
        row.used()
    elif not found:
        row.unused("no value")
    for instrument, others in found.items():
        score(row, instrument, None, others, panel.day, f"{row.evidence_id}#{instrument}")
        row.used()
    for one in items:
        if one.row is not row:
            one.row.used()
            one.row.commit()
    row.commit()


def _apart(group: Sequence[Loose]) -> Iterable[Sequence[Loose]]:
    """The questionnaires of one day: told apart by their time where an item stands twice."""
    candidates = [loose.item.candidates for loose in group]
    if len(set(candidates)) == len(candidates):
        return [group]
    by_time: dict[str, list[Loose]] = {}
    for loose in group:
        by_time.setdefault(loose.written, []).append(loose)
    return by_time.values()


def _place(reading: Reading, gathered: Sequence[tuple[str, list[tuple[Item, Pair]], Days | None]]) -> None:
    """Items without a panel: with the only total of that scale on that day, else as a score of their own."""
    if not gathered:
        return
    keys = {_key(instrument, found, day) for instrument, found, day in gathered}
    totals = reading.sink.scores_on(keys)
    for instrument, found, day in gathered:
        first = found[0][0].row
        same_day = [] if day is None else totals.get(_key(instrument, found, day), [])
        if len(same_day) == 1:
            add_items(same_day[0], instrument, found, day)
        else:
            score(first, instrument, None, found, day, first.evidence_id)


def _key(instrument: str, found: Sequence[tuple[Item, Pair]], day: Days | None) -> tuple[str, str, date | None]:
    return found[0][0].row.person_id, instrument, None if day is None else day.earliest
