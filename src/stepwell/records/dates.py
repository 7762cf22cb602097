"""Dates as vague as they were written."""

import re
from calendar import monthrange
from datetime import date

_PARTIAL = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?$")


def interval(text: str) -> tuple[date, date]:
    """First and last day that a FHIR date or dateTime can mean, both included.

    A time of day and its zone are dropped: the day is the one written, as the writer saw it.

    >>> interval("2023")
    (datetime.date(2023, 1, 1), datetime.date(2023, 12, 31))
    >>> interval("2023-05")
    (datetime.date(2023, 5, 1), datetime.date(2023, 5, 31))
    >>> interval("2023-05-07T23:30:00-08:00")
    (datetime.date(2023, 5, 7), datetime.date(2023, 5, 7))

    Raises:
        ValueError: Not `YYYY`, `YYYY-MM` or `YYYY-MM-DD` with or without a time, or no such day.
    """
    match = _PARTIAL.match(text.strip())
    if match is None:
        raise ValueError("not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)
