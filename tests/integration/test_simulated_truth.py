"""What a review finds in synthetic people, held against what is true of them."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from stepwell.engines import omop
from stepwell.engines.duckdb import Engine
from stepwell.engines.sources import open_folder
from stepwell.knowledge.load import load
from stepwell.records.omop import SOURCE_TABLES
from stepwell.records.read import read
from stepwell.simulate import Wanted, held, simulate
from stepwell.simulate.truth import DECIDED

PEOPLE, RATE = 1500, 0.05

ABSORBED = {
    "missing": (
        "days_supply", "dose", "scores", "score_date", "exposure_date", "stop_reason", "depression_code",
    ),
    "dirty": (
        "duplicates", "impossible_dose", "impossible_days", "impossible_score", "future_dates", "rows_after_death",
    ),
}  # fmt: skip
"""Faults that leave a result open and never turn it into a wrong "met"; the benchmark has each of them alone."""


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
    return compared(engine, tmp_path_factory.mktemp("clean") / "people", Wanted(PEOPLE, "csv", clean=True))


def test_every_verdict_on_clean_data_is_right(clean: dict[str, pa.Table]) -> None:
    rows = held.trials(clean).to_pylist()

    assert len(rows) > PEOPLE
    assert [row for row in rows if row["found"] != row["verdict"]] == []


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


def _wrongly_met(tables: dict[str, pa.Table], definition: str) -> tuple[list[int], int]:
    """The people who don't meet the definition and are said to, and how many are said to."""
    met = [row for row in held.people(tables, definition).to_pylist() if row["found"] == "met"]
    return [row["person_id"] for row in met if not row["truth"]], len(met)


@pytest.fixture(scope="module")
def lacking(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    folder = tmp_path_factory.mktemp("lacking")
    every, lines = Wanted(PEOPLE, "csv").read(), []
    for part, hit in ABSORBED.items():
        keys = [field for field in type(getattr(every, part)).model_fields if field != "cite"]
        lines += [f"[{part}]", *(f"{field} = {RATE if field in hit else 0.0}" for field in keys)]
    (folder / "settings.toml").write_text("\n".join(lines), encoding="utf-8")
    return compared(engine, folder / "people", Wanted(PEOPLE, "csv", settings=folder / "settings.toml"))


@pytest.fixture(scope="module")
def shipped(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    return compared(engine, tmp_path_factory.mktemp("shipped") / "people", Wanted(PEOPLE, "csv"))


@pytest.mark.parametrize("definition", DECIDED)
def test_what_the_record_lacks_never_makes_a_wrong_met(definition: str, lacking: dict[str, pa.Table]) -> None:
    wrong, met = _wrongly_met(lacking, definition)

    assert met > 0
    assert wrong == []


@pytest.mark.parametrize("definition", DECIDED)
def test_nor_does_a_record_with_every_fault_at_its_shipped_rate(definition: str, shipped: dict[str, pa.Table]) -> None:
    wrong, met = _wrongly_met(shipped, definition)

    assert met > 0
    assert wrong == []


def test_a_faulty_record_leaves_more_open(clean: dict[str, pa.Table], shipped: dict[str, pa.Table]) -> None:
    def known(tables: dict[str, pa.Table]) -> int:
        return sum(row["found"] == row["verdict"] for row in held.trials(tables).to_pylist())

    assert 0.6 * known(clean) < known(shipped) < known(clean)


def test_omop_and_csv_are_the_same_record(tmp_path: Path) -> None:
    for form in ("omop", "csv"):
        simulate(Wanted(300, form, clean=True), tmp_path / form)
    source = open_folder(tmp_path / "omop", SOURCE_TABLES)
    read_as = omop.records(source, load())
    written = read(tmp_path / "csv", load()).tables

    for name in ("person", "exposure", "score", "item", "lab", "procedure", "encounter"):
        assert _rows(source.run(read_as[name])) == _rows(written[name]), name


def _rows(table: pa.Table) -> list[str]:
    """The rows without what tells where they stood."""
    names = [name for name in table.column_names if name not in {"evidence_id", "score_id", "coded_by"}]
    return sorted(repr([row[name] for name in names]) for row in table.to_pylist())
