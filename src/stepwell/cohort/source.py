"""What a population is read from: where its tables stand, and the query that gives each record table."""

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pyarrow as pa
from ibis.common.graph import Node
from ibis.expr.operations import Literal
from ibis.expr.types import Table

from stepwell.cohort.manifest import files_fingerprint, text_fingerprint
from stepwell.cohort.parts import Files, Parts, Size, Tables, held
from stepwell.engines import duckdb
from stepwell.engines.omop import knowledge_beside
from stepwell.engines.source import Source
from stepwell.engines.sources import open_folder, open_spark, open_url, tables_in
from stepwell.engines.store import Store
from stepwell.errors import ConfigError, RecordError
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import words
from stepwell.records import omop
from stepwell.records.csv_folder import is_csv_folder
from stepwell.records.read import read
from stepwell.records.tables import CODED, SCHEMAS

ABOUT = "cdm_source"
"""Table in which a CDM says what it is."""

WANTED = (*omop.SOURCE_TABLES, ABOUT)

PERSON = "person"

NOT_OURS = frozenset(WANTED) - {PERSON}
"""Tables of a CDM whose names no file of our own CSV format has."""

SOURCES = (
    "A source is an OMOP CDM 5.3 or 5.4 (a folder with a Parquet or CSV file for each table, a DuckDB file, "
    "postgresql://USER@HOST/DATABASE), a FHIR R4 bulk export, or a folder of CSV files."
)

REUSED = "512MB"
"""Memory that an engine keeps from one part to the next, unless the user limits it: 5 % less work of the processor."""


@dataclass(frozen=True)
class Reading:
    """How a source is read.

    Args:
        by: Columns of the source's person table to count by.
        infer: Whether a missing end of a supply is inferred, and marked.
        schema: Where the tables stand in a database.
        threads: Processors that DuckDB may use; all if not given.
        memory_gb: Memory that DuckDB may use, in GB; its own limit if not given.
    """

    by: tuple[str, ...] = ()
    infer: bool = False
    schema: str | None = None
    threads: int | None = None
    memory_gb: float | None = None

    def memory(self, shares: int = 1) -> str | None:
        """One of so many equal shares of the memory, as DuckDB writes it."""
        return None if self.memory_gb is None else f"{1000 * self.memory_gb / shares:.0f}MB"


class Opened(ABC):
    """A population's source, opened. Nothing is ever written to it.

    Args:
        place: Where it is, as the user named it, without a password.
        kind: What it is, in words.
        store: Where its tables can be read.
        reading: How it is read.
    """

    name: str | None = None
    """What the source calls itself; null where it doesn't say."""

    def __init__(self, place: str, kind: str, store: Store, reading: Reading) -> None:
        self.place, self.kind = place, kind
        self.store, self._reading = store, reading

    @abstractmethod
    def _query(self, name: str) -> str:
        """The query that gives a record table: its name begins with `raw_`."""

    @abstractmethod
    def fingerprint(self) -> str:
        """Changes when the source does."""

    def last_day(self, today: date) -> date:
        """The last day on which somebody was observed.

        Args:
            today: An end of observation after it is none: systems write a day to come where no end is set.

        Raises:
            RecordError: No such day stands in it.
        """
        query = (
            f"SELECT MAX(observed_to) AS day FROM ({self._query('raw_person')}) AS person "  # noqa: S608 -- our own
            f"WHERE observed_to <= DATE '{today.isoformat()}'"
        )
        self.store.make("last_day", query, {"day": "date32[day]"})
        found = self.store.fetch("last_day")["day"][0].as_py()
        if found is None:
            raise RecordError(
                "The source says of nobody until which day, up to today, they were observed. Name a day: --as-of DATE"
            )
        return date.fromisoformat(str(found))

    def spill(self, folder: Path) -> None:
        """Puts aside there what doesn't fit into memory while the source is read."""
        if isinstance(self.store, duckdb.Store):
            self.store.spill(folder)

    def parts(self, folder: Path, size: Size) -> Parts:
        """Everybody, dealt out into parts.

        Args:
            folder: Where they may be written.
            size: How people are dealt out.
        """
        if isinstance(self.store, duckdb.Store):
            return Files(self.store, self._for_everybody, self._words, folder, size)
        # Spark deals rows out among its machines itself.
        dealt = replace(size, part=None) if self.store.dialect == "pyspark" else size
        return Tables(self.store, self._for_everybody, dealt)

    @abstractmethod
    def _for_everybody(self) -> Mapping[str, str]:
        """The query for each table of `parts.COLUMNS` as it is best run for everybody; one left out is empty."""

    @abstractmethod
    def _words(self) -> set[str]:
        """Every word that the queries may give in a column of `CODED`, and whatever others."""

    @property
    def workers(self) -> int:
        """How many parts can be reviewed side by side: DuckDB works through one on a single processor just as well."""
        return self._reading.threads or os.cpu_count() or 1 if isinstance(self.store, duckdb.Store) else 1

    def reviewing(self, spill: Path) -> Store:
        """A store in which parts are reviewed; that of the source if it is a server or a cluster."""
        if not isinstance(self.store, duckdb.Store):
            return self.store
        memory = self._reading.memory(self.workers)
        return duckdb.Store(1, memory, spill, reuse=None if memory else REUSED)

    def release(self, store: Store) -> None:
        """Closes a store that `reviewing` gave, unless it is that of the source."""
        if store is not self.store:
            store.close()

    @abstractmethod
    def account(self) -> str:
        """What was found, and what is missing for which answer, in words."""

    def quality(self, as_of: date) -> pa.Table | None:  # noqa: ARG002 -- of use to those who can tell
        """Rows, and how many are missing, implausible, inferred, by table, check and year; null if not known."""
        return None

    def one(self, person_id: str) -> dict[str, pa.Table]:
        """The record tables of one person."""
        found = {}
        wanted = person_id.replace("'", "''")
        for name in SCHEMAS:
            query = self._query(f"raw_{name}")
            self.store.make("one", f"SELECT * FROM ({query}) AS record WHERE person_id = '{wanted}'", {})  # noqa: S608 -- quoted
            found[name] = self.store.fetch("one")
        return found


