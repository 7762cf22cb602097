"""Persons, conditions, procedures, encounters, devices and allergies."""

from collections.abc import Collection

from stepwell.records.fhir import references, when
from stepwell.records.fhir.products import NotYet, drugs_of
from stepwell.records.fhir.relevance import NOT_A_CONDITION, NOT_A_PROCEDURE
from stepwell.records.fhir.row import Person, Row
from stepwell.records.fhir.shape import Concept, Node, concept, nodes, string
from stepwell.records.fhir.when import Days
from stepwell.records.lookup import CodeSetMatch

_SEXES = frozenset({"male", "female", "other", "unknown"})
_CONDITION_STATUS = {
    "active": "active", "recurrence": "active", "relapse": "active",
    "inactive": "resolved", "remission": "resolved", "resolved": "resolved",
}  # fmt: skip
_CERTAINTY = {
    "confirmed": "confirmed", "refuted": "refuted",
    "unconfirmed": "provisional", "provisional": "provisional", "differential": "provisional",
}  # fmt: skip
_VERIFICATION = frozenset({*_CERTAINTY, "entered-in-error"})
_PROCEDURE_NOT_USED = frozenset({"preparation", "not-done", "entered-in-error"})
_ENCOUNTER_NOT_USED = frozenset({"planned", "cancelled", "entered-in-error"})
_DEVICE_NOT_USED = frozenset({"entered-in-error", "intended"})
# Codes of v3-ActCode.
_ENCOUNTER_KINDS = {
    "AMB": "ambulatory", "EMER": "emergency", "VR": "virtual", "IMP": "inpatient", "ACUTE": "inpatient",
    "NONAC": "inpatient",
}  # fmt: skip


def person(row: Row) -> None:
    """A Patient."""
    body = row.body
    sex = row.text("gender")
    dead = body.get("deceasedDateTime")
    row.add("person", {
        **when.dated("birth", when.day(row, body.get("birthDate"), "birthDate")),
        "sex": sex if sex in _SEXES else None,
        **when.dated("death", when.day(row, dead, "deceasedDateTime")),
    })  # fmt: skip
    if body.get("deceasedBoolean") is True and dead is None:
        row.find("death-undated", "deceasedBoolean", "The person is recorded as deceased, without a date.")
    row.used()


def born(person_id: str, body: Node) -> Person:
    """What others' rows need to know of a person."""
    text = string(body.get("birthDate"))
    days = when.parsed(text) if text else None
    return Person(person_id, days.earliest if days else None, days.latest if days else None)


def _coded(row: Row, kind: str, said: Concept) -> tuple[CodeSetMatch, ...]:
    for text in said.texts or (None,):
        found = row.lookup.code_sets(kind, said.codes, text)
        if found:
            return found
    return ()


def condition(row: Row) -> None:
    """A Condition that is of concern; one that was refuted is kept as such."""
    found = _coded(row, "condition", row.concept("code"))
    if not found:
        row.unused(NOT_A_CONDITION)
        return
    certainty = _word(row, "verificationStatus", _VERIFICATION)
    if certainty == "entered-in-error":
        row.unused("status entered-in-error")
        return
    start = when.onset(row, "onset") or when.day(row, row.body.get("recordedDate"), "recordedDate")
    last = when.onset(row, "abatement")
    status = _CONDITION_STATUS.get(_word(row, "clinicalStatus", _CONDITION_STATUS) or "", "unknown")
    for match in found:
        row.add("condition", {
            "code_set": match.code_set,
            **when.dated("start", start),
            **when.dated("end", when.end_after(row, start, last, "abatement[x]")),
            "status": status,
            "certainty": _CERTAINTY.get(certainty or "", "unknown"),
            "coded_by": match.coded_by,
        })  # fmt: skip
    row.used()


def _word(row: Row, name: str, known: Collection[str]) -> str | None:
    """The first code or words of a status that are one of R4's, however they are spelt; else None, and noted."""
    said = row.concept(name)
    spelt = ("-".join(one.casefold().split()) for one in (*said.others, *said.texts))
    found = next((one for one in spelt if one in known), None)
    if found is None and not said.empty:
        row.find("status-not-known", name, "The status isn't one of R4; it is read as unknown.")
    return found


