"""The sentence that leads, whole, for each kind of result."""

from datetime import date
from pathlib import Path

from stepwell.one import review_one
from stepwell.report import text
from stepwell.report.lookup import Lookup
from stepwell.report.view.answer import Answer
from stepwell.report.view.page import Page, page
from tests.unit.report.people import review


def shown(name: str, *definitions: str) -> Page:
    return page(Lookup(review(name, *definitions)))


def answered(name: str, *definitions: str) -> Answer:
    return shown(name, *definitions).answer


def test_shown_where_enough_trials_failed() -> None:
    answer = answered("ana")
    assert answer.lead == "Shown"
    assert answer.sentence == "2 of 4 trials count as adequate and failed; 2 are needed, by Consensus 2022."


def test_not_shown_where_none_did() -> None:
    answer = answered("ben")
    assert answer.lead == "Not shown"
    assert answer.sentence == ("The one trial does not count as adequate and failed; 2 are needed, by Consensus 2022.")
    assert answer.verdicts == "1 trial: 1 worked."
    assert answer.now == "Running now: escitalopram (worked)."


def test_not_shown_is_said_with_what_is_open() -> None:
    answer = answered("cleo")
    assert answer.lead == "Not shown"
    assert answer.sentence == ("The one trial may count as adequate and failed; 2 are needed, by Consensus 2022.")


def test_not_judged_where_the_definition_leaves_the_person_out_and_why() -> None:
    answer = answered("dan")
    assert answer.lead == "Not judged"
    assert answer.sentence == "Bipolar disorder is on record, which Consensus 2022 does not cover."


def test_an_empty_record_shows_no_treatment_rather_than_no_resistance() -> None:
    answer = answered("eve")
    assert answer.lead == "Can't be told yet"
    assert answer.sentence == "The record shows no treatment with an antidepressant."


def test_the_first_definition_asked_for_leads() -> None:
    answer = answered("ana", "rybak-2021", "sforzini-2022")
    assert answer.sentence.endswith("by Canadian consensus 2021.")
    assert answer.tally.startswith("Treatment-resistant depression by 2 published definitions: ")


def test_a_definition_that_could_not_be_checked_says_so() -> None:
    answer = answered("ana", "regulatory-two-failures")
    assert answer.sentence.endswith("by Regulatory, two failures (its wording could not be checked at the source).")


def test_a_rule_that_counts_drugs_speaks_of_drugs() -> None:
    answer = answered("ana", "cepeda-2018")
    assert answer.sentence == "3 drugs found and 3 needed, by Claims rule 2018."


def test_what_would_settle_an_open_result_is_named() -> None:
    """Two trials without a score: the outcome of each is what is missing."""
    answer = answered("gus")
    assert answer.lead == "Can't be told yet"
    assert answer.sentence == (
        "Up to 2 of 2 trials may count as adequate and failed; 2 are needed, by Consensus 2022."
        " What would settle it: how much sertraline helped; how much citalopram helped."
    )


def test_an_open_point_names_the_definitions_that_hang_on_it() -> None:
    first = next(item for item in shown("gus").unknowns if item.short == "how much sertraline helped")
    assert first.words == "Trial 1, sertraline: the outcome; no score near its start or in its course."
    assert "Consensus 2022" in first.settles


def test_what_the_record_and_an_answer_say_differently_is_not_settled() -> None:
    answer = answered("kim")
    assert answer.lead == "Can't be told yet"
    assert answer.sentence == "The record says bipolar disorder, an answer says no: not settled."


def test_failures_that_are_told_stand_beside_the_result_and_are_not_counted() -> None:
    answer = answered("lea")
    assert answer.lead == "Not shown"
    assert answer.sentence.endswith(
        " Stated, not counted: at least two antidepressants failed (answered yes, 28 Jun 2024)."
        " A definition counts only treatments that stand in the record with their dose and dates."
    )


def test_a_benefit_that_was_lost_again_is_never_told_as_one_that_lasts() -> None:
    record = Path(__file__).parents[3] / "examples" / "07-worked-then-relapsed" / "fhir.json"
    relapsed = review_one(record, date(2025, 4, 28))
    answer = page(Lookup(relapsed)).answer
    assert answer.verdicts == "1 trial: 1 worked (1 lost again)."
    assert answer.now == "Running now: sertraline (worked, lost again)."
    assert "1. Sertraline, 4 Mar 2024, still running: Worked, lost again\n" in text.render(
        relapsed, brief=True, width=80
    )


def test_definitions_that_the_first_lines_leave_out_say_why() -> None:
    assert answered("ana").tally.endswith(" 2 more are told below: their wording could not be checked at the source.")
