"""One person alone and the same person among a thousand give equal rows."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stepwell.engines import duckdb, sqlite
from stepwell.knowledge.load import Knowledge
from stepwell.records.read import read
from stepwell.records.tables import SCHEMAS
from stepwell.review import SHOWN

EXAMPLES = Path(__file__).parents[2] / "examples"
AS_OF = date(2025, 6, 1)
COPIES = 72

Rows = dict[str, list[dict[str, Any]]]


def _record(name: str, knowledge: Knowledge) -> Rows:
    """The record of an example, its person named for it."""
    tables = read(EXAMPLES / name / "fhir.json", knowledge).tables
    return {table: [row | {"person_id": name} for row in rows.to_pylist()] for table, rows in tables.items()}


def _shifted(record: Rows, copy: int) -> Rows:
    """Another person with the same record some days later."""

    def later(value: Any) -> Any:
        return value + timedelta(days=copy) if isinstance(value, date) else value

    return {
        table: [
            {name: later(value) for name, value in row.items()} | {"person_id": f"{row['person_id']} {copy}"}
            for row in rows
        ]
        for table, rows in record.items()
    }


def _tables(records: list[Rows]) -> dict[str, pa.Table]:
    return {
        name: pa.Table.from_pylist([row for record in records for row in record[name]], schema=schema.to_pyarrow())
        for name, schema in SCHEMAS.items()
    }


def _rows_of(results: dict[str, pa.Table], person_id: str) -> Rows:
    return {
        name: sorted((row for row in results[name].to_pylist() if row["person_id"] == person_id), key=repr)
        for name in SHOWN
    }


@pytest.fixture(scope="module")
def records(knowledge: Knowledge) -> dict[str, Rows]:
    """Every example's record."""
    people = tomllib.loads((EXAMPLES / "people.toml").read_text(encoding="utf-8"))["person"]
    return {person["id"]: _record(person["id"], knowledge) for person in people}


@pytest.fixture(scope="module")
def crowd(records: dict[str, Rows], knowledge: Knowledge) -> dict[str, Rows]:
    """Every example's rows from one run over a thousand people."""
    everybody = list(records.values())
    everybody += [_shifted(record, copy) for record in records.values() for copy in range(1, COPIES)]
    assert len(everybody) >= 1_000
    results = duckdb.Engine(knowledge).run(_tables(everybody), AS_OF)
    by_person: dict[str, Rows] = {name: {table: [] for table in SHOWN} for name in records}
    for table in SHOWN:
        for row in results[table].to_pylist():
            if row["person_id"] in by_person:
                by_person[row["person_id"]][table].append(row)
    return {name: {t: sorted(rows, key=repr) for t, rows in tables.items()} for name, tables in by_person.items()}


def test_each_example_alone_equals_itself_among_a_thousand(
    records: dict[str, Rows], crowd: dict[str, Rows], knowledge: Knowledge
) -> None:
    engine = sqlite.Engine(knowledge)
    for name, record in records.items():
        alone = _rows_of(engine.run(_tables([record]), AS_OF), name)

        assert alone == crowd[name], name
        assert alone["attempt"], f"{name} has no trial, so nothing was compared"
