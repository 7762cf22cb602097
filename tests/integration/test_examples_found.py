"""What Stepwell finds for each example, in both of its forms, is what `examples/people.toml` says."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from stepwell.one import review_one

EXAMPLES = Path(__file__).parents[2] / "examples"
PEOPLE = tomllib.loads((EXAMPLES / "people.toml").read_text(encoding="utf-8"))["person"]


@pytest.mark.parametrize("form", ["csv", "fhir.json"])
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["id"])
def test_an_example_shows_what_it_is_here_to_show(person: dict[str, Any], form: str) -> None:
    review = review_one(EXAMPLES / person["id"] / form, person["as_of"])
    verdicts = {
        row["trial_id"]: row["verdict"]
        for row in review.tables["verdict"]
        if row["definition_id"] == review.headline_definition
    }
    results = {row["definition_id"]: row["result"] for row in review.tables["definition_result"]}

    assert [[row["ingredient"], verdicts[row["trial_id"]]] for row in review.tables["attempt"]] == person["trials"]
    assert {name for name, result in results.items() if result == "met"} == set(person["met"])
    assert {name for name, result in results.items() if result == "unknown"} == set(person["unknown"])
    assert bool(review.tables["safety_notice"]) is person["safety"]
