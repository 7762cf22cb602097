"""An opened source: its tables, and the engine on which expressions over them run.

Nothing is ever written to a source. Small tables of our own stand beside it, in memory or for the session only.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import ibis
import pyarrow as pa
from ibis.expr.types import Table


@dataclass(frozen=True)
class Source(ABC):
    """An opened source: its tables, and where expressions over them run.

    Args:
        connection: To the engine: of DuckDB, of psycopg, or a session of Spark.
        tables: The tables wanted that stand in it, by lower-case name, as Ibis tables bound to no backend.
        kind: What was opened, in words.
    """

    connection: Any
    tables: dict[str, Table]
    kind: str
    dialect: ClassVar[str]

    def sql(self, table: Table) -> str:
        """An expression over the tables in the SQL of the engine."""
        return str(ibis.to_sql(table, dialect=self.dialect, pretty=False))

    @abstractmethod
    def run(self, table: Table) -> pa.Table:
        """The rows of an expression, with the types that it says."""

    @abstractmethod
    def _add(self, name: str, table: pa.Table) -> None: ...

    @abstractmethod
    def _keep(self, name: str, table: Table) -> None: ...

    def add(self, tables: Mapping[str, pa.Table]) -> dict[str, Table]:
        """Small tables of our own beside those of the source, in memory or for this session only."""
        for name, table in tables.items():
            self._add(name, table)
        return {name: ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name) for name, table in tables.items()}

    def keep(self, tables: Mapping[str, Table]) -> dict[str, Table]:
        """Expressions written out once, in memory or for this session only, under these names."""
        for name, table in tables.items():
            self._keep(name, table)
        return {name: ibis.table(table.schema(), name=name) for name, table in tables.items()}


class DuckDB(Source):
    """Files or a database read by an embedded DuckDB; what is written stands in memory."""

    dialect = "duckdb"

    def run(self, table: Table) -> pa.Table:
        """The rows of an expression, with the types that it says."""
        return self.connection.sql(self.sql(table)).to_arrow_table().cast(table.schema().to_pyarrow())

    def _add(self, name: str, table: pa.Table) -> None:
        self.connection.register("incoming", table)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM incoming")  # noqa: S608 -- our own names
        self.connection.unregister("incoming")

    def _keep(self, name: str, table: Table) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {self.sql(table)}")


class Postgres(Source):
    """A database in PostgreSQL; what is written stands in temporary tables of the session."""

    dialect = "postgres"

    def run(self, table: Table) -> pa.Table:
        """The rows of an expression, with the types that it says."""
        with self.connection.cursor() as cursor:
            # Our SQL holds per cent signs, so nothing is put into it.
            cursor.execute(self.sql(table).encode())
            rows, columns = cursor.fetchall(), table.columns
        types = table.schema().to_pyarrow()
        return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=types)

    def _add(self, name: str, table: pa.Table) -> None:
        columns = ", ".join(f"{quoted(field.name)} {_POSTGRES[str(field.type)]}" for field in table.schema)
        with self._writing() as cursor:
            cursor.execute(f"CREATE TEMP TABLE {quoted(name)} ({columns})".encode())
            with cursor.copy(f"COPY {quoted(name)} FROM STDIN".encode()) as copy:
                for row in table.to_pylist():
                    copy.write_row(tuple(row.values()))

    def _keep(self, name: str, table: Table) -> None:
        with self._writing() as cursor:
            cursor.execute(f"CREATE TEMP TABLE {quoted(name)} AS {self.sql(table)}".encode())
            cursor.execute(f"ANALYZE {quoted(name)}".encode())

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """The session may only read; for one transaction it may write, and only to tables of its own."""
        with self.connection.cursor() as cursor:
            cursor.execute("BEGIN READ WRITE")
            yield cursor
            cursor.execute("COMMIT")


class Spark(Source):
    """Tables of a Spark session; what is written are views of the session."""

    dialect = "pyspark"

    def sql(self, table: Table) -> str:
        """An expression over the tables in the SQL of Spark."""
        ibis.pyspark  # noqa: B018 -- only once it is loaded does Ibis know the options of this dialect
        return super().sql(table)

    def run(self, table: Table) -> pa.Table:
        """The rows of an expression, with the types that it says."""
        return self.connection.sql(self.sql(table)).toArrow().cast(table.schema().to_pyarrow())

    def _add(self, name: str, table: pa.Table) -> None:
        self.connection.createDataFrame(table).createOrReplaceTempView(name)

    def _keep(self, name: str, table: Table) -> None:
        self.connection.sql(self.sql(table)).cache().createOrReplaceTempView(name)


_POSTGRES = {
    "string": "text",
    "double": "double precision",
    "int64": "bigint",
    "bool": "boolean",
    "date32[day]": "date",
}


def quoted(text: str) -> str:
    """A name as SQL writes it."""
    return '"' + text.replace('"', '""') + '"'
