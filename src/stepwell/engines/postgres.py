"""PostgreSQL: the steps run in the server, in tables of the session that go with it."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql
from pyarrow import csv

from stepwell.errors import RecordError

TYPES = {"string": "text", "date32[day]": "date", "double": "double precision", "int64": "bigint", "bool": "boolean"}
"""PostgreSQL's type for each Arrow type that our tables have."""

ROW_GROUP = 122_880
"""Rows that are written to Parquet at a time."""


class Store:
    """Temporary tables of one session; the session can change nothing else.

    Args:
        connection: Of the session; it is closed with the store.
    """

    dialect = "postgres"

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.connection.autocommit = True
        self.connection.execute("SET default_transaction_read_only = on")
        self._kinds: dict[str, Mapping[str, str]] = {}
        self._of_run: list[str] | None = None

    def begin(self) -> None:
        """What is made from now on is dropped by `forget`."""
        self._of_run = []

    def hold(self, name: str, table: pa.Table) -> None:
        """Takes a table in."""
        self._create(name, {field.name: str(field.type) for field in table.schema})
        text = io.BytesIO()
        csv.write_csv(table, text, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
        copy = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(name))
        with self._writing() as cursor, cursor.copy(copy) as stream:
            stream.write(text.getbuffer())
        self._learn(name)

    def make(self, name: str, sql: str, columns: Mapping[str, str]) -> None:
        """Runs a query and keeps its rows as a table."""
        self.drop(name)
        # The steps' SQL is our own and holds per cent signs, so nothing is put into it.
        try:
            with self._writing() as cursor:
                cursor.execute(f'CREATE TEMP TABLE "{name}" AS {sql}'.encode())
        except psycopg.DataError:
            # The server's own words hold the value.
            raise RecordError(
                f"A value in the source isn't what its column has to hold (found in making {name}): a text column with "
                "numbers or days in it holds something else. Correct it, or give the column its type."
            ) from None
        self._keep(name, columns)
        self._learn(name)

    def view(self, name: str, sql: str, columns: Mapping[str, str]) -> None:
        """Runs a query and keeps its rows: here they are made faster once than anew."""
        self.make(name, sql, columns)

    def drop(self, name: str) -> None:
        """Frees a table that was made."""
        with self._writing() as cursor:
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(name)))

    def fetch(self, name: str) -> pa.Table:
        """All rows of a table."""
        batches = list(self._batches(f'SELECT * FROM "{name}"', name))  # noqa: S608 -- our own names
        return pa.Table.from_batches(batches, self._schema(name))

    def put(self, name: str, path: Path, key: Sequence[str]) -> None:
        """Writes a table as Parquet, its rows in the order of their key, whole or not at all."""
        beside = path.with_name(f".{path.name}.part")
        # Text is put in order letter by letter, as other engines do, whatever the language of the database.
        order = ", ".join(
            f'"{column}" COLLATE "C"' if self._kinds[name][column] == "string" else f'"{column}"' for column in key
        )
        with pq.ParquetWriter(beside, self._schema(name), compression="zstd") as writer:
            for batch in self._batches(f'SELECT * FROM "{name}" ORDER BY {order}', name):  # noqa: S608 -- our own
                writer.write_batch(batch, row_group_size=ROW_GROUP)
        beside.replace(path)

    def forget(self) -> None:
        """Drops what was made since `begin`."""
        for name in self._of_run or ():
            self.drop(name)
        self._of_run = None

    def interrupt(self) -> None:
        """Breaks off what another thread is running here."""
        self.connection.cancel()

    def close(self) -> None:
        """Ends the session, and with it all its tables."""
        self.connection.close()

    def _batches(self, query: str, name: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query, as the server sends them."""
        kinds = self._schema(name)
        convert = csv.ConvertOptions(
            column_types=kinds, strings_can_be_null=True, quoted_strings_can_be_null=False,
            null_values=[""], true_values=["t"], false_values=["f"],
        )  # fmt: skip
        parse = csv.ParseOptions(newlines_in_values=True)
        with self._sent(query) as stream:
            if stream.peek(1):
                named = csv.ReadOptions(use_threads=False, column_names=kinds.names)
                yield from csv.open_csv(stream, named, parse, convert)

    @contextmanager
    def _sent(self, query: str) -> Iterator[io.BufferedReader]:
        """The rows of a query as CSV, held by no memory as a whole."""
        with self.connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)".encode()) as copy:
            yield io.BufferedReader(_Stream(copy), 1 << 20)

    def _schema(self, name: str) -> pa.Schema:
        return pa.schema([(column, pa.type_for_alias(kind)) for column, kind in self._kinds[name].items()])

    def _create(self, name: str, columns: Mapping[str, str]) -> None:
        self.drop(name)
        listed = sql.SQL(", ").join(
            sql.SQL("{} " + TYPES[kind]).format(sql.Identifier(column)) for column, kind in columns.items()
        )
        with self._writing() as cursor:
            cursor.execute(sql.SQL("CREATE TEMP TABLE {} ({})").format(sql.Identifier(name), listed))
        self._keep(name, columns)

    def _keep(self, name: str, columns: Mapping[str, str]) -> None:
        self._kinds[name] = columns
        if self._of_run is not None:
            self._of_run.append(name)

    def _learn(self, name: str) -> None:
        """Tells the planner how many rows there are: of a temporary table it would otherwise never know."""
        with self._writing() as cursor:
            cursor.execute(sql.SQL("ANALYZE pg_temp.{}").format(sql.Identifier(name)))

    @contextmanager
    def _writing(self) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
        """For one transaction the session may write; every name written is a temporary table's."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ WRITE")
            yield cursor


def connect(url: str) -> psycopg.Connection:
    """A session.

    Args:
        url: `postgresql://user@host:port/database`.

    Raises:
        RecordError: No connection.
    """
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as error:
        host = unquote(urlsplit(url).hostname or "this machine")
        raise RecordError(f"No connection to PostgreSQL on {host}. Check address, user and password.") from error


class _Stream(io.RawIOBase):
    """What a server sends, as a file that is read once."""

    def __init__(self, parts: Iterable[bytes | bytearray | memoryview]) -> None:
        self._parts = iter(parts)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """It is only read."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]  # any writable buffer
        """Fills the buffer with what came."""
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = memoryview(part)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
