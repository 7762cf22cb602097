"""Eras: supplies of one drug joined across gaps.

Source: rule `persistence-days` (OMOP drug era, 30 days, itself called arbitrary there).

There are three kinds. Eras of a `trial` leave out products set aside; eras of a `drug` take whatever counts; those of
a `switch` take antidepressants that count, joined over the gap of the definition that counts switches.
"""

import ibis
from ibis import Value
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, Table

from stepwell.logic import days_between, earlier_maximum, one_if, plus_days

ERA = ("person_id", "ingredient", "era")
DRUG = ("person_id", "ingredient")

TRIAL, COUNTED, SWITCH = "trial", "drug", "switch"

CARRIED = (
    *DRUG, "supply_id", "certain_start", "certain_end", "possible_start", "possible_end", "role", "class_group",
    "drug_class", "end_known", "reaches_today", "basis_rank", "counts", "coded_by", "status", "stop_reason",
    "adherence", "reported_outcome", "formulation", "product", "dose_unit", "dose_per_day_low", "dose_per_day_high",
    "trap", "inferred", "evidence_id",
)  # fmt: skip
"""What later steps need to know of a supply in an era."""


def supply_reach(supply: Table) -> Table:
    """One row per supply, without its words: its days, and how far the earlier ones of the drug reached.

    Returns:
        `for_trial` (not set aside) and `used` (it counts, too); `reached_trial`, `reached_counted`, `reached_used`: the
        last possible end of the earlier supplies that are for a trial, that count, and that are both (exclusive; null:
        there are none).
    """
    rows = supply.select(
        *DRUG, "role", "possible_start", "possible_end", "certain_start", "certain_end", "counts", "end_known",
        "reaches_today", "basis_rank", for_trial=supply.set_aside.isnull(), by_text=supply.coded_by == "text",
        inferred=supply.inferred.notnull(),
    )  # fmt: skip
    rows = rows.mutate(used=rows.for_trial & rows.counts)

    # Rows that all of these leave alike are alike in every column.
    order = ["possible_start", "possible_end", *(c for c in rows.columns[3:] if not c.startswith("possible_"))]

    def reached(those: BooleanValue) -> DateValue:
        ends = ibis.cases((those, rows.possible_end), else_=ibis.null("date"))
        return earlier_maximum(ends, DRUG, [rows[column] for column in order])

    return rows.mutate(
        reached_trial=reached(rows.for_trial), reached_counted=reached(rows.counts), reached_used=reached(rows.used)
    )


def era_begin(supply_reach: Table, definition: Table, parameter: Table) -> Table:
    """One row per kind of era and era: its number, from 0, its first day, and that of the next (null: none)."""
    rows = supply_reach.cross_join(parameter.select("persistence_days"))
    counted = rows.filter(rows.counts)
    switching = counted.filter(counted.role == "antidepressant").cross_join(_switch_gap(definition))
    begun = ibis.union(
        _begun(rows.filter(rows.for_trial), TRIAL, "reached_trial", rows.persistence_days),
        _begun(counted, COUNTED, "reached_counted", counted.persistence_days),
        _begun(switching, SWITCH, "reached_counted", switching.most_gap_days),
    )
    window = ibis.window(group_by=["kind", *DRUG], order_by=begun.begin)
    return begun.mutate(era=ibis.row_number().over(window).cast("int64"), next_begin=begun.begin.lead(1).over(window))


def _switch_gap(definition: Table) -> Table:
    rules = definition.filter(definition.count_kind == "switches")
    return rules.aggregate(most_gap_days=rules.most_gap_days.max())


def _begun(rows: Table, kind: str, reached: str, gap: IntegerValue) -> Table:
    """The supplies that begin an era: the first of the drug, and each after a longer gap."""
    rows = rows.filter(rows[reached].isnull() | (rows.possible_start > plus_days(rows[reached], gap)))
    return rows.select(*DRUG, kind=ibis.literal(kind), begin=rows.possible_start)


