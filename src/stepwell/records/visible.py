"""What stood in the record on a given day: rows dated after it do not exist.

A row is dropped when it can't have begun by `as_of`. What is only known because a stay or a course
had ended later (its end, its stop reason, its outcome) is taken out of rows that were still open.
"""

import ibis
from ibis.expr.types import DateValue, Table

from stepwell.logic import plus_days

STARTED = {
    "score": "date",
    "item": "date",
    "exposure": "start",
    "condition": "start",
    "procedure": "start",
    "device": "start",
    "encounter": "start",
    "lab": "date",
    "answer": "date",
    "allergy": "start",
}
"""For every dated table, the interval that says when a row came to be."""


def visible(table: Table, name: str, parameter: Table) -> Table:
    """The rows of a record table that stood on `as_of`, the latest day it can mean cut at `as_of`.

    Args:
        table: A record table.
        name: Its name.
        parameter: One row: `as_of` and the rules.

    Returns:
        The same columns; rows without any date are kept, they are undated and not future.
    """
    began = STARTED[name]
    earliest, latest = f"{began}_earliest", f"{began}_latest"
    rows = table.cross_join(parameter.select("as_of"))
    rows = rows.filter(rows[earliest].isnull() | (rows[earliest] <= rows.as_of))
    rows = rows.mutate(**{latest: _cut(rows[latest], rows.as_of)})
    return (_reopened(rows, name) if "end_earliest" in table.columns else rows).select(table.columns)


def until_death(exposure: Table, person: Table, parameter: Table) -> Table:
    """Exposures of which none lasts beyond the death of the person.

    What was still open then has stopped, for a reason that isn't recorded. What began after the day of death can't be
    right and is left as it is.

    Args:
        exposure: As it stood on `as_of`.
        person: One row per person.
        parameter: One row: `as_of` and the rules.
    """
    dead = person.filter(person.death_latest.notnull()).cross_join(parameter.select("as_of"))
    dead = dead.filter(dead.death_latest <= dead.as_of).select("person_id", died="death_latest")
    rows = exposure.left_join(dead, "person_id")
    after = plus_days(rows.died, 1)
    lasts = rows.died.notnull() & (rows.end_latest.isnull() | (rows.end_latest > after))
    lasts &= rows.start_latest.isnull() | (rows.start_latest <= rows.died)
    begun = lasts & rows.start_latest.notnull()
    taken = lasts & (rows.status.fill_null("unknown") != "not-taken")
    return rows.mutate(
        end_earliest=ibis.cases((begun & (rows.end_earliest > after), after), else_=rows.end_earliest),
        end_latest=ibis.cases((begun, after), else_=rows.end_latest),
        status=ibis.cases((taken, "stopped"), else_=rows.status),
    ).select(exposure.columns)


def _cut(day: DateValue, as_of: DateValue) -> DateValue:
    return ibis.cases((day > as_of, as_of), else_=day)


def _reopened(rows: Table, name: str) -> Table:
    """Rows that had not surely ended by `as_of`, without what only their end could tell.

    The end of a supply was planned on the day it was given, so exposures keep it.
    """
    tomorrow = plus_days(rows.as_of, 1)
    still_open = rows.end_earliest > tomorrow
    if name != "exposure":
        return rows.mutate(
            end_earliest=ibis.cases((still_open, tomorrow), else_=rows.end_earliest),
            end_latest=ibis.cases((still_open, ibis.null("date")), else_=rows.end_latest),
        )
    later = still_open & rows.basis.isin(["stated"])
    hidden = {
        column: ibis.cases((still_open, ibis.null("string")), else_=rows[column])
        for column in ("stop_reason", "reported_outcome")
    }
    return rows.mutate(
        status=ibis.cases((still_open & rows.status.isin(["stopped", "completed"]), "active"), else_=rows.status),
        end_latest=ibis.cases((later, ibis.null("date")), else_=rows.end_latest),
        end_earliest=ibis.cases((later, tomorrow), else_=rows.end_earliest),
        **hidden,
    )
