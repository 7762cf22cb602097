"""Data quality of a CDM before any count: how much is missing or implausible, by table and year."""

from collections.abc import Mapping
from datetime import date

import ibis
from ibis import Value
from ibis.expr.types import BooleanValue as Condition
from ibis.expr.types import Table

from stepwell.logic import one_if
from stepwell.records.omop.events import PLACES, Place
from stepwell.records.omop.joins import beside
from stepwell.records.omop.people import person
from stepwell.records.omop.source import normal

LIVES = "resolved_lives"
"""Name of the table of `lives` once it has been written out."""

Checks = dict[str, dict[str, Condition]]
"""By check (a column, or what is asked), which rows are missing, implausible, or would be inferred."""

SCHEMA = ibis.schema({
    "table": "string", "check": "string", "year": "int64", "rows": "int64", "missing": "int64", "implausible": "int64",
    "inferred": "int64",
})  # fmt: skip
"""Columns of `quality`."""

_PLACES = (
    Place("drug_exposure", "drug", "drug_exposure_start_date", "drug_exposure_end_date"),
    Place("visit_occurrence", "visit", "visit_start_date", "visit_end_date"),
    *PLACES,
)


def quality(source: Mapping[str, Table], knowledge: Mapping[str, Table], as_of: date) -> Table:
    """One row per table, check and year in which the rows of the table began.

    Args:
        source: The CDM's tables by name.
        knowledge: The tables of `knowledge_tables`, and that of `lives` where it was written out.
        as_of: The day of the count; what began later is implausible.

    Returns:
        `table`, `check` (a column, or `end before start`, `before birth`, `after death`, `in the future`,
        `duplicate`), `year` (null: without a date), `rows` of that year, of these `missing`, `implausible`, and
        `inferred`: those whose value would be inferred if that was asked for. Counts are raw: whoever shows them
        suppresses small ones.

    Raises:
        RecordError: It is no CDM, with every fault.
    """
    tables = normal(source)
    people = knowledge.get(LIVES)
    people = _lives(tables, knowledge) if people is None else people
    parts = [_counted("person", people.mutate(began=ibis.null("date")), _of_people(people, as_of))]
    parts += [_of_events(tables, knowledge, people, place, as_of) for place in _PLACES if place.table in tables]
    return ibis.union(*parts)


def lives(source: Mapping[str, Table], knowledge: Mapping[str, Table]) -> dict[str, Table]:
    """When people were born and died: `quality` works it out for each table else, with the same result."""
    return {LIVES: _lives(normal(source), knowledge)}


def _lives(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    people = person(tables, knowledge).select("person_id", "sex", "birth_earliest", "death_earliest")
    return people.mutate(listed=ibis.literal(True))


def _of_people(people: Table, as_of: date) -> Checks:
    return {
        "sex": {"missing": people.sex.isnull()},
        "birth": {
            "missing": people.birth_earliest.isnull(),
            "implausible": people.birth_earliest > ibis.literal(as_of),
        },
        "death": {"implausible": people.death_earliest < people.birth_earliest},
    }


def _of_events(
    tables: Mapping[str, Table], knowledge: Mapping[str, Table], people: Table, place: Place, as_of: date
) -> Table:  # fmt: skip
    found = tables[place.table].mutate(began=tables[place.table][place.start])
    rows = beside(found, people.drop("sex"), "person_id").cross_join(knowledge["omop_rule"])
    checks: Checks = {
        # Who isn't in the table of people isn't reviewed.
        "person_id": {"missing": rows.listed.isnull()},
        place.start: {"missing": rows.began.isnull()},
        "before birth": {"implausible": rows.began < rows.birth_earliest},
        "after death": {"implausible": rows.began > rows.death_earliest},
        "in the future": {"implausible": rows.began > ibis.literal(as_of)},
    }
    if place.end:
        checks["end before start"] = {"implausible": rows[place.end] < rows.began}
    return _counted(place.table, rows, checks | _own(place, rows)).union(_repeated(place, found))


def _repeated(place: Place, rows: Table) -> Table:
    """By year, the rows of which there is another that says the same."""
    same = [column for column in _SAME if column in rows.columns]
    alike = rows.group_by(["person_id", f"{place.kind}_concept_id", "began", *same]).aggregate(alike=rows.count())
    years = alike.group_by(year=alike.began.year().cast("int64")).aggregate(
        rows=alike.alike.sum(), implausible=alike.alike.sum(where=alike.alike > 1)
    )
    found = years.mutate(
        table=ibis.literal(place.table), check=ibis.literal("duplicate"), missing=0, inferred=0,
        implausible=years.implausible.fill_null(0),
    )  # fmt: skip
    return found.select(**{column: found[column].cast(dtype) for column, dtype in SCHEMA.items()})


_SAME = ("quantity", "days_supply", "value_as_number", "value_as_concept_id", "value_as_string")
"""Columns that have to agree as well, where a table has them, for two rows to be one row twice."""


def _own(place: Place, rows: Table) -> Checks:
    """The checks of one table."""
    concept = rows[f"{place.kind}_concept_id"].fill_null(0) == 0
    source = f"{place.kind}_source_concept_id"
    unmapped = concept & (rows[source].fill_null(0) == 0) if source in rows.columns else concept
    checks: Checks = {f"{place.kind}_concept_id": {"missing": unmapped}}
    if place.table == "drug_exposure":
        return checks | _of_supplies(rows)
    if place.table == "measurement":
        checks["value"] = {"missing": rows.value_as_number.isnull() & (rows.value_as_concept_id.fill_null(0) == 0)}
        no_unit = (rows.unit_concept_id.fill_null(0) == 0) & rows.unit_source_value.isnull()
        checks["unit"] = {"missing": rows.value_as_number.notnull() & no_unit}
    return checks


def _of_supplies(rows: Table) -> Checks:
    days, quantity, start = rows.days_supply, rows.quantity, rows.drug_exposure_start_date
    implausible = (days < 1) | (days > rows.longest_supply_days) | (days != days.floor())
    unknown = (days.isnull() | implausible) & rows.verbatim_end_date.isnull()
    told = (rows.drug_exposure_end_date > start).fill_null(False) | (quantity >= 1).fill_null(False)
    many = (quantity / ibis.cases((days >= 1, days), else_=ibis.null("float64"))) > rows.implausible_units_per_day
    return {
        "days_supply": {"missing": days.isnull(), "implausible": implausible, "inferred": unknown & told},
        "quantity": {"missing": quantity.isnull(), "implausible": (quantity <= 0) | many.fill_null(False)},
        "drug_type_concept_id": {"missing": rows.drug_type_concept_id.fill_null(0) == 0},
    }


def _counted(name: str, rows: Table, checks: Checks) -> Table:
    """A row per check and year; every check is counted in one reading of the table."""
    asked = [(check, what, where) for check, answers in checks.items() for what, where in answers.items()]
    counts: dict[str, Value] = {f"c{n}": one_if(where).sum() for n, (_, _, where) in enumerate(asked)}
    rows = rows.mutate(year=rows.began.year().cast("int64"))
    years = rows.group_by("year").aggregate(rows=rows.count(), **counts)
    place = {(check, what): f"c{n}" for n, (check, what, _) in enumerate(asked)}
    parts = [
        years.select(
            "year", "rows", table=ibis.literal(name), check=ibis.literal(check),
            **{
                what: years[place[check, what]] if (check, what) in place else ibis.literal(0, type="int64")
                for what in ("missing", "implausible", "inferred")
            },
        )
        for check in checks
    ]  # fmt: skip
    found = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return found.select(**{column: found[column].cast(dtype) for column, dtype in SCHEMA.items()})
