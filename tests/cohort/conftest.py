"""A small crowd: the made-up people of the examples, some of them many times over, some once."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stepwell.cohort.finish import published
from stepwell.knowledge.load import Knowledge
from stepwell.records.read import read
from stepwell.records.tables import SCHEMAS
from tests.cohort.harness import COUNTED, Tables, on_duckdb

EXAMPLES = Path(__file__).parents[2] / "examples"
AS_OF = date(2025, 10, 1)
COPIES = (40, 3, 1, 25, 2, 4, 60, 5, 8, 1, 33, 2, 17, 6)
"""How often each example stands in the crowd: a few often, so that there is something to hide behind."""
SEXES = ("female", "male", None)


def _copy(record: dict[str, list[dict[str, Any]]], number: int) -> dict[str, list[dict[str, Any]]]:
    """Another person with the same record, some days earlier, and of another sex."""

    def earlier(value: Any) -> Any:
        return value - timedelta(days=5 * number) if isinstance(value, date) else value

    copied = {
        table: [
            {name: earlier(value) for name, value in row.items()} | {"person_id": f"{row['person_id']} {number}"}
            for row in rows
        ]
        for table, rows in record.items()
    }
    return copied | {"person": [row | {"sex": SEXES[number % len(SEXES)]} for row in copied["person"]]}


@pytest.fixture(scope="session")
def records(knowledge: Knowledge) -> dict[str, pa.Table]:
    """The record tables of the crowd."""
    people = tomllib.loads((EXAMPLES / "people.toml").read_text(encoding="utf-8"))["person"]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for person, copies in zip(people, COPIES, strict=True):
        tables = read(EXAMPLES / person["id"] / "fhir.json", knowledge).tables
        record = {name: [row | {"person_id": person["id"]} for row in tables[name].to_pylist()] for name in SCHEMAS}
        for number in range(copies):
            for name, copied in _copy(record, number).items():
                rows[name] += copied
    return {name: pa.Table.from_pylist(rows[name], schema=SCHEMAS[name].to_pyarrow()) for name in SCHEMAS}


@pytest.fixture(scope="session")
def crowd(records: dict[str, pa.Table], knowledge: Knowledge) -> Tables:
    """Every table of a cohort over the crowd."""
    return on_duckdb(records, knowledge, AS_OF)


@pytest.fixture(scope="session")
def raw(crowd: Tables) -> Tables:
    """The counts as the engine gives them."""
    return {name: crowd[name] for name in COUNTED}


@pytest.fixture(scope="session")
def counts(raw: Tables, knowledge: Knowledge) -> Tables:
    """The counts as they may be shown."""
    return published(raw, knowledge)
