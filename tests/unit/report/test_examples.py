"""Every example that ships, in every format."""

import json as standard_json
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import html5lib
import pytest

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import load
from stepwell.records.read import read
from stepwell.report import html, json, json_person, text, text_person
from stepwell.report.view.person import person_page
from stepwell.review import Review, assemble
from tests.unit.report.test_json import faults
from tests.unit.report.test_person import HIGHEST_GRADE, faults_for_person, grade
from tests.unit.report.test_safety import REASSURING, words

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("[0-9]*"))
PEOPLE: list[dict[str, Any]] = tomllib.loads((EXAMPLES[0].parent / "people.toml").read_text(encoding="utf-8"))["person"]


@cache
def engine() -> Engine:
    return Engine(load())


@cache
def example(path: Path, as_of: date = date(2025, 11, 1)) -> Review:
    records = read(path, load())
    person_id = records.tables["person"]["person_id"][0].as_py()
    return assemble(engine().run(records.tables, as_of), records, load(), as_of, person_id)


def test_there_are_the_twelve_that_were_promised() -> None:
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("kind", ["csv", "fhir.json"])
def test_every_format_can_be_written(path: Path, kind: str) -> None:
    review = example(path / kind)
    page, lines, document = html.render(review), text.render(review, 80), json.render(review)
    html5lib.HTMLParser(strict=True).parse(page)
    assert len(page.encode()) < 300_000
    assert faults(standard_json.loads(document)) == []
    assert all(len(line) <= 80 or "https://" in line for line in lines.splitlines())
    assert not [found for output in (page, lines, document) if (found := REASSURING.search(words(output)))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_format_can_be_written_for_the_person(path: Path) -> None:
    review = example(path / "csv")
    page, lines, document = html.render_for_person(review), text_person.render(review, 80), json_person.render(review)
    html5lib.HTMLParser(strict=True).parse(page)
    assert len(page.encode()) < 100_000
    assert faults_for_person(standard_json.loads(document)) == []
    assert all(len(line) <= 80 or "https://" in line for line in lines.splitlines())
    assert not [found for output in (page, lines, document) if (found := REASSURING.search(words(output)))]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["id"])
def test_every_example_reads_as_for_a_child_of_twelve(person: dict[str, Any]) -> None:
    review = example(EXAMPLES[0].parent / person["id"] / "csv", person["as_of"])
    assert grade(person_page(review).prose) <= HIGHEST_GRADE


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_first_screen_stays_one_screen(path: Path) -> None:
    assert len(text.render(example(path / "csv")).split("\nDETAIL\n", maxsplit=1)[0].splitlines()) <= 48