class Kept(Opened):
    """FHIR or a CSV folder, read into memory.

    Args:
        path: The file or folder.
        knowledge: For codes and names.
        reading: How it is read.

    Raises:
        RecordError: It can't be read.
    """

    def __init__(self, path: Path, knowledge: Knowledge, reading: Reading) -> None:
        if reading.by:
            raise ConfigError(
                "--by names columns of the table `person` of an OMOP CDM; FHIR and CSV folders have none."
            )
        if reading.infer:
            raise ConfigError(
                "--infer fills in ends of supplies of an OMOP CDM; of FHIR and CSV folders nothing is inferred."
            )
        self.records = read(path, knowledge)
        store = duckdb.Store(reading.threads, reading.memory())
        super().__init__(str(path), self.records.source, store, reading)
        self._path, self._queries = path, held(store, self.records.tables)

    def _query(self, name: str) -> str:
        return self._queries[name]

    def _for_everybody(self) -> Mapping[str, str]:
        return self._queries

    def _words(self) -> set[str]:
        return {
            word
            for table in self.records.tables.values()
            for column in CODED.intersection(table.column_names)
            for word in table[column].unique().drop_null().to_pylist()
        }

    def fingerprint(self) -> str:
        """Changes with any byte of its files."""
        return files_fingerprint(self._path)

    def account(self) -> str:
        """What was read, what was not used and why, and what was odd, each with how often."""
        rows = "\n".join(f"{kind:<30}{count:>13,}" for kind, count in sorted(self.records.rows_read.items()))
        unused = Counter[str]()
        for one in self.records.unused:
            unused[f"{one.kind}: {one.reason}"] += one.count
        left = "\n".join(f"- {why}: {count:,}" for why, count in sorted(unused.items()))
        used = f"Not used:\n{left}" if left else "Every row was used."
        return f"{'Found':<30}{'Rows':>13}\n{rows}\n\n{used}{self._remarks()}"

    def _remarks(self) -> str:
        found = Counter(one.message if one.where else f"{one.file}: {one.message}" for one in self.records.findings)
        lines = "\n".join(f"- {message} ({count:,})" for message, count in sorted(found.items()))
        return f"\n\nRemarks, each with how often:\n{lines}" if lines else ""


class Omop(Opened):
    """An OMOP CDM.

    Args:
        place: As the user named it, without a password.
        source: Its tables.
        knowledge: For codes and names.
        reading: How it is read.
        path: Its files, where it is some.

    Raises:
        RecordError: It is no CDM.
        ConfigError: A column to count by doesn't exist.
    """

    def __init__(self, place: str, source: Source, knowledge: Knowledge, reading: Reading, path: Path | None) -> None:
        super().__init__(place, f"OMOP CDM, {source.kind}", source.store, reading)
        self._source, self._known, self._path = source, knowledge_beside(source, knowledge), path
        self._made = self._records(self._known)
        self.name = _own_name(source)

    def _records(self, known: Mapping[str, Table]) -> dict[str, Table]:
        """The tables of `parts.COLUMNS` as expressions; none of them is put into SQL before it is asked for."""
        tables, by = self._source.tables, self._reading.by
        made = {f"raw_{name}": table for name, table in omop.records(tables, known, infer=self._reading.infer).items()}
        return made | ({"person_column": omop.person_columns(tables, by)} if by else {})

    def _query(self, name: str) -> str:
        return self._source.sql(self._made[name])

    def parts(self, folder: Path, size: Size) -> Parts:
        """Everybody, dealt out into parts; what only reading needs is gone then."""
        dealt = super().parts(folder, size)
        for name in vars(self).pop("_answers", ()):
            self.store.drop(name)
        return dealt

    def _for_everybody(self) -> Mapping[str, str]:
        """With the answers to questionnaires looked for once."""
        return {name: self._source.sql(table) for name, table in self._records(self._with_answers).items()}

    def _words(self) -> set[str]:
        """What the knowledge beside the source says, and what reading adds to it."""
        said = {
            node.value
            for table in self._made.values()
            for node in table.op().find(Literal, filter=Node)
            if node.dtype.is_string() and node.value is not None
        }
        return said | words(self.store.fetch(name) for name in self._known)

    @cached_property
    def _answers(self) -> dict[str, Table]:
        return self._source.keep(omop.answers(self._source.tables, self._known))

    @property
    def _with_answers(self) -> dict[str, Table]:
        return self._known | self._answers

    def fingerprint(self) -> str:
        """Changes with any byte of its files, or any row of its tables in a database."""
        if self._path is not None:
            return files_fingerprint(self._path)
        counted = CONTENT[self.store.dialect]
        found = {}
        for name, table in sorted(self._source.tables.items()):
            rows = self._source.sql(table)
            self.store.make("content", f"SELECT {counted} AS content FROM ({rows}) AS r", {"content": "string"})  # noqa: S608 -- our own
            found[name] = self.store.fetch("content")["content"][0].as_py()
        return text_fingerprint(repr(found))

    def account(self) -> str:
        """What was found, and what is missing for which answer."""
        return omop.in_words(self._source.run(omop.account(self._source.tables, self._with_answers)).to_pylist())

    def quality(self, as_of: date) -> pa.Table:
        """Rows, and how many are missing, implausible, inferred, by table, check and year."""
        lives = self._source.keep(omop.lives(self._source.tables, self._known))
        found = self._source.run(omop.quality(self._source.tables, self._known | lives, as_of))
        for name in lives:
            self.store.drop(name)
        return found


