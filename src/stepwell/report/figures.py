"""Numbers, ranges and dates as people write them; what is not known reads `not recorded`."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

Interval = tuple[date | None, date | None]
"""The first and the last day that a date can mean, both included."""

NOT_RECORDED = "not recorded"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: float) -> str:
    """A number with at most one decimal, half rounded away from zero.

    >>> number(37.5), number(150.0), number(14.2857), number(0.05), number(-0.02)
    ('37.5', '150', '14.3', '0.1', '0')
    """
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if not rounded:
        return "0"
    return f"{rounded:f}".removesuffix(".0")


def amount(low: float | None, high: float | None, unit: str = "") -> str:
    """A quantity that may be a range; a null `high` is open upward, a null `low` downward.

    >>> amount(28, 40, "days"), amount(50, None, "mg/day"), amount(None, 20, "mg/day"), amount(7, 7)
    ('28 to 40 days', '50 mg/day or more', 'up to 20 mg/day', '7')
    >>> amount(None, None, "mg/day")
    'not recorded'
    """
    if low is None and high is None:
        return NOT_RECORDED
    if low is None:
        assert high is not None
        return f"up to {_with_unit(high, unit)}"
    if high is None:
        return f"{_with_unit(low, unit)} or more"
    if number(low) == number(high):
        return _with_unit(low, unit)
    return f"{number(low)} to {_with_unit(high, unit)}"


def _with_unit(value: float, unit: str) -> str:
    if unit == "days" and value == 1:
        return "1 day"
    if unit == "%":
        return f"{number(value)}%"
    return f"{number(value)} {unit}".rstrip()


def share(low: float | None, high: float | None) -> str:
    """A proportion, or a range of them, in percent.

    >>> share(0.9, 0.955), share(1.0, 1.0)
    ('90 to 95.5%', '100%')
    """
    return amount(None if low is None else 100 * low, None if high is None else 100 * high, "%")


def fall(percent: float | None) -> str:
    """An improvement in percent, as what the score did.

    >>> fall(14.29), fall(-5.0), fall(0.0), fall(None)
    ('14.3% lower', '5% higher', 'unchanged', 'change not known')
    """
    if percent is None:
        return "change not known"
    if number(percent) == "0":
        return "unchanged"
    return f"{number(abs(percent))}% {'lower' if percent > 0 else 'higher'}"


def day(value: date) -> str:
    """One day.

    >>> day(date(2024, 3, 4))
    '4 Mar 2024'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def when(earliest: date | None, latest: date | None) -> str:
    """A date as vague as it was written; both ends included.

    >>> when(date(2023, 5, 1), date(2023, 5, 31)), when(date(2023, 1, 1), date(2023, 12, 31))
    ('May 2023', '2023')
    >>> when(date(2023, 5, 3), date(2023, 6, 9)), when(None, None)
    ('between 3 May and 9 Jun 2023', 'not recorded')
    >>> when(date(2023, 5, 3), None), when(None, date(2023, 5, 3))
    ('3 May 2023 or later', '3 May 2023 or earlier')
    """
    if earliest is None or latest is None:
        return _open(earliest, latest)
    if earliest == latest:
        return day(earliest)
    if _whole_years(earliest, latest) and earliest.year == latest.year:
        return str(earliest.year)
    if _whole_months(earliest, latest) and (earliest.year, earliest.month) == (latest.year, latest.month):
        return f"{MONTHS[earliest.month - 1]} {earliest.year}"
    return f"between {_without_year(earliest, latest)} and {day(latest)}"


def _open(earliest: date | None, latest: date | None) -> str:
    if earliest is not None:
        return f"{day(earliest)} or later"
    return NOT_RECORDED if latest is None else f"{day(latest)} or earlier"


def _whole_years(earliest: date, latest: date) -> bool:
    return (earliest.month, earliest.day, latest.month, latest.day) == (1, 1, 12, 31)


def _whole_months(earliest: date, latest: date) -> bool:
    return earliest.day == 1 and latest.day == monthrange(latest.year, latest.month)[1]


def _without_year(value: date, other: date) -> str:
    """The day, without its year where the other date says it."""
    return day(value).rsplit(" ", 1)[0] if value.year == other.year else day(value)


def last_day(exclusive: date | None) -> date | None:
    """The last day covered, from the first no longer covered."""
    return None if exclusive is None else exclusive - timedelta(days=1)


def span(start: Interval, end: Interval) -> str:
    """From a start to an end, both included.

    >>> span((date(2024, 1, 3),) * 2, (date(2024, 5, 9),) * 2)
    '3 Jan to 9 May 2024'
    >>> span((date(2023, 5, 1), date(2023, 5, 31)), (date(2023, 8, 2),) * 2)
    'May 2023 to 2 Aug 2023'
    """
    first, last = start[0], end[1]
    if first is not None and last is not None and start == (first, first) and end == (last, last):
        return day(first) if first == last else f"{_without_year(first, last)} to {day(last)}"
    return f"{when(*start)} to {when(*end)}"


def count(quantity: int, one: str, many: str = "") -> str:
    """A number of things.

    >>> count(1, "trial"), count(3, "trial"), count(2, "dispensing is", "dispensings are")
    ('1 trial', '3 trials', '2 dispensings are')
    """
    return f"{quantity} {one if quantity == 1 else many or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words in a row.

    >>> listed(["dose"]), listed(["dose", "taking", "end"])
    ('dose', 'dose, taking and end')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def capital(words: str) -> str:
    """Words with a capital at their beginning.

    >>> capital("bupropion")
    'Bupropion'
    """
    return words[:1].upper() + words[1:]
