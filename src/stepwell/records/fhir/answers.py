"""Answers to the items of a scale, and to which scale and item they belong."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from stepwell.records.fhir.row import Row
from stepwell.records.fhir.shape import (
    NO_CONCEPT,
    Concept,
    Node,
    coding,
    concept,
    extension,
    node,
    nodes,
    number,
    string,
)
from stepwell.records.lookup import Lookup

Pair = tuple[str, str]
"""(scale, item)"""

_ORDINAL = (
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/iso21090-CO-value",
)
_NUMERAL = re.compile(r"^\d+(?:\.\d+)?$", re.ASCII)


class Answer(NamedTuple):
    """An answer as written: coded, worded, as a number, or with the number its code stands for.

    `at_least`: the least whole number that it can be, where only a limit is told (`> 0`).
    """

    said: Concept
    number: float | None
    weight: float | None
    skipped: bool
    at_least: float | None = None


SKIPPED = Answer(NO_CONCEPT, None, None, skipped=True)
# Something stands there that no answer can be read from.
_UNREADABLE = SKIPPED._replace(skipped=False)


class Item(NamedTuple):
    """One answered item: what it may be, its answer, and the resource it stands in."""

    row: Row
    candidates: tuple[Pair, ...]
    answer: Answer
    path: str


def of_value(holder: Node) -> Answer:
    """The answer in a `value[x]`."""
    held = {name: value for name, value in holder.items() if name.startswith("value") and value not in (None, "", {})}
    for name, read in _READ.items():
        if name in held:
            return read(held[name])
    return _UNREADABLE if held else SKIPPED


def given(item: Node) -> list[Answer]:
    """Every answer to an item of a questionnaire; a skipped one if there is none."""
    every = [of_value(one) for one in nodes(item.get("answer"))]
    return [one for one in every if not one.skipped] or [SKIPPED]


def _of_coding(value: object) -> Answer:
    return Answer(coding(value), None, _weight(node(value)), skipped=False)


def _of_concept(value: object) -> Answer:
    whole = node(value)
    if not whole:
        return SKIPPED
    weights = [_weight(one) for one in (whole, *nodes(whole.get("coding")))]
    return Answer(concept(whole), None, next((one for one in weights if one is not None), None), skipped=False)


def _quantity(value: object) -> Answer:
    quantity = node(value)
    answer, limit = _number(quantity.get("value")), string(quantity.get("comparator"))
    if limit is None or answer.number is None:
        return answer
    least = {">": math.floor(answer.number) + 1.0, ">=": float(math.ceil(answer.number))}.get(limit)
    return _UNREADABLE._replace(at_least=least)


def _number(value: object) -> Answer:
    found = number(value)
    if found is not None:
        return Answer(NO_CONCEPT, found, None, skipped=False)
    return SKIPPED if value is None else _UNREADABLE


def _yes_or_no(value: object) -> Answer:
    return _worded("yes" if value else "no") if isinstance(value, bool) else _UNREADABLE


def _worded(value: object) -> Answer:
    text = string(value)
    if text is None:
        return SKIPPED
    if _NUMERAL.match(text):
        return _number(float(text))
    return Answer(Concept((), (text,), ()), None, None, skipped=False)


def _weight(holder: Node) -> float | None:
    for url in _ORDINAL:
        found = extension(holder, url)
        if found:
            return number(found.get("valueDecimal", found.get("valueInteger")))
    return None


_READ: dict[str, Callable[[object], Answer]] = {
    "valueInteger": _number,
    "valueDecimal": _number,
    "valueQuantity": _quantity,
    "valueBoolean": _yes_or_no,
    "valueString": _worded,
    "valueCoding": _of_coding,
    "valueCodeableConcept": _of_concept,
}


def value(item: Item, pair: Pair, lookup: Lookup) -> float | None:
    """What an answer scores; unknown, and noted, if it is no answer of that item or outside its range.

    Of a limit in a question about suicide the least stands, if it is above zero: an unknown answer would hide it.
    """
    answer, question = item.answer, lookup.question(*pair)
    if answer.skipped:
        return None
    found = _coded(answer, pair, lookup)
    least = answer.at_least if question is not None and question.suicide else None
    if least is not None and question is not None and question.minimum < least <= question.maximum:
        item.row.find(
            "answer-is-a-limit", item.path, "Only a limit of the answer is told; the least it can be is used."
        )
        found = least
    if found is None:
        item.row.find("answer-not-understood", item.path, "The answer isn't one of this item; it is read as unknown.")
        return None
    if question is not None and not question.minimum <= found <= question.maximum:
        item.row.find(
            "item-out-of-range", item.path, "The answer lies outside the item's range; it is read as unknown."
        )
        return None
    return found


def _coded(answer: Answer, pair: Pair, lookup: Lookup) -> float | None:
    for text in answer.said.texts or (None,):
        found = lookup.answer(*pair, answer.said.codes, text)
        if found is not None:
            return found
    return answer.weight if answer.weight is not None else answer.number


def assign(items: Sequence[Item], lookup: Lookup, hint: str | None = None) -> dict[str, list[tuple[Item, Pair]]]:
    """Items by scale, where one item may be of several (those of the PHQ-2 are of the PHQ-9 as well).

    The scale that the questionnaire is known to be comes first, then the one that explains most items,
    then the shortest.
    """
    left, found = list(items), dict[str, list[tuple[Item, Pair]]]()
    while left:
        counts = Counter(scale for item in left for scale in {scale for scale, _ in item.candidates})
        if not counts:
            break
        best = max(
            counts, key=lambda scale: (scale == hint, counts[scale], -len(lookup.instrument(scale).items), scale)
        )
        taken = [(item, pair) for item in left for pair in item.candidates if pair[0] == best]
        found[best] = _once(taken)
        held = {id(item) for item, _ in taken}
        left = [item for item in left if id(item) not in held]
    return found


def _once(taken: Sequence[tuple[Item, Pair]]) -> list[tuple[Item, Pair]]:
    """Every item of a scale once; a code that stands for two items of it names the first."""
    seen: set[int] = set()
    kept: list[tuple[Item, Pair]] = []
    for item, pair in taken:
        if id(item) not in seen:
            seen.add(id(item))
            kept.append((item, pair))
    return kept
