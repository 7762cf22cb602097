"""The JSON: its schema holds, what it cites is listed, what it names can be found."""

import json as standard_json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from stepwell.one import review_one
from stepwell.report import json
from tests.unit.report.people import HOSTILE, PEOPLE, review

DOCS = Path(__file__).parents[3] / "docs" / "reference"
SCHEMA = standard_json.loads((DOCS / "review.schema.json").read_text(encoding="utf-8"))


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = standard_json.loads(json.render(review(name)))
    return found


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document or schema."""
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(value)


def faults(document: Any) -> list[str]:
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_lets_no_unknown_key_pass() -> None:
    for node in nodes(SCHEMA):
        if node.get("type") == "object":
            assert "additionalProperties" in node
            assert set(node.get("required", ())) == set(node.get("properties", ()))


@pytest.mark.parametrize("name", PEOPLE)
def test_every_review_fits_the_schema(name: str) -> None:
    assert faults(document(name)) == []


@pytest.mark.parametrize("change", [{"format": "stepwell.review/2"}, {"as_of": "2024-06-30T00:00:00"}, {"new": 1}])
def test_a_document_of_another_shape_does_not(change: dict[str, object]) -> None:
    assert faults(document("ana") | change)


@pytest.mark.parametrize("name", PEOPLE)
def test_every_source_that_is_cited_is_listed_and_no_other(name: str) -> None:
    found = document(name)
    cited = {cite["source"] for node in nodes(found) for cite in node.get("cite", ())}
    assert cited == {source["id"] for source in found["sources"]}


def test_the_last_day_is_included() -> None:
    """Supplied for 30 days from 4 May, and so on: the last covered day of the trial is 31 August."""
    trial = document("ana")["trials"][0]
    assert trial["last_day"] == {"earliest": "2023-08-31", "latest": "2023-08-31"}


def test_a_vague_date_stays_vague() -> None:
    trial = document("cleo")["trials"][0]
    assert trial["start"] == {"earliest": "2022-01-01", "latest": "2022-12-31"}
    assert trial["highest_dose"] == {"low": None, "high": None}


def test_what_a_verdict_rests_on_is_there() -> None:
    found = document("ana")
    trial = found["trials"][1]
    verdict = next(row for row in trial["verdicts"] if row["definition_id"] == found["answer"]["definition"])
    assert verdict["verdict"] == "too low"
    assert verdict["dose"]["minimum"] == 150
    assert verdict["dose"]["days_at_minimum"] == {"low": 0, "high": 0}
    assert verdict["dose"]["cite"][0]["locus"] == "minimum dose list, venlafaxine"
    assert {row["evidence_id"] for row in trial["evidence"]} >= {"MedicationDispense/10", "Observation/4"}


def test_evidence_is_located_where_the_reader_kept_it() -> None:
    assert document("ana")["record"]["locations"] == {"MedicationDispense/1": {"file": "record.json", "line": 12}}


def test_only_remarks_about_this_person_are_in_it() -> None:
    assert [row["code"] for row in document("ana")["record"]["findings"]] == ["date-in-future"]


def test_ids_pass_through_unchanged() -> None:
    found = document("hal")
    assert found["person"]["id"] == HOSTILE
    assert found["scores"][0]["evidence_id"] == f"Observation/{HOSTILE}"


def test_the_page_about_it_names_every_part() -> None:
    words = (DOCS / "review-json.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)`", words))
    assert set(SCHEMA["properties"]) - {"format", "sources"} <= named | {"sources"}


def test_a_dose_that_was_set_aside_stands_with_its_supply_and_its_trial() -> None:
    found = document("oto")
    supply = next(row for row in found["supplies"] if row["evidence_id"] == "MedicationDispense/2")
    assert supply["dose_per_day"] == {"low": None, "high": None}
    assert (supply["dose_set_aside"], supply["highest_licensed"]) == ({"low": 5000.0, "high": 5000.0}, 200.0)
    assert [trial["doses_set_aside"] != [] for trial in found["trials"]] == [True, True]


@pytest.mark.parametrize(
    ("as_of", "death"),
    [(date(2024, 6, 1), {"earliest": "2024-03-01", "latest": "2024-03-31"}), (date(2024, 2, 1), None)],
)
def test_a_death_is_told_once_it_may_have_come(as_of: date, death: dict[str, str] | None, tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("birth_date,death_date\n1980,2024-03\n", encoding="utf-8")

    document = standard_json.loads(json.render(review_one(tmp_path, as_of)))

    assert document["person"]["death"] == death
    assert faults(document) == []


def test_a_death_without_a_day_is_told_without_one(tmp_path: Path) -> None:
    dead = {"resourceType": "Patient", "id": "1", "deceasedBoolean": True}
    file = tmp_path / "record.json"
    file.write_text(
        standard_json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": dead}]})
    )

    document = standard_json.loads(json.render(review_one(file, date(2024, 6, 1))))

    assert document["person"]["death"] == {"earliest": None, "latest": None}
    assert faults(document) == []
