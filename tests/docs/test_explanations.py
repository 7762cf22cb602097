"""What the pages state as a fact about the software is the fact."""

import re

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
