"""Time to an event as curves with confidence bands, from counts of days and no person.

Before anything is estimated the counts are made coarse: by a grid of days, and the people who came to each end up to
each day of it rounded to the smallest count that is shown. So every step of a curve stands for at least so many people,
and the last agrees with the counts shown beside it. What is estimated from such counts tells no more than they do.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from stepwell.cohort.suppress import Shown, rounded
from stepwell.cohort.times import DEATH, EVENT, OBSERVED

if TYPE_CHECKING:
    from pandas import Series

SCHEMA = pa.schema(
    [
        ("event", pa.string()), ("day", pa.int64()), ("share", pa.float64()), ("low", pa.float64()),
        ("high", pa.float64()), ("at_risk", pa.int64()), ("people", pa.int64()), ("competing_deaths", pa.bool_()),
    ]
)  # fmt: skip
ORDER = (EVENT, DEATH, OBSERVED)
"""Of what happens on one day of the grid, which is taken to come first."""
APART = 1e-3
"""Days between them, so that the estimate has no ties to break by chance."""
DIGITS = 4
Steps = dict[str, list[tuple[int, int]]]
Band = dict[int, tuple[float | None, float | None, float | None]]


@dataclass(frozen=True)
class Ends:
    """The people of one event, coarse: for each end the days of the grid on which people came to it, and how many."""

    event: str
    steps: Steps

    @property
    def people(self) -> int:
        """How many people there are."""
        return sum(count for steps in self.steps.values() for _, count in steps)


def coarse(days: Mapping[tuple[str, int], int], event: str, least: int, step_days: int) -> Ends:
    """Counts on a grid, each end's running total rounded as counts are.

    Args:
        days: People by end and day.
        event: Its name.
        least: Smallest count that is shown.
        step_days: Distance between two days of the grid; what happened between stands at the later.
    """
    steps: Steps = {}
    for end in ORDER:
        own: dict[int, int] = {}
        for (kind, day), count in days.items():
            if kind == end:
                at = max(1, -(-day // step_days)) * step_days
                own[at] = own.get(at, 0) + count
        true = before = 0
        steps[end] = []
        for at in sorted(own):
            true += own[at]
            now = rounded(true, least) or 0
            if now > before:
                steps[end].append((at, now - before))
            before = now
    return Ends(event, steps)


def curve_table(time_count: pa.Table, shown: Shown, least: int, step_days: int, confidence: float) -> pa.Table:
    """One row per event and day of the grid on which its curve steps, from day 0.

    Args:
        time_count: People by `event`, `end` and `days`.
        shown: People by (event, end) as they are shown; an end that isn't is left out of the curve, and an event that
            isn't has none.
        least: Smallest count that is shown.
        step_days: Distance between two days of the grid.
        confidence: Of the bands, as a proportion.

    Returns:
        `share` of people who have had the event by the `day`, between `low` and `high`, as proportions; `at_risk` just
        before; `people` at the start; `competing_deaths`: people died before the event, so that the share is a
        cumulative incidence (Aalen-Johansen), else one minus Kaplan-Meier.
    """
    days: dict[str, dict[tuple[str, int], int]] = {}
    for row in time_count.to_pylist():
        if shown.get((row["event"], row["end"])) is not None:
            own = days.setdefault(row["event"], {})
            key = (row["end"], row["days"])
            own[key] = own.get(key, 0) + row["people"]
    rows: list[dict[str, Any]] = []
    for event in sorted(days):
        if shown.get((event, EVENT)) is not None:
            rows += _curve(coarse(days[event], event, least, step_days), confidence)
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _curve(ends: Ends, confidence: float) -> Iterator[dict[str, Any]]:
    competing = bool(ends.steps[DEATH])
    head = {"event": ends.event, "people": ends.people, "competing_deaths": competing}
    yield {**head, "day": 0, "share": 0.0, "low": 0.0, "high": 0.0, "at_risk": ends.people}
    shares = _incidence(ends, confidence) if competing else _kaplan_meier(ends, confidence)
    left = ends.people
    happened = {day: 0 for steps in ends.steps.values() for day, _ in steps}
    for steps in ends.steps.values():
        for day, count in steps:
            happened[day] += count
    stepping = {day for day, _ in ends.steps[EVENT]}
    for day in sorted(happened):
        if day in stepping:
            share, low, high = shares[day]
            yield {**head, "day": day, "share": share, "low": low, "high": high, "at_risk": left}
        left -= happened[day]


def _spread(ends: Ends) -> tuple[list[float], list[int], list[int]]:
    """Each step as one entry: when, which end (1 the event, 2 death, 0 seen no longer), how many people."""
    code = {EVENT: 1, DEATH: 2, OBSERVED: 0}
    entries = [
        (day + place * APART, code[end], count) for place, end in enumerate(ORDER) for day, count in ends.steps[end]
    ]
    times, codes, weights = zip(*sorted(entries), strict=True)
    return list(times), list(codes), list(weights)


def _kaplan_meier(ends: Ends, confidence: float) -> Band:
    from lifelines import KaplanMeierFitter  # noqa: PLC0415 -- takes two seconds, and only curves need it

    times, codes, weights = _spread(ends)
    fitter = KaplanMeierFitter(alpha=1 - confidence).fit(times, [code == 1 for code in codes], weights=weights)
    (survival,) = fitter.survival_function_.to_dict("series").values()
    lowest, highest = fitter.confidence_interval_.to_dict("series").values()
    return _by_day(1 - survival, 1 - highest, 1 - lowest)


def _incidence(ends: Ends, confidence: float) -> Band:
    from lifelines import AalenJohansenFitter  # noqa: PLC0415 -- as above

    times, codes, weights = _spread(ends)
    fitter = AalenJohansenFitter(alpha=1 - confidence, seed=0).fit(times, codes, event_of_interest=1, weights=weights)
    (share,) = fitter.cumulative_density_.to_dict("series").values()
    low, high = fitter.confidence_interval_.to_dict("series").values()
    return _by_day(share, low, high)


def _by_day(share: "Series", low: "Series", high: "Series") -> Band:
    """The values at each whole day of the grid, where the event comes first of all."""
    days = [time for time in share.index if float(time).is_integer()]
    return {int(day): (_number(share.loc[day]), _number(low.loc[day]), _number(high.loc[day])) for day in days}


def _number(value: float) -> float | None:
    """Rounded; null where the estimate has none, as for a band round a curve that has come to its end."""
    return None if math.isnan(value) else round(float(value), DIGITS)
