"""Fragments of the changelog: well named, one change each, and a change of knowledge says what it changes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY

FOLDER = REPOSITORY / "changelog.d"
FRAGMENTS = sorted(path for path in FOLDER.iterdir() if path.name != "README.md")
KINDS = ("knowledge", "behaviour", "added", "fixed", "breaking")
NAME = re.compile(rf"^(\d+|\+[a-z0-9-]+)\.({'|'.join(KINDS)})\.md$")
KNOWLEDGE = ("Results that change:", "From:", "Source:")

every_fragment = pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda path: path.name)


@every_fragment
def test_the_name_gives_the_issue_and_the_kind(fragment: Path) -> None:
    assert NAME.match(fragment.name), f"name it ISSUE.KIND.md or +WORDS.KIND.md; KIND is one of {', '.join(KINDS)}"


@every_fragment
def test_it_says_something_in_whole_sentences(fragment: Path) -> None:
    text = fragment.read_text(encoding="utf-8").strip()

    assert text.endswith(".")
    assert len(text.split()) >= 5


@every_fragment
def test_a_change_of_knowledge_says_which_results_change_from_when_and_why(fragment: Path) -> None:
    if ".knowledge." not in fragment.name:
        return
    text = fragment.read_text(encoding="utf-8")

    assert [part for part in KNOWLEDGE if part not in text] == []


def test_the_kinds_are_those_that_are_explained() -> None:
    explained = re.findall(r"^\| `([a-z]+)` \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert tuple(explained) == KINDS


def test_a_release_would_hold_every_fragment() -> None:
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "0"]
    draft = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout

    assert [path.name for path in FRAGMENTS if path.read_text(encoding="utf-8").split("\n")[0] not in draft] == []
