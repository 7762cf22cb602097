"""The text: one screen, then the detail; readable at 80 and 100 characters, without colour, aloud."""

import re
from datetime import date
from pathlib import Path

import pytest

from stepwell.one import review_one
from stepwell.report import html, letter, text
from tests.unit.report.people import PEOPLE, review

CONTROL = re.compile(r"\x1b|[\x00-\x08\x0b-\x1f]")


def first_screen(output: str) -> list[str]:
    return output.split("\nDETAIL\n", maxsplit=1)[0].splitlines()


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "hal"])
def test_no_line_is_wider_than_asked_but_for_an_address(name: str, width: int) -> None:
    for line in text.render(review(name), width).splitlines():
        assert len(line) <= width or "https://" in line, line


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "ana"])
def test_the_first_screen_is_forty_eight_lines_or_fewer(name: str) -> None:
    assert len(first_screen(text.render(review(name), 100))) <= 48


def test_four_trials_and_a_safety_notice_need_a_few_more() -> None:
    assert len(first_screen(text.render(review("ana"), 100))) <= 56


@pytest.mark.parametrize(("as_of", "said"), [(date(2024, 6, 1), ", died (1 Mar 2024)."), (date(2024, 2, 1), ".")])
def test_a_death_on_record_stands_beside_the_birth(as_of: date, said: str, tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("birth_date,sex,death_date\n1980,female,2024-03-01\n", encoding="utf-8")

    shown = review_one(tmp_path, as_of)

    assert f"\nFemale, born 1980{said} CSV folder: " in text.render(shown)
    assert f"Sex, born: female, born 1980{said.removesuffix('.')}\n" in letter.text(shown)
    assert f"Female, born 1980{said}" in html.render(shown)


@pytest.mark.parametrize("name", PEOPLE)
def test_without_colour_there_are_no_control_characters(name: str) -> None:
    assert CONTROL.search(text.render(review(name))) is None


def test_colour_changes_no_word() -> None:
    plain, colored = (text.render(review("ana"), color=color) for color in (False, True))
    assert "\x1b[" in colored
    assert "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines()) + "\n" == plain


def test_a_trial_takes_two_lines_of_the_table() -> None:
    lines = first_screen(text.render(review("ana"), 100))
    place = next(number for number, line in enumerate(lines) if line.startswith("1. Sertraline"))
    assert lines[place].split() == [
        "1.",
        "Sertraline",
        "150",
        "mg/day",
        "120",
        "100%",
        "PHQ-9",
        "21",
        "to",
        "19",
        "FAILED",
    ]
    assert lines[place + 1].split("   ")[1].startswith("4 May to 31 Aug 2023")
    assert lines[place + 1].endswith("least 50       least 28     dispensed  9.5% lower")


def test_a_narrow_screen_says_the_same_in_a_sentence() -> None:
    output = text.render(review("ana"), 80)
    assert (
        "1. Sertraline, 4 May to 31 Aug 2023: FAILED\n"
        "   Highest dose 150 mg/day (least 50); days at dose 120 (least 28); dispensed\n"
        "   for 100%; PHQ-9 21 to 19, 9.5% lower.\n"
    ) in output


def test_each_criterion_says_result_found_asked_and_source() -> None:
    flat = " ".join(text.render(review("ana")).split())
    found = re.search(r"Dose: not met\. Found: (.*?)\. Asked: (.*?)\. (\[.*?\])", flat)
    assert found is not None
    assert found.groups() == (
        "highest dose 37.5 mg/day; 0 days at the minimum or more", "150 mg/day by MGH-ATRQ minimum doses",
        found[3],
    )  # fmt: skip
    assert found[3].endswith(", minimum dose list, venlafaxine]")


def test_every_source_number_that_is_named_is_listed() -> None:
    output = text.render(review("ana"))
    body, sources = output.split("\nSources\n")
    named = {
        int(number)
        for marks in re.findall(r"\[(\d[^\]]*)\]", " ".join(body.split()))
        for number in re.findall(r"(?:^|, )(\d+)(?=,|$)", marks)
    }
    listed = {int(number) for number in re.findall(r"^  \[(\d+)\]", sources, re.MULTILINE)}
    assert named
    assert named <= listed
    assert listed == set(range(1, len(listed) + 1))


def test_the_evidence_of_a_trial_is_named_with_its_place() -> None:
    flat = " ".join(text.render(review("ana")).split())
    assert "MedicationDispense/1 (supply, record.json, 12)" in flat
    assert "Observation/1 (score before)" in flat


def test_rows_not_used_are_counted_with_the_reason() -> None:
    output = text.render(review("ana"))
    assert "FHIR R4 Bundle: 1 of 36 rows not used; 1 remark on the data." in output
    assert "- 1 Claim: not a kind that is read (record.json)" in output


def test_only_remarks_about_this_person_are_shown() -> None:
    output = text.render(review("ana"))
    assert "Lies after the review; not used." in output
    assert "About somebody else." not in output


def test_a_failure_in_doubt_says_why() -> None:
    flat = " ".join(text.render(review("nia")).split())
    assert (
        "unchanged; an earlier trial of it had ended not long before and may be going on in this one, so the score"
        " before may have been brought down by the drug"
    ) in flat
    assert "the outcome; an earlier trial of it had ended not long before" in flat
    assert "in remission by the last score: no failure; that the drug brought it about isn't shown" in flat


def test_a_dose_that_was_set_aside_stands_there_with_its_row_and_the_reason() -> None:
    flat = " ".join(text.render(review("oto")).split())
    why = (
        "set aside as an error of the record, because it is more than 5 times the highest licensed dose (200 mg/day);"
        " so the dose counts as not known."
    )
    assert f"5000 mg/day stands in the record (MedicationDispense/2) and was {why}" in flat
    assert f"5000 mg/day was {why}" in flat
    assert "Found: highest dose not known (1000 mg/day in the record, set aside)" in flat
    assert "Highest dose 1000 mg/day, set aside" in " ".join(text.render(review("oto"), 80).split())
