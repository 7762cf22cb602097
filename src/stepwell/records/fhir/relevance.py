"""Whether a resource can be of concern at all, by its code alone: most of a record isn't, and is passed by early."""

from stepwell.records.fhir.shape import Concept, Node, concept
from stepwell.records.lookup import Lookup

Key = tuple[str, Concept]

NOT_A_MEDICINE = "not a medicine Stepwell knows"
NOT_A_MEASUREMENT = "not a measurement Stepwell looks for"
NOT_A_CONDITION = "not a condition Stepwell looks for"
NOT_A_PROCEDURE = "not a procedure Stepwell looks for"

_FIELD = {"Observation": "code", "Condition": "code", "Procedure": "code"}
_REASON = {"Observation": NOT_A_MEASUREMENT, "Condition": NOT_A_CONDITION, "Procedure": NOT_A_PROCEDURE}
_MEDICINES = frozenset({"MedicationRequest", "MedicationDispense", "MedicationStatement", "MedicationAdministration"})
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
    said = concept(body[field])
    key = (kind, said)
    found = known.get(key)
    if found is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        found = known[key] = said.empty or (_medicine(said, lookup) if medicine else _event(kind, said, lookup))
    if found:
        return None
    return NOT_A_MEDICINE if medicine else _REASON[kind]


def _medicine(said: Concept, lookup: Lookup) -> bool:
    return any(lookup.drugs(said.codes, text) or lookup.names_a_drug(text) for text in said.texts or (None,))


def _event(kind: str, said: Concept, lookup: Lookup) -> bool:
    if kind == "Observation":
        scale = lookup.total(said.codes, said.text) or lookup.panel(said.codes, said.text)
        return bool(scale or lookup.items(said.codes) or lookup.code_sets("lab", said.codes, said.text))
    return any(lookup.code_sets(kind.lower(), said.codes, text) for text in said.texts or (None,))
