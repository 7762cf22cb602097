"""The person's page: plain words, no blame, no promise, people in place of percentages, and a way to the source."""

import json as standard_json
import re
from datetime import date
from pathlib import Path
from typing import Any

import html5lib
import pytest
import textstat
from jsonschema import Draft202012Validator, FormatChecker

from stepwell.knowledge.load import Knowledge, load
from stepwell.one import review_one
from stepwell.report import html, json_person, text_person
from stepwell.report.view.figures import TWO_FIGURES, figure
from stepwell.report.view.person import MOST_OF_A_KIND, PersonPage, person_page
from stepwell.report.words import words
from tests.unit.report.people import HOSTILE, PEOPLE, review

EXAMPLES = Path(__file__).parents[3] / "examples"
DOCS = Path(__file__).parents[3] / "docs" / "reference"
SCHEMA = standard_json.loads((DOCS / "person.schema.json").read_text(encoding="utf-8"))
NAMES = [name for name in PEOPLE if name != "hal"]
BLAME = re.compile(
    r"\b(?:you failed|you should have|non-?complian\w+|non-?adheren\w+|your fault|refus\w+)\b", re.IGNORECASE
)
JARGON = re.compile(
    r"\b(?:adjunct|augment\w*|contraindicat\w*|comorbid\w*|efficacy|indicat(?:ed|ion)|monotherap\w*|pharmaco\w*|placebo(?!\))"
    r"|refractory|remission|titrat\w*)\b",
    re.IGNORECASE,
)
HIGHEST_GRADE = 7.5
"""Flesch-Kincaid grade that a child of about 12 reads."""


def faults_for_person(document: Any) -> list[str]:
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)]


def page(name: str) -> PersonPage:
    return person_page(review(name))


def grade(sentences: tuple[str, ...]) -> float:
    found: float = textstat.textstat.flesch_kincaid_grade(" ".join(filter(None, sentences)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_as_for_a_child_of_twelve(name: str) -> None:
    assert grade(page(name).prose) <= HIGHEST_GRADE


def test_the_measure_of_reading_can_fail() -> None:
    hard = (
        "Contraindications necessitate multidisciplinary re-evaluation before neuromodulatory interventions commence."
    )
    assert grade((hard,)) > HIGHEST_GRADE


@pytest.mark.parametrize("table", ["answer", "verdict", "why", "options", "fit", "safety", "figure", "footer"])
def test_every_table_of_its_words_is_plain_by_itself(table: str) -> None:
    sentences = [row for row in words()["person"][table].values() if isinstance(row, str)]
    assert grade(tuple(re.sub(r"\{\w+\}", "two", row) for row in sentences)) <= HIGHEST_GRADE


@pytest.mark.parametrize("name", NAMES)
def test_it_blames_nobody_and_explains_hard_words(name: str) -> None:
    shown = page(name)
    prose = " ".join(shown.prose).replace("it is not your fault", "")
    assert BLAME.search(prose) is None
    assert JARGON.search(prose) is None


def test_every_option_has_a_plain_name_and_a_plain_meaning(knowledge: Knowledge) -> None:
    plain = words()["person"]["option"]
    assert set(plain) == {option.id for option in knowledge.options}
    assert grade(tuple(row["what"] for row in plain.values())) <= HIGHEST_GRADE
    assert len({row["name"] for row in plain.values()}) == len(plain)


@pytest.mark.parametrize("name", NAMES)
def test_crisis_lines_are_there_with_the_day_they_were_checked(name: str) -> None:
    for output in (text_person.render(review(name)), html.render_for_person(review(name))):
        flat = " ".join(output.split())
        assert "116 123" in flat
        assert "call or text 988" in flat
        assert "We last checked these numbers on 23 Nov 2026." in flat


def test_thoughts_of_death_lead_the_page() -> None:
    lines = text_person.render(review("ana")).splitlines()
    assert lines[:3] == ["Your treatment so far, and what could come next", "", "First: how are you right now?"]
    assert "Please tell someone today: a doctor, a nurse, a helpline, or a person you trust." in "\n".join(lines[:8])


def test_an_earlier_answer_is_told_as_an_earlier_one() -> None:
    shown = page("ben")
    assert shown.safety.raised
    assert not shown.safety.now
    assert shown.safety_words[0].startswith("In an earlier form, your answers said")


def test_an_answer_about_thoughts_of_death_leads_as_an_item_of_a_scale_does() -> None:
    assert page("kim").safety_words[0].startswith("Your answers, or your record, say that you may have had thoughts")


def test_without_such_an_answer_nothing_reassures_and_help_comes_last() -> None:
    output = text_person.render(review("gus"))
    assert "First: how are you right now?" not in output
    assert output.index("If things get worse") > output.index("Questions you could ask")


def test_a_question_about_ending_life_says_not_to_wait() -> None:
    asked = next(line for line in page("eve").think if "plan to end your life" in line)
    assert asked.endswith("If the answer is yes, please don't wait for your visit. Tell someone today.")


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("ana", "It looks that way. By a rule that many doctors use, two medicines you tried had a fair test"),
        ("ben", "We can't say that. By a rule that many doctors use, two medicines must have had a fair test"),
        ("dan", "We did not judge this. Your record names bipolar disorder, and the usual rule was not made for that."),
        ("eve", "We can't tell yet. Your record does not show any medicine for depression."),
        ("kim", "We can't tell yet. Your record says bipolar disorder, and an answer says no."),
        ("gus", "We can't tell yet. By a rule that many doctors use, two medicines must have had a fair test"),
    ],
)
def test_the_answer_in_plain_words(name: str, begins: str) -> None:
    assert page(name).answer[0].startswith(begins)


