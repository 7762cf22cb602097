"""What nobody may miss, in every output: medicines that don't go together, a death, an effect that was lost."""

import json as standard_json
from datetime import date
from pathlib import Path

import pytest

from stepwell.one import review_one
from stepwell.plan import make_plan
from stepwell.report import calendar, fhir, html, json_person, letter, text, text_person
from stepwell.report import plan as plan_report
from stepwell.review import Review
from tests.unit.report.test_next import flat

AS_OF = date(2026, 6, 1)
MEDICINES = "medicine,dose_per_day,dose_unit,start,end,still_taking_on,stop_reason,outcome\n"
ITEMS = "date,instrument,item,answer\n"
SCORES = "date,instrument,total\n"


def person(folder: Path, **files: str) -> Review:
    """A record as a folder of CSV files."""
    for name, content in {"person": "birth_date,sex\n1980,female\n", **files}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return review_one(folder, AS_OF)


def planned(review: Review) -> str:
    chosen = make_plan(review.knowledge, review.tables, review.person_id, AS_OF, ["optimise-dose"], AS_OF)
    return plan_report.text(review, chosen, 300)


OUTPUTS = {
    "text": lambda review: text.render(review, width=300, brief=True),
    "page": html.render,
    "letter": lambda review: letter.text(review, width=300),
    "letter as a page": letter.html,
    "plan": planned,
}
TO_THE_PERSON = {
    "text": lambda review: text_person.render(review, width=300, brief=True),
    "page": html.render_for_person,
    "json": json_person.render,
}

# --- medicines that don't go together ---------------------------------------------------------------

PHENELZINE = "phenelzine,60,mg/day,2025-09-01,{end},{still},,\n"
SERTRALINE = "sertraline,50,mg/day,{start},,2026-06-01,,\n"
TOGETHER = PHENELZINE.format(end="", still="2026-06-01") + SERTRALINE.format(start="2026-05-01")
TOO_SOON = PHENELZINE.format(end="2026-05-25", still="") + SERTRALINE.format(start="2026-05-28")
LONG_ENOUGH = PHENELZINE.format(end="2026-05-01", still="") + SERTRALINE.format(start="2026-05-20")


@pytest.mark.parametrize("render", OUTPUTS.values(), ids=OUTPUTS)
def test_an_ssri_beside_an_mao_inhibitor_is_said_before_the_reasons_and_in_plan_and_letter(
    tmp_path: Path, render: object
) -> None:
    said = flat(render(person(tmp_path, medications=MEDICINES + TOGETHER)))  # type: ignore[operator]
    first = said.index("Serotonin: Sertraline with phenelzine, since 1 May 2026, stands now.")
    for later in ("Not assessed: 2", "Trials Phenelzine", "Medicines tried", "What, by its first day"):
        assert later not in said or first < said.index(later)


@pytest.mark.parametrize("render", OUTPUTS.values(), ids=OUTPUTS)
def test_an_ssri_three_days_after_an_mao_inhibitor_is_said_first(tmp_path: Path, render: object) -> None:
    said = flat(render(person(tmp_path, medications=MEDICINES + TOO_SOON)))  # type: ignore[operator]
    assert "Washout: Phenelzine with sertraline, since 28 May 2026, stands now." in said


@pytest.mark.parametrize("render", TO_THE_PERSON.values(), ids=TO_THE_PERSON)
@pytest.mark.parametrize("medicines", [TOGETHER, TOO_SOON], ids=["together", "too soon"])
def test_the_person_is_told_of_both_once_whom_to_ask_and_not_to_stop(
    tmp_path: Path, render: object, medicines: str
) -> None:
    said = flat(render(person(tmp_path, medications=MEDICINES + medicines)))  # type: ignore[operator]
    assert said.count("you take phenelzine and sertraline together, or one too soon after the other") == 1
    assert "Please speak with the person who prescribed them, or with a pharmacist, today." in said.replace(
        "&#39;", "'"
    )
    assert said.index("phenelzine and sertraline together") < said.index("had a fair test")


def test_an_ssri_after_the_washout_is_not_warned_of(tmp_path: Path) -> None:
    review = person(tmp_path, medications=MEDICINES + LONG_ENOUGH)
    assert "Washout" not in text.render(review)
    assert standard_json.loads(json_person.render(review))["not_together"] == []


PAROXETINE_AND_TAMOXIFEN = (
    "paroxetine,20,mg/day,2026-01-01,,2026-06-01,,\ntamoxifen,20,mg/day,2025-01-01,,2026-06-01,,\n"
)


