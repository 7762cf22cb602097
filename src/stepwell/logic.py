"""Words the clinical steps share: three-valued results, days, intervals, unions of days.

A result is `met`, `not met` or `unknown`; a quantity that the record leaves open is a pair `low`,
`high`. Everything here is an Ibis expression and means the same on every engine.
"""

from collections.abc import Sequence
from functools import reduce

import ibis
from ibis import Value
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, NumericValue, StringValue, Table

MET, NOT_MET, UNKNOWN, NOT_TESTED = "met", "not met", "unknown", "not tested"


def days_between(start: DateValue, end: DateValue) -> IntegerValue:
    """Days from `start` to `end`; negative if `end` is earlier, null if either is null."""
    return end.delta(start, unit="day").cast("int64")


def plus_days(day: DateValue, days: IntegerValue | int) -> DateValue:
    """The date so many days later."""
    count = ibis.literal(days, type="int64") if isinstance(days, int) else days.cast("int64")
    return (day + count.as_interval("D")).cast("date")


def at_least(low: NumericValue, high: NumericValue, required: NumericValue) -> StringValue:
    """Whether a quantity between `low` and `high` reaches `required`.

    Met if even `low` does, not met if not even `high` does, else unknown. A null `high` is open
    upward, a null `low` open downward; a null `required` gives unknown.
    """
    return ibis.cases((low >= required, MET), (high < required, NOT_MET), else_=UNKNOWN)


def one_if(condition: BooleanValue) -> IntegerValue:
    """1 where it holds, else 0 (also where it is null): what can be summed on every engine."""
    return ibis.cases((condition, 1), else_=0).cast("int64")


def all_met(results: Sequence[StringValue]) -> StringValue:
    """Met if all are, not met if any is not, else unknown; `not tested` is passed over."""
    refused = reduce(lambda a, b: a | b, [result == NOT_MET for result in results])
    fulfilled = reduce(lambda a, b: a & b, [result.isin([MET, NOT_TESTED]) for result in results])
    return ibis.cases((refused, NOT_MET), (fulfilled, MET), else_=UNKNOWN)


def known(condition: BooleanValue) -> StringValue:
    """A boolean as met or not met; null as unknown."""
    return ibis.cases((condition, MET), (~condition, NOT_MET), else_=UNKNOWN)


def first_rows(table: Table, keys: Sequence[str], order: Sequence[Value]) -> Table:
    """The first row for each key by `order`, which has to be total for the result to be determined."""
    window = ibis.window(group_by=list(keys), order_by=list(order))
    ranked = table.mutate(row_rank=ibis.row_number().over(window))
    return ranked.filter(ranked.row_rank == 0).drop("row_rank")


def distinct_where(rows: Table, keys: Sequence[str], column: str, **conditions: BooleanValue) -> Table:
    """How many values of a column each condition holds for, counted in two steps: engines are slow at it in one.

    Args:
        rows: The rows counted; the column is never null.
        keys: Columns that say for whom.
        column: The column whose values are counted, each once.
        conditions: For each column of the result, which rows count.

    Returns:
        One row per key: the keys and a count for each condition.
    """
    flags = {name: one_if(condition).max() for name, condition in conditions.items()}
    each = rows.group_by([*keys, column]).aggregate(**flags)
    return each.group_by(list(keys)).aggregate(**{name: each[name].sum().cast("int64") for name in flags})


def earlier_maximum(value: Value, keys: Sequence[str], order: Sequence[Value]) -> Value:
    """Largest value over all rows before this one in `order`, within `keys`; null on the first."""
    return value.max().over(ibis.window(group_by=list(keys), order_by=list(order), preceding=(None, 1)))


def union_days(table: Table, keys: Sequence[str], start: str, end: str, name: str) -> Table:
    """Days that at least one interval covers, a day covered twice counted once.

    Args:
        table: One row per interval [`start`, `end`); empty or negative ones count nothing.
        keys: Columns that say whose intervals are joined.
        start: First day covered.
        end: First day no longer covered.
        name: Column of the result.

    Returns:
        One row per key: the keys and `name`, an int64.
    """
    rows = table.filter(table[end] > table[start]).select(*keys, start, end)
    rows = rows.mutate(reached=earlier_maximum(rows[end], keys, [rows[start], rows[end]]))
    begin = ibis.cases((rows.reached > rows[start], rows.reached), else_=rows[start])
    fresh = days_between(begin, rows[end])
    rows = rows.mutate(fresh_days=ibis.cases((fresh > 0, fresh), else_=0))
    return rows.group_by(list(keys)).aggregate(**{name: rows.fresh_days.sum().cast("int64")})
