"""Whose resource it is, who is in a record, and resources that stand twice."""

import json
from pathlib import Path

import pytest

from stepwell.errors import RecordError
from stepwell.knowledge.load import Knowledge
from stepwell.records.read import people, read
from tests.unit.records.bundles import (
    PERSON,
    Node,
    about,
    assert_adds_up,
    bundle,
    dispensing,
    findings,
    one,
    order,
    read_bundle,
    reasons,
    rows,
    save,
    total,
)

OTHER: Node = {"resourceType": "Patient", "id": "b", "gender": "male"}


def of_other(resource: Node) -> Node:
    return {**resource, "id": f"{resource['id']}-b", "subject": {"reference": "Patient/b"}}


def export(folder: Path, *resources: Node) -> Path:
    """Bulk-export files, one per kind."""
    for resource in resources:
        with (folder / f"{resource['resourceType']}.ndjson").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(resource) + "\n")
    return folder


# --- whose it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reference", ["Patient/a", "https://example.org/fhir/Patient/a", "urn:uuid:1", "Patient/a/_history/3"]
)
def test_a_subject_may_be_named_in_many_ways(tmp_path: Path, knowledge: Knowledge, reference: str) -> None:
    held = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": total(subject={"reference": reference})},
            {"fullUrl": "urn:uuid:1", "resource": PERSON},
        ],
    }
    records = read(save(tmp_path, held), knowledge)
    assert_adds_up(records)
    assert one(records, "score")["person_id"] == "a"


def test_a_person_without_id_is_known_by_full_url(tmp_path: Path, knowledge: Knowledge) -> None:
    held = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:61ebe359", "resource": {"resourceType": "Patient"}},
            {"resource": total(subject={"reference": "urn:uuid:61ebe359"})},
        ],
    }
    path = save(tmp_path, held)
    assert one(read(path, knowledge), "score")["person_id"] == "61ebe359"
    assert people(path) == ["61ebe359"]


@pytest.mark.parametrize(
    ("subject", "reason", "code", "message"),
    [
        (None, "no subject", "no-subject", "It isn't said whom this is about; it isn't used."),
        (
            {"reference": "Patient/nobody"},
            "about somebody who isn't in the record",
            "subject-not-found",
            "The person it is about isn't in the record; it isn't used.",
        ),
        (
            {"reference": "Group/a"},
            "about somebody who isn't in the record",
            "subject-not-found",
            "The person it is about isn't in the record; it isn't used.",
        ),
    ],
)
def test_what_is_about_nobody_known_is_not_used(
    tmp_path: Path, knowledge: Knowledge, subject: Node | None, reason: str, code: str, message: str
) -> None:
    records = read_bundle(tmp_path, knowledge, total(subject=subject))
    assert rows(records, "score") == []
    assert reasons(records) == {"Observation": reason}
    assert findings(records) == [(code, "Observation/r1", "subject", message)]


@pytest.mark.parametrize("subject", [{"identifier": {"system": "mrn", "value": "77"}}, {"display": "Jane"}])
@pytest.mark.parametrize("as_export", [True, False])
def test_a_subject_without_reference_is_noted(
    tmp_path: Path,
    knowledge: Knowledge,
    subject: Node,
    as_export: bool,  # noqa: FBT001
) -> None:
    observed = total(subject=subject)
    path = export(tmp_path, PERSON, observed) if as_export else save(tmp_path, bundle(observed))
    records = read(path, knowledge, "a")
    assert_adds_up(records)
    assert findings(records) == [
        (
            "no-subject",
            "Observation/r1",
            "subject",
            "Whom this is about is said by an identifier or in words, not by a reference to a Patient; it isn't used.",
        )
    ]


def test_a_uuid_is_found_by_id_in_an_export(tmp_path: Path, knowledge: Knowledge) -> None:
    own = "61ebe359-bfdc-4613-8bf2-c5e300945f0a"
    observed = total(subject={"reference": f"urn:uuid:{own}"})
    folder = export(tmp_path, {**PERSON, "id": own}, OTHER, observed, of_other(observed))
    for person_id in (own, None):
        found = rows(read(folder, knowledge, person_id), "score")
        assert found[0]["person_id"] == own


MERGED: Node = {**OTHER, "active": False, "link": [{"other": {"reference": "Patient/a"}, "type": "replaced-by"}]}


@pytest.mark.parametrize("person_id", ["a", "b", None])
@pytest.mark.parametrize("as_export", [True, False])
def test_a_person_who_was_replaced_by_another_is_noted_for_both(
    tmp_path: Path,
    knowledge: Knowledge,
    person_id: str | None,
    as_export: bool,  # noqa: FBT001
) -> None:
    path = export(tmp_path, PERSON, MERGED) if as_export else save(tmp_path, bundle(MERGED))
    assert findings(read(path, knowledge, person_id)) == [
        (
            "patient-replaced",
            "Patient/b",
            "link",
            (
                "This Patient was replaced by another: what refers to the one isn't joined with what refers to the "
                "other. Look at both, or get the record anew after the merge."
            ),
        )
    ]


