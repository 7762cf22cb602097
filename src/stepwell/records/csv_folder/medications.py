"""Medicines: what was stated, ordered, dispensed or administered, one row per ingredient."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from stepwell.records import dose_text
from stepwell.records.csv_folder.cells import Days, Strength
from stepwell.records.csv_folder.events import codes_of
from stepwell.records.csv_folder.rows import Row, Values, dated, end_after
from stepwell.records.doses import ONCE, UNKNOWN, Amount, Dose, Unit, first_known, from_supply, per_day
from stepwell.records.lookup import DrugMatch, Lookup

NOT_USED = {"entered-in-error": "entered in error", "cancelled": "cancelled"}
HANDED_OUT = ("dispensed", "administered")
LONGEST_SUPPLY_DAYS = 1000
DAILY = {"mg/day", "mcg/day", "mg/24 h"}
MASS: dict[str, Unit] = {
    "mg/day": "mg",
    "mcg/day": "mcg",
    "mg/24 h": "mg",
    "mg/session": "mg",
    "mg/kg/infusion": "mg/kg",
}
"""What the number of a dose is in, by the unit it is written with."""


class Supply(NamedTuple):
    """What one dispensing or order hands out."""

    quantity: float | None
    days: int | None
    strength: Strength | None


def exposures(row: Row, lookup: Lookup, last_day: date | None = None) -> list[Values]:
    """A row for every ingredient of the medicine; none, and counted, if it isn't used.

    Args:
        row: The row.
        lookup: For the names and codes of medicines.
        last_day: The last day that the records cover, where that is said.
    """
    supply = _supply(row)
    common = _common(row, supply, last_day)
    if common["status"] in NOT_USED:
        row.not_used(NOT_USED[str(common["status"])])
        return []
    drugs = _drugs(row, lookup, supply)
    return [{**common, **_named(drug, supply), **_dose(row, drugs, drug, supply, lookup)} for drug in drugs]


def _common(row: Row, supply: Supply, last_day: date | None) -> Values:
    start = _start(row, last_day)
    end_earliest, end_latest = _end(row, start, supply.days)
    return {
        **row.base(),
        **dated("start", start),
        "end_earliest": end_earliest,
        "end_latest": end_latest,
        "basis": row.choice("basis") or "stated",
        "status": row.choice("status") or "unknown",
        "stop_reason": row.choice("stop_reason"),
        "adherence": row.choice("adherence"),
        "reported_outcome": row.choice("outcome"),
    }


def _start(row: Row, last_day: date | None) -> Days | None:
    """The start; unknown, and noted, for what was handed out after the last day that the records cover."""
    start = row.days("start")
    handed_out = row.choice("basis") in HANDED_OUT
    if start and last_day and handed_out and start.earliest > last_day:
        row.find(
            "start-after-the-record", "start",
            "It was handed out after the last day that the records cover, so the date can't be right; it is read as"
            " unknown.",
        )  # fmt: skip
        return None
    return start


# --- when it ended ---------------------------------------------------------------------------------


def _end(row: Row, start: Days | None, supply_days: int | None) -> tuple[date | None, date | None]:
    """The first day no longer covered: from the last day, else the days' supply, else unknown.

    Where the end is unknown it lies after the first day and after any day on which it was still taken.
    """
    ended, still = end_after(row, start), _still(row, start)
    floor = max([days.earliest + timedelta(days=1) for days in (start, still) if days], default=None)
    if ended and floor and ended.latest < floor:
        row.find("end-before-still-taking", "end", "The end lies before a day of taking it; the end is unknown.")
        ended = None
    if ended is None and supply_days and start and still is None:
        ended = start.plus(supply_days)
    if ended is None:
        return floor, None
    return max(ended.earliest, floor or ended.earliest), ended.latest


def _still(row: Row, start: Days | None) -> Days | None:
    still = row.days("still_taking_on")
    if still and start and still.latest < start.earliest:
        row.find("still-taking-before-start", "still_taking_on", "The day lies before the start; it isn't used.")
        return None
    return still


# --- which drug ------------------------------------------------------------------------------------


def _drugs(row: Row, lookup: Lookup, supply: Supply) -> Sequence[DrugMatch]:
    name = row.text("medicine")
    strength = f"{supply.strength.value:g} {supply.strength.unit}" if supply.strength else None
    text = " ".join(part for part in (name, strength) if part) if name else None
    drugs = lookup.drugs(codes_of(row), text)
    if not drugs:
        code, message, reason = _NO_DRUG[_why_none(row, lookup)]
        row.find(code, "medicine", message)
        row.not_used(reason)
    return drugs


def _why_none(row: Row, lookup: Lookup) -> str:
    if not row.text("medicine") and not row.text("rxnorm"):
        return "not named"
    return "unclear" if lookup.names_a_drug(row.text("medicine")) else "unknown"


_NO_DRUG = {
    "not named": ("medicine-not-named", "No medicine is named; the row isn't used.", "no medicine named"),
    "unclear": (
        "medicine-unclear",
        "The words name a drug that is known, but not clearly that it was taken, or not which; the row isn't used.",
        "medicine not clear",
    ),
    "unknown": (
        "unknown-medicine",
        "Not an antidepressant or augmenting agent that is known; the row isn't used.",
        "medicine not known",
    ),
}


def _named(drug: DrugMatch, supply: Supply) -> Values:
    strength = supply.strength
    return {
        "ingredient": drug.ingredient,
        "formulation": drug.formulation,
        "product": drug.product or (f"{strength.value:g} {strength.unit}" if strength else None),
        "trap": drug.trap,
        "coded_by": drug.coded_by,
    }


# --- what dose -------------------------------------------------------------------------------------


def _supply(row: Row) -> Supply:
    quantity, days = row.number("quantity"), row.number("days_supply")
    if quantity is not None and quantity <= 0:
        row.find("quantity-not-positive", "quantity", "The quantity isn't above zero; it is read as unknown.")
        quantity = None
    if days is not None and not (days.is_integer() and 1 <= days <= LONGEST_SUPPLY_DAYS):
        row.find(
            "days-supply-out-of-range", "days_supply",
            f"The days' supply isn't a whole number from 1 to {LONGEST_SUPPLY_DAYS}; it is read as unknown.",
        )  # fmt: skip
        days = None
    return Supply(quantity, int(days) if days else None, row.strength("strength"))


def _dose(row: Row, drugs: Sequence[DrugMatch], drug: DrugMatch, supply: Supply, lookup: Lookup) -> Values:
    """The dose as written, else from quantity, strength and days' supply, else from the words, else unknown."""
    product = _product(drug, supply) if len(drugs) == 1 else drug
    low, high, unit, basis = first_known(
        lambda: _written(row, product, lookup, len(drugs)),
        lambda: _supplied(product, supply, lookup, len(drugs)),
        lambda: _worded(row, product, lookup, len(drugs)),
    )
    return {"dose_per_day_low": low, "dose_per_day_high": high, "dose_unit": unit, "dose_basis": basis}