def procedure(row: Row) -> None:
    """A Procedure that is of concern."""
    status = row.text("status")
    if status in _PROCEDURE_NOT_USED:
        row.unused(f"status {status}")
        return
    found = _coded(row, "procedure", row.concept("code"))
    if not found:
        row.unused(NOT_A_PROCEDURE)
        return
    if "performedPeriod" in row.body:
        start, end = when.period(row, row.body["performedPeriod"], "performedPeriod")
    else:
        start, end = when.onset(row, "performed"), None
        end = when.plus(start, 1) if start else None
    for match in found:
        row.add("procedure", {
            "code_set": match.code_set, **when.dated("start", start), **when.dated("end", end),
            "coded_by": match.coded_by,
        })  # fmt: skip
    row.used()


def encounter(row: Row) -> None:
    """An Encounter."""
    status = row.text("status")
    if status in _ENCOUNTER_NOT_USED:
        row.unused(f"status {status}")
        return
    start, end = when.period(row, row.body.get("period"), "period")
    code = string(row.node("class").get("code")) or ""
    row.add("encounter", {
        "kind": _ENCOUNTER_KINDS.get(code.upper(), "other"), **when.dated("start", start), **when.dated("end", end),
    })  # fmt: skip
    row.used()


def device(row: Row) -> None:
    """A Device that is implanted in or given to the person."""
    row.reading.devices.put(row.entry.scope, row.entry.full_url, f"Device/{row.text('id')}", row.body)
    if row.text("status") == "entered-in-error":
        row.unused("status entered-in-error")
        return
    _device(row, _kind(row.body), None, None)


def device_use(row: Row) -> None:
    """A DeviceUseStatement, by the kind of the device it refers to."""
    status = row.text("status")
    if status in _DEVICE_NOT_USED:
        row.unused(f"status {status}")
        return
    reference = references.target(row.node("device"))
    if reference and reference.startswith("#"):
        held = references.contained(row.body, reference)
    else:
        known = row.find_in(row.reading.devices, reference) if reference else None
        if known is None and reference and not row.reading.last:
            raise NotYet
        held = known or {}
    if reference and not held:
        row.find("reference-not-found", "device", "The Device referred to isn't in the record.")
    said = _kind(held)
    display = string(row.node("device").get("display"))
    start, end = _timing(row)
    _device(row, said if not said.empty or not display else Concept((), (display,), ()), start, end)


def _timing(row: Row) -> tuple[Days | None, Days | None]:
    if "timingPeriod" in row.body:
        return when.period(row, row.body["timingPeriod"], "timingPeriod")
    name = "timingDateTime" if "timingDateTime" in row.body else "recordedOn"
    return when.day(row, row.body.get(name), name), None


def _kind(device_body: Node) -> Concept:
    said = concept(device_body.get("type"))
    names = tuple(name for one in nodes(device_body.get("deviceName")) if (name := string(one.get("name"))))
    return Concept(said.codes, (*said.texts, *names), said.others)


def _device(row: Row, said: Concept, start: Days | None, end: Days | None) -> None:
    found = _coded(row, "device", said)
    if not found:
        row.unused("not a device Stepwell looks for")
        return
    for match in found:
        row.add("device", {
            "code_set": match.code_set, **when.dated("start", start), **when.dated("end", end),
            "coded_by": match.coded_by,
        })  # fmt: skip
    row.used()


def allergy(row: Row) -> None:
    """An AllergyIntolerance to a drug of ours."""
    said = [row.concept("code"), *(concept(one.get("substance")) for one in nodes(row.body.get("reaction")))]
    found = next((drugs for one in said if (drugs := drugs_of(row, one))), ())
    if not found:
        row.unused("not an allergy to a medicine Stepwell knows")
        return
    certainty = _word(row, "verificationStatus", _VERIFICATION)
    clinical = _word(row, "clinicalStatus", _CONDITION_STATUS)
    if certainty in ("entered-in-error", "refuted"):
        row.unused(f"status {certainty}")
        return
    if clinical in ("inactive", "resolved"):
        row.unused(f"status {clinical}")
        return
    start = when.onset(row, "onset") or when.day(row, row.body.get("recordedDate"), "recordedDate")
    for drug in found:
        row.add("allergy", {
            "ingredient": drug.ingredient, **when.dated("start", start), "coded_by": drug.coded_by,
        })  # fmt: skip
    row.used()
