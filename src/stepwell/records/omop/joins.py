"""Joins and words that the parts of the reader share."""

from collections.abc import Mapping

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.logic import one_if, plus_days

ICD = ("ICD10CM", "ICD10", "ICD10PCS")
"""Vocabularies whose codes are compared without their point."""

LONGEST_CODE = 20
"""Letters of the longest source value that is looked at: what is longer is no code."""


def beside(rows: Table, other: Table, on: list[str] | str) -> Table:
    """All rows, with the columns of another table that has at most one row for each key."""
    keys = [on] if isinstance(on, str) else on
    joined = rows.left_join(other, keys)
    return joined.drop(*(name for key in keys if (name := f"{key}_right") in joined.columns))


def types(knowledge: Mapping[str, Table], of: str, key: str, name: str) -> Table:
    """What concept ids stand for: `key`, the concept id, and `name`, our word."""
    rows = knowledge["omop_type"]
    rows = rows.filter(rows["of"] == of)
    return rows.select(**{key: rows.concept_id, name: rows["is"]})


def dated(name: str, day: Value) -> dict[str, Value]:
    """The columns of a day as an interval."""
    return {f"{name}_earliest": day, f"{name}_latest": day}


def day_after(day: Value) -> Value:
    """The first day no longer covered, of the last day that is."""
    return plus_days(day, 1)


def where_all_known(day: Value, found: Value) -> Value:
    """What was found of the days of some rows together; unknown where one of them is: it may be the first, or last."""
    return ibis.cases((one_if(day.isnull()).sum() == 0, found), else_=ibis.null("date"))


def named(table: str, row_id: Value) -> Value:
    """What findings cite: `drug_exposure/123`."""
    return ibis.literal(f"{table}/") + row_id


def plain_code(vocabulary: Value, code: Value) -> Value:
    """A code as it is compared: ICD codes without point, letters large."""
    return ibis.cases((vocabulary.isin(ICD), code.replace(".", "").upper()), else_=code)


def concepts(tables: Mapping[str, Table], wanted: Table) -> Table:
    """The concepts whose vocabulary the codes wanted are of, codes as they are compared."""
    concept = tables["concept"]
    vocabularies = wanted.select("vocabulary_id").distinct()
    rows = concept.semi_join(vocabularies, "vocabulary_id")
    return rows.mutate(concept_code=plain_code(rows.vocabulary_id, rows.concept_code))


def keyed(events: Table, kind: str) -> Table:
    """Events with `std`, `src` and `val`: their concept, source concept and, where that is missing, their source value.

    0: no concept. A source value is looked at only where no source concept stands, and if it is as short as a code.
    """
    concept, source = events[f"{kind}_concept_id"].fill_null(0), events[f"{kind}_source_concept_id"].fill_null(0)
    written = events[f"{kind}_source_value"].fill_null("")
    looked_at = (source == 0) & (written.length() <= LONGEST_CODE)
    value = ibis.cases((looked_at, written.replace(".", "").upper()), else_="")
    return events.mutate(std=concept, src=source, val=value)


KEYS = ["std", "src", "val"]

CODED = "resolved_coded_"
"""Beginning of the name of the table of `coded` once it has been written out, before that of the source's table."""


def coded(tables: Mapping[str, Table], knowledge: Mapping[str, Table], table: str, kind: str) -> Table:
    """The few ways in which events of a table are coded: one row per (`std`, `src`, `val`); `val` not of drugs."""
    found = knowledge.get(CODED + table)
    if found is not None:
        return found
    return keyed(tables[table], kind).select(KEYS[:2] if kind == "drug" else KEYS).distinct()


def by_any_code(ways: Table, by_concept: Table, by_value: Table) -> Table:
    """What the events so coded mean, by their concept, their source concept or their source value; each once.

    Args:
        ways: One row per way of coding, from `coded`.
        by_concept: One row per (`concept_id`, meaning).
        by_value: One row per (`val`, meaning), with the same further columns.
    """
    meaning = sorted(set(by_concept.columns) - {"concept_id"})
    first = ways.inner_join(by_concept.rename(std="concept_id"), "std").select(*KEYS, *meaning)
    second = ways.inner_join(by_concept.rename(src="concept_id"), "src").select(*KEYS, *meaning)
    third = ways.inner_join(by_value, "val").select(*KEYS, *meaning)
    return ibis.union(first, second, third, distinct=True)
