"""Eras: supplies of one drug joined across gaps.

Source: rule `persistence-days` (OMOP drug era, 30 days, itself called arbitrary there).
"""

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, earlier_maximum, one_if, plus_days

ERA = ("person_id", "ingredient", "era")

SPAN = ("person_id", "ingredient", "supply_id", "certain_start", "certain_end", "possible_start", "possible_end")
"""What an era is built from."""

CARRIED = (
    *SPAN, "role", "class_group", "drug_class", "end_known", "reaches_today", "basis_rank", "counts", "coded_by",
    "status", "stop_reason", "adherence", "reported_outcome", "formulation", "product", "dose_unit",
    "dose_per_day_low", "dose_per_day_high", "trap", "inferred", "evidence_id",
)  # fmt: skip
"""What later steps need to know of a supply in an era."""


def with_era(supply: Table, gap: str) -> Table:
    """Each supply with `era`, the number of its era of that drug, from 0.

    Args:
        supply: From `supply`, and a column that holds the longest gap, in days, within one era.
        gap: Name of that column.
    """
    keys = ["person_id", "ingredient"]
    order = [supply.possible_start, supply.possible_end, supply.supply_id]
    rows = supply.mutate(reached=earlier_maximum(supply.possible_end, keys, order))
    rows = rows.mutate(begins=one_if(rows.possible_start > plus_days(rows.reached, rows[gap])))
    # The last key keeps supplies that are alike in all else together, whichever of them comes first.
    running = ibis.window(
        group_by=keys,
        order_by=[rows.possible_start, rows.possible_end, rows.supply_id, rows.begins.desc()],
        preceding=None,
        following=0,
    )
    return rows.mutate(era=rows.begins.sum().over(running)).drop("reached", "begins")


def longest_run(era_supply: Table, gap: str) -> Table:
    """One row per era: `days_low`, the length of its longest run of days surely supplied, joined across the gap.

    An unknown end joins supplies that may have been years apart; only what surely hangs together surely lasted.

    Args:
        era_supply: Supplies with their era, and a column that holds the longest gap within one run.
        gap: Name of that column.
    """
    keys = list(ERA)
    rows = era_supply.filter(era_supply.certain_end > era_supply.certain_start)
    order = [rows.certain_start, rows.certain_end, rows.supply_id]
    rows = rows.mutate(reached=earlier_maximum(rows.certain_end, keys, order))
    rows = rows.mutate(begins=one_if(rows.certain_start > plus_days(rows.reached, rows[gap])))
    running = ibis.window(
        group_by=keys,
        order_by=[rows.certain_start, rows.certain_end, rows.supply_id, rows.begins.desc()],
        preceding=None,
        following=0,
    )
    rows = rows.mutate(run=rows.begins.sum().over(running))
    runs = rows.group_by([*keys, "run"]).aggregate(first=rows.certain_start.min(), end=rows.certain_end.max())
    return runs.group_by(keys).aggregate(days_low=days_between(runs.first, runs.end).max())


def era_supply(supply: Table, parameter: Table) -> Table:
    """Supplies that can make a trial, each with its era; products set aside are left out."""
    rows = supply.filter(supply.set_aside.isnull()).select(*CARRIED).cross_join(parameter.select("persistence_days"))
    return with_era(rows, "persistence_days").drop("persistence_days")


def drug_era(supply: Table, parameter: Table) -> Table:
    """One row per era of any drug of ours, products that make no trial included.

    Rules that look at drugs alone don't ask what a product is for.
    """
    rows = supply.filter(supply.counts).select(*SPAN).cross_join(parameter.select("persistence_days"))
    return _spans(with_era(rows, "persistence_days"))


def switch_era(supply: Table, definition: Table) -> Table:
    """One row per era of an antidepressant, joined over the gap of the definition that counts switches."""
    rules = definition.filter(definition.count_kind == "switches").select("most_gap_days")
    widest = rules.aggregate(most_gap_days=rules.most_gap_days.max())
    rows = supply.filter(supply.counts & (supply.role == "antidepressant")).select(*SPAN).cross_join(widest)
    rows = with_era(rows, "most_gap_days")
    spans = _spans(rows).left_join(longest_run(rows, "most_gap_days"), list(ERA))
    return spans.drop(*(f"{key}_right" for key in ERA)).mutate(days_low=spans.days_low.fill_null(0))


def _spans(rows: Table) -> Table:
    spans = rows.group_by(list(ERA)).aggregate(
        start_earliest=rows.possible_start.min(),
        start_latest=rows.certain_start.min(),
        end_earliest=rows.certain_end.max(),
        end_latest=rows.possible_end.max(),
        last_start=rows.possible_start.max(),
        last_start_latest=rows.certain_start.max(),
        vague=((rows.certain_start != rows.possible_start) | (rows.certain_end != rows.possible_end)).sum() > 0,
    )
    return spans.mutate(days_high=days_between(spans.start_earliest, spans.end_latest))
