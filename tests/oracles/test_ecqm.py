"""Test patients of the quality measures CMS2, CMS128 and CMS159: what their own value sets name is found.

What to expect is worked out from the value sets that come with the measures, not from our knowledge.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stepwell.knowledge.load import Knowledge
from stepwell.records.read import read
from stepwell.records.tables import Records

ANTIDEPRESSANTS = "2.16.840.1.113883.3.464.1003.196.12.1213"
PHQ9 = "2.16.840.1.113883.3.67.1.101.1.263"
DIAGNOSES = {
    "2.16.840.1.113883.3.464.1003.105.12.1007": "major-depression",
    "2.16.840.113883.3.67.1.101.3.2444": "major-depression",
    "2.16.840.1.113883.3.67.1.101.1.254": "dysthymia",
    "2.16.840.1.113883.3.67.1.101.1.128": "bipolar",
    "2.16.840.1.113883.3.464.1003.105.12.1104": "psychosis",
    "2.16.840.1.113883.3.464.1003.105.12.1152": "pervasive-developmental",
    "2.16.840.1.113883.3.67.1.101.1.246": "emotionally-unstable-personality",
}
MEASURES = ("CMS2", "CMS128", "CMS159")

Code = tuple[str, str]
Case = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def value_sets(oracles: Callable[[str], Path]) -> dict[str, set[Code]]:
    """Codes by OID, of all the measures."""
    found: dict[str, set[Code]] = {}
    for measure in MEASURES:
        sets = json.loads((oracles("ecqm") / measure / "valuesets.json").read_text(encoding="utf-8"))
        for oid, content in sets.items():
            found.setdefault(oid, set()).update((system, code) for system, code in content["codes"])
    return found


@pytest.fixture(scope="module")
def cases(oracles: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """A file and the bundle in it, for every case."""
    folder, made = tmp_path_factory.mktemp("ecqm"), []
    for path in sorted(oracles("ecqm").glob("*/*.json")):
        if path.name != "valuesets.json":
            bundle = json.loads(path.read_text(encoding="utf-8"))["bundle"]
            copy = folder / f"{path.parent.name}-{path.name}"
            copy.write_text(json.dumps(bundle), encoding="utf-8")
            made.append((copy, bundle))
    return made


@pytest.fixture(scope="module")
def read_cases(cases: list[Case], knowledge: Knowledge) -> list[tuple[Records, dict[str, Any]]]:
    return [(read(path, knowledge), bundle) for path, bundle in cases]


def _coded(bundle: dict[str, Any], kind: str, field: str, codes: set[Code]) -> Iterator[dict[str, Any]]:
    """Resources of a kind with a code of a set; written down plainly, without our reader."""
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == kind:
            written = {(one.get("system"), one.get("code")) for one in resource.get(field, {}).get("coding", [])}
            if written & codes:
                yield resource


def _named(resources: Iterator[dict[str, Any]]) -> set[str]:
    return {f"{one['resourceType']}/{one['id']}" for one in resources}


def _evidence(records: Records, table: str, **where: object) -> set[str]:
    rows = records.tables[table].to_pylist()
    return {row["evidence_id"] for row in rows if all(row[column] == value for column, value in where.items())}


def test_every_bundle_is_read_and_accounted_for(read_cases: list[tuple[Records, dict[str, Any]]]) -> None:
    assert len(read_cases) > 50
    for records, bundle in read_cases:
        unused = sum(one.count for one in records.unused)
        assert sum(records.rows_read.values()) == len(bundle["entry"])
        assert len(records.locations) + unused == len(bundle["entry"])
        assert len(records.tables["person"]) == 1


def test_every_antidepressant_dispensing_is_found(
    read_cases: list[tuple[Records, dict[str, Any]]], value_sets: dict[str, set[Code]]
) -> None:
    found = 0
    for records, bundle in read_cases:
        expected = list(_coded(bundle, "MedicationDispense", "medicationCodeableConcept", value_sets[ANTIDEPRESSANTS]))
        assert _evidence(records, "exposure", basis="dispensed") == _named(iter(expected))
        found += len(expected)
        rows = {row["evidence_id"]: row for row in records.tables["exposure"].to_pylist()}
        for one in expected:
            row = rows[f"MedicationDispense/{one['id']}"]
            assert row["start_earliest"].isoformat() == one["whenHandedOver"][:10]
            assert (row["end_latest"] - row["start_latest"]).days == one["daysSupply"]["value"]
    assert found > 20


def test_every_phq_9_score_is_found(
    read_cases: list[tuple[Records, dict[str, Any]]], value_sets: dict[str, set[Code]]
) -> None:
    assert {code for _, code in value_sets[PHQ9]} == {"44261-6", "89204-2"}
    found = 0
    for records, bundle in read_cases:
        expected = {f"Observation/{one['id']}": one for one in _coded(bundle, "Observation", "code", value_sets[PHQ9])}
        rows = {row["evidence_id"]: row["value"] for row in records.tables["score"].to_pylist()}
        assert set(rows) == set(expected)
        found += len(expected)
        for evidence_id, one in expected.items():
            assert rows[evidence_id] == _written_value(one)
    assert found > 40


def _written_value(resource: dict[str, Any]) -> float:
    return float(resource.get("valueInteger", resource.get("valueQuantity", {}).get("value")))


@pytest.mark.parametrize("oid", DIAGNOSES)
def test_every_diagnosis_is_found(
    oid: str, read_cases: list[tuple[Records, dict[str, Any]]], value_sets: dict[str, set[Code]]
) -> None:
    for records, bundle in read_cases:
        expected = _named(_coded(bundle, "Condition", "code", value_sets[oid]))
        assert expected <= _evidence(records, "condition", code_set=DIAGNOSES[oid], coded_by="code")


def test_the_diagnoses_of_the_measures_occur_in_the_cases(
    read_cases: list[tuple[Records, dict[str, Any]]], value_sets: dict[str, set[Code]]
) -> None:
    """Guards the test above: it would pass if no case held any of these codes."""
    every = set().union(*(value_sets[oid] for oid in DIAGNOSES))
    held = [len(_named(_coded(bundle, "Condition", "code", every))) for _, bundle in read_cases]
    assert sum(held) > 40
    systems = {
        one["system"]
        for _, bundle in read_cases
        for condition in _coded(bundle, "Condition", "code", every)
        for one in condition["code"]["coding"]
    }
    assert "http://snomed.info/sct" in systems
