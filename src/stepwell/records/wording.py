"""Finding known names in free text as whole words, the longest first."""

import re
from collections.abc import Iterable
from typing import NamedTuple


class Hit(NamedTuple):
    """A known name in a text."""

    name: str
    start: int
    end: int


class Names:
    """A set of names that can be looked for in text, whatever their case and spacing."""

    def __init__(self, names: Iterable[str]) -> None:
        known = sorted({plain(name) for name in names if plain(name)}, key=lambda name: (-len(name), name))
        body = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in known)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{body})(?![^\W_])") if known else None

    def find(self, text: str) -> list[Hit]:
        """Every name in a text in small letters, in order; no two overlap."""
        if self._pattern is None:
            return []
        return [Hit(plain(match[0]), match.start(), match.end()) for match in self._pattern.finditer(text)]


def plain(text: str) -> str:
    """Small letters and single spaces, a hyphen counting as a space.

    >>> plain(" Major  Depressive-Disorder")
    'major depressive disorder'
    """
    return re.sub(r"[\s-]+", " ", text.replace("\u2019", "'").casefold()).strip()


def bare(text: str) -> str:
    """Only the letters and digits, in small letters."""
    return "".join(character for character in text.casefold() if character.isalnum())


_DENIED = re.compile(
    r"(?<![^\W_])(?:no|not|non|never|without|denies|denied|declined|avoid|negative for|absence of|absent|rule out|"
    r"ruled out|r/o|risk of|at risk|screening|screen|family history|fh|family hx|fhx|mother|father|sister|brother|"
    r"son|daughter|possible|possibly|suspected|query|questionable|differential|unlikely|excluded)(?![^\W_])|\?"
)


def denied(text: str) -> bool:
    """Whether a text denies or doubts what it names, or says it of a relative; `text` in small letters.

    >>> denied("family history of bipolar disorder"), denied("bipolar disorder")
    (True, False)
    """
    return _DENIED.search(text) is not None
