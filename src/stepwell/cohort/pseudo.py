"""Really resistant or not: the people whom a claims rule counts, held against the headline definition.

A claims rule is a definition that measures no improvement: it takes a next treatment, or a drug, for a failure.
"""

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.cohort.logic import ANTIDEPRESSANT, left, rests_on_inferred
from stepwell.logic import MET, NOT_MET, UNKNOWN, first_rows, one_if

KEY = ("person_id", "definition_id")
RESISTANT, NOT_RESISTANT, CANNOT_TELL = "resistant", "not resistant", "cannot tell"
CLASSES = (RESISTANT, NOT_RESISTANT, CANNOT_TELL)
NO_FAULT = "none"
OTHER_DIAGNOSIS, NO_TRIAL, TOO_FEW = "other diagnosis", "no trial", "too few"


def labelled_trial(definition_result: Table, definition: Table, attempt: Table, verdict: Table,
                   cohort_parameter: Table) -> Table:  # fmt: skip
    """One row per claims rule that a person meets and antidepressant trial that began before the rule was met.

    Returns:
        `ingredient`, `counts` (whether the trial is a failure by the headline definition), `fault`: its verdict by
        that definition where that isn't `failed`, a `cannot tell` by what is missing (`adherence unknown`, `dose
        unknown`, `length unknown`, `never measured`), `none` where the trial counts; `inferred`.
    """
    met = _labelled(definition_result, definition)
    trials = attempt.filter(attempt.role == ANTIDEPRESSANT)
    trials = trials.select("person_id", "trial_id", "ingredient", "start_earliest", inferred=rests_on_inferred(trials))
    rows = met.inner_join(trials, "person_id")
    rows = rows.filter(rows.start_earliest < rows.index_date)
    judged = verdict.inner_join(cohort_parameter.select(definition_id="headline"), "definition_id")
    judged = judged.select("person_id", "trial_id", "verdict", "counts", "dose", "duration", "adherence", "well_at_end")
    rows = rows.inner_join(judged, ["person_id", "trial_id"])
    return rows.select(*KEY, "trial_id", "ingredient", "counts", "inferred", fault=_fault(rows))


def _labelled(definition_result: Table, definition: Table) -> Table:
    rules = definition.filter(definition.failure_rule != "improvement below").select("definition_id")
    rows = definition_result.inner_join(rules, "definition_id")
    return rows.filter(rows.result == MET).select(*KEY, "index_date")


def _fault(rows: Table) -> Value:
    missing = ibis.cases(
        (rows.adherence == UNKNOWN, "adherence unknown"),
        (rows.dose == UNKNOWN, "dose unknown"),
        (rows.duration == UNKNOWN, "length unknown"),
        else_="never measured",
    )
    unclear = rows.verdict == "cannot tell"
    # Whether the drug made somebody well who is well isn't shown, but nothing failed.
    well = unclear & rows.well_at_end.fill_null(False) & (rows.counts == NOT_MET)
    return ibis.cases((rows.counts == MET, NO_FAULT), (well, "worked"), (unclear, missing), else_=rows.verdict)


def pseudo_resistance(
    labelled_trial: Table, definition_result: Table, definition: Table, fault_entry: Table, person_summary: Table,
    cohort_parameter: Table,
) -> Table:  # fmt: skip
    """One row per person and claims rule that the person meets.

    Returns:
        `class`: `resistant` (as many drugs surely failed by the headline definition as it asks for), `not
        resistant` (not even with every unknown could there be so many, or it keeps the person out), else `cannot
        tell`; `fault`: what stands in the way, the first by the order of the knowledge, `none` for the resistant.
        Of the not resistant only what the record shows is named, of those that can't be told what it leaves open;
        `trials`, `failed_low`, `failed_high` (drugs), `required`, and `trials_*`, how many trials have each fault.
    """
    met = _labelled(definition_result, definition)
    rows = left(met, _counted(labelled_trial), list(KEY))
    rows = left(rows, _kept_out(definition_result, cohort_parameter), ["person_id"])
    rows = rows.mutate(trials=rows.trials.fill_null(0), low=rows.low.fill_null(0), high=rows.high.fill_null(0))
    rows = rows.mutate(kind=_class(rows))
    rows = left(rows, _first_fault(rows, labelled_trial, fault_entry), list(KEY))
    rows = left(rows, person_summary.select("person_id", "inferred"), ["person_id"])
    numbers = {name: rows[name].fill_null(0).cast("int64") for name in COLUMNS.values()}
    return rows.select(
        *KEY, "index_date", "inferred",
        **{"class": rows.kind},
        fault=ibis.cases((rows.kind == RESISTANT, NO_FAULT), else_=rows.fault.fill_null(TOO_FEW)),
        trials=rows.trials.cast("int64"), failed_low=rows.low.cast("int64"), failed_high=rows.high.cast("int64"),
        required=rows.required, **numbers,
    )  # fmt: skip


OF_TRIALS = (
    "not taken", "not tolerated", "too low", "too short", "worked", "partly worked", "still running",
    "never measured", "adherence unknown", "dose unknown", "length unknown",
)  # fmt: skip
COLUMNS = {fault: f"trials_{fault.replace(' ', '_')}" for fault in OF_TRIALS}


def _counted(labelled_trial: Table) -> Table:
    rows = labelled_trial
    return rows.group_by(list(KEY)).aggregate(
        trials=rows.count(),
        low=rows.ingredient.nunique(where=rows.counts == MET),
        high=rows.ingredient.nunique(where=rows.counts != NOT_MET),
        **{column: one_if(rows.fault == fault).sum() for fault, column in COLUMNS.items()},
    )


def _kept_out(definition_result: Table, cohort_parameter: Table) -> Table:
    """What the headline definition asks for, and whether another diagnosis keeps the person out of it."""
    rows = definition_result.inner_join(cohort_parameter.select(definition_id="headline"), "definition_id")
    return rows.select("person_id", "required", kept_out=rows.excluded_by.notnull(), disputed=rows.disputed.notnull())


def _class(rows: Table) -> Value:
    return ibis.cases(
        (rows.kept_out | (rows.high < rows.required), NOT_RESISTANT),
        ((rows.low >= rows.required) & ~rows.disputed, RESISTANT),
        else_=CANNOT_TELL,
    )


def _first_fault(rows: Table, labelled_trial: Table, fault_entry: Table) -> Table:
    """The first fault by the order of the knowledge among those that fit the class."""
    own = rows.select(*KEY, "kind", "kept_out", "trials")
    of_trials = own.inner_join(labelled_trial.select(*KEY, "fault"), list(KEY))
    barred = own.filter(own.kept_out).mutate(fault=ibis.literal(OTHER_DIAGNOSIS))
    untried = own.filter(own.trials == 0).mutate(fault=ibis.literal(NO_TRIAL))
    columns = [*KEY, "kind", "fault"]
    found = of_trials.select(columns).union(barred.select(columns)).union(untried.select(columns))
    found = found.inner_join(fault_entry.select("fault", "order", "sureness"), "fault")
    wanted = ibis.cases((found.kind == CANNOT_TELL, "unknown"), else_="sure")
    found = found.filter(found.sureness == wanted)
    return first_rows(found, KEY, [found.order]).select(*KEY, "fault")
