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
    "dose_per_day_low", "dose_per_day_high", "evidence_id",
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
    running = ibis.window(
        group_by=keys,
        order_by=[rows.possible_start, rows.possible_end, rows.supply_id],
        preceding=None,
        following=0,
    )
    return rows.mutate(era=rows.begins.sum().over(running)).drop("reached", "begins")


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
    return _spans(with_era(rows, "most_gap_days"))


def _spans(rows: Table) -> Table:
    spans = rows.group_by(list(ERA)).aggregate(
        start_earliest=rows.possible_start.min(),
        start_latest=rows.certain_start.min(),
        end_earliest=rows.certain_end.max(),
        end_latest=rows.possible_end.max(),
        last_start=rows.possible_start.max(),
    )
    shortest = days_between(spans.start_latest, spans.end_earliest)
    return spans.mutate(
        days_low=ibis.cases((shortest > 0, shortest), else_=0),
        days_high=days_between(spans.start_earliest, spans.end_latest),
    )
