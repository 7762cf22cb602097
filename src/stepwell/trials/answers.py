"""What somebody answered of a trial: whether it was taken, whether it helped, at which dose."""

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.logic import first_rows
from stepwell.trials.eras import ERA

TAKEN, HELPED, DOSE = "taken", "helped", "dose"

OUTCOMES = {"yes": "better", "partly": "partly better", "no": "not better"}
"""What an answer to `helped` says of the outcome."""


def trial_id(rows: Table, start: Value) -> Value:
    """The name of a trial: its drug and its first possible day."""
    return rows.ingredient + "@" + start.cast("string")


def trial_answer(trial_span: Table, answer: Table) -> Table:
    """One row per era that somebody was asked about: the newest answer to each question.

    Returns:
        `trial_id`; `taken` (yes, partly, no), `outcome` (as a record reports one), `told_dose` in mg/day; each null
        where it wasn't asked or the answer was `unsure`. `taken_evidence`, `outcome_evidence`, `dose_evidence`: the
        rows of those that aren't null.
    """
    eras = trial_span.select(*ERA, "trial_id")
    asked = answer.filter(answer.question.isin([TAKEN, HELPED, DOSE]))
    newest = first_rows(asked, ["person_id", "question", "about"], [asked.date_latest.desc(), asked.evidence_id.desc()])
    said = newest.filter(newest["value"].lower() != "unsure").rename(trial_id="about")
    rows = eras.inner_join(said, ["person_id", "trial_id"])
    return rows.group_by([*ERA, "trial_id"]).aggregate(
        taken=rows["value"].max(where=rows.question == TAKEN),
        outcome=_outcome(rows["value"]).max(where=rows.question == HELPED),
        told_dose=_number(rows).max(),
        **{
            f"{name}_evidence": rows.evidence_id.max(where=rows.question == question)
            for name, question in (("taken", TAKEN), ("outcome", HELPED), ("dose", DOSE))
        },
    )


def _outcome(value: Value) -> Value:
    return ibis.cases(*((value == said, outcome) for said, outcome in OUTCOMES.items()), else_=ibis.null("string"))


def _number(rows: Table) -> Value:
    """The dose as a number; whoever reads answers lets nothing else through."""
    text = ibis.cases((rows.question == DOSE, rows["value"]), else_=ibis.null("string"))
    return text.cast("float64")
