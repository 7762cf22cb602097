"""DuckDB, embedded: the default engine."""

from collections.abc import Mapping
from datetime import date

import duckdb
import pyarrow as pa

from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.review import parameter_table


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
        for name, table in knowledge_tables(knowledge).items():
            self._load(name, table)

    def run(self, tables: Mapping[str, pa.Table], as_of: date) -> dict[str, pa.Table]:
        """Every table of the review of everybody in the record.

        Args:
            tables: Record tables by name (`Records.tables`).
            as_of: The day of the review; rows dated after it do not exist.

        Returns:
            The record tables as they stood on `as_of` and the table of each step, by name.
        """
        for name, table in tables.items():
            self._load(f"raw_{name}", table)
        self._load("parameter", parameter_table(self._knowledge, as_of))
        compiled = steps("duckdb")
        for name, sql in compiled:
            self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
        return {name: self._connection.table(name).to_arrow_table() for name, _ in compiled}

    def close(self) -> None:
        """Frees the database."""
        self._connection.close()

    def _load(self, name: str, table: pa.Table) -> None:
        self._connection.register("incoming", table)
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM incoming')
        self._connection.unregister("incoming")
