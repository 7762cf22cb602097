"""DuckDB, embedded: the engine for many people."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from stepwell.engines import store
from stepwell.knowledge.load import Knowledge
from stepwell.pipeline import Pipeline
from stepwell.review import REVIEW

RUN = "run"
"""Name of the database that one run fills; it goes with the run, and nothing is left of the record."""

WORD = "word"
"""Name of the type of a column that holds one of few words."""

STATE = "state"
"""Name of the type of a column that holds one of `STATES`."""

STATES = (
    "", "absent", "active", "adherence unknown", "alone", "antipsychotic", "augmentation", "better", "cannot tell",
    "caution", "check first", "combination", "conflict", "death", "dispensed", "distinct antidepressants",
    "dose unknown", "end of observation", "ended", "esketamine", "event", "failed", "first", "flags",
    "fourth antidepressant", "incomplete", "inferred from what was done next", "items", "length unknown", "measured",
    "met", "mg/day", "missing", "never measured", "new start", "no", "none", "not applicable", "not asked",
    "not assessed", "not better", "not indicated", "not known", "not met", "not recorded", "not resistant",
    "not scored", "not suitable", "not taken", "not tested", "not tolerated", "old", "ordered", "out of range",
    "partly better", "partly worked", "positive", "possible", "present", "prorated", "refuted", "reported",
    "reported as better", "resistant", "restart", "ruled out", "running", "same drug before",
    "score from before a break", "scored", "screened", "second antidepressant", "shown", "stated",
    "still running", "stopped", "suitable", "supply without a day", "suppressed", "sure", "switch",
    "third antidepressant", "too low", "too short", "total", "unknown", "unproven", "well by a score", "worked", "zero",
)  # fmt: skip
"""The words between which steps choose, in the order of texts. One that isn't here is a text, and slower."""

NUMBERED = "person_number"
"""Table with the id of the person whom each number stands for."""

PERSONS = ('t."person_id"', 't."like"')
"""Columns that hold people."""


class Store:
    """Tables in a DuckDB in memory.

    Args:
        threads: How many processors it may use; all if not given.
        memory: How much memory it may use, as DuckDB writes it (`6GB`); DuckDB's own limit if not given.
        spill: Folder for what doesn't fit into memory; nothing is put aside on the disk if not given.
        reuse: How much memory it may keep, once used, for the next table: to give it back and ask for it again
            takes time. None if not given.
    """

    dialect = "duckdb"

    def __init__(
        self,
        threads: int | None = None,
        memory: str | None = None,
        spill: Path | None = None,
        reuse: str | None = None,
    ) -> None:
        self.connection = duckdb.connect(":memory:")
        self._numbered = False
        self._words = pa.array([], pa.string())
        self._enumerate(STATE, STATES)
        # Rows are ordered by the steps' own keys; keeping the order of input costs and means nothing.
        self._set("preserve_insertion_order", "false")
        # The day of a moment is the same on every machine.
        self._set("TimeZone", "UTC")
        # A record reaches no disk but the folder that was named for it.
        self.spill(spill)
        if threads is not None:
            self._set("threads", str(threads))
        if memory is not None:
            self._set("memory_limit", memory)
        if reuse is not None:
            self._set("block_allocator_memory", reuse)

    def spill(self, folder: Path | None) -> None:
        """Puts aside there what doesn't fit into memory; nowhere if not given."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._set("temp_directory", str(folder or ""))

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

    def know(self, words: Collection[str]) -> None:
        """Keeps these words as numbers from now on, once for all: they are then faster to copy, join and group by.

        A column that is held and has no other value holds them so, and so does what is made from it unchanged. They
        compare, and are put in order, as the texts that they are; what is handed out and written are texts.
        """
        self._words = pa.array(sorted(words), pa.string())
        self._enumerate(WORD, self._words.to_pylist())

    def hold(self, name: str, table: pa.Table) -> None:
        """Takes a table in."""
        columns = ", ".join(
            f'"{field.name}"::{WORD} AS "{field.name}"' if self._worded(table, field) else f'"{field.name}"'
            for field in table.schema
        )
        self.connection.register("incoming", table)
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT {columns} FROM incoming')  # noqa: S608 -- our own names
        self.connection.unregister("incoming")

    def _worded(self, table: pa.Table, field: pa.Field) -> bool:
        """Whether a column holds nothing but words that are known."""
        if not len(self._words) or field.type != pa.string():
            return False
        known = pc.is_in(table[field.name].drop_null(), self._words)
        return bool(pc.all(known, min_count=0).as_py())

    def view(self, name: str, sql: str, columns: Mapping[str, str]) -> None:  # noqa: ARG002 -- as for `make`
        """Shows the rows of a query as a table, without keeping them."""
        self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {sql}')

    def make(self, name: str, sql: str, columns: Mapping[str, str]) -> None:  # noqa: ARG002 -- DuckDB finds the types
        """Runs a query and keeps its rows as a table."""
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {sql}')

    def drop(self, name: str) -> None:
        """Frees a table that was made."""
        self.connection.execute(f'DROP TABLE "{name}"')

    def fetch(self, name: str) -> pa.Table:
        """All rows of a table."""
        table = self.connection.sql(self._named(name)).to_arrow_table()
        texts = [
            field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.schema
        ]
        return table.cast(pa.schema(texts))

    def put(self, name: str, path: Path, key: Sequence[str]) -> None:
        """Writes a table as Parquet, its rows in the order of their key."""
        beside = path.with_name(f".{path.name}.part")
        target = str(beside).replace("'", "''")
        order = ", ".join(f't."{column}"' for column in key)
        self.connection.execute(
            f"COPY ({self._named(name)} ORDER BY {order}) TO '{target}' "
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
        listed, joins = list[str](), list[str]()
        for column in self._columns(name):
            if self._numbered and column in PERSONS:
                person = f"n{len(joins)}"
                joins.append(f"INNER JOIN {NUMBERED} AS {person} ON {person}.number = {column}")
                listed.append(f"{person}.person_id AS {column.removeprefix('t.')}")
            else:
                listed.append(column)
        return f'SELECT {", ".join(listed)} FROM "{name}" AS t {" ".join(joins)}'  # noqa: S608 -- our own names

    def _enumerate(self, name: str, words: Sequence[str]) -> None:
        """Makes a type of some words, in their order."""
        listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
        self.connection.execute(f"CREATE OR REPLACE TYPE {name} AS ENUM ({listed})")

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
