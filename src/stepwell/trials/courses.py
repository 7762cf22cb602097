"""The symptoms over each trial: a score before it, the best and the last one of it, on one scale."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, earlier_maximum, first_rows, known, plus_days
from stepwell.outcomes import for_instrument, outcome_result

KEY = ("person_id", "trial_id", "instrument")


def trial_score(attempt: Table, relation: Table, score_total: Table, instrument: Table, parameter: Table) -> Table:
    """One row per trial and known total on a depression scale that may be its baseline or lie in its course.

    Args:
        attempt: Trials.
        relation: For the day up to which a trial's own outcome is measured.
        score_total: Totals; unknown ones are not used.
        instrument: Knowledge table: which scales measure depression.
        parameter: One row with the rules.

    Returns:
        `is_baseline` (from `baseline_before_days` before the start to `baseline_after_days` after it, and not within
        `end_after_days` of an earlier trial of the same drug: that score was taken on the drug), `before_pause` (it was
        taken on an earlier treatment that had ended more than `end_after_days` before this one began),
        `is_during` (from `first_outcome_days` after the start to `end_after_days` after the end or to the
        start of the next step), `from_start_days`, `after_end_days`.
    """
    scores = score_total.filter(score_total["value"].notnull() & score_total.date_earliest.notnull())
    scales = instrument.filter(instrument.measures == "depression").select("instrument", "preference")
    scores = scores.inner_join(scales, "instrument").select(
        "person_id", "instrument", "preference", "score_id", "date_earliest", "date_latest", "value"
    )
    before = earlier_maximum(attempt.end_latest, ["person_id", "ingredient"], [attempt.era])
    # As far as it surely went: after an unknown end there may have been a break.
    treated = earlier_maximum(attempt.end_earliest, ["person_id"], [attempt.start_earliest, attempt.trial_id])
    trials = attempt.select(
        "person_id", "trial_id", "start_earliest", "start_latest", "end_latest", same_drug_until=before,
        treated_until=treated,
    )  # fmt: skip
    steps = relation.select("person_id", "trial_id", "outcome_until")
    trials = trials.inner_join(steps, ["person_id", "trial_id"])
    rows = trials.inner_join(scores, "person_id").cross_join(
        parameter.select("baseline_before_days", "baseline_after_days", "first_outcome_days", "end_after_days")
    )
    after_end = plus_days(rows.end_latest, rows.end_after_days)
    until = ibis.least(after_end, rows.outcome_until.fill_null(after_end))
    begun = rows.date_earliest >= plus_days(rows.start_latest, rows.first_outcome_days)
    near = (rows.date_earliest >= plus_days(rows.start_earliest, -rows.baseline_before_days)) & (
        rows.date_latest <= plus_days(rows.start_latest, rows.baseline_after_days)
    )
    # A score taken while the same drug still worked, or may have, is no baseline of its restart.
    off_drug = rows.date_earliest > plus_days(rows.same_drug_until, rows.end_after_days)
    near &= rows.same_drug_until.isnull() | off_drug.fill_null(False)
    paused = rows.start_earliest > plus_days(rows.treated_until, rows.end_after_days)
    rows = rows.select(
        *KEY, "preference", "score_id", "value", date="date_latest",
        before_pause=(paused & (rows.date_earliest <= rows.treated_until)).fill_null(False),
        is_baseline=near, is_during=begun & (rows.date_latest <= until),
        from_start_days=days_between(rows.start_latest, rows.date_latest),
        after_end_days=days_between(rows.end_latest, rows.date_latest),
    )  # fmt: skip
    return rows.filter(rows.is_baseline | rows.is_during)


def trial_course(trial_score: Table, outcome: Table) -> Table:
    """One row per trial and depression scale that has a score near its start or in its course.

    Args:
        trial_score: From `trial_score`.
        outcome: Knowledge table, for the remission of each scale.

    Returns:
        Baseline: the last score up to the start, else the first after it. End: the last score in the
        course. Best: the lowest. Each with value, date, id and distance in days
        (`baseline_distance_days` is negative before the start; `end_distance_days` counts from the start,
        `end_after_end_days` from the end). `improvement_percent` and `best_improvement_percent` (null:
        unknown), `preferred`: the scale that speaks for the trial. `baseline_before_pause`: as `before_pause`.
        `baseline_remission`, `end_remission`: whether each is in remission; unknown on a scale without a threshold.
    """
    near, during = trial_score.filter(trial_score.is_baseline), trial_score.filter(trial_score.is_during)
    baseline = _picked(near, [near.from_start_days > 0, near.from_start_days.abs(), near.score_id], "baseline")
    last = _picked(during, [during.date.desc(), during.score_id], "end")
    best = _picked(during, [during["value"], during.date, during.score_id], "best")
    scales = trial_score.group_by(list(KEY)).aggregate(preference=trial_score.preference.min())
    rows = scales
    for part in (baseline, last, best):
        rows = rows.left_join(part, list(KEY)).drop(*(f"{key}_right" for key in KEY))
    return _measured(_with_remission(rows, outcome))


def _with_remission(rows: Table, outcome: Table) -> Table:
    chosen = outcome.filter((outcome.term == "remission") & (outcome.kind == "score at most") & outcome.default)
    rows = rows.left_join(chosen.select("instrument", well_at="value"), "instrument").drop("instrument_right")
    return rows.mutate(
        baseline_remission=known(rows.baseline_value <= rows.well_at),
        end_remission=known(rows.end_value <= rows.well_at),
    ).drop("well_at")


def _picked(rows: Table, order: list[ibis.Value], name: str) -> Table:
    """The first score of each trial and scale by `order`, its columns named for what it is."""
    chosen = first_rows(rows, KEY, order)
    days = {
        "baseline": {"baseline_distance_days": "from_start_days", "baseline_before_pause": "before_pause"},
        "end": {"end_distance_days": "from_start_days", "end_after_end_days": "after_end_days"},
        "best": {},
    }[name]
    return chosen.select(
        *KEY, **{f"{name}_value": "value", f"{name}_date": "date", f"{name}_score_id": "score_id", **days}
    )


def _measured(rows: Table) -> Table:
    rows = rows.mutate(improvement_percent=_fall(rows, "end_value"), best_improvement_percent=_fall(rows, "best_value"))
    window = ibis.window(
        group_by=["person_id", "trial_id"],
        order_by=[
            rows.improvement_percent.isnull(),
            rows.end_value.isnull(),
            rows.preference.isnull(),
            rows.preference,
            rows.instrument,
        ],
    )
    return rows.mutate(preferred=ibis.row_number().over(window) == 0).drop("preference")


def _fall(rows: Table, column: str) -> ibis.Value:
    baseline = rows.baseline_value
    return ibis.cases((baseline > 0, 100 * (baseline - rows[column]) / baseline), else_=ibis.null("float64"))


def trial_outcome(trial_course: Table, outcome: Table) -> Table:
    """One row per trial, scale and outcome definition for it: met, not met or unknown from baseline to end.

    Thresholds in points and in percent stand side by side. Early improvement and relapse concern the
    course, not the end, and are found in `score_outcome`.
    """
    ends = trial_course.select(
        *KEY, "preferred", from_value=trial_course.baseline_value, to_value=trial_course.end_value
    )
    rows = for_instrument(ends, outcome)
    rows = rows.filter(rows.within_days.isnull() & rows.after.isnull())
    return rows.select(*KEY, "preferred", "outcome_id", "term", "default", result=outcome_result(rows))
