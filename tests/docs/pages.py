"""The project's Markdown pages and the fenced blocks in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "examples").rglob("*.md")]
)

_FENCE = re.compile(r"^```(?P<info>[^\n`]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, its language, what stands behind the language, and its text."""

    page: Path
    line: int
    language: str
    argument: str
    text: str

    def __str__(self) -> str:
        """The page and line, as tests name it."""
        return f"{self.page.relative_to(REPOSITORY).as_posix()}:{self.line}"


def blocks(page: Path, language: str | None = None) -> Iterator[Block]:
    """The fenced blocks of a page, of one language if it is given."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        name, _, argument = match["info"].strip().partition(" ")
        if language in {None, name}:
            line = text.count("\n", 0, match.start()) + 1
            yield Block(page, line, name, argument.strip(), match["text"])
