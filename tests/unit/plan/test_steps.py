"""What a plan is made of."""

from datetime import date
from typing import Any

import pytest

from stepwell.errors import ConfigError
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge
from stepwell.plan import Plan, make_plan
from stepwell.plan.steps import ORDER, days

AS_OF = date(2025, 1, 1)
CITE = (s.Cite(source="stepwell", locus="test"),)


def plan(knowledge: Knowledge, *chosen: str, start: date = AS_OF, fit: str = "check first", **states: str) -> Plan:
    tables: dict[str, list[dict[str, Any]]] = {
        "option_fit": [{"option": option.id, "fit": fit} for option in knowledge.options],
        "fact": [{"fact": name.replace("_", "-"), "state": state} for name, state in states.items()],
    }
    return make_plan(knowledge, tables, "ana", AS_OF, chosen, start)


def scheduled(**more: Any) -> s.Scheduled:
    return s.Scheduled(id="x", kind="session", text="x", cite=CITE, **{"first_day": 0, **more})


def test_an_option_that_is_not_there_is_named_with_those_nearest(knowledge: Knowledge) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(knowledge, "esketamin")
    assert str(caught.value) == (
        "No option is called esketamin. Did you mean esketamine or iv-ketamine? `stepwell options` lists them."
    )


def test_a_plan_without_an_option_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(ConfigError, match=r"A plan needs at least one option: --choose ID\."):
        plan(knowledge)


def test_a_plan_does_not_start_before_its_review(knowledge: Knowledge) -> None:
    with pytest.raises(ConfigError, match="would start on 2024-12-31, before the review of 2025-01-01"):
        plan(knowledge, "ect", start=date(2024, 12, 31))


def test_what_is_not_known_is_to_be_settled_before_anything_else(knowledge: Knowledge) -> None:
    steps = plan(knowledge, "esketamine").steps
    first_day = [step for step in steps if step.on == AS_OF]
    kinds = [step.kind for step in first_day]
    assert kinds == sorted(kinds, key=ORDER.index)
    option = next(one for one in knowledge.options if one.id == "esketamine")
    facts = {row.fact for row in (*option.contraindications, *option.cautions)}
    assert {step.id.removeprefix("settle-") for step in steps if step.kind == "settle"} == facts


def test_what_is_known_is_not_asked_again_and_what_is_present_stands_against_it(knowledge: Knowledge) -> None:
    made = plan(knowledge, "esketamine", arteriovenous_malformation="absent", psychosis_history="present")
    settle = {step.id for step in made.steps if step.kind == "settle"}
    assert "settle-arteriovenous-malformation" not in settle
    assert "settle-psychosis-history" not in settle
    assert [row.fact for row in made.chosen[0].present] == ["psychosis-history"]


def test_a_contradiction_is_to_be_settled_too(knowledge: Knowledge) -> None:
    made = plan(knowledge, "esketamine", psychosis_history="conflict")
    assert "settle-psychosis-history" in {step.id for step in made.steps}


def test_every_option_can_be_planned_and_every_step_is_cited(knowledge: Knowledge) -> None:
    sources = {source.id for source in knowledge.sources}
    for option in knowledge.options:
        for step in plan(knowledge, option.id).steps:
            assert step.cite
            assert {cite.source for cite in step.cite} <= sources


def test_steps_of_several_options_stand_by_date(knowledge: Knowledge) -> None:
    steps = plan(knowledge, "rtms", "psy-cbt", "rtms").steps
    assert [step.on for step in steps] == sorted(step.on for step in steps)
    assert {step.option for step in steps} == {"rtms", "psy-cbt"}


def test_repeated_steps_fall_every_so_many_days() -> None:
    assert days(scheduled(first_day=-7, every_days=14, times=3), AS_OF) == [-7, 7, 21]


def test_working_days_pass_over_the_weekend() -> None:
    friday = date(2025, 1, 3)
    assert days(scheduled(times=6, weekdays_only=True), friday) == [0, 3, 4, 5, 6, 7]


def test_working_days_that_begin_on_a_weekend_begin_on_monday() -> None:
    saturday = date(2025, 1, 4)
    assert days(scheduled(times=2, weekdays_only=True), saturday) == [2, 3]
