"""Words that the counting steps share."""

import ibis
from ibis import Value
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, Table

from stepwell.logic import one_if

UNKNOWN_GROUP = "unknown"
ANTIDEPRESSANT = "antidepressant"


def rests_on_inferred(attempt: Table) -> BooleanValue:
    """Whether a trial rests on any supply that was inferred; nothing is where a source marks none."""
    if "inferred_rows" not in attempt.columns:
        return ibis.literal(False)
    return (attempt.inferred_rows > 0).fill_null(False)


def whole_years(birth: DateValue, day: DateValue) -> IntegerValue:
    """Age in whole years; null if either is null."""
    before = (day.month() * 100 + day.day()) < (birth.month() * 100 + birth.day())
    years = (day.year() - birth.year() - one_if(before)).cast("int64")
    return ibis.cases((birth.isnull() | day.isnull(), ibis.null("int64")), else_=years)


def counted(rows: Table, keys: list[str]) -> Table:
    """One row per key: `people`, and of these those that are `inferred`; a row of `rows` is one person."""
    return rows.group_by(keys).aggregate(
        people=rows.count().cast("int64"), inferred=one_if(rows.inferred).sum().cast("int64")
    )


def added(counts: Table, keys: list[str]) -> Table:
    """Counts added up to one row per key."""
    return counts.group_by(keys).aggregate(
        people=counts.people.sum().cast("int64"), inferred=counts.inferred.sum().cast("int64")
    )


def with_inferred(rows: Table, person_summary: Table) -> Table:
    """Rows with whether anything known of their person rests on inferred supply."""
    marked = person_summary.select("person_id", "inferred")
    return rows.inner_join(marked, "person_id")


def left(rows: Table, other: Table, keys: list[str]) -> Table:
    """A left join on keys of the same name, which stay once."""
    joined = rows.left_join(other, keys)
    return joined.drop(*(f"{key}_right" for key in keys if f"{key}_right" in joined.columns))


def worded(text: Value) -> Value:
    """A text, or the word for unknown."""
    return text.fill_null(UNKNOWN_GROUP)
