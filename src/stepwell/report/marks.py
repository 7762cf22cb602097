"""The marks of the picture; lengths are in the units of its view box."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """A mark of the time axis."""

    x: float
    label: str
    year: str


@dataclass(frozen=True)
class BandMark:
    """A severity band of a scale."""

    y: float
    height: float
    label: str
    limit: str


@dataclass(frozen=True)
class ScoreMark:
    """A score; `x_low` and `x_high` differ where the date is vague."""

    x: float
    x_low: float
    x_high: float
    y: float
    label: str
    label_y: float
    positive: bool
    title: str


@dataclass(frozen=True)
class Panel:
    """The course on one scale."""

    y: float
    height: float
    name: str
    range: str
    bands: tuple[BandMark, ...]
    line: str
    scores: tuple[ScoreMark, ...]
    unknown: tuple[ScoreMark, ...]


@dataclass(frozen=True)
class Block:
    """A time on one dose. `kind`: `sure`, `perhaps` (it may have been so much, or so long) or `unknown` (no dose)."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Lane:
    """A trial as blocks of dose over time."""

    y: float
    height: float
    name: str
    under: str
    verdict: str
    label: str
    blocks: tuple[Block, ...]
    minimum_y: float | None
    minimum: str
    minimum_x: float
    minimum_x2: float
    title: str


@dataclass(frozen=True)
class Event:
    """A day on which something other than a drug was given."""

    x: float
    title: str


@dataclass(frozen=True)
class EventLane:
    """Sessions of one procedure."""

    y: float
    height: float
    name: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Picture:
    """The whole picture."""

    width: float
    height: float
    left: float
    right: float
    plot_right: float
    ticks: tuple[Tick, ...]
    axis_y: float
    panels: tuple[Panel, ...]
    lanes: tuple[Lane, ...]
    event_lanes: tuple[EventLane, ...]
    starts: tuple[tuple[int, float, float], ...]
    now_x: float
    now: str
    verdicts: tuple[tuple[str, str], ...]
    description: str
