"""Pathways on PostgreSQL and Spark are those of DuckDB, row for row."""

import random
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import pyarrow as pa
import pytest
from ibis.expr.types import Table

from stepwell.cohort.pathways import PathwayRules, path, pathways
from stepwell.engines import duckdb, postgres, spark
from stepwell.engines.sql import written
from stepwell.engines.store import Store
from tests import servers
from tests.unit.cohort.store import EVENT, TARGET

RULES = PathwayRules(
    least_era_days=5, era_collapse_days=10, combination_days=20, least_after_combination_days=10, longest_path=9,
    keep="changes",
)  # fmt: skip
FIRST = date(2020, 1, 1)
PEOPLE = 80


@pytest.fixture(scope="module")
def people() -> tuple[pa.Table, pa.Table]:
    """Treatments that often overlap, and a window or two for each person."""
    chance = random.Random(8)  # noqa: S311 -- made-up people
    events, targets = [], []
    for number in range(PEOPLE):
        person = f"person {number}"
        for _ in range(chance.randint(0, 6)):
            start = FIRST + timedelta(days=chance.randrange(0, 400, 5))
            end = start + timedelta(days=chance.randrange(0, 150, 5))
            events.append({"person_id": person, "treatment": chance.choice("ABCD"), "start": start, "end": end})
        for year in range(chance.randint(1, 2)):
            start = FIRST + timedelta(days=200 * year)
            targets.append({"person_id": person, "start": start, "end": start + timedelta(days=250)})
    return pa.Table.from_pylist(events, schema=EVENT), pa.Table.from_pylist(targets, schema=TARGET)


def made(store: Store, people: tuple[pa.Table, pa.Table]) -> tuple[list[str], list[str]]:
    """The steps and the paths, sorted, as an engine gives them."""
    numbers = count()

    def keep(expr: Table) -> Table:
        name = f"kept_{next(numbers)}"
        store.make(*written(name, expr, store.dialect))
        return ibis.table(expr.schema(), name=name)

    def rows(expr: Table) -> list[dict[str, Any]]:
        return store.fetch(keep(expr).get_name()).to_pylist()

    for name, table in zip(("event", "target"), people, strict=True):
        store.hold(name, table)
    event, target = (
        ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)
        for name, table in zip(("event", "target"), people, strict=True)
    )
    steps = keep(pathways(event, target, RULES, keep, lambda expr: int(rows(expr.aggregate(n=expr.count()))[0]["n"])))
    return sorted(map(repr, rows(steps))), sorted(map(repr, rows(path(steps, target, RULES))))


@pytest.fixture(scope="module")
def on_duckdb(people: tuple[pa.Table, pa.Table]) -> tuple[list[str], list[str]]:
    store = duckdb.Store()
    found = made(store, people)
    store.close()
    return found


def test_on_postgresql(people: tuple[pa.Table, pa.Table], on_duckdb: tuple[list[str], list[str]]) -> None:
    with TemporaryDirectory() as folder, servers.postgres(Path(folder)) as uri:
        store = postgres.Store(postgres.connect(uri))
        found = made(store, people)
        store.close()

    assert len(found[0]) > PEOPLE
    assert found == on_duckdb


def test_on_spark(tmp_path: Path, people: tuple[pa.Table, pa.Table], on_duckdb: tuple[list[str], list[str]]) -> None:
    with servers.spark(tmp_path) as session:
        assert made(spark.Store(session, str(tmp_path / "rows")), people) == on_duckdb
