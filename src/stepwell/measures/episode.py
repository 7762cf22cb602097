"""When the present episode of illness began, as far as the record tells."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, first_rows, one_if, plus_days

DEPRESSION = "major-depression"


def illness_episode(person: Table, condition: Table, score_total: Table, outcome: Table, parameter: Table) -> Table:
    """One row per person: `start_earliest`, `start_latest` (both included) and `basis`.

    `basis`: `stated`, `return after remission` (symptoms came back on a scale after at least
    `remission_days` in remission; the start lies between the last score in remission and the first
    above it), `onset of the diagnosis` (earliest onset among the depressive disorders still active),
    or `unknown` with both dates null. The first of these that the record gives is taken.
    """
    candidates = (
        _stated(person, parameter).union(_returned(score_total, outcome, parameter)).union(_diagnosed(condition))
    )
    best = first_rows(candidates, ["person_id"], [candidates.rank, candidates.start_latest.desc()])
    rows = person.select("person_id").left_join(best, "person_id")
    return rows.select("person_id", "start_earliest", "start_latest", basis=rows.basis.fill_null("unknown"))


def _stated(person: Table, parameter: Table) -> Table:
    """The start that the record states, if it can have been before the day of the review."""
    rows = person.cross_join(parameter.select("as_of"))
    rows = rows.filter(rows.episode_start_earliest <= rows.as_of)
    return rows.select(
        "person_id",
        start_earliest=rows.episode_start_earliest,
        start_latest=ibis.least(rows.episode_start_latest, rows.as_of),
        basis=ibis.literal("stated"),
        rank=ibis.literal(0),
    )


def _returned(score_total: Table, outcome: Table, parameter: Table) -> Table:
    """The returns of symptoms after a remission that lasted."""
    marked = _marked(score_total, outcome)
    remitted = marked.filter(marked.remitted)
    runs = remitted.group_by(["person_id", "instrument", "run"]).aggregate(
        run_start=remitted.date_latest.min(), run_last=remitted.date_earliest.max()
    )
    above = marked.filter(~marked.remitted).mutate(before=lambda t: t.run - 1)
    rows = above.inner_join(
        runs, [above.person_id == runs.person_id, above.instrument == runs.instrument, above.before == runs.run]
    ).cross_join(parameter.select("remission_days"))
    rows = rows.filter(days_between(rows.run_start, rows.date_earliest) >= rows.remission_days)
    return rows.select(
        "person_id",
        start_earliest=plus_days(rows.run_last, 1),
        start_latest=rows.date_latest,
        basis=ibis.literal("return after remission"),
        rank=ibis.literal(1),
    )


def _marked(score_total: Table, outcome: Table) -> Table:
    """Totals on scales that have a remission threshold, `run` counting those above it so far."""
    remission = outcome.filter((outcome.term == "remission") & (outcome.kind == "score at most") & outcome.default)
    remission = remission.select("instrument", threshold=remission["value"])
    rows = score_total.inner_join(remission, "instrument")
    rows = rows.filter(rows["value"].notnull() & rows.date_earliest.notnull())
    rows = rows.mutate(remitted=rows["value"] <= rows.threshold)
    window = ibis.window(
        group_by=["person_id", "instrument"],
        order_by=[rows.date_earliest, rows.date_latest, rows.score_id],
        preceding=None,
        following=0,
    )
    return rows.mutate(run=one_if(~rows.remitted).sum().over(window))


def _diagnosed(condition: Table) -> Table:
    rows = condition.filter(
        (condition.code_set == DEPRESSION)
        & (condition.status == "active")
        & (condition.certainty.fill_null("unknown") != "refuted")
    )
    first = rows.group_by("person_id").aggregate(
        start_earliest=rows.start_earliest.min(), start_latest=rows.start_latest.min()
    )
    first = first.filter(first.start_earliest.notnull())
    return first.mutate(basis=ibis.literal("onset of the diagnosis"), rank=ibis.literal(2))
