"""A plan as text, JSON, calendar and FHIR."""

import json
from datetime import date
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle
from icalendar import Calendar

from stepwell.one import review_one
from stepwell.plan import Plan, make_plan
from stepwell.report import calendar, fhir
from stepwell.report import plan as report
from stepwell.review import Review

EXAMPLES = Path(__file__).parents[3] / "examples"
AS_OF = date(2025, 6, 30)
START = date(2025, 7, 7)
ABOVE_ZERO = "11-suicide-item-under-a-low-total"


@pytest.fixture(scope="module")
def review() -> Review:
    return review_one(EXAMPLES / ABOVE_ZERO / "fhir.json", AS_OF)


@pytest.fixture(scope="module")
def plan(review: Review) -> Plan:
    return make_plan(review.knowledge, review.tables, review.person_id, AS_OF, ["rtms", "psy-cbt"], START)


def test_the_text_begins_with_the_suicide_item(review: Review, plan: Plan) -> None:
    assert report.text(review, plan).startswith("AN ANSWER ABOUT DEATH OR SELF-HARM IS ABOVE ZERO")


def test_the_text_names_each_option_its_fit_and_every_kind_of_step(review: Review, plan: Plan) -> None:
    text = report.text(review, plan)
    of = ": " if plan.chosen[1:] else "\n"
    for chosen in plan.chosen:
        assert f"{chosen.option.title}: {chosen.fit} (" in text.replace("\n", " ")
    for kind in {step.kind for step in plan.steps}:
        assert f"  {report.KIND[kind]}{of}" in text
    assert "It orders nothing." in text.replace("\n", " ")


def test_the_text_fits_its_width(review: Review, plan: Plan) -> None:
    long = [line for line in report.text(review, plan, 80).splitlines() if len(line) > 80 and "http" not in line]
    assert long == []


def test_the_json_holds_every_step_with_its_day_and_source(review: Review, plan: Plan) -> None:
    document = json.loads(report.json(review, plan))
    assert document["format"] == "stepwell.plan/1"
    assert document["safety"]["title"] == "An answer about death or self-harm is above zero"
    assert [(step["option"], step["id"], step["date"]) for step in document["steps"]] == [
        (step.option, step.id, str(step.on)) for step in plan.steps
    ]
    assert all(step["cite"] for step in document["steps"])


def test_the_calendar_is_read_back_with_an_event_for_each_step(plan: Plan) -> None:
    read = Calendar.from_ical(calendar.render(plan))
    events = read.walk("VEVENT")
    settle = {step.option for step in plan.steps if step.kind == "settle"}
    single = [step for step in plan.steps if step.kind != "settle"]
    assert len(events) == len(single) + len(settle)
    assert {event.decoded("DTSTART") for event in events} == {step.on for step in plan.steps}
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert {str(event["STATUS"]) for event in events} == {"TENTATIVE"}


def test_the_calendar_names_nobody_and_is_the_same_each_time(review: Review, plan: Plan) -> None:
    text = calendar.render(plan)
    assert review.person_id not in text
    assert calendar.render(plan) == text


def test_the_care_plan_is_valid_and_has_an_activity_for_each_step(review: Review, plan: Plan) -> None:
    text = fhir.of_plan(review, plan)
    Bundle.model_validate_json(text)
    resources = {entry["resource"]["resourceType"]: entry["resource"] for entry in json.loads(text)["entry"]}
    care_plan = resources["CarePlan"]
    assert (care_plan["status"], care_plan["intent"]) == ("draft", "plan")
    assert care_plan["period"]["start"] == str(START)
    starts = [one["detail"]["scheduledPeriod"]["start"] for one in care_plan["activity"]]
    assert starts == [str(step.on) for step in plan.steps]
