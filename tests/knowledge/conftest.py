import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stepwell.knowledge.load import default_folder

Swap = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge that ships, to be broken."""
    return Path(shutil.copytree(default_folder(), tmp_path / "data"))


@pytest.fixture
def swap(folder: Path) -> Swap:
    """Replaces the first occurrence of a text in a file of the copy; an empty `old` appends."""

    def swapped(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")

    return swapped
