"""Lines of prose in a terminal, filled to its width."""

from collections.abc import Iterable
from textwrap import fill

from rich.console import Console
from rich.text import Text

HEIGHT = 25
"""Lines of a terminal, given so that Rich doesn't ask the system for each line it prints."""


def heading(console: Console, words: str) -> None:
    """A line that begins a part."""
    console.print()
    put(console, words, 0, style="bold")


def put(
    console: Console, words: str, indent: int = 2, *, bullet: bool = False, style: str = "", lead: str = ""
) -> None:
    """A paragraph.

    Args:
        console: Where to.
        words: What it says.
        indent: Blanks before each line.
        bullet: Whether it is one of several; its further lines are set in.
        style: Of the whole.
        lead: What stands before the words, in bold.
    """
    margin = " " * indent
    filled = fill(
        f"{lead}{words}", console.width, initial_indent=margin + "- " * bullet,
        subsequent_indent=margin + "  " * bullet, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    if console.no_color:
        # Without marks the words are the line, and a long report is written in half the time.
        console.file.write(f"{filled}\n")
        return
    text = Text(filled, style)
    text.stylize("bold", 0, indent + len(lead))
    console.print(text, overflow="ignore", no_wrap=True, crop=False)


def some(console: Console, name: str, words: Iterable[str]) -> None:
    """A named row of words; nothing if there are none."""
    found = [word for word in words if word]
    if found:
        put(console, f"{name}: {'; '.join(found)}.")
