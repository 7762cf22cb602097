"""Published staging methods: points for each part, with the lowest and the highest they can be.

A lowest value is never above what is true of the person, a highest never below; a null highest is open upward.
"""

from typing import get_args

import ibis
from ibis import Value
from ibis.expr.types import BooleanValue, NumericValue, Table

from stepwell.knowledge.schema import Quantity
from stepwell.logic import one_if

KEY = ("person_id", "method")
PART = (*KEY, "part")

OF_TRIALS = tuple(name for name in get_args(Quantity) if name.startswith(("failed-", "raised-")))
OF_PERSONS = tuple(name for name in get_args(Quantity) if name not in OF_TRIALS and name != "yes-or-no")

SCORED, FLAGS, NOT_APPLICABLE, SUPPRESSED = "scored", "flags", "not applicable", "suppressed"

OPEN = ibis.null("float64")


def stage_quantity(
    stage_trial: Table, stage_measure: Table, recorded_drug: Table, fact: Table, stage_method: Table,
    stage_part_entry: Table, stage_narrowing: Table, person: Table,
) -> Table:  # fmt: skip
    """One row per person, method and part: `quantity_low`, `quantity_high` of what the part counts.

    Facts that bear on it narrow it, unless they contradict the record. A record without any antidepressant is
    silent: how many failed is then open upward. `kind` is the method's.
    """
    rows = person.select("person_id").cross_join(stage_method.select("method", "definition_id", "kind"))
    counted = stage_trial.mutate(counted=ibis.literal(True))
    rows = rows.left_join(counted, ["person_id", "definition_id"]).drop("person_id_right", "definition_id_right")
    rows = rows.left_join(stage_measure, "person_id").drop("person_id_right")
    rows = rows.left_join(recorded_drug.select("person_id", "drugs"), "person_id").drop("person_id_right")
    # The methods' few parts come last: all that was joined before is carried along once for each.
    parts = stage_part_entry.mutate(of_trials=stage_part_entry.quantity.isin(list(OF_TRIALS)))
    rows = rows.inner_join(parts, "method")
    rows = rows.mutate(record_low=_of_record(rows, "low"), record_high=_of_record(rows, "high"))
    rows = rows.left_join(_told(fact, stage_narrowing), list(PART)).drop(*(f"{key}_right" for key in PART))
    return _narrowed(rows).select(
        *PART, "kind", "order", "quantity", "lowest", "below", "quantity_low", "quantity_high"
    )


def _of_record(rows: Table, end: str) -> NumericValue:
    """The lowest or highest value of the quantity of each row, by its name."""
    unrecorded = OPEN if end == "high" else ibis.literal(0.0)
    of_trials = [
        (rows.quantity == name, ibis.cases((rows.counted, _column(rows, name, end)), else_=0.0)) for name in OF_TRIALS
    ]
    of_persons = [(rows.quantity == name, _column(rows, name, end)) for name in OF_PERSONS]
    silent = rows.of_trials & rows.drugs.isnull()
    return ibis.cases((silent, unrecorded), *of_trials, *of_persons, else_=1.0 if end == "high" else 0.0)


def _column(rows: Table, quantity: str, end: str) -> Value:
    return rows[f"{quantity.replace('-', '_')}_{end}"]


def _told(fact: Table, stage_narrowing: Table) -> Table:
    """What present facts make a quantity at least, and absent ones at most."""
    rows = stage_narrowing.inner_join(fact.filter(fact.state.isin(["present", "absent"])), "fact")
    least = ibis.cases((rows.state == "present", rows.least), else_=OPEN)
    most = ibis.cases((rows.state == "absent", rows.most), else_=OPEN)
    return rows.group_by(list(PART)).aggregate(least=least.max(), most=most.min())


def _narrowed(rows: Table) -> Table:
    low = ibis.greatest(rows.record_low, rows.least.fill_null(0.0))
    high = ibis.cases(
        (rows.most.isnull(), rows.record_high), (rows.record_high.isnull(), rows.most),
        else_=ibis.least(rows.record_high, rows.most),
    )  # fmt: skip
    contrary = (low > high).fill_null(False)
    return rows.mutate(
        quantity_low=ibis.cases((contrary, rows.record_low), else_=low),
        quantity_high=ibis.cases((contrary, rows.record_high), else_=high),
    )


