"""The review as a FHIR Bundle."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from stepwell.one import review_one
from stepwell.report import fhir

EXAMPLES = Path(__file__).parents[3] / "examples"
AS_OF = date(2025, 9, 22)
PEOPLE = sorted(path.parent.name for path in EXAMPLES.glob("*/fhir.json"))
Node = dict[str, Any]


@pytest.fixture(scope="module")
def bundles() -> dict[str, str]:
    return {name: fhir.of_review(review_one(EXAMPLES / name / "fhir.json", AS_OF)) for name in PEOPLE}


def _resources(text: str, kind: str) -> list[Node]:
    found = (entry["resource"] for entry in json.loads(text)["entry"])
    return [resource for resource in found if resource["resourceType"] == kind]


def _references(node: object) -> list[str]:
    if isinstance(node, list):
        return [one for part in node for one in _references(part)]
    if not isinstance(node, dict):
        return []
    own = [node["reference"]] if isinstance(node.get("reference"), str) else []
    return own + [one for part in node.values() for one in _references(part)]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_bundle_is_valid(name: str, bundles: dict[str, str]) -> None:
    Bundle.model_validate_json(bundles[name])
    assert '""' not in bundles[name]
    assert "[]" not in bundles[name]


@pytest.mark.parametrize("name", PEOPLE)
def test_every_reference_leads_to_a_resource_here_or_in_the_record(name: str, bundles: dict[str, str]) -> None:
    record = json.loads((EXAMPLES / name / "fhir.json").read_text(encoding="utf-8"))
    there = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in record["entry"]}
    here = {entry["fullUrl"] for entry in json.loads(bundles[name])["entry"]}
    assert set(_references(json.loads(bundles[name]))) <= there | here


def test_a_positive_suicide_item_is_the_first_issue_and_leads_the_summary(bundles: dict[str, str]) -> None:
    text = bundles["11-suicide-item-under-a-low-total"]
    issue = _resources(text, "DetectedIssue")[0]
    assert (issue["severity"], issue["code"]["coding"][0]["code"]) == ("high", "suicide-item")
    summary = _resources(text, "ClinicalImpression")[0]["summary"]
    assert "death or self-harm" in summary[:60]


def test_nothing_in_the_bundle_is_an_order(bundles: dict[str, str]) -> None:
    for text in bundles.values():
        plan = _resources(text, "CarePlan")[0]
        assert (plan["status"], plan["intent"]) == ("draft", "option")


def test_every_trial_is_a_finding_with_its_rows(bundles: dict[str, str]) -> None:
    impression = _resources(bundles["01-two-adequate-failures"], "ClinicalImpression")[0]
    trials = [one for one in impression["finding"] if one["itemCodeableConcept"]["text"].startswith("Trial of")]
    assert len(trials) >= 2
    assert all("rows: " in one["basis"] for one in trials)
    assert impression["supportingInfo"]


def test_provenance_names_program_knowledge_and_every_row(bundles: dict[str, str]) -> None:
    text = bundles["01-two-adequate-failures"]
    provenance = _resources(text, "Provenance")[0]
    assert provenance["agent"][0]["who"]["display"].startswith("Stepwell ")
    cited = {one["what"]["reference"] for one in provenance["entity"]}
    impression = _resources(text, "ClinicalImpression")[0]
    assert {one["reference"] for one in impression["supportingInfo"]} <= cited


def test_the_same_review_gives_the_same_bytes(bundles: dict[str, str]) -> None:
    again = fhir.of_review(review_one(EXAMPLES / PEOPLE[0] / "fhir.json", AS_OF))
    assert again == bundles[PEOPLE[0]]
