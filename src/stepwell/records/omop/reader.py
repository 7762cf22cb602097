"""A CDM as record tables, each an Ibis expression over the tables of the source."""

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from stepwell.records.omop.drugs import DRUGS, drug_concepts
from stepwell.records.omop.events import CODE_SETS, MEANINGS, PLACES, allergy, code_sets, encounter, meanings, spells
from stepwell.records.omop.exposures import EXPOSED, exposed_to, exposure
from stepwell.records.omop.joins import CODED, coded
from stepwell.records.omop.measured import MEASURED, SCALES, answered, lab, scale_concepts, scale_meanings, score
from stepwell.records.omop.people import person
from stepwell.records.omop.source import normal
from stepwell.records.tables import SCHEMAS

ANSWERED = "resolved_answers"
"""Name of the table of `answers` once it has been written out."""


def records(source: Mapping[str, Table], knowledge: Mapping[str, Table], *, infer: bool = False) -> dict[str, Table]:
    """What a CDM holds, as record tables; nothing is run.

    Missing supply stays unknown unless inference is asked for. Not by default: what was inferred would turn into
    trials that are long enough, and the health system's count would say "met" of people of whom the record doesn't
    tell, and of whom their own report says "unknown". With `infer` the end of a supply is taken from what the source
    fills in, else from its quantity (rule `units-per-day`), and marked; a dose is never inferred, since it would call
    a trial too low, or high enough, that nobody measured.

    Args:
        source: The CDM's tables by name, in upper or lower case; only `person` has to be there.
        knowledge: The tables of `knowledge_tables`, on the same engine.
        infer: Whether the end of a supply is inferred where it isn't known.

    Returns:
        A table for every name of `SCHEMAS`, with its columns and types; empty where the source has nothing for it.

    Raises:
        RecordError: It is no CDM, with every fault.
    """
    tables = normal(source)
    items = knowledge.get(ANSWERED)
    items = answered(tables, knowledge) if items is None else items
    made: dict[str, Table | None] = {
        "person": person(tables, knowledge),
        "exposure": exposure(tables, knowledge, infer=infer) if "drug_exposure" in tables else None,
        "encounter": encounter(tables, knowledge) if "visit_occurrence" in tables else None,
        **{kind: spells(tables, knowledge, kind) for kind in ("condition", "procedure", "device")},
        "lab": lab(tables, knowledge),
        "allergy": allergy(tables, knowledge),
        "score": score(tables, knowledge, items),
        "item": items,
    }
    return {name: _shaped(made.get(name), schema, tables) for name, schema in SCHEMAS.items()}


def codings(source: Mapping[str, Table]) -> dict[str, Table]:
    """The ways in which events are coded: to be written out before `used_concepts` and `translations`, not after.

    Each of these looks through all events else; the result is the same.

    Raises:
        RecordError: It is no CDM, with every fault.
    """
    tables = normal(source)
    kinds = {"drug_exposure": "drug", **{place.table: place.kind for place in PLACES}}
    return {CODED + table: coded(tables, {}, table, kind) for table, kind in kinds.items() if table in tables}


def concept_meanings(source: Mapping[str, Table], knowledge: Mapping[str, Table]) -> dict[str, Table]:
    """What the concepts of the vocabulary mean, as a few small tables: to be written out before `translations`.

    Raises:
        RecordError: It is no CDM, with every fault.
    """
    tables = normal(source)
    return {
        DRUGS: drug_concepts(tables, knowledge),
        CODE_SETS: code_sets(tables, knowledge),
        **{name: scale_concepts(tables, knowledge, of) for of, name in SCALES.items()},
    }


def translations(source: Mapping[str, Table], knowledge: Mapping[str, Table]) -> dict[str, Table]:
    """What the ways in which events are coded mean, as a few small tables: to be written out once, if there are many.

    Handed to `records` beside the tables of `knowledge_tables` and `concept_meanings`, under the same names, they
    spare it the work of looking through the vocabulary and all events for every record table anew. The result is
    the same without.

    Raises:
        RecordError: It is no CDM, with every fault.
    """
    tables, made = normal(source), dict[str, Table]()
    if "drug_exposure" in tables:
        made[EXPOSED] = exposed_to(tables, knowledge)
    for place in (place for place in PLACES if place.table in tables):
        made[MEANINGS + place.table] = meanings(tables, knowledge, place)
    for place in (place for place in MEASURED if place.table in tables):
        made |= {f"{SCALES[of]}_{place.table}": scale_meanings(tables, knowledge, place, of) for of in SCALES}
    return made


def answers(source: Mapping[str, Table], knowledge: Mapping[str, Table]) -> dict[str, Table]:
    """The answers to questionnaires, as many as there are: to be written out where everybody is read, not one person.

    Handed to `records` as `translations` are, they spare it looking for them twice: for items, and for the scores
    that they make. The result is the same without.
    """
    items = answered(normal(source), knowledge)
    return {} if items is None else {ANSWERED: items}


def _shaped(table: Table | None, schema: ibis.Schema, tables: Mapping[str, Table]) -> Table:
    """The table with exactly the columns of its schema; an empty one where there is none."""
    if table is None:
        nothing = tables["person"].filter(ibis.literal(False))
        return nothing.select(**{name: ibis.null(dtype) for name, dtype in schema.items()})
    return table.select(**{name: table[name].cast(dtype) for name, dtype in schema.items()})
