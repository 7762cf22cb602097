"""Runs every case of `cases.py` on DuckDB and on a real PostgreSQL."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import psycopg
import pyarrow as pa
import pytest

from stepwell.engines import omop as reading
from stepwell.engines.duckdb import Store
from stepwell.engines.postgres import TYPES
from stepwell.engines.source import Source
from stepwell.engines.sources import open_url
from stepwell.knowledge.load import load
from stepwell.records import omop
from stepwell.records.tables import SCHEMAS
from tests import servers
from tests.spec.harness import AS_OF, cells
from tests.unit.records.omop.cases import CASES
from tests.unit.records.omop.cdm import Case, combined, found_rows

Results = dict[bool, dict[str, pa.Table]]
NUMBERS = {case.title: number for number, case in enumerate(CASES, 1)}


def in_duckdb(tables: Mapping[str, pa.Table]) -> Source:
    """A CDM in DuckDB."""
    source = Source(Store(), {}, "DuckDB")
    return Source(source.store, source.add(tables), source.kind)


def written(source: Source) -> Results:
    """Every record table, with inference and without, and what is said of the source."""
    knowledge = reading.knowledge_beside(source, load())
    about = {
        "account": omop.account(source.tables, knowledge),
        "quality": omop.quality(source.tables, knowledge, AS_OF),
        "columns": omop.person_columns(source.tables, ["gender_concept_id", "year_of_birth"]),
    }
    found = {
        infer: {name: source.run(table) for name, table in omop.records(source.tables, knowledge, infer=infer).items()}
        for infer in (False, True)
    }
    found[False] |= {name: source.run(table) for name, table in about.items()}
    return found


def put(connection: psycopg.Connection[Any], tables: Mapping[str, pa.Table]) -> None:
    """The tables in PostgreSQL, in upper case."""
    for name, table in tables.items():
        columns = ", ".join(f'"{field.name.upper()}" {TYPES[str(field.type)]}' for field in table.schema)
        connection.execute(f'CREATE TABLE "{name.upper()}" ({columns})'.encode())
        with connection.cursor() as cursor, cursor.copy(f'COPY "{name.upper()}" FROM STDIN'.encode()) as copy:
            for row in table.to_pylist():
                copy.write_row(tuple(row.values()))


@pytest.fixture(scope="module")
def duck() -> Results:
    """All cases on DuckDB."""
    return written(in_duckdb(combined(CASES)))


@pytest.fixture(scope="module")
def post() -> Results:
    """All cases on PostgreSQL."""
    # Not below the folder of the test run: the address of a socket may not be longer than 107 letters.
    with TemporaryDirectory() as folder, servers.postgres(Path(folder)) as uri:
        with psycopg.connect(uri, autocommit=True) as connection:
            put(connection, combined(CASES))
        source = open_url(uri, omop.SOURCE_TABLES)
        found = written(source)
        source.store.close()
        return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case, duck: Results) -> None:
    """The rows expected come out, in whichever order."""
    for name, text in case.expected.items():
        expected = cells(text)
        columns = list(expected[0]) if expected else ["evidence_id"]
        found = found_rows(duck[case.infer][name], NUMBERS[case.title], columns)

        assert sorted(found, key=repr) == sorted(_as_written(expected), key=repr)


def _as_written(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows with an end that is open written as the record rows are."""
    return [{name: value + " " if value.endswith(" to") else value for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("infer", [False, True])
@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_postgres_gives_the_same_rows(name: str, infer: bool, duck: Results, post: Results) -> None:  # noqa: FBT001 -- a parameter of the test
    assert sorted(post[infer][name].to_pylist(), key=repr) == sorted(duck[infer][name].to_pylist(), key=repr)


@pytest.mark.parametrize("name", ["account", "quality", "columns"])
def test_postgres_says_the_same_of_the_source(name: str, duck: Results, post: Results) -> None:
    first, second = (sorted(one[False][name].to_pylist(), key=repr) for one in (duck, post))

    assert first
    assert second == first


def test_every_record_table_has_its_columns(duck: Results) -> None:
    for name, schema in SCHEMAS.items():
        assert ibis.Schema.from_pyarrow(duck[False][name].schema) == schema


def test_evidence_names_the_row_of_the_source(duck: Results) -> None:
    assert {row["evidence_id"] for row in duck[False]["exposure"].to_pylist()} >= {"drug_exposure/101"}


def test_every_gap_of_the_knowledge_is_a_check_of_the_source(duck: Results) -> None:
    """Else what a gap makes unanswerable would never be said."""
    checks = {(row["table"], row["check"]) for row in duck[False]["quality"].to_pylist()}

    assert {(gap.table, gap.check) for gap in load().gaps} <= checks
