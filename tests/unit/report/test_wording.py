"""The sentences a clinician reads, whole."""

from datetime import date
from typing import Any

import pytest

from stepwell.knowledge.load import Knowledge
from stepwell.report import wording as w
from stepwell.report.figures import amount, day, fall, share, span, when
from stepwell.report.lookup import Lookup
from stepwell.report.view.page import page
from stepwell.report.view.trials import Trial
from tests.unit.report.people import review

ATTEMPT = {
    "peak_dose_low": 100.0, "peak_dose_high": 150.0, "dose_unit": "mg/day", "days_low": 28, "days_high": 40,
    "proportion_covered_low": 0.9, "proportion_covered_high": 0.955, "basis": "dispensed", "stated_adherence": None,
    "state": "ended", "stop_reason": None, "reported_outcome": None,
}  # fmt: skip
VERDICT = {
    "dose_table": "mgh-atrq", "minimum_dose": 50.0, "days_at_minimum_low": 28, "days_at_minimum_high": 40,
    "least_days": 42, "least_days_at": "minimum dose", "least_covered": 0.8, "failure_rule": "improvement below",
    "failure_percent": 25.0, "failure": "met",
}  # fmt: skip
COURSE = {
    "baseline_value": 21.0, "baseline_date": date(2024, 1, 5), "baseline_distance_days": -3, "end_value": 18.0,
    "end_date": date(2024, 4, 2), "end_distance_days": 88, "improvement_percent": 100 / 7,
}  # fmt: skip


def test_a_range_is_written_as_a_range() -> None:
    assert amount(28, 40, "days") == "28 to 40 days"
    assert amount(50, None, "mg/day") == "50 mg/day or more"
    assert amount(None, None, "days") == "not recorded"
    assert amount(1, 1, "days") == "1 day"
    assert share(0.9, 0.955) == "90 to 95.5%"


def test_a_percentage_just_short_of_a_threshold_is_not_rounded_onto_it() -> None:
    assert fall(24.94) == "24.9% lower"
    assert share(0.799, 0.799) == "79.9%"


def test_a_partial_date_stays_partial() -> None:
    assert when(date(2023, 5, 1), date(2023, 5, 31)) == "May 2023"
    assert when(date(2023, 1, 1), date(2023, 12, 31)) == "2023"
    assert when(date(2022, 12, 3), date(2023, 1, 9)) == "between 3 Dec 2022 and 9 Jan 2023"
    assert when(date(2024, 2, 29), date(2024, 2, 29)) == day(date(2024, 2, 29)) == "29 Feb 2024"
    assert span((date(2023, 12, 3),) * 2, (date(2024, 1, 9),) * 2) == "3 Dec 2023 to 9 Jan 2024"


def test_dose_names_what_was_reached_for_how_long_and_what_is_asked_by_whom() -> None:
    assert w.dose_found(ATTEMPT, VERDICT) == "highest dose 100 to 150 mg/day; 28 to 40 days at the minimum or more"
    assert w.dose_required(VERDICT, "MGH-ATRQ", "mg/day") == "50 mg/day by MGH-ATRQ"


def test_a_drug_that_no_table_lists_has_no_days_at_its_minimum() -> None:
    unlisted = VERDICT | {"minimum_dose": None, "days_at_minimum_low": None, "days_at_minimum_high": None}
    assert w.dose_found(ATTEMPT, unlisted) == "highest dose 100 to 150 mg/day"
    assert w.dose_required(unlisted, "MGH-ATRQ", "") == "no minimum for it in MGH-ATRQ"
    assert w.duration_found(ATTEMPT, unlisted) == "days not known at the minimum dose or more, 28 to 40 days in all"


def test_length_says_which_days_count() -> None:
    assert w.duration_found(ATTEMPT, VERDICT) == "28 to 40 days at the minimum dose or more, 28 to 40 days in all"
    assert w.duration_required(VERDICT) == "42 days or more at the minimum dose"
    assert w.duration_required(VERDICT | {"least_days_at": "treatment"}) == "42 days or more of treatment"
    assert w.duration_required(VERDICT | {"least_days": None}) == "no length asked"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "dispensed for 90 to 95.5% of the days"),
        ({"basis": "ordered"}, "ordered for 90 to 95.5% of the days; no dispensing recorded"),
        (
            {"stated_adherence": "no"},
            "the record says it was not taken as directed; dispensed for 90 to 95.5% of the days",
        ),
        (
            {"stated_adherence": "conflict", "basis": "stated"},
            "the record says two different things about how it was taken; stated for 90 to 95.5% of the days",
        ),
    ],
)
def test_taking_says_what_speaks_for_and_against_it_without_blame(changed: dict[str, Any], words: str) -> None:
    assert w.adherence_found(ATTEMPT | changed) == words


