"""Observations: totals and items of scales, and laboratory results."""

from stepwell.records.fhir import answers, labs, references, scores, when
from stepwell.records.fhir.answers import Item
from stepwell.records.fhir.relevance import NOT_A_MEASUREMENT
from stepwell.records.fhir.row import Row
from stepwell.records.fhir.scores import Loose, Panel, Pending
from stepwell.records.fhir.shape import concept, nodes
from stepwell.records.fhir.when import Days

_NOT_USED = frozenset({"entered-in-error", "cancelled", "registered"})
_KNOWN = frozenset({"preliminary", "final", "amended", "corrected", "unknown"})


def observation(row: Row, pending: Pending) -> None:
    """An Observation of a scale or a laboratory test that is of concern."""
    said = row.concept("code")
    lookup = row.lookup
    instrument = lookup.total(said.codes, said.text) or lookup.panel(said.codes, said.text)
    candidates = () if instrument else lookup.items_of(said.codes, said.texts)
    held = not (instrument or candidates) and _holds_a_scale(row)
    tests = () if instrument or candidates else lookup.code_sets("lab", said.codes, said.text)
    parts = [] if instrument or candidates else labs.components(row)
    if not (instrument or candidates or held or tests or parts):
        row.unused(NOT_A_MEASUREMENT)
        return
    if not _valid(row):
        return
    day = _day(row)
    if candidates:
        item = Item(row, candidates, _answer(row), "value[x]")
        pending.loose[row.evidence_id] = Loose(item, day, row.text("effectiveDateTime") or "")
        pending.names.put(row.entry.scope, row.entry.full_url, f"Observation/{row.text('id')}", row.evidence_id)
        return
    tested = labs.add(row, tests, parts, day)
    if instrument or held:
        _total(row, instrument, day, pending, tested=tested)
    else:
        _count(row, told=tested)


def _count(row: Row, *, told: bool) -> None:
    if told:
        row.used()
    else:
        row.unused("no value")


def _holds_a_scale(row: Row) -> bool:
    """Whether a component is a total or an item of a scale, whatever the whole is called."""
    codes = [concept(one.get("code")) for one in nodes(row.body.get("component"))]
    return any(row.lookup.total(one.codes, one.text) or row.lookup.items_of(one.codes, one.texts) for one in codes)


def _valid(row: Row) -> bool:
    status = row.text("status")
    if status in _NOT_USED:
        row.unused(f"status {status}")
        return False
    if status == "preliminary":
        row.find("preliminary-result", "status", "The result is preliminary; it is used as it stands.")
    elif status not in _KNOWN:
        row.find("status-not-known", "status", "The status is missing or isn't one of R4; it is read as unknown.")
    return True


def _day(row: Row) -> Days | None:
    """The day it was observed, else the day it was issued."""
    body = row.body
    for name in ("effectiveDateTime", "effectiveInstant"):
        if name in body:
            return when.day(row, body[name], name)
    if "effectivePeriod" in body:
        return when.onset(row, "effective")
    issued = when.day(row, body.get("issued"), "issued")
    if issued is not None:
        row.find("date-from-issued", "effective[x]", "No date of observation is given; the day it was issued is used.")
    else:
        row.find("no-date", "effective[x]", "No date is given; it can't be placed in time.")
    return issued


def _answer(row: Row) -> answers.Answer:
    return answers.of_value(row.body)


def _total(row: Row, instrument: str | None, day: Days | None, pending: Pending, *, tested: bool) -> None:
    """A total or a whole questionnaire, with the items it holds as components or names as members.

    Args:
        row: The Observation.
        instrument: What its code says it is; None if only its components tell.
        day: Of the Observation.
        pending: Where it waits for its members.
        tested: Whether it brought laboratory results as well.
    """
    totals, items = _components(row)
    value = _number(row, row.body, "value[x]") if instrument else None
    if instrument and value is None:
        value = totals.get(instrument)
    members = tuple(
        reference
        for name in ("hasMember", "derivedFrom")
        for one in nodes(row.body.get(name))
        if (reference := references.target(one))
    )
    if members and instrument:
        pending.panels[row.evidence_id] = Panel(row, instrument, value, items, members, day)
        return
    found = answers.assign(items, row.lookup, instrument)
    if instrument:
        totals = {**totals, instrument: value}
    several = dict.fromkeys((*([instrument] if instrument else []), *totals, *found))
    done = [
        scores.score(
            row,
            one,
            totals.get(one),
            found.get(one, []),
            day,
            row.evidence_id if one == instrument or len(several) == 1 else f"{row.evidence_id}#{one}",
        )
        for one in several
    ]
    _count(row, told=tested or any(done))


def _components(row: Row) -> tuple[dict[str, float | None], list[Item]]:
    """The totals by scale, and the items, that an Observation holds as components."""
    totals: dict[str, float | None] = {}
    items: list[Item] = []
    for place, component in enumerate(nodes(row.body.get("component"))):
        code = concept(component.get("code"))
        if total := row.lookup.total(code.codes, code.text):
            totals.setdefault(total, _number(row, component, f"component[{place}]"))
        elif candidates := row.lookup.items_of(code.codes, code.texts):
            items.append(Item(row, candidates, answers.of_value(component), f"component[{place}].value[x]"))
    return totals, items


def _number(row: Row, holder: dict[str, object], path: str) -> float | None:
    """A total as a number; unknown, and noted, if something else stands there."""
    answer = answers.of_value(holder)
    if answer.number is None and not answer.skipped:
        row.find("value-not-a-number", path, "The total isn't a number; it is read as unknown.")
    return answer.number
