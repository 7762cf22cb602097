"""Whatever stands in a record, reading it gives tables or an error a user can mend, and accounts for everything."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stepwell.errors import RecordError
from stepwell.knowledge.load import Knowledge, load
from stepwell.records.read import people, read
from stepwell.records.tables import SCHEMAS
from tests.unit.records.bundles import (
    LOINC,
    PERSON,
    SNOMED,
    about,
    assert_adds_up,
    bundle,
    concept,
    dispensing,
    order,
    statement,
    total,
    words,
)

DOSAGE: dict[str, object] = {
    "sequence": 1,
    "text": "take 1 tablet daily",
    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"end": "2024-06-01"}}},
    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
    "asNeededBoolean": False,
}
GOOD = bundle(
    order(1, dosageInstruction=[DOSAGE], dispenseRequest={"expectedSupplyDuration": {"value": 30, "code": "d"}}),
    dispensing(2, quantity={"value": 30}, daysSupply={"value": 30}, authorizingPrescription=[
        {"reference": "MedicationRequest/r1"}]),
    statement(3, status="stopped", statusReason=[words("side effects")], dosage=[DOSAGE]),
    about("MedicationAdministration", 4, status="completed", medicationReference={"reference": "Medication/m"},
          effectiveDateTime="2024-01-08", dosage={"dose": {"value": 50, "unit": "mg"}}),
    {"resourceType": "Medication", "id": "m", "code": words("sertraline 50 mg")},
    total(5, hasMember=[{"reference": "Observation/r6"}], component=[
        {"code": concept(LOINC, "44255-8"), "valueCodeableConcept": concept(LOINC, "LA6569-3")}]),
    about("Observation", 6, status="final", code=concept(LOINC, "44260-8"), valueInteger=1,
          effectiveDateTime="2024-01-08"),
    about("QuestionnaireResponse", 7, status="completed", authored="2024-01-09", item=[
        {"linkId": "/44250-9", "answer": [{"valueCoding": {"system": LOINC, "code": "LA6570-1"}}]}]),
    about("Condition", 8, code=concept(SNOMED, "370143000"), onsetAge={"value": 20, "code": "a"},
          clinicalStatus=concept("x", "active")),
    about("Procedure", 9, status="completed", code=words("ECT"), performedPeriod={"start": "2024-01-01"}),
    about("Encounter", 10, status="finished", period={"start": "2024-01-01", "end": "2024-01-02"}),
    about("AllergyIntolerance", 11, code=words("sertraline"), reaction=[{"substance": words("sertraline")}]),
    about("Device", 12, type=words("pump")),
    about("DeviceUseStatement", 13, status="active", device={"reference": "Device/r12"}),
)  # fmt: skip

_ODD_TEXTS = st.sampled_from(
    ["", "9999-12-31", "0001-01-01", "2024-02-30", "Patient/b", "#", "urn:uuid:1", "1e999", "\x00"]
)
_ODD_NUMBERS = st.sampled_from([0, -1, 0.1, 1e308, -1e308, 2**63, 10**12])
_LEAVES = st.one_of(st.none(), st.booleans(), _ODD_NUMBERS, _ODD_TEXTS, st.text(max_size=8))
JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value in a JSON value."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    inner = [place for key in keys for place in places(value[key], (*path, key))]
    return [path, *inner] if path else inner


PLACES = places(GOOD)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """The good Bundle with some of its values changed, removed, doubled or swapped for those of another place."""
    held = json.loads(json.dumps(GOOD))
    for _ in range(draw(st.integers(1, 6))):
        _change(held, draw(st.sampled_from(PLACES)), draw)
    return held


def _change(held: Any, place: tuple[str | int, ...], draw: st.DrawFn) -> None:
    """Changes one value, if earlier changes have left its place standing."""
    inner = held
    try:
        for key in place[:-1]:
            inner = inner[key]
        kind = draw(st.sampled_from(["replace", "remove", "copy", "wrap"]))
        if kind == "remove":
            del inner[place[-1]]
        elif kind == "wrap":
            inner[place[-1]] = [inner[place[-1]]]
        elif kind == "copy":
            inner[place[-1]] = _at(held, draw(st.sampled_from(PLACES)))
        else:
            inner[place[-1]] = draw(JSON)
    except (KeyError, IndexError, TypeError):
        return


def _at(held: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        held = held[key]
    return json.loads(json.dumps(held))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _read(content: object, name: str, knowledge: Knowledge) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        for person_id in (None, "a"):
            try:
                records = read(path, knowledge, person_id)
                people(path)
            except RecordError:
                continue
            assert_adds_up(records)
            assert set(records.tables) == set(SCHEMAS)


@given(mutated())
def test_a_damaged_bundle_is_read_or_refused_in_words(held: Any) -> None:
    _read(held, "record.json", load())


@given(mutated())
def test_a_damaged_export_is_read_or_refused_in_words(held: Any) -> None:
    entries = held.get("entry") if isinstance(held, dict) else None
    bodies = [one.get("resource") if isinstance(one, dict) else one for one in _listed(entries)]
    lines = "\n".join(json.dumps(body) for body in bodies)
    _read(lines or json.dumps(PERSON), "record.ndjson", load())


@given(JSON)
def test_any_json_is_read_or_refused_in_words(content: object) -> None:
    _read(content, "record.json", load())


@given(st.integers(0, len(json.dumps(GOOD))), st.sampled_from(["record.json", "record.ndjson"]))
def test_a_truncated_record_is_read_or_refused_in_words(length: int, name: str) -> None:
    _read(json.dumps(GOOD)[:length], name, load())
