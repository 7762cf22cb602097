"""Conditions, procedures and devices from whichever table of the CDM they stand in, and visits and persons.

OMOP puts a code into the table of its domain, which need not be the kind that our code set is of: some conditions
stand in `observation`, some procedures in `measurement`. So every table is looked through for every kind.
"""

from collections.abc import Mapping
from typing import NamedTuple

import ibis
from ibis.expr.types import Table

from stepwell.records.omop.drugs import DRUGS, drug_concepts
from stepwell.records.omop.joins import (
    KEYS,
    beside,
    by_any_code,
    coded,
    concepts,
    dated,
    day_after,
    keyed,
    named,
    types,
)

YES = ("yes", "present", "positive", "true", "abnormal present")
"""Values by which an observation says that what it names is so; with any other value it isn't taken for an event."""


SOURCE_VALUES = {"condition_occurrence": "ICD10CM", "measurement": "LOINC", "observation": "LOINC"}
"""The vocabulary of which a source value may be, by table: elsewhere, or in another, it may be a local code."""

CODE_SETS = "resolved_code_set"
"""Name of the table of `code_sets` once it has been written out."""

MEANINGS = "resolved_in_"
"""Beginning of the name of the table of `meanings`, before that of the source's table."""


class Place(NamedTuple):
    """Where events stand: table, kind of its concept, start, end (null: it has none)."""

    table: str
    kind: str
    start: str
    end: str | None


PLACES = (
    Place("condition_occurrence", "condition", "condition_start_date", "condition_end_date"),
    Place("procedure_occurrence", "procedure", "procedure_date", "procedure_end_date"),
    Place("device_exposure", "device", "device_exposure_start_date", "device_exposure_end_date"),
    Place("measurement", "measurement", "measurement_date", None),
    Place("observation", "observation", "observation_date", None),
)


