"""The made-up people: both forms say the same, and each shows what it is there to show."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from stepwell.knowledge.load import Knowledge
from stepwell.records import csv_folder, fhir
from stepwell.records.tables import Records

EXAMPLES = Path(__file__).parents[2] / "examples"
PEOPLE: list[dict[str, Any]] = tomllib.loads((EXAMPLES / "people.toml").read_text(encoding="utf-8"))["person"]
IDS = [person["id"] for person in PEOPLE]
SAID_BY_ONE_FORM_ONLY = {"evidence_id", "order_evidence_id", "score_id"}
"""Names of rows, which differ between two sources of the same facts."""


def from_csv(example: str, knowledge: Knowledge) -> Records:
    return csv_folder.read(EXAMPLES / example / "csv", knowledge)


def from_fhir(example: str, knowledge: Knowledge) -> Records:
    return fhir.read(EXAMPLES / example / "fhir.json", knowledge)


def rows(records: Records, table: str) -> list[dict[str, Any]]:
    """The rows of a table without the names of rows, in an order of their own."""
    found = [
        {key: value for key, value in row.items() if key not in SAID_BY_ONE_FORM_ONLY}
        for row in records.tables[table].to_pylist()
    ]
    return sorted(found, key=lambda row: [str(value) for value in row.values()])


def resources(example: str) -> Iterator[dict[str, Any]]:
    bundle = json.loads((EXAMPLES / example / "fhir.json").read_text(encoding="utf-8"))
    for entry in bundle["entry"]:
        yield entry["resource"]


# --- both forms --------------------------------------------------------------------------------------


def test_every_folder_is_in_the_list_and_the_read_me() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert sorted(IDS) == sorted(path.parent.name for path in EXAMPLES.glob("*/csv"))
    for person in PEOPLE:
        assert f"| `{person['id']}` | {person['title']} | {person['shows']} | {person['as_of'].isoformat()} |\n" in text


@pytest.mark.parametrize("example", IDS)
@pytest.mark.parametrize("table", ["exposure", "score", "item", "condition"])
def test_both_forms_say_the_same(example: str, table: str, knowledge: Knowledge) -> None:
    assert rows(from_csv(example, knowledge), table) == rows(from_fhir(example, knowledge), table)


@pytest.mark.parametrize("example", IDS)
def test_both_forms_are_of_the_same_person(example: str, knowledge: Knowledge) -> None:
    columns = ("person_id", "sex", "birth_earliest", "birth_latest")
    forms = [records.tables["person"].select(columns).to_pylist() for records in (
        from_csv(example, knowledge), from_fhir(example, knowledge)
    )]  # fmt: skip

    assert len(forms[0]) == 1
    assert forms[0] == forms[1]


@pytest.mark.parametrize("example", IDS)
def test_answers_stand_beside_the_same_total_in_both_forms(example: str, knowledge: Knowledge) -> None:
    def joined(records: Records) -> list[tuple[Any, ...]]:
        totals = {row["score_id"]: row["value"] for row in records.tables["score"].to_pylist()}
        items = records.tables["item"].to_pylist()
        return sorted((str(row["date_earliest"]), row["item"], totals.get(row["score_id"])) for row in items)

    assert joined(from_csv(example, knowledge)) == joined(from_fhir(example, knowledge))


@pytest.mark.parametrize("example", IDS)
def test_nothing_odd_is_found_in_either_form(example: str, knowledge: Knowledge) -> None:
    assert from_csv(example, knowledge).findings == ()
    assert from_fhir(example, knowledge).findings == ()


def test_the_fhir_form_is_what_the_csv_form_gives(tmp_path: Path) -> None:
    copy = tmp_path / "examples"
    for example in IDS:
        (copy / example / "csv").mkdir(parents=True)
        for file in (EXAMPLES / example / "csv").iterdir():
            (copy / example / "csv" / file.name).write_bytes(file.read_bytes())
    (copy / "make_fhir.py").write_bytes((EXAMPLES / "make_fhir.py").read_bytes())
    subprocess.run([sys.executable, str(copy / "make_fhir.py")], check=True)

    for example in IDS:
        made = (copy / example / "fhir.json").read_text(encoding="utf-8")
        assert made == (EXAMPLES / example / "fhir.json").read_text(encoding="utf-8"), example


# --- made up, and well formed --------------------------------------------------------------------------


@pytest.mark.parametrize("example", IDS)
def test_a_bundle_is_tagged_as_test_data_and_its_person_is_named_as_an_example(example: str) -> None:
    bundle = json.loads((EXAMPLES / example / "fhir.json").read_text(encoding="utf-8"))
    (patient,) = [one for one in resources(example) if one["resourceType"] == "Patient"]
    (person,) = [person for person in PEOPLE if person["id"] == example]

    assert [tag["code"] for tag in bundle["meta"]["tag"]] == ["HTEST"]
    assert person["title"].startswith(patient["name"][0]["family"] + ",")
    assert patient["name"][0]["family"].startswith("Example-")


@pytest.mark.parametrize("example", IDS)
def test_ids_are_given_once_and_every_reference_leads_somewhere(example: str) -> None:
    names = [f"{one['resourceType']}/{one['id']}" for one in resources(example)]

    assert len(set(names)) == len(names)
    for one in resources(example):
        if "subject" in one:
            assert one["subject"]["reference"] in names


@pytest.mark.parametrize("example", IDS)
def test_every_product_code_is_the_medicine_and_strength_that_stand_beside_it(
    example: str, knowledge: Knowledge
) -> None:
    products = {product.rxcui: product for product in knowledge.products}
    coded = [one["medicationCodeableConcept"] for one in resources(example) if "medicationCodeableConcept" in one]
    for concept in coded:
        for coding in concept.get("coding", []):
            product = products[coding["code"]]
            assert concept["text"].startswith(product.ingredient)
            assert concept["text"].endswith(f" {product.strength:g} {product.strength_unit}")


@pytest.mark.parametrize("example", IDS)
def test_nothing_is_dated_after_the_day_of_the_review(example: str, knowledge: Knowledge) -> None:
    (as_of,) = [person["as_of"] for person in PEOPLE if person["id"] == example]
    records = from_csv(example, knowledge)
    began = {"exposure": "start_latest", "score": "date_latest", "item": "date_latest", "condition": "start_latest"}
    days = [row[column] for table, column in began.items() for row in records.tables[table].to_pylist()]

    assert all(day <= as_of for day in days)


# --- what each shows -----------------------------------------------------------------------------------


def exposures(example: str, ingredient: str, knowledge: Knowledge, basis: str = "dispensed") -> list[dict[str, Any]]:
    """The supplies of one drug that are no trap, by start."""
    found = from_csv(example, knowledge).tables["exposure"].to_pylist()
    mine = [row for row in found if (row["ingredient"], row["basis"]) == (ingredient, basis)]
    return sorted(mine, key=lambda row: row["start_earliest"])


def minimum(ingredient: str, formulation: str, table: str, knowledge: Knowledge) -> float:
    """Its minimum adequate dose by a dose table."""
    (dose,) = [
        one
        for one in knowledge.doses
        if (one.ingredient, one.formulation, one.dose_table) == (ingredient, formulation, table)
        and one.kind == "minimum adequate"
    ]
    return dose.value


def days_at_minimum(supplies: list[dict[str, Any]], table: str, knowledge: Knowledge) -> int:
    """Days of supply at or above the minimum dose."""
    return sum(
        (row["end_earliest"] - row["start_earliest"]).days
        for row in supplies
        if row["dose_per_day_low"] >= minimum(row["ingredient"], row["formulation"], table, knowledge)
    )


def covered(supplies: list[dict[str, Any]]) -> float:
    """Share of the days from the first to the last that the supplies cover; none of them overlap."""
    supplied = sum((row["end_earliest"] - row["start_earliest"]).days for row in supplies)
    return supplied / (supplies[-1]["end_earliest"] - supplies[0]["start_earliest"]).days


def totals(example: str, instrument: str, knowledge: Knowledge) -> dict[date, float]:
    found = from_csv(example, knowledge).tables["score"].to_pylist()
    return {row["date_earliest"]: row["value"] for row in found if row["instrument"] == instrument}


def improvement_percent(scores: dict[date, float], start: date, end: date) -> float:
    """Fall of the score from the last before a start to the last before an end."""
    baseline = max(day for day in scores if day <= start)
    last = max(day for day in scores if day <= end)
    return 100 * (scores[baseline] - scores[last]) / scores[baseline]


@pytest.mark.parametrize(
    ("example", "ingredient"),
    [
        ("01-two-adequate-failures", "sertraline"),
        ("01-two-adequate-failures", "venlafaxine"),
        ("14-bipolar-disorder", "escitalopram"),
        ("14-bipolar-disorder", "bupropion"),
    ],
)
def test_an_adequate_failure_has_dose_time_supply_and_less_than_a_quarter_of_improvement(
    example: str, ingredient: str, knowledge: Knowledge
) -> None:
    supplies = exposures(example, ingredient, knowledge)
    scores = totals(example, "phq-9", knowledge)

    assert days_at_minimum(supplies, "mgh-atrq", knowledge) >= 56
    assert covered(supplies) >= 0.8
    assert improvement_percent(scores, supplies[0]["start_earliest"], supplies[-1]["end_earliest"]) < 25


def test_low_dose_is_low_by_one_table_and_enough_by_another(knowledge: Knowledge) -> None:
    amitriptyline = exposures("02-low-dose", "amitriptyline", knowledge)
    venlafaxine = exposures("02-low-dose", "venlafaxine", knowledge)

    assert days_at_minimum(amitriptyline, "mgh-atrq", knowledge) == 0
    assert days_at_minimum(venlafaxine, "mgh-atrq", knowledge) == 0
    assert days_at_minimum(amitriptyline, "canmat-2023", knowledge) == 0
    assert days_at_minimum(venlafaxine, "canmat-2023", knowledge) == 120


@pytest.mark.parametrize("ingredient", ["escitalopram", "sertraline"])
def test_too_short_is_three_weeks(ingredient: str, knowledge: Knowledge) -> None:
    supplies = exposures("03-too-short", ingredient, knowledge)

    assert (supplies[-1]["end_earliest"] - supplies[0]["start_earliest"]).days == 21


def test_not_taken_has_gaps_shorter_than_the_persistence_window_and_too_little_supply(knowledge: Knowledge) -> None:
    supplies = exposures("04-not-taken", "duloxetine", knowledge)
    gaps = [(later["start_earliest"] - earlier["end_earliest"]).days for earlier, later in pairwise(supplies)]

    assert max(gaps) <= knowledge.rule("persistence-days")
    assert covered(supplies) < 0.8


@pytest.mark.parametrize("ingredient", ["sertraline", "duloxetine"])
def test_not_tolerated_was_stopped_for_side_effects(ingredient: str, knowledge: Knowledge) -> None:
    orders = exposures("05-not-tolerated", ingredient, knowledge, "stated")

    assert [row["stop_reason"] for row in orders] == ["side effects"]


def test_missing_scores_has_no_total_in_the_trial_and_a_questionnaire_with_gaps(knowledge: Knowledge) -> None:
    records = from_csv("06-missing-scores", knowledge)
    answers = [row["value"] for row in records.tables["item"].to_pylist()]

    assert totals("06-missing-scores", "phq-9", knowledge) == {date(2024, 6, 11): 14.0, date(2025, 2, 18): None}
    assert answers.count(None) == 4


def test_worked_then_relapsed_reaches_remission_and_loses_it(knowledge: Knowledge) -> None:
    scores = totals("07-worked-then-relapsed", "qids-sr16", knowledge)
    remitted = [day for day, value in scores.items() if value <= 5]

    assert remitted
    assert scores[max(scores)] >= 11


def test_augmentation_and_combination_overlap_the_drug_they_are_added_to(knowledge: Knowledge) -> None:
    base = exposures("08-combination-and-augmentation", "escitalopram", knowledge)
    for ingredient in ("aripiprazole", "bupropion"):
        added = exposures("08-combination-and-augmentation", ingredient, knowledge)
        assert base[0]["start_earliest"] < added[0]["start_earliest"]
        assert added[-1]["end_earliest"] < base[-1]["end_earliest"]


def test_the_traps_are_the_weekly_capsule_smoking_cessation_and_sleep(knowledge: Knowledge) -> None:
    found = from_csv("09-weekly-fluoxetine-and-other-traps", knowledge).tables["exposure"].to_pylist()

    assert {(row["ingredient"], row["trap"]) for row in found} == {
        ("fluoxetine", None),
        ("fluoxetine", "weekly-fluoxetine"),
        ("bupropion", "smoking-cessation-bupropion"),
        ("doxepin", "doxepin-for-sleep"),
    }


def test_two_scales_share_no_pair_of_ends_in_the_first_trial(knowledge: Knowledge) -> None:
    trial = exposures("10-score-in-two-scales", "escitalopram", knowledge)
    start, end = trial[0]["start_earliest"], trial[-1]["end_earliest"]
    within = {
        scale: [day for day in totals("10-score-in-two-scales", scale, knowledge) if start <= day < end]
        for scale in ("phq-9", "madrs")
    }

    assert within == {"phq-9": [start], "madrs": [date(2025, 5, 16)]}


def test_the_suicide_question_is_above_zero_under_a_mild_total(knowledge: Knowledge) -> None:
    records = from_csv("11-suicide-item-under-a-low-total", knowledge)
    last = max(row["date_latest"] for row in records.tables["score"].to_pylist())
    (total,) = [row["value"] for row in records.tables["score"].to_pylist() if row["date_latest"] == last]
    answers = {row["item"]: row["value"] for row in records.tables["item"].to_pylist() if row["date_latest"] == last}

    assert (total, answers["9"]) == (5.0, 2.0)
    assert sum(answers.values()) == total


def test_the_almost_empty_record_is_a_year_of_birth_and_a_name_of_a_drug(knowledge: Knowledge) -> None:
    records = from_csv("12-almost-empty", knowledge)

    assert {name: table.num_rows for name, table in records.tables.items() if table.num_rows} == {
        "person": 1,
        "exposure": 1,
    }


def test_two_strengths_taken_together_begin_on_one_day_and_errors_are_left_out(knowledge: Knowledge) -> None:
    supplies = exposures("13-orders-dispensings-and-errors", "bupropion", knowledge)
    together = [row["dose_per_day_low"] for row in supplies if row["start_earliest"] == date(2025, 3, 17)]
    records = from_csv("13-orders-dispensings-and-errors", knowledge)

    assert sorted(together) == [150.0, 300.0]
    assert [(one.reason, one.count) for one in records.unused] == [("entered in error", 2)]


def test_bipolar_disorder_stands_in_the_record(knowledge: Knowledge) -> None:
    found = from_csv("14-bipolar-disorder", knowledge).tables["condition"].to_pylist()

    assert [row["code_set"] for row in found] == ["bipolar"]
