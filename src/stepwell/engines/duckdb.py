"""DuckDB, embedded: the engine for many people."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from stepwell.engines import store
from stepwell.knowledge.load import Knowledge
from stepwell.pipeline import Pipeline
from stepwell.review import REVIEW

RUN = "run"
"""Name of the database that one run fills; it goes with the run, and nothing is left of the record."""


class Store:
    """Tables in a DuckDB in memory.

    Args:
        threads: How many processors it may use; all if not given.
        memory: How much memory it may use, as DuckDB writes it (`6GB`); DuckDB's own limit if not given.
        spill: Folder for what doesn't fit into memory; nothing is put aside on the disk if not given.
    """

    dialect = "duckdb"

    def __init__(
        self,
        threads: int | None = None,
        memory: str | None = None,
        spill: Path | None = None,
    ) -> None:
        self.connection = duckdb.connect(":memory:")
        # Rows are ordered by the steps' own keys; keeping the order of input costs and means nothing.
        self._set("preserve_insertion_order", "false")
        # A record reaches no disk but the folder that was named for it.
        self._set("temp_directory", str(spill or ""))
        if threads is not None:
            self._set("threads", str(threads))
        if memory is not None:
            self._set("memory_limit", memory)

    def begin(self) -> None:
        """What is made from now on stands in a database of its own."""
        self.connection.execute(f"ATTACH ':memory:' AS {RUN}")
        self.connection.execute(f"SET search_path = '{RUN}.main,memory.main'")

    def hold(self, name: str, table: pa.Table) -> None:
        """Takes a table in."""
        self.connection.register("incoming", table)
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming')  # noqa: S608 -- our own names
        self.connection.unregister("incoming")

    def make(self, name: str, sql: str, columns: Mapping[str, str]) -> None:  # noqa: ARG002 -- DuckDB finds the types
        """Runs a query and keeps its rows as a table."""
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {sql}')

    def drop(self, name: str) -> None:
        """Frees a table that was made."""
        self.connection.execute(f'DROP TABLE "{name}"')

    def fetch(self, name: str) -> pa.Table:
        """All rows of a table."""
        return self.connection.table(name).to_arrow_table()

    def put(self, name: str, path: Path) -> None:
        """Writes a table as Parquet, its rows in the order of its columns."""
        beside = path.with_name(f".{path.name}.part")
        target = str(beside).replace("'", "''")
        self.connection.execute(
            f"COPY (SELECT * FROM \"{name}\" ORDER BY ALL) TO '{target}' "  # noqa: S608 -- our own names
            "(FORMAT parquet, COMPRESSION zstd, PRESERVE_ORDER true)"
        )
        beside.replace(path)

    def forget(self) -> None:
        """Drops the database of the run."""
        self.connection.execute("RESET search_path")
        self.connection.execute(f"DETACH {RUN}")

    def interrupt(self) -> None:
        """Breaks off what another thread is running here."""
        self.connection.interrupt()

    def close(self) -> None:
        """Frees the database."""
        self.connection.close()

    def _set(self, setting: str, value: str) -> None:
        self.connection.execute(f"SET {setting} = ?", [value])


class Engine(store.Engine):
    """A DuckDB in memory that holds the knowledge and reviews one set of records after another.

    Args:
        knowledge: What the definitions are drawn from.
        pipeline: The steps it can run.
        tables: Where its tables stand; a new store if not given.
    """

    def __init__(self, knowledge: Knowledge, pipeline: Pipeline = REVIEW, tables: Store | None = None) -> None:
        super().__init__(tables or Store(), knowledge, pipeline)


def quoted(text: str) -> str:
    """A name as SQL writes it."""
    return '"' + text.replace('"', '""') + '"'