def _product(drug: DrugMatch, supply: Supply) -> DrugMatch:
    if supply.strength is None:
        return drug
    return replace(drug, strength=supply.strength.value, strength_unit=supply.strength.unit)


def _written(row: Row, drug: DrugMatch, lookup: Lookup, parts: int) -> Dose:
    written, unit = row.range("dose_per_day"), row.choice("dose_unit")
    wanted = lookup.dose_unit(drug.ingredient, drug.formulation) or "mg/day"
    if written is None:
        return UNKNOWN
    if unit is None:
        row.find("dose-without-unit", "dose_unit", "The dose has no unit; it isn't used.")
    elif parts > 1:
        row.find("dose-of-several-drugs", "dose_per_day", "The medicine holds several drugs; the dose isn't used.")
    elif written.low <= 0:
        row.find("dose-not-positive", "dose_per_day", "The dose isn't above zero; it isn't used.")
    elif wanted != unit and not {wanted, unit} <= DAILY:
        row.find("dose-in-another-unit", "dose_unit", "Doses of this drug aren't given in this unit; it isn't used.")
    else:
        return per_day(Amount(*written, MASS[unit]), ONCE, drug, lookup, "structured dosage")
    return UNKNOWN


def _supplied(drug: DrugMatch, supply: Supply, lookup: Lookup, parts: int) -> Dose:
    if supply.quantity is None or supply.days is None:
        return UNKNOWN
    counted: Unit = "mL" if drug.strength_unit == "mg/mL" else "count"
    return from_supply(Amount(supply.quantity, supply.quantity, counted), supply.days, drug, lookup, parts)


def _worded(row: Row, drug: DrugMatch, lookup: Lookup, parts: int) -> Dose:
    """The dose that stands in the name: `sertraline 100 mg daily`."""
    said = dose_text.read(row.text("medicine") or "", drug.strength if drug.strength_unit == "mg" else None)
    if said.taken is None or said.times is None:
        return UNKNOWN
    dose = per_day(said.taken, said.times, drug, lookup, "text", parts)
    return dose._replace(low=0.0) if said.as_needed and dose.low is not None else dose
