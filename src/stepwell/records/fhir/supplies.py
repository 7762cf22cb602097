"""What is handed out: how much, for how long, and the dose per day that follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stepwell.records import doses
from stepwell.records.doses import Dose
from stepwell.records.fhir import dosage, when
from stepwell.records.fhir.courses import together
from stepwell.records.fhir.dosage import Step
from stepwell.records.fhir.row import Row
from stepwell.records.fhir.shape import node, string
from stepwell.records.lookup import DrugMatch

LONGEST_SUPPLY_DAYS = 1000


@dataclass(frozen=True, slots=True)
class Supply:
    """What is handed out: how much, and for how long."""

    quantity: object
    path: str
    days: float | None


NO_SUPPLY = Supply(None, "", None)


def dose_from_supply(row: Row, supply: Supply, drug: DrugMatch, parts: int) -> Dose:
    """The dose per day if what is handed out lasts as long as said."""
    if supply.days is None:
        return doses.UNKNOWN
    amount = handed_out(row, supply, drug)
    return doses.from_supply(amount, supply.days, drug, row.lookup, parts) if amount else doses.UNKNOWN


def handed_out(row: Row, supply: Supply, drug: DrugMatch) -> doses.Amount | None:
    """How much is handed out; a number without unit counts tablets, capsules or patches, as pharmacies write it."""
    whole = node(supply.quantity)
    if not whole:
        return None
    words = {string(whole.get("unit")), string(whole.get("code"))} - {None, "1"}
    if not words and drug.strength_unit in ("mg", "mcg", "mg/24 h"):
        whole = {**whole, "unit": "{tbl}"}
    return dosage.quantity(row, whole, supply.path, drug)


def dose_by_trust(
    row: Row, drug: DrugMatch, parts: int, supply: Supply, fallback: Callable[[], Dose]
) -> Callable[[Sequence[Step]], Dose]:
    """The ways to a dose in the order in which they are trusted."""

    def dose(steps: Sequence[Step]) -> Dose:
        return doses.first_known(
            lambda: together(steps, [step.structured for step in steps]),
            lambda: dose_from_supply(row, supply, drug, parts),
            lambda: together(steps, [step.worded for step in steps]),
            fallback,
        )

    return dose


def days_of(row: Row, value: object, path: str) -> float | None:
    """Days that a supply lasts; unknown, and noted, if that isn't a plausible number of days."""
    if not node(value):
        return None
    found = when.length(row, value, path)
    if found is None:
        return None
    if found.low != found.high or not 1 <= found.low <= LONGEST_SUPPLY_DAYS:
        message = f"The days' supply isn't a number from 1 to {LONGEST_SUPPLY_DAYS}; it is read as unknown."
        row.find("days-supply-out-of-range", path, message)
        return None
    return found.low