@pytest.mark.parametrize("render", OUTPUTS.values(), ids=OUTPUTS)
def test_a_cancer_medicine_that_loses_its_effect_is_said_first(tmp_path: Path, render: object) -> None:
    said = flat(render(person(tmp_path, medications=MEDICINES + PAROXETINE_AND_TAMOXIFEN)))  # type: ignore[operator]
    assert "Lowers the effect: Tamoxifen with paroxetine, since 1 Jan 2026, stands now." in said


def test_a_cancer_medicine_that_loses_its_effect_is_no_reason_for_depression_and_frightens_nobody(
    tmp_path: Path,
) -> None:
    review = person(tmp_path, medications=MEDICINES + PAROXETINE_AND_TAMOXIFEN)
    assert {row["reason"]: row["state"] for row in review.tables["reason"]}["pk-interaction"] == "not assessed"
    said = flat(text_person.render(review, width=300))
    assert "you take paroxetine and tamoxifen together" in said
    assert "deaths" not in said


def test_a_washout_of_years_ago_is_told_as_past_and_leads_nothing(tmp_path: Path) -> None:
    medicines = TOO_SOON.replace("2025-09-01", "2022-09-01").replace("2026-05-2", "2023-05-2")
    review = person(tmp_path, medications=MEDICINES + medicines)
    assert "Washout" not in text.render(review, brief=True)
    issue = next(
        entry["resource"]
        for entry in standard_json.loads(fhir.of_review(review))["entry"]
        if entry["resource"]["resourceType"] == "DetectedIssue"
    )
    assert (issue["severity"], issue["detail"]) == (
        "moderate",
        (
            "Since 28 May 2023, in the past."
            " After an irreversible MAO inhibitor 14 days pass before another antidepressant."
        ),
    )


# --- an option that is barred, and was chosen -------------------------------------------------------


@pytest.mark.parametrize("made", ["text", "json", "calendar", "fhir"])
def test_a_plan_of_magnetic_stimulation_says_in_every_format_that_a_cochlear_implant_bars_it(
    tmp_path: Path, made: str
) -> None:
    review = person(tmp_path, devices="device,start\ncochlear implant,2015\n")
    plan = make_plan(review.knowledge, review.tables, review.person_id, AS_OF, ["rtms"], AS_OF)
    said = {
        "text": lambda: plan_report.text(review, plan, 400),
        "json": lambda: plan_report.json(review, plan),
        "calendar": lambda: calendar.render(plan).replace("\r\n ", "").replace("\\,", ","),
        "fhir": lambda: fhir.of_plan(review, plan),
    }[made]()
    assert "not suitable" in said
    assert "within 30 cm of the coil (cochlear implant, deep brain stimulator" in said


def test_each_day_of_a_plan_says_that_the_option_is_barred_for_it_may_be_read_alone(tmp_path: Path) -> None:
    review = person(tmp_path, devices="device,start\ncochlear implant,2015\n")
    plan = make_plan(review.knowledge, review.tables, review.person_id, AS_OF, ["rtms"], AS_OF)
    events = calendar.render(plan).replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    assert all("not suitable (by the record it is barred for this person)" in event for event in events)
    (care_plan,) = [
        entry["resource"]
        for entry in standard_json.loads(fhir.of_plan(review, plan))["entry"]
        if entry["resource"]["resourceType"] == "CarePlan"
    ]
    assert care_plan["activity"]
    for activity in care_plan["activity"]:
        assert activity["detail"]["description"].startswith("not suitable: by the record it is barred for this person.")


# --- somebody who died ------------------------------------------------------------------------------

DEAD = "birth_date,sex,death_date\n1980,female,2026-03-01\n"
UNTIL_THE_END = MEDICINES + "escitalopram,20,mg/day,2025-10-10,,2026-02-20,,\n"


def test_no_medicine_runs_on_after_death(tmp_path: Path) -> None:
    review = person(tmp_path, person=DEAD, medications=UNTIL_THE_END)
    (trial,) = review.tables["attempt"]
    assert (trial["state"], trial["end_latest"], trial["days_high"]) == ("ended", date(2026, 3, 2), 143)
    said = flat(text.render(review, width=300))
    assert "Nothing is recorded as running." in said
    assert "Female, born 1980, died (1 Mar 2026)." in said


def test_a_death_after_the_day_of_the_review_is_not_known_on_it(tmp_path: Path) -> None:
    review = person(tmp_path, person=DEAD.replace("2026-03", "2026-07"), medications=UNTIL_THE_END)
    assert [trial["end_latest"] for trial in review.tables["attempt"]] == [date(2026, 6, 2)]
    assert "died" not in text.render(review, brief=True)


@pytest.mark.parametrize("render", [*OUTPUTS.values(), fhir.of_review], ids=[*OUTPUTS, "fhir"])
def test_a_positive_answer_of_somebody_who_died_still_leads_and_says_that_they_died(
    tmp_path: Path, render: object
) -> None:
    items = ITEMS + "2026-02-20,PHQ-9,9,2\n"
    said = flat(render(person(tmp_path, person=DEAD, medications=UNTIL_THE_END, items=items)))  # type: ignore[operator]
    assert "is above zero" in said.casefold()
    assert (
        "The record says that this person died (1 Mar 2026). If that is wrong, a clinician should look at this" in said
    )


