"""A CDM made by others (Synthea, 28 people, from OHDSI): it is read, and what it lacks is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stepwell.engines import omop as reading
from stepwell.engines.source import Source
from stepwell.engines.sources import open_folder
from stepwell.knowledge.load import Knowledge
from stepwell.records import omop
from stepwell.records.omop.account import NO_VALUE, WITHOUT_ROWS, WITHOUT_TABLE
from stepwell.records.tables import SCHEMAS


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


@pytest.fixture(scope="module")
def folder(oracles: Callable[[str], Path]) -> Path:
    """Where it stands."""
    return oracles("omop/synthea27nj")


@pytest.fixture(scope="module")
def source(folder: Path) -> Source:
    """The CDM, opened."""
    return open_folder(folder, omop.SOURCE_TABLES)


@pytest.fixture(scope="module")
def tables(source: Source, knowledge: Knowledge) -> dict[str, pa.Table]:
    """Its record tables."""
    return {name: source.run(table) for name, table in reading.records(source, knowledge).items()}


def test_everybody_and_every_visit_is_read(folder: Path, tables: dict[str, pa.Table]) -> None:
    for name, table in (("person", "person"), ("encounter", "visit_occurrence")):
        assert tables[name].num_rows == len(_rows(folder, table)) > 0
    assert {name: tables[name].schema.names for name in SCHEMAS} == {name: list(SCHEMAS[name]) for name in SCHEMAS}


def test_blood_pressures_are_all_there_with_their_unit(folder: Path, tables: dict[str, pa.Table]) -> None:
    written = [row for row in _rows(folder, "measurement") if row["measurement_source_value"] == "8480-6"]
    found = [one for one in tables["lab"].to_pylist() if one["lab"] == "systolic-blood-pressure"]

    assert len(found) == len(written) > 0
    assert {one["unit"] for one in found} == {"mm[Hg]"}


def test_dates_of_supplies_are_those_of_the_source(folder: Path, tables: dict[str, pa.Table]) -> None:
    known = {f"drug_exposure/{row['drug_exposure_id']}": row for row in _rows(folder, "drug_exposure")}
    supplies = tables["exposure"].to_pylist()

    assert supplies
    for one in supplies:
        row = known[one["evidence_id"]]
        assert one["start_earliest"] == row["drug_exposure_start_date"]
        assert one["basis"] == "dispensed"
        if one["end_latest"] is not None and row["days_supply"] > 0:
            assert (one["end_latest"] - one["start_earliest"]).days == row["days_supply"]
        # Every quantity is 0 in it, so no dose is known.
        assert one["dose_per_day_low"] is None


def test_it_holds_no_antidepressant_no_score_with_a_value_and_no_depression_and_that_is_said(
    folder: Path, source: Source, tables: dict[str, pa.Table], knowledge: Knowledge
) -> None:
    used = {row["drug_concept_id"] for row in _rows(folder, "drug_exposure")}
    names = " ".join(str(row["concept_name"]) for row in _rows(folder, "concept") if row["concept_id"] in used)
    known = reading.knowledge_beside(source, knowledge)

    rows = source.run(omop.account(source.tables, known)).to_pylist()

    ours = [one.label for one in knowledge.ingredients if one.role == "antidepressant"]
    assert not [label for label in ours if f"{label} " in names.lower()]
    # PHQ-9, PHQ-2 and PHQ-9M stand there by name, without a number, a word or a concept as their value.
    assert {row["what"]: row["rows"] for row in rows}["depression scores named"] == 15 + 235 + 28
    assert tables["score"].num_rows == 0
    assert omop.lacks(rows) == [
        f"The table device_exposure is missing. {WITHOUT_TABLE['device_exposure']}",
        f"The table concept_ancestor is empty. {WITHOUT_TABLE['concept_ancestor']}",
        f"The table drug_strength is empty. {WITHOUT_TABLE['drug_strength']}",
        WITHOUT_ROWS["antidepressants"],
        NO_VALUE,
        WITHOUT_ROWS["depression"],
    ]
