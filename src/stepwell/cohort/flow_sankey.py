"""The ways from line to line as a Sankey diagram: a column for each line, a ribbon for each way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from stepwell.cohort.flow_drawing import LETTER, environment, fitting, legend, number
from stepwell.cohort.flow_folding import COLOURS, OTHER, OTHER_TOGETHER, Way, class_of, colour_class, folded, leading
from stepwell.cohort.line_counts import GOES_ON
from stepwell.cohort.lines import NOT_RECORDED, STILL_RUNNING, STOPPED

ENDS = (STILL_RUNNING, STOPPED, NOT_RECORDED, GOES_ON)
WIDTH, TOP, NODE, GAP, LEAST = 1060.0, 46.0, 14.0, 7.0, 17.0
"""Width of the whole, height of the heads, width of a node, gap between two, least height that holds a label."""
HEIGHT, LAST_LABEL, LEGEND_ROW = 470.0, 150.0, 22.0


@dataclass
class Node:
    """A regimen in the column of a line."""

    step: int
    name: str
    colour: str
    people_in: int = 0
    people_out: int = 0
    withheld: int = 0
    x: float = 0.0
    y: float = 0.0
    height: float = 0.0
    label: str = ""
    used: dict[str, float] = field(default_factory=lambda: {"in": 0.0, "out": 0.0})

    @property
    def people(self) -> int:
        """Those shown to come or to go, whichever are more."""
        return max(self.people_in, self.people_out)

    @property
    def title(self) -> str:
        """What a pointer on it is told."""
        return f"Line {self.step}, {self.name}: {number(self.people, self.withheld)} people"

    def take(self, side: str, height: float) -> float:
        """Where the next ribbon of a side begins."""
        at = self.y + self.used[side]
        self.used[side] += height
        return at


@dataclass(frozen=True)
class Ribbon:
    """A way, drawn."""

    colour: str
    path: str
    title: str


def draw_sankey(
    flow: pa.Table,
    classes: Mapping[str, str] | None = None,
    *,
    title: str = "From line to line of treatment",
    name: str = "sankey",
    most: int = 8,
    fewest: int = 5,
) -> str:
    """The picture and the table that says the same, as an HTML figure without script.

    Args:
        flow: From `line_flow`, counts that are suppressed being null: `step`, `from_drugs`, `to_drugs`,
            `people`.
        classes: Class of each treatment, for the colour.
        title: What the picture is called.
        name: Begins the ids in it; another for each picture of a page.
        most: Regimens shown by name, those of most people; the others are one.
        fewest: The least number of people that is shown, for the note.
    """
    rows = flow.to_pylist()
    ways = folded(rows, leading(rows, most), ENDS)
    nodes = _nodes(ways, classes or {})
    columns = _placed(nodes, leading(rows, most))
    scale = _scale(columns)
    bottom = _heights(columns, scale)
    drawn = [way for way in ways if way.people > 0]
    key = legend(node.colour for node in nodes.values())
    return environment().get_template("sankey.svg.j2").render(
        title=title, name=name, width=WIDTH, height=bottom + 20 + LEGEND_ROW * (1 + len(key) // 5), bottom=bottom,
        heads=[(column[0].x, step, _last(step, columns)) for step, column in sorted(columns.items())],
        nodes=[node for column in columns.values() for node in column], label_x=_label_x, last=max(columns, default=0),
        ribbons=_ribbons(drawn, nodes, scale, columns), legend=key, legend_row=LEGEND_ROW, node_width=NODE,
        description=_description(columns, drawn), ways=sorted(drawn, key=lambda way: (way.step, -way.people)),
        withheld=sum(way.withheld for way in ways), fewest=fewest, number=number, colours=COLOURS,
    )  # fmt: skip


def _nodes(ways: Sequence[Way], classes: Mapping[str, str]) -> dict[tuple[int, str], Node]:
    nodes: dict[tuple[int, str], Node] = {}
    for way in ways:
        for step, name, side in ((way.step, way.source, "people_out"), (way.step + 1, way.target, "people_in")):
            colour = colour_class(class_of(name, classes, ENDS))
            node = nodes.setdefault((step, name), Node(step, name, colour))
            setattr(node, side, getattr(node, side) + way.people)
            node.withheld += way.withheld
    return nodes


def _placed(nodes: Mapping[tuple[int, str], Node], order: Sequence[str]) -> dict[int, list[Node]]:
    """The nodes of each column from top to bottom: by the order of the regimens, then the others, then the ends."""
    rank = {name: place for place, name in enumerate([*order, OTHER, OTHER_TOGETHER, *ENDS])}
    columns: dict[int, list[Node]] = {}
    for node in sorted(nodes.values(), key=lambda node: (node.step, rank[node.name])):
        if node.people > 0:
            columns.setdefault(node.step, []).append(node)
    apart = (WIDTH - LAST_LABEL - NODE) / max(len(columns) - 1, 1)
    for place, step in enumerate(sorted(columns)):
        for node in columns[step]:
            node.x = round(place * apart, 1)
            room = apart - NODE - 22 if step != max(columns) else LAST_LABEL - 8
            count = number(node.people, node.withheld)
            node.label = f"{fitting(node.name, room - LETTER * (len(count) + 1))} {count}".strip()
    return columns


def _scale(columns: Mapping[int, Sequence[Node]]) -> float:
    """Height of one person: the fullest column fills the picture."""
    people = max((sum(node.people for node in column) for column in columns.values()), default=0)
    return HEIGHT / people if people else 0.0


def _heights(columns: Mapping[int, Sequence[Node]], scale: float) -> float:
    """Stacks the nodes of each column, none nearer to the next than a label is high; gives the lowest point."""
    lowest = TOP
    for column in columns.values():
        y = TOP
        for node in column:
            node.y, node.height = round(y, 1), round(max(node.people * scale, 1.0), 1)
            y += max(node.height, LEAST) + GAP
        lowest = max(lowest, y)
    return round(lowest, 1)


def _ribbons(
    ways: Sequence[Way], nodes: Mapping[tuple[int, str], Node], scale: float, columns: Mapping[int, Sequence[Node]]
) -> list[Ribbon]:
    """The ways as bands, on each side in the order of the nodes they come from or go to."""
    y = {(node.step, node.name): node.y for column in columns.values() for node in column}
    height = {id(way): way.people * scale for way in ways}
    begins = {}
    for way in sorted(ways, key=lambda way: (way.step, y[way.step, way.source], y[way.step + 1, way.target])):
        begins[id(way)] = nodes[way.step, way.source].take("out", height[id(way)])
    ribbons = []
    for way in sorted(ways, key=lambda way: (way.step, y[way.step + 1, way.target], y[way.step, way.source])):
        source, target = nodes[way.step, way.source], nodes[way.step + 1, way.target]
        path = _band(
            source.x + NODE, begins[id(way)], target.x, target.take("in", height[id(way)]), max(height[id(way)], 0.6)
        )
        said = f"{way.source} → {way.target}: {number(way.people, way.withheld)} people"
        ribbons.append(Ribbon(source.colour, path, f"Line {way.step} to {way.step + 1}, {said}"))
    return ribbons


def _band(left: float, top: float, right: float, arrives: float, height: float) -> str:
    middle = round((left + right) / 2, 1)
    top, arrives, height = round(top, 1), round(arrives, 1), round(height, 1)
    low, lower = round(top + height, 1), round(arrives + height, 1)
    return (
        f"M{left},{top} C{middle},{top} {middle},{arrives} {right},{arrives} V{lower} "
        f"C{middle},{lower} {middle},{low} {left},{low} Z"
    )


def _label_x(node: Node) -> float:
    return node.x + NODE + 5


def _last(step: int, columns: Mapping[int, Sequence[Node]]) -> bool:
    """Whether a column holds ends alone, so that it is no line of its own."""
    return all(node.name in ENDS for node in columns[step])


def _description(columns: Mapping[int, Sequence[Node]], ways: Sequence[Way]) -> str:
    if not columns:
        return "There is no way to draw."
    first = sorted(columns[min(columns)], key=lambda node: -node.people)[:3]
    begun = ", ".join(f"{node.name} {number(node.people, node.withheld)}" for node in first)
    widest = max(ways, key=lambda way: way.people)
    said = f"{widest.source} to {widest.target}, {number(widest.people, widest.withheld)} people"
    return f"Most frequent in line {min(columns)}: {begun}. Widest way: {said}. The table below holds every way drawn."
