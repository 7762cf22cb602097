"""An answer changes what depends on it, and nothing else."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepwell.engines.sqlite import Engine
from stepwell.knowledge.load import load
from stepwell.knowledge.tables import tables
from stepwell.records.tables import build_tables
from stepwell.review import SHOWN
from tests.properties.people import AS_OF, Row, Rows, people

KNOWLEDGE = load()
FACTS = [fact.id for fact in KNOWLEDGE.facts]
LATER = ("fact", "reason", "stage_part", "stage", "option_fit")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(KNOWLEDGE)


def depending(fact_id: str) -> set[str]:
    """The fact, those behind it or implied by it, and those made of any of them."""
    implied = {str(row["other"]) for row in tables(KNOWLEDGE)["fact_implied"].to_pylist() if row["fact"] == fact_id}
    behind = {fact_id} | implied | {fact.id for fact in KNOWLEDGE.facts if fact.gate in {fact_id, *implied}}
    return behind | {fact.id for fact in KNOWLEDGE.facts if behind & set(fact.any_of)}


def named_by_options(facts: set[str]) -> set[str]:
    """Options that name one of the facts."""
    return {
        option.id
        for option in KNOWLEDGE.options
        if facts
        & {
            *(one.fact for one in (*option.contraindications, *option.cautions)),
            *(fact for one in option.indications for fact in (*one.needs, *one.without)),
            *((*option.ranking.liked_by, *option.ranking.disliked_by) if option.ranking else ()),
        }
    }


def named_by_reasons(facts: set[str]) -> set[str]:
    """Reasons that name one of the facts, and what remains, which depends on all others."""
    return {one.id for one in KNOWLEDGE.reasons if one.what_remains or facts & {sign.fact for sign in one.signs}}


def both(engine: Engine, person: Rows, answers: list[Row]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of a person without and with answers, by table, from one run."""
    twin = {name: [row | {"person_id": "twin"} for row in rows] for name, rows in person.items()}
    rows = {name: [*person[name], *twin[name]] for name in person}
    rows["answer"] = [row | {"person_id": "twin"} for row in answers]
    results = engine.run(build_tables(rows), AS_OF)
    found: tuple[dict[str, Any], dict[str, Any]] = (defaultdict(list), defaultdict(list))
    for name in SHOWN:
        for row in results[name].to_pylist():
            found[row["person_id"] == "twin"][name].append({**row, "person_id": "p"})
    for tables_of in found:
        for listed in tables_of.values():
            listed.sort(key=repr)
    return found


def answer(fact_id: str, value: str, days_ago: int = 0, by: str | None = None) -> Row:
    day = AS_OF - timedelta(days=days_ago)
    return {
        "question": fact_id, "about": None, "value": value, "date_earliest": day, "date_latest": day, "by": by,
        "evidence_id": "answer-1",
    }  # fmt: skip


def differing(one: list[Row], other: list[Row], key: str, value: str) -> set[str]:
    """Keys whose value isn't the same in both."""
    left, right = ({row[key]: row[value] for row in rows} for rows in (one, other))
    return {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}


WINDOWS = {window.id: window for window in KNOWLEDGE.windows}
PASSING = [
    fact.id for fact in KNOWLEDGE.facts if WINDOWS[fact.answer_holds].days and WINDOWS[fact.answer_holds].no_days
]


@given(person=people(), fact_id=st.sampled_from(PASSING), value=st.sampled_from(("yes", "no", "unsure")))
def test_an_answer_that_no_longer_holds_changes_nothing_and_is_no_answer(
    engine: Engine, person: Rows, fact_id: str, value: str
) -> None:
    """The questions are those of somebody who was never asked."""
    window = WINDOWS[next(fact.answer_holds for fact in KNOWLEDGE.facts if fact.id == fact_id)]
    one, other = both(engine, person, [answer(fact_id, value, max(window.days or 0, window.no_days or 0) + 1)])

    for name in (*LATER, "definition_result"):
        assert one[name] == other[name]
    assert {row["question"] for row in one["question"]} == {row["question"] for row in other["question"]}


