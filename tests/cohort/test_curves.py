"""Curves of time to an event, from rounded counts of days."""

import pyarrow as pa
import pytest

from stepwell.cohort.curves import coarse, curve_table

EVENT, DEATH, OBSERVED = "event", "death", "end of observation"
SHOWN = {("x", EVENT): 20, ("x", DEATH): None, ("x", OBSERVED): 80}


def _counts(rows: list[tuple[str, int, int]]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"event": "x", "end": end, "days": days, "people": n, "inferred": 0} for end, days, n in rows]
    )


def test_running_totals_are_rounded_so_that_a_step_stands_for_at_least_the_least_count() -> None:
    ends = coarse({(EVENT, 3): 2, (EVENT, 31): 4, (EVENT, 61): 1, (EVENT, 89): 1}, "x", 5, 30)

    assert ends.steps[EVENT] == [(60, 5), (90, 5)]


def test_what_happened_between_two_days_of_the_grid_stands_at_the_later() -> None:
    ends = coarse({(EVENT, 0): 10, (EVENT, 30): 10, (EVENT, 31): 10}, "x", 5, 30)

    assert ends.steps[EVENT] == [(30, 20), (60, 10)]


def test_the_share_is_one_minus_kaplan_meier() -> None:
    """20 of 100 at 30 days; then 40 are seen no longer; then 20 of 40."""
    table = curve_table(
        _counts([(EVENT, 10, 20), (OBSERVED, 20, 40), (EVENT, 50, 20), (OBSERVED, 80, 20)]), SHOWN, 5, 30, 0.95
    )
    rows = {row["day"]: row for row in table.to_pylist()}

    assert [(day, row["share"], row["at_risk"]) for day, row in rows.items()] == [
        (0, 0.0, 100),
        (30, 0.2, 100),
        (60, 0.6, 40),
    ]
    assert rows[30]["low"] < 0.2 < rows[30]["high"]
    assert not rows[30]["competing_deaths"]


def test_deaths_compete_where_they_may_be_shown() -> None:
    """30 of 100 have it, 30 die, 20 of the 40 left have it: half by then, and not 65 of 100."""
    counts = _counts([(EVENT, 10, 30), (DEATH, 40, 30), (EVENT, 70, 20), (OBSERVED, 100, 20)])
    table = curve_table(counts, {**SHOWN, ("x", DEATH): 30}, 5, 30, 0.95)

    assert [(row["day"], row["share"], row["competing_deaths"]) for row in table.to_pylist()] == [
        (0, 0.0, True), (30, 0.3, True), (90, 0.5, True),
    ]  # fmt: skip


def test_an_event_that_may_not_be_shown_has_no_curve() -> None:
    assert (
        curve_table(_counts([(EVENT, 10, 3), (OBSERVED, 20, 40)]), {**SHOWN, ("x", EVENT): None}, 5, 30, 0.95).num_rows
        == 0
    )


@pytest.mark.parametrize("last", [(EVENT, 400, 40), (OBSERVED, 400, 40)])
def test_a_curve_that_comes_to_its_end_has_no_band_without_a_number(last: tuple[str, int, int]) -> None:
    table = curve_table(_counts([(EVENT, 10, 20), (DEATH, 300, 40), last]), {**SHOWN, ("x", DEATH): 40}, 5, 30, 0.95)

    assert all(row["low"] is None or row["low"] == row["low"] for row in table.to_pylist())
