"""Counts that may be shown: nothing small, and nothing small to be worked out."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepwell.cohort.suppress import Cells, Shown, Sum, exposed, possible, protect, rounded

LEAST = 5
Table = dict[tuple[str, str], int]


@pytest.mark.parametrize(
    ("value", "least", "shown"),
    [(0, 5, None), (4, 5, None), (5, 5, 5), (7, 5, 5), (8, 5, 10), (12, 5, 10), (13, 5, 15), (14, 10, 10),
     (15, 10, 20), (9, 10, None), (1008, 5, 1010)],
)  # fmt: skip
def test_a_count_is_rounded_and_a_small_one_is_not_shown(value: int, least: int, shown: int | None) -> None:
    assert rounded(value, least) == shown


@pytest.mark.parametrize("least", [5, 6, 10, 11])
def test_the_possible_counts_are_those_that_are_shown_so(least: int) -> None:
    for value in range(100):
        low, high = possible(rounded(value, least), value, least)
        alike = [other for other in range(200) if rounded(other, least) == rounded(value, least)]
        assert (low, high) == (min(alike), max(alike))


def test_what_stands_alone_is_only_rounded() -> None:
    assert protect(Cells({("a",): 3, ("b",): 22}), LEAST) == {("a",): None, ("b",): 20}


def test_one_small_count_beside_a_rounded_one_needs_no_other_to_be_hidden() -> None:
    cells = Cells({("a",): 3, ("b",): 40, ("all",): 43}, [Sum((("a",), ("b",)), ("all",))], known=[("all",)])

    assert protect(cells, LEAST) == {("a",): None, ("b",): 40, ("all",): 45}


def test_rounding_alone_may_give_a_small_count_away_and_then_more_is_hidden() -> None:
    """18 = 4 + 7 + 7: of 20, 5 and 5 only 18, 7 and 7 leave less than 5, and that is 4."""
    parts = (("a",), ("b",), ("c",))
    cells = Cells({("a",): 4, ("b",): 7, ("c",): 7, ("all",): 18}, [Sum(parts, ("all",))])
    naive: Shown = {key: rounded(value, LEAST) for key, value in cells.values.items()}

    assert exposed(cells, naive, LEAST) == {("a",)}
    assert protect(cells, LEAST) == {("a",): None, ("b",): None, ("c",): 5, ("all",): 20}


def test_where_hiding_all_does_not_help_nothing_is_shown() -> None:
    """Two people in a group whose size anybody knows."""
    values = {("a",): 1, ("b",): 1, ("all",): 2}
    cells = Cells(values, [Sum((("a",), ("b",)), ("all",))], known=[("all",)])

    assert protect(cells, LEAST) == dict.fromkeys(values)


def test_what_is_hidden_further_is_near_however_small_others_are() -> None:
    """Who is small is told by all of one chain of sums; a small count at its far end tells nothing of it."""
    values = {
        ("small",): 1, ("beside",): 6, ("total",): 7, ("rest",): 5000, ("whole",): 5007, ("far",): 8, ("end",): 5015,
    }  # fmt: skip
    sums = [
        Sum((("small",), ("beside",)), ("total",)),
        Sum((("total",), ("rest",)), ("whole",)),
        Sum((("whole",), ("far",)), ("end",)),
    ]
    shown = protect(Cells(values, sums, known=[("rest",)]), LEAST)

    assert [key[0] for key, count in shown.items() if count is None] == ["small", "beside", "total", "whole"]
    assert shown["far",] == 10


def test_a_difference_that_no_table_shows_is_protected_too() -> None:
    """Of 45 people 43 have it: how many have it not stands nowhere, and isn't to be had."""
    values = {("have",): 1012, ("lack",): 2, ("all",): 1014}
    cells = Cells(values, [Sum((("have",), ("lack",)), ("all",))], known=[("all",)], unshown=[("lack",)])
    shown = protect(cells, LEAST)

    assert shown[("lack",)] is None
    assert shown[("have",)] is None


def test_counts_that_do_not_add_up_are_refused() -> None:
    cells = Cells({("a",): 1, ("b",): 9, ("all",): 11}, [Sum((("a",), ("b",)), ("all",))])

    with pytest.raises(ValueError, match=r"^counts don't add up to \[\"\('all',\)\"\]$"):
        protect(cells, LEAST)


def _populations(shown: Shown, values: Table) -> Iterator[Table]:
    """Every table of two rows and three columns, the rows of known length, that would be shown so."""
    for x, y in product(_rows("x", shown, values), _rows("y", shown, values)):
        sums = {("all", column): x["x", column] + y["y", column] for column in "abc"}
        if all(_fits(shown, values, key, count) for key, count in sums.items()):
            yield x | y | sums


def _rows(row: str, shown: Shown, values: Table) -> list[Table]:
    total = values[row, "all"]
    made = [(a, b, total - a - b) for a in range(total + 1) for b in range(total - a + 1)]
    tables = [{(row, column): count for column, count in zip("abc", cells, strict=True)} for cells in made]
    return [table for table in tables if all(_fits(shown, values, key, count) for key, count in table.items())]


def _fits(shown: Shown, values: Table, key: tuple[str, str], count: int) -> bool:
    low, high = possible(shown[key], values[key], LEAST)
    return low <= count <= high


@given(st.lists(st.integers(0, 8), min_size=6, max_size=6))
def test_of_every_small_count_at_least_four_values_stay_possible(numbers: list[int]) -> None:
    """Held against every population there is, one by one, and not by the search that the program uses."""
    keys = [(row, column) for row in "xy" for column in "abc"]
    values = dict(zip(keys, numbers, strict=True))
    values |= {("all", column): values["x", column] + values["y", column] for column in "abc"}
    values |= {(row, "all"): sum(values[row, column] for column in "abc") for row in "xy"}
    sums = [Sum((("x", column), ("y", column)), ("all", column)) for column in "abc"]
    sums += [Sum(tuple((row, column) for column in "abc"), (row, "all")) for row in "xy"]
    shown = protect(Cells(values, sums, known=[("x", "all"), ("y", "all")]), LEAST)
    if all(shown[key] is None for key in [*keys, *(("all", column) for column in "abc")]):
        return  # nothing is shown
    found = list(_populations(shown, values))
    for key in [*keys, *(("all", column) for column in "abc")]:
        if 0 < values[key] < LEAST:
            assert len({table[key] for table in found} & set(range(LEAST))) >= LEAST - 1, key
