"""Reading JSON that may have any shape: what isn't of the expected kind is as if it weren't there."""

import math
from typing import NamedTuple

from stepwell.records.systems import short_name

Node = dict[str, object]
"""A JSON object."""

_NOTHING: Node = {}


def node(value: object) -> Node:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def nodes(value: object) -> list[Node]:
    """The objects of a list; one that stands alone is a list of one."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict)]
    return [value] if isinstance(value, dict) else []


def string(value: object) -> str | None:
    """The text, unless empty."""
    return value.strip() or None if isinstance(value, str) else None


def number(value: object) -> float | None:
    """The number, if finite; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


class Concept(NamedTuple):
    """A CodeableConcept: codes of the systems we draw on, its words, and the codes of any other system."""

    codes: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def text(self) -> str | None:
        """Its own words, else the words of its first code."""
        return self.texts[0] if self.texts else None

    @property
    def empty(self) -> bool:
        """Whether it says nothing at all."""
        return not (self.codes or self.texts or self.others)


NO_CONCEPT = Concept((), (), ())


def concept(value: object) -> Concept:
    """A CodeableConcept, or one that says nothing."""
    whole = node(value)
    if not whole:
        return NO_CONCEPT
    return _concept(nodes(whole.get("coding")), string(whole.get("text")))


def coding(value: object) -> Concept:
    """A Coding as a concept of one code."""
    return _concept(nodes(value)[:1], None)


def _concept(codings: list[Node], text: str | None) -> Concept:
    codes: list[tuple[str, str]] = []
    texts = [text] if text else []
    others: list[str] = []
    for one in codings:
        code, uri, display = string(one.get("code")), string(one.get("system")), string(one.get("display"))
        system = short_name(uri) if uri else None
        if code and system:
            codes.append((system, code))
        elif code:
            others.append(code)
        if display:
            texts.append(display)
    return Concept(tuple(codes), tuple(texts), tuple(others))


def extension(value: object, url: str) -> Node:
    """The extension of a url that stands on an element, or an empty one."""
    return next((one for one in nodes(node(value).get("extension")) if one.get("url") == url), _NOTHING)
