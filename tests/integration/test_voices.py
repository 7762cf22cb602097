"""`stepwell review --for`: one review, two voices, every format, from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stepwell.cli import app
from stepwell.errors import ConfigError

RECORD = str(Path(__file__).parents[2] / "examples" / "02-low-dose" / "csv")
ASKED = ["review", RECORD, "--as-of", "2025-06-02"]


def printed(*arguments: str) -> str:
    found = CliRunner().invoke(app, [*ASKED, *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_a_clinician_is_spoken_to_if_nobody_is_named() -> None:
    assert printed("--brief") == printed("--brief", "--for", "clinician")
    assert printed("--brief").startswith("Stepwell review of example-bruno")


@pytest.mark.parametrize(
    ("form", "for_clinician", "for_person"),
    [
        ("text", "Is the medication really failing?", "Is the medicine not working?"),
        ("html", "Is the medication really failing?", "Is the medicine not working?"),
        ("json", "stepwell.review/1", "stepwell.person/1"),
    ],
)
def test_each_format_has_both_voices(form: str, for_clinician: str, for_person: str) -> None:
    clinician, person = (printed("--format", form, "--for", voice) for voice in ("clinician", "person"))
    assert for_clinician in clinician
    assert for_person not in clinician
    assert for_person in person
    assert for_clinician not in person


def test_both_voices_tell_of_the_same_trials_and_options() -> None:
    clinician, person = (
        json.loads(printed("--format", "json", "--for", voice)) for voice in ("clinician", "person")
    )  # fmt: skip
    assert len(person["tried"]) == len(clinician["trials"])
    fits = {row["id"]: row["fit"] for row in clinician["options"]}
    assert {fits[row["id"]] for row in person["choices"]} <= {"suitable", "caution", "check first"}
    refused = [fit for fit in fits.values() if fit in ("not indicated", "not suitable")]
    assert len(person["does_not_fit"]) == len(refused)
    assert len(person["choices"]) + len(person["more_choices"]) + len(refused) == len(fits)


def test_fhir_has_one_voice_and_says_so() -> None:
    with pytest.raises(ConfigError, match=r"^A FHIR Bundle is for programs and has one voice\. Leave out --for, or"):
        printed("--format", "fhir", "--for", "person")