def stage_part(stage_quantity: Table, stage_band: Table) -> Table:
    """One row per person, method and part: the fewest and most points it can give.

    Returns:
        `low`, `high` (points; a null `high` is open upward), `quantity_low`, `quantity_high`, `label_low`,
        `label_high`, `order`, the method's `kind`; `below`: surely under the lowest band of a part for which that makes
        the method not applicable, then the points are null; `perhaps_below`: that may be so, and the points count as
        if it weren't.
    """
    rows = stage_quantity.mutate(under=(stage_quantity.quantity_high < stage_quantity.lowest).fill_null(False))
    rows = rows.mutate(at_low=ibis.greatest(rows.quantity_low, rows.lowest))
    rows = rows.left_join(_bands(stage_band, "low"), _inside(rows, rows.at_low, _bands(stage_band, "low"), "low"))
    high_bands = _bands(stage_band, "high")
    rows = rows.left_join(high_bands, _inside(rows, rows.quantity_high, high_bands, "high"))
    needed = rows.below == NOT_APPLICABLE
    # Under the lowest band there are no points; where that would end the method, they aren't asked for.
    nothing = ~needed & (rows.quantity_low < rows.lowest)
    low = ibis.cases((rows.low_each, rows.low_points * rows.quantity_low), else_=rows.low_points)
    high = ibis.cases((rows.high_each, rows.high_points * rows.quantity_high), else_=rows.high_points)
    no_text, out = ibis.null("string"), rows.under & needed
    return rows.select(
        *PART, "kind", "order", "quantity", "quantity_low", "quantity_high",
        low=ibis.cases((out, OPEN), (nothing, 0.0), else_=low),
        high=ibis.cases((out, OPEN), (rows.under, 0.0), else_=high),
        label_low=ibis.cases((rows.under | nothing, no_text), else_=rows.low_label),
        label_high=ibis.cases((rows.under, no_text), else_=rows.high_label),
        below=out, perhaps_below=needed & ~rows.under & (rows.quantity_low < rows.lowest),
    )  # fmt: skip


def _bands(stage_band: Table, end: str) -> Table:
    """The bands with columns that say for which end of the range they are joined."""
    return stage_band.select(**{f"{end}_{name}": name for name in stage_band.columns})


def _inside(rows: Table, value: NumericValue, bands: Table, end: str) -> list[BooleanValue]:
    """Whether a value lies in a band of its part; one that is open upward lies in the topmost."""
    low, high = bands[f"{end}_low"], bands[f"{end}_high"]
    topmost = value.isnull() & high.isnull()
    within = (value >= low) & (high.isnull() | (value <= high))
    return [rows.method == bands[f"{end}_method"], rows.part == bands[f"{end}_part"], topmost | within.fill_null(False)]


def stage(
    stage_part: Table, stage_method: Table, stage_category: Table, stage_suppression: Table, fact: Table, person: Table
) -> Table:
    """One row per person and method: the lowest and highest stage or score, and what it is called.

    Returns:
        `state`: scored, flags (each part by itself, no total), not applicable, suppressed; only `scored` has a
        total. `low`, `high` (null: open upward), `category_low`, `category_high` (null: none is that low or high);
        `perhaps_not_applicable`: what is open may yet show that the method doesn't apply; `suppressed_by`: the fact
        that makes it meaningless.
    """
    totals = _totals(stage_part.filter(stage_part.kind != FLAGS))
    rows = person.select("person_id").cross_join(stage_method).left_join(totals, list(KEY))
    rows = rows.drop("person_id_right", "method_right")
    here = fact.filter(fact.state == "present").inner_join(stage_suppression, "fact")
    here = here.group_by(list(KEY)).aggregate(suppressed_by=here.fact.min())
    rows = rows.left_join(here, list(KEY)).drop("person_id_right", "method_right")
    state = ibis.cases(
        (rows.suppressed_by.notnull(), SUPPRESSED), (rows.kind == FLAGS, FLAGS), (rows.below, NOT_APPLICABLE),
        else_=SCORED,
    )  # fmt: skip
    rows = rows.mutate(state=state, climbs=rows.kind == "ladder")
    low = ibis.cases((rows.state != SCORED, OPEN), (rows.climbs, rows.steps_low), else_=rows.sum_low)
    high = ibis.cases((rows.state != SCORED, OPEN), (rows.climbs, rows.steps_high), else_=rows.sum_high)
    rows = rows.mutate(low=low, high=high, perhaps_not_applicable=(rows.state == SCORED) & rows.perhaps_below)
    return _named(_named(rows, stage_category, "low"), stage_category, "high").select(
        *KEY, "order", "state", "low", "high", "category_low", "category_high", "perhaps_not_applicable",
        "suppressed_by",
    )  # fmt: skip


def _totals(part: Table) -> Table:
    """Of each method the sum of its parts, and how many are met from the first on without a gap."""
    no_step = ibis.null("int64")
    unmet_low = ibis.cases((part.low < 1, part.order), else_=no_step)
    unmet_high = ibis.cases((part.high < 1, part.order), else_=no_step)
    return part.group_by(list(KEY)).aggregate(
        sum_low=part.low.sum(),
        sum_high=ibis.cases((part.high.count() == part.count(), part.high.sum()), else_=OPEN),
        steps_low=unmet_low.min().fill_null(part.count()).cast("float64"),
        steps_high=unmet_high.min().fill_null(part.count()).cast("float64"),
        below=one_if(part.below).sum() > 0,
        perhaps_below=one_if(part.perhaps_below).sum() > 0,
    )


def _named(rows: Table, stage_category: Table, end: str) -> Table:
    """The category that a total lies in; one that is open upward lies in the topmost, if that is open too."""
    names = stage_category.select(
        **{f"{end}_method": "method", f"category_{end}": "label", f"{end}_from": "low", f"{end}_to": "high"}
    )
    value, least, most = rows[end], names[f"{end}_from"], names[f"{end}_to"]
    within = ((value >= least) & (most.isnull() | (value <= most))).fill_null(False)
    topmost = value.isnull() & most.isnull() & (rows.state == SCORED)
    return rows.left_join(names, [rows.method == names[f"{end}_method"], within | topmost])
