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

NUMBERED = "person_number"
"""Table with the id of the person whom each number stands for."""

PERSON = 't."person_id"'


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
        self._numbered = False
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

    def number(self, sql: str) -> None:
        """Takes numbers in place of ids until `forget`: they are faster to join and to group by than texts.

        Tables that are made from now on hold numbers as `person_id`; what is handed out and written holds the ids.

        Args:
            sql: Query for `number` (int32) and `person_id`, one row per person, the numbers in the order of the ids.
        """
        self.connection.execute(f"CREATE TABLE {NUMBERED} AS {sql}")
        self._numbered = True

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
        return self.connection.sql(self._named(name)).to_arrow_table()

    def put(self, name: str, path: Path) -> None:
        """Writes a table as Parquet, its rows in the order of its columns."""
        beside = path.with_name(f".{path.name}.part")
        target = str(beside).replace("'", "''")
        self.connection.execute(
            f"COPY ({self._named(name)} ORDER BY {', '.join(self._columns(name))}) TO '{target}' "
            "(FORMAT parquet, COMPRESSION zstd, PRESERVE_ORDER true)"
        )
        beside.replace(path)

    def forget(self) -> None:
        """Drops the database of the run."""
        self._numbered = False
        self.connection.execute("RESET search_path")
        self.connection.execute(f"DETACH {RUN}")

    def interrupt(self) -> None:
        """Breaks off what another thread is running here."""
        self.connection.interrupt()

    def close(self) -> None:
        """Frees the database."""
        self.connection.close()

    def _columns(self, name: str) -> list[str]:
        return [f't."{column}"' for column in self.connection.table(name).columns]

    def _named(self, name: str) -> str:
        """A query for the rows of a table, each with the id of its person."""
        columns = self._columns(name)
        if not self._numbered or PERSON not in columns:
            return f'SELECT {", ".join(columns)} FROM "{name}" AS t'  # noqa: S608 -- our own names
        listed = ", ".join("n.person_id" if column == PERSON else column for column in columns)
        return f'SELECT {listed} FROM "{name}" AS t INNER JOIN {NUMBERED} AS n ON n.number = {PERSON}'  # noqa: S608 -- our own names

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
