"""One row per attempt at a treatment: when, how much of the time, how much, and how it ended."""

import ibis
from ibis.expr.types import IntegerValue, Table

from stepwell.logic import days_between, one_if, plus_days, union_days
from stepwell.trials.answers import trial_id
from stepwell.trials.eras import DRUG, ERA, TRIAL, is_empty, is_vague, longest_run, with_era
from stepwell.trials.supply import DISPENSED, ORDERED

COLUMNS = (
    *ERA, "role", "class_group", "drug_class", "start_earliest", "start_latest", "end_earliest", "end_latest",
    "last_start", "supplies", "by_text", "inferred_rows", "trial_id", "basis", "days_low", "covered_high",
    "covered_low", "dose_unit", "formulation", "first_dose_low", "first_dose_high", "peak_dose_low", "peak_dose_high",
    "dose_steps", "stop_reason", "reported_outcome", "last_status", "stated_adherence", "state", "end_recorded",
    "days_high", "proportion_supplied_low", "proportion_covered_low", "proportion_covered_high",
)  # fmt: skip


def attempt(
    supply_reach: Table, era_begin: Table, trial_span: Table, trial_coverage: Table, trial_dose: Table,
    trial_said: Table, parameter: Table,
) -> Table:  # fmt: skip
    """One row per era of an antidepressant or augmenting agent.

    Args:
        supply_reach: The days of each supply.
        era_begin: When each era begins.
        trial_span: From `trial_span`.
        trial_coverage: Days supplied in each era.
        trial_dose: First and highest dose of each era.
        trial_said: What its rows and answers say of how it ended.
        parameter: One row: `as_of` and the rules.

    Returns:
        `trial_id`; `start_*` and `end_*` intervals (end exclusive; a running trial ends the day after
        `as_of`); `days_low`, `days_high` (length: of the longest run
        that is surely one, and from the first day to the last); `covered_low`, `covered_high` (days supplied, a day
        once); `proportion_covered_low`, `proportion_covered_high`; `basis` of the best supply;
        `inferred_rows`: how many of its `supplies` rest on a value that was inferred;
        `state` (`running`, `ended`, `unknown`: its end isn't recorded); doses; `stop_reason`,
        `stated_adherence`, `reported_outcome` as the record says.
    """
    apart = trial_span.filter(~trial_span.one_run)
    used = _used(supply_reach, era_begin, apart).cross_join(parameter.select("persistence_days"))
    rows = trial_span.drop("covered_high")
    for part in (longest_run(used, "persistence_days"), trial_coverage, trial_dose, trial_said):
        rows = rows.left_join(part, list(ERA)).drop(*(f"{key}_right" for key in ERA))
    rows = _with_state(rows.cross_join(parameter.select("as_of", "persistence_days")))
    return _with_proportions(rows)


def trial_span(supply_reach: Table, era_begin: Table, ingredient: Table, parameter: Table) -> Table:
    """One row per trial: its days, its drug, and what its supplies are like.

    Returns:
        The interval columns of `attempt`; `covered_high`, days perhaps covered, a day once (null: none of its supplies
        lasts a day); `one_run`: every day is known and there is no gap, so that its length is `days_high`; `sure`:
        every day is known; `ordered`: how many of its `supplies` are orders.
    """
    used = with_era(supply_reach.filter(supply_reach.used), era_begin, TRIAL)
    used = used.cross_join(parameter.select("persistence_days"))
    broken = is_vague(used) | is_empty(used)
    after_gap = used.possible_start > plus_days(used.reached_used, used.persistence_days)
    resumed = ibis.cases((after_gap, used.possible_start), else_=ibis.null("date"))
    rows = used.group_by(list(ERA)).aggregate(
        start_earliest=used.possible_start.min(),
        start_latest=used.certain_start.min(),
        end_earliest=used.certain_end.max(),
        end_latest=used.possible_end.max(),
        end_unknown=(~used.end_known).sum() > 0,
        reaches_today=used.reaches_today.sum() > 0,
        last_start=used.possible_start.max(),
        supplies=used.count(),
        basis_rank=used.basis_rank.min(),
        by_text=used.by_text.sum() > 0,
        inferred_rows=one_if(used.inferred).sum().cast("int64"),
        covered_high=_fresh_days(used).sum().cast("int64"),
        sure=one_if(is_vague(used)).sum() == 0,
        ordered=one_if(used.basis_rank == ORDERED).sum().cast("int64"),
        broken=one_if(broken).sum() > 0,
        resumed=resumed.max(),
    )
    basis = ibis.cases(
        (rows.basis_rank == DISPENSED, "dispensed"), (rows.basis_rank == ORDERED, "ordered"), else_="stated"
    )
    gap = (rows.resumed > rows.start_earliest).fill_null(False)
    rows = rows.mutate(
        trial_id=trial_id(rows, rows.start_earliest), basis=basis, one_run=~rows.broken & ~gap,
        days_high=days_between(rows.start_earliest, rows.end_latest),
    )  # fmt: skip
    drugs = ingredient.select("ingredient", "role", "class_group", "drug_class")
    return rows.inner_join(drugs, "ingredient").drop("broken", "resumed")


