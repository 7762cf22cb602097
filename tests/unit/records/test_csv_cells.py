import re
from collections.abc import Callable
from datetime import date

import pytest

from stepwell.records.csv_folder.cells import Days, Range, Strength, choice, day_range, number, number_range, strength

DAY = Days(date(2024, 3, 4), date(2024, 3, 4))


@pytest.mark.parametrize(
    "text", ["2024-03-04", "2024/03/04", "2024.3.4", "2024-3-4", "2024-03-04 00:00:00", "2024-03-04T10:30:00Z"]
)
def test_a_date_with_the_year_first_is_one_day(text: str) -> None:
    assert day_range(text) == DAY


def test_a_partial_date_is_as_vague_as_it_was_written() -> None:
    assert day_range("2024-02") == Days(date(2024, 2, 1), date(2024, 2, 29))
    assert day_range("2024") == day_range("2024.0") == Days(date(2024, 1, 1), date(2024, 12, 31))


ORDER = (
    "the order of day and month isn't certain; write the year first, such as 2024-03-04 (4 March) "
    "or 2024-04-03 (3 April)"
)
NO_DATE = "not a date; write 2024-03-04, or 2024-03 or 2024 where the day or month isn't known"
NO_NUMBER = "not a number; write a number such as 20 or 37.5, without unit"
COMMA = "the comma may be a decimal or a thousands mark; write 1.234 or 1234"


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (day_range, "03/04/2024", ORDER),
        (day_range, "4.3.24", ORDER),
        (day_range, "25-12-2024", ORDER),
        (day_range, "45355", "a spreadsheet's day number; write the date as text, such as 2024-03-04"),
        (
            day_range,
            "2024.1",
            "a spreadsheet may have shortened this; write 2024-01 for January or 2024-10 for October",
        ),
        (day_range, "spring", NO_DATE),
        (day_range, "2024-02-30", NO_DATE),
        (day_range, "2024-13", NO_DATE),
        (day_range, "1066-10-14", "not a date between 1900 and 2199"),
        (day_range, "9999-12-31", "not a date between 1900 and 2199"),
        (number, "two", NO_NUMBER),
        (number, "20 mg", NO_NUMBER),
        (number, "nan", NO_NUMBER),
        (number, "1e9", NO_NUMBER),
        (number, "1" * 400, NO_NUMBER),
        (number, "1,234", COMMA),
        (number, "12,345.6", COMMA),
        (number_range, "40-20", "a range with the larger number first; write it as 20-40"),
        (number_range, "low", NO_NUMBER),
        (
            strength,
            "2 tablets",
            "not a strength; write a number, alone or followed by mg, mcg, mg/mL or mg/24 h",
        ),
    ],
)
def test_what_cannot_be_read_says_what_is_allowed(parse: Callable[[str], object], text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse(text)


@pytest.mark.parametrize(("text", "value"), [("20", 20.0), ("37.5", 37.5), ("37,5", 37.5), ("-1", -1.0), (".5", 0.5)])
def test_numbers_have_a_point_or_a_decimal_comma(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["20-40", "20 - 40", "20 to 40", "20\u201340"])
def test_a_dose_may_be_a_range(text: str) -> None:
    assert number_range(text) == Range(20, 40)


def test_one_number_is_a_range_of_itself() -> None:
    assert number_range("20") == Range(20, 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100", Strength(100, "mg")),
        ("37,5 MG", Strength(37.5, "mg")),
        ("25 mcg", Strength(25, "mcg")),
        ("25\u00b5g", Strength(25, "mcg")),
        ("20 mg/mL", Strength(20, "mg/mL")),
        ("6 mg/24 h", Strength(6, "mg/24 h")),
        ("6 mg/24h", Strength(6, "mg/24 h")),
    ],
)
def test_a_strength_is_in_mg_unless_a_unit_is_written(text: str, expected: Strength) -> None:
    assert strength(text) == expected


def test_words_are_told_apart_by_letters_only() -> None:
    assert choice("  Side_EFFECTS ", ("no benefit", "side effects")) == "side effects"


def test_a_word_that_is_not_allowed_is_answered_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"^not one of the words allowed: yes \| partly \| no$"):
        choice("often", ("yes", "partly", "no"))
