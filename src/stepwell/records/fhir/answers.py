"""Answers to the items of a scale, and to which scale and item they belong."""

import re
from collections import Counter
from collections.abc import Sequence
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
    """An answer as written: coded, worded, as a number, or with the number its code stands for."""

    said: Concept
    number: float | None
    weight: float | None
    skipped: bool


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
    for name in ("valueInteger", "valueDecimal", "valueQuantity"):
        if name in held:
            return _number(node(held[name]).get("value") if name == "valueQuantity" else held[name])
    if isinstance(held.get("valueBoolean"), bool):
        return _worded("yes" if held["valueBoolean"] else "no")
    if "valueString" in held:
        return _worded(string(held["valueString"]))
    if "valueCoding" in held:
        return Answer(coding(held["valueCoding"]), None, _weight(node(held["valueCoding"])), skipped=False)
    if "valueCodeableConcept" in held:
        return _of_concept(node(held["valueCodeableConcept"]))
    return _UNREADABLE if held else SKIPPED


def given(item: Node) -> list[Answer]:
    """Every answer to an item of a questionnaire; a skipped one if there is none."""
    every = [of_value(one) for one in nodes(item.get("answer"))]
    return [one for one in every if not one.skipped] or [SKIPPED]


def _of_concept(whole: Node) -> Answer:
    if not whole:
        return SKIPPED
    weights = [_weight(one) for one in (whole, *nodes(whole.get("coding")))]
    return Answer(concept(whole), None, next((one for one in weights if one is not None), None), skipped=False)


def _number(value: object) -> Answer:
    found = number(value)
    if found is not None:
        return Answer(NO_CONCEPT, found, None, skipped=False)
    return SKIPPED if value is None else _UNREADABLE


def _worded(text: str | None) -> Answer:
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


def value(item: Item, pair: Pair, lookup: Lookup) -> float | None:
    """What an answer scores; unknown, and noted, if it is no answer of that item or outside its range."""
    answer = item.answer
    if answer.skipped:
        return None
    found = _coded(answer, pair, lookup)
    if found is None:
        item.row.find("answer-not-understood", item.path, "The answer isn't one of this item; it is read as unknown.")
        return None
    question = lookup.question(*pair)
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