def _own_name(source: Source) -> str | None:
    """What the source calls itself; null where it doesn't say."""
    table = source.tables.get(ABOUT)
    columns = [] if table is None else [one for one in table.columns if one.lower() == "cdm_source_name"]
    if table is None or not columns:
        return None
    names = source.run(table.select(name=table[columns[0]].cast("string")))["name"].to_pylist()
    return ", ".join(sorted({name for name in names if name})) or None


CONTENT = {
    "postgres": "CAST(COUNT(*) AS text) || ' ' || CAST(COALESCE(SUM(hashtextextended(CAST(r AS text), 0)), 0) AS text)",
    "pyspark": "CONCAT_WS(' ', COUNT(*), COALESCE(SUM(CAST(xxhash64(struct(r.*)) AS DECIMAL(38))), 0))",
}
"""How many rows a table has and a sum that changes with any of their values, whatever their order."""


def open_source(place: str, knowledge: Knowledge, reading: Reading) -> Opened:
    """A source, wherever it is.

    Args:
        place: A folder or file, or the address of a PostgreSQL database.
        knowledge: For codes and names.
        reading: How it is read.

    Raises:
        ConfigError: The address can't be used, a column to count by doesn't exist, or something is asked for that a
            source of its kind hasn't.
        RecordError: It can't be read.
    """
    if "://" in place:
        source = open_url(place, WANTED, reading.schema)
        return Omop(_without_password(place), source, knowledge, reading, None)
    path = Path(place)
    _check(path, place)
    if reading.schema and path.is_dir():
        raise ConfigError("--schema names where tables stand in a database; a folder has no schemas.")
    if not _is_cdm(path):
        return Kept(path, knowledge, reading)
    source = open_folder(path, WANTED, duckdb.Store(reading.threads, reading.memory()), reading.schema)
    return Omop(place, source, knowledge, reading, path)


def open_on_spark(session: Any, place: str, work: str, knowledge: Knowledge, reading: Reading) -> Opened:  # noqa: ANN401 -- PySpark is not always there
    """A CDM that a Spark session reads: the name of a database, or a folder of Parquet that the cluster reaches.

    Args:
        session: The Spark session.
        place: Of the tables.
        work: Folder for the rows of the steps, reached by every machine.
        knowledge: For codes and names.
        reading: How it is read.

    Raises:
        ConfigError: A column to count by doesn't exist.
        RecordError: It can't be read.
    """
    return Omop(place, open_spark(session, place, WANTED, work), knowledge, reading, None)


def _check(path: Path, place: str) -> None:
    """Refuses a place where nothing is, or that can't be looked into."""
    try:
        fault = "The folder is empty" if path.is_dir() and not any(path.iterdir()) else None
    except OSError as error:
        raise RecordError(f"The folder {place} can't be opened: {error.strerror}.") from None
    fault = fault if path.exists() else "There is no file or folder"
    if fault:
        raise RecordError(f"{fault}: {place}. {SOURCES}")


def _is_cdm(path: Path) -> bool:
    """Whether it is a DuckDB file, or a folder with tables of a CDM: a CSV folder of ours has a person.csv too."""
    if path.is_file():
        return path.suffix.lower() in {".duckdb", ".ddb", ".db"}
    names = tables_in(path, WANTED) if path.is_dir() else frozenset[str]()
    return bool(names & NOT_OURS) or (PERSON in names and not is_csv_folder(path))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}{host}{f':{parts.port}' if parts.port else ''}"))
