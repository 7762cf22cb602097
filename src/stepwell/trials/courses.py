"""The symptoms over each trial: a score before it, the best and the last one of it, on one scale."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, first_rows, plus_days
from stepwell.outcome_test import for_instrument, outcome_result

KEY = ("person_id", "trial_id", "instrument")


def trial_course(attempt: Table, relation: Table, score_total: Table, instrument: Table, parameter: Table) -> Table:
    """One row per trial and depression scale that has a score near its start or in its course.

    Args:
        attempt: Trials.
        relation: For the next step, up to whose start a trial's own outcome is measured.
        score_total: Totals; unknown ones are not used.
        instrument: Knowledge table: which scales measure depression, and which is preferred.
        parameter: One row with the rules.

    Returns:
        Baseline: the last score from `baseline_before_days` before the start to the start, else the
        first up to `baseline_after_days` after it. End: the last score from `first_outcome_days` after
        the start to `end_after_days` after the end or to the start of the next step. Best: the lowest
        in that time. Each with value, date, id and distance in days (`baseline_distance_days` is
        negative before the start; `end_distance_days` counts from the start, `end_after_end_days` from
        the end). `improvement_percent` and `best_improvement_percent` (null: unknown), `preferred`.
    """
    rows = _scores_of_trials(attempt, relation, score_total, instrument, parameter)
    baseline = _baseline(rows)
    during = rows.filter(
        (rows.date_earliest >= plus_days(rows.start_latest, rows.first_outcome_days)) & (rows.date_latest <= rows.until)
    )
    last = _picked(during, [during.date_latest.desc(), during.score_id], "end")
    best = _picked(during, [during["value"], during.date_latest, during.score_id], "best")
    joined = baseline.outer_join(last, list(KEY))
    joined = joined.mutate(**{k: ibis.coalesce(joined[k], joined[f"{k}_right"]) for k in KEY})
    joined = joined.drop(*(f"{k}_right" for k in KEY)).left_join(best, list(KEY)).drop(*(f"{k}_right" for k in KEY))
    return _measured(joined, attempt, instrument)


def _scores_of_trials(
    attempt: Table, relation: Table, score_total: Table, instrument: Table, parameter: Table
) -> Table:
    scores = score_total.filter(score_total["value"].notnull() & score_total.date_earliest.notnull())
    scales = instrument.filter(instrument.measures == "depression")
    scores = scores.inner_join(scales.select("instrument"), "instrument").select(
        "person_id", "instrument", "score_id", "date_earliest", "date_latest", "value"
    )
    trials = attempt.select("person_id", "trial_id", "start_earliest", "start_latest", "end_latest")
    steps = relation.select("person_id", "trial_id", "next_start_earliest")
    trials = trials.left_join(steps, ["person_id", "trial_id"]).drop("person_id_right", "trial_id_right")
    rows = trials.inner_join(scores, "person_id").cross_join(
        parameter.select("baseline_before_days", "baseline_after_days", "first_outcome_days", "end_after_days")
    )
    after_end = plus_days(rows.end_latest, rows.end_after_days)
    return rows.mutate(until=ibis.least(after_end, rows.next_start_earliest.fill_null(after_end)))


def _baseline(rows: Table) -> Table:
    window = (rows.date_earliest >= plus_days(rows.start_earliest, -rows.baseline_before_days)) & (
        rows.date_latest <= plus_days(rows.start_latest, rows.baseline_after_days)
    )
    near = rows.filter(window)
    after = near.date_latest > near.start_latest
    distance = days_between(near.start_latest, near.date_latest)
    return _picked(near, [after, distance.abs(), near.score_id], "baseline")


def _picked(rows: Table, order: list[ibis.Value], name: str) -> Table:
    """The first score of each trial and scale by `order`, its columns named for what it is."""
    chosen = first_rows(rows, KEY, order)
    return chosen.select(
        *KEY,
        **{f"{name}_value": chosen["value"], f"{name}_date": chosen.date_latest, f"{name}_score_id": chosen.score_id},
    )


def _measured(joined: Table, attempt: Table, instrument: Table) -> Table:
    trials = attempt.select("person_id", "trial_id", "start_latest", "end_latest")
    rows = joined.left_join(trials, ["person_id", "trial_id"]).drop("person_id_right", "trial_id_right")
    rows = rows.left_join(instrument.select("instrument", "preference"), "instrument").drop("instrument_right")
    rows = rows.mutate(
        baseline_distance_days=days_between(rows.start_latest, rows.baseline_date),
        end_distance_days=days_between(rows.start_latest, rows.end_date),
        end_after_end_days=days_between(rows.end_latest, rows.end_date),
        improvement_percent=_fall(rows, "end_value"),
        best_improvement_percent=_fall(rows, "best_value"),
    )
    usable = rows.improvement_percent.notnull()
    window = ibis.window(
        group_by=["person_id", "trial_id"],
        order_by=[(~usable), rows.end_value.isnull(), rows.preference.fill_null(999), rows.instrument],
    )
    return rows.mutate(preferred=ibis.row_number().over(window) == 0).drop("start_latest", "end_latest", "preference")


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