def _fresh_days(used: Table) -> IntegerValue:
    """Days that a supply adds to those that earlier ones may cover; null where it lasts none."""
    begin = ibis.cases((used.reached_used > used.possible_start, used.reached_used), else_=used.possible_start)
    fresh = ibis.greatest(days_between(begin, used.possible_end), 0)
    return ibis.cases((used.possible_end > used.possible_start, fresh), else_=ibis.null("int64"))


def _used(supply_reach: Table, era_begin: Table, trials: Table) -> Table:
    """The supplies that count of some trials."""
    drugs = supply_reach.filter(supply_reach.used).semi_join(trials, list(DRUG))
    return with_era(drugs, era_begin, TRIAL).semi_join(trials, list(ERA))


def trial_coverage(supply_reach: Table, era_begin: Table, trial_span: Table) -> Table:
    """One row per era: `covered_low`, `covered_high`, the days surely and perhaps covered, a day once.

    `supplied_low`: those surely covered by more than an order, which doesn't say that the drug was had. Only where
    some of the supplies are orders does it differ from the days surely covered, and only where days are vague do these
    differ from the days perhaps covered.
    """
    mixed = (trial_span.ordered > 0) & (trial_span.ordered < trial_span.supplies)
    vague = _used(supply_reach, era_begin, trial_span.filter(~trial_span.sure))
    had = _used(supply_reach, era_begin, trial_span.filter(mixed))
    had = had.filter(had.basis_rank != ORDERED)
    rows = trial_span.filter(trial_span.covered_high.notnull()).select(
        *ERA, "covered_high", "sure", "ordered", "supplies"
    )
    low = union_days(vague, ERA, "certain_start", "certain_end", "surely_covered")
    for part in (low, union_days(had, ERA, "certain_start", "certain_end", "surely_had")):
        rows = rows.left_join(part, list(ERA)).drop(*(f"{key}_right" for key in ERA))
    rows = rows.mutate(covered_low=ibis.cases((rows.sure, rows.covered_high), else_=rows.surely_covered.fill_null(0)))
    return rows.select(
        *ERA, "covered_low", "covered_high",
        supplied_low=ibis.cases((rows.ordered == 0, rows.covered_low), else_=rows.surely_had.fill_null(0)),
    )  # fmt: skip


def trial_dose(dose_step: Table) -> Table:
    """One row per era: first and highest dose; a highest that is unknown in any step is open upward (null)."""
    rows = dose_step.mutate(high=ibis.greatest(dose_step.dose_high, dose_step.sum_high.fill_null(dose_step.dose_high)))
    first = rows.first_step
    return rows.group_by(list(ERA)).aggregate(
        dose_unit=rows.dose_unit.max(),
        formulation=rows.formulation.max(where=first),
        first_dose_low=rows.dose_low.max(where=first),
        first_dose_high=rows.dose_high.max(where=first),
        peak_dose_low=rows.dose_low.max(),
        peak_dose_high=ibis.cases(
            ((rows.dose_high.count() == rows.count()), rows.high.max()), else_=ibis.null("float64")
        ),
        dose_steps=rows.count(),
    )


