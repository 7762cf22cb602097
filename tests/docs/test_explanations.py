"""What the pages state as a fact about the software is the fact."""

import re
import tomllib

from stepwell import errors
from stepwell.knowledge.load import Knowledge
from tests.docs.pages import REPOSITORY

TRIALS = (REPOSITORY / "docs/explanation/trials.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_numbers_are_those_of_the_knowledge(knowledge: Knowledge) -> None:
    table = re.findall(r"^\| `([a-z-]+)` \| ([\d.]+) \| (\w+) \|$", TRIALS, re.MULTILINE)

    assert {name: (float(value), unit) for name, value, unit in table} == {
        rule.id: (rule.value, rule.unit) for rule in knowledge.rules
    }


def test_every_rule_is_explained_in_the_text(knowledge: Knowledge) -> None:
    text = TRIALS.split("## The numbers")[0]

    assert [rule.id for rule in knowledge.rules if f"`{rule.id}`" not in text] == []


def test_the_readme_names_every_definition(knowledge: Knowledge) -> None:
    assert [definition.short for definition in knowledge.definitions if definition.short not in README] == []


def test_the_exit_codes_are_those_of_the_errors() -> None:
    page = (REPOSITORY / "docs/how-to/errors.md").read_text(encoding="utf-8")
    table = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.MULTILINE)}
    kinds: list[type[errors.UserError]] = [errors.UserError, *errors.UserError.__subclasses__()]

    assert table == {kind.__name__: kind.exit_code for kind in kinds}


def test_the_demo_is_read_on_the_day_it_was_made_for() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    example = re.search(r"^EXAMPLE := examples/([^/]+)/", makefile, re.MULTILINE)
    day = re.search(r"^EXAMPLE_AS_OF := (\S+)$", makefile, re.MULTILINE)
    people = tomllib.loads((REPOSITORY / "examples/people.toml").read_text(encoding="utf-8"))["person"]

    assert example is not None
    assert day is not None
    assert [str(person["as_of"]) for person in people if person["id"] == example[1]] == [day[1]]
