"""Laboratory results and blood pressures in FHIR: number, unit, words, and what the laboratory says of them."""

from pathlib import Path
from typing import Any

import pytest

from stepwell.knowledge.load import Knowledge
from tests.unit.records.bundles import LOINC, SNOMED, Node, about, concept, findings, one, read_bundle, reasons, rows
from tests.unit.records.bundles import words as said

TSH, PREGNANCY_TEST, BLOOD_PRESSURE = "3016-3", "2106-3", "85354-9"
MARKS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
UNIT = "m[IU]/L"
LIMIT = (
    "result-not-exact", "Observation/r1", "valueQuantity.comparator",
    "The result is a limit, not a number; only what the laboratory says of it is used.",
)  # fmt: skip


def result(number: int = 1, code: str = TSH, **fields: Any) -> Node:
    base: Node = {"status": "final", "code": concept(LOINC, code), "effectiveDateTime": "2024-01-08"}
    return about("Observation", number, **{**base, **fields})


def quantity(value: float, comparator: str | None = None, unit: str = UNIT) -> Node:
    made: Node = {"value": value, "unit": unit, "code": unit}
    return {**made, "comparator": comparator} if comparator else made


def normal(low: float | None = None, high: float | None = None, unit: str = UNIT, **more: Any) -> Node:
    ends = {name: {"value": end, "code": unit} for name, end in (("low", low), ("high", high)) if end is not None}
    return {**ends, **more}


def told(folder: Path, knowledge: Knowledge, **fields: Any) -> tuple[object, ...]:
    row = one(read_bundle(folder, knowledge, result(**fields)), "lab")
    return row["lab"], row["value"], row["unit"], row["text"], row["flag"]


def flag(folder: Path, knowledge: Knowledge, **fields: Any) -> object:
    return told(folder, knowledge, **fields)[-1]


# --- number and unit -------------------------------------------------------------------------------


def test_a_number_keeps_its_unit(tmp_path: Path, knowledge: Knowledge) -> None:
    assert told(tmp_path, knowledge, valueQuantity=quantity(2.5)) == ("tsh", 2.5, UNIT, None, None)


@pytest.mark.parametrize("value", [{"valueString": "2.5"}, {"valueInteger": 2.5}, {"valueDecimal": 2.5}])
def test_a_number_without_unit_is_a_number(tmp_path: Path, knowledge: Knowledge, value: Node) -> None:
    assert told(tmp_path, knowledge, **value) == ("tsh", 2.5, None, None, None)


@pytest.mark.parametrize("unit", ["mm[Hg]", "mmHg", "mm Hg", "MMHG"])
def test_a_unit_is_written_one_way(tmp_path: Path, knowledge: Knowledge, unit: str) -> None:
    found = told(tmp_path, knowledge, code="8480-6", valueQuantity=quantity(150, unit=unit))
    assert found == ("systolic-blood-pressure", 150, "mm[Hg]", None, None)


def test_a_limit_is_no_number_and_is_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, result(valueQuantity=quantity(0.1, "<")))
    assert (one(records, "lab")["value"], one(records, "lab")["flag"]) == (None, None)
    assert findings(records) == [LIMIT]


# --- what the laboratory says ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [("H", "high"), ("HH", "high"), ("L", "low"), ("LL", "low"), ("A", "abnormal"), ("N", "normal"),
     ("POS", "positive"), ("NEG", "negative"), ("IE", None)],
)  # fmt: skip
def test_a_mark_by_code(tmp_path: Path, knowledge: Knowledge, code: str, expected: str | None) -> None:
    fields = {"valueQuantity": quantity(2.5), "interpretation": [concept(MARKS, code)]}
    assert flag(tmp_path, knowledge, **fields) == expected


def test_a_mark_in_words(tmp_path: Path, knowledge: Knowledge) -> None:
    assert flag(tmp_path, knowledge, valueQuantity=quantity(9), interpretation=[said("Above normal")]) == "high"


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [(0.3, 0.4, 4, "low"), (0.4, 0.4, 4, "normal"), (4, 0.4, 4, "normal"), (4.1, 0.4, 4, "high"),
     (3, None, 4, "normal"), (5, None, 4, "high"), (70, 60, None, "normal"), (50, 60, None, "low")],
)  # fmt: skip
def test_the_reference_range_tells_where_there_is_no_mark(
    tmp_path: Path, knowledge: Knowledge, value: float, low: float | None, high: float | None, expected: str
) -> None:
    fields = {"valueQuantity": quantity(value), "referenceRange": [normal(low, high)]}
    assert flag(tmp_path, knowledge, **fields) == expected


def test_the_mark_goes_before_the_range(tmp_path: Path, knowledge: Knowledge) -> None:
    fields = {
        "valueQuantity": quantity(3), "referenceRange": [normal(0.4, 4)], "interpretation": [concept(MARKS, "H")],
    }  # fmt: skip
    assert flag(tmp_path, knowledge, **fields) == "high"


