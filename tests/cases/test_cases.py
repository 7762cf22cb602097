"""Runs every case of this folder from CSV files to the review."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import Knowledge
from stepwell.records.read import read
from stepwell.review import Review, assemble

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.yaml"))
PARTS = ("person", "medications", "scores", "items", "conditions", "procedures")


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge, side_by_side=2)


def write_csv(case: dict[str, Any], folder: Path) -> None:
    """The case as a CSV record; every part a file."""
    for part in PARTS:
        rows: list[dict[str, Any]] = case.get(part, [])
        if part == "person":
            rows = [{"person_id": "1"} | row for row in (rows or [{}])]
        if not rows:
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{part}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


def review_of(case: dict[str, Any], folder: Path, engine: Engine, knowledge: Knowledge) -> Review:
    """The case's person, reviewed."""
    write_csv(case, folder)
    records = read(folder, knowledge)
    as_of = case["as_of"]
    person_id = records.tables["person"]["person_id"][0].as_py()
    return assemble(engine.run(records.tables, as_of), records, knowledge, as_of, person_id)


def found_trials(review: Review) -> list[tuple[object, object]]:
    """Drug and verdict by the leading definition, in order of their start."""
    verdicts = {
        row["trial_id"]: row["verdict"]
        for row in review.tables["verdict"]
        if row["definition_id"] == review.headline_definition
    }
    return [(row["ingredient"], verdicts[row["trial_id"]]) for row in review.tables["attempt"]]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path, engine: Engine, knowledge: Knowledge) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    expect = case["expect"]
    assert case["title"], "every case says what it shows"
    assert case["why"], "every case says why"

    review = review_of(case, tmp_path, engine, knowledge)

    assert review.records.findings == () or expect.get("findings"), "nothing in the case is odd unless it says so"
    trials = expect.get("trials", {})
    wanted = [next(iter(pair.items())) for pair in trials] if isinstance(trials, list) else list(trials.items())
    assert found_trials(review) == wanted
    results = {row["definition_id"]: row["result"] for row in review.tables["definition_result"]}
    for definition_id, result in expect.get("definitions", {}).items():
        assert results[definition_id] == result, definition_id
    if "safety" in expect:
        assert bool(review.tables["safety_notice"]) is expect["safety"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 15  # an empty folder would pass by testing nothing
