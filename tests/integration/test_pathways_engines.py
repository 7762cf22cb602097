"""Pathways on PostgreSQL and Spark are those of DuckDB, row for row."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import psycopg
import pyarrow as pa
import pytest
from ibis.expr.types import Table

from stepwell.cohort.pathways import PathwayRules, path, pathways
from tests.spec import postgres
from tests.unit.cohort.store import EVENT, TARGET, opened

RULES = PathwayRules(
    least_era_days=5, era_collapse_days=10, combination_days=20, least_after_combination_days=10, longest_path=9,
    keep="changes",
)  # fmt: skip
FIRST = date(2020, 1, 1)
PEOPLE = 80
Rows = list[tuple[Any, ...]]


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


def made(
    event: Table, target: Table, keep: Callable[[Table], Table], rows: Callable[[Table], Rows]
) -> tuple[Rows, Rows]:
    """The steps and the paths, sorted."""
    steps = keep(pathways(event, target, RULES, keep, lambda expr: int(rows(expr.aggregate(n=expr.count()))[0][0])))
    return sorted(rows(steps)), sorted(rows(path(steps, target, RULES)))


@pytest.fixture(scope="module")
def on_duckdb(people: tuple[pa.Table, pa.Table]) -> tuple[Rows, Rows]:
    with opened() as store:
        return made(
            store.load(people[0]), store.load(people[1]), store.keep,
            lambda expr: [tuple(row.values()) for row in store.rows(expr)],
        )  # fmt: skip


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres.server(tmp_path_factory.mktemp("postgres")) as address:
        yield address


def test_on_postgresql(uri: str, people: tuple[pa.Table, pa.Table], on_duckdb: tuple[Rows, Rows]) -> None:
    numbers = count()
    with psycopg.connect(uri) as connection, connection.cursor() as cursor:

        def keep(expr: Table) -> Table:
            name = f"kept_{next(numbers)}"
            cursor.execute(f"CREATE TEMP TABLE {name} AS {ibis.to_sql(expr, dialect='postgres')}".encode())
            return ibis.table(expr.schema(), name=name)

        def rows(expr: Table) -> Rows:
            return cursor.execute(str(ibis.to_sql(expr, dialect="postgres")).encode()).fetchall()

        for name, table in zip(("event", "target"), people, strict=True):
            postgres._load(cursor, name, table)
        event, target = (
            ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)
            for name, table in zip(("event", "target"), people, strict=True)
        )

        assert len(on_duckdb[0]) > PEOPLE
        assert made(event, target, keep, rows) == on_duckdb


def test_on_spark(tmp_path: Path, people: tuple[pa.Table, pa.Table], on_duckdb: tuple[Rows, Rows]) -> None:
    sql = pytest.importorskip("pyspark.sql")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.sql.shuffle.partitions", 1)
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.warehouse.dir", str(tmp_path))
    session = (
        builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    )
    numbers = count()

    def keep(expr: Table) -> Table:
        name = f"kept_{next(numbers)}"
        # Written down, not only named: a plan that holds the plans of all passes before it grows with each of them.
        session.sql(str(ibis.to_sql(expr, dialect="pyspark"))).localCheckpoint().createOrReplaceTempView(name)
        return ibis.table(expr.schema(), name=name)

    def rows(expr: Table) -> Rows:
        return [tuple(row) for row in session.sql(str(ibis.to_sql(expr, dialect="pyspark"))).collect()]

    try:
        for name, table in zip(("event", "target"), people, strict=True):
            session.createDataFrame(
                [tuple(row.values()) for row in table.to_pylist()],
                ", ".join(
                    f"`{field.name}` {'date' if field.type == pa.date32() else 'string'}" for field in table.schema
                ),
            ).createOrReplaceTempView(name)
        event, target = (
            ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)
            for name, table in zip(("event", "target"), people, strict=True)
        )
        assert made(event, target, keep, rows) == on_duckdb
    finally:
        session.stop()