@pytest.mark.parametrize(
    ("value", "sign", "low", "high", "expected"),
    [(60, ">", 60, None, "normal"), (60, ">", 90, None, None), (4, "<", 4, 10, "low"), (4, "<=", 4, 10, None),
     (100, ">", 4, 10, "high"), (5, "<", None, 5, "normal")],
)  # fmt: skip
def test_a_limit_is_held_against_the_range_as_far_as_it_tells(
    tmp_path: Path, knowledge: Knowledge, value: float, sign: str, low: float | None, high: float | None,
    expected: str | None,
) -> None:  # fmt: skip
    fields = {"valueQuantity": quantity(value, sign), "referenceRange": [normal(low, high)]}
    assert told(tmp_path, knowledge, **fields)[1::3] == (None, expected)


@pytest.mark.parametrize(
    "ranges",
    [
        [normal(0.4, 4), normal(0.5, 5)],
        [normal(0.4, 4, "mIU/mL")],
        [normal(0.4, 4, type=concept("http://x", "critical"))],
        [normal(0.4, 4, appliesTo=[said("pregnant")])],
        [{"text": "0.4 to 4"}],
    ],
    ids=["two ranges", "another unit", "not what is normal", "for some only", "words"],
)
def test_a_range_that_does_not_surely_hold_tells_nothing(
    tmp_path: Path, knowledge: Knowledge, ranges: list[Node]
) -> None:
    assert flag(tmp_path, knowledge, valueQuantity=quantity(9), referenceRange=ranges) is None


# --- results in words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ({"valueString": "Not  Detected"}, "not detected", "negative"),
        ({"valueCodeableConcept": concept(SNOMED, "10828004", "Positive")}, "positive", "positive"),
        ({"valueCodeableConcept": said("Not pregnant (finding)")}, "not pregnant", None),
        ({"valueCodeableConcept": concept(SNOMED, "60001007")}, "60001007", None),
        ({"valueBoolean": True}, "yes", None),
        ({"valueString": "N"}, "n", None),
    ],
)
def test_words_are_kept_in_small_letters(
    tmp_path: Path, knowledge: Knowledge, value: Node, text: str, expected: str | None
) -> None:
    assert told(tmp_path, knowledge, code=PREGNANCY_TEST, **value) == ("pregnancy-test", None, None, text, expected)


# --- panels ----------------------------------------------------------------------------------------


def pressure(code: str, value: float) -> Node:
    return {"code": concept(LOINC, code), "valueQuantity": quantity(value, unit="mmHg")}


def test_a_blood_pressure_panel_is_read_by_its_components(tmp_path: Path, knowledge: Knowledge) -> None:
    panel = result(code=BLOOD_PRESSURE, component=[pressure("8480-6", 152), pressure("8462-4", 88)])
    records = read_bundle(tmp_path, knowledge, panel)
    assert [(row["lab"], row["value"], row["unit"]) for row in rows(records, "lab")] == [
        ("systolic-blood-pressure", 152, "mm[Hg]"), ("diastolic-blood-pressure", 88, "mm[Hg]"),
    ]  # fmt: skip
    assert {row["evidence_id"] for row in rows(records, "lab")} == {"Observation/r1"}


def test_a_panel_of_other_components_is_passed_by(tmp_path: Path, knowledge: Knowledge) -> None:
    panel = result(code="24331-1", component=[{"code": concept(LOINC, "2093-3"), "valueQuantity": quantity(5)}])
    assert reasons(read_bundle(tmp_path, knowledge, panel)) == {"Observation": "not a measurement Stepwell looks for"}


# --- what isn't a result ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "no value"),
        ({"dataAbsentReason": said("unknown")}, "no value"),
        ({"valueQuantity": quantity(9), "status": "entered-in-error"}, "status entered-in-error"),
        ({"valueQuantity": quantity(9), "status": "registered"}, "status registered"),
    ],
)
def test_what_is_no_result_is_not_used(tmp_path: Path, knowledge: Knowledge, fields: Node, reason: str) -> None:
    records = read_bundle(tmp_path, knowledge, result(**fields))
    assert rows(records, "lab") == []
    assert reasons(records) == {"Observation": reason}


@pytest.mark.parametrize(
    ("name", "lab"),
    [("TSH", "tsh"), ("Thyrotropin, serum", "tsh"), ("Hemoglobin [Mass/volume] in Blood", "haemoglobin"),
     ("Hemoglobin A1c", None), ("TSH receptor antibody", None), ("Ferritin level", "ferritin")],
)  # fmt: skip
def test_a_test_is_known_by_its_name_alone_if_that_is_all_it_says(
    tmp_path: Path, knowledge: Knowledge, name: str, lab: str | None
) -> None:
    records = read_bundle(
        tmp_path,
        knowledge,
        about(
            "Observation", status="final", code=said(name), effectiveDateTime="2024-01-08", valueQuantity=quantity(9)
        ),
    )
    assert [row["lab"] for row in rows(records, "lab")] == ([lab] if lab else [])
