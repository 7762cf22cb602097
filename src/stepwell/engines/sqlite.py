"""SQLite: the engine for one person, or a few.

For one person, planning a query takes DuckDB ten times longer than running it, and it plans anew each time.
SQLite keeps the plan of a statement as long as its tables stay, so every review after the first only runs.
"""

import atexit
import gc
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.records.tables import SCHEMAS as RECORD_SCHEMAS
from stepwell.review import REVIEW, SHOWN, parameter_table

if TYPE_CHECKING:
    from stepwell.engines import duckdb

OLDEST = (3, 39, 0)
"""The first release with full joins, which some steps need."""

AFFINITY = {"string": "TEXT", "double": "REAL"}
"""How a column stores what it is given; all else (whole numbers, yes or no, days) as INTEGER."""

STORED = {"string": pa.string(), "double": pa.float64()}
"""As what a column comes back, before it is cast to its type; all else as a whole number."""

Plain = str | int | float | None
"""A value as SQLite holds it."""

FUNCTIONS: dict[str, Callable[..., Plain]] = {"lower": str.lower, "ceil": math.ceil, "floor": math.floor}
"""What SQLite lacks, or has for the letters of ASCII only."""


class Engine:
    """A SQLite database in memory that holds the knowledge and reviews one record after another.

    One engine runs one review at a time.

    Args:
        knowledge: What the definitions are drawn from.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        compiled = steps("sqlite")
        self._sql = {name: f'INSERT INTO "{name}" {sql}' for name, sql, _ in compiled}
        self._columns = {name: columns for name, _, columns in compiled}
        # A statement that is kept need not be planned again: all of ours are, those that fill and read tables too.
        self._connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=4 * len(self._sql)
        )
        # Nothing of a record may reach the disk, not even what a sort puts aside.
        self._connection.execute("PRAGMA temp_store = MEMORY")
        for name, function in FUNCTIONS.items():
            self._connection.create_function(name, 1, _beside_null(function), deterministic=True)
        self._make_tables(knowledge_tables(knowledge))

    def run(
        self, tables: Mapping[str, pa.Table], as_of: date, wanted: Iterable[str] = tuple(SHOWN)
    ) -> dict[str, pa.Table]:
        """The review of everybody in the record.

        Args:
            tables: Record tables by name (`Records.tables`).
            as_of: The day of the review; rows dated after it do not exist.
            wanted: Names of the tables to hand back: record tables as they stood on `as_of`, or steps. Only what
                they rest on is run.

        Returns:
            The tables wanted, by name.
        """
        asked = tuple(wanted)
        with self._undone():
            for name, table in tables.items():
                self._fill(f"raw_{name}", table)
            self._fill("parameter", parameter_table(self._knowledge, as_of))
            for name in REVIEW.in_order(asked):
                self._connection.execute(self._sql[name])
            return {name: self._rows(name) for name in asked}

    def close(self) -> None:
        """Frees the database."""
        self._connection.close()

    def _make_tables(self, knowledge: Mapping[str, pa.Table]) -> None:
        """Every table a review needs; only those of the knowledge hold rows."""
        for name, table in knowledge.items():
            self._create(name, _types(table.schema))
            self._fill(name, table)
        for name, schema in RECORD_SCHEMAS.items():
            self._create(f"raw_{name}", _types(schema.to_pyarrow()))
        self._create("parameter", _types(parameter_table(self._knowledge, date.min).schema))
        for name, columns in self._columns.items():
            self._create(name, columns)

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Whatever is written meanwhile is taken back: nothing is left of the record."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def _create(self, name: str, columns: Mapping[str, str]) -> None:
        listed = ", ".join(f'"{column}" {AFFINITY.get(kind, "INTEGER")}' for column, kind in columns.items())
        self._connection.execute(f'CREATE TABLE "{name}" ({listed})')

    def _fill(self, name: str, table: pa.Table) -> None:
        if table.num_rows:
            places = ", ".join("?" * table.num_columns)
            rows = zip(*(_values(column) for column in table.columns), strict=True)
            self._connection.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)  # noqa: S608 -- our own

    def _rows(self, name: str) -> pa.Table:
        rows = self._connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 -- our own names
        kinds = self._columns[name]
        columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
        arrays = [_column(values, kind) for values, kind in zip(columns, kinds.values(), strict=True)]
        return pa.table(dict(zip(kinds, arrays, strict=True)))


def for_one_person(knowledge: Knowledge) -> "Engine | duckdb.Engine":
    """This engine, or DuckDB's where Python was built with a SQLite too old to run the steps.

    What the process holds by now (modules, knowledge) it holds to its end: Python is told not to look through it for
    garbage again, which takes as long as a review.
    """
    gc.freeze()
    # At the end it may be looked through: extensions complain of what was never freed.
    atexit.register(gc.unfreeze)
    if sqlite3.sqlite_version_info >= OLDEST:
        return Engine(knowledge)
    from stepwell.engines import duckdb  # noqa: PLC0415 -- not loaded where it isn't needed

    return duckdb.Engine(knowledge)


def _types(schema: pa.Schema) -> dict[str, str]:
    return {field.name: str(field.type) for field in schema}


def _values(column: pa.ChunkedArray) -> list[object]:
    """Values as SQLite stores them: a day as the number of days since 1970-01-01."""
    plain = column.cast(pa.int32()) if pa.types.is_date(column.type) else column
    return list(plain.to_pylist())


def _column(values: Iterable[object], kind: str) -> pa.Array:
    stored = pa.array(values, STORED.get(kind, pa.int32() if kind == "date32[day]" else pa.int64()))
    return stored.cast(pa.type_for_alias(kind))


def _beside_null(function: Callable[..., Plain]) -> Callable[[Plain], Plain]:
    """The function, null where it is given null."""
    return lambda value: None if value is None else function(value)
