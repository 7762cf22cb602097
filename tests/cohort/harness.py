"""Runs the steps of a cohort on a real engine, behind a review or on tiny tables."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from typer.testing import CliRunner

from stepwell.cli import app
from stepwell.cohort.line_steps import COUNTS as LINE_COUNTS
from stepwell.cohort.line_steps import make_lines
from stepwell.cohort.steps import BY_PERSON, COHORT, COUNTS, LINES_READ, PEOPLE, POPULATION, tables
from stepwell.engines import duckdb
from stepwell.engines.sql import steps
from stepwell.engines.store import Engine, Store
from stepwell.knowledge.load import Knowledge
from stepwell.pipeline import Step

Tables = dict[str, pa.Table]
COUNTED = (*(step.name for step in COUNTS), *LINE_COUNTS)
WANTED = (*(step.name for step in PEOPLE), "option_fit", *COUNTED)


def simulated(folder: Path, people: int, *options: str) -> Path:
    """Simulated people in a folder, always the same; as a CDM unless the options say otherwise."""
    told = CliRunner().invoke(app, ["simulate", "--people", str(people), "--out", str(folder), "--seed", "7", *options])
    assert told.exit_code == 0, told.output
    return folder


def on_store(store: Store, records: Mapping[str, pa.Table], knowledge: Knowledge, as_of: date) -> Tables:
    """The cohort's tables of everybody in the record."""
    engine = Engine(store, knowledge, COHORT)
    try:
        given = {f"raw_{name}": table for name, table in records.items()}
        for name, table in {**given, **tables(knowledge)}.items():
            store.hold(name, table)
        engine.make((*(step.name for step in (*PEOPLE, *COUNTS)), "option_fit", *BY_PERSON, *LINES_READ), as_of)
        make_lines(store, knowledge)
        return {name: store.fetch(name) for name in (*WANTED, *BY_PERSON)}
    finally:
        engine.close()


def narrow(records: Mapping[str, pa.Table], knowledge: Knowledge, as_of: date) -> Tables:
    """What is counted, and written by person, by the steps that make no other columns than these need."""
    store = duckdb.Store()
    engine = Engine(store, knowledge, POPULATION)
    try:
        for name, table in tables(knowledge).items():
            store.hold(name, table)
        return engine.run(records, as_of, (*BY_PERSON, *(step.name for step in COUNTS)))
    finally:
        engine.close()


def on_duckdb(records: Mapping[str, pa.Table], knowledge: Knowledge, as_of: date) -> Tables:
    """The same on DuckDB."""
    return on_store(duckdb.Store(), records, knowledge, as_of)


def one_step(step: Step, **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one step from tiny tables; a column that a row lacks is null."""
    schemas = {name: schema.to_pyarrow() for name, schema in COHORT.given.items()}
    schemas |= {made.name: _schema(made.columns) for made in steps("duckdb", COHORT)}
    (query,) = (made.sql for made in steps("duckdb", COHORT) if made.name == step.name)
    store = duckdb.Store()
    try:
        for name in step.inputs():
            store.hold(name, pa.Table.from_pylist(rows.get(name, []), schema=schemas[name]))
        store.make(step.name, query, {})
        return sorted(store.fetch(step.name).to_pylist(), key=repr)
    finally:
        store.close()


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])
