"""Every console example of the pages runs, and prints what the page says it prints."""

import doctest
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, REPOSITORY, Block, blocks

EXAMPLES = [block for page in PAGES for block in blocks(page, "console")]
SETTING_UP = ("git ", "cd ", "make ")
"""Commands that set the project up; they are what runs these tests."""


@dataclass
class Command:
    """A command of an example, and what the page says it prints (`...` stands for anything)."""

    line: str
    expected: str = ""


def commands(block: Block) -> list[Command]:
    """The commands of a console block: a line that begins with `$`, and the lines printed below it."""
    found: list[Command] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Command(line[2:].strip()))
        else:
            found[-1].expected += line
    return [command for command in found if not command.line.startswith(SETTING_UP)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder that has the examples in it, as the pages suppose."""
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples", target_is_directory=True)
    return tmp_path


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_the_example_prints_what_the_page_says(block: Block, folder: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
    for command in commands(block):
        done = subprocess.run(
            ["bash", "-c", command.line], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        printed = done.stdout + done.stderr

        assert "Traceback" not in printed, f"{block}: {command.line}"
        if command.expected:
            matches = doctest.OutputChecker().check_output(command.expected, printed, doctest.ELLIPSIS)
            assert matches, f"{block}: {command.line}\nThe page says:\n{command.expected}\nPrinted:\n{printed}"
        else:
            assert done.returncode == 0, f"{block}: {command.line}\n{printed}"


def test_the_readme_shows_the_two_commands() -> None:
    shown = "".join(block.text for block in blocks(REPOSITORY / "README.md", "console"))

    assert "$ make demo" in shown
    assert "$ make test" in shown
