"""Dose per day from amounts and words."""

import pytest

from stepwell.knowledge.load import Knowledge
from stepwell.records import dose_text, doses
from stepwell.records.doses import UNKNOWN, Amount, Dose, Times
from stepwell.records.lookup import DrugMatch, Lookup

SERTRALINE = DrugMatch("sertraline", "oral", "312941", 50.0, "mg", None, "code")
SOLUTION = DrugMatch("sertraline", "oral", "861064", 20.0, "mg/mL", None, "code")
PATCH = DrugMatch("selegiline", "transdermal", "x", 6.0, "mg/24 h", None, "code")
LIOTHYRONINE = DrugMatch("liothyronine", "oral", "x", 25.0, "mcg", None, "code")
WEEKLY = DrugMatch("fluoxetine", "oral-weekly", "313995", 90.0, "mg", "weekly-fluoxetine", "code")
ESKETAMINE = DrugMatch("esketamine", "nasal-spray", None, None, None, None, "code")
KETAMINE = DrugMatch("ketamine", "iv-infusion", None, None, None, None, "code")
NO_STRENGTH = DrugMatch("sertraline", None, None, None, None, None, "code")


@pytest.fixture(scope="module")
def lookup(knowledge: Knowledge) -> Lookup:
    return Lookup(knowledge)


def count(number: float) -> Amount:
    return Amount(number, number, "count")


@pytest.mark.parametrize(
    ("taken", "times", "drug", "expected"),
    [
        (count(2), 1.0, SERTRALINE, (100.0, 100.0, "mg/day")),
        (Amount(1, 2, "count"), 1.0, SERTRALINE, (50.0, 100.0, "mg/day")),
        (Amount(75, 75, "mg"), 2.0, SERTRALINE, (150.0, 150.0, "mg/day")),
        (Amount(500, 500, "mcg"), 1.0, SERTRALINE, (0.5, 0.5, "mg/day")),
        (Amount(5, 5, "mL"), 1.0, SOLUTION, (100.0, 100.0, "mg/day")),
        (count(1), 1.0, PATCH, (6.0, 6.0, "mg/24 h")),
        (count(1), 1.0, LIOTHYRONINE, (25.0, 25.0, "mcg/day")),
        (Amount(0.05, 0.05, "mg"), 1.0, LIOTHYRONINE, (50.0, 50.0, "mcg/day")),
        (Amount(84, 84, "mg"), 2 / 7, ESKETAMINE, (84.0, 84.0, "mg/session")),
        (Amount(0.5, 0.5, "mg/kg"), 1 / 7, KETAMINE, (0.5, 0.5, "mg/kg/infusion")),
    ],
)
def test_amount_times_strength_is_the_dose(
    lookup: Lookup, taken: Amount, times: float, drug: DrugMatch, expected: tuple[float, float, str]
) -> None:
    dose = doses.per_day(taken, Times(times, times), drug, lookup, "text")
    assert dose == Dose(*expected, "text")


@pytest.mark.parametrize(
    ("taken", "drug", "parts"),
    [
        (count(1), NO_STRENGTH, 1),
        (count(1), SOLUTION, 1),
        (Amount(5, 5, "mL"), SERTRALINE, 1),
        (count(1), WEEKLY, 1),
        (Amount(90, 90, "mg"), WEEKLY, 1),
        (Amount(50, 50, "mg"), SERTRALINE, 2),
        (Amount(0.5, 0.5, "mg/kg"), SERTRALINE, 1),
        (Amount(40, 40, "mg"), KETAMINE, 1),
    ],
)
def test_a_dose_that_cannot_be_told_is_unknown(lookup: Lookup, taken: Amount, drug: DrugMatch, parts: int) -> None:
    assert doses.per_day(taken, doses.ONCE, drug, lookup, "text", parts) == UNKNOWN


def test_quantity_and_days_give_a_dose(lookup: Lookup) -> None:
    assert doses.from_supply(count(60), 30, SERTRALINE, lookup) == Dose(
        100.0, 100.0, "mg/day", "quantity and days' supply"
    )
    assert doses.from_supply(count(60), 0, SERTRALINE, lookup) == UNKNOWN
    assert doses.from_supply(count(4), 28, WEEKLY, lookup) == UNKNOWN
    assert doses.from_supply(Amount(84, 84, "mg"), 7, ESKETAMINE, lookup) == UNKNOWN