def code_sets(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """One row per (`concept_id`, `code_set` it belongs to, `kind`, `coded_by`); by text only where no code says it."""
    coded = _coded(tables, knowledge).mutate(coded_by=ibis.literal("code"))
    worded = knowledge["omop_worded_set"].anti_join(coded, ["concept_id", "kind"])
    return ibis.union(coded, worded.mutate(coded_by=ibis.literal("text")).select(coded.columns))


def _coded(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """The sets to which a concept belongs by its code, each once."""
    found = [_named_by_omop(tables, knowledge["omop_concept"])]
    if "concept" in tables:
        code = knowledge["omop_code"]
        concept = concepts(tables, code)
        exact = code.filter(code.length.isnull())
        found.append(
            concept.inner_join(exact, ["vocabulary_id", "concept_code"]).select("concept_id", "code_set", "kind")
        )
        found.append(_below_prefix(concept, code.filter(code.length.notnull())))
    return ibis.union(*found, distinct=True) if len(found) > 1 else found[0].distinct()


def _below_prefix(concept: Table, code: Table) -> Table:
    """Concepts whose code begins with one of ours: cut to each length there is, so that the join is on equality."""
    lengths = code.select("vocabulary_id", "length").distinct()
    cut = concept.inner_join(lengths, "vocabulary_id")
    cut = cut.mutate(concept_code=cut.concept_code.substr(0, cut.length.cast("int32")))
    return cut.inner_join(code, ["vocabulary_id", "concept_code", "length"]).select("concept_id", "code_set", "kind")


def _named_by_omop(tables: Mapping[str, Table], concept: Table) -> Table:
    columns = ["concept_id", "code_set", "kind"]
    if "concept_ancestor" not in tables:
        return concept.select(columns)
    above = concept.filter(concept.below).rename(ancestor_concept_id="concept_id")
    below = tables["concept_ancestor"].inner_join(above, "ancestor_concept_id")
    below = below.mutate(concept_id=below.descendant_concept_id)
    return ibis.union(concept.select(columns), below.select(columns))


def _by_value(ways: Table, knowledge: Mapping[str, Table], vocabulary: str) -> Table:
    """One row per (`val` in the source, code set) of codes of this vocabulary."""
    code = knowledge["omop_code"]
    code = code.filter(code.vocabulary_id == vocabulary).select("length", "code_set", "kind", val="concept_code")
    values = ways.filter(ways.val != "").select("val").distinct()
    exact = values.inner_join(code.filter(code.length.isnull()).drop("length"), "val")
    prefix = code.filter(code.length.notnull()).rename(cut="val")
    cut = values.cross_join(prefix.select("length").distinct())
    cut = cut.mutate(cut=cut.val.substr(0, cut.length.cast("int32"))).inner_join(prefix, ["cut", "length"])
    return ibis.union(exact, cut.select(exact.columns)).mutate(coded_by=ibis.literal("code"))


def meanings(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place) -> Table:
    """One row per way in which events of a table are coded and code set that they so belong to: `std`, `src`, `val`."""
    ways = coded(tables, knowledge, place.table, place.kind)
    sets = knowledge.get(CODE_SETS)
    sets = code_sets(tables, knowledge) if sets is None else sets
    written = _by_value(ways, knowledge, SOURCE_VALUES.get(place.table, "none"))
    found = by_any_code(ways, sets, written)
    # By a code where one of the codes says it, else by the words of one; and words add no set to those of a code.
    by_code = found.filter(found.coded_by == "code")
    by_text = found.filter(found.coded_by == "text").anti_join(by_code, [*KEYS, "kind"])
    return ibis.union(by_code, by_text)


def members(
    tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place, kinds: list[str]
) -> Table:  # fmt: skip
    """The events of a table that belong to a code set of these kinds: one row per event and code set."""
    found = knowledge.get(MEANINGS + place.table)
    found = meanings(tables, knowledge, place) if found is None else found
    return keyed(tables[place.table], place.kind).inner_join(found.filter(found.kind.isin(kinds)), KEYS)


def _so(tables: Mapping[str, Table], rows: Table) -> Table:
    """Observations and measurements that say that what they name is so: without value, or with a yes."""
    if "value_as_concept_id" not in rows.columns:
        return rows
    text = rows.value_as_string if "value_as_string" in rows.columns else rows.value_source_value
    rows = rows.mutate(said=text.lower().strip().nullif(""))
    yes = rows.said.isin(list(YES)).fill_null(False)
    nothing = rows.value_as_number.isnull() & (rows.value_as_concept_id.fill_null(0) == 0) & rows.said.isnull()
    rows = rows.mutate(so=nothing | yes)
    if "concept" in tables:
        answer = tables["concept"]
        answer = answer.filter(answer.concept_name.lower().isin(list(YES))).select(value_as_concept_id="concept_id")
        rows = beside(rows, answer.mutate(said_so=ibis.literal(True)), "value_as_concept_id")
        rows = rows.mutate(so=rows.so | rows.said_so.fill_null(False))
    return rows.filter(rows.so)


def spells(tables: Mapping[str, Table], knowledge: Mapping[str, Table], kind: str) -> Table | None:
    """Events of a kind (`procedure`, `device`, `condition`) from every table; None if the source has none of them."""
    found = [_spell(tables, knowledge, place, kind) for place in PLACES if place.table in tables]
    return ibis.union(*found) if len(found) > 1 else next(iter(found), None)


def _spell(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place, kind: str) -> Table:
    rows = _so(tables, members(tables, knowledge, place, [kind]))
    last = rows[place.end] if place.end else ibis.null("date")
    rows = rows.mutate(begun=rows[place.start], last=last, row_id=rows[f"{place.table}_id"])
    end = ibis.cases((rows["last"] >= rows.begun, day_after(rows["last"])), else_=ibis.null("date"))
    rows = rows.mutate(over=end)
    if kind == "condition":
        rows = _condition(rows, knowledge, place)
    elif place.table == "procedure_occurrence":
        rows = rows.mutate(over=rows.over.fill_null(day_after(rows.begun)))
    said = [column for column in ("status", "certainty") if column in rows.columns]
    return rows.select(
        "person_id", "code_set", *said, **dated("start", rows.begun), **dated("end", rows.over),
        coded_by="coded_by", evidence_id=named(place.table, rows.row_id),
    )  # fmt: skip


def _condition(rows: Table, knowledge: Mapping[str, Table], place: Place) -> Table:
    """With `status` and `certainty`; and its end, which only an entry of a problem list tells."""
    unknown = ibis.literal("unknown")
    if place.table != "condition_occurrence":
        return rows.mutate(status=unknown, certainty=unknown, over=ibis.null("date"))
    for of, key, name in (
        ("certainty", "condition_status_concept_id", "sure"),
        ("problem_list", "condition_type_concept_id", "listed"),
    ):
        rows = beside(rows, types(knowledge, of, key, name), key)
    return rows.mutate(
        status=ibis.cases((rows.listed.isnull(), "unknown"), (rows.over.isnull(), "active"), else_="resolved"),
        certainty=rows.sure.fill_null("unknown"),
        over=ibis.cases((rows.listed == "yes", rows.over), else_=ibis.null("date")),
    )


def encounter(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """One row per visit."""
    rows = beside(tables["visit_occurrence"], types(knowledge, "visit", "visit_concept_id", "kind"), "visit_concept_id")
    start, last = rows.visit_start_date, rows.visit_end_date
    return rows.select(
        "person_id", kind=rows.kind.fill_null("other"), **dated("start", start),
        **dated("end", ibis.cases((last >= start, day_after(last)), else_=ibis.null("date"))),
        evidence_id=named("visit_occurrence", rows.visit_occurrence_id),
    )  # fmt: skip


def allergy(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table | None:
    """One row per allergy to a drug of ours: by the name of the concept, else by the drug that is its value."""
    found = [
        _allergy(tables, knowledge, place) for place in PLACES
        if place.table in ("condition_occurrence", "observation") and place.table in tables
    ]  # fmt: skip
    return ibis.union(*found) if len(found) > 1 else next(iter(found), None)


def _allergy(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place) -> Table:
    rows = tables[place.table]
    said = knowledge["omop_worded_allergy"].rename({f"{place.kind}_concept_id": "concept_id"})
    rows = rows.inner_join(said, f"{place.kind}_concept_id")
    if "value_as_concept_id" in rows.columns:
        drug = knowledge.get(DRUGS)
        drug = drug_concepts(tables, knowledge) if drug is None else drug
        value = drug.select("coded_by", value_as_concept_id="concept_id", value_drug="ingredient")
        rows = rows.left_join(value, "value_as_concept_id")
        rows = rows.mutate(
            coded_by=ibis.cases((rows.ingredient.isnull(), rows.coded_by), else_="text"),
            ingredient=rows.ingredient.fill_null(rows.value_drug),
        )
    else:
        rows = rows.mutate(coded_by=ibis.literal("text"))
    rows = rows.filter(rows.ingredient.notnull())
    return rows.select(
        "person_id", "ingredient", "coded_by", **dated("start", rows[place.start]),
        evidence_id=named(place.table, rows[f"{place.table}_id"]),
    )  # fmt: skip
