"""Opens a population's data where it lies, read-only, as Ibis tables: DuckDB, PostgreSQL, Spark.

What the tables mean is none of its concern; it is told which names to look for. Nothing is ever written to a source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import ibis
import pyarrow as pa
from ibis.expr.types import Table

from stepwell.errors import ConfigError, RecordError

SUFFIXES = {".parquet": "Parquet", ".csv": "CSV", ".csv.gz": "CSV"}
"""The files that are read, by how their names end."""

DATABASES = (".duckdb", ".db", ".ddb")


@dataclass(frozen=True)
class Source:
    """An opened source.

    Args:
        backend: The Ibis backend on which everything runs.
        tables: The tables wanted that stand in it, by lower-case name.
        kind: What was opened, in words.
    """

    backend: Any
    tables: dict[str, Table]
    kind: str

    def add(self, tables: Mapping[str, pa.Table]) -> dict[str, Table]:
        """Small tables of our own beside those of the source, in memory or for this session only."""
        return {name: _added(self.backend, name, table) for name, table in tables.items()}

    def keep(self, tables: Mapping[str, Table]) -> dict[str, Table]:
        """Expressions written out once, in memory or for this session only, as tables of the same names."""
        return self.add({name: table.to_pyarrow() for name, table in tables.items()})


def open_folder(path: Path, wanted: Iterable[str]) -> Source:
    """A folder with a Parquet or CSV file for each table (or a folder of part files), or a DuckDB file.

    Args:
        path: The folder or file. Names may be in upper or lower case.
        wanted: Names of the tables to look for, in lower case; others are passed over.

    Raises:
        RecordError: There is no such folder, none of the tables is in it, or files can't be read; with every fault.
    """
    if not path.exists():
        raise RecordError(f"There is no file or folder {path.name}. {_ALLOWED}")
    if path.is_dir():
        return _files(path, tuple(wanted))
    if path.name.lower().endswith(DATABASES):
        return _database(path, tuple(wanted))
    raise RecordError(f"{path.name} is neither a folder nor a DuckDB file ({', '.join(DATABASES)}). {_ALLOWED}")


_ALLOWED = (
    "A source is a folder with a Parquet or CSV file for each table (person.parquet, drug_exposure.csv), or with a "
    "folder of part files for each, or a DuckDB file."
)


# --- files -----------------------------------------------------------------------------------------


def _files(path: Path, wanted: tuple[str, ...]) -> Source:
    places, faults = _places(path, wanted)
    if not places and not faults:
        raise RecordError(
            f"The folder {path.name} holds none of the tables looked for. {_ALLOWED} Looked for: {', '.join(wanted)}."
        )
    backend = ibis.duckdb.connect()
    tables: dict[str, Table] = {}
    for name, files in places.items():
        try:
            tables[name] = _view(backend, name, files)
        except duckdb.Error as error:
            faults.append(f"{name}: {_first_line(error)}")
    if faults:
        raise RecordError(f"The folder {path.name} can't be read. Correct or remove the files named.", faults)
    return Source(backend, tables, f"folder of {_formats(places)} files")


def _places(path: Path, wanted: tuple[str, ...]) -> tuple[dict[str, list[Path]], list[str]]:
    """The files of each table wanted, and tables that stand there twice."""
    found: dict[str, list[list[Path]]] = {}
    for entry in sorted(path.iterdir()):
        files = sorted(file for file in entry.rglob("*") if _suffix(file)) if entry.is_dir() else [entry]
        name = entry.name.lower() if entry.is_dir() else entry.name.lower().removesuffix(_suffix(entry) or "")
        files = [file for file in files if _suffix(file) and not file.name.startswith((".", "_"))]
        if name in wanted and files:
            found.setdefault(name, []).append(files)
    faults = [f"{name}: found {len(each)} files or folders of that name; leave one." for name, each in found.items()
              if len(each) > 1]  # fmt: skip
    mixed = [f"{name}: found Parquet and CSV files in one folder; leave one kind." for name, each in found.items()
             if len({SUFFIXES[_suffix(file) or ""] for file in each[0]}) > 1]  # fmt: skip
    return {name: each[0] for name, each in found.items()}, faults + mixed


def _suffix(path: Path) -> str | None:
    name = path.name.lower()
    return next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.endswith(suffix)), None)


def _formats(places: Mapping[str, list[Path]]) -> str:
    return " and ".join(sorted({SUFFIXES[_suffix(files[0]) or ""] for files in places.values()}))


def _view(backend: Any, name: str, files: list[Path]) -> Table:  # noqa: ANN401 -- Ibis ships no types
    paths = ", ".join(_quoted(str(file)) for file in files)
    if SUFFIXES[_suffix(files[0]) or ""] == "Parquet":
        read = f"read_parquet([{paths}], union_by_name = true)"
    else:
        # A column is looked at whole, so that one code with a letter in a million doesn't end the reading.
        read = f"read_csv([{paths}], header = true, union_by_name = true, sample_size = -1)"
    backend.con.execute(f"CREATE VIEW {_name(name)} AS SELECT * FROM {read}")  # noqa: S608 -- quoted above
    return backend.table(name)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    """What an engine says, without what follows: that may hold a value from the record."""
    return str(error).splitlines()[0].split(" Error: ")[0].rstrip(".:") + ": the file can't be read as what it is named."


def _database(path: Path, wanted: tuple[str, ...]) -> Source:
    backend = ibis.duckdb.connect()
    try:
        backend.con.execute(f"ATTACH {_quoted(str(path))} AS source (READ_ONLY)")
    except duckdb.Error as error:
        raise RecordError(
            f"{path.name} can't be opened as a DuckDB file. Another program may be writing to it, or it was written by "
            "a newer DuckDB."
        ) from error
    rows = backend.con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' UNION ALL "
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal"
    ).fetchall()
    places = _in_schemas(rows, wanted, path.name)
    tables = {
        name: backend.table(table, database=("source", schema)) for name, (schema, table) in places.items()
    }
    return Source(backend, tables, "DuckDB file")


def _in_schemas(rows: Iterable[tuple[str, str]], wanted: tuple[str, ...], where: str) -> dict[str, tuple[str, str]]:
    """The schema and the written name of each table wanted.

    Raises:
        RecordError: None is there, or one stands in two schemas.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for schema, table in rows:
        if table.lower() in wanted:
            found.setdefault(table.lower(), []).append((schema, table))
    if not found:
        raise RecordError(f"{where} holds none of the tables looked for. Looked for: {', '.join(wanted)}.")
    twice = [f"{name}: stands in {', '.join(s for s, _ in each)}." for name, each in found.items() if len(each) > 1]
    if twice:
        raise RecordError(f"{where} holds tables more than once; it can't be told which is meant.", twice)
    return {name: each[0] for name, each in found.items()}


