"""The small parts that every resource is made of."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Node = dict[str, Any]

ADDRESS = "https://stepwell.health/fhir"
"""Names our own codes and ids; it is a name and is never fetched."""

_REFERENCE = re.compile(r"^[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}$")


def urn(*names: str) -> str:
    """The address of a resource in the Bundle: the same for the same names."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, '/'.join((ADDRESS, *names)))}"


def text(words: str) -> Node:
    """A concept by its words alone."""
    return {"text": words}


def own(system: str, code: str, words: str) -> Node:
    """A concept by a name of ours, and its words."""
    return {"coding": [{"system": f"{ADDRESS}/{system}", "code": code}], "text": words}


def row(evidence_id: str) -> Node:
    """Reference to a row of the record: to the resource, or by its place in a file."""
    if _REFERENCE.match(evidence_id):
        return {"reference": evidence_id}
    return {"identifier": {"system": f"{ADDRESS}/row", "value": evidence_id}, "display": evidence_id}


def rows(evidence_ids: Iterable[str]) -> list[Node]:
    """References to rows of the record, each once."""
    return [row(one) for one in dict.fromkeys(evidence_ids)]


def filled(node: Node) -> Node:
    """The resource without what is empty: FHIR allows no empty value."""
    return {name: value for name, value in node.items() if value not in (None, "", [], {})}
