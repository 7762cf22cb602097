"""What a review finds in synthetic people, held against what is true of them."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import load
from stepwell.records.read import read
from stepwell.simulate import Wanted, held, simulate
from stepwell.simulate.truth import DECIDED

CLEAN, FAULTY, RATE = 2000, 1000, 0.15

ABSORBED = (
    "missing.days_supply", "missing.dose", "missing.scores", "missing.score_date", "missing.stop_reason",
    "missing.depression_code", "dirty.duplicates", "dirty.impossible_score", "dirty.rows_after_death",
)  # fmt: skip
"""Faults that leave a result open and never turn it into a wrong "met"."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load())


def compared(engine: Engine, folder: Path, wanted: Wanted) -> dict[str, pa.Table]:
    """The truth, and the tables of the review of the same people."""
    simulate(wanted, folder)
    records = read(folder, load())
    return engine.run(records.tables, wanted.read().calendar.last_day, held.WANTED) | held.truth(folder)


@pytest.fixture(scope="module")
def clean(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    return compared(engine, tmp_path_factory.mktemp("clean") / "people", Wanted(CLEAN, "csv", clean=True))


def _followed_at_once(rows: list[dict[str, Any]]) -> set[tuple[int, int]]:
    """Trials that another one followed on the day they ended."""
    starts = {(row["person_id"], row["start_date"]) for row in rows}
    return {(row["person_id"], row["trial"]) for row in rows if (row["person_id"], row["end_date"]) in starts}


def test_every_verdict_on_clean_data_is_right(clean: dict[str, pa.Table]) -> None:
    rows = held.trials(clean).to_pylist()
    wrong = [row for row in rows if row["found"] != row["verdict"]]
    # The course of an augmenting agent reaches up to 30 days into the next antidepressant, so a score of that one can
    # be taken for its own.
    known = [row for row in wrong if row["role"] == "augmentation"]
    at_once = _followed_at_once(rows)

    assert len(rows) > CLEAN
    assert [row for row in wrong if row not in known] == []
    assert {(row["person_id"], row["trial"]) for row in known} <= at_once
    assert len(known) < 0.003 * len(rows)


def test_no_trial_on_clean_data_is_made_up(clean: dict[str, pa.Table]) -> None:
    assert clean["attempt"].num_rows == clean["truth_trial"].num_rows


@pytest.mark.parametrize("definition", DECIDED)
def test_every_definition_on_clean_data_is_right(definition: str, clean: dict[str, pa.Table]) -> None:
    rows = held.people(clean, definition).to_pylist()
    treated = [row for row in rows if not row["no_antidepressant"]]
    silent = [row for row in rows if row["no_antidepressant"]]

    assert Counter(row["found"] for row in treated if row["truth"]).keys() == {"met"}
    assert Counter(row["found"] for row in treated if not row["truth"]).keys() == {"not met"}
    assert not any(row["truth"] for row in silent)
    assert "met" not in {row["found"] for row in silent}


@pytest.mark.parametrize("fault", ABSORBED)
def test_what_the_record_lacks_never_makes_a_wrong_met(fault: str, engine: Engine, tmp_path: Path) -> None:
    part, key = fault.split(".")
    settings = tmp_path / "settings.toml"
    every = Wanted(FAULTY, "csv").read()
    lines = []
    for name in ("missing", "dirty"):
        keys = [field for field in type(getattr(every, name)).model_fields if field != "cite"]
        lines += [f"[{name}]", *(f"{field} = {RATE if (name, field) == (part, key) else 0.0}" for field in keys)]
    settings.write_text("\n".join(lines), encoding="utf-8")
    tables = compared(engine, tmp_path / "people", Wanted(FAULTY, "csv", settings=settings))

    wrong = [
        (definition, row["person_id"])
        for definition in DECIDED
        for row in held.people(tables, definition).to_pylist()
        if row["found"] == "met" and not row["truth"]
    ]
    assert wrong == []
