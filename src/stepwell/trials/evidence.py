"""The rows of the record that each trial rests on."""

import ibis
from ibis.expr.types import Table

from stepwell.trials.eras import ERA


def trial_evidence(era_supply: Table, attempt: Table, trial_course: Table, trial_answer: Table) -> Table:
    """One row per trial and row of the record.

    Returns:
        `evidence_id` and `bears_on`: `supply` (adds days), `order or statement` (the same supply again, or
        not taken: adds none), `baseline score`, `end score`, `best score`, `answer`.
    """
    trials = attempt.select(*ERA, "trial_id")
    rows = era_supply.inner_join(trials, list(ERA))
    supplies = rows.select(
        "person_id", "trial_id", "evidence_id",
        bears_on=ibis.cases((rows.counts, "supply"), else_="order or statement"),
    )  # fmt: skip
    scores = [
        trial_course.filter(trial_course[f"{name}_score_id"].notnull()).select(
            "person_id",
            "trial_id",
            evidence_id=trial_course[f"{name}_score_id"],
            bears_on=ibis.literal(f"{name} score"),
        )
        for name in ("baseline", "end", "best")
    ]
    answers = [
        trial_answer.filter(trial_answer[f"{name}_evidence"].notnull()).select(
            "person_id", "trial_id", evidence_id=trial_answer[f"{name}_evidence"], bears_on=ibis.literal("answer")
        )
        for name in ("taken", "outcome", "dose")
    ]
    return ibis.union(supplies, *scores, *answers).distinct()
