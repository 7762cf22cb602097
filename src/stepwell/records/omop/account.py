"""What was found in a CDM, and what is missing for which answer: before anything is counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.logic import one_if
from stepwell.records.omop.drugs import DRUGS, drug_concepts
from stepwell.records.omop.events import CODE_SETS, PLACES, code_sets
from stepwell.records.omop.measured import totals_named
from stepwell.records.omop.reader import records
from stepwell.records.omop.source import SOURCE_TABLES, by_name, normal

SCHEMA = ibis.schema({
    "table": "string", "what": "string", "present": "boolean", "rows": "int64", "people": "int64", "first": "date",
    "last": "date", "coded": "int64", "used": "int64", "missing_columns": "string",
})  # fmt: skip
"""Columns of `account`."""

ALL = "all"
DEPRESSION_SETS = ("major-depression", "other-depression", "dysthymia")

_DATES = {
    "drug_exposure": "drug_exposure_start_date", "visit_occurrence": "visit_start_date", "death": "death_date",
    "observation_period": "observation_period_start_date", **{place.table: place.start for place in PLACES},
}  # fmt: skip
_LAST = {"observation_period": "observation_period_end_date"}
_KINDS = {"drug_exposure": "drug", **{place.table: place.kind for place in PLACES}}

WITHOUT_TABLE = {
    "death": "Nobody is known to have died; time without treatment after death counts as time without.",
    "observation_period": "It isn't known when a person was observed; gaps may be gaps of the data.",
    "visit_occurrence": "No emergency or inpatient stay is known.",
    "drug_exposure": "No trial of a medicine is known: nobody's treatment can be told to fail.",
    "condition_occurrence": "No diagnosis is known: neither depression nor what excludes a person.",
    "procedure_occurrence": "ECT and TMS are known only where they stand in another table.",
    "device_exposure": "Implants, which bar TMS, are known only where they stand in another table.",
    "measurement": "Scores and laboratory results are known only where they stand in observation.",
    "observation": "Scores and items are known only where they stand in measurement; no allergy by value is known.",
    "concept": "Concept ids can't be translated: only source values in ICD-10-CM and LOINC, and ingredients, are read.",
    "concept_ancestor": "Branded products are told by their names only, and some conditions not at all.",
    "drug_strength": "The strength of products outside our list is told by their names only.",
}
"""What can't be told without a table, or with an empty one."""

WITHOUT_COLUMN = {
    ("drug_exposure", "days_supply"): "Neither the end of a supply nor a dose is known.",
    ("drug_exposure", "quantity"): "No dose is known: no trial can be told to be high enough.",
    ("drug_exposure", "drug_type_concept_id"): "Everything counts as stated: whether it was handed out isn't known.",
    ("drug_exposure", "verbatim_end_date"): "The day on which a medicine was stopped isn't known.",
    ("drug_exposure", "stop_reason"): "Why a medicine was stopped isn't known: intolerance and refusal can't be told.",
    ("condition_occurrence", "condition_type_concept_id"): "No diagnosis is known to be over or still active.",
    ("measurement", "value_as_number"): "No total of a questionnaire stands in measurement.",
    ("measurement", "unit_concept_id"): "Laboratory results have a unit only where one is written beside them.",
    ("person", "year_of_birth"): "Ages are known only where birth_datetime tells them.",
    ("person", "gender_concept_id"): "The sex of nobody is known.",
}
"""What can't be told without a column."""

NAMED = "depression scores named"
NO_VALUE = (
    "Rows name a scale of depression, but none holds a value: whether a trial worked is told only by what came next."
)
"""Instead, where scales are named and nothing stands beside."""

DAYS = "What came when isn't known. Write days as 2024-12-31: of 02/03/2024 it can't be told which it is."
"""What can't be told where no day of a table can be read."""

WITHOUT_ROWS = {
    "antidepressants": "No antidepressant was found: no trial, no resistance and no line of treatment can be counted.",
    "antidepressants with an end": "No supply of an antidepressant has an end: no trial is known to be long enough.",
    "antidepressants with a dose": "No supply of an antidepressant has a dose: no trial is known to be high enough.",
    NAMED: "No row names a scale of depression.",
    "depression scores": "No score of depression was found: whether a trial worked is told only by what came next.",
    "depression": "No diagnosis of depression was found: definitions that ask for one are met by nobody.",
}
"""What can't be told where the tables hold nothing of it."""


