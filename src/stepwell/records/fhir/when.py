"""Dates and periods of FHIR as intervals, and what follows from a length of time."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from stepwell.records.dates import interval
from stepwell.records.fhir.row import Row, Values
from stepwell.records.fhir.shape import node, number, string

# Systems write it where no end is set.
_OPEN_YEAR = 9999
_DAYS_IN = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0}
_DAYS_IN_MONTH, _DAYS_IN_YEAR = (28.0, 31.0), (365.0, 366.0)
LONGEST_DAYS = 40_000


class Days(NamedTuple):
    """First and last day that a date can mean, both included."""

    earliest: date
    latest: date


class Length(NamedTuple):
    """A length of time in days, at least and at most."""

    low: float
    high: float


def later(day: date, days: float) -> date:
    """So many days later, the calendar's last day at most."""
    try:
        return day + timedelta(days=int(days))
    except OverflowError:
        return date.max


def plus(days: Days, length: float) -> Days:
    """Both ends so many days later."""
    return Days(later(days.earliest, length), later(days.latest, length))


@lru_cache(maxsize=100_000)
def parsed(text: str) -> Days | None:
    """What a date can mean; None if it isn't one."""
    try:
        return Days(*interval(text))
    except ValueError:
        return None


def day(row: Row, value: object, path: str) -> Days | None:
    """A date or dateTime; unknown, and noted, if it can't be read."""
    if value is None:
        return None
    text = string(value)
    found = parsed(text) if text else None
    if found is None:
        row.find("date-not-understood", path, "The date isn't of the form YYYY, YYYY-MM or YYYY-MM-DD; it is unknown.")
    return found


def period(row: Row, value: object, path: str) -> tuple[Days | None, Days | None]:
    """Start, and the first day after the end, of a Period; a missing end or one in 9999 is unknown."""
    whole = node(value)
    start = day(row, whole.get("start"), f"{path}.start")
    return start, end_after(row, start, day(row, whole.get("end"), f"{path}.end"), f"{path}.end")


def end_after(row: Row, start: Days | None, last: Days | None, path: str) -> Days | None:
    """The first day no longer covered, from the last; unknown, and noted, if it lies before the start."""
    if last is None or last.latest.year >= _OPEN_YEAR:
        return None
    if start is not None and last.latest < start.earliest:
        row.find("end-before-start", path, "The end lies before the start; the end is read as unknown.")
        return None
    ended = plus(last, 1)
    if start is not None and ended.earliest <= start.earliest:
        return Days(later(start.earliest, 1), ended.latest)
    return ended


def length(row: Row, value: object, path: str) -> Length | None:
    """A Duration in days; unknown, and noted, if it isn't above zero or its unit isn't one of time."""
    whole = node(value)
    size = number(whole.get("value"))
    if size is None:
        return None
    return _length(row, size, size, string(whole.get("code")) or string(whole.get("unit")), path)


def length_range(row: Row, value: object, path: str) -> Length | None:
    """A Range of two Durations in days."""
    low, high = (length(row, node(value).get(name), f"{path}.{name}") for name in ("low", "high"))
    return Length(low.low, high.high) if low and high and low.low <= high.high else None


def _length(row: Row, low: float, high: float, unit: str | None, path: str) -> Length | None:
    if low <= 0:
        row.find("duration-not-positive", path, "The length of time isn't above zero; it is read as unknown.")
        return None
    found = in_days(unit or "d")
    if found is None or high * found.high > LONGEST_DAYS:
        row.find(
            "duration-not-understood", path, "The length of time has no unit of time, or is too long; it is unknown."
        )
        return None
    return Length(low * found.low, high * found.high)


_TIME_WORDS = {
    "day": "d", "days": "d", "week": "wk", "weeks": "wk", "month": "mo", "months": "mo", "year": "a", "years": "a",
    "hour": "h", "hours": "h", "minute": "min", "minutes": "min", "second": "s", "seconds": "s", "{days}": "d",
}  # fmt: skip


def in_days(unit: str) -> Length | None:
    """How many days a unit of time has; a month is 28 to 31."""
    code = _TIME_WORDS.get(unit.strip().casefold(), unit.strip())
    if code in _DAYS_IN:
        return Length(_DAYS_IN[code], _DAYS_IN[code])
    return {"mo": Length(*_DAYS_IN_MONTH), "a": Length(*_DAYS_IN_YEAR)}.get(code)


def dated(name: str, days: Days | None) -> Values:
    """The two columns of a date: `NAME_earliest` and `NAME_latest`."""
    return {
        f"{name}_earliest": days.earliest if days else None,
        f"{name}_latest": days.latest if days else None,
    }


def onset(row: Row, name: str) -> Days | None:
    """When something began: `NAMEDateTime`, `NAMEPeriod`, or `NAMEAge` counted from birth; else unknown."""
    body = row.body
    if f"{name}DateTime" in body:
        return day(row, body[f"{name}DateTime"], f"{name}DateTime")
    if f"{name}Period" in body:
        start, end = (day(row, node(body[f"{name}Period"]).get(one), f"{name}Period.{one}") for one in ("start", "end"))
        if start is None:
            return None
        return Days(start.earliest, max(start.latest, end.latest) if end else start.latest)
    found = _at_age(row, body.get(f"{name}Age"))
    if found is None and any(body.get(f"{name}{kind}") for kind in ("Age", "Range", "String", "Boolean")):
        row.find("date-not-a-day", f"{name}[x]", "It is told otherwise than by a date; it is read as unknown.")
    return found


def _at_age(row: Row, value: object) -> Days | None:
    years, born = number(node(value).get("value")), row.person
    unit = string(node(value).get("code")) or string(node(value).get("unit")) or ""
    if years is None or born.born_earliest is None or born.born_latest is None:
        return None
    if _TIME_WORDS.get(unit.casefold(), unit) != "a" or not 0 <= years < LONGEST_DAYS / 366:
        return None
    return Days(_anniversary(born.born_earliest, int(years)), later(_anniversary(born.born_latest, int(years) + 1), -1))


def _anniversary(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(min(born.year + years, date.max.year), 3, 1)
