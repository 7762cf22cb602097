"""How fast bulk-export ndjson is read, and how much memory that takes.

Writes its own made-up export (one file per resource type, as bulk export does), reads it, and prints
resources per second. Run: python benchmarks/fhir_ndjson.py [--people N] [--folder DIR]
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import orjson

from stepwell.knowledge.load import load
from stepwell.records.read import read

LEAST_PER_SECOND, AIM_PER_SECOND = 20_000, 100_000
FIRST_DAY = date(2023, 1, 9)
SCT, LOINC, RXNORM = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
PRODUCTS = ("312938", "312940", "312941", "856762")

Node = dict[str, object]


def concept(system: str, code: str) -> Node:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def day(person: int, offset: int) -> str:
    """A date of a person."""
    return (FIRST_DAY + timedelta(days=offset + person % 97)).isoformat()


def base(kind: str, person: int, number: int) -> Node:
    """What every resource of a person has."""
    return {
        "resourceType": kind,
        "id": f"{kind.lower()}-{person}-{number}",
        "meta": {"lastUpdated": "2024-01-01T00:00:00Z", "versionId": "1"},
        "subject": {"reference": f"Patient/p{person}"},
    }


def patients(person: int) -> Iterator[Node]:
    """The person."""
    yield {
        "resourceType": "Patient",
        "id": f"p{person}",
        "gender": ("female", "male")[person % 2],
        "birthDate": f"{1940 + person % 60}-03-04",
    }


def conditions(person: int) -> Iterator[Node]:
    """A depression, and two conditions of no concern."""
    for number, code in enumerate(("F33.1", "I10", "E11.9")):
        yield {
            **base("Condition", person, number),
            "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "code": concept(ICD10, code),
            "onsetDateTime": day(person, number),
        }


def encounters(person: int) -> Iterator[Node]:
    """Visits."""
    for number in range(6):
        yield {
            **base("Encounter", person, number),
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "period": {"start": day(person, number * 30), "end": day(person, number * 30)},
        }


def orders(person: int) -> Iterator[Node]:
    """Orders of an antidepressant with structured dosage."""
    for number in range(3):
        yield {
            **base("MedicationRequest", person, number),
            "status": "active",
            "intent": "order",
            "authoredOn": day(person, number * 60),
            "medicationCodeableConcept": concept(RXNORM, PRODUCTS[(person + number) % len(PRODUCTS)]),
            "dosageInstruction": [
                {
                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
                }
            ],
        }


def dispensings(person: int) -> Iterator[Node]:
    """Dispensings: of an antidepressant, and as many of other medicines."""
    for number in range(12):
        known = number % 2
        yield {
            **base("MedicationDispense", person, number),
            "status": "completed",
            "whenHandedOver": day(person, number * 15),
            "medicationCodeableConcept": concept(RXNORM, PRODUCTS[person % len(PRODUCTS)] if known else "997488"),
            "quantity": {"value": 30, "unit": "tablet"},
            "daysSupply": {"value": 30, "code": "d", "unit": "days"},
            "authorizingPrescription": [{"reference": f"MedicationRequest/medicationrequest-{person}-{number // 6}"}],
        }


def observations(person: int) -> Iterator[Node]:
    """PHQ-9 totals, and four times as many vital signs and laboratory results."""
    for number in range(30):
        total = number % 5 == 0
        yield {
            **base("Observation", person, number),
            "status": "final",
            "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "survey")],
            "code": concept(LOINC, "44261-6" if total else ("8302-2", "8480-6", "2339-0", "29463-7")[number % 4]),
            "effectiveDateTime": day(person, number * 6) + "T10:00:00Z",
            "valueQuantity": {"value": number % 28, "unit": "{score}", "code": "{score}"},
        }


def immunizations(person: int) -> Iterator[Node]:
    """Resources of a kind that isn't read."""
    for number in range(5):
        yield {**base("Immunization", person, number), "status": "completed", "occurrenceDateTime": day(person, number)}


KINDS = {
    "Patient": patients,
    "Condition": conditions,
    "Encounter": encounters,
    "MedicationRequest": orders,
    "MedicationDispense": dispensings,
    "Observation": observations,
    "Immunization": immunizations,
}


def write(folder: Path, people: int) -> int:
    """Writes an export; returns how many resources it holds."""
    count = 0
    for kind, make in KINDS.items():
        with (folder / f"{kind}.000.ndjson").open("wb") as stream:
            for person in range(people):
                for body in make(person):
                    stream.write(orjson.dumps(body) + b"\n")
                    count += 1
    return count


def memory_gb() -> float:
    """The most memory this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def run(folder: Path, people: int) -> None:
    """Writes, reads, prints."""
    count = write(folder, people)
    size = sum(file.stat().st_size for file in folder.iterdir())
    knowledge, before = load(), memory_gb()
    start = time.perf_counter()
    records = read(folder, knowledge)
    seconds = time.perf_counter() - start
    speed = count / seconds
    assert sum(records.rows_read.values()) == count
    print(f"{people} people, {count} resources, {size / 1e6:.0f} MB: {seconds:.1f} s, {speed:,.0f} resources/s")
    least, aim = speed / LEAST_PER_SECOND, speed / AIM_PER_SECOND
    print(f"  {least:.1f} x the least ({LEAST_PER_SECOND:,}), {aim:.2f} x the aim ({AIM_PER_SECOND:,})")
    print(f"  memory: {memory_gb():.2f} GB at most, {before:.2f} GB before reading")
    start = time.perf_counter()
    one = read(folder, knowledge, f"p{people // 2}")
    print(f"  one of them: {time.perf_counter() - start:.2f} s, {sum(one.rows_read.values())} resources")


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--folder", type=Path, help="keep the export here")
    chosen = parser.parse_args()
    print("FHIR bulk export: how fast it is read\n")
    if chosen.folder is not None:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        run(chosen.folder, chosen.people)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), chosen.people)


if __name__ == "__main__":
    main()
