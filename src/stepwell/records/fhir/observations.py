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
    tests = () if instrument or candidates else lookup.code_sets("lab", said.codes, said.text)
    parts = [] if instrument or candidates else labs.components(row)
    if not (instrument or candidates or tests or parts):
        row.unused(NOT_A_MEASUREMENT)
        return
    if not _valid(row):
        return
    day = _day(row)
    if instrument:
        _total(row, instrument, day, pending)
    elif candidates:
        item = Item(row, candidates, _answer(row), "value[x]")
        pending.loose[row.evidence_id] = Loose(item, day, row.text("effectiveDateTime") or "")
        pending.names.put(row.entry.scope, row.entry.full_url, f"Observation/{row.text('id')}", row.evidence_id)
    else:
        labs.add(row, tests, parts, day)


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


def _total(row: Row, instrument: str, day: Days | None, pending: Pending) -> None:
    """A total or a whole questionnaire, with the items it holds as components or names as members."""
    value = _number(row, row.body, "value[x]")
    items: list[Item] = []
    for place, component in enumerate(nodes(row.body.get("component"))):
        code = concept(component.get("code"))
        if row.lookup.total(code.codes, code.text) == instrument:
            value = value if value is not None else _number(row, component, f"component[{place}]")
        elif candidates := row.lookup.items_of(code.codes, code.texts):
            items.append(Item(row, candidates, answers.of_value(component), f"component[{place}].value[x]"))
    members = tuple(
        reference
        for name in ("hasMember", "derivedFrom")
        for one in nodes(row.body.get(name))
        if (reference := references.target(one))
    )
    if members:
        pending.panels[row.evidence_id] = Panel(row, instrument, value, items, members, day)
        return
    found = answers.assign(items, row.lookup, instrument)
    done = scores.score(row, instrument, value, found.pop(instrument, []), day, row.evidence_id)
    for other, taken in found.items():
        done = scores.score(row, other, None, taken, day, f"{row.evidence_id}#{other}") or done
    if done:
        row.used()
    else:
        row.unused("no value")


def _number(row: Row, holder: dict[str, object], path: str) -> float | None:
    """A total as a number; unknown, and noted, if something else stands there."""
    answer = answers.of_value(holder)
    if answer.number is None and not answer.skipped:
        row.find("value-not-a-number", path, "The total isn't a number; it is read as unknown.")
    return answer.number
