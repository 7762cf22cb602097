"""Counts of pathways and lines: how many people went which way.

Raw counts, one row per way. Small cells are suppressed elsewhere, before any of this leaves the machine.
"""

from collections.abc import Sequence

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, Table

from stepwell.cohort.lines import NEXT_LINE
from stepwell.logic import MET

NO_FURTHER_STEP = "no further step"
"""Where a flow ends after the last step of a person."""


def path_count(path: Table, by: Sequence[str] = ()) -> Table:
    """One row per path (and group): `people`.

    Args:
        path: From `stepwell.cohort.pathways.path`, with the columns of `by` if there are any.
        by: Columns to count by.
    """
    return path.group_by([*by, "path"]).aggregate(steps=path.steps.max(), people=_people(path))


def step_flow(path_step: Table, by: Sequence[str] = ()) -> Table:
    """One row per step and the way on from it (and group): `step`, `from_drugs`, `to_drugs`, `people`.

    A way on to a step beyond the longest path is no row.

    Args:
        path_step: From `stepwell.cohort.pathways.pathways`, with the columns of `by` if there are any.
        by: Columns to count by.
    """
    by_step = ibis.window(group_by=["person_id", "window"], order_by=path_step.order)
    ending = ibis.cases((path_step["last"], NO_FURTHER_STEP), else_=ibis.null("string"))
    rows = path_step.mutate(to_drugs=ibis.coalesce(path_step.drugs.lead().over(by_step), ending))
    return _flow(rows.rename(step="order"), by)


def line_flow(line: Table, by: Sequence[str] = ()) -> Table:
    """As `step_flow`, of lines: a way that ends says how (`still running`, `stopped`, `end not recorded`)."""
    by_line = ibis.window(group_by="person_id", order_by=line.line)
    ending = ibis.cases((line.after != NEXT_LINE, line.after), else_=ibis.null("string"))
    rows = line.mutate(to_drugs=ibis.coalesce(line.drugs.lead().over(by_line), ending))
    return _flow(rows.rename(step="line"), by)


def line_count(line: Table, by: Sequence[str] = ()) -> Table:
    """One row per line number and drugs (and group).

    Args:
        line: From `stepwell.cohort.lines.line`, with the columns of `by` if there are any.
        by: Columns to count by.

    Returns:
        `people`, `median_days`, `response`, `remission` (people by whose scores it is met) and one row for each
        `outcome` in `line_outcome_count`.
    """
    return line.group_by([*by, "line", "drugs"]).aggregate(
        people=_people(line), median_days=line.days.median().cast("float64"),
        response=_people(line, line.response == MET), remission=_people(line, line.remission == MET),
    )  # fmt: skip


def line_outcome_count(line: Table, by: Sequence[str] = ()) -> Table:
    """One row per line number, drugs and outcome (and group): `people`."""
    return line.group_by([*by, "line", "drugs", "outcome"]).aggregate(people=_people(line))


def _flow(rows: Table, by: Sequence[str]) -> Table:
    rows = rows.filter(rows.to_drugs.notnull())
    return rows.group_by([*by, "step", rows.drugs.name("from_drugs"), "to_drugs"]).aggregate(people=_people(rows))


def _people(rows: Table, where: BooleanValue | None = None) -> IntegerValue:
    return rows.person_id.nunique(where=where).cast("int64")
