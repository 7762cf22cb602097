"""Where each mark of the picture stands: scores over the trials, on one time axis.

Geometry only; `templates/picture.svg.j2` draws the marks.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from stepwell.report import wording as w
from stepwell.report.figures import MONTHS, Interval, amount, number, when
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.marks import BandMark, Block, Event, EventLane, Lane, Panel, Picture, ScoreMark, Tick
from stepwell.report.view.page import Page
from stepwell.report.view.scores import Point, Scale
from stepwell.report.view.trials import Trial

WIDTH, LEFT, RIGHT = 1060.0, 176.0, 150.0
TOP, PANEL, SECOND_PANEL, PANEL_GAP, LANE, LANE_GAP, AXIS = 30.0, 200.0, 120.0, 34.0, 46.0, 24.0, 44.0
LABEL_WIDTH = 6.4
"""Rough width of a character of a label, to see whether it fits."""


_Height = Callable[[float], float]


class _Time:
    """The time axis: from a little before the first mark to the day of the review."""

    def __init__(self, first: date, last: date) -> None:
        days = max((last - first).days, 30)
        pad = timedelta(days=max(days // 40, 3))
        self.first, self.last = first - pad, last + pad
        self._scale = (WIDTH - LEFT - RIGHT) / (self.last - self.first).days

    def x(self, day: date) -> float:
        """Where a day begins, kept within the axis."""
        inside = min(max(day, self.first), self.last)
        return round(LEFT + (inside - self.first).days * self._scale, 1)

    def middle(self, span: Interval) -> float:
        """The middle of the days that a date can mean."""
        assert span[0] is not None
        assert span[1] is not None
        return round((self.x(span[0]) + self.x(span[1])) / 2, 1)


def picture(lookup: Lookup, page: Page) -> Picture | None:
    """The picture of a review; nothing if there is nothing dated to draw."""
    first = _first_day(lookup)
    if first is None:
        return None
    time = _Time(first, page.as_of_day)
    y = TOP
    panels: list[Panel] = []
    for scale in page.scales:
        panels.append(_panel(scale, time, y, SECOND_PANEL if panels else PANEL))
        y += panels[-1].height + PANEL_GAP
    lanes = []
    for trial in page.trials:
        lanes.append(_lane(lookup, trial, time, y))
        y += LANE + LANE_GAP
    events = _event_lanes(lookup, time, y)
    y += len(events) * (LANE / 2 + LANE_GAP)
    found = {trial.verdict for trial in page.trials}
    return Picture(
        width=WIDTH, height=y + AXIS, left=LEFT, right=RIGHT, plot_right=WIDTH - RIGHT, ticks=tuple(_ticks(time)),
        axis_y=y, panels=tuple(panels), lanes=tuple(lanes), event_lanes=events,
        starts=tuple((place, lane.minimum_x, lane.y + LANE) for place, lane in enumerate(lanes, 1)),
        now_x=time.x(page.as_of_day), now=f"review: {page.as_of}",
        verdicts=tuple((name, label) for name, label in w.VERDICT.items() if name in found),
        description=_description(page),
    )  # fmt: skip


def _first_day(lookup: Lookup) -> date | None:
    """The first day that any mark can mean."""
    tables = (("trajectory", "date_earliest"), ("attempt", "start_earliest"), ("procedure", "start_earliest"))
    days = [row[column] for table, column in tables for row in lookup.rows(table) if row[column] is not None]
    return min(days, default=None)


def _description(page: Page) -> str:
    """The picture in words, for those who don't see it."""
    scales = " ".join(scale.summary for scale in page.scales)
    trials = " ".join(
        f"Trial {trial.order}: {trial.drug}, {trial.dates}, {trial.label.lower()}." for trial in page.trials
    )
    return f"{scales} {trials} The tables below give every figure.".strip()


# --- time axis -------------------------------------------------------------------------------------


def _ticks(time: _Time) -> Iterable[Tick]:
    """Months, every third month or years, so that labels never touch; a year stands under its first."""
    months = (time.last.year - time.first.year) * 12 + time.last.month - time.first.month
    step = 1 if months <= 14 else 3 if months <= 42 else 12  # noqa: PLR2004 -- labels that fit, not a clinical figure
    year, month, named = time.first.year, 1, 0
    while date(year, month, 1) <= time.last:
        day = date(year, month, 1)
        if day >= time.first:
            shown = str(year) if year != named else ""
            yield Tick(time.x(day), MONTHS[month - 1] if step < 12 else "", shown)  # noqa: PLR2004
            named = year
        year, month = year + (month + step > 12), (month + step - 1) % 12 + 1  # noqa: PLR2004 -- months of a year


# --- scores ----------------------------------------------------------------------------------------


def _panel(scale: Scale, time: _Time, y: float, tall: float) -> Panel:
    span = scale.maximum - scale.minimum or 1.0

    def height(value: float) -> float:
        return round(y + tall * (1 - (value - scale.minimum) / span), 1)

    marks = tuple(_score(point, time, height) for point in scale.points if point.value is not None)
    return Panel(
        y=y, height=tall, name=scale.short, range=f"{number(scale.minimum)} to {number(scale.maximum)}",
        bands=tuple(_bands(scale, height)), line=" ".join(f"{mark.x},{mark.y}" for mark in marks),
        scores=_spaced(marks),
        unknown=tuple(_score(point, time, lambda _: y + tall) for point in scale.points if point.value is None),
    )  # fmt: skip