def account(source: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """One row per table that is looked for, and per kind of row without which most answers are open.

    Args:
        source: The CDM's tables by name.
        knowledge: The tables of `knowledge_tables`, and those of `translations` where they were written out.

    Returns:
        `table`; `what` (`all`, or a key of `WITHOUT_ROWS`); `present` (the table is there);
        `rows`, `people`, `first` and `last` day; `coded` (rows with a concept or source concept), `used` (rows with
        one that a rule of ours looks at); `missing_columns`. Null where it makes no sense for the table. Counts are
        raw: whoever shows them suppresses small ones.

    Raises:
        RecordError: It is no CDM, with every fault.
    """
    tables = normal(source)
    parts = [_of_table(name, tables, _missing(name, source), knowledge) for name in SOURCE_TABLES]
    return ibis.union(*parts, *_of_kinds(source, knowledge, tables))


def _missing(name: str, source: Mapping[str, Table]) -> list[str]:
    found = by_name(source)
    if name not in found:
        return []
    written = {column.lower() for column in found[name].columns}
    return [column for column in SOURCE_TABLES[name].other if column not in written]


def _of_table(
    name: str, tables: Mapping[str, Table], missing: Sequence[str], knowledge: Mapping[str, Table]
) -> Table:  # fmt: skip
    if name not in tables:
        return _row(tables["person"], {"table": name, "what": ALL, "present": False, "rows": 0})
    kind = _KINDS.get(name)
    rows = _with_use(name, tables[name], kind, tables, knowledge) if kind else tables[name]
    said: dict[str, object] = {"table": name, "what": ALL, "present": True, "rows": rows.count()}
    if missing:
        said["missing_columns"] = ", ".join(missing)
    if "person_id" in rows.columns:
        said["people"] = rows.person_id.nunique()
    if name in _DATES:
        said |= {"first": rows[_DATES[name]].min(), "last": rows[_LAST.get(name, _DATES[name])].max()}
    if kind:
        said |= {"coded": one_if(rows.is_coded).sum(), "used": one_if(rows.is_used).sum()}
    return _row(rows, said)


def _with_use(
    name: str, rows: Table, kind: str, tables: Mapping[str, Table], knowledge: Mapping[str, Table]
) -> Table:  # fmt: skip
    """With `is_coded` and `is_used`."""
    known = _looked_at(name, tables, knowledge).distinct().mutate(known=ibis.literal(True))
    concept, source = f"{kind}_concept_id", f"{kind}_source_concept_id"
    for key, column in ((concept, "by_concept"), (source, "by_source")):
        one = known.rename({key: "concept_id", column: "known"})
        joined = rows.left_join(one, key)
        rows = joined.drop(f"{key}_right") if f"{key}_right" in joined.columns else joined
    coded = (rows[concept].fill_null(0) != 0) | (rows[source].fill_null(0) != 0)
    return rows.mutate(is_coded=coded, is_used=rows.by_concept.notnull() | rows.by_source.notnull())


def _looked_at(name: str, tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    if name == "drug_exposure":
        drug = knowledge.get(DRUGS)
        return (drug_concepts(tables, knowledge) if drug is None else drug).select("concept_id")
    sets = knowledge.get(CODE_SETS)
    found = (code_sets(tables, knowledge) if sets is None else sets).select("concept_id")
    if "concept" not in tables:
        return found
    concept = tables["concept"]
    scales = [
        concept.inner_join(knowledge[of], ["vocabulary_id", "concept_code"]).select("concept_id")
        for of in ("omop_total", "omop_item")
    ]
    return ibis.union(found, *scales)


def _of_kinds(
    source: Mapping[str, Table], knowledge: Mapping[str, Table], tables: Mapping[str, Table]
) -> Iterator[Table]:  # fmt: skip
    """What most answers rest on, counted in the record tables."""
    read = records(source, knowledge)
    yield from _of_supplies(knowledge, tables, read["exposure"])
    scale = knowledge["omop_total"]
    depression = scale.filter(scale.measures == "depression").select("instrument").distinct()
    named, condition = totals_named(tables, knowledge, depression), read["condition"]
    scores = read["score"].semi_join(depression, "instrument")
    diagnosed = condition.filter(condition.code_set.isin(DEPRESSION_SETS))
    found = (
        ("measurement", "depression scores", scores, "date_earliest"),
        ("measurement", NAMED, scores if named is None else named, "date_earliest"),
        ("condition_occurrence", "depression", diagnosed, "start_earliest"),
    )
    for table, what, rows, day in found:
        yield _row(rows, {
            "table": table, "what": what, "present": table in tables,
            # A score or a diagnosis may be of several kinds.
            "rows": rows.evidence_id.nunique() if "evidence_id" in rows.columns else rows.count(),
            "people": rows.person_id.nunique(), "first": rows[day].min(), "last": rows[day].max(),
        })  # fmt: skip


def _of_supplies(knowledge: Mapping[str, Table], tables: Mapping[str, Table], exposure: Table) -> Iterator[Table]:
    """Supplies of antidepressants, with an end and with a dose, of each person first: people are then counted once."""
    ingredient = knowledge["omop_ingredient"]
    ours = ingredient.filter(ingredient.role == "antidepressant").select("ingredient").distinct()
    supply = exposure.semi_join(ours, "ingredient")
    kinds = {
        "antidepressants": supply.ingredient.notnull(),
        "antidepressants with an end": supply.end_latest.notnull(),
        "antidepressants with a dose": supply.dose_per_day_low.notnull(),
    }
    day = supply.start_earliest
    own = supply.group_by("person_id").aggregate(**{
        f"{name}_{n}": value
        for n, so in enumerate(kinds.values())
        for name, value in {"rows": one_if(so).sum(), "first": day.min(where=so), "last": day.max(where=so)}.items()
    })  # fmt: skip
    for n, what in enumerate(kinds):
        rows = own[f"rows_{n}"]
        yield _row(own, {
            "table": "drug_exposure", "what": what, "present": "drug_exposure" in tables,
            "rows": rows.sum().fill_null(0), "people": one_if((rows > 0) & own.person_id.notnull()).sum().fill_null(0),
            "first": own[f"first_{n}"].min(), "last": own[f"last_{n}"].max(),
        })  # fmt: skip


def _row(rows: Table, said: Mapping[str, object]) -> Table:
    """One row of the account from what is said; counts are aggregates over rows."""
    counted = {name: value for name, value in said.items() if isinstance(value, Value)}
    one = rows.aggregate(**counted, all_rows=rows.count())
    fixed = {
        name: one[name] if name in counted else (ibis.null(dtype) if name not in said else ibis.literal(said[name]))
        for name, dtype in SCHEMA.items()
    }
    return one.select(**{name: value.cast(SCHEMA[name]) for name, value in fixed.items()})


# --- in words --------------------------------------------------------------------------------------


def lacks(rows: Iterable[Mapping[str, object]]) -> list[str]:
    """What can't be told from a source, and why, from the rows of its account: a sentence or two each."""
    ordered, found = _in_order(rows), list[str]()
    counts = {str(row["what"]): row["rows"] for row in ordered if row["what"] != ALL}
    for row in ordered:
        if row["what"] == ALL:
            found += _lacks_table(row)
    return found + [text for what, text in _without_rows(counts) if not counts.get(what)]


def _without_rows(counts: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What can't be told without each kind of row; of what follows from another lack nothing is said."""
    for what, text in WITHOUT_ROWS.items():
        if what == "depression scores" and counts.get(NAMED):
            yield what, NO_VALUE
        elif what != NAMED and (not what.startswith("antidepressants ") or counts.get("antidepressants")):
            yield what, text


def _lacks_table(row: Mapping[str, object]) -> list[str]:
    table = str(row["table"])
    if row["rows"]:
        missing = [one for one in str(row["missing_columns"] or "").split(", ") if (table, one) in WITHOUT_COLUMN]
        found = [f"{table} lacks {one}. {WITHOUT_COLUMN[table, one]}" for one in missing]
        if table in _DATES and row["first"] is None:
            found.append(f"No row of {table} has a {_DATES[table]} that can be read as a day. {DAYS}")
        return found
    if table not in WITHOUT_TABLE:
        return []
    return [f"The table {table} {'is empty' if row['present'] else 'is missing'}. {WITHOUT_TABLE[table]}"]


def _in_order(rows: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """The rows of an account, tables in their order, then what most answers rest on."""
    tables, kinds = [*SOURCE_TABLES], [ALL, *WITHOUT_ROWS]
    return sorted(
        rows, key=lambda row: (row["what"] != ALL, kinds.index(str(row["what"])), tables.index(str(row["table"])))
    )


def in_words(rows: Sequence[Mapping[str, object]]) -> str:
    """The account as text of one screen: what was found, then what can't be told."""
    lines = [f"{'Found':<22}{'Rows':>13}{'People':>12}  {'From':<11}{'To':<11}{'Coded':>6}{'Used':>6}"]
    for row in _in_order(rows):
        if row["what"] == ALL:
            lines += [_line(row)] if row["rows"] else []
        else:
            lines.append(f"{row['what']:<28}{row['rows']:>7,}{row['people']:>12,}")
    missing = lacks(rows)
    head = "What can't be told from it:" if missing else "Nothing that is looked for is missing."
    return "\n".join([*lines, "", head, *(f"- {one}" for one in missing)])


def _line(row: Mapping[str, object]) -> str:
    people = f"{row['people']:,}" if row["people"] is not None else ""
    days = [str(row[name] or "") for name in ("first", "last")]
    coded, used = (_share(row[name], row["rows"]) for name in ("coded", "used"))
    text = f"{row['table']:<22}{row['rows']:>13,}{people:>12}  {days[0]:<11}{days[1]:<11}{coded:>6}{used:>6}"
    return text.rstrip()


def _share(part: object, whole: object) -> str:
    if not isinstance(part, int) or not isinstance(whole, int) or not whole:
        return ""
    return f"{100 * part / whole:.0f}%"
