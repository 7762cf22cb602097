"""Trials that began soon after another of the same drug: perhaps the same one going on.

A supply that isn't in the record cuts one trial in two. The second then begins from the score that the first had
brought about, and from there it hardly gets better, though the drug works.
"""

import ibis
from ibis.expr.types import BooleanValue, NumericValue, Table

from stepwell.logic import days_between

KEY = ("person_id", "trial_id")


def resumed(attempt: Table, trial_course: Table, parameter: Table) -> Table:
    """One row per trial that may be an earlier one of the drug going on: begun at most `switch_gap_days` after it.

    Returns:
        `first_value`, `left_value`: the baseline and the last score of the earlier trial, on the scale that speaks
        for this one (null: not known).
    """
    trials = attempt.select(*KEY, "ingredient", "era", "start_earliest")
    earlier = attempt.select(
        "person_id", "ingredient", earlier_id="trial_id", earlier_end="end_latest", era=attempt.era + 1
    )
    rows = trials.inner_join(earlier, ["person_id", "ingredient", "era"]).cross_join(
        parameter.select("switch_gap_days")
    )
    rows = rows.filter(days_between(rows.earlier_end, rows.start_earliest) <= rows.switch_gap_days)
    scale = trial_course.filter(trial_course.preferred).select(*KEY, "instrument")
    before = trial_course.select(
        "person_id", "instrument", earlier_id="trial_id", first_value="baseline_value", left_value="end_value"
    )
    rows = rows.inner_join(scale, list(KEY)).left_join(before, ["person_id", "earlier_id", "instrument"])
    return rows.select(*KEY, "first_value", "left_value", resumed=ibis.literal(True))


def failed_anew(rows: Table) -> BooleanValue:
    """Whether the failure of a resumed trial stands although it may be the earlier one going on.

    It does if it is too little better since the beginning of the earlier one, too; or if the response that the
    earlier one had brought was lost before this one began.
    """
    since = _fall(rows.first_value, rows.end_value) < rows.failure_percent
    had = _fall(rows.first_value, rows.left_value) >= rows.response_percent
    lost = _fall(rows.first_value, rows.baseline_value) < rows.response_percent
    return (since | (had & lost)).fill_null(False)


def _fall(start: NumericValue, end: NumericValue) -> NumericValue:
    return ibis.cases((start > 0, 100 * (start - end) / start), else_=ibis.null("float64"))