# --- servers and clusters --------------------------------------------------------------------------


def open_url(url: str, wanted: Iterable[str], schema: str | None = None) -> Source:
    """Tables in PostgreSQL. The session is read-only but for temporary tables of its own.

    Args:
        url: `postgresql://user@host:port/database`.
        wanted: Names of the tables to look for, in lower case.
        schema: Where they stand; None: wherever the search path leads.

    Raises:
        ConfigError: The address is of another kind, or what it needs isn't installed.
        RecordError: No connection, or none of the tables is there.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigError(f"Found the address {parts.scheme}://...; allowed: postgresql://user@host:port/database.")
    backend = _postgres(url)
    rows = _rows(backend, "SELECT table_schema, table_name FROM information_schema.tables "
                 "WHERE table_schema = ANY (CASE WHEN %s::text IS NULL THEN current_schemas(false)::text[] "
                 "ELSE ARRAY[%s::text] END)", (schema, schema))  # fmt: skip
    places = _in_schemas(rows, tuple(wanted), f"The database {parts.path.lstrip('/')}")
    tables = {name: backend.table(table, database=of) for name, (of, table) in places.items()}
    return Source(backend, tables, "PostgreSQL database")


def _postgres(url: str) -> Any:  # noqa: ANN401 -- Ibis ships no types
    try:
        import psycopg  # noqa: PLC0415 -- only a source in PostgreSQL needs it
    except ImportError as error:
        raise ConfigError(
            "A source in PostgreSQL needs the package psycopg. Install it with: pip install 'stepwell[postgres]'."
        ) from error
    try:
        connection = psycopg.connect(url, autocommit=True)
        connection.execute("SET default_transaction_read_only = on")
        return ibis.postgres.from_connection(connection)
    except psycopg.OperationalError as error:
        host = unquote(urlsplit(url).hostname or "this machine")
        raise RecordError(f"No connection to PostgreSQL on {host}. Check address, user and password.") from error


def _rows(backend: Any, query: str, values: tuple[object, ...]) -> list[tuple[str, str]]:  # noqa: ANN401 -- as above
    with backend.con.cursor() as cursor:
        cursor.execute(query, values)
        return [(schema, table) for schema, table in cursor.fetchall()]


def open_spark(session: Any, where: str, wanted: Iterable[str]) -> Source:  # noqa: ANN401 -- as above
    """Tables of a database of a Spark session, or a folder of Parquet that Spark can reach.

    Args:
        session: A `pyspark.sql.SparkSession` that the caller made.
        where: Name of a database, or a path or address with a `/` in it.
        wanted: Names of the tables to look for, in lower case.

    Raises:
        RecordError: None of the tables is there.
    """
    backend = ibis.pyspark.connect(session)
    if "/" in where:
        tables = _spark_folder(session, backend, where, tuple(wanted))
    else:
        rows = [(where, one.name) for one in session.catalog.listTables(where)]
        places = _in_schemas(rows, tuple(wanted), f"The database {where}")
        tables = {name: backend.table(table, database=of) for name, (of, table) in places.items()}
    return Source(backend, tables, "Spark tables")


def _spark_folder(session: Any, backend: Any, where: str, wanted: tuple[str, ...]) -> dict[str, Table]:  # noqa: ANN401 -- as above
    path = session._jvm.org.apache.hadoop.fs.Path(where)  # noqa: SLF001 -- the only way to list a folder of Spark's
    files = path.getFileSystem(session._jsc.hadoopConfiguration()).listStatus(path)  # noqa: SLF001 -- as above
    tables: dict[str, Table] = {}
    for file in files:
        name = file.getPath().getName().lower().removesuffix(".parquet")
        if name in wanted:
            session.read.parquet(file.getPath().toString()).createOrReplaceTempView(name)
            tables[name] = backend.table(name)
    if not tables:
        raise RecordError(f"{where} holds none of the tables looked for. Looked for: {', '.join(wanted)}.")
    return tables


# --- our own tables beside -------------------------------------------------------------------------


def _added(backend: Any, name: str, table: pa.Table) -> Table:  # noqa: ANN401 -- as above
    if backend.name == "duckdb":
        backend.con.register("incoming", table)
        backend.con.execute(f"CREATE OR REPLACE TEMP TABLE {_name(name)} AS SELECT * FROM incoming")  # noqa: S608 -- our own names
        backend.con.unregister("incoming")
        return backend.table(name)
    if backend.name == "postgres":
        return _copied(backend, name, table)
    rows = table.to_pylist()
    schema = ibis.Schema.from_pyarrow(table.schema)
    from ibis.backends.pyspark.datatypes import PySparkSchema  # noqa: PLC0415 -- only Spark needs it

    frame = backend._session.createDataFrame([tuple(row.values()) for row in rows], PySparkSchema.from_ibis(schema))  # noqa: SLF001 -- the session is ours
    frame.createOrReplaceTempView(name)
    return backend.table(name)


_TYPES = {"string": "text", "double": "double precision", "int64": "bigint", "bool": "boolean", "date32[day]": "date"}


def _copied(backend: Any, name: str, table: pa.Table) -> Table:  # noqa: ANN401 -- as above
    columns = ", ".join(f"{_name(field.name)} {_TYPES[str(field.type)]}" for field in table.schema)
    with backend.con.cursor() as cursor:
        # The session may only read; for this one transaction it may write, and only to a table of its own.
        cursor.execute("BEGIN READ WRITE")
        cursor.execute(f"CREATE TEMP TABLE {_name(name)} ({columns})")
        with cursor.copy(f"COPY {_name(name)} FROM STDIN") as copy:
            for row in table.to_pylist():
                copy.write_row(tuple(row.values()))
        cursor.execute("COMMIT")
    return backend.table(name)
