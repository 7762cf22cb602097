"""The tables of a CDM as we read them: which columns, of which type, whatever their case and version."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import ibis
from ibis import Value
from ibis.expr import datatypes as dt
from ibis.expr.types import Table

from stepwell.errors import RecordError

ID, TEXT, NUMBER, DAY = "id", "text", "number", "day"
"""What a column holds: a whole number that names something, words, a number, a day."""

LENGTH_OF_DAY = len("2024-12-31")

FIRST_DAY, NO_DAY = date(1, 1, 1), date(9999, 1, 1)
"""Days from the one on and before the other: systems write the year 9999, or infinity, where no end is set."""


class Columns(NamedTuple):
    """The columns read of one table: those without which nothing can be read of it, the others, and its row's name."""

    needed: dict[str, str]
    other: dict[str, str]
    row_id: str | None = None

    @property
    def all(self) -> dict[str, str]:
        """Every column with what it holds."""
        return {**self.needed, **self.other}


def _event(name: str, start: str, concept: str, **other: str) -> Columns:
    """An event table: its id, whose it is, when, what; `KIND_source_concept_id` and `KIND_source_value` beside it."""
    needed = {f"{name}_id": TEXT, "person_id": TEXT, f"{concept}_concept_id": ID, start: DAY}
    return Columns(needed, {f"{concept}_source_concept_id": ID, f"{concept}_source_value": TEXT, **other}, f"{name}_id")


LARGEST, LARGEST_ID = 1e15, 9e18
"""Beyond these a number, and an id that isn't stored as a whole number, are unknown.

No quantity or result is as large as the one, and floats hold every whole number up to it; an int64 holds hardly more
than the other.
"""


SOURCE_TABLES: dict[str, Columns] = {
    "person": Columns(
        {"person_id": TEXT},
        {
            "gender_concept_id": ID, "year_of_birth": ID, "month_of_birth": ID, "day_of_birth": ID,
            "birth_datetime": DAY,
        },
    ),
    "death": Columns({"person_id": TEXT, "death_date": DAY}, {}),
    "observation_period": Columns(
        {"person_id": TEXT, "observation_period_start_date": DAY, "observation_period_end_date": DAY}, {}
    ),
    "visit_occurrence": Columns(
        {"visit_occurrence_id": TEXT, "person_id": TEXT, "visit_concept_id": ID, "visit_start_date": DAY},
        {"visit_end_date": DAY},
        "visit_occurrence_id",
    ),
    "drug_exposure": _event(
        "drug_exposure", "drug_exposure_start_date", "drug", drug_exposure_end_date=DAY, verbatim_end_date=DAY,
        drug_type_concept_id=ID, stop_reason=TEXT, refills=ID, quantity=NUMBER, days_supply=NUMBER,
    ),
    "condition_occurrence": _event(
        "condition_occurrence", "condition_start_date", "condition", condition_end_date=DAY,
        condition_type_concept_id=ID, condition_status_concept_id=ID,
    ),
    "procedure_occurrence": _event(
        "procedure_occurrence", "procedure_date", "procedure", procedure_end_date=DAY,
    ),
    "device_exposure": _event(
        "device_exposure", "device_exposure_start_date", "device", device_exposure_end_date=DAY,
    ),
    "measurement": _event(
        "measurement", "measurement_date", "measurement", operator_concept_id=ID, value_as_number=NUMBER,
        value_as_concept_id=ID, unit_concept_id=ID, range_low=NUMBER, range_high=NUMBER, unit_source_value=TEXT,
        value_source_value=TEXT,
    ),
    "observation": _event(
        "observation", "observation_date", "observation", value_as_number=NUMBER, value_as_string=TEXT,
        value_as_concept_id=ID, unit_concept_id=ID, unit_source_value=TEXT, value_source_value=TEXT,
    ),
    "concept": Columns(
        {"concept_id": ID, "vocabulary_id": TEXT, "concept_code": TEXT},
        {"concept_name": TEXT, "concept_class_id": TEXT},
    ),
    "concept_ancestor": Columns(
        {"ancestor_concept_id": ID, "descendant_concept_id": ID}, {"min_levels_of_separation": ID}
    ),
    "drug_strength": Columns(
        {"drug_concept_id": ID, "ingredient_concept_id": ID},
        {
            "amount_value": NUMBER, "amount_unit_concept_id": ID, "numerator_value": NUMBER,
            "numerator_unit_concept_id": ID, "denominator_value": NUMBER, "denominator_unit_concept_id": ID,
        },
    ),
}  # fmt: skip
"""Tables and columns of OMOP CDM 5.3 and 5.4 that are read; only `person` has to be there."""

TYPES = {ID: "int64", TEXT: "string", NUMBER: "float64", DAY: "date"}


def normal(source: Mapping[str, Table]) -> dict[str, Table]:
    """The tables that are read and stand in the source, with exactly the columns of `SOURCE_TABLES`, typed.

    Args:
        source: Tables by name, in upper or lower case, with whatever columns.

    Returns:
        By lower-case name; a column that the source lacks is null.

    Raises:
        RecordError: It is no CDM, or a table lacks a column that it can't be read without, or a column holds
            another kind of thing; with every fault.
    """
    found = by_name(source)
    faults = list(_faults(found))
    if faults:
        raise RecordError(
            "The source can't be read as an OMOP CDM 5.3 or 5.4. Correct the tables named, or leave them out.", faults
        )
    return {name: _typed(found[name], columns) for name, columns in SOURCE_TABLES.items() if name in found}