def test_a_replaced_person_is_no_concern_of_others(tmp_path: Path, knowledge: Knowledge) -> None:
    third = {**PERSON, "id": "c"}
    assert findings(read(save(tmp_path, bundle(MERGED, third)), knowledge, "c")) == []


# --- several people --------------------------------------------------------------------------------


def test_all_people_are_read_unless_one_is_chosen(tmp_path: Path, knowledge: Knowledge) -> None:
    path = save(tmp_path, bundle(OTHER, total(), of_other(total())))
    assert people(path) == ["a", "b"]
    everybody = read(path, knowledge)
    assert {row["person_id"] for row in rows(everybody, "score")} == {"a", "b"}
    chosen = read(path, knowledge, "b")
    assert_adds_up(chosen)
    assert [row["person_id"] for name in ("person", "score") for row in rows(chosen, name)] == ["b", "b"]
    assert {(row.kind, row.reason) for row in chosen.unused} == {
        ("Patient", "about another person"),
        ("Observation", "about another person"),
    }


def test_an_export_is_read_for_one_person_alone(tmp_path: Path, knowledge: Knowledge) -> None:
    folder = export(tmp_path, PERSON, OTHER, total(), of_other(total()), of_other(order()))
    assert people(folder) == ["a", "b"]
    chosen = read(folder, knowledge, "b")
    assert_adds_up(chosen)
    assert chosen.rows_read == {"Patient": 1, "Observation": 1, "MedicationRequest": 1}


@pytest.mark.parametrize("as_export", [True, False])
def test_nobody_of_the_id_asked_for_is_an_error(
    tmp_path: Path,
    knowledge: Knowledge,
    as_export: bool,  # noqa: FBT001
) -> None:
    path = export(tmp_path, PERSON, total()) if as_export else save(tmp_path, bundle(total()))
    with pytest.raises(RecordError) as raised:
        read(path, knowledge, "nobody")
    assert str(raised.value) == (
        f"{path.name} holds nobody with the id asked for. `stepwell people RECORD` lists the ids it holds."
    )


def test_one_person_alone_and_in_a_crowd_give_equal_rows(tmp_path: Path, knowledge: Knowledge) -> None:
    own = [total(), order(), dispensing(2, quantity={"value": 30}, daysSupply={"value": 30})]
    alone = read_bundle(tmp_path, knowledge, *own)
    crowd: list[Node] = []
    for number in range(200):
        subject = {"reference": f"Patient/p{number}"}
        crowd.append({**PERSON, "id": f"p{number}"})
        crowd += [{**one, "id": f"{one['id']}-{number}", "subject": subject} for one in own]
    folder = tmp_path / "crowd"
    folder.mkdir()
    together = read(export(folder, *crowd, PERSON, *own), knowledge)
    assert_adds_up(together)
    for name, table in alone.tables.items():
        mine = [row for row in rows(together, name) if row["person_id"] == "a"]
        assert mine == table.to_pylist(), name


# --- order of reading ------------------------------------------------------------------------------


def test_references_may_point_forward(tmp_path: Path, knowledge: Knowledge) -> None:
    medication = {
        "resourceType": "Medication", "id": "m",
        "code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.88", "code": "312941"}]},
    }  # fmt: skip
    referring = order(1, medicationReference={"reference": "Medication/m"})
    del referring["medicationCodeableConcept"]
    filled = dispensing(2, authorizingPrescription=[{"reference": "MedicationRequest/r1"}])
    resources = [filled, total(), referring, medication]
    (tmp_path / "forward.ndjson").write_text("\n".join(json.dumps(one) for one in [*resources, PERSON]))
    (tmp_path / "backward.ndjson").write_text("\n".join(json.dumps(one) for one in [PERSON, *resources[::-1]]))
    forward, backward = (read(tmp_path / f"{name}.ndjson", knowledge) for name in ("forward", "backward"))
    assert_adds_up(forward)
    for name in forward.tables:
        assert _sorted(rows(forward, name)) == _sorted(rows(backward, name)), name
    assert len(rows(forward, "exposure")) == 2


def _sorted(found: list[Node]) -> list[Node]:
    return sorted(found, key=lambda row: str(row["evidence_id"]))


def test_ids_hold_first_within_their_own_bundle(tmp_path: Path, knowledge: Knowledge) -> None:
    for person, code in (("a", "312941"), ("b", "312940")):
        medication = {"resourceType": "Medication", "id": "m", "code": {"coding": [
            {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}]}}  # fmt: skip
        referring = order(medicationReference={"reference": "Medication/m"}, subject={"reference": f"Patient/{person}"})
        del referring["medicationCodeableConcept"]
        held = bundle(referring, medication, person={**PERSON, "id": person})
        save(tmp_path, held, f"{person}.json")
    records = read(tmp_path, knowledge)
    assert_adds_up(records)
    assert {(row["person_id"], row["product"]) for row in rows(records, "exposure")} == {
        ("a", "312941"),
        ("b", "312940"),
    }
    assert {row["evidence_id"] for row in rows(records, "exposure")} == {
        "MedicationRequest/r1",
        "MedicationRequest/r1 (b.json)",
    }


