"""Overlapping eras taken apart: what came before, the combination, what came after.

One overlap of a person is taken apart at a time, the earliest first, as what is left of it decides about the next.
Stretches that hang together by no overlap are independent of one another and are worked on side by side. Every pass
takes the days of one overlap from the sum of all days in its stretch, so the passes come to an end.
"""

from collections.abc import Callable

import ibis
from ibis.expr.types import BooleanValue, DateValue, Table

from stepwell.logic import days_between, earlier_maximum, one_if

BESIDE = "\u001f"
"""Between the names of two drugs taken together; no name holds it, and it means nothing in a pattern."""

STRETCH = ("person_id", "window", "stretch")


def separated(
    eras: Table,
    combination_days: int,
    least_days: int,
    overlap: str,
    short: str,
    keep: Callable[[Table], Table],
    count: Callable[[Table], int],
) -> Table:
    """Eras of which no two of a window overlap (but for those that `overlap` lets stay).

    Args:
        eras: One row per `person_id`, `window` and era: `drugs` (its name), `start`, `end` (exclusive).
        combination_days: An overlap of at least this long is a combination.
        least_days: Shorter eras are left out, which of them `short` says.
        short: `any`: all of a window, once its first overlap is taken apart; `remains`: only what is left of an era
            before or after a combination.
        overlap: `truncate` or `keep`: what is done with a shorter overlap.
        keep: Writes the rows of an expression down and gives the table of them.
        count: The number of rows of an expression.

    Returns:
        The same columns; `drugs` of a combination holds the names of all in it, with `BESIDE` between them.
    """
    least_overlap = max(combination_days, 1) if overlap == "keep" else 1
    # The first overlap of the whole window comes alone: the short eras that it takes along are those of the window.
    found = keep(_marked(eras.mutate(stretch=ibis.literal(0, type="int64")), least_overlap))
    passes = [found]
    while count(found.filter(found.unfinished == 1)):
        apart = _taken_apart(found.filter(found.unfinished == 1), combination_days, least_days, short)
        found = keep(_marked(_in_stretches(apart), least_overlap))
        passes.append(found)
    done = [rows.filter(rows.unfinished == 0).select(*eras.columns) for rows in passes]
    return ibis.union(*done, distinct=False) if len(done) > 1 else done[0]


def _marked(rows: Table, least_overlap: int) -> Table:
    """Each era with the one before it, and whether theirs is the first overlap of its stretch.

    Adds `before_start`, `before_end`, `before_drugs`; `chosen` (1: this era and the one before are to be taken
    apart); `next_start` and `next_end` (`next_start` only if
    the next era is the chosen one); `unfinished` (1: its stretch has an overlap).
    """
    by_time = ibis.window(group_by=list(STRETCH), order_by=[rows.start, rows.end, rows.drugs])
    rows = rows.mutate(
        **{f"before_{name}": rows[name].lag().over(by_time) for name in ("start", "end", "drugs")},
        next_start=rows.start.lead().over(by_time),
        next_end=rows.end.lead().over(by_time),
        place=ibis.row_number().over(by_time).cast("int64"),
    )
    meets = days_between(rows.start, rows.before_end) >= least_overlap
    rows = rows.mutate(meets_at=ibis.cases((meets, rows.place), else_=ibis.null("int64")))
    rows = rows.mutate(first=rows.meets_at.min().over(ibis.window(group_by=list(STRETCH))))
    rows = rows.mutate(
        chosen=one_if(rows.place == rows["first"]),
        next_start=ibis.cases((rows.place == rows["first"] - 1, rows.next_start), else_=ibis.null("date")),
        unfinished=one_if(rows["first"].notnull()),
    )
    return rows.drop("place", "meets_at", "first")


def _taken_apart(rows: Table, combination_days: int, least_days: int, short: str) -> Table:
    """Stretches with their chosen pair taken apart.

    The earlier era ends where the later begins. If they overlap long enough, or by the whole of either, the overlap
    is a combination, and what one of them lasts beyond it is an era again.
    """
    rows = rows.mutate(
        together=(rows.chosen == 1)
        & _combined(rows.before_start, rows.before_end, rows.start, rows.end, combination_days),
        before_combination=rows.next_start.notnull()
        & _combined(rows.start, rows.end, rows.next_start, rows.next_end, combination_days),
    )
    shared_end = ibis.least(rows.before_end, rows.end)
    kept = rows.select(
        "person_id", "window", "start",
        end=ibis.cases((rows.next_start.notnull(), rows.next_start), (rows.together, shared_end), else_=rows.end),
        drugs=ibis.cases(
            (rows.together, rows.before_drugs + ibis.literal(BESIDE) + rows.drugs), else_=rows.drugs
        ),
        made=rows.next_start.notnull() | rows.together,
        remains=rows.before_combination,
    )  # fmt: skip
    rest = rows.filter(rows.together).select(
        "person_id", "window",
        start=shared_end,
        end=ibis.greatest(rows.before_end, rows.end),
        drugs=ibis.cases((rows.end > rows.before_end, rows.drugs), else_=rows.before_drugs),
        made=ibis.literal(True),
        remains=ibis.literal(True),
    )  # fmt: skip
    parts = ibis.union(kept, rest, distinct=False)
    days = days_between(parts.start, parts.end)
    enough = (days >= least_days) | ~parts.remains if short == "remains" else days >= least_days
    return parts.filter(enough & ((days > 0) | ~parts.made)).drop("made", "remains")


def _combined(
    first_start: DateValue, first_end: DateValue, start: DateValue, end: DateValue, combination_days: int
) -> BooleanValue:
    """Whether an era and the one that begins in it are a combination: long enough, or by the whole of either."""
    overlap = days_between(start, first_end)
    whole = (overlap == days_between(start, end)) | (overlap == days_between(first_start, first_end))
    return (overlap >= combination_days) | whole


def _in_stretches(rows: Table) -> Table:
    """Eras with `stretch`: a new one begins with an era that starts when all before it have ended."""
    window, order = ["person_id", "window"], [rows.start, rows.end, rows.drugs]
    rows = rows.mutate(reached=earlier_maximum(rows.end, window, order))
    rows = rows.mutate(begins=one_if(rows.start >= rows.reached))
    running = ibis.window(
        group_by=window, order_by=[rows.start, rows.end, rows.drugs, rows.begins.desc()], preceding=None, following=0
    )
    return rows.mutate(stretch=rows.begins.sum().over(running).cast("int64")).drop("reached", "begins")