def with_era(rows: Table, era_begin: Table, kind: str) -> Table:
    """Supplies with the number of their era."""
    eras = era_begin.filter(era_begin.kind == kind).select(*DRUG, "era", "begin", "next_begin")
    rows = rows.inner_join(eras, list(DRUG))
    last = rows.next_begin.isnull() | (rows.possible_start < rows.next_begin)
    return rows.filter((rows.possible_start >= rows.begin) & last).drop("begin", "next_begin")


def era_supply(supply: Table, era_begin: Table) -> Table:
    """Supplies that can make a trial, each with its era; products set aside are left out."""
    return with_era(supply.filter(supply.set_aside.isnull()).select(*CARRIED), era_begin, TRIAL)


def drug_era(supply_reach: Table, era_begin: Table) -> Table:
    """One row per era of any drug of ours, products that make no trial included.

    Rules that look at drugs alone don't ask what a product is for.
    """
    return _spans(with_era(supply_reach.filter(supply_reach.counts), era_begin, COUNTED))


def switch_era(supply_reach: Table, era_begin: Table, definition: Table) -> Table:
    """One row per era of an antidepressant, joined over the gap of the definition that counts switches."""
    counted = supply_reach.filter(supply_reach.counts & (supply_reach.role == "antidepressant"))
    rows = with_era(counted, era_begin, SWITCH)
    spans = _spans(rows, broken=one_if(is_vague(rows) | is_empty(rows)).sum() > 0)
    # Where every day is known an era is one run.
    apart = rows.semi_join(spans.filter(spans.broken), list(ERA)).cross_join(_switch_gap(definition))
    spans = spans.left_join(longest_run(apart, "most_gap_days"), list(ERA))
    spans = spans.drop(*(f"{key}_right" for key in ERA))
    whole = ibis.cases((spans.broken, 0), else_=spans.days_high)
    return spans.mutate(days_low=spans.days_low.fill_null(whole)).drop("broken")


def longest_run(era_supply: Table, gap: str) -> Table:
    """One row per era: `days_low`, the length of its longest run of days surely supplied, joined across the gap.

    An unknown end joins supplies that may have been years apart; only what surely hangs together surely lasted.

    Args:
        era_supply: Supplies with their era, and a column that holds the longest gap within one run.
        gap: Name of that column.
    """
    keys = list(ERA)
    rows = era_supply.filter(era_supply.certain_end > era_supply.certain_start)
    order = [rows.certain_start, rows.certain_end]
    rows = rows.mutate(reached=earlier_maximum(rows.certain_end, keys, order))
    rows = rows.mutate(begins=one_if(rows.certain_start > plus_days(rows.reached, rows[gap])))
    # The last key keeps supplies of the same days together, whichever of them comes first.
    running = ibis.window(
        group_by=keys,
        order_by=[rows.certain_start, rows.certain_end, rows.begins.desc()],
        preceding=None,
        following=0,
    )
    rows = rows.mutate(run=rows.begins.sum().over(running))
    runs = rows.group_by([*keys, "run"]).aggregate(first=rows.certain_start.min(), end=rows.certain_end.max())
    return runs.group_by(keys).aggregate(days_low=days_between(runs.first, runs.end).max())


def is_vague(rows: Table) -> BooleanValue:
    """Whether a supply may cover other days than those it surely covers."""
    return (rows.certain_start != rows.possible_start) | (rows.certain_end != rows.possible_end)


def is_empty(rows: Table) -> BooleanValue:
    """Whether a supply surely covers no day."""
    return rows.certain_end <= rows.certain_start


def _spans(rows: Table, **more: Value) -> Table:
    spans = rows.group_by(list(ERA)).aggregate(
        start_earliest=rows.possible_start.min(),
        start_latest=rows.certain_start.min(),
        end_earliest=rows.certain_end.max(),
        end_latest=rows.possible_end.max(),
        last_start=rows.possible_start.max(),
        last_start_latest=rows.certain_start.max(),
        vague=is_vague(rows).sum() > 0,
        **more,
    )
    return spans.mutate(days_high=days_between(spans.start_earliest, spans.end_latest))