def by_name(source: Mapping[str, Table]) -> dict[str, Table]:
    """The tables by lower-case name."""
    return {name.lower(): table for name, table in source.items()}


def _faults(found: Mapping[str, Table]) -> Iterator[str]:
    if "person" not in found:
        yield "The table person is missing. Without it nobody is in the record."
    for name, columns in SOURCE_TABLES.items():
        if name in found:
            yield from _table_faults(name, found[name], columns)


def _table_faults(name: str, table: Table, columns: Columns) -> Iterator[str]:
    written = _written(table)
    missing = [column for column in columns.needed if _place(column, written) is None]
    if missing:
        yield f"{name}: the column {', '.join(missing)} is missing."
    for column, kind in columns.all.items():
        place = _place(column, written)
        if place is not None and not _readable(table[place].type(), kind):
            yield f"{name}, column {column}: found {table[place].type()}; allowed: {_ALLOWED[kind]}."


_ALLOWED = {
    ID: "a whole number, or text that holds one",
    TEXT: "text or a whole number",
    NUMBER: "a number, or text that holds one",
    DAY: "a date, a timestamp, or text that begins with one (2024-12-31)",
}


def _readable(dtype: ibis.DataType, kind: str) -> bool:
    if dtype.is_null() or dtype.is_string():
        return True
    if kind == DAY:
        return bool(dtype.is_date() or dtype.is_timestamp())
    return bool(dtype.is_numeric() and not dtype.is_boolean()) or (kind == TEXT and bool(dtype.is_uuid()))


def _written(table: Table) -> dict[str, str]:
    """The column names as written, by lower case."""
    return {column.lower(): column for column in table.columns}


def _place(column: str, written: Mapping[str, str]) -> str | None:
    """The name of a column as it is written, or of the timestamp that tells its day."""
    instead = column.removesuffix("_date") + "_datetime" if column.endswith("_date") else column
    return written.get(column, written.get(instead))


def _typed(table: Table, columns: Columns) -> Table:
    written = _written(table)
    made = {
        column: read_as(table[place], kind) if (place := _place(column, written)) else ibis.null(TYPES[kind])
        for column, kind in columns.all.items()
    }
    if columns.row_id:
        made[columns.row_id] = made[columns.row_id].fill_null(_without_id(made, columns))
    return table.select(**made)


def _without_id(made: Mapping[str, Value], columns: Columns) -> Value:
    """What names an event that has no id: made from all else that is read of it, so that none is lost in another."""
    told = [
        _in_letters(made[column], kind).fill_null("")
        for column, kind in columns.all.items()
        if column != columns.row_id
    ]
    return ibis.literal("without an id, ") + md5(ibis.literal("|").join(told)).substr(0, 12)


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # Ibis ships no types for it
def md5(text: str) -> str:  # type: ignore[empty-body]
    """A name for a text, the same on every engine."""


def _in_letters(value: Value, kind: str) -> Value:
    """The value as a text that is the same on every engine: a number in thousandths."""
    return ((value * 1000).round().cast("int64") if kind == NUMBER else value).cast("string")


def read_as(value: Value, kind: str) -> Value:
    """What a column holds, as a value of its kind; unknown where it can't be one."""
    dtype = value.type()
    if dtype.is_null():
        return ibis.null(TYPES[kind])
    if dtype.is_string():
        value = value.strip().nullif("")
        if kind == TEXT:
            return value
        # What isn't the number or day that it should be is unknown; PostgreSQL can't be asked so, and refuses it.
        value = (_iso(value) if kind == DAY else value).try_cast(TYPES[kind])
    elif dtype.is_numeric() and kind in (ID, TEXT) and not _is_whole(dtype, kind):
        # An id that was stored as a fraction is written without one.
        value = _up_to(value, LARGEST_ID).cast("int64")
    value = value.cast(TYPES[kind])
    if kind == DAY:
        return _day(value)
    return _up_to(value, LARGEST) if kind == NUMBER else value


def _is_whole(dtype: ibis.DataType, kind: str) -> bool:
    """Whether a type holds whole numbers alone, and none that is too large."""
    if kind == TEXT and isinstance(dtype, dt.Decimal) and dtype.scale == 0:
        return True
    return bool(dtype.is_integer() and (kind == TEXT or dtype != dt.uint64))


def _up_to(number: Value, largest: float) -> Value:
    """The number; unknown if it is none, or not finite, or larger: what can't be right, nor be made a whole number."""
    return ibis.cases((number.between(-largest, largest), number), else_=ibis.null(number.type()))


def _iso(text: Value) -> Value:
    """A text that begins as 2024-12-31 does; every engine has its own way to read other days, none of them sure."""
    dashed = (text.substr(4, 1) == "-") & (text.substr(7, 1) == "-")
    return ibis.cases((dashed, text.substr(0, LENGTH_OF_DAY)), else_=ibis.null("string"))


def _day(day: Value) -> Value:
    """The day; unknown if it is one that no calendar holds, or that stands where none is set."""
    possible = (day >= ibis.literal(FIRST_DAY)) & (day < ibis.literal(NO_DAY))
    return ibis.cases((possible, day), else_=ibis.null("date"))
