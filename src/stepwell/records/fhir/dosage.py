"""What a FHIR Dosage says: how much at once, how often, from when to when."""

from typing import NamedTuple

from stepwell.records import dose_text, doses
from stepwell.records.doses import Amount, Dose, Times
from stepwell.records.fhir import when
from stepwell.records.fhir.row import Row
from stepwell.records.fhir.shape import Node, concept, node, nodes, number, string
from stepwell.records.fhir.when import Days, Length
from stepwell.records.lookup import DrugMatch

DAYS_PER_WEEK = 7
# Codes of the timing code system v3-GTSAbbreviation; others are read as words.
_TIMES_A_DAY = {
    "BID": 2.0, "TID": 3.0, "QID": 4.0, "AM": 1.0, "PM": 1.0, "QD": 1.0, "QOD": 0.5, "Q1H": 24.0, "Q2H": 12.0,
    "Q3H": 8.0, "Q4H": 6.0, "Q6H": 4.0, "Q8H": 3.0, "BED": 1.0, "WK": 1 / 7,
}  # fmt: skip


class Step(NamedTuple):
    """One Dosage: the dose per day it gives, and when it holds."""

    sequence: float | None
    structured: Dose
    worded: Dose
    start: Days | None
    end: Days | None
    length: Length | None


def steps(row: Row, dosages: object, path: str, match: DrugMatch, parts: int) -> list[Step]:
    """Every Dosage of a medicine, in order of sequence.

    Args:
        row: The resource.
        dosages: Its list of Dosage.
        path: Where they stand, for findings.
        match: The drug.
        parts: How many drugs the product holds.
    """
    found = [_step(row, one, f"{path}[{number}]", match, parts) for number, one in enumerate(nodes(dosages))]
    return sorted(found, key=lambda step: step.sequence or 0.0)


def _step(row: Row, dosage: Node, path: str, match: DrugMatch, parts: int) -> Step:
    repeat = node(node(dosage.get("timing")).get("repeat"))
    start, end = when.period(row, repeat.get("boundsPeriod"), f"{path}.timing.repeat.boundsPeriod")
    length = when.length(row, repeat.get("boundsDuration"), f"{path}.timing.repeat.boundsDuration")
    length = length or when.length_range(row, repeat.get("boundsRange"), f"{path}.timing.repeat.boundsRange")
    return Step(
        number(dosage.get("sequence")),
        _structured(row, dosage, path, match, parts),
        worded(row, string(dosage.get("text")), match, parts),
        start,
        end,
        length,
    )


def _structured(row: Row, dosage: Node, path: str, match: DrugMatch, parts: int) -> Dose:
    taken = _taken(row, dosage, path, match)
    often = times(row, node(dosage.get("timing")), f"{path}.timing")
    if taken is None:
        return doses.UNKNOWN
    if often is None:
        return _per_session(row, taken, match)
    dose = doses.per_day(taken, often, match, row.lookup, "structured dosage", parts)
    needed = dosage.get("asNeededBoolean") is True or bool(node(dosage.get("asNeededCodeableConcept")))
    return dose._replace(low=0.0) if needed and dose.low is not None else dose


def _per_session(row: Row, taken: Amount, match: DrugMatch) -> Dose:
    """The dose of one session, which doesn't depend on how often there is one."""
    if row.lookup.dose_unit(match.ingredient, match.formulation) not in ("mg/session", "mg/kg/infusion"):
        return doses.UNKNOWN
    return doses.per_day(taken, doses.ONCE, match, row.lookup, "structured dosage")


def worded(row: Row, text: str | None, match: DrugMatch, parts: int) -> Dose:
    """The dose that directions in words give, if they are clear."""
    if not text:
        return doses.UNKNOWN
    said = dose_text.read(text, match.strength if match.strength_unit in ("mg", "mg/mL") else None)
    if said.taken is None or said.times is None:
        return doses.UNKNOWN
    dose = doses.per_day(said.taken, said.times, match, row.lookup, "text", parts)
    return dose._replace(low=0.0) if said.as_needed and dose.low is not None else dose


# --- how much --------------------------------------------------------------------------------------


def _taken(row: Row, dosage: Node, path: str, match: DrugMatch) -> Amount | None:
    """What is taken at once; where a dose as ordered and one as calculated stand, the one ordered."""
    every = nodes(dosage.get("doseAndRate"))
    ordered = [one for one in every if "ordered" in concept(one.get("type")).others]
    found = [
        amount
        for one in ordered or every
        if (amount := _dose_or_range(row, one, f"{path}.doseAndRate", match)) is not None
    ]
    found = _told_twice(found, match)
    if not found or len({amount.unit for amount in found}) > 1:
        return None
    return Amount(min(one.low for one in found), max(one.high for one in found), found[0].unit)


