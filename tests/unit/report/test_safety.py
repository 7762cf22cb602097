"""Safety leads every format, and nothing in any of them reassures, orders or diagnoses."""

import json as standard_json
import re
from collections.abc import Callable

import pytest

from stepwell.report import html, json, text
from stepwell.report.lookup import Lookup
from stepwell.report.view.page import page
from stepwell.report.view.safety import SAME_DAY, Safety
from stepwell.report.wording import QUESTION
from stepwell.review import Review
from tests.unit.report.people import PEOPLE, review

Render = Callable[[Review], str]
RENDER: dict[str, Render] = {"text": text.render, "html": html.render, "json": json.render}
REASSURING = re.compile(r"\b(?:safe|no risk|low risk|not at risk|nothing to worry|all clear)\b", re.IGNORECASE)


def safety(name: str) -> Safety:
    return page(Lookup(review(name))).safety


def words(output: str) -> str:
    """An output with its line breaks and marks of HTML taken away."""
    return " ".join(re.sub(r"<[^>]+>", " ", output).split())


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
def test_a_positive_answer_stands_before_the_answer_of_the_review(render: Render) -> None:
    output = words(render(review("ana")))
    notice = output.index("An answer about death or self-harm is above zero")
    assert notice < output.index(SAME_DAY)
    assert notice < output.index("2 of 4 trials count as adequate and failed")


def test_in_the_text_only_the_title_stands_before_it() -> None:
    lines = text.render(review("ana")).splitlines()
    assert lines[:2] == ["Stepwell review of ana, as of 30 Jun 2024", ""]
    assert lines[2] == "SAFETY FIRST: An answer about death or self-harm is above zero"
    assert lines[3] == "  PHQ-9, 25 Jun 2024: answer 1 on a scale up to 3; total 13"


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
def test_an_undated_diagnosis_of_suicidal_thoughts_leads(render: Render) -> None:
    output = words(render(review("lea")))
    assert safety("lea").title == "Suicidal thoughts or danger to self may be on record"
    assert safety("lea").title in output


@pytest.mark.parametrize("render", [text.render, html.render], ids=["text", "html"])
def test_an_undated_diagnosis_of_suicidal_thoughts_says_that_it_has_no_date(render: Render) -> None:
    noticed = "Thoughts of death or suicide now: perhaps, as recorded, date not recorded"
    output = words(render(review("lea")))
    assert output.index(noticed) < output.index("Above the limit for this age")


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
def test_a_zero_without_a_day_is_not_called_the_newest_answer(render: Render) -> None:
    output = words(render(review("pia")))
    assert safety("pia").title == "An answer about death or self-harm is above zero"
    assert safety("pia").title in output
    assert safety("pia").newest == ""
    assert "is zero" not in output.split(SAME_DAY)[0]


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
def test_an_unsure_answer_about_danger_leads(render: Render) -> None:
    output = words(render(review("max")))
    assert safety("max").title == "A question about death or self-harm was answered unsure"
    assert safety("max").title in output
    assert SAME_DAY in output


@pytest.mark.parametrize("render", [text.render, html.render], ids=["text", "html"])
def test_an_unsure_answer_about_danger_is_told_with_its_day(render: Render) -> None:
    assert "answered unsure, 28 Jun 2024" in words(render(review("max")))


def test_in_json_it_is_the_first_part() -> None:
    assert list(standard_json.loads(json.render(review("ana"))))[:2] == ["format", "safety"]


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
@pytest.mark.parametrize("name", ["ana", "ben"])
def test_helplines_come_with_their_day_and_a_number_for_anywhere_else(render: Render, name: str) -> None:
    output = words(render(review(name)))
    for part in ("988", "116 123", "your local emergency number"):
        assert part in output
    assert "23 Nov 2026" in output or "2026-11-23" in output


def test_an_older_positive_answer_still_leads_and_the_zero_after_it_is_no_reassurance() -> None:
    shown = safety("ben")
    assert shown.title == "An earlier answer about death or self-harm is above zero"
    assert shown.positives[0].words == "PHQ-9, 8 Jan 2024: answer 1 on a scale up to 3; total 18"
    assert shown.newest == (
        "The newest answer to a question about death or self-harm (PHQ-9, 10 May 2024) is zero."
        " A zero is no reassurance."
    )


def test_a_question_left_out_is_said() -> None:
    shown = safety("dan")
    assert not shown.raised
    assert shown.newest == (
        "The newest PHQ-9 (1 Feb 2024) has no answer to its question about death or self-harm that could be read:"
        " it was skipped, or is none that the scale knows."
    )


def test_a_total_without_answers_is_said() -> None:
    assert safety("hal").newest == (
        "Of the newest PHQ-9 (2 Jan 2024) only the total is recorded: its answer about death or self-harm is not known."
    )


def test_never_asked_is_said() -> None:
    assert safety("cleo").newest == "No questionnaire that could be used asks about death or self-harm."


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
@pytest.mark.parametrize("name", [name for name in PEOPLE if name not in {"ana", "ben", "kim", "lea", "max", "pia"}])
def test_without_a_positive_answer_every_format_says_what_is_known_of_it(render: Render, name: str) -> None:
    output = words(render(review(name)))
    assert safety(name).newest in output
    assert SAME_DAY not in output


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
@pytest.mark.parametrize("name", PEOPLE)
def test_no_format_reassures(render: Render, name: str) -> None:
    found = REASSURING.search(words(render(review(name))))
    assert found is None, found


@pytest.mark.parametrize("render", RENDER.values(), ids=RENDER)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_format_says_what_it_is_not(render: Render, name: str) -> None:
    assert "This is not a diagnosis and not medical advice." in words(render(review(name)))


def test_the_question_is_asked_after_the_notice_on_the_page() -> None:
    page_text = html.render(review("ana"))
    assert page_text.index('class="safety"') < page_text.index(QUESTION)