def _spaced(marks: tuple[ScoreMark, ...]) -> tuple[ScoreMark, ...]:
    """Labels that don't touch: of close ones the last keeps its own, and every answer above zero."""
    shown: list[ScoreMark] = []
    next_x = float("inf")
    for mark in reversed(marks):
        keep = mark.positive or next_x - mark.x >= LABEL_WIDTH * 3
        next_x = mark.x if keep else next_x
        shown.append(mark if keep else replace(mark, label=""))
    return tuple(reversed(shown))


def _bands(scale: Scale, height: _Height) -> Iterable[BandMark]:
    """Bands that touch: each ends where the next begins."""
    starts = [scale.minimum, *(band.low for band in scale.bands[1:]), scale.maximum]
    for place, band in enumerate(scale.bands):
        top, bottom = height(starts[place + 1]), height(starts[place])
        limit = number(band.low) if place else ""
        yield BandMark(top, round(bottom - top, 1), band.label, limit)


def _score(point: Point, time: _Time, height: _Height) -> ScoreMark:
    y = height(point.value or 0.0)
    item = "; answer about death or self-harm above zero" if point.suicide_positive else ""
    band = f", {point.band}" if point.band else ""
    return ScoreMark(
        x=time.middle((point.earliest, point.latest)), x_low=time.x(point.earliest), x_high=time.x(point.latest), y=y,
        label="?" if point.value is None else point.total, label_y=y - 10, positive=point.suicide_positive,
        title=f"{point.when}: {point.total}{band}{item}",
    )  # fmt: skip


# --- trials ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """A time on one dose. `sure`: on these days it was surely supplied."""

    start: date
    end: date
    low: float | None
    high: float | None
    sure: bool


def _pieces(steps: list[Row]) -> list[_Piece]:
    """The dose over time: days before the latest start and after the earliest end are not sure."""
    pieces: list[_Piece] = []
    for row in steps:
        dose = (row["dose_low"], row["dose_high"])
        end = row["shown_end"]
        sure_from = min(row["certain_start"], end)
        sure_to = max(sure_from, min(row["certain_end"], end))
        known = row["dose_low"] is not None
        cuts = ((row["possible_start"], sure_from, False), (sure_from, sure_to, True), (sure_to, end, False))
        pieces += [_Piece(start, stop, *dose, sure and known) for start, stop, sure in cuts if stop > start]
    return _joined(pieces)


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Equal neighbours as one."""
    joined: list[_Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and replace(last, start=piece.start, end=piece.end) == piece and piece.start <= last.end:
            joined[-1] = replace(last, end=max(last.end, piece.end))
        else:
            joined.append(piece)
    return joined


def _lane(lookup: Lookup, trial: Trial, time: _Time, y: float) -> Lane:
    attempt = lookup.attempt[trial.trial_id]
    verdict = lookup.verdicts[trial.trial_id][lookup.headline]
    least = verdict["minimum_dose"]
    pieces = _pieces(lookup.steps(attempt))
    doses = [dose for piece in pieces for dose in (piece.low, piece.high) if dose is not None]
    top = max([*doses, least or 0.0]) or 1.0
    blocks = tuple(block for piece in pieces for block in _blocks(piece, top, time, y))
    unit = lookup.minimum_unit(attempt, verdict) or ""
    return Lane(
        y=y, height=LANE, name=f"{trial.order}. {trial.drug}", under=trial.strategy if trial.order > 1 else "",
        verdict=trial.verdict, label=trial.label, blocks=_labelled(blocks),
        minimum_y=None if least is None else round(y + LANE * (1 - least / top), 1),
        minimum="" if least is None else f"least {amount(least, least, unit)}",
        minimum_x=min((block.x for block in blocks), default=LEFT),
        minimum_x2=max((block.x + block.width for block in blocks), default=LEFT),
        title=f"{trial.drug}, {trial.dates}: {trial.label}",
    )  # fmt: skip


def _blocks(piece: _Piece, top: float, time: _Time, y: float) -> Iterable[Block]:
    """What was surely taken, and above it what may have been."""
    x = time.x(piece.start)
    width = round(max(time.x(piece.end) - x, 1.0), 1)
    middle = round(x + width / 2, 1)
    if piece.low is None:
        yield Block(x, y, width, LANE, "unknown", "dose not known", middle, y + LANE / 2 + 4)
        return
    height = round(LANE * piece.low / top, 1)
    base = round(y + LANE - height, 1)
    high = piece.high if piece.high is not None else top
    kind = "sure" if piece.sure else "perhaps"
    yield Block(x, base, width, height, kind, amount(piece.low, piece.high), middle, base - 4)
    if high > piece.low:
        more = round(LANE * (high - piece.low) / top, 1)
        yield Block(x, round(base - more, 1), width, more, "perhaps", "", middle, base)


def _labelled(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """A label only where it fits and differs from the one before."""
    shown: list[Block] = []
    last = ""
    for block in blocks:
        fits = block.width >= LABEL_WIDTH * len(block.label)
        label = block.label if fits and block.label != last else ""
        last = label or last
        shown.append(replace(block, label=label))
    return tuple(shown)


# --- procedures ------------------------------------------------------------------------------------


def _event_lanes(lookup: Lookup, time: _Time, y: float) -> tuple[EventLane, ...]:
    rows = [row for row in lookup.rows("procedure") if row["start_earliest"] is not None]
    lanes = []
    for place, code_set in enumerate(dict.fromkeys(row["code_set"] for row in rows)):
        mine = [row for row in rows if row["code_set"] == code_set]
        events = tuple(Event(time.middle(interval(row, "start")), when(*interval(row, "start"))) for row in mine)
        top = y + place * (LANE / 2 + LANE_GAP)
        lanes.append(EventLane(top, LANE / 2, lookup.code_set(code_set), events))
    return tuple(lanes)
