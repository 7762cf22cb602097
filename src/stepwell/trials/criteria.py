"""What each definition asks of each trial, and whether the trial fulfils it: the because-of of a verdict."""

import ibis
from ibis.expr.types import BooleanValue, Table

from stepwell.logic import MET, NOT_MET, NOT_TESTED, UNKNOWN, all_met, at_least, days_between, known
from stepwell.trials.remission import well_at_end
from stepwell.trials.restarts import failed_anew, resumed

KEY = ("person_id", "trial_id")


def assessment(
    attempt: Table, relation: Table, trial_course: Table, minimum_day: Table, exposure: Table, definition: Table,
    parameter: Table,
) -> Table:  # fmt: skip
    """One row per trial and definition: dose, duration, adherence and failure, each with what was found.

    Returns:
        `dose`, `duration`, `adherence`, `failure` (`met`, `not met`, `unknown`, `not tested`), the
        figures they rest on (`days_at_minimum_*`, `minimum_dose`, `duration_low`, `duration_high`), how
        the outcome is known (`outcome_basis`: `measured`, `reported`, `inferred from what was done
        next`, `unknown`), `failure_doubt` (why a failure that was found isn't
        sure), `well` and `recovered` (the last score is in remission, and wasn't before), and `counts`: whether the
        trial counts as a failed one by the definition.
    """
    rows = _facts(attempt, relation, trial_course, definition, minimum_day, parameter)
    rows = rows.left_join(_undated(exposure), ["person_id", "ingredient"]).drop("person_id_right", "ingredient_right")
    rows = rows.mutate(undated_rows=rows.undated.fill_null(0), undated=rows.undated.notnull())
    for part in (resumed(attempt, trial_course, parameter), well_at_end(trial_course, parameter)):
        rows = rows.left_join(part, list(KEY)).drop(*(f"{key}_right" for key in KEY))
    rows = rows.mutate(
        dose=_unless_undated(rows, _dose(rows)), duration=_unless_undated(rows, _duration(rows)),
        adherence=_adherence(rows), outcome_basis=_basis(rows), **_wellness(rows),
    )  # fmt: skip
    rows = rows.mutate(failure=_failure(rows))
    rows = rows.mutate(failure=ibis.cases((_treated_well(rows), NOT_MET), else_=rows.failure))
    rows = rows.mutate(failure_doubt=_doubt(rows))
    rows = rows.mutate(failure=ibis.cases((rows.failure_doubt.notnull(), UNKNOWN), else_=rows.failure))
    return rows.mutate(counts=all_met([_role(rows), rows.dose, rows.duration, rows.adherence, rows.failure]))


def _undated(exposure: Table) -> Table:
    """One row per person and drug of which something was handed out on a day that isn't known.

    It may have come before, in or after any trial of the drug, so the edges of these, and the score that each began
    from, aren't sure. A statement without a date adds nothing: lists of medicines often have none.
    """
    rows = exposure.filter(exposure.start_earliest.isnull() & exposure.basis.isin(["dispensed", "administered"]))
    return rows.group_by(["person_id", "ingredient"]).aggregate(undated=rows.count())


def _unless_undated(rows: Table, result: ibis.Value) -> ibis.Value:
    """What more supply could still fulfil is unknown."""
    return ibis.cases((rows.undated & (result == NOT_MET), UNKNOWN), else_=result)


def _wellness(rows: Table) -> dict[str, BooleanValue]:
    """Whether the last score is in remission, surely and perhaps; one taken after an unknown end may be of later."""
    late = days_between(rows.end_earliest, rows.well_on) > rows.end_after_days
    placed = ~((rows.state == "unknown") & late).fill_null(False)
    return {
        "well": (rows.surely & placed).fill_null(False),
        "perhaps_well": (rows.perhaps & placed).fill_null(False),
        "recovered": rows.recovered.fill_null(False),
    }


def _treated_well(rows: Table) -> BooleanValue:
    """Whether somebody is measured to be well at the end, who so can't have got too little better."""
    return rows.well & (rows.outcome_basis == "measured") & (rows.failure_rule == "improvement below")


