"""Trials that began soon after another of the same drug: perhaps the same one going on.

A supply that isn't in the record cuts one trial in two. The second then begins from the score that the first had
brought about, and from there it hardly gets better, though the drug works.
"""

import ibis
from ibis.expr.types import BooleanValue, NumericValue, Table

from stepwell.logic import days_between, one_if

KEY = ("person_id", "trial_id")


def resumed(attempt: Table, trial_course: Table, parameter: Table) -> Table:
    """One row per trial that may be an earlier one of the drug going on: begun at most `switch_gap_days` after it.

    Returns:
        `first_value`, the baseline of the first of the trials that may be one, and `left_value`, the last score of the
        one before, on the scale that speaks for this one (null: not known).
    """
    rows = _with_earlier(attempt, parameter)
    scale = trial_course.filter(trial_course.preferred).select(*KEY, "instrument")
    rows = rows.inner_join(scale, list(KEY))
    first = trial_course.select("person_id", "instrument", first_id="trial_id", first_value="baseline_value")
    before = trial_course.select("person_id", "instrument", earlier_id="trial_id", left_value="end_value")
    for part, name in ((first, "first_id"), (before, "earlier_id")):
        keys = ["person_id", "instrument", name]
        rows = rows.left_join(part, keys).drop(*(f"{key}_right" for key in keys))
    return rows.select(*KEY, "first_value", "left_value", resumed=ibis.literal(True))


def _with_earlier(attempt: Table, parameter: Table) -> Table:
    """Resumed trials with the one before of the drug, and the first of the run of them."""
    window = ibis.window(group_by=["person_id", "ingredient"], order_by="era")
    rows = attempt.select(*KEY, "ingredient", "era", "start_earliest", "end_latest")
    rows = rows.mutate(earlier_id=rows.trial_id.lag(1).over(window), earlier_end=rows.end_latest.lag(1).over(window))
    rows = rows.cross_join(parameter.select("switch_gap_days"))
    soon = days_between(rows.earlier_end, rows.start_earliest) <= rows.switch_gap_days
    rows = rows.mutate(soon=soon.fill_null(False))
    so_far = ibis.window(group_by=["person_id", "ingredient"], order_by="era", preceding=None, following=0)
    rows = rows.mutate(run=one_if(~rows.soon).sum().over(so_far))
    # Names of trials of one drug are in the order of their first days.
    rows = rows.mutate(first_id=rows.trial_id.min().over(ibis.window(group_by=["person_id", "ingredient", "run"])))
    return rows.filter(rows.soon)


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
