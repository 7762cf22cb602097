"""Made-up FHIR for the tests: short ways to write resources, and to read them."""

import json
from pathlib import Path
from typing import Any

from stepwell.knowledge.load import Knowledge
from stepwell.records.read import read
from stepwell.records.tables import Records

Node = dict[str, Any]

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
SERTRALINE_50 = "312941"

PERSON: Node = {"resourceType": "Patient", "id": "a", "gender": "female", "birthDate": "1984-05-06"}


def concept(system: str, code: str, text: str | None = None) -> Node:
    """A CodeableConcept of one code."""
    made: Node = {"coding": [{"system": system, "code": code}]}
    return {**made, "text": text} if text else made


def words(text: str) -> Node:
    """A CodeableConcept of words alone."""
    return {"text": text}


def about(kind: str, number: int = 1, **fields: Any) -> Node:
    """A resource about the person."""
    subject = "patient" if kind in ("AllergyIntolerance", "Device") else "subject"
    return {"resourceType": kind, "id": f"r{number}", subject: {"reference": "Patient/a"}, **fields}


def order(number: int = 1, **fields: Any) -> Node:
    """An order of sertraline 50 mg tablets."""
    base: Node = {
        "status": "active",
        "intent": "order",
        "authoredOn": "2024-01-08",
        "medicationCodeableConcept": concept(RXNORM, SERTRALINE_50),
    }
    return about("MedicationRequest", number, **{**base, **fields})


def dispensing(number: int = 1, **fields: Any) -> Node:
    """A dispensing of sertraline 50 mg tablets."""
    base: Node = {
        "status": "completed",
        "whenHandedOver": "2024-01-08",
        "medicationCodeableConcept": concept(RXNORM, SERTRALINE_50),
    }
    return about("MedicationDispense", number, **{**base, **fields})


def statement(number: int = 1, **fields: Any) -> Node:
    """A statement that sertraline is taken."""
    base: Node = {
        "status": "active",
        "effectivePeriod": {"start": "2024-01-08"},
        "medicationCodeableConcept": concept(RXNORM, SERTRALINE_50),
    }
    return about("MedicationStatement", number, **{**base, **fields})


def total(number: int = 1, value: object = 17, code: str = "44261-6", **fields: Any) -> Node:
    """A PHQ-9 total."""
    base: Node = {
        "status": "final",
        "code": concept(LOINC, code),
        "effectiveDateTime": "2024-01-08",
        "valueInteger": value,
    }
    return about("Observation", number, **{**base, **fields})


def bundle(*resources: Node, person: Node | None = PERSON) -> Node:
    """A Bundle of a person and resources."""
    held = [person, *resources] if person else list(resources)
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in held]}


def save(folder: Path, content: object, name: str = "record.json") -> Path:
    """Writes JSON."""
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def read_bundle(folder: Path, knowledge: Knowledge, *resources: Node, person_id: str | None = None) -> Records:
    """Reads a Bundle of the person and resources, and checks that everything in it is accounted for."""
    records = read(save(folder, bundle(*resources)), knowledge, person_id)
    assert_adds_up(records)
    return records


def assert_adds_up(records: Records) -> None:
    """Every resource is either used or counted as not used."""
    unused = sum(one.count for one in records.unused)
    assert len(records.locations) + unused == sum(records.rows_read.values())


def rows(records: Records, table: str) -> list[Node]:
    """The rows of a table."""
    made: list[Node] = records.tables[table].to_pylist()
    return made


def one(records: Records, table: str) -> Node:
    """The only row of a table."""
    found = rows(records, table)
    assert len(found) == 1
    return found[0]


def reasons(records: Records) -> dict[str, str]:
    """Why resources weren't used, by kind."""
    return {row.kind: row.reason for row in records.unused}


def findings(records: Records) -> list[tuple[str, str, str, str]]:
    """Findings as (code, where, field, message)."""
    return [(one.code, one.where, one.field, one.message) for one in records.findings]