def test_the_outcome_gives_both_scores_with_their_distance() -> None:
    expected = "PHQ-9 21 on 5 Jan 2024 (3 days before the start), then 18 on 2 Apr 2024 (day 88): 14.3% lower"
    assert w.course_found(COURSE, "PHQ-9") == expected


def test_a_missing_score_reads_as_not_recorded() -> None:
    nothing = {"end_value": None, "end_date": None, "end_distance_days": None, "improvement_percent": None}
    expected = "PHQ-9 before: 21 on 5 Jan 2024 (3 days before the start); at the end: not recorded"
    assert w.course_found(COURSE | nothing, "PHQ-9") == expected
    assert w.course_found(None, "") == "no score near the start or in its course"


def test_failing_reads_as_too_little_better_and_never_as_met() -> None:
    assert w.failure_result(VERDICT) == "too little better"
    assert w.failure_result(VERDICT | {"failure_rule": "next treatment"}) == "failure assumed"
    assert w.failure_required(VERDICT) == "less than 25% better"


def test_every_verdict_has_a_label_and_a_meaning() -> None:
    meanings = {name: w.meaning(name, 50.0) for name in w.VERDICT}
    assert meanings["worked"] == (
        "Symptoms fell by 50% or more at some time, the last score is in remission, or the record says that it helped."
    )
    assert meanings["not taken"] == "The record suggests that it was not taken as prescribed."
    assert len(set(meanings.values())) == len(set(w.VERDICT.values())) == 9


# --- the same in a review --------------------------------------------------------------------------


def shown_trial(name: str, order: int) -> Trial:
    return page(Lookup(review(name))).trials[order - 1]


def test_a_failed_trial_says_what_made_it_adequate_and_how_little_better() -> None:
    assert shown_trial("ana", 1).why == (
        "Dose: highest dose 150 mg/day; 120 days at the minimum or more (asked: 50 mg/day by MGH-ATRQ minimum doses)."
        " Length: 120 days at the minimum dose or more, 120 days in all (asked: 28 days or more at the minimum dose)."
        " Outcome: PHQ-9 21 on 2 May 2023 (2 days before the start), then 19 on 20 Aug 2023 (day 108): 9.5% lower"
        " (asked: less than 25% better)."
    )


def test_a_dose_that_stayed_low_says_so_and_nothing_else() -> None:
    assert shown_trial("ana", 2).why == (
        "Dose: highest dose 37.5 mg/day; 0 days at the minimum or more (asked: 150 mg/day by MGH-ATRQ minimum doses)."
    )


def test_a_trial_that_worked_says_from_where_to_where() -> None:
    assert shown_trial("ben", 1).why == "PHQ-9 from 18 to 3 on 10 May 2024 (83.3% lower)."


def test_an_end_that_was_never_written_down_is_not_made_up() -> None:
    trial = shown_trial("cleo", 1)
    assert trial.dates == "2022, end not recorded"
    assert trial.dose == "not recorded"
    assert trial.criteria[0].required == "20 mg/day by MGH-ATRQ minimum doses"


def test_how_a_trial_ended_and_what_came_next() -> None:
    assert shown_trial("dan", 1).ended == "Stopped for lack of benefit; switched to venlafaxine (5 Sep 2023)."


def test_the_last_day_is_the_last_day_supplied() -> None:
    """Four supplies of 30 days from 4 May 2023: the first day without is 1 September."""
    assert shown_trial("ana", 1).dates == "4 May to 31 Aug 2023"


def test_one_or_more_is_many(knowledge: Knowledge) -> None:
    one = next(item for item in knowledge.definitions if item.count.kind == "failed trials" and item.count.least == 1)
    assert w.asks_count(one.count).startswith("1 or more failed trials")
