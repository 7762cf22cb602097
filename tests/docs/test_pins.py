"""Pinned packages: all of them, with hashes, and no address to fetch them from."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY

PINS = sorted((REPOSITORY / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
NAME = re.compile(r"^[A-Za-z0-9._-]+")

every_file = pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)


def pinned(path: Path) -> dict[str, set[str]]:
    """The versions that a file pins, by package."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(name, set()).add(version)
    return found


def name_of(requirement: str) -> str:
    """The package that a requirement asks for."""
    match = NAME.match(requirement)
    assert match is not None
    return match[0].lower().replace("_", "-")


@every_file
def test_every_package_has_a_version_and_a_hash(path: Path) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE))

    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@every_file
def test_no_address_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"://|--(?:extra-)?index-url|--find-links", text) == []


def test_all_that_runs_is_pinned() -> None:
    assert {name_of(r) for r in PROJECT["project"]["dependencies"]} <= pinned(
        REPOSITORY / "requirements/run.txt"
    ).keys()


def test_all_that_tests_is_pinned() -> None:
    assert {name_of(r) for r in PROJECT["dependency-groups"]["test"]} <= pinned(
        REPOSITORY / "requirements/test.txt"
    ).keys()


def test_what_is_tested_is_what_runs() -> None:
    run, test = (pinned(REPOSITORY / f"requirements/{name}.txt") for name in ("run", "test"))

    assert {name: test[name] for name in run.keys() & test.keys()} == {
        name: run[name] for name in run.keys() & test.keys()
    }
