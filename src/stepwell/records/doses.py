"""Dose per day, from what is taken at once, how often, and how strong the product is.

Unknown where anything needed is missing: a dose is never guessed.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from stepwell.records.lookup import DrugMatch, Lookup

MG_PER_G = 1000.0
MCG_PER_MG = 1000.0

Basis = Literal["structured dosage", "quantity and days' supply", "text", "dispensed product", "unknown"]
Unit = Literal["mg", "mcg", "mg/kg", "mL", "count"]


class Dose(NamedTuple):
    """Dose per day in `unit`: `low` < `high` where a range was ordered, all None where unknown."""

    low: float | None = None
    high: float | None = None
    unit: str | None = None
    basis: Basis = "unknown"


UNKNOWN = Dose()


class Amount(NamedTuple):
    """What is taken at once; `count` is tablets, capsules or patches."""

    low: float
    high: float
    unit: Unit


class Times(NamedTuple):
    """How often per day."""

    low: float
    high: float


ONCE = Times(1.0, 1.0)

_MASS: dict[str, tuple[Unit, float]] = {
    "mg": ("mg", 1.0), "milligram": ("mg", 1.0), "milligrams": ("mg", 1.0), "mgs": ("mg", 1.0),
    "g": ("mg", MG_PER_G), "gram": ("mg", MG_PER_G), "grams": ("mg", MG_PER_G), "gm": ("mg", MG_PER_G),
    "ug": ("mcg", 1.0), "mcg": ("mcg", 1.0), "\u00b5g": ("mcg", 1.0), "\u03bcg": ("mcg", 1.0),
    "microgram": ("mcg", 1.0), "micrograms": ("mcg", 1.0),
    "mg/kg": ("mg/kg", 1.0),
    "ml": ("mL", 1.0), "milliliter": ("mL", 1.0), "milliliters": ("mL", 1.0),
    "millilitre": ("mL", 1.0), "millilitres": ("mL", 1.0),
}  # fmt: skip
_COUNTED = ("tab", "cap", "patch", "pill", "lozenge", "wafer")
_COUNTED_EXACTLY = frozenset({"tbl", "ptch", "film", "transdermal system", "each", "ea", "#"})


def unit(text: str) -> tuple[Unit, float] | None:
    """What a unit of measure means and by what to multiply; None if it can't be turned into a dose.

    >>> unit("g"), unit("{tbl}"), unit("ERTAB"), unit("[drp]")
    (('mg', 1000.0), ('count', 1.0), ('count', 1.0), None)
    """
    word = text.strip().casefold().strip("{}()")
    if word in _MASS:
        return _MASS[word]
    counted = word.startswith(_COUNTED) or word.endswith(("tab", "cap", "tablet", "tablets", "capsule", "capsules"))
    return ("count", 1.0) if counted or word in _COUNTED_EXACTLY else None


def amount(low: float, high: float, text: str) -> Amount | None:
    """An amount with its unit; None if the unit isn't understood or the amount isn't above zero."""
    known = unit(text)
    if known is None or not 0 <= low <= high or high <= 0:
        return None
    return Amount(low * known[1], high * known[1], known[0])


def per_day(taken: Amount, times: Times, match: DrugMatch, lookup: Lookup, basis: Basis, parts: int = 1) -> Dose:
    """Dose per day from an amount and how often it is taken.

    Args:
        taken: What is taken at once.
        times: How often per day.
        match: The drug, with the strength of the product.
        lookup: For the unit in which the knowledge states doses of the drug.
        basis: Where amount and times were read.
        parts: How many drugs the product holds; then an amount in mg doesn't say of which.
    """
    wanted = lookup.dose_unit(match.ingredient, match.formulation) or "mg/day"
    if lookup.dose_is_unknown(match.trap):
        return UNKNOWN
    strength = _content(taken, match, wanted, parts)
    if strength is None:
        return UNKNOWN
    often = ONCE if wanted in ("mg/session", "mg/kg/infusion") else times
    low, high = taken.low * often.low * strength, taken.high * often.high * strength
    return Dose(_rounded(low), _rounded(high), wanted, basis) if math.isfinite(high) else UNKNOWN


def _content(taken: Amount, match: DrugMatch, wanted: str, parts: int) -> float | None:
    """How much of the drug one unit of the amount holds, in the unit that is wanted; None if unknown."""
    if wanted == "mg/kg/infusion" or taken.unit == "mg/kg":
        return 1.0 if taken.unit == "mg/kg" and wanted == "mg/kg/infusion" else None
    if taken.unit in ("mg", "mcg"):
        return _mass(1.0, taken.unit, wanted) if parts == 1 else None
    if match.strength is None or match.strength_unit is None:
        return None
    if (taken.unit == "mL") != (match.strength_unit == "mg/mL"):
        return None
    return _mass(match.strength, "mcg" if match.strength_unit == "mcg" else "mg", wanted)


def _mass(value: float, held: str, wanted: str) -> float:
    in_mcg = wanted.startswith("mcg")
    if held == "mcg":
        return value if in_mcg else value / MCG_PER_MG
    return value * MCG_PER_MG if in_mcg else value


def _rounded(value: float) -> float:
    """Without the noise of binary fractions (3 x 0.1)."""
    return round(value, 9)


def from_supply(quantity: Amount, days: float, match: DrugMatch, lookup: Lookup, parts: int = 1) -> Dose:
    """Dose per day if a supply lasts so many days; unknown unless both are above zero."""
    if quantity.high <= 0 or days <= 0:
        return UNKNOWN
    if lookup.dose_unit(match.ingredient, match.formulation) in ("mg/session", "mg/kg/infusion"):
        return UNKNOWN
    each_day = Amount(quantity.low / days, quantity.high / days, quantity.unit)
    return per_day(each_day, ONCE, match, lookup, "quantity and days' supply", parts)


def days_of_supply(quantity: Amount, dose: Dose, match: DrugMatch, lookup: Lookup) -> tuple[float, float | None] | None:
    """How many days a supply lasts at a dose, at least and at most (None: no limit); None if unknown."""
    if dose.low is None or not dose.high or dose.unit in ("mg/session", "mg/kg/infusion"):
        return None
    held = per_day(quantity, ONCE, match, lookup, "text")
    if not held.low or held.unit != dose.unit:
        return None
    return held.low / dose.high, (held.low / dose.low if dose.low else None)


def first_known(*ways: Callable[[], Dose]) -> Dose:
    """The first way that gives a dose."""
    for way in ways:
        dose = way()
        if dose.low is not None or dose.high is not None:
            return dose
    return UNKNOWN
