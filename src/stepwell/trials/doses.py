"""The dose in each trial: what was taken together adds up, what was ordered anew replaces.

Two supplies of one drug that begin on the same day and are different products are taken together.
One that begins later replaces the one before, if they overlap by no more than
`overlap_tolerance_days` (an early refill). If they overlap longer, they may be taken together or one
may replace the other: the lower bound takes the later alone, the upper bound the sum.
"""

import ibis
from ibis.expr.types import BooleanValue, Table

from stepwell.logic import days_between, one_if, union_days
from stepwell.trials.eras import ERA

PER_DAY = "mg/day"
"""The only unit in which somebody is asked for a dose."""


def dose_step(era_supply: Table, trial_answer: Table, parameter: Table) -> Table:
    """One row per trial and day on which a supply began: the dose from then on.

    Args:
        era_supply: Supplies with their era; only those that count are used.
        trial_answer: The dose that somebody told, for the steps of which the record gives none.
        parameter: One row with the rules.

    Returns:
        `dose_low`, `dose_high` (null high: unknown, at least `dose_low`), `dose_unit`, `formulation`,
        `certain_start`, `certain_end` (days surely on at least `dose_low`), `possible_start`,
        `possible_end` (days perhaps on `dose_high`), `can_be_told` (it is unknown, and somebody can say it in mg a
        day), `sum_high` and `sum_end` where the supply before
        may have been taken along with this one until `sum_end`, `shown_end`: until the next step; `first_step`,
        `last_step` of the trial; `overlaps`: it may share days with another step.
    """
    used = era_supply.filter(era_supply.counts)
    steps = _told(_together(used), trial_answer)
    steps = steps.cross_join(parameter.select("overlap_tolerance_days"))
    return _replaced(steps)


def _together(used: Table) -> Table:
    """One row per trial and start: the doses of different products added up."""
    key = [*ERA, "possible_start", "certain_start"]
    product = ibis.coalesce(used["product"], used.formulation, "")
    used = used.mutate(product_key=product)
    single = used.group_by([*key, "product_key"]).aggregate(
        dose_low=used.dose_per_day_low.max(),
        dose_high=ibis.cases(
            (used.dose_per_day_high.count() == used.count(), used.dose_per_day_high.max()), else_=ibis.null("float64")
        ),
        certain_end=used.certain_end.max(),
        possible_end=used.possible_end.max(),
        dose_unit=used.dose_unit.max(),
        formulation=used.formulation.max(),
        misread=one_if(used.trap.notnull() & used.dose_per_day_high.isnull()).max(),
    )
    rows = single.group_by(key).aggregate(
        dose_low=single.dose_low.sum(),
        dose_high=ibis.cases(
            (single.dose_high.count() == single.count(), single.dose_high.sum()), else_=ibis.null("float64")
        ),
        certain_end=single.certain_end.min(),
        possible_end=single.possible_end.max(),
        dose_unit=single.dose_unit.max(),
        formulation=single.formulation.max(),
        product_key=single.product_key.max(),
        other_unit=single.dose_unit.min(),
        misread=single.misread.max(),
    )
    two_units = (rows.dose_unit != rows.other_unit).fill_null(False)
    return rows.mutate(
        dose_low=ibis.cases((two_units, ibis.null("float64")), else_=rows.dose_low),
        dose_high=ibis.cases((two_units, ibis.null("float64")), else_=rows.dose_high),
        can_be_told=_open(rows) & ~two_units & (rows.misread == 0) & (rows.dose_unit.fill_null(PER_DAY) == PER_DAY),
    ).drop("other_unit", "misread")


def _open(rows: Table) -> BooleanValue:
    """Whether the dose of a step is unknown, or known only as a range."""
    return (rows.dose_high.isnull() | (rows.dose_low < rows.dose_high)).fill_null(True)


def _told(steps: Table, trial_answer: Table) -> Table:
    """Steps of unknown dose with the dose that was told; one outside what the record shows says nothing."""
    told = trial_answer.filter(trial_answer.told_dose.notnull()).select(*ERA, "told_dose")
    rows = steps.left_join(told, list(ERA)).drop(*(f"{key}_right" for key in ERA))
    within = (rows.told_dose >= rows.dose_low.fill_null(0.0)) & (rows.told_dose <= rows.dose_high).fill_null(True)
    use = (rows.can_be_told & within).fill_null(False)
    return rows.mutate(
        dose_low=ibis.cases((use, rows.told_dose), else_=rows.dose_low),
        dose_high=ibis.cases((use, rows.told_dose), else_=rows.dose_high),
        dose_unit=ibis.cases((use, PER_DAY), else_=rows.dose_unit),
    ).drop("told_dose")


def _replaced(steps: Table) -> Table:
    """Each step ended by the next, for sure or perhaps, and the sum with the one before."""
    window = ibis.window(group_by=list(ERA), order_by=[steps.possible_start, steps.certain_start])
    rows = steps.mutate(
        next_start=steps.possible_start.lead(1).over(window),
        next_surely=steps.certain_start.lead(1).over(window),
        next_dose=steps.dose_low.lead(1).over(window),
        before_end=steps.possible_end.lag(1).over(window),
        before_high=steps.dose_high.lag(1).over(window),
        before_product=steps.product_key.lag(1).over(window),
        place=ibis.row_number().over(window),
    )
    overlap = days_between(rows.next_start, rows.possible_end)
    refill = (overlap > 0) & (overlap <= rows.overlap_tolerance_days)
    cut = rows.next_start < rows.certain_end
    same_dose = (rows.next_dose == rows.dose_low).fill_null(False)
    rows = rows.mutate(
        certain_end=ibis.cases((cut & (refill | ~same_dose), rows.next_start), else_=rows.certain_end),
        kept_end=ibis.cases((refill, ibis.least(rows.next_surely, rows.possible_end)), else_=rows.possible_end),
    )
    return _with_sum(rows)