def _told_twice(found: list[Amount], match: DrugMatch) -> list[Amount]:
    """Without the tablets, where the mg beside them say the same (`100 mg` and `2 tablets` of 50 mg)."""
    counted = [one for one in found if one.unit == "count"]
    weighed = [one for one in found if one.unit == "mg"]
    if not counted or not weighed or match.strength is None or match.strength_unit != "mg":
        return found
    in_mg = {(round(one.low * match.strength, 6), round(one.high * match.strength, 6)) for one in counted}
    if in_mg == {(round(one.low, 6), round(one.high, 6)) for one in weighed}:
        return [one for one in found if one.unit != "count"]
    return found


def _dose_or_range(row: Row, one: Node, path: str, match: DrugMatch) -> Amount | None:
    if "doseQuantity" in one:
        return quantity(row, one["doseQuantity"], f"{path}.doseQuantity", match)
    both = node(one.get("doseRange"))
    low, high = (quantity(row, both.get(name), f"{path}.doseRange.{name}", match) for name in ("low", "high"))
    if low is None or high is None:
        return Amount(0.0, high.high, high.unit) if high and "low" not in both else None
    if low.unit != high.unit or low.low > high.high:
        row.find("dose-range-odd", path, "The ends of the dose range don't fit each other; the dose is unknown.")
        return None
    return Amount(low.low, high.high, low.unit)


def quantity(row: Row, value: object, path: str, match: DrugMatch) -> Amount | None:
    """A Quantity of a medicine; unknown, and noted, if its unit is missing, unclear or contradicts its code."""
    whole = node(value)
    size = number(whole.get("value"))
    if size is None:
        return None
    if size <= 0:
        row.find("quantity-not-positive", path, "The quantity isn't above zero; it is read as unknown.")
        return None
    words = [word for word in (string(whole.get("unit")), string(whole.get("code"))) if word and word != "1"]
    if not words:
        return _bare(row, size, path, match)
    known = {word: meant for word in words if (meant := doses.unit(word)) is not None}
    if len(set(known.values())) == 1:
        return doses.amount(size, size, next(iter(known)))
    if known:
        row.find("dose-units-differ", path, "Unit and unit code contradict each other; the dose is unknown.")
    else:
        row.find("dose-unit-unknown", path, "The unit can't be turned into a dose; the dose is unknown.")
    return None


def _bare(row: Row, size: float, path: str, match: DrugMatch) -> Amount | None:
    """A number without unit: tablets where it can't be milligrams of tablets of that strength."""
    if match.strength and match.strength_unit in ("mg", "mcg") and size < match.strength * dose_text.SMALLEST_PART:
        return Amount(size, size, "count")
    row.find("dose-without-unit", path, "The quantity has no unit; the dose is unknown.")
    return None


# --- how often -------------------------------------------------------------------------------------


def times(row: Row, timing: Node, path: str) -> Times | None:
    """How often per day a Timing says, None if it doesn't."""
    repeat = node(timing.get("repeat"))
    return _repeated(row, repeat, f"{path}.repeat") or _coded(row, timing, f"{path}.code")


def _coded(row: Row, timing: Node, path: str) -> Times | None:
    """How often by code and by words; unknown, and noted, if they contradict each other."""
    code = concept(timing.get("code"))
    coded = [_TIMES_A_DAY[one.upper()] for one in code.others if one.upper() in _TIMES_A_DAY]
    found = {Times(often, often) for often in coded}
    found |= {often for text in (*code.texts, *code.others) if (often := dose_text.times_of(text))}
    if len(found) > 1:
        row.find("timing-not-understood", path, "Codes and words say differently how often; it is unknown.")
    return found.pop() if len(found) == 1 else None


def _repeated(row: Row, repeat: Node, path: str) -> Times | None:
    unit, low_period = string(repeat.get("periodUnit")), number(repeat.get("period"))
    in_day = _slots(repeat)
    frequency = number(repeat.get("frequency"))
    if unit is None or low_period is None:
        on_days = _share_of_week(repeat)
        return Times(in_day * on_days, in_day * on_days) if in_day else None
    days = when.in_days(unit)
    high_period = number(repeat.get("periodMax")) or low_period
    low = frequency if frequency is not None else (in_day or 1.0)
    high = number(repeat.get("frequencyMax")) or low
    if days is None or not 0 < low_period <= high_period or not 0 < low <= high:
        row.find("timing-not-understood", path, "The timing can't be read as so many times per day; it is unknown.")
        return None
    share = _share_of_week(repeat) if days.high <= 1 else 1.0
    return Times(low * share / (high_period * days.high), high * share / (low_period * days.low))


def _slots(repeat: Node) -> float:
    """How many times of the day are named."""
    for name in ("timeOfDay", "when"):
        named = repeat.get(name)
        if isinstance(named, list) and named:
            return float(len(named))
    return 0.0


def _share_of_week(repeat: Node) -> float:
    named = repeat.get("dayOfWeek")
    return len({str(one) for one in named}) / DAYS_PER_WEEK if isinstance(named, list) and named else 1.0
