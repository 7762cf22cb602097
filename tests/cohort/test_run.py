"""A run over a population: what it writes, and that nothing that was finished is lost."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from stepwell.cohort.results import IN_COMMON, by_person
from stepwell.cohort.run import COUNTED, KEPT, Progress, Run, Settings
from stepwell.cohort.source import Reading, open_source
from stepwell.cohort.write import dictionary
from stepwell.errors import ConfigError, RecordError
from stepwell.knowledge.load import load
from tests import servers
from tests.cohort.harness import simulated

PEOPLE = 60
PART = 25
AS_OF = date(2025, 12, 31)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(tmp_path_factory.mktemp("simulated") / "people", PEOPLE)


def run(place: Path | str, out: Path, part: int = PART, *, resume: bool = False, **settings: Any) -> list[Progress]:
    """A whole run; what it told of its progress."""
    told: list[Progress] = []
    opened = open_source(str(place), load(), Reading())
    try:
        Run(opened, out, Settings(AS_OF, part_people=part, **settings), load(), resume=resume)(told.append)
    finally:
        opened.store.close()
    return told


@pytest.fixture(scope="module")
def told(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Progress]]:
    out = tmp_path_factory.mktemp("results") / "out"
    return out, run(source, out)


@pytest.fixture(scope="module")
def results(told: tuple[Path, list[Progress]]) -> Path:
    return told[0]


BY_PERSON = (*(name for name in KEPT if not any(name in tables for tables in IN_COMMON.values())), *IN_COMMON)
"""Tables of results that a person has the same rows of, however the run went."""


def rows(folder: Path, name: str) -> list[str]:
    """The rows of a table of results by person, in whatever files they stand."""
    return sorted(map(repr, by_person(folder, name).to_pylist()))


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a run but the manifest, which says when it was written and how long it took."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != "manifest.json" and "work" not in file.relative_to(folder).parts
    }


def test_the_size_of_a_part_changes_nothing(source: Path, results: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "whole", part=1_000)

    assert (results / "people" / "verdict" / "part-00002.parquet").exists()
    assert not (tmp_path / "whole" / "people" / "verdict" / "part-00001.parquet").exists()
    for name in BY_PERSON:
        assert rows(results, name) == rows(tmp_path / "whole", name), name
    for file in sorted((results / "counts").iterdir()):
        assert file.read_text() == (tmp_path / "whole" / "counts" / file.name).read_text(), file.name


def test_everybody_is_in_the_results_once(results: Path) -> None:
    people = ds.dataset(results / "people" / "person_summary").to_table()["person_id"].to_pylist()

    assert len(people) == len(set(people)) == PEOPLE


@pytest.mark.parametrize("name", KEPT)
def test_its_key_tells_the_rows_of_a_result_apart(results: Path, name: str) -> None:
    for file in (results / "people" / name).iterdir():
        keys = pq.read_table(file, columns=list(KEPT[name]))
        assert not any(column.null_count for column in keys.columns)
        assert keys.group_by(list(KEPT[name])).aggregate([]).num_rows == keys.num_rows


def test_every_column_of_the_results_is_explained(results: Path) -> None:
    explained = {(column.table, column.column) for column in dictionary()}

    for name in KEPT:
        columns = ds.dataset(results / "people" / name).schema.names
        assert {column for table, column in explained if table == name} == set(columns), name


def test_the_manifest_says_what_the_results_rest_on(source: Path, results: Path) -> None:
    manifest = json.loads((results / "manifest.json").read_text())

    assert manifest["state"] == "finished"
    assert manifest["people"] == PEOPLE
    assert manifest["source"]["place"] == str(source)
    assert manifest["parameters"]["as_of"] == "2025-12-31"
    assert manifest["knowledge"]["version"] == load().release.version
    assert set(manifest["seconds"]) == {"read", "review", "count"}
    assert not (results / "work").exists()


def test_progress_says_how_much_is_left(told: tuple[Path, list[Progress]]) -> None:
    reviewing = [one for one in told[1] if one.stage == "Reviewing"]

    assert [(one.done, one.parts, one.people) for one in reviewing] == [(n, 3, PEOPLE) for n in range(4)]
    assert reviewing[0].seconds_left is None
    assert reviewing[-1].seconds_left == 0


def test_a_folder_that_holds_something_is_not_touched(source: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(ConfigError, match=r"isn't empty, and nothing in it is overwritten\. Name another folder\."):
        run(source, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_results_are_not_overwritten(source: Path, results: Path) -> None:
    with pytest.raises(ConfigError, match=r"Go on with the run in it with --resume, or name another folder\."):
        run(source, results)


def test_there_is_nothing_to_resume_in_an_empty_folder(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no run to go on with\. Leave out --resume to begin one\."):
        run(source, tmp_path, resume=True)


def test_a_finished_run_that_is_resumed_stays_as_it_is(source: Path, results: Path) -> None:
    before = files(results)

    assert run(source, results, resume=True) == []
    assert files(results) == before


def test_another_option_is_refused_when_resumed(source: Path, results: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        run(source, results, resume=True, least_cell=10)

    assert caught.value.faults == ("the options of the command (least_cell was 5, is 10).",)
    assert "Begin anew in another folder, or undo the change." in caught.value.message


def test_a_changed_source_is_refused_when_resumed(source: Path, results: Path, tmp_path: Path) -> None:
    moved, out = tmp_path / "source", tmp_path / "out"
    shutil.copytree(source, moved)
    shutil.copytree(results, out)
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["source"]["place"] = str(moved)
    (out / "manifest.json").write_text(json.dumps(manifest))
    run(moved, out, resume=True)

    with (moved / "README.md").open("a") as file:
        file.write("x")
    with pytest.raises(ConfigError) as caught:
        run(moved, out, resume=True)
    assert caught.value.faults == ("the source: its data are not what they were.",)


def test_a_definition_that_does_not_exist_is_refused_before_anything_is_written(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^No definition is called nonsense\. The definitions are: cepeda-2018, "):
        run(source, tmp_path / "out", definitions=("nonsense",))
    assert not (tmp_path / "out").exists()


def command(source: Path, out: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "stepwell.cli", "cohort", str(source), "--out", str(out), "--part", str(PART),
         "--as-of", str(AS_OF), *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip


def test_killed_at_ten_points_and_resumed_gives_the_same_bytes(source: Path, results: Path, tmp_path: Path) -> None:
    """Each time a little later, so that every stage is broken off; what was done before is not done again."""
    out, chance = tmp_path / "out", random.Random(4)  # noqa: S311 -- not for secrets
    kills = 0
    resume: tuple[str, ...] = ()
    while kills < 10:
        process = command(source, out, *resume)
        deadline = time.monotonic() + 1.5 + chance.random() * (kills + 1)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
        resume = ("--resume",) if (out / "manifest.json").exists() else ()
    process = command(source, out, *resume)
    _, errors = process.communicate()

    assert process.returncode == 0, errors
    assert kills >= 5
    assert files(out) == files(results)


def test_ctrl_c_says_how_to_go_on_and_leaves_no_traceback(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = command(source, out)
    while not (out / "work" / "done").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()

    assert process.returncode == 130
    assert f"Stopped. What was finished is kept. Go on: stepwell cohort {source} --out {out}" in errors
    assert errors.rstrip().endswith("--resume")
    assert "Traceback" not in errors
    assert json.loads((out / "manifest.json").read_text())["state"] == "running"


@pytest.fixture(scope="module")
def in_postgres(source: Path) -> Iterator[str]:
    """The simulated people in a PostgreSQL, in a schema `cdm`."""
    with TemporaryDirectory() as folder, servers.postgres(Path(folder)) as uri:
        servers.load_folder(uri, source, "cdm")
        yield uri


def test_postgresql_gives_the_rows_that_duckdb_gives(results: Path, in_postgres: str, tmp_path: Path) -> None:
    opened = open_source(in_postgres, load(), Reading(schema="cdm"))
    Run(opened, tmp_path / "postgres", Settings(AS_OF, part_people=PART), load())()
    opened.store.close()

    same(results, tmp_path / "postgres")


def same(one: Path, other: Path) -> None:
    for name in BY_PERSON:
        assert rows(one, name) == rows(other, name), name
    for file in sorted((one / "counts").iterdir()):
        assert file.read_text() == (other / "counts" / file.name).read_text(), file.name
    assert len(COUNTED) > 10


def test_nobody_at_all_is_nothing_to_count(source: Path, tmp_path: Path) -> None:
    empty = tmp_path / "source"
    shutil.copytree(source, empty)
    for file in empty.glob("*.parquet"):
        if file.stem not in {"concept", "concept_ancestor", "drug_strength", "cdm_source"}:
            pq.write_table(pq.read_table(file).slice(0, 0), file)

    with pytest.raises(RecordError, match=r"^The source holds nobody: its table of people is empty, or no row of it "):
        run(empty, tmp_path / "out")
