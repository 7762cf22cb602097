"""A made-up person as CSV and as OMOP: the same trials, the same verdicts."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stepwell.engines import duckdb as engine
from stepwell.engines import omop as reading
from stepwell.knowledge.load import load
from stepwell.records.dates import interval
from stepwell.records.read import read
from tests.conftest import REPOSITORY
from tests.unit.records.omop.cdm import table
from tests.unit.records.omop.test_reader import in_duckdb

EXAMPLES = REPOSITORY / "examples"
TYPES = {"dispensed": 32825, "ordered": 32838, "stated": 32830}
SEXES = {"female": 8532, "male": 8507}
SHOWN = {
    "verdict": ("definition_id", "ingredient", "dose", "duration", "adherence", "outcome", "verdict"),
    "attempt": ("ingredient", "start_earliest", "end_latest", "peak_dose_low", "peak_dose_high", "covered_low"),
    "definition_result": ("definition_id", "result"),
}

Rows = list[dict[str, Any]]


def _sheet(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return interval(text)[0] if text else None


def cdm_of(folder: Path) -> dict[str, Rows]:
    """The CSV folder of one person as a warehouse would hold it."""
    concepts: dict[tuple[str, str], int] = {}

    def concept(vocabulary: str, code: str) -> int:
        return concepts.setdefault((vocabulary, code), len(concepts) + 1)

    who = _sheet(folder, "person")[0]
    born = _day(who["birth_date"])
    assert born
    person = {"person_id": "1", "gender_concept_id": SEXES[who["sex"]], "year_of_birth": born.year,
              "month_of_birth": born.month, "day_of_birth": born.day}  # fmt: skip
    drugs = [
        {
            "drug_exposure_id": str(number), "person_id": "1", "drug_concept_id": concept("RxNorm", row["rxnorm"]),
            "drug_exposure_start_date": _day(row["start"]), "verbatim_end_date": _day(row["end"]),
            "drug_type_concept_id": TYPES[row["basis"]], "stop_reason": row["stop_reason"] or None,
            "quantity": float(row["quantity"]) if row["quantity"] else None,
            "days_supply": float(row["days_supply"]) if row["days_supply"] else None,
        }
        for number, row in enumerate(_sheet(folder, "medications"), 1)
    ]  # fmt: skip
    conditions = [
        {
            "condition_occurrence_id": str(number), "person_id": "1", "condition_concept_id": 0,
            "condition_source_concept_id": concept("ICD10CM", row["icd10"]), "condition_status_concept_id": 32893,
            "condition_start_date": _day(row["start"]), "condition_type_concept_id": 32840,
        }
        for number, row in enumerate(_sheet(folder, "conditions"), 1)
    ]  # fmt: skip
    total = {"PHQ-9": "44261-6"}
    scores = [
        {
            "measurement_id": str(number), "person_id": "1", "measurement_date": _day(row["date"]),
            "measurement_concept_id": concept("LOINC", total[row["instrument"]]),
            "value_as_number": float(row["total"]),
        }
        for number, row in enumerate(_sheet(folder, "scores"), 1)
        if row["total"]
    ]  # fmt: skip
    vocabulary = [
        {"concept_id": number, "vocabulary_id": of, "concept_code": code} for (of, code), number in concepts.items()
    ]
    return {"person": [person], "drug_exposure": drugs, "condition_occurrence": conditions, "measurement": scores,
            "concept": vocabulary}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "as_of"),
    [
        ("01-two-adequate-failures", date(2025, 9, 22)),
        ("02-low-dose", date(2025, 6, 2)),
        ("03-too-short", date(2025, 6, 2)),
    ],
)
def test_csv_and_omop_give_the_same_verdicts(name: str, as_of: date) -> None:
    knowledge, folder = load(), EXAMPLES / name / "csv"
    source = in_duckdb({of: table(of, rows) for of, rows in cdm_of(folder).items()})
    omop = {of: source.run(made) for of, made in reading.records(source, knowledge).items()}
    engines = engine.Engine(knowledge)

    by_csv, by_omop = (engines.run(tables, as_of, tuple(SHOWN)) for tables in (read(folder, knowledge).tables, omop))

    for of, wanted in SHOWN.items():
        columns = [column for column in wanted if column in by_csv[of].column_names]
        first, second = (sorted(one[of].select(columns).to_pylist(), key=repr) for one in (by_csv, by_omop))
        assert len(columns) > 1
        assert second == first, of
    assert by_csv["verdict"].num_rows > 0
    engines.close()