def test_the_name_of_resistance_comes_with_its_meaning_and_without_blame() -> None:
    assert (
        "Doctors call this treatment-resistant depression. The name is about the treatments." in page("ana").answer[2]
    )


def test_each_medicine_says_what_happened() -> None:
    assert [(row.name, row.said) for row in page("ana").medicines] == [
        ("Sertraline", "It had a fair test. It did not help enough."),
        ("Venlafaxine", "The dose stayed low. So we can't say that this medicine failed."),
        ("Bupropion", "It had a fair test. It did not help enough."),
        ("Aripiprazole", "It was added to another medicine. It had a fair test. It helped a bit, but not enough."),
    ]


def test_a_reason_comes_with_what_may_help_and_where_it_stands_in_the_record() -> None:
    shown = page("ida")
    sleep = next(row for row in shown.shown if row.words == "breathing that stops during sleep")
    assert sleep.rows == ("diagnosis: Sleep apnoea, 3 Nov 2022 (Condition/sleep-apnoea)",)
    assert sleep.help
    assert "I snore, or wake up unrested. Should my sleep be tested?" in shown.ask


def test_what_does_not_agree_is_shown_from_both_sides() -> None:
    thyroid = next(row for row in page("ida").possible if row.words == "an underactive thyroid")
    assert [row.split(",")[0] for row in thyroid.rows] == ["diagnosis: Hypothyroidism", "answered: no"]


def test_what_is_barred_is_not_among_the_choices() -> None:
    shown = page("ida")
    assert "Magnetic pulses to the head (TMS)" in shown.barred
    assert not {option.name for option in shown.options} & set(shown.barred)
    assert "Magnetic pulses to the head (TMS)" not in shown.more


def test_choices_keep_their_order_and_few_are_of_a_kind() -> None:
    kinds = {option.id: option.kind for option in load().options}
    plain = {row["name"]: option_id for option_id, row in words()["person"]["option"].items()}
    for name in NAMES:
        found = page(name)
        shown = [kinds[option.id] for option in found.options]
        left = {kinds[plain[title]] for title in found.more}
        # More of a kind only where nothing of another kind is left to show.
        crowded = [kind for kind in shown if shown.count(kind) > MOST_OF_A_KIND]
        assert not crowded or all(shown.count(kind) >= MOST_OF_A_KIND for kind in left)


# --- figures ---------------------------------------------------------------------------------------


def test_figures_are_those_of_the_knowledge_and_cite_the_study(knowledge: Knowledge) -> None:
    for option_id, studied in words()["person"]["studied"].items():
        option = next(row for row in knowledge.options if row.id == option_id)
        found = [
            TWO_FIGURES.match(getattr(row, kind) or "")
            for row in option.outcomes for kind in ("response", "remission") if row.cite[0].source == studied["source"]
        ]  # fmt: skip
        assert any(found), f"{option_id}: no outcome of {studied['source']} names both figures"


@pytest.mark.parametrize(
    "words_of_an_outcome",
    [
        "80.2%", "NNT 11 (CI 9 to 15)", "63% ECT, 46% ketamine",
        "39% against about 23% fell by 25% or more on the MADRS",
        "significantly more than placebo", "12 of 19 against 2 of 17 fell by more than 50%", "odds 40% higher",
    ],
)  # fmt: skip
def test_what_does_not_name_both_figures_is_not_drawn(words_of_an_outcome: str) -> None:
    assert TWO_FIGURES.match(words_of_an_outcome) is None


def test_people_are_drawn_as_many_as_said() -> None:
    shown = next(option for name in NAMES for option in page(name).options if option.figure)
    assert shown.figure is not None
    name = next(name for name in NAMES if shown in page(name).options)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html.render_for_person(review(name)))
    svg = "{http://www.w3.org/2000/svg}"
    drawn = [picture for picture in tree.iter(f"{svg}svg") if picture.get("class") == "people"]
    filled = [sum(dot.get("class") == "yes" for dot in picture.iter(f"{svg}circle")) for picture in drawn]
    assert filled[:2] == [shown.figure.with_it, shown.figure.without]
    assert drawn[0].get("aria-label") == f"With this: {shown.figure.with_it} out of 100 people"
    assert len(list(drawn[0].iter(f"{svg}circle"))) == 100