def test_quantity_and_dose_give_days(lookup: Lookup) -> None:
    dose = Dose(50.0, 100.0, "mg/day", "text")
    assert doses.days_of_supply(count(60), dose, SERTRALINE, lookup) == (30.0, 60.0)
    assert doses.days_of_supply(count(60), dose._replace(low=0.0), SERTRALINE, lookup) == (30.0, None)
    assert doses.days_of_supply(count(60), UNKNOWN, SERTRALINE, lookup) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mg", ("mg", 1.0)),
        ("MG", ("mg", 1.0)),
        ("g", ("mg", 1000.0)),
        ("ug", ("mcg", 1.0)),
        ("\u00b5g", ("mcg", 1.0)),
        ("mL", ("mL", 1.0)),
        ("{tbl}", ("count", 1.0)),
        ("Tablet(s)", ("count", 1.0)),
        ("CAPSULE", ("count", 1.0)),
        ("ERTAB", ("count", 1.0)),
        ("patch", ("count", 1.0)),
        ("[drp]", None),
        ("{puff}", None),
        ("units", None),
    ],
)
def test_a_unit_means(text: str, meant: tuple[str, float] | None) -> None:
    assert doses.unit(text) == meant


CLEAR = [
    ("take 1 tablet by mouth daily", (1, 1, "count"), (1, 1), False),
    ("100 mg od", (100, 100, "mg"), (1, 1), False),
    ("2 tabs bid", (2, 2, "count"), (2, 2), False),
    ("1-2 tablets at bedtime", (1, 2, "count"), (1, 1), False),
    ("Take one tablet twice a day as needed", (1, 1, "count"), (2, 2), True),
    ("50 mg am and 100 mg hs", (150, 150, "mg"), (1, 1), False),
    ("take 1 tablet in the morning and 2 tablets at night", (3, 3, "count"), (1, 1), False),
    ("1-0-1", (2, 2, "count"), (1, 1), False),
    ("1-0-0-2", (3, 3, "count"), (1, 1), False),
    ("Take 1 1/2 tablets daily", (1.5, 1.5, "count"), (1, 1), False),
    ("take half a tablet daily", (0.5, 0.5, "count"), (1, 1), False),
    ("1/2 tab qhs", (0.5, 0.5, "count"), (1, 1), False),
    ("Take one (1) tablet daily", (1, 1, "count"), (1, 1), False),
    ("take up to 2 tablets daily", (0, 2, "count"), (1, 1), False),
    ("2-3 times a day 1 tab", (1, 1, "count"), (2, 3), False),
    ("5 ml daily", (5, 5, "mL"), (1, 1), False),
    ("Take 1 capsule (20 mg) daily", (20, 20, "mg"), (1, 1), False),
    ("1 tab PO QD x 30 days", (1, 1, "count"), (1, 1), False),
    ("1 g daily", (1000, 1000, "mg"), (1, 1), False),
    ("20 mg every other day", (20, 20, "mg"), (0.5, 0.5), False),
    ("1 cap once daily in the morning", (1, 1, "count"), (1, 1), False),
    ("sertraline 100mg/day", (100, 100, "mg"), (1, 1), False),
    ("75mg b.d.", (75, 75, "mg"), (2, 2), False),
    ("sertraline 50 mg one daily", (50, 50, "mg"), (1, 1), False),
    ("75 mg 2 times daily", (75, 75, "mg"), (2, 2), False),
    ("1 tab po qday", (1, 1, "count"), (1, 1), False),
    ("1 tab(s), Oral, q12hr, # 60 tab(s), 0 Refill(s)", (1, 1, "count"), (2, 2), False),
    ("50 mg = 1 tab, PO, Daily, # 30 tab, 3 Refill(s)", (50, 50, "mg"), (1, 1), False),
    ("Take 1 & 1/2 tablets daily", (1.5, 1.5, "count"), (1, 1), False),
    ("Take one-half tablet daily", (0.5, 0.5, "count"), (1, 1), False),
    ("Take one and one-half tablets daily", (1.5, 1.5, "count"), (1, 1), False),
    ("Take 2 capsules (40 mg total) by mouth daily", (40, 40, "mg"), (1, 1), False),
    ("Take 1 tablet daily. Do not crush or chew.", (1, 1, "count"), (1, 1), False),
    ("Take 1 tablet daily. Do not stop taking it without advice.", (1, 1, "count"), (1, 1), False),
]


