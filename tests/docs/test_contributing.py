"""The steps that CONTRIBUTING.md shows are enough: done to a copy of the knowledge, they pass its check."""

import json
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.check import check
from stepwell.knowledge.load import default_folder, load
from stepwell.records.read import read
from stepwell.records.tables import build_tables
from tests.docs.pages import REPOSITORY, Block, blocks

PAGE = REPOSITORY / "CONTRIBUTING.md"
STEPS = [block for block in blocks(PAGE) if block.argument]
ACCEPTED = "definitions/accepted.toml"


def perform(folder: Path, steps: list[Block]) -> None:
    """Adds the lines of each step to the file that it names, or makes the file."""
    for step in steps:
        path = folder / step.argument
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        gap = "\n" if before and path.suffix == ".toml" else ""
        path.write_text(before + gap + step.text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge that ships."""
    return Path(shutil.copytree(default_folder(), tmp_path / "data"))


def test_the_page_shows_a_source_a_drug_a_dose_a_product_a_definition_a_fact_and_an_option() -> None:
    assert {step.argument for step in STEPS} == {
        "sources.toml",
        "drugs/ingredients.csv",
        "drugs/formulations.csv",
        "drugs/drug_sets.csv",
        "drugs/doses.csv",
        "drugs/products.csv",
        "definitions/example-2030.toml",
        "codes/code_sets.toml",
        "codes/texts.csv",
        "facts/example.toml",
        "options/example-option.toml",
    }


def test_all_steps_together_pass_the_check(folder: Path) -> None:
    perform(folder, STEPS)

    assert check(folder) == []
    assert "exemplamine" in {ingredient.id for ingredient in load(folder).ingredients}
    assert "example-2030" in {definition.id for definition in load(folder).definitions}
    assert "example-option" in {option.id for option in load(folder).options}


@pytest.mark.parametrize(
    "left_out", [step for step in STEPS if step.argument in {"sources.toml", "drugs/formulations.csv"}], ids=str
)
def test_a_step_left_out_is_missed(folder: Path, left_out: Block) -> None:
    perform(folder, [step for step in STEPS if step is not left_out])

    assert check(folder) != []


@pytest.mark.parametrize(
    ("device", "answer", "fit"),
    [
        ("example implant", None, "not suitable"),
        (None, "yes", "not suitable"),
        (None, None, "check first"),
        (None, "no", "suitable"),
    ],
)
def test_a_new_contraindication_of_a_new_option_works_at_once(
    folder: Path, tmp_path: Path, device: str | None, answer: str | None, fit: str
) -> None:
    perform(folder, STEPS)
    patient = {"resourceType": "Patient", "id": "ana", "gender": "male", "birthDate": "1980-01-01"}
    implant = {"resourceType": "Device", "id": "d", "patient": {"reference": "Patient/ana"}, "type": {"text": device}}
    resources = [patient, implant] if device else [patient]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    record = tmp_path / "record.json"
    record.write_text(json.dumps(bundle), encoding="utf-8")
    knowledge = load(folder)
    tables = dict(read(record, knowledge).tables)
    if answer:
        row: dict[str, object] = {
            "person_id": "ana",
            "question": "example-implant",
            "value": answer,
            "date_earliest": date(2024, 12, 1),
            "date_latest": date(2024, 12, 1),
            "evidence_id": "answers#1",
        }
        tables |= {"answer": build_tables({"answer": [row]})["answer"]}

    rows = Engine(knowledge).run(tables, date(2025, 1, 1), ["option_fit"])["option_fit"].to_pylist()

    assert {row["option"]: row["fit"] for row in rows}["example-option"] == fit


def test_accepting_a_definition_takes_the_line_that_the_check_prints(folder: Path) -> None:
    perform(folder, STEPS)
    definition = folder / "definitions/example-2030.toml"
    definition.write_text(definition.read_text(encoding="utf-8").replace('"draft"', '"reviewed"'), encoding="utf-8")
    (fault,) = check(folder)
    line = re.search(r'add (example-2030 = "[0-9a-f]{64}") to', fault)
    assert line is not None

    accepted = folder / ACCEPTED
    accepted.write_text(accepted.read_text(encoding="utf-8") + line[1] + "\n", encoding="utf-8")

    assert check(folder) == []


def test_an_accepted_definition_that_is_changed_is_noticed(folder: Path) -> None:
    accepted = folder / "definitions/sforzini-2022.toml"
    accepted.write_text(accepted.read_text(encoding="utf-8") + "# one word\n", encoding="utf-8")

    (fault,) = check(folder)

    assert fault.startswith("definitions/sforzini-2022.toml: changed after it was accepted")


def test_the_command_line_checks_another_folder_the_same(folder: Path) -> None:
    perform(folder, STEPS)
    command = [sys.executable, "-m", "stepwell.cli", "knowledge", "check", str(folder)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