def _doubt(rows: Table) -> ibis.Value:
    """Why a failure isn't sure although it was found; null where it is, or where none was found.

    The baseline may not say how the person was when the trial began, or the last score contradicts what was reported
    or another scale.
    """
    again = rows.resumed.fill_null(False) & ~failed_anew(rows)
    judged = (rows.failure_rule == "improvement below") & (rows.failure == MET)
    measured = judged & (rows.outcome_basis == "measured")
    better = ((rows.reported_outcome == "better") | (rows.stop_reason == "better")).fill_null(False)
    return ibis.cases(
        (judged & rows.perhaps_well, "well by a score"),
        (measured & better, "reported as better"),
        (measured & rows.undated, "supply without a day"),
        (measured & again, "same drug before"),
        (measured & rows.baseline_before_pause.fill_null(False), "score from before a break"),
        else_=ibis.null("string"),
    )


def _role(rows: Table) -> ibis.Value:
    """Whether the drug is one the definition counts, in the part it played here."""
    added = ibis.cases((rows.strategy == "augmentation", MET), (rows.strategy == UNKNOWN, UNKNOWN), else_=NOT_MET)
    return ibis.cases((rows.role == "antidepressant", MET), (rows.count_augmentation, added), else_=NOT_MET)


def _facts(
    attempt: Table, relation: Table, trial_course: Table, definition: Table, minimum_day: Table, parameter: Table
) -> Table:
    trials = attempt.mutate(trials_of_drug=attempt.count().over(ibis.window(group_by=["person_id", "ingredient"])))
    trials = trials.select(
        *KEY, "ingredient", "era", "role", "state", "basis", "start_latest", "end_earliest", "days_low", "days_high",
        "trials_of_drug", "stop_reason", "stated_adherence", "reported_outcome", "proportion_covered_low",
        "proportion_covered_high", "proportion_supplied_low",
    )  # fmt: skip
    course = trial_course.filter(trial_course.preferred).select(
        *KEY, "improvement_percent", "best_improvement_percent", "baseline_value", "end_value", "end_date",
        "baseline_before_pause",
    )  # fmt: skip
    steps = relation.select(*KEY, "strategy", "next_trial_id", "next_strategy", "followed")
    rows = trials.inner_join(steps, list(KEY)).left_join(course, list(KEY))
    rows = rows.drop(*(f"{key}_right" for key in KEY if f"{key}_right" in rows.columns))
    rows = rows.cross_join(
        definition.select(
            "definition_id", "dose_table", "least_days", "least_days_at", "least_covered", "failure_rule",
            "failure_percent", "count_augmentation", "augmentation_least_days", "augmentation_dose_table",
        )
    ).cross_join(
        parameter.select("response_percent", "partial_percent", "end_after_days", "persistence_days")
    )  # fmt: skip
    adding = rows.role == "augmentation"
    rows = rows.mutate(
        least_days=ibis.cases((adding, rows.augmentation_least_days.fill_null(rows.least_days)), else_=rows.least_days),
        dose_table=ibis.cases((adding, rows.augmentation_dose_table.fill_null(rows.dose_table)), else_=rows.dose_table),
    )
    days = minimum_day.select(
        "person_id", "ingredient", "era", "dose_table", "minimum_dose", "first_day",
        days_at_minimum_low="days_low", days_at_minimum_high="days_high",
    )  # fmt: skip
    keys = ["person_id", "ingredient", "era", "dose_table"]
    return rows.left_join(days, keys).drop(*(f"{key}_right" for key in keys))


def _dose(rows: Table) -> ibis.Value:
    """Whether the minimum was ever reached; a drug that the table doesn't list is unknown."""
    return ibis.cases(
        (rows.dose_table.isnull(), NOT_TESTED),
        (rows.minimum_dose.isnull(), UNKNOWN),
        (rows.days_at_minimum_low > 0, MET),
        (rows.days_at_minimum_high == 0, NOT_MET),
        else_=UNKNOWN,
    )


def _duration(rows: Table) -> ibis.Value:
    """Days of treatment, or days at the minimum, against the least that is asked."""
    at_minimum = rows.least_days_at == "minimum dose"
    low = ibis.cases((at_minimum, rows.days_at_minimum_low), else_=rows.days_low)
    high = ibis.cases((at_minimum, rows.days_at_minimum_high), else_=rows.days_high)
    return ibis.cases((rows.least_days.isnull(), NOT_TESTED), else_=at_least(low, high, rows.least_days))


