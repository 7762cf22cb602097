"""Expressions with no more columns than are read say the same as those with all of them."""

from collections.abc import Mapping

import duckdb
import ibis
import pytest
from ibis.expr.types import Table

from stepwell.narrow import narrowed

BOUGHT = ibis.table({"person": "int64", "drug": "string", "days": "int64", "note": "string"}, name="bought")
"""One row per purchase."""
NAMED = ibis.table({"drug": "string", "class": "string", "colour": "string"}, name="named")

ROWS = """
CREATE TABLE bought AS SELECT * FROM (
    VALUES (1, 'a', 30, 'x'), (1, 'b', 60, 'y'), (2, 'a', 30, NULL), (2, 'a', 30, 'z'), (3, 'c', NULL, 'x')
) AS t(person, drug, days, note);
CREATE TABLE named AS SELECT * FROM (VALUES ('a', 'ssri', 'red'), ('b', 'snri', 'blue')) AS t(drug, class, colour);
"""


def _joined(bought: Table) -> Table:
    return bought.left_join(NAMED, "drug").drop("drug_right")


def _twice(bought: Table) -> Table:
    other = bought.view()
    return bought.inner_join(other, ["person"]).select("drug", "note", other_days=other.days)


FOLLOWING = {
    "projected": lambda t: t.mutate(double=t.days * 2).select("person", "double"),
    "filtered by what isn't shown": lambda t: t.filter(t.note == "x").select("person"),
    "joined": lambda t: _joined(t).select("person", "class"),
    "joined to itself": lambda t: _twice(t).select("note", "other_days"),
    "left out by another": lambda t: t.anti_join(NAMED, "drug").select("person"),
    "grouped by what isn't shown": lambda t: t.group_by(["person", "drug"]).aggregate(n=t.count()).select("n"),
    "counted": lambda t: t.aggregate(n=t.count()),
    "counted where": lambda t: t.aggregate(n=t.count(where=t.days > 30)),
    "counted behind a join": lambda t: _joined(t).aggregate(n=_joined(t).count()),
    "made distinct": lambda t: t.select("person", "drug", "days").distinct().select("person"),
    "put together": lambda t: t.union(t.filter(t.days > 30)).select("days", "person"),
    "put together and made distinct": lambda t: t.union(t, distinct=True).select("person"),
    "windowed": lambda t: t.mutate(
        last=t.days.max().over(ibis.window(group_by="person", order_by=[t.note, t.drug]))
    ).select("last"),
    "among others": lambda t: t.filter(t.drug.isin(NAMED.filter(NAMED["class"] == "ssri").drug)).select("person"),
    "above all": lambda t: t.filter(t.days >= t.days.max().as_scalar()).select("drug"),
    "in order": lambda t: t.order_by(["note", "drug"]).limit(2).select("drug"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLLOWING)
def test_a_table_says_the_same_over_one_without_the_columns_that_it_does_not_read(name: str) -> None:
    first = BOUGHT.mutate(unread=BOUGHT.days + 1, long=BOUGHT.days > 30)
    exprs = {"first": first, "second": FOLLOWING[name](ibis.table(first.schema(), name="first"))}

    fewer = narrowed(exprs, {"second": None})

    assert _rows(fewer) == _rows(exprs)
    assert list(fewer["second"].columns) == list(exprs["second"].columns)
    if "distinct" not in name and "order" not in name:
        assert "unread" not in fewer["first"].columns


def test_what_is_shown_keeps_the_columns_that_are_named_in_their_order() -> None:
    made = narrowed({"first": BOUGHT.mutate(double=BOUGHT.days * 2)}, {"first": ("double", "drug")})

    assert list(made["first"].columns) == ["drug", "double"]


def test_what_nobody_reads_is_left_out() -> None:
    first = ibis.table(BOUGHT.schema(), name="first")
    exprs = {"first": BOUGHT, "unread": first.select("note"), "second": first.select("person")}

    made = narrowed(exprs, {"second": None})

    assert {name: list(expr.columns) for name, expr in made.items()} == {"first": ["person"], "second": ["person"]}


def _rows(exprs: Mapping[str, Table]) -> list[tuple[object, ...]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(ROWS)
        for name, expr in exprs.items():
            connection.execute(f"CREATE TABLE {name} AS {ibis.to_sql(expr, dialect='duckdb')}")
        return sorted(connection.sql("SELECT * FROM second").fetchall(), key=repr)
