"""Which drugs of ours a medication resource is about."""

from typing import NamedTuple

from stepwell.records import doses
from stepwell.records.fhir import references
from stepwell.records.fhir.relevance import NOT_A_MEDICINE
from stepwell.records.fhir.row import Row
from stepwell.records.fhir.shape import Concept, Node, concept, node, nodes, number, string
from stepwell.records.lookup import DrugMatch


class NotYet(Exception):  # noqa: N818 - not an error: the resource is taken up again when all has been seen
    """What the resource refers to hasn't been read yet."""


class Medicine(NamedTuple):
    """The drugs of ours in a medicine, its words, and the Medication resource that told."""

    drugs: tuple[DrugMatch, ...]
    text: str | None
    evidence_id: str | None


def medicine(row: Row) -> Medicine | None:
    """The medicine of a resource; None, noted and counted, if it isn't one of ours.

    Raises:
        NotYet: The Medication it refers to may still come.
    """
    said, body, evidence_id = _said(row)
    told = concept(body.get("code")).empty and _ingredients(row, body)
    drugs = told or drugs_of(row, said) or _ingredients(row, body)
    if drugs:
        return Medicine(drugs, said.text, evidence_id)
    if said.empty and not body:
        row.find("medicine-missing", "medication[x]", "No medicine is named; the resource isn't used.")
        row.unused("no medicine named")
    elif any(row.lookup.names_a_drug(text) for text in said.texts):
        row.find("medicine-unclear", "medication[x]", "The words name a drug but not clearly one that is taken.")
        row.unused("medicine not named clearly")
    else:
        row.unused(NOT_A_MEDICINE)
    return None


def drugs_of(row: Row, said: Concept) -> tuple[DrugMatch, ...]:
    """The drugs of ours that a concept names, by code, else by the first words that do."""
    for text in said.texts or (None,):
        found = row.lookup.drugs(said.codes, text)
        if found:
            return found
    return ()


def _said(row: Row) -> tuple[Concept, Node, str | None]:
    """What names the medicine, the Medication resource if there is one, and its evidence id."""
    own = row.concept("medicationCodeableConcept")
    pointer = row.node("medicationReference")
    reference = references.target(pointer)
    if not own.empty or not pointer:
        return own, {}, None
    display = string(pointer.get("display"))
    fallback = Concept((), (display,) if display else (), ())
    if reference is None:
        return fallback, {}, None
    if reference.startswith("#"):
        held = references.contained(row.body, reference)
        if held:
            return _named(held, fallback), held, None
    else:
        known = row.find_in(row.reading.medications, reference)
        if known is not None:
            return _named(known.body, fallback), known.body, known.evidence_id
        if not row.reading.last:
            raise NotYet
    row.find("reference-not-found", "medicationReference", "The Medication referred to isn't in the record.")
    return fallback, {}, None


def _named(medication: Node, fallback: Concept) -> Concept:
    said = concept(medication.get("code"))
    return said if not said.empty else fallback


def _ingredients(row: Row, medication: Node) -> tuple[DrugMatch, ...]:
    """The drugs of a Medication that tells its ingredients one by one."""
    found: list[DrugMatch] = []
    for one in nodes(medication.get("ingredient")):
        drugs = drugs_of(row, concept(one.get("itemCodeableConcept")))
        found += [_with_strength(drug, node(one.get("strength"))) for drug in drugs]
    return tuple({drug.ingredient: drug for drug in found}.values())


def _with_strength(drug: DrugMatch, ratio: Node) -> DrugMatch:
    amount, per = node(ratio.get("numerator")), node(ratio.get("denominator"))
    held, size = _measured(amount), number(amount.get("value"))
    for_each, count = _measured(per), number(per.get("value")) or 1.0
    if held is None or size is None or size <= 0 or count <= 0 or drug.strength is not None:
        return drug
    if held[0] == "mg" and for_each and for_each[0] == "mL":
        strength, unit = size * held[1] / count, "mg/mL"
    elif held[0] in ("mg", "mcg") and (for_each is None or for_each[0] == "count"):
        strength, unit = size * held[1] / count, str(held[0])
    else:
        return drug
    product = drug.product or f"{strength:g} {unit}"
    return DrugMatch(drug.ingredient, drug.formulation, product, strength, unit, drug.trap, drug.coded_by)


def _measured(quantity: Node) -> tuple[str, float] | None:
    word = string(quantity.get("code")) or string(quantity.get("unit"))
    return doses.unit(word) if word else None