@pytest.mark.parametrize("name", NAMES)
def test_no_percentage_stands_on_the_page(name: str) -> None:
    page_text = text_person.render(review(name)).split("Where the numbers come from")[0]
    assert "%" not in page_text


def test_text_draws_ten_people() -> None:
    found = re.findall(
        r"^ +([●○]+)  (.*) \((\d+) out of 100 people\)$", text_person.render(review("gus")), re.MULTILINE
    )
    assert found
    for dots, _, number in found:
        assert len(dots) == 10
        assert dots.count("●") == (int(number) + 5) // 10


# --- forms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEOPLE)
def test_json_fits_its_schema(name: str) -> None:
    assert faults_for_person(standard_json.loads(json_person.render(review(name)))) == []


def test_a_document_of_another_shape_does_not() -> None:
    assert faults_for_person(standard_json.loads(json_person.render(review("ana"))) | {"new": 1})


def test_brief_leaves_out_the_questions_and_keeps_the_helplines() -> None:
    output = text_person.render(review("gus"), brief=True)
    assert "Questions you could ask" not in output
    assert "116 123" in output


@pytest.mark.parametrize("name", PEOPLE)
def test_html_is_valid_and_loads_nothing(name: str) -> None:
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html.render_for_person(review(name)))
    assert tree.get("lang") == "en"
    assert not {element.tag for element in tree.iter()} & {"script", "link", "img", "iframe"}
    assert all(element.get("href", "#").startswith("#") for element in tree.iter())


def test_what_a_record_holds_is_only_ever_text() -> None:
    page_text = html.render_for_person(review("hal"))
    assert "<script" not in page_text
    assert HOSTILE not in page_text


def test_safety_is_the_same_for_both_voices() -> None:
    assert page("ana").safety.positives[0].evidence_id == "Observation/7"


def test_an_option_without_plain_words_about_its_study_has_no_figure(knowledge: Knowledge) -> None:
    ect = next(option for option in knowledge.options if option.id == "ect")
    assert figure(None, ect) is None  # type: ignore[arg-type]


def test_a_dose_above_the_limit_for_the_age_comes_first_and_kindly() -> None:
    assert page("lea").limits[0] == (
        "Your dose of citalopram is higher than what is advised at your age."
        " Please speak with the person who prescribed it soon. Don't change it or stop it by yourself."
    )


def test_failures_that_are_told_are_said_to_be_told() -> None:
    assert any(
        "An answer says that two medicines or more did not help you enough." in line for line in page("lea").answer
    )


def test_an_unsure_answer_about_danger_is_met_with_a_way_to_help() -> None:
    assert page("max").safety_words[0].startswith("An answer says that you are not sure")
    assert "tell someone today" in page("max").safety_words[1]


def test_a_medicine_that_was_added_is_said_not_to_count_by_itself() -> None:
    shown = person_page(review_one(EXAMPLES / "08-combination-and-augmentation" / "fhir.json", date(2025, 10, 27)))
    assert shown.medicines[1].said == "It was added to another medicine. It had a fair test. It did not help enough."
    assert "This rule does not count a medicine that was added to another one as a test of its own." in shown.answer


def test_a_medicine_that_helps_now_is_no_other_one_that_helped_before() -> None:
    shown = person_page(review_one(EXAMPLES / "11-suicide-item-under-a-low-total" / "fhir.json", date(2025, 6, 9)))
    assert shown.medicines[0].said == "It helped."
    assert shown.possible == ()


def test_help_stands_before_what_the_page_is_about() -> None:
    text = html.render_for_person(review("max"))
    assert text.index("First: how are you right now?") < text.index("This page is for you to read")


def test_a_medicine_that_ended_well_did_not_fail_and_may_not_have_helped() -> None:
    assert [row.said for row in page("nia").medicines] == [
        "It helped.",
        "Your record does not say enough to tell.",
        "Your score was low at the end. So this medicine did not fail. We can't tell how much it did.",
    ]


def test_a_dose_that_cannot_be_right_is_told_kindly_and_what_to_do_if_it_is() -> None:
    earlier, now = (row.said for row in page("oto").medicines)
    assert earlier.endswith(
        "Your record gives a dose of 5000 mg a day. That is far more than people take, so it is likely a mistake."
        " We did not use it. Please ask your doctor or pharmacist to check it."
    )
    assert now.endswith("check it. If you do take that much, call them today.")
    assert "MedicationDispense/2" in page("oto").medicines[0].rows
