"""Runs every case of this folder, and of those below it, from CSV files to the review."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from stepwell.engines.sqlite import Engine
from stepwell.knowledge.load import Knowledge
from stepwell.records.csv_folder.columns import FILES
from stepwell.records.read import read
from stepwell.review import Review, assemble

HERE = Path(__file__).parent
PARTS = tuple(file.kind for file in FILES)
EXPECTED = {"trials", "definitions", "safety", "facts", "reasons", "options", "stages", "findings"}
SPOKEN = {True: "yes", False: "no"}  # YAML reads a bare yes or no as a truth


@dataclass(frozen=True)
class Case:
    """One person of one file."""

    path: Path
    number: int
    told: dict[str, Any]

    @property
    def person_id(self) -> str:
        """Whose rows are whose in the record."""
        return f"{self.path.stem}-{self.number}"

    @property
    def record(self) -> tuple[Path, date]:
        """Cases that are read as the people of one record: those of a folder below this one, of one day."""
        return (self.path if self.path.parent == HERE else self.path.parent, self.told["as_of"])

    def __str__(self) -> str:
        """What a failing test is called by."""
        name = self.path.relative_to(HERE).with_suffix("").as_posix()
        return f"{name}-{self.number}" if "people" in _file(self.path) else name


@cache
def _file(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return told


@cache
def cases_of(path: Path) -> tuple[Case, ...]:
    """The people of a file; what stands beside `people` holds for each who doesn't say otherwise."""
    file = _file(path)
    shared = {key: value for key, value in file.items() if key != "people"}
    return tuple(Case(path, number, shared | person) for number, person in enumerate(file.get("people", [{}]), 1))


CASES = [case for path in sorted(HERE.rglob("*.yaml")) for case in cases_of(path)]


def rows_of(case: Case, part: str) -> Iterator[dict[str, Any]]:
    """Rows of one CSV file; answers may stand as `fact: yes`, and are then of the day of the review."""
    told = case.told.get(part, [])
    if part == "answers" and isinstance(told, dict):
        day = case.told["as_of"]
        by = case.told.get("answers_by", "person")
        told = [{"date": day, "question": fact, "answer": value, "by": by} for fact, value in told.items()]
    if part == "person":
        told = told or [{}]
    for row in told:
        yield {"person_id": case.person_id} | {
            name: SPOKEN[cell] if isinstance(cell, bool) else cell for name, cell in row.items()
        }


def write_csv(cases: tuple[Case, ...], folder: Path) -> None:
    """The cases as one CSV record; every part a file."""
    for part in PARTS:
        rows = [row for case in cases for row in rows_of(case, part)]
        if not rows:
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{part}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


class Reviews:
    """Reviews of cases; those of one record are run together: a hundred people cost little more than one."""

    def __init__(self, knowledge: Knowledge, folder: Path) -> None:
        self._knowledge, self._folder = knowledge, folder
        self._engine = Engine(knowledge)
        self._done: dict[tuple[Path, date], dict[str, Review]] = {}

    def of(self, case: Case) -> Review:
        """The review of the case's person on the day it asks for."""
        if case.record not in self._done:
            self._done[case.record] = self._run(tuple(one for one in CASES if one.record == case.record))
        return self._done[case.record][case.person_id]

    def _run(self, cases: tuple[Case, ...]) -> dict[str, Review]:
        folder = self._folder / str(len(self._done))
        folder.mkdir()
        write_csv(cases, folder)
        records, as_of = read(folder, self._knowledge), cases[0].told["as_of"]
        results = self._engine.run(records.tables, as_of)
        people = (case.person_id for case in cases)
        return {one: assemble(results, records, self._knowledge, as_of, one) for one in people}


@pytest.fixture(scope="module")
def reviews(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Reviews:
    return Reviews(knowledge, tmp_path_factory.mktemp("cases"))


def found_trials(review: Review) -> list[tuple[object, object]]:
    """Drug and verdict by the leading definition, in order of their start."""
    verdicts = {
        row["trial_id"]: row["verdict"]
        for row in review.tables["verdict"]
        if row["definition_id"] == review.headline_definition
    }
    return [(row["ingredient"], verdicts[row["trial_id"]]) for row in review.tables["attempt"]]


def found_facts(review: Review, wanted: dict[str, Any]) -> dict[str, object]:
    """The state of each fact asked for; of one without a row nothing is known."""
    known = {str(row["fact"]): row["state"] for row in review.tables["fact"]}
    return {fact: known.get(fact, "unknown") for fact in wanted}


def found_stages(review: Review) -> dict[str, object]:
    """Each method's lowest and highest score, or why it has none."""
    return {
        str(row["method"]): [row["low"], row["high"]] if row["state"] == "scored" else row["state"]
        for row in review.tables["stage"]
    }


def found(review: Review, table: str, column: str) -> dict[str, object]:
    """What the review says of each reason, option or definition."""
    key = {"reason": "reason", "option_fit": "option", "definition_result": "definition_id"}[table]
    return {str(row[key]): row[column] for row in review.tables[table]}


def asked(known: dict[str, object], wanted: dict[str, Any]) -> dict[str, object]:
    """What is known of all that a case asks for."""
    return {name: known.get(name, "no such id") for name in wanted}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case, reviews: Reviews) -> None:
    expect = case.told["expect"]
    assert case.told["title"], "every case says what it shows"
    assert case.told["why"], "every case says why"
    assert set(case.told) <= {"title", "why", "as_of", "expect", "answers_by", *PARTS}, "a part is misspelt"
    assert set(expect) <= EXPECTED, "what is expected is misspelt"

    review = reviews.of(case)

    odd = [one for one in review.records.findings if one.person_id in (None, case.person_id)]
    assert odd == [] or expect.get("findings"), "nothing in the case is odd unless it says so"
    if "trials" in expect:
        trials = expect["trials"]
        wanted = [next(iter(pair.items())) for pair in trials] if isinstance(trials, list) else list(trials.items())
        assert found_trials(review) == wanted
    definitions = expect.get("definitions", {})
    assert asked(found(review, "definition_result", "result"), definitions) == definitions
    facts = expect.get("facts", {})
    assert found_facts(review, facts) == facts
    reasons = expect.get("reasons", {})
    assert asked(found(review, "reason", "state"), reasons) == reasons
    options = expect.get("options", {})
    assert asked(found(review, "option_fit", "fit"), options) == options
    stages = expect.get("stages", {})
    assert asked(found_stages(review), stages) == stages
    if "safety" in expect:
        assert bool(review.tables["safety_notice"]) is expect["safety"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 100  # an empty folder would pass by testing nothing


def test_every_reason_comes_out_each_way_it_can(knowledge: Knowledge) -> None:
    seen: dict[str, set[str]] = {}
    for case in CASES:
        for reason, state in case.told["expect"].get("reasons", {}).items():
            seen.setdefault(reason, set()).add(state)
    for reason in knowledge.reasons:
        weights = {sign.weight for sign in reason.signs}
        ways = {"not assessed", "ruled out"}
        ways |= {"shown"} if "shows" in weights else set()
        ways |= {"possible"} if "suggests" in weights or reason.what_remains else set()
        assert ways - seen.get(reason.id, set()) == set(), reason.id
