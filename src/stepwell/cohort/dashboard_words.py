"""Words of the dashboard: `dashboard.toml`, read once; numbers as people write them."""

from functools import cache, reduce
from importlib.resources import files
from typing import Any

import tomli

HIDDEN = "–"  # noqa: RUF001 -- the sign for a number that isn't shown
"""Stands where a number isn't shown; never 0."""


@cache
def words() -> dict[str, Any]:
    """Every table of `dashboard.toml`."""
    return tomli.loads(files("stepwell.cohort").joinpath("dashboard.toml").read_text(encoding="utf-8"))


def say(key: str, **values: object) -> str:
    """A sentence by its place, such as `safety.lead`, with what stands in it."""
    found: Any = reduce(lambda table, name: table[name], key.split("."), words())
    return str(found).format(**{name: shown(value) for name, value in values.items()})


def named(key: str, value: str) -> str:
    """How a value of a table is called in words; itself where it has no other name."""
    return str(reduce(lambda table, name: table[name], key.split("."), words()).get(value, value))


def shown(value: object) -> str:
    """A number with commas, `–` for one that is hidden, anything else as it is.

    >>> shown(1030), shown(None), shown("met"), shown(0.5)
    ('1,030', '–', 'met', '0.5')
    """  # noqa: RUF002 -- the sign for a number that isn't shown
    if value is None:
        return HIDDEN
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def percent(part: float | None, whole: float | None) -> str:
    """A share in whole percent; empty unless both numbers are shown.

    >>> percent(412, 1030), percent(None, 1030), percent(5, None), percent(5, 2000), percent(1995, 2000)
    ('40 %', '', '', 'under 1 %', 'over 99 %')
    """
    if part is None or not whole:
        return ""
    share = 100 * min(part, whole) / whole
    if 0 < share < 1:
        return "under 1 %"
    return "over 99 %" if 99 < share < 100 else f"{share:.0f} %"  # noqa: PLR2004 -- what whole percent can't say


def part_of(part: int | None, whole: int | None) -> str:
    """A number with its share of a whole, if that can be said.

    >>> part_of(412, 1030), part_of(412, None), part_of(None, 1030)
    ('412 (40 %)', '412', '–')
    """  # noqa: RUF002 -- the sign for a number that isn't shown
    share = percent(part, whole)
    return f"{shown(part)} ({share})" if share else shown(part)


def listed(items: list[str]) -> str:
    """Words one after another.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))
