"""Why one person of a run is in or out: the same that the run counted."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stepwell.cohort.explain import Explained, explain, render
from stepwell.cohort.results import by_person
from stepwell.cohort.run import Run, Settings
from stepwell.cohort.source import Reading, open_source
from stepwell.knowledge.load import load
from tests.cohort.harness import simulated

AS_OF = date(2025, 12, 31)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(tmp_path_factory.mktemp("simulated") / "people", 60)


def run(source: Path, out: Path, *definitions: str) -> Path:
    opened = open_source(str(source), load(), Reading())
    try:
        Run(opened, out, Settings(AS_OF, definitions), load())()
    finally:
        opened.store.close()
    return out


@pytest.fixture(scope="module")
def results(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(source, tmp_path_factory.mktemp("results") / "out")


@pytest.fixture(scope="module")
def resistant(results: Path) -> Explained:
    """Somebody whom a rule for claims data counts as resistant."""
    return explain(results, by_person(results, "pseudo_resistance")["person_id"][0].as_py(), load())


def test_the_run_has_the_rows_of_the_person(resistant: Explained) -> None:
    assert not resistant.source_changed
    assert resistant.differs == ()


def test_whoever_a_definition_counts_is_in(resistant: Explained) -> None:
    (label,) = {row["definition_id"] for row in resistant.labels} & {"cepeda-2018"}
    title = next(one.short for one in load().definitions if one.id == label)

    assert [line.split() for line in render(resistant, 100).splitlines() if line.startswith(f"  {title}  ")] == [
        [*title.split(), "in"]
    ]


def test_a_step_of_which_a_definition_does_not_ask_is_passed(
    source: Path, tmp_path: Path, resistant: Explained
) -> None:
    out = run(source, tmp_path / "out", "cepeda-2018")

    told = render(explain(out, resistant.review.person_id, load()), 100)

    assert "  A score at the start and at the end of a trial     not asked, stays\n" in told
    assert "leaves here" not in told


def test_nobody_is_asked_how_long_they_were_observed_where_it_is_not_known(
    source: Path, tmp_path: Path, resistant: Explained
) -> None:
    for file in source.glob("*.parquet"):
        if file.stem != "observation_period":
            pq.write_table(pq.read_table(file), _in(tmp_path) / file.name)
    out = run(_in(tmp_path), tmp_path / "out")

    told = render(explain(out, resistant.review.person_id, load()), 100)

    assert "  Observed for long enough                           not asked, stays\n" in told


def _in(folder: Path) -> Path:
    (folder / "source").mkdir(exist_ok=True)
    return folder / "source"


def test_another_row_of_the_source_is_said(source: Path, results: Path, tmp_path: Path, resistant: Explained) -> None:
    for file in source.glob("*.parquet"):
        rows = pq.read_table(file)
        if file.stem == "drug_exposure":
            rows = rows.set_column(rows.column_names.index("quantity"), "quantity", pa.nulls(len(rows), pa.float64()))
        pq.write_table(rows, _in(tmp_path) / file.name)

    told = explain(results, resistant.review.person_id, load(), str(_in(tmp_path)))

    assert told.source_changed
    assert "verdict" in told.differs