def _with_sum(rows: Table) -> Table:
    before_overlap = days_between(rows.possible_start, rows.before_end)
    along = ((before_overlap > rows.overlap_tolerance_days) & (rows.before_product != rows.product_key)).fill_null(
        False
    )
    ends = ibis.least(rows.before_end, rows.possible_end)
    shown = ibis.cases((rows.next_start < rows.possible_end, rows.next_start), else_=rows.possible_end)
    apart = (rows.kept_end <= rows.next_start) & (rows.certain_end <= rows.next_surely)
    apart &= rows.certain_start <= rows.next_surely
    return rows.select(
        *ERA, "possible_start", "certain_start", "certain_end", "dose_low", "dose_high", "dose_unit", "formulation",
        possible_end=rows.kept_end,
        may_add_up=along, can_be_told="can_be_told",
        sum_high=ibis.cases((along, rows.before_high + rows.dose_high), else_=ibis.null("float64")),
        sum_end=ibis.cases((along, ends), else_=ibis.null("date")),
        shown_end=shown, first_step=rows.place == 0, last_step=rows.next_start.isnull(),
        overlaps=along | ~(rows.next_start.isnull() | apart),
    )  # fmt: skip


def dose_reach(dose_step: Table, minimum_dose: Table) -> Table:
    """One row per dose step and dose table that lists the drug: whether it surely, or perhaps, reaches the minimum.

    Args:
        dose_step: From `dose_step`.
        minimum_dose: Knowledge table: the minimum of each formulation, and of the drug where none is said.

    Returns:
        `minimum` (null: the table doesn't list this formulation), `reaches`, `may_reach`,
        `may_reach_together`: along with the step before it, and `overlaps`.
    """
    steps = dose_step.mutate(formulation=dose_step.formulation.fill_null(""))
    rows = steps.inner_join(minimum_dose, ["ingredient", "formulation"])
    other_unit = (rows.dose_unit != rows.minimum_unit).fill_null(True)
    unknown = rows.minimum.isnull() | rows.dose_high.isnull() | other_unit
    together = rows.may_add_up & (rows.sum_high.isnull() | (rows.sum_high >= rows.minimum))
    return rows.select(
        *ERA, "dose_table", "minimum", "certain_start", "certain_end", "possible_start", "possible_end", "sum_end",
        reaches=((rows.dose_low >= rows.minimum) & ~other_unit).fill_null(False),
        may_reach=unknown | (rows.dose_high >= rows.minimum).fill_null(False),
        may_reach_together=together.fill_null(False), overlaps="overlaps",
    )  # fmt: skip


def days_at_minimum(dose_reach: Table) -> Table:
    """One row per trial and dose table that lists the drug: days at or above its minimum.

    Returns:
        `days_low` (surely), `days_high` (perhaps: unknown doses may have reached it), `minimum_dose`
        (the lowest that applied), `first_day`: first day on which it was surely reached, else perhaps.
    """
    keys = [*ERA, "dose_table"]
    listed = _listed(dose_reach, keys)
    # Only days that steps share have to be looked for; all others are added up.
    rows = dose_reach.semi_join(listed.filter(listed.shared > 0), keys)
    perhaps = rows.filter(rows.may_reach).select(*keys, start="possible_start", end="possible_end")
    summed = rows.filter(rows.may_reach_together).select(*keys, start="possible_start", end="sum_end")
    low = union_days(rows.filter(rows.reaches), keys, "certain_start", "certain_end", "days_low")
    high = union_days(perhaps.union(summed), keys, "start", "end", "days_high")
    joined = listed.left_join(low, keys).drop(*(f"{key}_right" for key in keys)).left_join(high, keys)
    return joined.select(
        *keys,
        "minimum_dose",
        "first_day",
        days_low=ibis.cases((joined.shared > 0, joined.days_low.fill_null(0)), else_=joined.sum_low),
        days_high=ibis.cases((joined.shared > 0, joined.days_high.fill_null(0)), else_=joined.sum_high),
    )


def _listed(rows: Table, keys: list[str]) -> Table:
    """One row per trial and dose table, its days added up: `sum_low`, `sum_high`; `shared`: steps that may overlap."""
    low = ibis.greatest(days_between(rows.certain_start, rows.certain_end), 0)
    high = ibis.greatest(days_between(rows.possible_start, rows.possible_end), 0)
    listed = rows.group_by(keys).aggregate(
        minimum_dose=rows.minimum.min(),
        first_day=ibis.coalesce(
            rows.certain_start.min(where=rows.reaches),
            rows.certain_start.min(where=rows.may_reach | rows.may_reach_together),
        ),
        sum_low=ibis.cases((rows.reaches, low), else_=0).sum().cast("int64"),
        sum_high=ibis.cases((rows.may_reach, high), else_=0).sum().cast("int64"),
        shared=one_if(rows.overlaps).sum(),
    )
    return listed.filter(listed.minimum_dose.notnull())
