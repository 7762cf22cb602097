"""Writes `fhir.json` (FHIR R4) beside the `csv` folder of every example: the same person, the other form.

Run it after a change of an example's CSV files:

    python examples/make_fhir.py

It reads and writes only the folder it stands in, and needs nothing but Python. The people are made up.
"""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Row = dict[str, str]

HERE = Path(__file__).parent
RXNORM, LOINC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://loinc.org"
SNOMED, ICD10, UCUM = (
    "http://snomed.info/sct",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://unitsofmeasure.org",
)
CONDITION = "http://terminology.hl7.org/CodeSystem/condition-"
MADE_UP = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}

PHQ9_PANEL, PHQ9_TOTAL = "44249-1", "44261-6"
PHQ9_ITEMS = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")
PHQ9_ANSWERS = {"0": "LA6568-5", "1": "LA6569-3", "2": "LA6570-1", "3": "LA6571-9"}
TOTALS = {"PHQ-9": PHQ9_TOTAL}

MEDICATION_KINDS = {
    "ordered": "MedicationRequest",
    "dispensed": "MedicationDispense",
    "stated": "MedicationStatement",
}


def bundle(folder: Path) -> Json:
    """The Bundle of one CSV folder."""
    person = _rows(folder, "person.csv")[0]
    resources = [
        _patient(person),
        *_numbered("Condition", _rows(folder, "conditions.csv"), _condition),
        *_medications(_rows(folder, "medications.csv")),
        *_questionnaires(_rows(folder, "scores.csv"), _rows(folder, "items.csv")),
    ]
    subject = {"reference": f"Patient/{person['person_id']}"}
    for resource in resources[1:]:
        resource["subject"] = subject
    return {
        "resourceType": "Bundle",
        "id": person["person_id"],
        "meta": {"tag": [MADE_UP]},
        "type": "collection",
        "entry": [_entry(resource) for resource in resources],
    }


def _rows(folder: Path, name: str) -> list[Row]:
    path = folder / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _entry(resource: Json) -> Json:
    return {"fullUrl": f"https://example.org/fhir/{resource['resourceType']}/{resource['id']}", "resource": resource}


def _numbered(kind: str, rows: list[Row], make: Callable[[Row], Json]) -> list[Json]:
    return [
        {"resourceType": kind, "id": f"{kind.lower()}-{place}", **make(row)} for place, row in enumerate(rows, start=1)
    ]


def _coding(system: str, code: str, display: str = "") -> Json:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def _concept(system: str, code: str, text: str) -> Json:
    return {**({"coding": [_coding(system, code)]} if code else {}), "text": text}


def _patient(row: Row) -> Json:
    given = row["person_id"].removeprefix("example-").title()
    patient = {
        "resourceType": "Patient",
        "id": row["person_id"],
        "name": [{"use": "official", "family": f"Example-{given}", "given": [given]}],
        "gender": row.get("sex"),
        "birthDate": row["birth_date"],
    }
    return {key: value for key, value in patient.items() if value}


def _condition(row: Row) -> Json:
    condition = {
        "clinicalStatus": {"coding": [_coding(CONDITION + "clinical", row["status"])]},
        "verificationStatus": {"coding": [_coding(CONDITION + "ver-status", row["certainty"])]},
        "code": _concept(SNOMED if row.get("snomed") else ICD10, row.get("snomed") or row["icd10"], row["condition"]),
        "onsetDateTime": row["start"],
    }
    return {key: value for key, value in condition.items() if value}


def _medications(rows: list[Row]) -> Iterator[Json]:
    for place, row in enumerate(rows, start=1):
        kind = MEDICATION_KINDS[row["basis"]]
        make = {"ordered": _order, "dispensed": _dispensing, "stated": _statement}[row["basis"]]
        medicine = " ".join(part for part in (row["medicine"], _strength(row)) if part)
        yield {
            "resourceType": kind,
            "id": f"medication-{place}",
            "status": row.get("status") or "unknown",
            "medicationCodeableConcept": _concept(RXNORM, row.get("rxnorm", ""), medicine),
            **make(row),
        }


def _strength(row: Row) -> str:
    return f"{row['strength']} mg" if row.get("strength") else ""


