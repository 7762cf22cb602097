"""What DuckDB is given to run says what the expressions say."""

from collections.abc import Iterator
from datetime import date, timedelta

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ibis.expr.types import Table

from stepwell.cohort.steps import POPULATION
from stepwell.engines.duckdb import STATE, STATES, Store
from stepwell.engines.duckdb_sql import to_sql
from stepwell.logic import days_between, plus_days

SPANS = ibis.table({"day": "date", "other": "date", "days": "int64", "said": "string"}, name="spans")
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31)) | st.none()
SHORT = st.integers(-40_000, 40_000) | st.none()


def made(expr: Table, day: date | None, other: date | None, days: int | None, said: str | None = None) -> pa.Table:
    """What an expression over one row of `SPANS` gives."""
    row = {"day": [day], "other": [other], "days": [days], "said": [said]}
    store = Store()
    try:
        store.hold("spans", pa.table(row, schema=SPANS.schema().to_pyarrow()))
        store.make("made", to_sql(expr), {})
        return store.fetch("made")
    finally:
        store.close()


@given(day=DAYS, other=DAYS, days=SHORT)
def test_days_are_added_and_told_apart_as_everywhere(day: date | None, other: date | None, days: int | None) -> None:
    expr = SPANS.select(
        later=plus_days(SPANS.day, SPANS.days), tomorrow=plus_days(SPANS.day, 1), earlier=plus_days(SPANS.day, -30),
        between=days_between(SPANS.day, SPANS.other),
        after=days_between(plus_days(SPANS.day, SPANS.days), plus_days(SPANS.other, 1)),
    )  # fmt: skip

    found = made(expr, day, other, days)

    later = day + timedelta(days) if day and days is not None else None
    assert found.to_pylist() == [
        {
            "later": later,
            "tomorrow": day + timedelta(1) if day else None,
            "earlier": day - timedelta(30) if day else None,
            "between": (other - day).days if day and other else None,
            "after": (other + timedelta(1) - later).days if later and other else None,
        }
    ]
    assert found.schema.field("later").type == pa.date32()


def test_a_day_stays_a_day_where_it_is_compared() -> None:
    assert "TIMESTAMP" not in to_sql(SPANS.filter(plus_days(SPANS.day, SPANS.days) > SPANS.other)).upper()
    assert "INTERVAL" not in to_sql(SPANS.select(later=plus_days(SPANS.day, 7))).upper()


def test_other_units_than_days_are_refused_and_not_guessed() -> None:
    with pytest.raises(NotImplementedError, match="month"):
        to_sql(SPANS.select(months=SPANS.other.delta(SPANS.day, unit="month")))
    with pytest.raises(NotImplementedError, match="a day and INTERVAL"):
        to_sql(SPANS.select(later=SPANS.day + ibis.interval(months=1)))


@pytest.mark.parametrize(("days", "said", "told"), [(1, None, "met"), (0, "a quarrel", "a quarrel"), (0, None, None)])
def test_words_chosen_between_are_the_texts_they_were(days: int, said: str | None, told: str | None) -> None:
    state = ibis.cases((SPANS.days > 0, "met"), else_="not met")
    rows = SPANS.mutate(state=state, mixed=ibis.cases((SPANS.days > 0, "met"), else_=SPANS.said))
    expr = rows.select(
        "state", "mixed", same=rows.state == rows.mixed, named=ibis.literal("is ") + rows.state.replace(" ", "-"),
        other=rows.state == "no state of ours", filled=rows.mixed.fill_null("no state of ours"),
    )  # fmt: skip

    (row,) = made(expr, None, None, days, said).to_pylist()

    met = "met" if days else "not met"
    assert row == {
        "state": met, "mixed": told, "same": None if told is None else met == told, "other": False,
        "named": f"is {met.replace(' ', '-')}", "filled": told or "no state of ours",
    }  # fmt: skip


def test_a_choice_between_words_is_kept_as_a_number() -> None:
    store = Store()
    store.hold("spans", SPANS.schema().to_pyarrow().empty_table())
    store.make("made", to_sql(SPANS.select(state=ibis.cases((SPANS.days > 0, "met"), else_="unknown"))), {})

    (kind,) = store.connection.execute("SELECT typeof(state) FROM (SELECT MAX(state) AS state FROM made)").fetchall()

    assert kind[0].startswith("ENUM")
    assert store.connection.execute(f"SELECT enum_range(NULL::{STATE})").fetchall()[0][0] == list(STATES)


def chosen(expr: Table) -> Iterator[str]:
    """The words between which an expression chooses."""
    for case in expr.op().find(ops.SearchedCase):
        for result in (*case.results, case.default):
            if isinstance(result, ops.Literal) and result.dtype.is_string() and result.value is not None:
                yield result.value


def test_every_word_that_a_step_chooses_is_known() -> None:
    words = {
        word for _, found, _ in POPULATION.compiled(lambda expr: "\n".join(chosen(expr))) for word in found.split("\n")
    }

    assert list(STATES) == sorted(words)
