"""Whether a resource can be of concern at all, by its code alone: most of a record isn't, and is passed by early."""

from stepwell.records.fhir.shape import Concept, Node, concept, node, nodes
from stepwell.records.lookup import Lookup

Key = tuple[object, ...]

NOT_A_MEDICINE = "not a medicine Stepwell knows"
NOT_A_MEASUREMENT = "not a measurement Stepwell looks for"
NOT_A_CONDITION = "not a condition Stepwell looks for"
NOT_A_PROCEDURE = "not a procedure Stepwell looks for"

_FIELD = {"Observation": "code", "Condition": "code", "Procedure": "code"}
_REASON = {"Observation": NOT_A_MEASUREMENT, "Condition": NOT_A_CONDITION, "Procedure": NOT_A_PROCEDURE}
_MEDICINES = frozenset({"MedicationRequest", "MedicationDispense", "MedicationStatement", "MedicationAdministration"})
_COMPONENT = "component of an Observation"
_REMEMBERED = 100_000


def reason_against(kind: str, body: Node, lookup: Lookup, known: dict[Key, bool]) -> str | None:
    """Why a resource can't be of concern, None if it may be.

    Args:
        kind: Resource type.
        body: The resource.
        lookup: What codes and texts mean.
        known: What was found for codes seen before; filled here.
    """
    medicine = kind in _MEDICINES
    field = "medicationCodeableConcept" if medicine else _FIELD.get(kind)
    if field is None or field not in body:
        return None
    if _of_concern(kind, body[field], lookup, known):
        return None
    if kind == "Observation" and any(
        _of_concern(_COMPONENT, one.get("code"), lookup, known) for one in nodes(body.get("component"))
    ):
        return None
    return NOT_A_MEDICINE if medicine else _REASON[kind]


def _of_concern(kind: str, code: object, lookup: Lookup, known: dict[Key, bool]) -> bool:
    """Whether a CodeableConcept of a resource, or of a component, may be one that we look for."""
    key = _key(kind, code)
    found = known.get(key) if key else None
    if found is None:
        said = concept(code)
        found = (said.empty and kind != _COMPONENT) or (
            _medicine(said, lookup) if kind in _MEDICINES else _event(kind, said, lookup)
        )
        if len(known) >= _REMEMBERED:
            known.clear()
        if key:
            known[key] = found
    return found


def _key(kind: str, code: object) -> Key | None:
    """What a CodeableConcept of one code says, to be remembered without reading it; None for any other."""
    whole = node(code)
    codings = whole.get("coding")
    if not isinstance(codings, list) or len(codings) != 1 or not isinstance(codings[0], dict):
        return None
    only = codings[0]
    key = (kind, whole.get("text"), only.get("system"), only.get("code"), only.get("display"))
    return key if all(part is None or isinstance(part, str) for part in key) else None


def _medicine(said: Concept, lookup: Lookup) -> bool:
    return any(lookup.drugs(said.codes, text) or lookup.names_a_drug(text) for text in said.texts or (None,))


def _event(kind: str, said: Concept, lookup: Lookup) -> bool:
    if kind in ("Observation", _COMPONENT):
        scale = lookup.total(said.codes, said.text)
        if kind == "Observation":
            scale = scale or lookup.panel(said.codes, said.text)
        return bool(scale or lookup.items_of(said.codes, said.texts) or lookup.code_sets("lab", said.codes, said.text))
    return any(lookup.code_sets(kind.lower(), said.codes, text) for text in said.texts or (None,))