def _order(row: Row) -> Json:
    bounds = {"start": row["start"], **({"end": row["end"]} if row["end"] else {})}
    order: Json = {"intent": "order", "authoredOn": row["start"]}
    if row.get("stop_reason"):
        order["statusReason"] = {"text": row["stop_reason"]}
    dosage = _dosage(row)
    dosage[0].setdefault("timing", {}).setdefault("repeat", {})["boundsPeriod"] = bounds
    return {**order, "dosageInstruction": dosage}


def _dispensing(row: Row) -> Json:
    dispensing: Json = {
        "whenHandedOver": row["start"],
        "quantity": {"value": _number(row["quantity"])},
        "daysSupply": {"value": int(row["days_supply"]), "unit": "days", "system": UCUM, "code": "d"},
    }
    return {**dispensing, "dosageInstruction": _dosage(row)} if row["dose_per_day"] else dispensing


def _statement(row: Row) -> Json:
    period = {"start": row["start"], **({"end": row["end"]} if row.get("end") else {})}
    statement: Json = {"effectivePeriod": period}
    if row.get("stop_reason"):
        statement["statusReason"] = [{"text": row["stop_reason"]}]
    return {**statement, "dosage": _dosage(row)} if row.get("dose_per_day") else statement


def _dosage(row: Row) -> list[Json]:
    """The dose: slow-release (SR) tablets twice a day, all else once."""
    times, often = (2, "twice") if " SR " in row["medicine"] else (1, "once")
    dose = _number(row["dose_per_day"]) / times
    quantity = {"value": _whole(dose), "unit": "mg", "system": UCUM, "code": "mg"}
    return [
        {
            "text": f"{_whole(dose)} mg {often} a day",
            "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": quantity}],
        }
    ]


def _number(text: str) -> float:
    return _whole(float(text))


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def _questionnaires(scores: list[Row], items: list[Row]) -> Iterator[Json]:
    """Every second questionnaire that has answers is a QuestionnaireResponse, the others are Observations."""
    answered = 0
    for place, score in enumerate(scores, start=1):
        answers = {
            row["item"]: row["answer"]
            for row in items
            if (row["date"], row["instrument"]) == (score["date"], score["instrument"])
        }
        as_response = bool(answers) and answered % 2 == 1
        answered += bool(answers)
        yield _response(place, score, answers) if as_response else _observation(place, score, answers)


def _observation(place: int, score: Row, answers: dict[str, str]) -> Json:
    observation: Json = {
        "resourceType": "Observation",
        "id": f"score-{place}",
        "status": "final",
        "code": _concept(LOINC, TOTALS.get(score["instrument"], ""), f"{score['instrument']} total score"),
        "effectiveDateTime": score["date"],
    }
    if score["total"]:
        observation["valueInteger"] = int(score["total"])
    if answers:
        observation["component"] = [_component(PHQ9_ITEMS[int(item) - 1], value) for item, value in answers.items()]
    return observation


def _component(code: str, value: str) -> Json:
    unknown = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    answer = {"valueInteger": int(value)} if value else {"dataAbsentReason": {"coding": [_coding(unknown, "unknown")]}}
    return {"code": {"coding": [_coding(LOINC, code)]}, **answer}


def _response(place: int, score: Row, answers: dict[str, str]) -> Json:
    items: list[Json] = [
        {"linkId": f"/{PHQ9_ITEMS[int(item) - 1]}", **_answer(value)} for item, value in answers.items()
    ]
    if score["total"]:
        items.append({"linkId": f"/{PHQ9_TOTAL}", "answer": [{"valueInteger": int(score["total"])}]})
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"score-{place}",
        "status": "completed",
        "questionnaire": f"http://loinc.org/q/{PHQ9_PANEL}",
        "authored": score["date"],
        "item": items,
    }


def _answer(value: str) -> Json:
    return {"answer": [{"valueCoding": _coding(LOINC, PHQ9_ANSWERS[value])}]} if value else {}


def main() -> None:
    """Writes every example's `fhir.json`."""
    for folder in sorted(HERE.glob("*/csv")):
        text = json.dumps(bundle(folder), indent=2, ensure_ascii=False) + "\n"
        (folder.parent / "fhir.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