@pytest.mark.parametrize(("text", "taken", "times", "as_needed"), CLEAR)
def test_clear_directions_are_read(
    text: str,
    taken: tuple[float, float, str],
    times: tuple[float, float],
    as_needed: bool,  # noqa: FBT001
) -> None:
    said = dose_text.read(text)
    assert (tuple(said.taken or ()), tuple(said.times or ()), said.as_needed) == (taken, times, as_needed)


@pytest.mark.parametrize(
    "text",
    [
        "50 mg for 1 week then 100 mg daily",
        "titrate to 100 mg daily",
        "increase by 50 mg weekly",
        "20 mg/5 ml take 5 ml daily",
        "100 mg (2 tablets) daily",
        "1-2 tablets",
        "daily",
        "every 8 hours as needed",
        "do not take 1 tablet daily",
        "1 tablet daily twice weekly",
        "alternate 50 mg with 100 mg daily",
        "1 tablet Monday to Friday daily",
        "1 tablet daily on Mondays only",
        "Do not crush, then take 2 tablets daily",
        "1 tablet daily, do not stop until day 7",
        "one daily",
        "sertraline 50 mg two daily",
        "sertraline 50 mg tablets, take two at night",
        "sertraline 50 mg 100 daily",
        "",
    ],
)
def test_directions_that_are_not_clear_give_no_dose(text: str) -> None:
    said = dose_text.read(text)
    assert said.taken is None or said.times is None


def test_strength_settles_an_amount_told_both_ways() -> None:
    assert dose_text.read("100 mg (2 tablets) daily", 50.0).taken == Amount(100, 100, "mg")
    assert dose_text.read("100 mg (2 tablets) daily", 100.0).taken is None


@pytest.mark.parametrize(
    ("text", "strength", "each_day"),
    [
        ("ONE DAILY", 10.0, 1.0),
        ("one at night", 15.0, 1.0),
        ("One To Be Taken Each Day", 50.0, 1.0),
        ("TAKE TWO EVERY MORNING", 20.0, 2.0),
        ("TAKE ONE TWICE A DAY", 75.0, 2.0),
        ("Take one by mouth at bedtime for sleep", 15.0, 1.0),
        ("half at night", 15.0, 0.5),
        ("1 po qd", 10.0, 1.0),
        ("1od", 20.0, 1.0),
        ("one daily for 28 days", 20.0, 1.0),
    ],
)
def test_a_number_alone_counts_tablets(text: str, strength: float, each_day: float) -> None:
    said = dose_text.read(text, strength)
    assert said.taken is not None
    assert said.times is not None
    assert (said.taken.unit, said.taken.high * said.times.high) == ("count", each_day)


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("5 daily", 10.0),
        ("0.5 daily", 2.0),
        ("100 daily", 50.0),
        ("one daily", None),
        ("one at night, two in the morning", 15.0),
        ("one in the morning and one at night", 15.0),
        ("one or two at night", 15.0),
        ("one daily then two daily", 50.0),
        ("one as directed", 50.0),
    ],
)
def test_a_number_alone_that_could_mean_something_else_gives_no_dose(text: str, strength: float | None) -> None:
    said = dose_text.read(text, strength)
    assert said.taken is None or said.times is None


def test_volume_and_mg_must_agree_with_the_strength_of_a_liquid() -> None:
    assert dose_text.read("Take 2.5 mL (50 mg total) daily", 20.0).taken == Amount(50, 50, "mg")
    assert dose_text.read("Take 2.5 mL (100 mg total) daily", 20.0).taken is None
