"""DuckDB, embedded: the engine for many people."""

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import pyarrow as pa

from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.review import REVIEW, SHOWN, parameter_table

RUN = "run"
"""Name of the database that one run fills; it goes with the run, and nothing is left of the record."""


class Engine:
    """A DuckDB in memory that holds the knowledge and reviews one set of records after another.

    One engine runs one review at a time. For one person `stepwell.engines.sqlite.Engine` is ten times faster.

    Args:
        knowledge: What the definitions are drawn from.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._connection = duckdb.connect(":memory:")
        # Rows are ordered by the steps' own keys; keeping the order of input costs and means nothing.
        self._connection.execute("SET preserve_insertion_order = false")
        self._sql = {step.name: f'CREATE TABLE "{step.name}" AS {step.sql}' for step in steps("duckdb")}
        for name, table in knowledge_tables(knowledge).items():
            self._load(name, table)

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
        self._connection.execute(f"ATTACH ':memory:' AS {RUN}")
        try:
            self._connection.execute(f"SET search_path = '{RUN}.main,memory.main'")
            for name, table in tables.items():
                self._load(f"raw_{name}", table)
            self._load("parameter", parameter_table(self._knowledge, as_of))
            for name in REVIEW.in_order(asked):
                self._connection.execute(self._sql[name])
            return {name: self._connection.table(name).to_arrow_table() for name in asked}
        finally:
            self._connection.execute("RESET search_path")
            self._connection.execute(f"DETACH {RUN}")

    def close(self) -> None:
        """Frees the database."""
        self._connection.close()

    def _load(self, name: str, table: pa.Table) -> None:
        self._connection.register("incoming", table)
        self._connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM incoming')  # noqa: S608 -- our own names
        self._connection.unregister("incoming")
