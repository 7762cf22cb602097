"""The dose in each trial: what was taken together adds up, what was ordered anew replaces.

Two supplies of one drug that begin on the same day and are different products are taken together.
One that begins later replaces the one before, if they overlap by no more than
`overlap_tolerance_days` (an early refill). If they overlap longer, they may be taken together or one
may replace the other: the lower bound takes the later alone, the upper bound the sum.
"""

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, union_days
from stepwell.trials.eras import ERA


def dose_step(era_supply: Table, parameter: Table) -> Table:
    """One row per trial and day on which a supply began: the dose from then on.

    Args:
        era_supply: Supplies with their era; only those that count are used.
        parameter: One row with the rules.

    Returns:
        `dose_low`, `dose_high` (null high: unknown, at least `dose_low`), `dose_unit`, `formulation`,
        `certain_start`, `certain_end` (days surely on at least `dose_low`), `possible_start`,
        `possible_end` (days perhaps on `dose_high`), `sum_high` and `sum_end` where the supply before
        may have been taken along with this one until `sum_end`, `shown_end`: until the next step.
    """
    used = era_supply.filter(era_supply.counts)
    steps = _together(used)
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
        units=single.dose_unit.nunique(),
    )
    two_units = rows.units > 1
    return rows.mutate(
        dose_low=ibis.cases((two_units, ibis.null("float64")), else_=rows.dose_low),
        dose_high=ibis.cases((two_units, ibis.null("float64")), else_=rows.dose_high),
    ).drop("units")


def _replaced(steps: Table) -> Table:
    """Each step ended by the next, for sure or perhaps, and the sum with the one before."""
    window = ibis.window(group_by=list(ERA), order_by=[steps.possible_start, steps.certain_start])
    rows = steps.mutate(
        next_start=steps.possible_start.lead(1).over(window),
        next_dose=steps.dose_low.lead(1).over(window),
        before_end=steps.possible_end.lag(1).over(window),
        before_high=steps.dose_high.lag(1).over(window),
        before_product=steps.product_key.lag(1).over(window),
    )
    overlap = days_between(rows.next_start, rows.possible_end)
    refill = (overlap > 0) & (overlap <= rows.overlap_tolerance_days)
    cut = rows.next_start < rows.certain_end
    same_dose = (rows.next_dose == rows.dose_low).fill_null(False)
    rows = rows.mutate(
        certain_end=ibis.cases((cut & (refill | ~same_dose), rows.next_start), else_=rows.certain_end),
        kept_end=ibis.cases((refill, rows.next_start), else_=rows.possible_end),
    )
    return _with_sum(rows)


def _with_sum(rows: Table) -> Table:
    before_overlap = days_between(rows.possible_start, rows.before_end)
    along = ((before_overlap > rows.overlap_tolerance_days) & (rows.before_product != rows.product_key)).fill_null(
        False
    )
    ends = ibis.least(rows.before_end, rows.possible_end)
    shown = ibis.cases((rows.next_start < rows.possible_end, rows.next_start), else_=rows.possible_end)
    return rows.select(
        *ERA, "possible_start", "certain_start", "certain_end", "dose_low", "dose_high", "dose_unit", "formulation",
        possible_end=rows.kept_end,
        may_add_up=along,
        sum_high=ibis.cases((along, rows.before_high + rows.dose_high), else_=ibis.null("float64")),
        sum_end=ibis.cases((along, ends), else_=ibis.null("date")),
        shown_end=shown,
    )  # fmt: skip


def days_at_minimum(dose_step: Table, dose: Table, formulation: Table) -> Table:
    """One row per trial and dose table: days at or above its minimum.

    Args:
        dose_step: From `dose_step`.
        dose: Knowledge table of published doses.
        formulation: Knowledge table, for the default formulation of a drug.

    Returns:
        `days_low` (surely), `days_high` (perhaps: unknown doses may have reached it), `minimum_dose`
        (the lowest that applied). No row where the table doesn't list the drug.
    """
    rows = _with_minimum(dose_step, dose, formulation)
    keys = [*ERA, "dose_table"]
    reaches = (rows.dose_low >= rows.minimum) & (rows.dose_unit == rows.minimum_unit)
    may_reach = (
        rows.minimum.isnull()
        | rows.dose_high.isnull()
        | (rows.dose_high >= rows.minimum)
        | (rows.dose_unit != rows.minimum_unit).fill_null(True)
    )
    may_sum = rows.may_add_up & (rows.sum_high.isnull() | (rows.sum_high >= rows.minimum))
    surely = rows.filter(reaches.fill_null(False))
    perhaps = rows.filter(may_reach.fill_null(True)).select(*keys, start="possible_start", end="possible_end")
    summed = rows.filter(may_sum.fill_null(False)).select(*keys, start="possible_start", end="sum_end")
    return _joined(rows, surely, perhaps.union(summed), keys)


def _with_minimum(dose_step: Table, dose: Table, formulation: Table) -> Table:
    default = formulation.filter(formulation.default).select("ingredient", default_formulation="formulation")
    rows = dose_step.left_join(default, "ingredient").drop("ingredient_right")
    rows = rows.mutate(formulation=ibis.coalesce(rows.formulation, rows.default_formulation))
    minimum = dose.filter(dose.kind == "minimum adequate")
    tables = minimum.select("dose_table").distinct()
    listed = minimum.select(
        "ingredient", "formulation", "dose_table", minimum=minimum["value"], minimum_unit=minimum.unit
    )
    rows = rows.cross_join(tables).left_join(listed, ["ingredient", "formulation", "dose_table"])
    return rows.drop("ingredient_right", "formulation_right", "dose_table_right")


def _joined(rows: Table, surely: Table, perhaps: Table, keys: list[str]) -> Table:
    low = union_days(surely, keys, "certain_start", "certain_end", "days_low")
    high = union_days(perhaps, keys, "start", "end", "days_high")
    base = rows.group_by(keys).aggregate(minimum_dose=rows.minimum.min())
    base = base.filter(base.minimum_dose.notnull())
    joined = base.left_join(low, keys).drop(*(f"{key}_right" for key in keys))
    joined = joined.left_join(high, keys).drop(*(f"{key}_right" for key in keys))
    return joined.select(
        *keys, "minimum_dose", days_low=joined.days_low.fill_null(0), days_high=joined.days_high.fill_null(0)
    )
