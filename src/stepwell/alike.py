"""People of whom the same is known: what follows from it is worked out once for all of them."""

import ibis
from ibis.expr.types import Table

from stepwell.knowledge.tables import MASKS

LIKE = "like"
"""Column with the person who stands for all that are alike: the first of them."""


def alike(fact: Table, mark: Table, person: Table) -> Table:
    """One row per person: `like`, one for all of whom the same is known of some facts.

    Args:
        fact: What is known.
        mark: Knowledge table: the states of these facts that make a difference, each a bit of one of `MASKS` numbers.
        person: Everybody; of those without a row in `fact` nothing is known.
    """
    known = fact.inner_join(mark, ["fact", "state", "suggested"])
    masks = [f"mask_{number}" for number in range(MASKS)]
    found = known.group_by("person_id").aggregate(
        **{
            name: ibis.cases((known["mask"] == number, known.bit), else_=0).sum().cast("int64")
            for number, name in enumerate(masks)
        }
    )
    rows = person.select("person_id").left_join(found, "person_id").drop("person_id_right")
    rows = rows.mutate(**{name: rows[name].fill_null(0) for name in masks})
    return rows.select("person_id", like=rows.person_id.min().over(ibis.window(group_by=masks)))


def standing(fact: Table, likes: Table) -> Table:
    """Facts of those who stand for others, by `like` in place of `person_id`."""
    ones = likes.select(person_id=LIKE).distinct()
    return fact.semi_join(ones, "person_id").rename(like="person_id")


def everybody(rows: Table, likes: Table) -> Table:
    """Rows by `like` as rows by person."""
    columns = ["person_id", *(column for column in rows.columns if column != LIKE)]
    return likes.inner_join(rows, LIKE).select(*columns)
