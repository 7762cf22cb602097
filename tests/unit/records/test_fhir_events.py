"""Persons, conditions, procedures, encounters, devices, allergies and laboratory results."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.schema import Cite, Code, CodeSet
from stepwell.records.read import read
from tests.unit.records.bundles import (
    ICD10,
    PERSON,
    RXNORM,
    SNOMED,
    Node,
    about,
    bundle,
    concept,
    findings,
    one,
    read_bundle,
    reasons,
    rows,
    save,
    words,
)

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def depression(**fields: Any) -> Node:
    base: Node = {"code": concept(ICD10, "F34.1"), "onsetDateTime": "2023-11"}
    return about("Condition", **{**base, **fields})


@pytest.fixture(scope="module")
def more(knowledge: Knowledge) -> Knowledge:
    """The knowledge with a device that has a code of one digit."""
    cite = (Cite(source="stepwell", locus="test"),)
    device = CodeSet(id="stimulator", title="Stimulator", kind="device", about="A device.", cite=cite)
    code = Code(code_set="stimulator", system="snomed", code="1", match="exact", source="stepwell", locus="test")
    return replace(knowledge, code_sets=(*knowledge.code_sets, device), codes=(*knowledge.codes, code))


# --- persons ---------------------------------------------------------------------------------------


def test_a_person(tmp_path: Path, knowledge: Knowledge) -> None:
    patient = {**PERSON, "birthDate": "1984", "deceasedDateTime": "2024-02"}
    row = one(read(save(tmp_path, bundle(person=patient)), knowledge), "person")
    assert (row["person_id"], row["sex"]) == ("a", "female")
    assert (row["birth_earliest"], row["birth_latest"]) == (date(1984, 1, 1), date(1984, 12, 31))
    assert (row["death_earliest"], row["death_latest"]) == (date(2024, 2, 1), date(2024, 2, 29))
    assert row["evidence_id"] == "Patient/a"


def test_a_death_without_date_is_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read(save(tmp_path, bundle(person={**PERSON, "deceasedBoolean": True})), knowledge)
    assert one(records, "person")["death_earliest"] is None
    assert findings(records) == [
        ("death-undated", "Patient/a", "deceasedBoolean", "The person is recorded as deceased, without a date.")
    ]


def test_nothing_said_of_a_person_is_unknown(tmp_path: Path, knowledge: Knowledge) -> None:
    row = one(read(save(tmp_path, bundle(person={"resourceType": "Patient", "id": "a"})), knowledge), "person")
    assert (row["sex"], row["birth_earliest"], row["death_earliest"]) == (None, None, None)


# --- conditions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clinical", "verification", "status", "certainty"),
    [
        ("active", "confirmed", "active", "confirmed"),
        ("recurrence", "unconfirmed", "active", "provisional"),
        ("remission", "differential", "resolved", "provisional"),
        ("resolved", "refuted", "resolved", "refuted"),
        (None, None, "unknown", "unknown"),
    ],
)
def test_status_and_certainty_of_a_condition(
    tmp_path: Path, knowledge: Knowledge, clinical: str | None, verification: str | None, status: str, certainty: str
) -> None:
    said: Node = {}
    if clinical:
        said["clinicalStatus"] = concept(CLINICAL, clinical)
    if verification:
        said["verificationStatus"] = concept(CLINICAL, verification)
    row = one(read_bundle(tmp_path, knowledge, depression(**said)), "condition")
    assert (row["code_set"], row["status"], row["certainty"]) == ("dysthymia", status, certainty)


@pytest.mark.parametrize(
    ("clinical", "verification", "status", "certainty"),
    [
        (words("Active"), words("Confirmed"), "active", "confirmed"),
        (words("Resolved"), words("REFUTED"), "resolved", "refuted"),
        (
            words("active"),
            {"coding": [{"system": "urn:oid:1.2", "code": "5"}, {"code": "refuted"}]},
            "active",
            "refuted",
        ),
        ({"coding": [{"display": "Recurrence"}]}, words("Provisional"), "active", "provisional"),
    ],
)
def test_a_status_in_words_is_read_however_it_is_spelt(
    tmp_path: Path, knowledge: Knowledge, clinical: Node, verification: Node, status: str, certainty: str
) -> None:
    records = read_bundle(tmp_path, knowledge, depression(clinicalStatus=clinical, verificationStatus=verification))
    row = one(records, "condition")
    assert (row["status"], row["certainty"]) == (status, certainty)
    assert findings(records) == []


def test_a_status_that_is_none_of_r4_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    odd = depression(clinicalStatus=words("ongoing"), verificationStatus=words("Rule out"))
    records = read_bundle(tmp_path, knowledge, odd)
    row = one(records, "condition")
    assert (row["status"], row["certainty"]) == ("unknown", "unknown")
    assert findings(records) == [
        ("status-not-known", "Condition/r1", name, "The status isn't one of R4; it is read as unknown.")
        for name in ("verificationStatus", "clinicalStatus")
    ]


@pytest.mark.parametrize(
    "end",
    [
        {"abatementString": "last year"},
        {"abatementRange": {"low": {"value": 39}, "high": {"value": 40}}},
        {"abatementAge": {"value": 480, "code": "mo"}},
        {"abatementBoolean": True},
    ],
)
def test_an_end_that_is_no_date_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge, end: Node) -> None:
    records = read_bundle(tmp_path, knowledge, depression(**end))
    assert one(records, "condition")["end_earliest"] is None
    assert findings(records) == [
        (
            "date-not-a-day",
            "Condition/r1",
            "abatement[x]",
            "It is told otherwise than by a date; it is read as unknown.",
        )
    ]


@pytest.mark.parametrize(
    ("onset", "first", "last"),
    [
        ({"onsetDateTime": "2023-11"}, date(2023, 11, 1), date(2023, 11, 30)),
        ({"onsetPeriod": {"start": "2023-01", "end": "2023-03"}}, date(2023, 1, 1), date(2023, 3, 31)),
        ({"onsetAge": {"value": 20, "code": "a"}}, date(2004, 5, 6), date(2005, 5, 5)),
        ({"onsetString": "as a child"}, None, None),
        ({"recordedDate": "2023-12-01"}, date(2023, 12, 1), date(2023, 12, 1)),
    ],
)
def test_the_onset_of_a_condition(
    tmp_path: Path, knowledge: Knowledge, onset: Node, first: date | None, last: date | None
) -> None:
    undated = depression()
    del undated["onsetDateTime"]
    row = one(read_bundle(tmp_path, knowledge, {**undated, **onset}), "condition")
    assert (row["start_earliest"], row["start_latest"]) == (first, last)


def test_a_condition_covers_the_day_it_abated(tmp_path: Path, knowledge: Knowledge) -> None:
    row = one(read_bundle(tmp_path, knowledge, depression(abatementDateTime="2024-03-04")), "condition")
    assert (row["end_earliest"], row["end_latest"]) == (date(2024, 3, 5), date(2024, 3, 5))


def test_a_condition_known_by_words_is_marked(tmp_path: Path, knowledge: Knowledge) -> None:
    row = one(read_bundle(tmp_path, knowledge, depression(code=words("Bipolar disorder"))), "condition")
    assert (row["code_set"], row["coded_by"]) == ("bipolar", "text")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"verificationStatus": concept(CLINICAL, "entered-in-error")}, "status entered-in-error"),
        ({"verificationStatus": words("Entered in Error")}, "status entered-in-error"),
        ({"code": concept(ICD10, "L20.9")}, "not a condition Stepwell looks for"),
        ({"code": {}}, "not a condition Stepwell looks for"),
    ],
)
def test_a_condition_of_no_concern_is_not_used(tmp_path: Path, knowledge: Knowledge, fields: Node, reason: str) -> None:
    assert reasons(read_bundle(tmp_path, knowledge, depression(**fields))) == {"Condition": reason}


# --- procedures and encounters ---------------------------------------------------------------------


def ect(**fields: Any) -> Node:
    base: Node = {"status": "completed", "code": words("Electroconvulsive therapy")}
    return about("Procedure", **{**base, **fields})


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        ({"performedDateTime": "2024-01-08"}, date(2024, 1, 8), date(2024, 1, 9)),
        (
            {"performedPeriod": {"start": "2024-01-08T09:00:00Z", "end": "2024-01-08T10:00:00Z"}},
            date(2024, 1, 8),
            date(2024, 1, 9),
        ),
        ({}, None, None),
    ],
)
def test_a_procedure(tmp_path: Path, knowledge: Knowledge, when: Node, start: date | None, end: date | None) -> None:
    row = one(read_bundle(tmp_path, knowledge, ect(**when)), "procedure")
    assert (row["code_set"], row["start_earliest"], row["end_latest"]) == ("ect", start, end)


@pytest.mark.parametrize("status", ["preparation", "not-done", "entered-in-error"])
def test_a_procedure_that_was_not_done_is_not_used(tmp_path: Path, knowledge: Knowledge, status: str) -> None:
    assert reasons(read_bundle(tmp_path, knowledge, ect(status=status))) == {"Procedure": f"status {status}"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AMB", "ambulatory"), ("EMER", "emergency"), ("IMP", "inpatient"), ("VR", "virtual"), ("HH", "other")],
)
def test_an_encounter(tmp_path: Path, knowledge: Knowledge, code: str, kind: str) -> None:
    visit = about("Encounter", status="finished", period={"start": "2024-01-08"})
    visit["class"] = {"system": ACT, "code": code}
    row = one(read_bundle(tmp_path, knowledge, visit), "encounter")
    assert (row["kind"], row["start_earliest"], row["end_latest"]) == (kind, date(2024, 1, 8), None)


@pytest.mark.parametrize("status", ["planned", "cancelled", "entered-in-error"])
def test_an_encounter_that_did_not_happen_is_not_used(tmp_path: Path, knowledge: Knowledge, status: str) -> None:
    visit = about("Encounter", status=status)
    assert reasons(read_bundle(tmp_path, knowledge, visit)) == {"Encounter": f"status {status}"}


# --- devices, allergies, laboratory ----------------------------------------------------------------

STIMULATOR = about("Device", 9, type=concept(SNOMED, "1"))


def test_a_device_and_its_use(tmp_path: Path, more: Knowledge) -> None:
    use = about(
        "DeviceUseStatement", status="active", device={"reference": "Device/r9"}, timingPeriod={"start": "2024-01-08"}
    )
    found = rows(read_bundle(tmp_path, more, use, STIMULATOR), "device")
    assert [(row["code_set"], row["start_earliest"], row["evidence_id"]) for row in found] == [
        ("stimulator", None, "Device/r9"),
        ("stimulator", date(2024, 1, 8), "DeviceUseStatement/r1"),
    ]


def test_the_use_of_a_device_that_is_not_there_is_noted(tmp_path: Path, more: Knowledge) -> None:
    use = about("DeviceUseStatement", status="active", device={"reference": "Device/none"})
    records = read_bundle(tmp_path, more, use)
    assert reasons(records) == {"DeviceUseStatement": "not a device Stepwell looks for"}
    assert [found[0] for found in findings(records)] == ["reference-not-found"]


def test_an_allergy_to_a_drug_of_ours(tmp_path: Path, knowledge: Knowledge) -> None:
    allergic = about("AllergyIntolerance", code=concept(RXNORM, "36437"), recordedDate="2020-01-02")
    row = one(read_bundle(tmp_path, knowledge, allergic), "allergy")
    assert (row["ingredient"], row["start_earliest"]) == ("sertraline", date(2020, 1, 2))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"verificationStatus": concept(CLINICAL, "refuted")}, "status refuted"),
        ({"clinicalStatus": concept(CLINICAL, "resolved")}, "status resolved"),
        ({"verificationStatus": words("Entered in Error")}, "status entered-in-error"),
        ({"clinicalStatus": words("Resolved")}, "status resolved"),
        ({"code": words("peanut")}, "not an allergy to a medicine Stepwell knows"),
    ],
)
def test_an_allergy_of_no_concern_is_not_used(tmp_path: Path, knowledge: Knowledge, fields: Node, reason: str) -> None:
    allergic = about("AllergyIntolerance", **{"code": concept(RXNORM, "36437"), **fields})
    assert reasons(read_bundle(tmp_path, knowledge, allergic)) == {"AllergyIntolerance": reason}


def test_an_odd_status_of_what_is_no_concern_is_not_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    odd = about("AllergyIntolerance", code=words("peanut"), clinicalStatus=words("current"))
    assert findings(read_bundle(tmp_path, knowledge, odd)) == []
