"""The verdict of each trial by each definition."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import MET, NOT_MET, UNKNOWN
from stepwell.trials.criteria import assessment

FOUND = (
    "person_id", "trial_id", "definition_id", "verdict", "counts", "dose", "duration", "adherence", "failure",
    "outcome_basis", "lost_again", "well_at_end", "failure_doubt", "minimum_dose", "days_at_minimum_low",
    "days_at_minimum_high",
)  # fmt: skip
"""What is found of a trial."""
ASKED = ("dose_table", "least_days", "least_days_at", "least_covered", "failure_rule", "failure_percent")
"""What its definition asks of it: the same of all drugs that play its part."""


def verdict(
    attempt: Table, relation: Table, trial_course: Table, minimum_day: Table, exposure: Table, definition: Table,
    parameter: Table,
) -> Table:  # fmt: skip
    """One row per trial and definition.

    The verdicts, the first that applies: `worked` (response at any time, remission at the end, or reported better),
    `not taken`, `not tolerated` (stopped for side effects before it was adequate or without an outcome), `still
    running` (too early to say), `too low`, `too short`, `cannot tell` (dose, duration or adherence unknown), `cannot
    tell` (well at the end, but not shown to be ill before), `failed`, `partly worked`, `cannot tell` (outcome unknown).

    Returns:
        `verdict`, the results it follows from, `counts`; `lost_again`: it had worked, and by the last score no longer
        did; `well_at_end`: the last score is in remission; `failure_doubt`: why a failure that was found isn't sure
        (`well by a score`, `reported as better`, `supply without a day`, `same drug before`, `score from before a
        break`).
    """
    rows = assessment(attempt, relation, trial_course, minimum_day, exposure, definition, parameter)
    answered = (rows.outcome_basis == "measured") & (rows.best_improvement_percent >= rows.response_percent)
    said_better = ((rows.reported_outcome == "better") | (rows.stop_reason == "better")).fill_null(False)
    said_better &= ~((rows.reported_outcome == "not better") | (rows.stop_reason == "no benefit")).fill_null(False)
    said_better &= (rows.reported_outcome != "conflict").fill_null(True)
    answered |= (rows.outcome_basis == "measured") & rows.well & rows.recovered
    worked = answered | ((rows.outcome_basis == "reported") & said_better)
    rows = rows.mutate(
        worked=worked.fill_null(False),
        running=rows.state == "running",
        inadequate=(rows.dose == NOT_MET) | (rows.duration == NOT_MET),
        intolerable=(rows.stop_reason == "side effects").fill_null(False),
        unsettled=(rows.dose == UNKNOWN) | (rows.duration == UNKNOWN) | (rows.adherence == UNKNOWN),
        short=(rows.days_high < rows.least_days).fill_null(False) & ~rows.undated,
    )
    rows = rows.mutate(
        verdict=_verdict(rows),
        lost_again=(rows.worked & (rows.improvement_percent < rows.response_percent) & ~rows.well).fill_null(False),
        well_at_end=rows.well,
        counts=ibis.cases((rows.worked & (rows.failure_rule == "improvement below"), NOT_MET), else_=rows.counts),
    )
    return rows.select(*FOUND, *ASKED)


def _verdict(rows: Table) -> ibis.Value:
    return ibis.cases(
        (rows.worked, "worked"),
        (rows.adherence == NOT_MET, "not taken"),
        (rows.intolerable & (rows.inadequate | (rows.outcome_basis != "measured")), "not tolerated"),
        (rows.running & (rows.short | ((rows.duration == NOT_MET) & (rows.dose != NOT_MET))), "still running"),
        (rows.short, "too short"),
        (rows.dose == NOT_MET, "too low"),
        (rows.duration == NOT_MET, "too short"),
        (rows.unsettled, "cannot tell"),
        # Nobody failed who was well at the last score; that the drug did it isn't shown.
        (rows.well & ((rows.outcome_basis == "measured") | (rows.failure == MET)), "cannot tell"),
        (rows.failure == MET, "failed"),
        ((rows.failure == NOT_MET) & (rows.failure_rule == "improvement below"), "partly worked"),
        (rows.running & (rows.failure_rule == "next treatment"), "still running"),
        else_="cannot tell",
    )
