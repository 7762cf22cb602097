"""What a cell means: dates, numbers and words as people and spreadsheets write them.

Every function raises `ValueError` with a phrase that says what is allowed and never repeats the cell.
"""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from stepwell.records.dates import interval

FIRST_YEAR, LAST_YEAR = 1900, 2199
LARGEST = 1e9

_YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$", re.ASCII)
_DECIMAL = re.compile(r"^\d{4}\.1$", re.ASCII)
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}.*$", re.ASCII)
_YEAR_LAST = re.compile(r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}$", re.ASCII)
_SERIAL = re.compile(r"^\d{5}(?:[.,]\d+)?$", re.ASCII)
_NUMBER = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$", re.ASCII)
_DECIMAL_COMMA = re.compile(r"^([+-]?\d+),(\d{1,2}|\d{4,})$", re.ASCII)
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$", re.ASCII)
_WHOLE_WITH_POINT = re.compile(r"^(\d+)\.0$", re.ASCII)
_RANGE = re.compile(r"^([\d.,]+)\s*(?:-|\u2013|to)\s*([\d.,]+)$", re.ASCII)
_STRENGTH = re.compile(r"^([\d.,]+)\s*(mg/ml|mg/24 ?h|mg|mcg|[\u00b5\u03bc]g|ug)?$", re.ASCII | re.IGNORECASE)
_UNITS = {"mg": "mg", "mcg": "mcg", "ug": "mcg", "\u03bcg": "mcg", "mg/ml": "mg/mL", "mg/24h": "mg/24 h"}
_MISSING = frozenset({".", "#n/a", "<na>", "n/a", "na", "nan", "nat", "null"})
"""What R, pandas, SAS, databases and spreadsheets write, in whatever case, where they have no value."""


class Days(NamedTuple):
    """First and last day that a date can mean, both included."""

    earliest: date
    latest: date

    def plus(self, days: int) -> "Days":
        """So many days later."""
        return Days(self.earliest + timedelta(days=days), self.latest + timedelta(days=days))


class Range(NamedTuple):
    """Lowest and highest value that was written; equal for a single number."""

    low: float
    high: float


class Strength(NamedTuple):
    """Strength of one tablet, capsule, mL or patch."""

    value: float
    unit: str


@lru_cache(maxsize=10_000)
def day_range(text: str) -> Days:
    """A date, year first, as vague as it was written; a time of day is dropped.

    >>> day_range("2024/3/4")
    Days(earliest=datetime.date(2024, 3, 4), latest=datetime.date(2024, 3, 4))
    >>> day_range("2023")
    Days(earliest=datetime.date(2023, 1, 1), latest=datetime.date(2023, 12, 31))
    """
    text = name_of(_TIME.sub("", text))
    if _YEAR_LAST.match(text):
        raise ValueError(
            "the order of day and month isn't certain; write the year first, such as 2024-03-04 (4 March) "
            "or 2024-04-03 (3 April)"
        )
    if _SERIAL.match(text):
        raise ValueError("a spreadsheet's day number; write the date as text, such as 2024-03-04")
    if _DECIMAL.match(text):
        raise ValueError("a spreadsheet may have shortened this; write 2024-01 for January or 2024-10 for October")
    match = _YEAR_FIRST.match(text)
    padded = "-".join(part.zfill(2) for part in match.groups() if part) if match else text
    try:
        days = Days(*interval(padded))
    except ValueError:
        raise ValueError(
            "not a date; write 2024-03-04, or 2024-03 or 2024 where the day or month isn't known"
        ) from None
    if not FIRST_YEAR <= days.earliest.year <= LAST_YEAR:
        raise ValueError(f"not a date between {FIRST_YEAR} and {LAST_YEAR}")
    return days


def is_missing(text: str) -> bool:
    """Whether a cell only marks that there is no value.

    >>> is_missing("NaN"), is_missing("0")
    (True, False)
    """
    return text.casefold() in _MISSING


def name_of(text: str) -> str:
    """An id, a code, a year or the number of a question, without the decimals that a column with gaps gets from pandas.

    >>> name_of("12.0"), name_of("007"), name_of("F33.0")
    ('12', '007', 'F33.0')
    """
    return _WHOLE_WITH_POINT.sub(r"\1", text)


@lru_cache(maxsize=10_000)
def number(text: str) -> float:
    """A number of at most a thousand million either way, with a point or a decimal comma.

    >>> number("37,5")
    37.5
    """
    if _THOUSANDS.match(text):
        raise ValueError("the comma may be a decimal or a thousands mark; write 1.234 or 1234")
    plain = _DECIMAL_COMMA.sub(r"\1.\2", text)
    if not _NUMBER.match(plain) or abs(float(plain)) > LARGEST:
        raise ValueError("not a number; write a number such as 20 or 37.5, without unit")
    return float(plain)


@lru_cache(maxsize=10_000)
def number_range(text: str) -> Range:
    """A number, or two that name a range.

    >>> number_range("20-40")
    Range(low=20.0, high=40.0)
    """
    match = _RANGE.match(text)
    low, high = (number(match[1]), number(match[2])) if match else (number(text), number(text))
    if low > high:
        raise ValueError("a range with the larger number first; write it as 20-40")
    return Range(low, high)


@lru_cache(maxsize=10_000)
def strength(text: str) -> Strength:
    """A strength with its unit; mg where none is written.

    >>> strength("25 mcg")
    Strength(value=25.0, unit='mcg')
    """
    match = _STRENGTH.match(text)
    if match is None:
        raise ValueError("not a strength; write a number, alone or followed by mg, mcg, mg/mL or mg/24 h")
    return Strength(number(match[1]), _UNITS[(match[2] or "mg").replace(" ", "").casefold()])


@lru_cache(maxsize=10_000)
def choice(text: str, choices: tuple[str, ...]) -> str:
    """The choice that is meant; upper case, spaces, hyphens and underscores don't matter.

    >>> choice("Side_Effects", ("no benefit", "side effects"))
    'side effects'
    """
    found = [option for option in choices if _bare(option) == _bare(text)]
    if not found:
        raise ValueError(f"not one of the words allowed: {' | '.join(choices)}")
    return found[0]


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.strip().casefold())
