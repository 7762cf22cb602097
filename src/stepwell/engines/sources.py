"""Opens a population's data where it lies, read-only, as Ibis tables: DuckDB, PostgreSQL, Spark.

What the tables mean is none of its concern; it is told which names to look for. Nothing is ever written to a source.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import ibis
from ibis.backends.sql.datatypes import PostgresType
from ibis.expr.types import Table

from stepwell.engines.duckdb import Store, quoted
from stepwell.engines.source import Source
from stepwell.errors import ConfigError, RecordError

SUFFIXES = {".parquet": "Parquet", ".csv": "CSV", ".csv.gz": "CSV"}
"""The files that are read, by how their names end."""

DATABASES = (".duckdb", ".db", ".ddb")

NOT_UTF_8 = "not utf-8 encoded"
"""What DuckDB says of a CSV file in another encoding; the line stands at the end of the first line of its error."""

AS_TEXT = ("UUID", "HUGEINT", "UHUGEINT")
"""Types of DuckDB that Arrow has no word for: ids of these types are read as texts."""


def open_folder(path: Path, wanted: Iterable[str], store: Store | None = None, schema: str | None = None) -> Source:
    """A folder with a Parquet or CSV file for each table (or a folder of part files), or a DuckDB file.

    Args:
        path: The folder or file. Names may be in upper or lower case.
        wanted: Names of the tables to look for, in lower case; others are passed over.
        store: The DuckDB that reads them; a new one if not given.
        schema: Where they stand in a DuckDB file; None: in whichever. A folder has none.

    Raises:
        RecordError: There is no such folder, none of the tables is in it, or files can't be read; with every fault.
    """
    if not path.exists():
        raise RecordError(f"There is no file or folder {path.name}. {_ALLOWED}")
    if path.is_dir():
        return _files(path.resolve(), tuple(wanted), store or Store())
    if path.name.lower().endswith(DATABASES):
        return _database(path, tuple(wanted), store or Store(), schema)
    raise RecordError(f"{path.name} is neither a folder nor a DuckDB file ({', '.join(DATABASES)}). {_ALLOWED}")


_ALLOWED = (
    "A source is a folder with a Parquet or CSV file for each table (person.parquet, drug_exposure.csv), or with a "
    "folder of part files for each, or a DuckDB file."
)


# --- files -----------------------------------------------------------------------------------------


def _files(path: Path, wanted: tuple[str, ...], store: Store) -> Source:
    places, faults = _places(path, wanted)
    if not places and not faults:
        raise RecordError(
            f"The folder {path.name} holds none of the tables looked for. {_ALLOWED} Looked for: {', '.join(wanted)}."
        )
    tables: dict[str, Table] = {}
    for name, files in places.items():
        try:
            tables[name] = _view(store.connection, name, _reading(files))
        except duckdb.Error as error:
            faults.append(f"{name}: {_fault(error)}")
    if faults:
        raise RecordError(f"The folder {path.name} can't be read. Correct or remove the files named.", faults)
    return Source(store, tables, f"folder of {_formats(places)} files")


def tables_in(folder: Path, wanted: Iterable[str]) -> frozenset[str]:
    """Those of the tables wanted that a folder holds as Parquet or CSV.

    Args:
        folder: The folder. Names may be in upper or lower case.
        wanted: Names of the tables to look for, in lower case.
    """
    return frozenset(_found(folder, tuple(wanted)))


def _places(path: Path, wanted: tuple[str, ...]) -> tuple[dict[str, list[Path]], list[str]]:
    """The files of each table wanted, and tables that stand there twice."""
    found = _found(path, wanted)
    faults = [f"{name}: found {len(each)} files or folders of that name; leave one." for name, each in found.items()
              if len(each) > 1]  # fmt: skip
    mixed = [f"{name}: found Parquet and CSV files in one folder; leave one kind." for name, each in found.items()
             if len({SUFFIXES[_suffix(file) or ""] for file in each[0]}) > 1]  # fmt: skip
    if faults + mixed:
        return {}, faults + mixed
    return {name: each[0] for name, each in found.items()}, []


def _found(path: Path, wanted: tuple[str, ...]) -> dict[str, list[list[Path]]]:
    """For each table wanted that stands there, its files; more than one list where it stands there twice."""
    found: dict[str, list[list[Path]]] = {}
    for entry in sorted(path.iterdir()):
        files = sorted(file for file in entry.rglob("*") if _suffix(file)) if entry.is_dir() else [entry]
        name = entry.name.lower() if entry.is_dir() else entry.name.lower().removesuffix(_suffix(entry) or "")
        files = [file for file in files if _suffix(file) and not file.name.startswith((".", "_"))]
        if name in wanted and files:
            found.setdefault(name, []).append(files)
    return found


def _suffix(path: Path) -> str | None:
    name = path.name.lower()
    return next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.endswith(suffix)), None)


def _formats(places: Mapping[str, list[Path]]) -> str:
    return " and ".join(sorted({SUFFIXES[_suffix(files[0]) or ""] for files in places.values()}))


def _reading(files: list[Path]) -> str:
    paths = ", ".join(_text(str(file)) for file in files)
    if SUFFIXES[_suffix(files[0]) or ""] == "Parquet":
        return f"read_parquet([{paths}], union_by_name = true)"
    # A column is looked at whole, so that one code with a letter in a million doesn't end the reading. Days stay the
    # texts they are: DuckDB would decide which day 02/03/2024 is.
    return (
        f"read_csv([{paths}], header = true, union_by_name = true, sample_size = -1, "
        "auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR'])"
    )


def _view(connection: duckdb.DuckDBPyConnection, name: str, read: str) -> Table:
    kinds = connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()  # noqa: S608 -- quoted
    texts = [f"{quoted(column)}::VARCHAR AS {quoted(column)}" for column, kind, *_ in kinds if kind in AS_TEXT]
    replaced = f" REPLACE ({', '.join(texts)})" if texts else ""
    connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS SELECT *{replaced} FROM {read}")  # noqa: S608 -- quoted
    empty = connection.sql(f"SELECT * FROM {quoted(name)} LIMIT 0").to_arrow_table()  # noqa: S608 -- quoted
    return ibis.table(ibis.Schema.from_pyarrow(empty.schema), name=name)


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _fault(error: Exception) -> str:
    """What an engine says of a file, without what may be a value from the record."""
    first = str(error).splitlines()[0]
    if NOT_UTF_8 in str(error):
        return f"line {first.rpartition(' ')[2]} isn't in UTF-8. Write the file in UTF-8."
    return first.split(" Error: ")[0].rstrip(".:") + ": the file can't be read as what it is named."


def _database(path: Path, wanted: tuple[str, ...], store: Store, schema: str | None) -> Source:
    connection = store.connection
    try:
        connection.execute(f"ATTACH {_text(str(path))} AS source (READ_ONLY)")
    except duckdb.Error as error:
        raise RecordError(
            f"{path.name} can't be opened as a DuckDB file. Another program may be writing to it, or it was written by "
            "a newer DuckDB."
        ) from error
    rows = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' UNION ALL "
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal"
    ).fetchall()
    rows = [row for row in rows if schema in (None, row[0])]
    places = _in_schemas(rows, wanted, path.name if schema is None else f"The schema {schema} of {path.name}")
    tables, faults = dict[str, Table](), list[str]()
    for name, (place, table) in places.items():
        try:
            tables[name] = _view(connection, name, f"source.{quoted(place)}.{quoted(table)}")
        except duckdb.Error:
            faults.append(f"{name}: {place}.{table} can't be read; if it is a view, what it shows may be gone.")
    if faults:
        raise RecordError(f"{path.name} can't be read. Correct or remove the tables named.", faults)
    return Source(store, tables, "DuckDB file")


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
        raise RecordError(f"{where} holds tables more than once. Say which are meant: --schema NAME", twice)
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
    try:
        from stepwell.engines import postgres  # noqa: PLC0415 -- only a source in PostgreSQL needs it
    except ImportError as error:
        raise ConfigError(
            "A source in PostgreSQL needs the package psycopg. Install it with: pip install 'stepwell[postgres]'."
        ) from error
    store = postgres.Store(postgres.connect(url))
    try:
        tables = _described(store.connection, tuple(wanted), schema, f"The database {parts.path.lstrip('/')}")
    except RecordError:
        store.close()
        raise
    return Source(store, tables, "PostgreSQL database")


def _described(connection: Any, wanted: tuple[str, ...], schema: str | None, where: str) -> dict[str, Table]:  # noqa: ANN401 -- psycopg may not be installed
    """The tables wanted, with the types of their columns."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for of, table, column, kind in connection.execute(_COLUMNS, {"schema": schema}).fetchall():
        found.setdefault((of, table), {})[column] = PostgresType.from_string(kind)
    places = _in_schemas(list(found), wanted, where)
    return {
        name: ibis.table(ibis.schema(found[place]), name=place[1], database=place[0]) for name, place in places.items()
    }


_COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (n.nspname = %(schema)s OR (%(schema)s::text IS NULL AND n.nspname = ANY (current_schemas(false))))
ORDER BY n.nspname, c.relname, a.attnum
"""


def open_spark(session: Any, where: str, wanted: Iterable[str], work: str) -> Source:  # noqa: ANN401 -- Spark may not be installed
    """Tables of a database of a Spark session, or a folder of Parquet that Spark can reach.

    Args:
        session: A `pyspark.sql.SparkSession` that the caller made.
        where: Name of a database, or a path or address with a `/` in it: a folder with `person.parquet` and so on.
        wanted: Names of the tables to look for, in lower case.
        work: Folder for tables of our own, reached by every machine of the cluster.

    Raises:
        RecordError: None of the tables is there.
    """
    if "/" in where:
        frames = _spark_folder(session, where, tuple(wanted))
    else:
        rows = [(where, one.name) for one in session.catalog.listTables(where)]
        places = _in_schemas(rows, tuple(wanted), f"The database {where}")
        frames = {name: session.table(f"`{of}`.`{table}`") for name, (of, table) in places.items()}
    from ibis.backends.pyspark.datatypes import PySparkType  # noqa: PLC0415 -- needs pyspark, which may not be there

    from stepwell.engines import spark  # noqa: PLC0415 -- the same

    tables = {}
    for name, frame in frames.items():
        # Tables of ours have the names of some of the source's.
        shown = f"source_{name}"
        frame.createOrReplaceTempView(shown)
        columns = {field.name: PySparkType.to_ibis(field.dataType) for field in frame.schema.fields}
        tables[name] = ibis.table(columns, name=shown)
    return Source(spark.Store(session, work), tables, "Spark tables")


def _spark_folder(session: Any, where: str, wanted: tuple[str, ...]) -> dict[str, Any]:  # noqa: ANN401 -- as above
    path = session._jvm.org.apache.hadoop.fs.Path(where)  # noqa: SLF001 -- the only way to list a folder of Spark's
    files = path.getFileSystem(session._jsc.hadoopConfiguration()).listStatus(path)  # noqa: SLF001 -- as above
    names = {file.getPath().getName().lower().removesuffix(".parquet"): file.getPath().toString() for file in files}
    found = {name: session.read.parquet(place) for name, place in names.items() if name in wanted}
    if not found:
        raise RecordError(f"{where} holds none of the tables looked for. Looked for: {', '.join(wanted)}.")
    return found
