"""The pictures of pathways: what they show, and what they must not give away."""

import re
from typing import Any

import html5lib
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from stepwell.cohort.flow_folding import OTHER, OTHER_TOGETHER, Way, folded, leading, shown_paths
from stepwell.cohort.flow_sankey import ENDS, draw_sankey
from stepwell.cohort.flow_sunburst import draw_sunburst

FEWEST = 5
FLOW = pa.schema([("step", "int64"), ("from_drugs", "string"), ("to_drugs", "string"), ("people", "int64")])
PATH = pa.schema([("path", "string"), ("people", "int64")])
CLASSES = {"sertraline": "ssri", "venlafaxine": "snri", "bupropion": "ndri"}

Row = dict[str, Any]


def flow(*rows: tuple[int, str, str, int | None]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(FLOW.names, row, strict=True)) for row in rows], schema=FLOW)


def paths(*rows: tuple[str, int | None]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(PATH.names, row, strict=True)) for row in rows], schema=PATH)


SMALL = flow(
    (1, "sertraline", "venlafaxine", 40),
    (1, "sertraline", "lithium+sertraline", 12),
    (1, "sertraline", "bupropion", None),
    (1, "sertraline", "stopped", 60),
    (2, "venlafaxine", "stopped", 40),
    (2, "lithium+sertraline", "still running", 12),
)


def table(figure: str) -> list[list[str]]:
    """The cells of the table in a figure."""
    body = figure.split("<tbody>")[1]
    return [re.findall(r"<td>(.*?)</td>", row) for row in body.split("<tr>")[1:]]


def test_the_table_says_what_the_picture_shows() -> None:
    assert table(draw_sankey(SMALL, CLASSES)) == [
        ["1", "sertraline", "stopped", "60"],
        ["1", "sertraline", "venlafaxine", "40"],
        ["2", "venlafaxine", "stopped", "40"],
    ]


def test_the_smallest_way_is_withheld_beside_a_single_one_that_is() -> None:
    ways = folded(SMALL.to_pylist(), ["sertraline", "venlafaxine", "lithium+sertraline"], ENDS)

    assert [(way.target, way.people, way.withheld) for way in ways if way.step == 1] == [
        ("venlafaxine", 40, 0),
        ("lithium+sertraline", 0, 1),
        (OTHER, 0, 1),
        ("stopped", 60, 0),
    ]


def test_what_came_is_not_told_by_what_went() -> None:
    ways = folded(SMALL.to_pylist(), ["sertraline", "venlafaxine", "lithium+sertraline"], ENDS)

    assert [(way.source, way.people, way.withheld) for way in ways if way.step > 1] == [
        ("venlafaxine", 40, 0),
        ("lithium+sertraline", 0, 1),
    ]


def test_regimens_of_few_people_are_drawn_as_one() -> None:
    rows = flow(
        (1, "sertraline", "stopped", 50), (1, "a", "stopped", 7), (1, "b", "stopped", 8), (1, "a+b", "stopped", 9)
    )

    assert table(draw_sankey(rows, most=1)) == [
        ["1", "sertraline", "stopped", "50"],
        ["1", OTHER, "stopped", "15"],
        ["1", OTHER_TOGETHER, "stopped", "9"],
    ]


@st.composite
def flows(draw: DrawFn) -> list[Row]:
    """Ways of two steps in which as many come into a regimen as go out of it, the small counts suppressed."""
    first = {name: {to: draw(st.integers(0, 30)) for to in ("A", "B", "stopped")} for name in ("A", "B", "A+B")}
    rows: list[Row] = []
    for name, ways in first.items():
        rows += [{"step": 1, "from_drugs": name, "to_drugs": to, "people": people} for to, people in ways.items()]
    for name in ("A", "B"):
        come = sum(ways[name] for ways in first.values())
        stop = draw(st.integers(0, come))
        rows += [
            {"step": 2, "from_drugs": name, "to_drugs": to, "people": people}
            for to, people in (("stopped", stop), ("A+B", come - stop))
        ]
    return [row | {"people": None if row["people"] < FEWEST else row["people"]} for row in rows if row["people"]]


@given(rows=flows(), most=st.integers(0, 3))
def test_no_count_that_is_withheld_stands_alone_on_a_side(rows: list[Row], most: int) -> None:
    ways = folded(rows, leading(rows, most), ENDS)

    sides: dict[tuple[str, int, str], list[Way]] = {}
    for way in ways:
        for end in way.ends():
            sides.setdefault(end, []).append(way)
    for (side, step, name), there in sides.items():
        back = sides.get(("in" if side == "out" else "out", step, name), [])
        if sum(way.withheld for way in there) == 1:
            assert sum(way.people for way in there) == 0
            assert back == [] or sum(way.withheld for way in back) > 0 or sum(way.people for way in back) == 0


@given(rows=flows())
def test_a_picture_of_any_flow_is_drawn_without_a_negative_length(rows: list[Row]) -> None:
    drawn = draw_sankey(pa.Table.from_pylist(rows, schema=FLOW))

    assert not re.findall(r'(?:height|width|x|y)="-', drawn)
    assert "nan" not in drawn


def test_a_path_that_could_be_had_from_the_total_is_withheld_too() -> None:
    assert shown_paths(paths(("A", 50), ("A-B", 9), ("B", None)).to_pylist(), "-") == [(("A",), 50)]
    assert shown_paths(paths(("A", 50), ("A-B", 9), ("B", None), ("C", None)).to_pylist(), "-") == [
        (("A",), 50),
        (("A", "B"), 9),
    ]


def test_the_sunburst_lists_how_many_went_so_far() -> None:
    drawn = draw_sunburst(paths(("sertraline", 50), ("sertraline-venlafaxine", 20), ("bupropion", 30), ("None", 400)))

    assert table(drawn) == [["sertraline", "70"], ["sertraline, then venlafaxine", "20"], ["bupropion", "30"]]
    assert "Paths of 100 people." in drawn


def test_an_ingredient_with_a_hyphen_is_one_step_where_something_else_stands_between_steps() -> None:
    drawn = draw_sunburst(paths(("st-johns-wort > sertraline", 20)), then=" > ")

    assert table(drawn) == [["st-johns-wort", "20"], ["st-johns-wort, then sertraline", "20"]]


@pytest.mark.parametrize("drawn", [draw_sankey(SMALL, CLASSES), draw_sunburst(paths(("sertraline", 50)), CLASSES)])
def test_a_picture_has_a_title_a_description_and_a_table_and_calls_nobody(drawn: str) -> None:
    page = html5lib.parse(drawn, namespaceHTMLElements=False)
    svg = page.find(".//{http://www.w3.org/2000/svg}svg")
    assert svg is not None

    assert svg.get("role") == "img"
    titled, described = svg.get("aria-labelledby", "").split()
    assert {part.get("id") for part in svg if part.get("id")} == {titled, described}
    assert "<table>" in drawn
    assert "<script" not in drawn
    assert set(re.findall(r'(?:href|src)="([^"]*)"', drawn)) == set()
    assert set(re.findall(r"https?://[^\"]*", drawn)) == {"http://www.w3.org/2000/svg"}


def test_nothing_to_draw_is_said() -> None:
    assert "There is no way to draw." in draw_sankey(flow())
    assert "There is no path to draw." in draw_sunburst(paths())


def test_a_name_cannot_bring_markup_into_the_page() -> None:
    assert "<b>" not in draw_sankey(flow((1, "<b>x", "stopped", 9)))
    assert "<b>" not in draw_sunburst(paths(("<b>x", 9)))
