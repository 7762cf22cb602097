"""Everybody's record tables, dealt out into parts of so many people: what is reviewed, and gone on with, at a time."""

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa
from duckdb import ConversionException

from stepwell.engines import duckdb
from stepwell.engines.store import Store
from stepwell.files import write
from stepwell.records.tables import CODED, SCHEMAS

COLUMNS = {
    f"raw_{name}": {column: str(kind.to_pyarrow()) for column, kind in schema.items()}
    for name, schema in SCHEMAS.items()
} | {"person_column": {"person_id": "string", "column": "string", "value": "string"}}
"""Arrow types of the columns of what is dealt out: every record table, and what the user asked to group by."""


Queries = Callable[[], Mapping[str, str]]
"""For each table of `COLUMNS`, the query that gives it; one left out is empty. Asked for only if they are run."""

Words = Callable[[], Collection[str]]
"""Every word that may stand in a column of `CODED`, and whatever others. Asked for only if the queries are run."""


class Parts(Protocol):
    """A population in parts, numbered from 0.

    People keep their part: who is in it depends on the source and the size alone.
    """

    people: int
    """How many there are in all."""

    count: int
    """How many parts."""

    sampled: int
    """How many of them, from the first on, are the sample: people spread evenly over all, by their ids."""

    def ready(self, store: Store, words: Collection[str]) -> None:
        """Readies a store for parts, before it holds anything.

        Args:
            store: Where parts will be loaded.
            words: Those of the knowledge.
        """

    def load(self, store: Store, part: int) -> None:
        """Makes the tables of `COLUMNS`, with the rows of one part."""