def test_two_people_of_one_id_in_two_bundles_are_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    save(tmp_path, bundle(total()), "one.json")
    save(tmp_path, bundle(total(), person={**PERSON, "birthDate": "1999-01-01"}), "two.json")
    with pytest.raises(RecordError) as raised:
        read(tmp_path, knowledge)
    assert str(raised.value) == (
        "one.json and two.json hold Patients of the same id who differ in name, sex or birth date. Their records can't "
        "be told apart. Read the files one by one, or give each person an id of their own."
    )


# --- resources that stand twice --------------------------------------------------------------------


def test_the_same_resource_again_is_used_once(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, total(), total())
    assert len(rows(records, "score")) == 1
    assert reasons(records) == {"Observation": "the same resource again"}
    assert findings(records) == []


def versions(first: str | None, second: str | None) -> list[Node]:
    return [
        {**total(value=value), **({"meta": {"lastUpdated": stamp}} if stamp else {})}
        for value, stamp in ((10, first), (20, second))
    ]


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", 20.0),
        ("2024-02-01T00:00:00Z", "2024-01-01T00:00:00Z", 10.0),
        (None, None, 20.0),
    ],
)
def test_of_two_versions_the_latest_is_used(
    tmp_path: Path, knowledge: Knowledge, first: str | None, second: str | None, value: float
) -> None:
    records = read_bundle(tmp_path, knowledge, *versions(first, second))
    assert one(records, "score")["value"] == value
    assert reasons(records) == {"Observation": "an older version of the same resource"}
    assert findings(records) == [
        ("duplicate-id", "Observation/r1", "", "Two resources have this id and differ; the latest is used.")
    ]


def meta(first: Node, second: Node) -> list[Node]:
    return [total(value=10, meta=first), total(value=20, meta=second)]


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ({"versionId": "10"}, {"versionId": "9"}, 10.0),
        ({"versionId": "9"}, {"versionId": "10"}, 20.0),
        ({"versionId": "b"}, {"versionId": "a"}, 20.0),
        ({"lastUpdated": "2024-01-01T23:30:00Z"}, {"lastUpdated": "2024-01-02T00:30:00+02:00"}, 10.0),
        ({"lastUpdated": "2024-01-01T00:00:00.5Z"}, {"lastUpdated": "2024-01-01T00:00:00Z"}, 10.0),
        ({"lastUpdated": "2024-01-01"}, {"lastUpdated": "soon"}, 20.0),
    ],
)
def test_which_of_two_versions_is_later(
    tmp_path: Path, knowledge: Knowledge, first: Node, second: Node, value: float
) -> None:
    assert one(read_bundle(tmp_path, knowledge, *meta(first, second)), "score")["value"] == value


def test_a_version_about_something_else_takes_the_older_back(tmp_path: Path, knowledge: Knowledge) -> None:
    assert rows(read_bundle(tmp_path, knowledge, total(), total(code="8302-2")), "score") == []


def test_resources_without_id_in_two_bundles_are_two(tmp_path: Path, knowledge: Knowledge) -> None:
    for number, (name, value) in enumerate((("a", 10), ("b", 20), ("again", 20))):
        nameless = total(value=value)
        del nameless["id"]
        save(tmp_path, bundle(nameless), f"{number}-{name}.json")
    records = read(tmp_path, knowledge)
    assert_adds_up(records)
    assert reasons(records) == {"Patient": "the same resource again", "Observation": "the same resource again"}
    assert [(row["evidence_id"], row["value"]) for row in rows(records, "score")] == [
        ("Observation/#2", 10.0),
        ("Observation/#2 (1-b.json)", 20.0),
    ]


def test_a_version_that_is_not_to_be_used_takes_the_older_back(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, total(), total(status="entered-in-error"))
    assert rows(records, "score") == []


def test_resources_without_id_are_named_by_their_place(tmp_path: Path, knowledge: Knowledge) -> None:
    nameless = [total(value=value) for value in (10, 20)]
    for resource in nameless:
        del resource["id"]
    records = read_bundle(tmp_path, knowledge, *nameless)
    assert [row["evidence_id"] for row in rows(records, "score")] == ["Observation/#2", "Observation/#3"]
    assert records.locations["Observation/#3"] == ("record.json", 3)


def test_a_patient_without_id_or_url_is_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, {"resourceType": "Patient"})
    assert ("patient-without-id", "Patient/#2", "", "The Patient has no id; nobody can refer to it.") in findings(
        records
    )


def test_devices_about_nobody_are_counted(tmp_path: Path, knowledge: Knowledge) -> None:
    device = about("Device")
    del device["patient"]
    assert reasons(read_bundle(tmp_path, knowledge, device)) == {"Device": "about no person"}
