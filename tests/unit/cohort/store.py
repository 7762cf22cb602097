"""A database for the tests of many people: holds tables, and runs expressions on them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from ibis.expr.types import Table

from tests.spec.harness import cells

DAY = ibis.schema({"start": "date", "end": "date"})


class Store:
    """DuckDB in memory, with what `pathways` asks of an engine."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:")
        self._numbers = count()

    def load(self, table: pa.Table) -> Table:
        """A table of the database with these rows."""
        name = f"input_{next(self._numbers)}"
        self._connection.register("incoming", table)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")  # noqa: S608 -- our own names
        self._connection.unregister("incoming")
        return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)

    def keep(self, expr: Table) -> Table:
        """The rows of an expression, written down."""
        name = f"kept_{next(self._numbers)}"
        self._connection.execute(f"CREATE TABLE {name} AS {ibis.to_sql(expr, dialect='duckdb')}")
        return ibis.table(expr.schema(), name=name)

    def count(self, expr: Table) -> int:
        """How many rows it has."""
        return int(self.rows(expr.aggregate(n=expr.count()))[0]["n"])

    def rows(self, expr: Table, order: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The rows of an expression, in order."""
        ordered = expr.order_by(list(order)) if order else expr
        found: pa.Table = self._connection.sql(str(ibis.to_sql(ordered, dialect="duckdb"))).to_arrow_table()
        return list(found.to_pylist())

    def close(self) -> None:
        """Frees the database."""
        self._connection.close()


@contextmanager
def opened() -> Iterator[Store]:
    """A store for as long as it is needed."""
    store = Store()
    try:
        yield store
    finally:
        store.close()


EVENT = pa.schema([("person_id", "string"), ("treatment", "string"), ("start", pa.date32()), ("end", pa.date32())])
TARGET = pa.schema([("person_id", "string"), ("start", pa.date32()), ("end", pa.date32())])


def dated(text: str, schema: pa.Schema) -> list[dict[str, Any]]:
    """The rows of a text table with dates; one person, `one`, where none is named."""
    rows: list[dict[str, Any]] = []
    for row in cells(text):
        days = {name: date.fromisoformat(row[name]) if row[name] else None for name in ("start", "end")}
        rows.append({"person_id": "one", **row, **days})
        assert set(rows[-1]) == set(schema.names)
    return rows
