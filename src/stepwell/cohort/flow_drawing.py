"""What the pictures of pathways share: templates, words that fit, the legend."""

from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from stepwell.cohort.flow_folding import CLASS_NAMES, COLOURS

INK = 0.0141
"""Relative luminance of the colour of text."""

LETTER = 6.3
"""Rough width of a character of a label."""


@cache
def environment() -> Environment:
    """Templates of the pictures."""
    return Environment(
        loader=PackageLoader("stepwell.cohort"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def number(people: int, withheld: int = 0) -> str:
    """A count for the reader; of one that leaves something out, at least how many."""
    return f"≥ {people:,}" if withheld else f"{people:,}"


def fitting(text: str, width: float) -> str:
    """As much of a text as fits, with an ellipsis if that isn't all; nothing if not even a little does."""
    most = int(width / LETTER)
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rstrip('+ ')}…" if most > 3 else ""  # noqa: PLR2004 -- a word of two letters tells nothing


def on_dark(colour: str) -> bool:
    """Whether white text on a colour (`#rrggbb`) has more contrast than the ink: WCAG relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]  # noqa: PLR2004 -- sRGB
    light = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (light + 0.05) > (light + 0.05) / (INK + 0.05)


def legend(classes: Iterable[str]) -> list[tuple[str, str]]:
    """The classes drawn, each with its name, in the order of the colours."""
    found = set(classes)
    return [(name, CLASS_NAMES.get(name, name)) for name in COLOURS if name in found]
