"""Laboratory results and vital signs: their number, words, unit, and what the laboratory says of them."""

from typing import NamedTuple

from stepwell.records import lab_values
from stepwell.records.fhir import when
from stepwell.records.fhir.row import Row
from stepwell.records.fhir.shape import Node, concept, node, nodes, number, string
from stepwell.records.fhir.when import Days
from stepwell.records.lab_values import Limits
from stepwell.records.lookup import CodeSetMatch

_NUMBERS = ("valueInteger", "valueDecimal")
_BELOW, _ABOVE = frozenset({"<", "<="}), frozenset({">", ">="})


class Result(NamedTuple):
    """What an Observation or a component says; all null if it says nothing.

    Args:
        value: The number; null where only a limit is known (`<5`).
        limits: What is known of the number; null if there is none.
        unit: As UCUM writes it where we know it.
        text: The result in words, in small letters.
        flag: high, low, abnormal, normal, positive or negative.
    """

    value: float | None
    limits: Limits | None
    unit: str | None
    text: str | None
    flag: str | None

    @property
    def empty(self) -> bool:
        """Whether it says nothing at all; a limit that nothing can be drawn from still is the newest result."""
        return self.limits is None and self.text is None and self.flag is None


def components(row: Row) -> list[tuple[tuple[CodeSetMatch, ...], Node]]:
    """The components of an Observation that are a test of ours, each with the tests it is."""
    found = []
    for component in nodes(row.body.get("component")):
        said = concept(component.get("code"))
        if labs := row.lookup.code_sets("lab", said.codes, said.text):
            found.append((labs, component))
    return found


def add(row: Row, labs: tuple[CodeSetMatch, ...], parts: list[tuple[tuple[CodeSetMatch, ...], Node]],
        day: Days | None) -> bool:  # fmt: skip
    """The results of an Observation and of its components; False if none says anything."""
    added = [_add(row, match, body, day, path) for matches, body, path in (
        (labs, row.body, ""), *((matches, body, "component.") for matches, body in parts)
    ) for match in matches]  # fmt: skip
    return any(added)


def _add(row: Row, lab: CodeSetMatch, body: Node, day: Days | None, path: str) -> bool:
    found = result(row, body, path)
    if found.empty:
        return False
    row.add("lab", {
        "lab": lab.code_set, **when.dated("date", day), "value": found.value, "unit": found.unit, "text": found.text,
        "flag": found.flag,
    })  # fmt: skip
    return True


def result(row: Row, body: Node, path: str = "") -> Result:
    """What an Observation, or a component of one, says."""
    quantity = node(body.get("valueQuantity"))
    limits = _limits(row, body, quantity, path)
    value = limits.least if limits and limits.least == limits.most else None
    unit = lab_values.unit(string(quantity.get("code")) or string(quantity.get("unit")))
    text = _text(body) if limits is None else None
    flag = _marked(body) or (_ranged(body, limits, unit) if limits else None)
    return Result(value, limits, unit, text, flag or (lab_values.result(text) if text else None))


def _limits(row: Row, body: Node, quantity: Node, path: str) -> Limits | None:
    """What is known of the number: `<5` and `>60` are limits, not numbers, and that is noted."""
    found = number(quantity.get("value"))
    sign = string(quantity.get("comparator"))
    if found is None:
        found = next((one for name in _NUMBERS if (one := number(body.get(name))) is not None), None)
        found = _numeral(body) if found is None else found
    if found is None or sign is None:
        return None if found is None else Limits(found, found)
    row.find("result-not-exact", f"{path}valueQuantity.comparator",
             "The result is a limit, not a number; only what the laboratory says of it is used.")  # fmt: skip
    if sign in _BELOW:
        return Limits(None, found, open_above=sign == "<")
    return Limits(found, None, open_below=sign == ">") if sign in _ABOVE else Limits(None, None)


def _numeral(body: Node) -> float | None:
    """A number that is written as text; one with anything beside it is words."""
    text = string(body.get("valueString"))
    try:
        return number(float(text)) if text else None
    except ValueError:
        return None


def _text(body: Node) -> str | None:
    """The result in words; a code, where it has none."""
    if "valueBoolean" in body:
        return "yes" if body["valueBoolean"] is True else "no"
    written = string(body.get("valueString"))
    if written is None:
        said = concept(body.get("valueCodeableConcept"))
        written = said.text or next((code for _, code in said.codes), None) or next(iter(said.others), None)
    return lab_values.words(written) if written else None


def _marked(body: Node) -> str | None:
    """The laboratory's mark, by code or by words."""
    for one in nodes(body.get("interpretation")):
        said = concept(one)
        for text in (*said.others, *(code for _, code in said.codes), *said.texts):
            if found := lab_values.mark(text):
                return found
    return None


def _ranged(body: Node, limits: Limits, unit: str | None) -> str | None:
    """Where the number lies to the reference range; None if there are several, or if it is in another unit."""
    ranges = [one for one in nodes(body.get("referenceRange")) if _is_normal(one)]
    if len(ranges) != 1 or "appliesTo" in ranges[0]:
        return None
    ends = [node(ranges[0].get(name)) for name in ("low", "high")]
    units = {lab_values.unit(string(end.get("code")) or string(end.get("unit"))) for end in ends} - {None}
    if units and units != {unit}:
        return None
    return lab_values.against_range(limits, *(number(end.get("value")) for end in ends))


def _is_normal(one: Node) -> bool:
    """Whether a range says what is normal, not what is aimed at or dangerous."""
    said = concept(one.get("type"))
    return said.empty or any(text.casefold() in ("normal", "normal range") for text in (*said.others, *said.texts))
