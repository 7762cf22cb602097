"""Treatment pathways as TreatmentPatterns makes them."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stepwell.cohort.pathways import PathwayRules, path, pathways
from tests.unit.cohort.store import EVENT, TARGET, Store, opened

DEFAULTS = {
    "minEraDuration": "0", "eraCollapseSize": "30", "combinationWindow": "30", "minPostCombinationDuration": "30",
    "filterTreatments": "First", "maxPathLength": "5",
}  # fmt: skip
NUMBERS = {
    "minEraDuration": "least_era_days", "eraCollapseSize": "era_collapse_days", "combinationWindow": "combination_days",
    "minPostCombinationDuration": "least_after_combination_days", "maxPathLength": "longest_path",
    "windowStart": "from_days", "windowEnd": "to_days",
}  # fmt: skip
ANCHORS = {"startAnchor": "from_anchor", "endAnchor": "to_anchor"}

PRIOR = {"start event < start target, periodPrior = -60": -60}
"""The cases lack parameters that are negative or no number; of one, the name says it. Two windows of a person are
expected to be two paths."""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with opened() as store:
        yield store


@pytest.fixture(scope="module")
def cases(oracles: Callable[[str], Path]) -> list[dict[str, Any]]:
    return list(json.loads(oracles("pathways.json").read_text(encoding="utf-8")))


def _rules(case: dict[str, Any]) -> PathwayRules:
    named = DEFAULTS | {name: value.strip('"') for name, value in case["parameters"].items()}
    rules: dict[str, Any] = {ours: int(named[theirs]) for theirs, ours in NUMBERS.items() if theirs in named}
    rules |= {ours: named[theirs].removesuffix("Date") for theirs, ours in ANCHORS.items() if theirs in named}
    if case["name"] in PRIOR:
        rules["from_days"] = PRIOR[case["name"]]
    return PathwayRules(keep=named["filterTreatments"].lower(), **rules)


def _paths(store: Store, case: dict[str, Any]) -> set[str]:
    rows = [
        {
            "person_id": person,
            "treatment": case["cohorts"][int(cohort) - 1],
            "start": date.fromisoformat(start),
            "end": date.fromisoformat(end),
        }
        for cohort, person, start, end in case["rows"]
    ]
    target = case["cohorts"][0]
    events = store.load(pa.Table.from_pylist([row for row in rows if row["treatment"] != target], schema=EVENT))
    windows = [row for row in rows if row["treatment"] == target]
    targets = store.load(pa.Table.from_pylist(windows, schema=TARGET))
    rules = _rules(case)
    steps = pathways(events, targets, rules, store.keep, store.count)
    return {row["path"] for row in store.rows(path(steps, targets, rules))}


def test_every_case_has_the_path_it_expects(store: Store, cases: list[dict[str, Any]]) -> None:
    found = [(case["name"], _paths(store, case), set(case["expected"])) for case in cases]

    assert len(found) > 0
    assert [row for row in found if not row[2] <= row[1]] == []


def test_no_case_has_a_path_beside_it_but_of_people_with_windows_alone(
    store: Store, cases: list[dict[str, Any]]
) -> None:
    treated = [case for case in cases if case["expected"] != ["None"]]

    assert [case["name"] for case in treated if _paths(store, case) != set(case["expected"])] == []
