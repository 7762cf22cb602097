"""From the first antidepressant to what came after it: curves with their bands, and people still observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stepwell.cohort.dashboard_counts import Counts, grouped
from stepwell.cohort.dashboard_parts import Cards, Heading, Section, Sheet, Text
from stepwell.cohort.dashboard_words import say, shown
from stepwell.cohort.steps import share
from stepwell.cohort.times import DRUGS, ENDS

LEFT, RIGHT, TOP, BOTTOM, FOOT = 46.0, 408.0, 12.0, 182.0, 238.0
"""The plot within a picture of 420 units, and the height of the whole with people at risk below."""
YEAR = 365
APART, HALF = 62.0, 10.0
"""Least distance between two numbers below the axis, and how far from its end one stays."""
FIRST = DRUGS[2]
OF_RESISTANCE = "resistant: "


@dataclass(frozen=True)
class Curve:
    """One curve, drawn.

    Args:
        name: Its id.
        title: What is waited for.
        description: What it says, in words.
        line: Path of the share.
        tail: Path of its end, where no interval can be given; empty where there is none.
        band: Path of the confidence interval; empty where there is none.
        x_ticks: Place and label.
        y_ticks: Place and label.
        at_risk: Place and number of people still observed.
        under: People, and what competes.
    """

    name: str
    title: str
    description: str
    line: str
    tail: str
    band: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    at_risk: tuple[tuple[float, str], ...]
    under: str
    piece: str = "curve"


@dataclass(frozen=True)
class _Scale:
    """Days and shares as places in the picture; all curves side by side share it."""

    days: int
    share: float

    def x(self, day: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * day / self.days, 1)

    def y(self, share: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * share / self.share, 1)


Rows = Sequence[dict[str, Any]]


def times(counts: Counts) -> Section:
    """Curves of the further antidepressants and remission, then of resistance by each definition."""
    title, short = say("times.title"), say("times.short")
    curves = dict(grouped(counts.rows("curve"), "event"))
    if not curves:
        words = "times.hidden" if counts.rows("time_end_count") else "page.not_counted"
        return Section("times", title, short, "", (Text(say(words)), *_ends(counts)))
    course = {event: rows for event, rows in sorted(curves.items(), key=_rank) if not event.startswith(OF_RESISTANCE)}
    order = {f"{OF_RESISTANCE}{one.id}": one.order for one in counts.definitions}
    resistance = dict(sorted(((event, curves[event]) for event in curves if event in order),
                             key=lambda one: order[one[0]]))  # fmt: skip
    pieces: list[object] = [Text(say("times.lead", confidence=confidence(counts)))]
    if course:
        pieces += [Heading(say("times.course")), Cards(_drawn(counts, course))]
    if resistance:
        pieces += [Heading(say("times.resistance")), Text(say("times.resistance_lead")),
                   Cards(_drawn(counts, resistance))]  # fmt: skip
    return Section("times", title, short, _finding(counts, curves), (*pieces, *_ends(counts), _table(counts, curves)))


def _rank(one: tuple[str, Any]) -> int:
    order = [*DRUGS.values()]
    return order.index(one[0]) if one[0] in order else len(order)


def event_name(counts: Counts, event: str) -> str:
    """What is waited for, in words."""
    if event.startswith(OF_RESISTANCE):
        return say("times.resistant", definition=counts.short(event.removeprefix(OF_RESISTANCE)))
    return event[:1].upper() + event[1:]


def _drawn(counts: Counts, curves: dict[str, Rows]) -> tuple[Curve, ...]:
    every = [row for rows in curves.values() for row in rows]
    highest = max(row["high"] if row["high"] is not None else row["share"] for row in every)
    top = next((one for one in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if highest <= one), 1.0)
    scale = _Scale(max(YEAR, *(row["day"] for row in every)), top)
    return tuple(_curve(counts, event, rows, scale) for event, rows in curves.items())


def _curve(counts: Counts, event: str, rows: Rows, scale: _Scale) -> Curve:
    last, name = rows[-1], "".join(letter if letter.isalnum() else "-" for letter in event)
    competing = say("times.competing" if last["competing_deaths"] else "times.not_competing")
    return Curve(
        f"curve-{name}", event_name(counts, event), f"{_at(counts, last)} {say('page.below')}",
        *_line(rows, scale), _band(rows, scale),
        tuple((scale.x(day), say("times.year", year=day // YEAR)) for day in range(0, scale.days + 1, YEAR)),
        tuple((scale.y(scale.share * part), f"{100 * scale.share * part:g} %") for part in (0, 0.5, 1)),
        _at_risk(rows, scale), say("times.under", people=rows[0]["people"], competing=competing),
    )  # fmt: skip


def _steps(rows: Rows, scale: _Scale, column: str) -> str:
    path = f"M{scale.x(rows[0]['day'])},{scale.y(rows[0][column])}"
    return path + "".join(f" H{scale.x(row['day'])} V{scale.y(row[column])}" for row in rows[1:])


def _line(rows: Rows, scale: _Scale) -> tuple[str, str]:
    """The share as long as it has an interval, and what comes after."""
    known = max(number for number, row in enumerate(rows) if row["low"] is not None or number == 0)
    tail = _steps(rows[known:], scale, "share") if known < len(rows) - 1 else ""
    return _steps(rows[: known + 1], scale, "share"), tail


def _band(rows: Rows, scale: _Scale) -> str:
    """Up along the upper ends and back along the lower, as far as both are there."""
    ends = [row for row in rows if row["low"] is not None and row["high"] is not None]
    if len(ends) < 2:  # noqa: PLR2004 -- one point is no band
        return ""
    back = f"L{scale.x(ends[-1]['day'])},{scale.y(ends[-1]['low'])}"
    for after, before in zip(reversed(ends), reversed(ends[:-1]), strict=False):
        back += f" H{scale.x(after['day'])} V{scale.y(before['low'])}"
    return f"{_steps(ends, scale, 'high')} {back} Z"


def _at_risk(rows: Rows, scale: _Scale) -> tuple[tuple[float, str], ...]:
    """Numbers at days on which the curve steps, where there is room."""
    found: list[tuple[float, str]] = []
    for row in rows:
        x = scale.x(row["day"])
        if row["at_risk"] is not None and (not found or x - found[-1][0] >= APART):
            found.append((min(x, RIGHT - HALF), shown(row["at_risk"])))
    return tuple(found)


def _at(counts: Counts, row: dict[str, Any], key: str = "times.point") -> str:
    """What a point of a curve says."""
    if row["low"] is None or row["high"] is None:
        return say("times.point_bare", day=row["day"], share=f"{100 * row['share']:.1f}", people=row["people"])
    parts = {name: f"{100 * row[name]:.1f}" for name in ("share", "low", "high")}
    return say(key, day=row["day"], people=row["people"], confidence=confidence(counts), **parts)


def confidence(counts: Counts) -> str:
    """Of the intervals, in percent."""
    return f"{100 * share(counts.knowledge, 'confidence'):g}"


def _finding(counts: Counts, curves: dict[str, list[dict[str, Any]]]) -> str:
    """How many had begun a second antidepressant within a year."""
    rows = [row for row in curves.get(FIRST, ()) if 0 < row["day"] <= YEAR and row["low"] is not None]
    return _at(counts, rows[-1], "times.finding") if rows else ""


def _ends(counts: Counts) -> tuple[Sheet, ...]:
    cells = counts.cells("time_end_count", "event", "end")
    events = list(dict.fromkeys(event for event, _ in cells))
    if not events:
        return ()
    body = tuple((event_name(counts, event), *(cells.get((event, end)) for end in ENDS)) for event in events)
    return (Sheet(say("times.ends_caption"), tuple(say("times.ends_columns").split("|")), body),)


def _table(counts: Counts, curves: dict[str, list[dict[str, Any]]]) -> Sheet:
    body = tuple(
        (event_name(counts, event), row["day"], *(_percent(row[name]) for name in ("share", "low", "high")),
         row["at_risk"])
        for event, rows in curves.items() for row in rows
    )  # fmt: skip
    return Sheet(say("times.caption"), tuple(say("times.columns").split("|")), body, say("page.as_table"))


def _percent(part: float | None) -> str:
    return shown(None) if part is None else f"{100 * part:.2f} %"
