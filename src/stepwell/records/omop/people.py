"""Persons of a CDM, and the columns of its person table that a user asks for."""

from collections.abc import Mapping, Sequence

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.errors import ConfigError
from stepwell.records.omop.joins import beside, dated, named, types, where_all_known
from stepwell.records.omop.source import ID, TEXT, by_name, normal, read_as

LAST_DAYS = ((2, 28), (4, 30), (6, 30), (9, 30), (11, 30))
"""Months that don't end on the 31st."""


def person(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """One row per person. `observed_*`: first and last day of their periods; a gap between two isn't told.

    Where a person stands there twice, birth lies between what both say, and a sex that differs is unknown.
    """
    rows = beside(tables["person"], types(knowledge, "sex", "gender_concept_id", "sex"), "gender_concept_id")
    rows = _with_birth(rows)
    rows = rows.group_by("person_id").aggregate(
        birth_earliest=rows.birth_earliest.min(), birth_latest=rows.birth_latest.max(), sex=_agreed(rows.sex)
    )
    rows = beside(rows, _death(tables), "person_id")
    rows = beside(rows, _observed(tables), "person_id")
    return rows.select(
        "person_id", "birth_earliest", "birth_latest", "sex", "observed_from", "observed_to",
        **dated("death", rows.death),
        **dated("episode_start", ibis.null("date")), evidence_id=named("person", rows.person_id),
    )  # fmt: skip


def _agreed(value: Value) -> Value:
    """What all rows of a person say that say anything; unknown where they differ."""
    return ibis.cases((value.min() == value.max(), value.min()), else_=ibis.null("string"))


def _with_birth(rows: Table) -> Table:
    """With the first and last day of birth that year, month and day leave open; else the day of `birth_datetime`."""
    year, month, day = rows.year_of_birth, rows.month_of_birth, rows.day_of_birth
    month_known = (month >= 1) & (month <= 12)  # noqa: PLR2004 -- months of a year
    first_month = ibis.cases((month_known, month), else_=1)
    last_month = ibis.cases((month_known, month), else_=12)
    exact = month_known & (day >= 1) & (day <= _last_day(year, last_month))
    first_day = ibis.cases((exact, day), else_=1)
    last_day = ibis.cases((exact, day), else_=_last_day(year, last_month))
    # 0001 to 9999: what a date can hold on every engine.
    told = (year >= 1) & (year <= 9999)  # noqa: PLR2004 -- as said
    written = rows.birth_datetime
    return rows.mutate(
        birth_earliest=ibis.cases((told, _date(year, first_month, first_day, told)), else_=written),
        birth_latest=ibis.cases((told, _date(year, last_month, last_day, told)), else_=written),
    )


def _last_day(year: Value, month: Value) -> Value:
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    short = [(month == number, days) for number, days in LAST_DAYS]
    return ibis.cases(((month == 2) & leap, 29), *short, else_=31)  # noqa: PLR2004 -- February


def _date(year: Value, month: Value, day: Value, where: Value) -> Value:
    """The date of its parts, 1 January 2000 where they aren't told, since engines work out all branches."""
    parts = (
        ibis.cases((where, year), else_=2000),
        ibis.cases((where, month), else_=1),
        ibis.cases((where, day), else_=1),
    )
    return ibis.date(*(part.cast("int32") for part in parts))


def _death(tables: Mapping[str, Table]) -> Table:
    if "death" not in tables:
        return tables["person"].filter(ibis.literal(False)).select("person_id", death=ibis.null("date"))
    rows = tables["death"]
    return rows.group_by("person_id").aggregate(death=rows.death_date.min())


def _observed(tables: Mapping[str, Table]) -> Table:
    if "observation_period" not in tables:
        nothing = tables["person"].filter(ibis.literal(False))
        return nothing.select("person_id", observed_from=ibis.null("date"), observed_to=ibis.null("date"))
    rows = tables["observation_period"]
    return rows.group_by("person_id").aggregate(
        observed_from=where_all_known(rows.observation_period_start_date, rows.observation_period_start_date.min()),
        observed_to=where_all_known(rows.observation_period_end_date, rows.observation_period_end_date.max()),
    )


def person_columns(source: Mapping[str, Table], names: Sequence[str]) -> Table:
    """One row per person and column of the CDM's person table that is named; values as text.

    Args:
        source: The CDM's tables by name.
        names: Columns, in upper or lower case. Of a `*_concept_id` the concept's name is given where the source
            has the vocabulary.

    Returns:
        `person_id`, `column` (in small letters), `value` (null where it isn't told, or two rows of the person differ).

    Raises:
        ConfigError: A column isn't there, with those that are.
    """
    table, tables = by_name(source)["person"], normal(source)
    written = {column.lower(): column for column in table.columns}
    wrong = [name for name in names if name.lower() not in written]
    if wrong or not names:
        found = f"not a column of person: {', '.join(wrong)}" if wrong else "no column is named"
        raise ConfigError(f"People can't be grouped so: {found}. The columns are: {', '.join(sorted(written))}.")
    parts = [_column(table, tables, name.lower(), written) for name in dict.fromkeys(names)]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _column(table: Table, tables: Mapping[str, Table], name: str, written: Mapping[str, str]) -> Table:
    rows = table.select(person_id=read_as(table[written["person_id"]], TEXT), value=table[written[name]])
    if name.endswith("_concept_id") and "concept" in tables:
        concept = tables["concept"].select(value="concept_id", concept_name="concept_name")
        rows = beside(rows.mutate(value=read_as(rows["value"], ID)), concept, "value")
        rows = rows.mutate(value=rows.concept_name.fill_null(rows["value"].cast("string")))
    rows = rows.mutate(value=rows["value"].cast("string"))
    told = rows.group_by("person_id").aggregate(value=_agreed(rows["value"]))
    return told.select("person_id", column=ibis.literal(name), value=told["value"])
