"""Published staging methods: points for each part, with the lowest and the highest they can be."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, first_rows

KEY = ("person_id", "method")


def stage_quantity(illness_episode: Table, parameter: Table, person: Table) -> Table:
    """One row per person and quantity that a method counts: `low` and `high`, null where nothing is known.

    Quantities: `episode-months`.
    """
    rows = person.select("person_id").left_join(illness_episode, "person_id").drop("person_id_right")
    rows = rows.cross_join(parameter.select("as_of"))
    return rows.select(
        "person_id",
        quantity=ibis.literal("episode-months"),
        low=days_between(rows.start_latest, rows.as_of) / 30.4375,
        high=days_between(rows.start_earliest, rows.as_of) / 30.4375,
    )


def stage_part(stage_quantity: Table, stage_part_entry: Table, stage_band: Table, person: Table) -> Table:
    """One row per person, method and part: the fewest and most points it can give.

    Returns:
        `low`, `high` (points), `quantity_low`, `quantity_high`, `label_low`, `label_high`, `order`; `below`: surely
        under the lowest band of a part for which that makes the method not applicable.
    """
    rows = person.select("person_id").cross_join(stage_part_entry)
    rows = rows.left_join(
        stage_quantity.rename(quantity_low="low", quantity_high="high"), ["person_id", "quantity"]
    ).drop("person_id_right", "quantity_right")
    fits = rows.inner_join(stage_band, ["method", "part"])
    reach = (fits.low.isnull() | (fits.quantity_high >= fits.low)).fill_null(True)
    reach &= (fits.high.isnull() | (fits.quantity_low <= fits.high)).fill_null(True)
    fits = fits.filter(reach)
    keys = [*KEY, "part"]
    fewest = first_rows(fits, keys, [fits.points, fits.label]).select(*keys, low="points", label_low="label")
    most = first_rows(fits, keys, [fits.points.desc(), fits.label]).select(*keys, high="points", label_high="label")
    rows = rows.left_join(fewest, keys).drop(*(f"{key}_right" for key in keys))
    rows = rows.left_join(most, keys).drop(*(f"{key}_right" for key in keys))
    return rows.select(
        *keys, "order", "quantity", "quantity_low", "quantity_high", "low", "high", "label_low", "label_high",
        below=rows.high.isnull() & (rows.below == "not applicable"),
    )  # fmt: skip


def stage(
    stage_part: Table, stage_method: Table, stage_category: Table, stage_suppression: Table, fact: Table, person: Table
) -> Table:
    """One row per person and method: the lowest and highest stage or score, and what it is called.

    Returns:
        `state` (scored, not applicable, suppressed), `low`, `high`, `category_low`, `category_high`,
        `suppressed_by` (the fact that makes it meaningless).
    """
    summed = stage_part.group_by(list(KEY)).aggregate(
        low=stage_part.low.sum(), high=stage_part.high.sum(), below=stage_part.below.sum() > 0
    )
    rows = person.select("person_id").cross_join(stage_method).left_join(summed, list(KEY))
    rows = rows.drop("person_id_right", "method_right")
    here = fact.filter(fact.state == "present").inner_join(stage_suppression, "fact")
    here = here.group_by(list(KEY)).aggregate(suppressed_by=here.fact.min())
    rows = rows.left_join(here, list(KEY)).drop("person_id_right", "method_right")
    state = ibis.cases(
        (rows.suppressed_by.notnull(), "suppressed"), (rows.below.fill_null(True), "not applicable"), else_="scored"
    )
    return rows.mutate(state=state).select(
        *KEY, "order", "state", "low", "high", "suppressed_by",
        category_low=ibis.null("string"), category_high=ibis.null("string"),
    )  # fmt: skip