def _adherence(rows: Table) -> ibis.Value:
    """Supply tells how much can have been taken, an order alone doesn't; contradiction is unknown."""
    supplied = at_least(rows.proportion_supplied_low, rows.proportion_covered_high, rows.least_covered)
    by_supply = ibis.cases(
        (rows.basis == "ordered", UNKNOWN),
        (rows.undated & (supplied == MET) & ~_covered_if_longer(rows), UNKNOWN),
        else_=_unless_undated(rows, supplied),
    )
    said = rows.stated_adherence
    return ibis.cases(
        (said == "no", NOT_MET),
        (said == "conflict", UNKNOWN),
        (rows.stop_reason == "not taken", NOT_MET),
        (rows.least_covered.isnull(), NOT_TESTED),
        ((said == "yes") & (by_supply == NOT_MET), UNKNOWN),
        (said == "yes", MET),
        (said == "partly", UNKNOWN),
        else_=by_supply,
    )


def _covered_if_longer(rows: Table) -> BooleanValue:
    """Whether enough of the days would be covered if supplies of an unknown day made the trial longer.

    Each adds at most a gap of `persistence_days`. Where the drug has another trial, it may join the two.
    """
    longest = rows.days_high + rows.undated_rows * rows.persistence_days
    least = rows.proportion_supplied_low * rows.days_high / longest
    return (rows.trials_of_drug == 1) & (least >= rows.least_covered).fill_null(False)


def _basis(rows: Table) -> ibis.Value:
    """How the outcome is known: a score speaks once the asked weeks, at the dose if so asked, lie behind it.

    One taken after a trial whose end nobody wrote down may belong to another time.
    """
    at_minimum = (rows.least_days_at == "minimum dose") & rows.first_day.notnull()
    since = ibis.cases((at_minimum, rows.first_day), else_=rows.start_latest)
    long_enough = rows.least_days.isnull() | (days_between(since, rows.end_date) >= rows.least_days)
    misplaced = (rows.state == "unknown") & (days_between(rows.end_earliest, rows.end_date) > rows.end_after_days)
    responded = rows.best_improvement_percent >= rows.response_percent
    measured = rows.improvement_percent.notnull() & ~misplaced & (long_enough | responded.fill_null(False))
    said = rows.reported_outcome.notnull() | rows.stop_reason.isin(["no benefit", "better"]).fill_null(False)
    return ibis.cases(
        (measured, "measured"),
        (said, "reported"),
        (rows.next_trial_id.notnull(), "inferred from what was done next"),
        else_="unknown",
    )


def _failure(rows: Table) -> ibis.Value:
    """Not enough better, by the definition's own rule.

    A rule on improvement takes a measured course, else what the record reports (`partly better` means
    `partial_percent` to under `response_percent`). A rule on the next treatment takes any next step, one that asks no
    dose also a step at whatever dose; stopping for side effects is no failure.
    """
    measured = known(rows.improvement_percent < rows.failure_percent)
    partly = known(rows.partial_percent < rows.failure_percent)
    not_better = (rows.reported_outcome == "not better") | (rows.stop_reason == "no benefit")
    better = (rows.reported_outcome == "better") | (rows.stop_reason == "better")
    reported = ibis.cases(
        (not_better & better, UNKNOWN),
        (rows.reported_outcome == "conflict", UNKNOWN),
        (rows.reported_outcome == "partly better", partly),
        (not_better.fill_null(False), MET),
        (better.fill_null(False), NOT_MET),
        else_=UNKNOWN,
    )
    improvement = ibis.cases(
        (rows.outcome_basis == "measured", measured), (rows.outcome_basis == "reported", reported), else_=UNKNOWN
    )
    next_step = ibis.cases(
        (rows.stop_reason.isin(["side effects", "better"]), NOT_MET),
        (rows.dose_table.isnull() & (rows.followed == MET), MET),
        (rows.dose_table.isnull() & (rows.followed == UNKNOWN), UNKNOWN),
        (rows.next_strategy == UNKNOWN, UNKNOWN),
        (rows.next_trial_id.notnull(), MET),
        (rows.state == "unknown", UNKNOWN),
        else_=NOT_MET,
    )
    return ibis.cases(
        (rows.failure_rule == "improvement below", improvement),
        (rows.failure_rule == "next treatment", next_step),
        else_=NOT_TESTED,
    )
