"""What holds for the pathways of anybody."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from stepwell.cohort.pathways import PathwayRules, pathways
from tests.properties.pathways_by_hand import Era, collapsed, separated
from tests.unit.cohort.store import EVENT, TARGET, Store, opened

Row = dict[str, Any]
FIRST, LAST = date(2020, 1, 1), date(2023, 12, 31)
LONGEST = 30

FEW = settings(max_examples=max(settings.default.max_examples // 3, 5) if settings.default else 8)
"""Each example is many people, and asks the database for each of their overlaps in turn."""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with opened() as store:
        yield store


@st.composite
def treatments(draw: DrawFn) -> Row:
    """One supply of one of four drugs; starts and ends often coincide."""
    start = FIRST + timedelta(days=draw(st.sampled_from((0, 5, 10))) + draw(st.integers(0, 12)) * 10)
    days = draw(st.one_of(st.integers(1, 120), st.sampled_from((10, 20, 30, 60))))
    return {"treatment": draw(st.sampled_from("ABCD")), "start": start, "end": start + timedelta(days=days)}


people = st.lists(st.lists(treatments(), max_size=8), min_size=1, max_size=25)

rules = st.builds(
    PathwayRules,
    least_era_days=st.sampled_from((0, 15)),
    era_collapse_days=st.sampled_from((0, 5, 30)),
    combination_days=st.sampled_from((0, 1, 10, 30)),
    least_after_combination_days=st.sampled_from((0, 1, 10, 30)),
    longest_path=st.just(LONGEST),
    keep=st.just("all"),
    short=st.sampled_from(("any", "remains")),
)


def steps(store: Store, persons: dict[str, list[Row]], rules: PathwayRules) -> dict[str, list[Era]]:
    """The steps of each person, in order."""
    events = [row | {"person_id": person} for person, rows in persons.items() for row in rows]
    targets = [{"person_id": person, "start": FIRST, "end": LAST} for person in persons]
    event, target = (store.load(pa.Table.from_pylist(*each)) for each in ((events, EVENT), (targets, TARGET)))
    rows = store.rows(pathways(event, target, rules, store.keep, store.count), ("person_id", "order"))
    found: dict[str, list[Era]] = {person: [] for person in persons}
    for row in rows:
        found[row["person_id"]].append(Era(row["start"], row["end"], tuple(row["drugs"].split("+"))))
    return found


def named(persons: list[list[Row]]) -> dict[str, list[Row]]:
    return {f"person-{place}": rows for place, rows in enumerate(persons)}


def by_hand(rows: list[Row], rules: PathwayRules) -> list[Era]:
    eras = [Era(row["start"], row["end"], (row["treatment"],)) for row in rows]
    long = collapsed([era for era in eras if era.days >= rules.least_era_days], rules.era_collapse_days)
    return separated(long, rules.combination_days, rules.least_after_combination_days, rules.short)[:LONGEST]


@FEW
@given(persons=people, rules=rules)
def test_the_steps_are_those_found_by_hand(store: Store, persons: list[list[Row]], rules: PathwayRules) -> None:
    expected = {person: by_hand(rows, rules) for person, rows in named(persons).items()}

    found = steps(store, named(persons), rules)

    assert found == expected
    for eras in found.values():
        assert all(era.days > 0 for era in eras)
        assert all(after.start >= before.end for before, after in pairwise(eras))
        assert all(list(era.drugs) == sorted(set(era.drugs)) for era in eras)


@FEW
@given(persons=people, rules=rules, data=st.data())
def test_neither_the_crowd_nor_the_order_of_the_rows_changes_anything(
    store: Store, persons: list[list[Row]], rules: PathwayRules, data: st.DataObject
) -> None:
    crowd = named(persons)
    alone = {"person-0": data.draw(st.permutations(crowd["person-0"]))}

    assert steps(store, alone, rules)["person-0"] == steps(store, crowd, rules)["person-0"]