def trial_said(era_supply: Table, trial_answer: Table) -> Table:
    """One row per era: what its rows say of its end, the last that says anything; two adherences conflict.

    Why one dose was stopped for another says nothing of how the trial ended. An answer that contradicts the rows
    makes a conflict; one of them isn't put before the other.
    """
    rows = _with_superseded(era_supply)
    adherence = rows.adherence
    parts = rows.group_by(list(ERA)).aggregate(
        adherence_low=adherence.min(),
        adherence_high=adherence.max(),
        not_taken=(rows.status == "not-taken").sum() > 0,
        stop_reason=_latest(rows, "stop_reason", ~rows.superseded),
        reported_outcome=_latest(rows, "reported_outcome", ~rows.superseded),
        last_status=_latest(rows, "status"),
    )
    agreed = ibis.cases((parts.adherence_low != parts.adherence_high, "conflict"), else_=parts.adherence_low)
    rows = parts.mutate(stated_adherence=ibis.cases((parts.not_taken, "no"), else_=agreed))
    return _with_answers(rows.drop("adherence_low", "adherence_high", "not_taken"), trial_answer)


def _with_answers(rows: Table, trial_answer: Table) -> Table:
    """What the rows say and what was answered: the one where the other is silent, a conflict where they differ."""
    told = trial_answer.select(*ERA, "taken", "outcome")
    rows = rows.left_join(told, list(ERA)).drop(*(f"{key}_right" for key in ERA))
    taken = ibis.cases((rows.stop_reason == "not taken", "no"), else_=rows.stated_adherence)
    ended = ibis.cases(
        (rows.stop_reason == "no benefit", "not better"), (rows.stop_reason == "better", "better"),
        else_=ibis.null("string"),
    )  # fmt: skip
    return rows.mutate(
        stated_adherence=_agreed(rows.stated_adherence, taken, rows.taken),
        reported_outcome=_agreed(rows.reported_outcome, rows.reported_outcome.fill_null(ended), rows.outcome),
    ).drop("taken", "outcome")


def _agreed(shown: ibis.Value, said: ibis.Value, answered: ibis.Value) -> ibis.Value:
    """`shown` where nothing was answered; else the answer, or a conflict where the rows said another thing."""
    differ = (said != answered).fill_null(False)
    return ibis.cases((answered.isnull(), shown), (differ, "conflict"), else_=answered)


def _with_superseded(rows: Table) -> Table:
    """Rows with `superseded`: another supply of the trial began when this one had ended, or in its place."""
    began = ibis.cases((rows.counts, rows.possible_start), else_=ibis.null("date"))
    last = began.max().over(ibis.window(group_by=list(ERA)))
    rows = rows.mutate(last_start=last.fill_null(rows.possible_start))
    over = ibis.cases((rows.end_known, rows.possible_end <= rows.last_start), else_=rows.counts)
    return rows.mutate(superseded=(rows.last_start > rows.possible_start) & over)


def _latest(rows: Table, column: str, where: ibis.expr.types.BooleanValue | None = None) -> ibis.Value:
    """The value of the last row that has one, the last being by start and then by id."""
    stamped = rows.possible_start.cast("string") + "|" + rows.supply_id + "\u001f" + rows[column]
    last = stamped.max(where=where)
    return last.substr(last.find("\u001f") + 1)


def _with_state(rows: Table) -> Table:
    tomorrow = plus_days(rows.as_of, 1)
    within_gap = plus_days(rows.end_latest, rows.persistence_days) >= tomorrow
    stopped = rows.stop_reason.notnull() | rows.last_status.isin(["stopped", "not-taken"])
    active = rows.last_status.fill_null("unknown") == "active"
    state = ibis.cases(
        (rows.reaches_today & ~stopped.fill_null(False), "running"),
        (rows.end_unknown & active, "running"),
        (rows.end_unknown, "unknown"),
        (within_gap & ~stopped.fill_null(False), "running"),
        else_="ended",
    )
    rows = rows.mutate(state=state)
    return rows.mutate(end_recorded=~rows.end_unknown)


def _with_proportions(rows: Table) -> Table:
    """Length, and the share of it that was supplied; like is set against like where dates are vague."""
    shortest = days_between(rows.start_latest, rows.end_earliest)
    rows = rows.mutate(days_low=ibis.cases((rows.one_run, rows.days_high), else_=rows.days_low.fill_null(0)))
    surely = ibis.cases((shortest > 0, rows.covered_low / shortest), else_=0.0)
    had = ibis.cases((shortest > 0, rows.supplied_low / shortest), else_=0.0)
    perhaps = rows.covered_high / rows.days_high
    return rows.mutate(
        proportion_supplied_low=ibis.least(had, perhaps),
        proportion_covered_low=ibis.least(surely, perhaps),
        proportion_covered_high=ibis.least(ibis.greatest(surely, perhaps), 1.0),
    ).select(*COLUMNS)