def test_the_page_for_a_person_who_died_says_so(tmp_path: Path) -> None:
    said = flat(text_person.render(person(tmp_path, person=DEAD, medications=UNTIL_THE_END), width=300))
    assert (
        "Your record says that the person it is about died (1 Mar 2026). If that is wrong, please tell the clinic."
        in said
    )


# --- what is said of a trial ------------------------------------------------------------------------


def test_a_response_that_was_lost_is_not_called_working_now(tmp_path: Path) -> None:
    scores = SCORES + "2024-12-28,PHQ-9,18\n2025-03-10,PHQ-9,4\n2026-05-15,PHQ-9,17\n"
    medicines = MEDICINES + "sertraline,100,mg/day,2025-01-01,,2026-06-01,,\n"
    said = flat(text.render(person(tmp_path, scores=scores, medications=medicines), brief=True))
    assert "1 trial: 1 worked (1 lost again). Running now: sertraline (worked, lost again)." in said


@pytest.mark.parametrize(
    ("antidepressant_until", "said"),
    [
        ("2025-09-30", "It had"),
        ("", "It may have been added to another medicine. "),
        ("2026-05-01", "It was added to another medicine. "),
    ],
    ids=["alone", "perhaps beside", "beside"],
)
def test_an_agent_is_called_added_only_if_it_was(tmp_path: Path, antidepressant_until: str, said: str) -> None:
    medicines = (
        f"venlafaxine,225,mg/day,2025-05-01,{antidepressant_until},,,\n"
        "lithium,900,mg/day,2026-01-01,2026-03-31,,no benefit,not better\n"
    )
    review = person(tmp_path, medications=MEDICINES + medicines)
    tried = standard_json.loads(json_person.render(review))["tried"]
    assert tried[1]["said"].startswith(said)
    assert letter.letter(review).lines[1].added == said.startswith("It was added")


# --- answers about death or self-harm ---------------------------------------------------------------


def test_an_answer_that_cannot_be_read_is_not_called_left_out(tmp_path: Path) -> None:
    said = flat(text.render(person(tmp_path, items=ITEMS + "2026-05-20,PHQ-9,9,7\n"), width=300, brief=True))
    assert "has no answer to its question about death or self-harm that could be read" in said


def test_an_issue_of_an_earlier_answer_says_that_it_is_earlier_and_of_which_day(tmp_path: Path) -> None:
    items = ITEMS + "2020-05-20,PHQ-9,9,2\n2026-05-20,PHQ-9,9,0\n"
    bundle = standard_json.loads(fhir.of_review(person(tmp_path, items=items)))
    issues = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "DetectedIssue"]
    assert [issue["detail"].split(";")[0] for issue in issues] == [
        "An earlier answer about death or self-harm is above zero: PHQ-9, 20 May 2020: answer 2 on a scale up to 3"
    ]


def test_an_answer_that_is_nobodys_is_not_used_and_nobody_says_that_it_isn_t_there(tmp_path: Path) -> None:
    asked = {
        "resourceType": "Observation", "id": "1", "status": "final", "valueInteger": 2,
        "effectiveDateTime": "2026-05-20", "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]},
    }  # fmt: skip
    entries = [{"resource": {"resourceType": "Patient", "id": "1"}}, {"resource": asked}]
    file = tmp_path / "record.json"
    file.write_text(standard_json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    said = text.render(review_one(file, AS_OF), width=300, brief=True)
    assert "No questionnaire that could be used asks about death or self-harm." in said


def test_a_plan_of_options_calls_no_depression_resistant_that_may_not_be(tmp_path: Path) -> None:
    conditions = "condition,icd10,start\ndepression,F33.1,2026-05-01\n"
    medicines = MEDICINES + "sertraline,50,mg/day,2026-05-18,,2026-06-01,,\n"
    bundle = fhir.of_review(person(tmp_path, conditions=conditions, medications=medicines))
    (plan,) = [
        e["resource"] for e in standard_json.loads(bundle)["entry"] if e["resource"]["resourceType"] == "CarePlan"
    ]
    assert plan["category"] == [{"text": "Depression"}]


def test_a_death_without_a_day_is_said_too(tmp_path: Path) -> None:
    entries = [{"resource": {"resourceType": "Patient", "id": "1", "deceasedBoolean": True}}]
    file = tmp_path / "record.json"
    file.write_text(standard_json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    assert "died (day not recorded)" in text.render(review_one(file, AS_OF), width=300, brief=True)
