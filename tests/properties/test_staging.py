"""What must hold for the stages of any record whatever: learning more never widens a range."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from stepwell.engines.sqlite import Engine
from stepwell.knowledge.load import load
from stepwell.records.tables import build_tables
from tests.properties.people import AS_OF, Row, Rows, people
from tests.properties.test_reviews import NUMBER, Results, merged, named, retold

METHODS = load().staging
SUPPRESSORS = sorted({fact for method in METHODS for fact in method.suppressed_by})
NARROWING = sorted({one.fact for method in METHODS for part in method.parts for one in part.narrowed_by})
OPEN = float("inf")
WANTED = ("stage", "stage_part", "fact")


@pytest.fixture(scope="module")
def engine() -> Engine:
    """One engine for all examples: it holds nothing between runs."""
    return Engine(load())


@st.composite
def patients(draw: DrawFn) -> Rows:
    """A person with, by turns, failures of several classes, a course of ECT and a recent score."""
    person = draw(people())
    begin, rows = date(2022, 6, 1), []
    for number, drug in enumerate(draw(st.lists(st.sampled_from(("amitriptyline", "phenelzine", "mirtazapine"))))[:3]):
        start = begin + timedelta(days=60 * number)
        dose = draw(st.sampled_from((None, 300.0)))
        rows.append({
            "person_id": "p", "ingredient": drug, "product": "c", "start_earliest": start, "start_latest": start,
            "end_earliest": start + timedelta(days=60), "end_latest": start + timedelta(days=60),
            "dose_per_day_low": dose, "dose_per_day_high": dose, "dose_unit": "mg/day" if dose else None,
            "basis": "dispensed", "status": "completed", "stop_reason": draw(st.sampled_from((None, "no benefit"))),
            "adherence": None, "reported_outcome": None, "coded_by": "code", "evidence_id": f"further-{number}",
        })  # fmt: skip
    shocks = draw(st.sampled_from((None, date(2016, 3, 1), date(2024, 3, 1))))
    course = {"person_id": "p", "code_set": "ect", "start_earliest": shocks, "start_latest": shocks,
              "coded_by": "code", "evidence_id": "ect-1"}  # fmt: skip
    recent = AS_OF - timedelta(days=10)
    value = draw(st.sampled_from((None, 3.0, 7.0, 12.0, 17.0, 24.0)))
    score = {"person_id": "p", "score_id": "recent", "instrument": "phq-9", "date_earliest": recent,
             "date_latest": recent, "value": value, "evidence_id": "recent"}  # fmt: skip
    return person | {
        "exposure": person["exposure"] + rows,
        "procedure": [course] if shocks else [],
        "score": person["score"] + ([score] if value is not None else []),
    }


def staged(engine: Engine, *records: Rows) -> tuple[Results, ...]:
    """The stages of several records, run as the people of one."""
    everyone = [named(record, f"p{number}") for number, record in enumerate(records)]
    tables = engine.run(build_tables(merged(*everyone)), AS_OF, WANTED)
    rows = {name: tables[name].to_pylist() for name in WANTED}
    return tuple(
        {name: [row for row in rows[name] if row["person_id"] == f"p{number}"] for name in WANTED}
        for number in range(len(records))
    )


def by_method(results: Results) -> dict[str, Row]:
    """The stage of each method."""
    return {row["method"]: row for row in results["stage"]}


def high(row: Row, name: str = "high") -> float:
    """A highest value; one that isn't known has no end."""
    return OPEN if row[name] is None else float(row[name])


def within(before: Row, later: Row) -> None:
    """What a stage may become when something is learnt."""
    name = before["method"]
    if before["state"] != "scored":
        assert later["state"] in {before["state"], "suppressed"}, name
        return
    allowed = {"scored", "suppressed"} | ({"not applicable"} if before["perhaps_not_applicable"] else set())
    assert later["state"] in allowed, name
    if later["state"] == "scored":
        assert before["low"] <= later["low"] <= high(later) <= high(before), name
        assert before["perhaps_not_applicable"] or not later["perhaps_not_applicable"], name


def parts_within(one: Results, other: Results) -> None:
    """No part of a method leaves the range it had, in points or in what it counts."""
    after = {(row["method"], row["part"]): row for row in other["stage_part"]}
    for before in one["stage_part"]:
        later, name = after[before["method"], before["part"]], (before["method"], before["part"])
        assert before["quantity_low"] <= later["quantity_low"], name
        assert high(later, "quantity_high") <= high(before, "quantity_high"), name
        if later["below"]:
            assert before["below"] or before["perhaps_below"], name
        else:
            assert before["low"] <= later["low"] <= high(later) <= high(before), name


