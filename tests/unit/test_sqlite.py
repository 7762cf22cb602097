"""The engine for one person: what SQLite does otherwise than other engines, and what it leaves behind."""

import sqlite3
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from duckdb import connect
from ibis import _
from ibis.expr.types import Table

from stepwell.engines import duckdb, sqlite
from stepwell.engines.sqlite_sql import to_sql
from stepwell.knowledge.load import load
from stepwell.records.read import read
from stepwell.review import SHOWN

EXAMPLE = Path(__file__).parents[2] / "examples" / "08-combination-and-augmentation" / "fhir.json"
AS_OF = date(2025, 6, 30)

TABLES = {
    "row": pa.table(
        {
            "key": ["a", "b", "c", None],
            "day": [date(2024, 2, 29), date(1900, 1, 1), None, date(9999, 12, 31)],
            "other": [date(2024, 3, 1), None, None, date(2000, 1, 1)],
            "days": [1, -400, 3, 4],
            "word": ["Score-ÄB", "score-x", None, "x"],
        }
    ),
    "keys": pa.table({"key": ["a", "a", None, "z"]}),
}
ROWS, KEYS = (ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name) for name, table in TABLES.items())


def numbered(table: pa.Table) -> list[tuple[object, ...]]:
    """The rows of a table with days as the number of days since 1970-01-01; DuckDB makes some of them timestamps."""
    columns = [c.cast(pa.date32()) if pa.types.is_timestamp(c.type) else c for c in table.columns]
    columns = [c.cast(pa.int32()) if pa.types.is_date(c.type) else c for c in columns]
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def by_sqlite(expr: Table) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(":memory:")
    connection.create_function("lower", 1, lambda value: None if value is None else value.lower())
    for name, table in TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({', '.join(table.column_names)})")
        places = ", ".join("?" * table.num_columns)
        connection.executemany(f"INSERT INTO {name} VALUES ({places})", numbered(table))  # noqa: S608 -- our own
    found = connection.execute(to_sql(expr)).fetchall()
    connection.close()
    return found


def by_duckdb(expr: Table) -> list[tuple[object, ...]]:
    with connect() as connection:
        for name, table in TABLES.items():
            connection.register(name, table)
        return numbered(connection.sql(str(ibis.to_sql(expr, dialect="duckdb"))).to_arrow_table())


def same(expr: Table) -> None:
    """SQLite gives what DuckDB gives, in whatever order."""
    found = by_sqlite(expr)

    assert sorted(found, key=repr) == sorted(by_duckdb(expr), key=repr)
    assert found


@pytest.mark.parametrize(
    "value",
    [
        (_.day + _.days.as_interval("D")).cast("date"),
        (_.day - ibis.interval(days=7)).cast("date"),
        _.other.delta(_.day, unit="day").cast("int64"),
        _.day.year() * 10_000 + _.day.month() * 100 + _.day.day(),
        _.day.cast("string"),
        ibis.greatest(_.day, _.other),
        ibis.least(_.day, _.other, ibis.date(2010, 1, 1)),
        ibis.cases((_.day > ibis.date(2000, 1, 1), _.day), else_=ibis.null("date")),
        _.word.startswith("score"),
        _.word.lower(),
    ],
    ids=str,
)
def test_a_value_is_what_it_is_on_other_engines(value: ibis.Deferred) -> None:
    same(ROWS.select("days", value=value))


@pytest.mark.parametrize("how", ["semi", "anti"])
def test_rows_with_or_without_their_like_come_once_and_null_is_like_nothing(how: str) -> None:
    same(ROWS.join(KEYS, "key", how=how).select("days", "key"))


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        (ROWS.select(value=_.day.delta(_.other, unit="month")), "difference of dates in the unit month"),
        (ROWS.select(value=_.day + _.days.as_interval("M")), "interval in the unit M"),
        (ROWS.select(value=_.word.cast("date")), "cast from string to a date"),
        (ROWS.anti_join(KEYS, ROWS.key > KEYS.key), "a semi or anti join on more than equal keys"),
    ],
)
def test_what_was_not_foreseen_is_not_guessed(expr: Table, said: str) -> None:
    with pytest.raises(NotImplementedError, match=said):
        to_sql(expr)


@pytest.fixture(scope="module")
def engine() -> sqlite.Engine:
    return sqlite.Engine(load())


def left(engine: sqlite.Engine) -> set[str]:
    """Tables of the record or of a review that still hold rows."""
    names = [*engine._sql, *(f"raw_{name}" for name in read(EXAMPLE, load()).tables), "parameter"]
    return {name for name in names if engine._connection.execute(f'SELECT 1 FROM "{name}"').fetchone()}  # noqa: S608


def test_nothing_of_the_record_is_left_after_a_review(engine: sqlite.Engine) -> None:
    results = engine.run(read(EXAMPLE, load()).tables, AS_OF)

    assert results["attempt"].num_rows
    assert left(engine) == set()


def test_nothing_is_left_after_a_review_that_broke_off(engine: sqlite.Engine) -> None:
    with pytest.raises(KeyError, match="no-such-table"):
        engine.run(read(EXAMPLE, load()).tables, AS_OF, ["attempt", "no-such-table"])

    assert left(engine) == set()


def test_nothing_is_put_aside_on_the_disk(engine: sqlite.Engine) -> None:
    in_memory = 2

    assert engine._connection.execute("PRAGMA temp_store").fetchone() == (in_memory,)
    assert engine._connection.execute("PRAGMA database_list").fetchall() == [(0, "main", "")]


def test_tables_come_back_as_from_duckdb(engine: sqlite.Engine) -> None:
    tables = read(EXAMPLE, load()).tables
    ours, theirs = engine.run(tables, AS_OF), duckdb.Engine(load()).run(tables, AS_OF)

    for name in SHOWN:
        assert ours[name].schema.equals(theirs[name].schema), name
        assert sorted(map(repr, ours[name].to_pylist())) == sorted(map(repr, theirs[name].to_pylist())), name


def test_an_old_sqlite_leaves_the_review_to_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(sqlite.for_one_person(load()), sqlite.Engine)

    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 38, 5))

    assert isinstance(sqlite.for_one_person(load()), duckdb.Engine)