UNCERTAIN = [fact.id for fact in KNOWLEDGE.facts if fact.no_by == "clinician"]


@given(person=people(), fact_id=st.sampled_from(UNCERTAIN), by=st.sampled_from((None, "person", "carer")))
def test_a_no_of_somebody_who_may_not_know_rules_nothing_out(
    engine: Engine, person: Rows, fact_id: str, by: str | None
) -> None:
    """Nothing becomes absent, ruled out, not indicated or not suitable by it."""
    one, other = both(engine, person, [answer(fact_id, "no", by=by)])

    for name, key, column, settled in (
        ("fact", "fact", "state", {"absent"}), ("reason", "reason", "state", {"ruled out"}),
        ("option_fit", "option", "fit", {"not indicated", "not suitable", "suitable"}),
    ):  # fmt: skip
        before, after = ({row[key]: row[column] for row in found[name]} for found in (one, other))
        changed = {row: state for row, state in after.items() if before.get(row) != state}
        assert not settled & set(changed.values()), changed


@given(person=people(), fact_id=st.sampled_from(FACTS), value=st.sampled_from(("yes", "no")))
def test_an_answer_changes_only_what_names_its_fact(engine: Engine, person: Rows, fact_id: str, value: str) -> None:
    """Facts behind it or made of it; the reasons and options that name one of these; nothing of what was measured."""
    one, other = both(engine, person, [answer(fact_id, value)])
    excludes = differing(one["definition_result"], other["definition_result"], "definition_id", "result")
    facts = depending(fact_id)
    if excludes:
        # A definition that somebody is kept out of is itself a sign of facts.
        by_definition = {fact.id for fact in KNOWLEDGE.facts for sign in fact.signs if sign.kind == "definition"}
        facts |= {name for found in by_definition for name in depending(found)}

    assert differing(one["fact"], other["fact"], "fact", "state") <= facts
    assert differing(one["reason"], other["reason"], "reason", "state") <= named_by_reasons(facts)
    assert differing(one["option_fit"], other["option_fit"], "option", "fit") <= named_by_options(facts)
    assert one["attempt"] == other["attempt"]
    assert one["verdict"] == other["verdict"]


@given(person=people(), fact_id=st.sampled_from(FACTS))
def test_unsure_settles_nothing_and_is_not_asked_again(engine: Engine, person: Rows, fact_id: str) -> None:
    """Everything but the questions stays as it was."""
    one, other = both(engine, person, [answer(fact_id, "unsure")])

    for name in LATER:
        assert one[name] == other[name]
    assert fact_id not in {row["question"] for row in other["question"]}


@given(
    person=people(), question=st.sampled_from(("taken", "helped")), value=st.sampled_from(("yes", "partly", "no")),
    number=st.integers(0, 5),
)  # fmt: skip
def test_an_answer_about_a_trial_settles_and_never_overturns(
    engine: Engine, person: Rows, question: str, value: str, number: int
) -> None:
    """No other trial changes, and what a definition counts of the trial stays within what it may have counted."""
    bare = both(engine, person, [])[0]["attempt"]
    if not bare:
        return
    about = sorted(row["trial_id"] for row in bare)[number % len(bare)]
    one, other = both(engine, person, [answer(question, value) | {"about": about}])

    trial = {"taken": "stated_adherence", "helped": "reported_outcome"}[question]
    assert differing(one["attempt"], other["attempt"], "trial_id", trial) <= {about}
    criterion = {"taken": "adherence", "helped": "failure"}[question]
    for before, after in zip(by_trial(one), by_trial(other), strict=True):
        if before["trial_id"] != about:
            assert before["counts"] == after["counts"]
        elif before[criterion] not in {"unknown", after[criterion]}:
            assert after[criterion] == "unknown" or before[criterion] == "not tested" or value == "no"


def by_trial(found: dict[str, Any]) -> list[Row]:
    """The verdicts in a fixed order."""
    return sorted(found["verdict"], key=lambda row: (row["trial_id"], row["definition_id"]))