def narrows(one: Results, other: Results) -> None:
    """No stage and no part of it is wider once something is learnt."""
    after = by_method(other)
    for name, before in by_method(one).items():
        within(before, after[name])
    parts_within(one, other)


@given(person=patients())
def test_every_method_has_a_stage_and_its_range_is_in_order(engine: Engine, person: Rows) -> None:
    """Low never above high, no total without a state that has one, every part there."""
    (results,) = staged(engine, person)

    assert set(by_method(results)) == {method.id for method in METHODS}
    assert len(results["stage_part"]) == sum(len(method.parts) for method in METHODS)
    for row in results["stage"]:
        if row["state"] == "scored":
            assert 0 <= row["low"] <= high(row)
        else:
            assert (row["low"], row["high"], row["category_low"], row["category_high"]) == (None,) * 4
        assert (row["suppressed_by"] is not None) == (row["state"] == "suppressed")
    for row in results["stage_part"]:
        assert row["quantity_low"] <= high(row, "quantity_high")
        assert row["below"] or row["low"] <= high(row)


@given(person=patients(), number=NUMBER, dose=st.sampled_from((25.0, 75.0, 300.0)))
def test_learning_an_unknown_dose_never_widens_a_stage(engine: Engine, person: Rows, number: int, dose: float) -> None:
    """Of one supply that has none."""
    told = {"dose_per_day_low": dose, "dose_per_day_high": dose, "dose_unit": "mg/day"}
    after = retold(person, number, lambda row: row["dose_per_day_low"] is None, **told)
    if after:
        narrows(*staged(engine, person, after))


@given(person=patients(), number=NUMBER, outcome=st.sampled_from(("better", "partly better", "not better")))
def test_learning_an_unknown_outcome_never_widens_a_stage(
    engine: Engine, person: Rows, number: int, outcome: str
) -> None:
    """Of a drug of which nothing says yet how it ended."""

    def silent(row: Row) -> bool:
        same = [other for other in person["exposure"] if other["ingredient"] == row["ingredient"]]
        return len(same) == 1 and row["reported_outcome"] is None and row["stop_reason"] is None

    after = retold(person, number, silent, reported_outcome=outcome)
    if after:
        narrows(*staged(engine, person, after))


@given(person=patients(), days=st.integers(0, 1500), vague=st.sampled_from((0, 31, 365)))
def test_learning_when_the_episode_began_never_widens_a_stage(
    engine: Engine, person: Rows, days: int, vague: int
) -> None:
    """Where the record gave no start, a vague one narrows, and a precise one within it narrows further."""
    silent = person | {"condition": [], "score": [], "item": []}
    start = AS_OF - timedelta(days=days)

    def began(earliest: date, latest: date) -> Rows:
        told: Row = {"person_id": "p", "episode_start_earliest": earliest, "episode_start_latest": latest}
        return silent | {"person": [told]}

    vaguely = began(start - timedelta(days=vague), start)
    middle = start - timedelta(days=vague // 2)
    nothing, something, everything = staged(engine, silent, vaguely, began(middle, middle))
    narrows(nothing, something)
    narrows(something, everything)


def state_of(results: Results, fact: str) -> Any:
    """The state of a fact; one without a row is unknown."""
    return next((row["state"] for row in results["fact"] if row["fact"] == fact), "unknown")


@given(
    person=patients(), fact=st.sampled_from(NARROWING + SUPPRESSORS), value=st.sampled_from(("yes", "no", "unsure")),
    days_ago=st.sampled_from((0, 0, 20, 200, 2000)), by=st.sampled_from(("clinician", "person", None)),
)  # fmt: skip
def test_an_answer_to_an_open_question_never_widens_a_stage(
    engine: Engine, person: Rows, fact: str, value: str, days_ago: int, by: str | None
) -> None:
    """Of any fact that bears on a stage, and that nothing in the record speaks of; however old, whoever gave it."""
    day = AS_OF - timedelta(days=days_ago)
    answer = {"person_id": "p", "question": fact, "value": value, "date_earliest": day, "date_latest": day, "by": by,
              "evidence_id": "answer-1"}  # fmt: skip
    one, other = staged(engine, person, person | {"answer": [answer]})
    assume(state_of(one, fact) == "unknown")
    narrows(one, other)
    if state_of(other, fact) == "present":
        stages = by_method(other)
        for method in METHODS:
            if fact in method.suppressed_by:
                assert stages[method.id]["state"] == "suppressed"
