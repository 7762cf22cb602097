"""Supplies of antidepressants and augmenting agents: one row per supply, each counted once.

An order and the dispensing of it are one supply: dispensed (or administered) beats ordered beats
stated. What is beaten still tells how a trial ended, but adds no days.
"""

import ibis
from ibis.expr.types import Table

from stepwell.logic import plus_days

DISPENSED, ORDERED, STATED = 1, 2, 3
"""How well a row shows that the drug was had; the lower the better."""


def supply(exposure: Table, ingredient: Table, dose: Table, trap: Table, parameter: Table) -> Table:
    """One row per exposure to an antidepressant or augmenting agent.

    Args:
        exposure: Exposures that stood on `as_of`.
        ingredient: Knowledge table, for the role.
        dose: Knowledge table of published doses: one far above the highest licensed is unknown, not high.
        trap: Knowledge table of products that are easily misread.
        parameter: One row: `as_of` and the rules.

    Returns:
        The exposure with `role`; `certain_start`, `certain_end`: the days it surely covers;
        `possible_start`, `possible_end`: the days it may cover (both half open; an unknown end is
        possible until `as_of`); `end_known`; `counts` (false: another row stands for the same supply,
        or it was not taken); `set_aside`: the trap that keeps it from being an antidepressant trial;
        `dose_set_aside_low`, `dose_set_aside_high`: the dose as read where it is more than anybody takes and so
        unknown, and `highest_licensed`, which it was held against (null: it wasn't set aside).
    """
    roles = ingredient.filter(ingredient.role.isin(["antidepressant", "augmentation"])).select(
        "ingredient", "role", "class_group", "drug_class"
    )
    rows = exposure.inner_join(roles, "ingredient").left_join(trap.select("trap", "effect"), "trap")
    rows = rows.drop("trap_right").cross_join(
        parameter.select("as_of", "dispensing_match_days", "implausible_dose_times")
    )
    rows = rows.filter(rows.start_earliest.notnull())
    rows = _extent(rows)
    rank = ibis.cases(
        (rows.basis.isin(["dispensed", "administered"]), DISPENSED), (rows.basis == "ordered", ORDERED), else_=STATED
    )
    rows = rows.mutate(
        basis_rank=rank, taken=rows.status.fill_null("unknown") != "not-taken", supply_id=_supply_id(rows)
    )
    rows = rows.left_join(_beaten(rows), ["person_id", "supply_id"])
    rows = rows.left_join(_highest(dose), ["ingredient", "dose_unit"]).drop("ingredient_right", "dose_unit_right")
    too_much, no_dose = _implausible(rows), ibis.null("float64")
    dose_unknown = (rows.effect == "dose unknown").fill_null(False) | too_much
    return rows.select(
        *(c for c in exposure.columns if c not in ("dose_per_day_low", "dose_per_day_high")),
        "supply_id", "role", "class_group", "drug_class", "certain_start", "certain_end",
        "possible_start", "possible_end", "end_known", "reaches_today", "basis_rank",
        dose_per_day_low=ibis.cases((dose_unknown, no_dose), else_=rows.dose_per_day_low),
        dose_per_day_high=ibis.cases((dose_unknown, no_dose), else_=rows.dose_per_day_high),
        dose_set_aside_low=ibis.cases((too_much, rows.dose_per_day_low), else_=no_dose),
        dose_set_aside_high=ibis.cases((too_much, rows.dose_per_day_high), else_=no_dose),
        highest_licensed=ibis.cases((too_much, rows.highest_licensed), else_=no_dose),
        counts=rows.taken & rows.beaten.isnull(),
        set_aside=ibis.cases((rows.effect == "not a trial", rows.trap), else_=ibis.null("string")),
    )  # fmt: skip


def _highest(dose: Table) -> Table:
    """One row per ingredient and unit: the highest dose that is licensed for any of its formulations."""
    rows = dose.filter(dose.kind == "highest licensed").rename(dose_unit="unit")
    return rows.group_by(["ingredient", "dose_unit"]).aggregate(highest_licensed=rows["value"].max())


def _implausible(rows: Table) -> ibis.Value:
    """Whether a dose is more than anybody takes; false where no highest dose is known."""
    most = rows.highest_licensed * rows.implausible_dose_times
    return ((rows.dose_per_day_low > most) | (rows.dose_per_day_high > most)).fill_null(False)


def _extent(rows: Table) -> Table:
    tomorrow = plus_days(rows.as_of, 1)
    shown_end = ibis.coalesce(rows.end_latest, tomorrow)
    return rows.mutate(
        certain_start=rows.start_latest,
        certain_end=ibis.coalesce(rows.end_earliest, plus_days(rows.start_latest, 1)),
        possible_start=rows.start_earliest,
        possible_end=ibis.cases((shown_end > tomorrow, tomorrow), else_=shown_end),
        end_known=rows.end_latest.notnull(),
        reaches_today=rows.end_earliest.fill_null(rows.start_earliest) >= tomorrow,
    ).mutate(certain_end=lambda t: ibis.cases((t.certain_end > tomorrow, tomorrow), else_=t.certain_end))


def _supply_id(rows: Table) -> ibis.Value:
    """Names one supply: an order with steps of dose, or a pack with two strengths, holds several."""
    start = rows.start_earliest.cast("string")
    product = ibis.coalesce(rows["product"], rows.formulation, "")
    return rows.evidence_id + "|" + rows.ingredient + "|" + product + "|" + start


def _beaten(rows: Table) -> Table:
    """The rows for which a better one of the same drug stands: linked to it, or begun while it ran."""
    keys = ["person_id", "supply_id"]
    worse = rows.filter(rows.basis_rank > DISPENSED).select(
        *keys,
        "ingredient",
        "evidence_id",
        "basis_rank",
        "possible_end",
        window_start=plus_days(rows.possible_start, -rows.dispensing_match_days),
    )
    better = rows.filter((rows.basis_rank < STATED) & rows.taken).select(
        "person_id", "ingredient", "order_evidence_id", better_rank="basis_rank", better_start="possible_start"
    )
    pairs = worse.inner_join(better, ["person_id", "ingredient"])
    linked = (pairs.order_evidence_id == pairs.evidence_id).fill_null(False)
    in_time = (pairs.better_start >= pairs.window_start) & (pairs.better_start < pairs.possible_end)
    pairs = pairs.filter((pairs.better_rank < pairs.basis_rank) & (linked | in_time))
    return pairs.select(*keys, beaten=ibis.literal(True)).distinct()
