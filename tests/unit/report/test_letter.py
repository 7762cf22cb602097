"""The treatment history on one page."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from stepwell.errors import ConfigError
from stepwell.one import review_one
from stepwell.report import letter, pdf
from stepwell.review import Review
from tests.unit.report.people import review

EXAMPLES = Path(__file__).parents[3] / "examples"
AS_OF = date(2025, 9, 22)
PEOPLE = sorted(path.parent.name for path in EXAMPLES.glob("*/fhir.json"))


def _review(name: str) -> Review:
    return review_one(EXAMPLES / name / "fhir.json", AS_OF)


@pytest.fixture(scope="module")
def two_failures() -> Review:
    return _review("01-two-adequate-failures")


def test_every_trial_has_drug_dose_dates_days_scores_and_end(two_failures: Review) -> None:
    lines = letter.letter(two_failures).lines
    assert len(lines) == len(two_failures.tables["attempt"])
    assert all(len(line.cells) == len(letter.HEADINGS) for line in lines)
    assert all(cell for line in lines for cell in line.cells)


def test_what_the_record_does_not_say_is_blank() -> None:
    shown = letter.letter(_review("12-almost-empty"), "esketamine")
    assert letter.BLANK in {cell for line in shown.lines for cell in line.cells}
    states = [fact.state for fact in shown.contraindications]
    assert letter.BLANK in states
    assert "no" not in states


def test_the_suicide_item_stands_first() -> None:
    review = _review("11-suicide-item-under-a-low-total")
    assert (
        letter.text(review).splitlines()[1].startswith("SAFETY FIRST: An answer about death or self-harm is above zero")
    )
    page = letter.html(review)
    assert page.index("988 Suicide &amp; Crisis Lifeline") < page.index("Medicines tried")
    assert page.index("death or self-harm") < page.index("Medicines tried")


def test_each_contraindication_of_the_option_is_listed(two_failures: Review) -> None:
    shown = letter.letter(two_failures, "ect")
    option = next(one for one in two_failures.knowledge.options if one.id == "ect")
    assert len(shown.contraindications) == len({row.fact for row in option.contraindications})


def test_a_dose_above_the_limit_for_the_age_leads() -> None:
    made = letter.text(review("lea"))
    assert made.index("Above the limit for this age: citalopram at 40 mg/day") < made.index("Person: lea")
    page = letter.html(review("lea"))
    assert page.index("Above the limit for this age: citalopram at 40 mg/day") < page.index("Medicines tried")


def test_a_dose_that_was_set_aside_is_named_and_left_to_be_filled_in() -> None:
    shown = letter.letter(review("oto"))
    assert shown.lines[1].cells[1] == f"{letter.BLANK} (1000 mg/day, set aside)"
    assert [words.split(" and was ")[0] for words in shown.set_aside] == [
        "Sertraline: 5000 mg/day stands in the record (MedicationDispense/2)",
        (
            "Escitalopram: 1000 mg/day stands in the record"
            " (MedicationDispense/10, MedicationDispense/11 and MedicationDispense/12)"
        ),
    ]
    for made in (letter.text(review("oto"), width=300), letter.html(review("oto"))):
        assert all(words in made for words in shown.set_aside)


@pytest.mark.parametrize("name", ["lea", "oto"])
def test_the_sheet_is_still_one_page(name: str) -> None:
    assert len(PdfReader(BytesIO(pdf.render(letter.html(review(name), "esketamine")))).pages) == 1


def test_an_option_that_is_not_there_is_refused(two_failures: Review) -> None:
    with pytest.raises(ConfigError, match=r"No option is called nothing\. `stepwell options` lists them\."):
        letter.letter(two_failures, "nothing")


@pytest.mark.parametrize("name", PEOPLE)
def test_the_sheet_is_one_page_that_can_be_read_as_text(name: str) -> None:
    made = PdfReader(BytesIO(pdf.render(letter.html(_review(name), "esketamine"))))
    assert len(made.pages) == 1
    assert "Treatment history" in made.pages[0].extract_text()


def test_what_was_only_stated_is_not_told_as_supplied_and_a_diagnosis_has_its_plain_name(two_failures: Review) -> None:
    assert letter.letter(_review("12-almost-empty")).lines[0].cells[4] == "100% of days as stated"
    assert letter.letter(two_failures).lines[0].cells[4] == "100% of days supplied"
    assert ("Diagnosis", "Major depression (since Jan 2025)") in letter.letter(two_failures).about


def test_no_line_of_the_text_is_wider_than_the_screen(two_failures: Review) -> None:
    assert max(len(line) for line in letter.text(two_failures, "esketamine", 50).splitlines()) <= 50