@dataclass(frozen=True)
class Size:
    """How people are dealt out.

    Args:
        part: People in a part; null: all are in one.
        sample: How many people a sample needs, at least; parts of their own hold it, or, where all are in one part or
            there are hardly more, all parts. 0: there is none.
    """

    part: int | None
    sample: int

    def step(self, people: int) -> int:
        """Of so many people, each how-manieth is in the sample; 1: all are, or there is none."""
        return max(1, people // self.sample) if self.sample and self.part else 1

    def sampled(self, people: int) -> int:
        """How many parts of so many people are the sample."""
        return self._parts(self._chosen(people)) if self.sample else 0

    def count(self, people: int) -> int:
        """How many parts so many people make."""
        chosen = self._chosen(people)
        return self._parts(chosen) + self._parts(people - chosen)

    def _chosen(self, people: int) -> int:
        return -(-people // self.step(people))

    def _parts(self, people: int) -> int:
        return -(-people // (self.part or people or 1))

    def query(self, person: str, people: int) -> str:
        """A query for who is in which part: one row per person.

        Args:
            person: Query for everybody's `person_id`.
            people: How many they are.
        """
        place = "ROW_NUMBER() OVER (PARTITION BY chosen ORDER BY person_id) - 1"
        return (
            f"SELECT person_id, CAST(FLOOR(({place}) / {self.part or people}.0) AS BIGINT) "  # noqa: S608 -- our own names
            f"+ CASE WHEN chosen THEN 0 ELSE {self.sampled(people)} END AS part FROM ("
            f"SELECT person_id, (ROW_NUMBER() OVER (ORDER BY person_id) - 1) % {self.step(people)} = 0 AS chosen "
            f"FROM ({person}) AS person) AS person"
        )


def _everybody(person: str) -> str:
    return f"SELECT DISTINCT person_id FROM ({person}) AS person WHERE person_id IS NOT NULL"  # noqa: S608 -- our own names


class Files:
    """Parts as Parquet in a folder, written once with DuckDB: nothing has to fit into memory.

    People stand in the files, and in the tables loaded from them, as numbers in the order of their ids.

    Args:
        store: Where the source's tables can be read.
        records: The queries that give everybody's records.
        words: Those that may stand in them: as numbers they are faster to sort out and to write than as texts.
        folder: Where the parts are written; what a broken run left there is used if it is whole.
        size: How people are dealt out.
    """

    def __init__(self, store: duckdb.Store, records: Queries, words: Words, folder: Path, size: Size) -> None:
        self._folder = folder
        whole = folder / "parts.json"
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            store.know(words())
            write(whole, json.dumps(self._deal(store, records(), size)))
        counts = json.loads(whole.read_text(encoding="utf-8"))
        self.people, self._words = counts["people"], counts["words"]
        self.count, self.sampled = size.count(self.people), size.sampled(self.people)

    def ready(self, store: Store, words: Collection[str]) -> None:
        """Makes the words of the knowledge and of the record known; only a DuckDB can keep them."""
        cast("duckdb.Store", store).know({*words, *self._words})

    def load(self, store: Store, part: int) -> None:
        """Shows the rows of one part as tables; only a DuckDB can read them."""
        tables = cast("duckdb.Store", store)
        tables.number(f"SELECT number, person_id FROM {self._read(duckdb.NUMBERED, part)}")  # noqa: S608 -- our own
        for name, columns in COLUMNS.items():
            listed = ", ".join(
                f'"{column}"::{duckdb.WORD} AS "{column}"' if column in CODED else f'"{column}"' for column in columns
            )
            if self._part(name, part).is_dir():
                tables.view(name, f"SELECT {listed} FROM {self._read(name, part)}", columns)  # noqa: S608 -- our own
            else:
                tables.hold(name, _empty({**columns, "person_id": "int32"}))

    def _part(self, name: str, part: int) -> Path:
        return self._folder / name / f"part={part}"

    def _read(self, name: str, part: int) -> str:
        files = str(self._part(name, part) / "*.parquet").replace("'", "''")
        return f"read_parquet('{files}')"

    def _deal(self, store: duckdb.Store, records: Mapping[str, str], size: Size) -> dict[str, Any]:
        store.make("everybody", _everybody(records["raw_person"]), {})
        people = store.connection.execute("SELECT COUNT(*) FROM everybody").fetchall()[0][0]
        # In each part the numbers follow the ids, without gaps: so they are quickest to look up.
        numbered = "SELECT *, CAST(ROW_NUMBER() OVER (ORDER BY part, person_id) AS INTEGER) AS number FROM ({})"
        store.make("dealt", numbered.format(size.query("SELECT person_id FROM everybody", people)), {})
        store.drop("everybody")
        self._write(store, duckdb.NUMBERED, "SELECT number, person_id, part FROM dealt")
        for name, query in records.items():
            try:
                self._deal_table(store, name, query, CODED)
            except ConversionException:
                # A word that nobody knew of. It is taken as a text; whatever else can't be read fails again.
                shutil.rmtree(self._folder / name, ignore_errors=True)
                self._deal_table(store, name, query, ())
        words = {word for name in records for word in self._words_of(store, name)}
        return {"people": people, "words": sorted(words)}

    def _deal_table(self, store: duckdb.Store, name: str, query: str, coded: Collection[str]) -> None:
        """Writes a table's rows by part, those columns of it that are coded as numbers of words."""
        worded = [f', record."{column}"::{duckdb.WORD} AS "{column}"' for column in COLUMNS[name] if column in coded]
        self._write(
            store,
            name,
            f"SELECT record.* REPLACE (dealt.number AS person_id{''.join(worded)}), dealt.part "  # noqa: S608 -- our own
            f"FROM ({query}) AS record INNER JOIN dealt USING (person_id)",
        )

    def _words_of(self, store: duckdb.Store, name: str) -> Iterator[str]:
        """What stands in the columns of a table that hold one of few words."""
        columns = [f'"{column}"' for column in COLUMNS[name] if column in CODED]
        if not columns or not any((self._folder / name).rglob("*.parquet")):
            return
        files = str(self._folder / name / "*" / "*.parquet").replace("'", "''")
        distinct = ", ".join(f"list(DISTINCT {column})" for column in columns)
        for words in store.connection.execute(f"SELECT {distinct} FROM read_parquet('{files}')").fetchall()[0]:  # noqa: S608 -- our own
            yield from (word for word in words or () if word is not None)

    def _write(self, store: duckdb.Store, name: str, query: str) -> None:
        """Writes rows into one folder for each `part`."""
        target = str(self._folder / name).replace("'", "''")
        store.connection.execute(
            f"COPY ({query}) TO '{target}' (FORMAT parquet, PARTITION_BY (part), COMPRESSION lz4, OVERWRITE_OR_IGNORE)"
        )


class Tables:
    """Parts of tables that stand in a store (PostgreSQL, Spark), for as long as it is open.

    Args:
        store: Where the source's tables can be read.
        records: The queries that give everybody's records.
        size: How people are dealt out.
    """

    def __init__(self, store: Store, records: Queries, size: Size) -> None:
        queries = records()
        self._full = frozenset(queries)
        for name, query in queries.items():
            store.make(f"all_{name}", query, COLUMNS[name])
        everybody = _everybody("SELECT * FROM all_raw_person")
        store.make("people", f"SELECT COUNT(*) AS people FROM ({everybody}) AS everybody", {"people": "int64"})  # noqa: S608 -- our own
        self.people = store.fetch("people")["people"][0].as_py()
        self.count, self.sampled = size.count(self.people), size.sampled(self.people)
        if size.part is not None:
            store.make("dealt", size.query(everybody, self.people), {"person_id": "string", "part": "int64"})
        self._where = "" if size.part is None else "INNER JOIN dealt USING (person_id) WHERE dealt.part = {part}"

    def ready(self, store: Store, words: Collection[str]) -> None:
        """Nothing to ready: the store is that of the source."""

    def load(self, store: Store, part: int) -> None:
        """Makes the tables with the rows of one part."""
        for name, columns in COLUMNS.items():
            if name not in self._full:
                store.hold(name, _empty(columns))
                continue
            listed = ", ".join(column if column == "person_id" else f"record.{column}" for column in columns)
            query = f"SELECT {listed} FROM all_{name} AS record {self._where.format(part=part)}"  # noqa: S608 -- our own
            store.make(name, query, columns)


def held(store: Store, tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """Record tables in memory taken into a store: for each table of `COLUMNS`, the query that gives it."""
    rows = {f"raw_{name}": table for name, table in tables.items()}
    for name, columns in COLUMNS.items():
        store.hold(f"read_{name}", rows.get(name, _empty(columns)))
    return {name: f"SELECT * FROM read_{name}" for name in COLUMNS}  # noqa: S608 -- our own


def _empty(columns: Mapping[str, str]) -> pa.Table:
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()]).empty_table()
