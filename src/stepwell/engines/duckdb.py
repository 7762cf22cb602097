"""DuckDB, embedded: the default engine."""

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import pyarrow as pa

from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.review import SHOWN, parameter_table


class Engine:
    """A DuckDB in memory that holds the knowledge and reviews one set of records after another.

    Args:
        knowledge: What the definitions are drawn from.
        threads: Processors to use; for one person one is quicker than handing rows around. All if null.
    """

    def __init__(self, knowledge: Knowledge, threads: int | None = None) -> None:
        self._knowledge = knowledge
        self._connection = duckdb.connect(":memory:")
        if threads is not None:
            self._connection.execute(f"SET threads = {int(threads)}")
        # Rows are ordered by the steps' own keys; keeping the order of input costs and means nothing.
        self._connection.execute("SET preserve_insertion_order = false")
        # Parsed once: for one person it takes as long to read the SQL as to run it.
        self._statements = [
            statement
            for name, sql in steps("duckdb")
            for statement in self._connection.extract_statements(f'CREATE TEMP TABLE "{name}" AS {sql}')
        ]
        for name, table in knowledge_tables(knowledge).items():
            _load(self._connection, name, table, "TABLE")

    def run(
        self, tables: Mapping[str, pa.Table], as_of: date, wanted: Iterable[str] = tuple(SHOWN)
    ) -> dict[str, pa.Table]:
        """The review of everybody in the record.

        Args:
            tables: Record tables by name (`Records.tables`).
            as_of: The day of the review; rows dated after it do not exist.
            wanted: Names of the tables to hand back: record tables as they stood on `as_of`, or steps.

        Returns:
            The tables wanted, by name.
        """
        # A connection of its own: its temporary tables go with it, and nothing is left of the record.
        connection = self._connection.cursor()
        try:
            for name, table in tables.items():
                _load(connection, f"raw_{name}", table, "TEMP TABLE")
            _load(connection, "parameter", parameter_table(self._knowledge, as_of), "TEMP TABLE")
            for statement in self._statements:
                connection.execute(statement)
            return {name: connection.table(name).to_arrow_table() for name in wanted}
        finally:
            connection.close()

    def close(self) -> None:
        """Frees the database."""
        self._connection.close()


def _load(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table, kind: str) -> None:
    connection.register("incoming", table)
    connection.execute(f'CREATE {kind} "{name}" AS SELECT * FROM incoming')  # noqa: S608 -- names are our own
    connection.unregister("incoming")
