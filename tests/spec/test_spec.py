"""Runs every case of this folder on every engine."""

import pkgutil
from contextlib import closing
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import tests.spec as folder
from stepwell.engines import duckdb, postgres, spark, sqlite, store
from stepwell.knowledge.load import load
from stepwell.review import REVIEW, SHOWN
from tests import servers
from tests.spec.harness import AS_OF, Case, combined, expected_rows


def _cases() -> list[Case]:
    found: list[Case] = []
    for module in pkgutil.iter_modules(folder.__path__):
        if module.name.startswith("spec_"):
            chapter = module.name.removeprefix("spec_").replace("_", " ")
            cases = import_module(f"tests.spec.{module.name}").CASES
            found += [replace(case, chapter=chapter) for case in cases]
    return found


CASES = _cases()

SELECTING = {"definition_id", "outcome_id", "score_id", "method", "part", "question", "fact"}
"""Columns whose values say which rows a case speaks of."""

ORDER = {
    "score_total": "score_id",
    "days_at_minimum": "ingredient",
    "minimum_day": "dose_table",
    "supply": "supply_id",
    "verdict": "trial_id",
    "open_trial": "question",
    "regimen": "ingredient,regimen",
}


ENGINES = ["duckdb", "sqlite", "postgres", "spark"]


@cache
def rows_by(engine: str) -> dict[str, pa.Table]:
    """Every table of all cases, from one run on an engine."""
    record, wanted = combined(CASES), tuple(REVIEW.reads)
    # Not below the folder of the test run: the address of a socket may not be longer than 107 letters.
    with TemporaryDirectory() as folder:
        if engine == "postgres":
            with (
                servers.postgres(Path(folder)) as uri,
                closing(store.Engine(postgres.Store(postgres.connect(uri)), load())) as running,
            ):
                return running.run(record, AS_OF, wanted)
        if engine == "spark":
            with servers.spark(Path(folder)) as session:
                return store.Engine(spark.Store(session, folder), load()).run(record, AS_OF, wanted)
    return (sqlite.Engine if engine == "sqlite" else duckdb.Engine)(load()).run(record, AS_OF, wanted)


@pytest.mark.parametrize("engine", ENGINES[1:])
@pytest.mark.parametrize("name", sorted(REVIEW.reads))
def test_engines_give_identical_rows(name: str, engine: str) -> None:
    """Every table of every step, over the people of all cases."""
    first, second = (sorted(rows_by(one)[name].to_pylist(), key=repr) for one in ("duckdb", engine))

    assert first == second


def test_every_case_has_its_own_person() -> None:
    """Two cases of one title would mix their rows."""
    names = [case.person_id for case in CASES]

    assert len(names) == len(set(names))


def _found(table: pa.Table, person_id: str, name: str, columns: list[str]) -> list[dict[str, object]]:
    mine = table.filter(pc.equal(table["person_id"], person_id))
    order = [column.lstrip("-") for column in SHOWN.get(name, ())] or ORDER.get(name, columns[0]).split(",")
    return list(mine.sort_by([(column, "ascending") for column in order]).select(columns).to_pylist())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.person_id)
def test_spec(case: Case, engine: str) -> None:
    """The expected rows come out, in order; of definitions and outcomes only those that are named."""
    results = rows_by(engine)
    for name, text in case.expected.items():
        table = results[name]
        rows = expected_rows(text, table.schema)
        columns = list(rows[0]) if rows else table.column_names
        found = _found(table, case.person_id, name, columns)
        for key in SELECTING & set(columns):
            wanted = {row[key] for row in rows}
            found = [row for row in found if row[key] in wanted]

        assert found == rows, f"{name} of {case.title!r}"
    for name, (column, value) in case.absent.items():
        found = _found(results[name], case.person_id, name, [column])

        assert {column: value} not in found
        assert found, "the person has other rows there, so this was asked"
