"""Paths as a sunburst: a ring for each line, from the first within to the last outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, pi, sin

import pyarrow as pa

from stepwell.cohort.flow_drawing import environment, fitting, legend, on_dark
from stepwell.cohort.flow_folding import COLOURS, class_of, colour_class, gathered, shown_paths
from stepwell.cohort.pathways import THEN

RADIUS, HOLE, WIDEST_RING, EDGE, LETTERS = 370.0, 62.0, 100.0, 6.0, 12.0
"""Radius of the whole at most and of the hole, width of a ring at most, margin, room along the arc for a name."""
KEY_WIDTH, KEY_ROW, SMALLEST = 250.0, 22.0, 0.7
"""Room for the legend, height of its rows, the smallest arc that is drawn, in degrees."""


@dataclass
class Branch:
    """People whose path begins with these steps."""

    name: str
    people: int = 0
    then: dict[str, "Branch"] = field(default_factory=dict)


@dataclass(frozen=True)
class _Shape:
    """The circle: the width of a ring, and how many there are."""

    ring: float
    rings: int

    @property
    def size(self) -> float:
        return round(2 * (HOLE + self.ring * self.rings + EDGE), 1)

    def point(self, radius: float, degrees: float) -> tuple[float, float]:
        """A point so far from the middle, so many degrees from the top."""
        angle = degrees * pi / 180
        return round(self.size / 2 + radius * sin(angle), 1), round(self.size / 2 - radius * cos(angle), 1)


@dataclass(frozen=True)
class Arc:
    """A branch, drawn."""

    colour: str
    path: str
    title: str
    label: str
    place: str


def draw_sunburst(
    paths: pa.Table,
    classes: Mapping[str, str] | None = None,
    *,
    title: str = "Paths of treatment",
    name: str = "sunburst",
    then: str = THEN,
    most: int = 10,
    rings: int = 5,
    fewest: int = 5,
) -> str:
    """The picture and the table that says the same, as an HTML figure without script.

    Args:
        paths: From `path_count`, counts that are suppressed being null: `path`, `people`.
        classes: Class of each treatment, for the colour.
        title: What the picture is called.
        name: Begins the ids in it; another for each picture of a page.
        then: What stands between two steps of a path.
        most: Regimens shown by name, those of most people in a first step; the others are counted together.
        rings: Steps drawn.
        fewest: The least number of people that is shown, for the note.
    """
    rows = paths.to_pylist()
    found = shown_paths(rows, then)
    named = _leading(found, most)
    trunk = _grown(found, named, rings)
    shape = _Shape(min((RADIUS - HOLE) / max(_depth(trunk, trunk.people), 1), WIDEST_RING), _depth(trunk, trunk.people))
    arcs = list(_arcs(trunk, classes or {}, shape, trunk.people))
    key = legend(arc.colour for arc in arcs)
    listed = [(step, people) for step, people in _listed(trunk) if people > 0]
    return environment().get_template("sunburst.svg.j2").render(
        title=title, name=name, width=shape.size + KEY_WIDTH, size=shape.size, middle=shape.size / 2, arcs=arcs,
        legend=key, key_row=KEY_ROW, key_y=max(shape.size / 2 - len(key) * KEY_ROW / 2, 10.0), people=trunk.people,
        paths=listed, left_out=any(row["people"] is None for row in rows), fewest=fewest, colours=COLOURS,
        on_dark=on_dark, description=_description(trunk),
    )  # fmt: skip


def _leading(found: Sequence[tuple[tuple[str, ...], int]], most: int) -> list[str]:
    people: dict[str, int] = {}
    for steps, count in found:
        for regimen in set(steps):
            people[regimen] = people.get(regimen, 0) + count
    return sorted(people, key=lambda name: (-people[name], name))[:most]


def _grown(found: Sequence[tuple[tuple[str, ...], int]], named: Sequence[str], rings: int) -> Branch:
    """The paths as a tree; each branch holds those who went so far, whatever came then."""
    trunk = Branch("")
    for steps, people in found:
        branch = trunk
        branch.people += people
        for step in steps[:rings]:
            regimen = gathered(step, named)
            branch = branch.then.setdefault(regimen, Branch(regimen))
            branch.people += people
    return trunk


def _depth(branch: Branch, whole: int) -> int:
    """How many rings are drawn outside of a branch."""
    drawn = [after for after in branch.then.values() if 360.0 * after.people / whole >= SMALLEST]
    return max((1 + _depth(after, whole) for after in drawn), default=0)


def _ordered(branch: Branch) -> list[Branch]:
    return sorted(branch.then.values(), key=lambda each: (-each.people, each.name))


def _arcs(
    branch: Branch,
    classes: Mapping[str, str],
    shape: _Shape,
    whole: int,
    begin: float = 0.0,
    before: tuple[str, ...] = (),
) -> Iterator[Arc]:
    """The arcs of all that comes after a branch, clockwise from `begin` (degrees from the top)."""
    for after in _ordered(branch):
        size = 360.0 * after.people / whole
        if size >= SMALLEST:
            steps = (*before, after.name)
            yield _arc(after, steps, begin, size, shape, classes)
            yield from _arcs(after, classes, shape, whole, begin, steps)
        begin += size


def _arc(
    branch: Branch, steps: tuple[str, ...], begin: float, size: float, shape: _Shape, classes: Mapping[str, str]
) -> Arc:
    inner = HOLE + (len(steps) - 1) * shape.ring
    middle, radius = begin + size / 2, inner + shape.ring / 2
    room = radius * size * pi / 180
    # Along the radius; turned about on the left, so that it is never upside down.
    turn = middle - 90 if middle <= 180 else middle + 90  # noqa: PLR2004 -- half of the circle
    x, y = shape.point(radius, middle)
    return Arc(
        colour=colour_class(class_of(branch.name, classes)),
        path=_sector(shape, inner, begin, min(size, 359.99)),
        title=f"{', then '.join(steps)}: {branch.people:,} people",
        label=fitting(branch.name, shape.ring - 4) if room >= LETTERS else "",
        place=f"translate({x},{y}) rotate({round(turn, 1)})",
    )


def _sector(shape: _Shape, inner: float, begin: float, size: float) -> str:
    wide = int(size > 180)  # noqa: PLR2004 -- half of the circle
    outer = round(inner + shape.ring, 1)
    (x1, y1), (x2, y2) = shape.point(outer, begin), shape.point(outer, begin + size)
    (x3, y3), (x4, y4) = shape.point(inner, begin + size), shape.point(inner, begin)
    return f"M{x1},{y1} A{outer},{outer} 0 {wide} 1 {x2},{y2} L{x3},{y3} A{inner},{inner} 0 {wide} 0 {x4},{y4} Z"


def _listed(branch: Branch, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every branch with the people who went so far, those of most people first."""
    for after in _ordered(branch):
        yield (*before, after.name), after.people
        yield from _listed(after, (*before, after.name))


def _description(trunk: Branch) -> str:
    if not trunk.then:
        return "There is no path to draw."
    first = ", ".join(f"{each.name} {each.people:,}" for each in _ordered(trunk)[:3])
    return f"Paths of {trunk.people:,} people. Most frequent as first line: {first}. The table below holds every path."
