"""What must hold for any record whatever."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepwell.engines.sqlite import Engine
from stepwell.knowledge.load import load
from stepwell.logic import MET, NOT_MET, UNKNOWN
from stepwell.records.tables import build_tables
from stepwell.review import SHOWN
from tests.properties.people import AS_OF, Row, Rows, people

Results = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def engine() -> Engine:
    """One engine for all examples: it holds nothing between runs."""
    return Engine(load())


def rows_of(tables: dict[str, pa.Table], person_id: str = "p") -> Results:
    """Every shown row of a person, in an order of its own."""
    return {
        name: sorted((row for row in tables[name].to_pylist() if row["person_id"] == person_id), key=repr)
        for name in SHOWN
    }


def run(engine: Engine, record: Rows, as_of: date = AS_OF) -> Results:
    """The review of the person in a record."""
    return rows_of(engine.run(build_tables(record), as_of))


def merged(*records: Rows) -> Rows:
    """Several people as one record."""
    names = {name for record in records for name in record}
    return {name: [row for record in records for row in record.get(name, [])] for name in names}


def named(record: Rows, person_id: str) -> Rows:
    """The same record under another id."""
    return {name: [row | {"person_id": person_id} for row in rows] for name, rows in record.items()}


def twins(engine: Engine, one: Rows, other: Rows, as_of: date = AS_OF) -> tuple[Results, Results]:
    """The reviews of two records, run as two people of one."""
    tables = engine.run(build_tables(merged(one, named(other, "twin"))), as_of)
    found = rows_of(tables, "twin")
    return rows_of(tables), {name: [row | {"person_id": "p"} for row in rows] for name, rows in found.items()}


@given(person=people(), crowd=st.tuples(people("a"), people("z")))
def test_one_person_alone_equals_the_same_person_in_a_crowd(
    engine: Engine, person: Rows, crowd: tuple[Rows, Rows]
) -> None:
    """Nobody else's rows change a person's review, nor does the name they go by."""
    alone = run(engine, person)
    tables = engine.run(build_tables(merged(crowd[0], person, crowd[1], named(person, "0"))), AS_OF)
    renamed = {name: [row | {"person_id": "p"} for row in rows] for name, rows in rows_of(tables, "0").items()}

    assert rows_of(tables) == alone
    assert renamed == alone


@given(person=people(), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(engine: Engine, person: Rows, random: Any) -> None:
    """A record is a set of rows."""
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in person.items()}

    one, other = twins(engine, person, shuffled)

    assert one == other


@given(person=people(), days=st.integers(0, 900))
def test_rows_dated_after_the_day_of_the_review_change_nothing(engine: Engine, person: Rows, days: int) -> None:
    """Leaving them out by hand gives the same review."""
    as_of = AS_OF - timedelta(days=days)
    dated = {
        "exposure": "start_earliest",
        "score": "date_earliest",
        "item": "date_earliest",
        "condition": "start_earliest",
    }
    until = {
        name: [row for row in rows if name not in dated or row[dated[name]] <= as_of] for name, rows in person.items()
    }

    one, other = twins(engine, person, until, as_of)

    assert one == other


@given(person=people())
def test_every_trial_has_evidence(engine: Engine, person: Rows) -> None:
    """Each trial cites a row of the record that is there."""
    results = run(engine, person)
    known = {row["evidence_id"] for row in person["exposure"]} | {
        row["score_id"] for row in person["score"] + person["item"]
    }

    for trial in results["attempt"]:
        cited = {row["evidence_id"] for row in results["trial_evidence"] if row["trial_id"] == trial["trial_id"]}
        assert cited
        assert cited <= known


@given(person=people())
def test_results_are_one_of_three_and_ranges_are_in_order(engine: Engine, person: Rows) -> None:
    """Met, not met or unknown; low never above high."""
    results = run(engine, person)

    assert len(results["definition_result"]) == len(load().definitions)
    for row in results["definition_result"]:
        assert row["result"] in {MET, NOT_MET, UNKNOWN}
        assert row["count_low"] <= row["count_high"]
    for row in results["attempt"]:
        assert row["days_low"] <= row["days_high"]
        assert row["covered_low"] <= row["covered_high"]
        assert 0 <= row["proportion_covered_low"] <= row["proportion_covered_high"] <= 1
    for row in results["verdict"]:
        assert row["days_at_minimum_low"] is None or row["days_at_minimum_low"] <= row["days_at_minimum_high"]


@given(person=people())
def test_a_positive_suicide_item_is_always_noticed(engine: Engine, person: Rows) -> None:
    """Whatever the total, and however many items are missing."""
    positive = {
        row["score_id"]
        for row in person["item"]
        if row["item"] == "9" and (row["value"] or 0) > 0 and row["date_earliest"] <= AS_OF
    }

    assert {row["score_id"] for row in run(engine, person)["safety_notice"]} == positive


def narrows(engine: Engine, person: Rows, told: Rows, passed_over: tuple[str, ...] = ()) -> None:
    """What was settled stays so, and no count leaves the range it had, for every definition."""
    one, other = (
        {row["definition_id"]: row for row in results["definition_result"]} for results in twins(engine, person, told)
    )
    for before, later in ((row, other[definition_id]) for definition_id, row in one.items()):
        name = before["definition_id"]
        if name in passed_over:
            continue
        assert before["result"] in {UNKNOWN, later["result"]}, name
        assert before["count_low"] <= later["count_low"] <= later["count_high"] <= before["count_high"], name


def retold(person: Rows, number: int, lacks: Callable[[Row], bool], **told: Any) -> Rows | None:
    """The record with one of the exposures that lack something told; none if nothing is lacking."""
    unknown = [row for row in person["exposure"] if lacks(row)]
    if not unknown:
        return None
    chosen = unknown[number % len(unknown)]
    return person | {"exposure": [chosen | told if row is chosen else row for row in person["exposure"]]}


NUMBER = st.integers(0, 5)


@given(person=people(), number=NUMBER, dose=st.sampled_from((25.0, 75.0, 300.0)))
def test_learning_an_unknown_dose_never_widens_a_count(engine: Engine, person: Rows, number: int, dose: float) -> None:
    """What a definition counts, once a dose is known, lies within what it counted before."""
    told = {"dose_per_day_low": dose, "dose_per_day_high": dose, "dose_unit": "mg/day"}
    after = retold(person, number, lambda row: row["dose_per_day_low"] is None, **told)
    if after:
        # By the staging of claims a known dose may show that the next drug was too little to matter.
        narrows(engine, person, after, passed_over=("mgh-s-claims-2010",))


@given(person=people(), number=NUMBER, adherence=st.sampled_from(("yes", "no")))
def test_learning_whether_it_was_taken_never_widens_a_count(
    engine: Engine, person: Rows, number: int, adherence: str
) -> None:
    """Of a drug for which the record says nothing of the kind yet."""

    def silent(row: Row) -> bool:
        same = [other for other in person["exposure"] if other["ingredient"] == row["ingredient"]]
        return len(same) == 1 and row["adherence"] is None and row["stop_reason"] != "not taken"

    after = retold(person, number, silent, adherence=adherence)
    if after:
        narrows(engine, person, after)


@given(person=people(), days=st.integers(1, 400))
def test_learning_an_unknown_end_never_widens_a_count(engine: Engine, person: Rows, days: int) -> None:
    """Of a single supply that had ended by the day of the review."""

    def endless(row: Row) -> bool:
        return row["end_latest"] is None and row["status"] == "unknown"

    for row in person["exposure"]:
        if not endless(row):
            continue
        end = row["start_latest"] + timedelta(days=days)
        if end <= AS_OF:
            told = row | {"end_earliest": end, "end_latest": end}
            narrows(engine, person, person | {"exposure": [told if r is row else r for r in person["exposure"]]})
            return
