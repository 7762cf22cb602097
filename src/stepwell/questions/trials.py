"""What somebody could still say of a trial that would change what is made of it."""

import ibis
from ibis.expr.types import BooleanValue, Table

from stepwell.logic import UNKNOWN

DOSE, TAKEN, HELPED = "dose", "taken", "helped"
ASKED_PER_DAY = "mg/day"

NEEDS = {"dose": DOSE, "adherence": TAKEN}
"""The question that each criterion a sign may name waits for; a verdict may wait for any."""


def open_trial(verdict: Table, attempt: Table, dose_step: Table, minimum_dose: Table, answer: Table) -> Table:
    """One row per trial, definition and question whose answer would settle a criterion that is unknown.

    A dose is asked only where the record gives none, the definition's table lists the drug, and a number of mg a
    day can be held against it; whether it was taken, or helped, only where the record is silent on that, and the
    latter not while it is too early to say. A question that was answered isn't asked again, whatever the answer.

    Returns:
        `question`, `about` (the trial), `definition_id`, `role`, `running`, `counts`, `verdict`.
    """
    trials = attempt.select(
        "person_id", "trial_id", "ingredient", "era", "role", "stated_adherence", running=attempt.state == "running"
    )
    rows = verdict.inner_join(trials, ["person_id", "trial_id"])
    rows = _with_tellable(rows, dose_step, minimum_dose)
    silent = rows.outcome_basis.isin(["unknown", "inferred from what was done next"])
    silent &= rows.verdict != "still running"
    found = ibis.union(
        _ask(rows, DOSE, (rows.dose == UNKNOWN) & rows.tellable.notnull()),
        _ask(rows, TAKEN, (rows.adherence == UNKNOWN) & rows.stated_adherence.isnull()),
        _ask(rows, HELPED, (rows.failure == UNKNOWN) & (rows.failure_rule == "improvement below") & silent),
    )
    return found.anti_join(answer, ["person_id", "question", "about"])


def _ask(rows: Table, question: str, when: BooleanValue) -> Table:
    return rows.filter(when).select(
        "person_id", "definition_id", "role", "running", "counts", "verdict",
        question=ibis.literal(question), about=rows.trial_id,
    )  # fmt: skip


def _with_tellable(rows: Table, dose_step: Table, minimum_dose: Table) -> Table:
    """Rows with `tellable`, null where no dose that somebody tells could be held against the definition's table."""
    steps = dose_step.filter(dose_step.can_be_told).select("person_id", "ingredient", "era", "formulation")
    steps = steps.mutate(formulation=steps.formulation.fill_null(""))
    listed = minimum_dose.filter(minimum_dose.minimum_unit == ASKED_PER_DAY)
    keys = ["person_id", "ingredient", "era", "dose_table"]
    can = steps.inner_join(listed, ["ingredient", "formulation"]).select(*keys).distinct()
    can = can.mutate(tellable=ibis.literal(True))
    return rows.left_join(can, keys).drop(*(f"{key}_right" for key in keys))


def through_trials(waiting: Table, fact_sign: Table, open_trial: Table) -> Table:
    """What waits for a fact that trials show, with the questions about the trials that would settle it.

    Args:
        waiting: `person_id`, `fact`, `bears_on`, `on`.
        fact_sign: Knowledge table; a fact is shown by trials, or by how many count by a definition.
        open_trial: What could still be said of each trial.

    Returns:
        The columns of `waiting`, `question` and `about`.
    """
    linked = ibis.union(_by_criterion(fact_sign, open_trial), _by_count(fact_sign, open_trial), distinct=True)
    return waiting.inner_join(linked, ["person_id", "fact"]).select(*waiting.columns, "question", "about")


def _by_criterion(fact_sign: Table, open_trial: Table) -> Table:
    signs = fact_sign.filter(fact_sign.kind == "trial")
    need = ibis.cases(*((signs["of"] == name, asked) for name, asked in NEEDS.items()), else_=ibis.null("string"))
    signs = signs.select("fact", "of", definition_id="definition", only_running="running", need=need)
    rows = signs.inner_join(open_trial, "definition_id")
    verdicts = rows["of"].startswith("verdict-") & (rows.verdict == "cannot tell")
    wanted = (rows.question == rows.need).fill_null(False) | verdicts
    rows = rows.filter(wanted & (rows.role == "antidepressant") & (rows.running | ~rows.only_running))
    return rows.select("person_id", "fact", "question", "about")


def _by_count(fact_sign: Table, open_trial: Table) -> Table:
    signs = fact_sign.filter(fact_sign.kind == "definition").select("fact", definition_id="of")
    rows = signs.inner_join(open_trial.filter(open_trial.counts == UNKNOWN), "definition_id")
    return rows.select("person_id", "fact", "question", "about")


def of_definitions(open_trial: Table, definition_result: Table) -> Table:
    """What a definition that can't be told would have to know of the trials that may count by it."""
    opened = definition_result.filter(definition_result.result == UNKNOWN).select("person_id", "definition_id")
    rows = open_trial.filter(open_trial.counts == UNKNOWN).inner_join(opened, ["person_id", "definition_id"])
    return rows.select("person_id", "question", "about", bears_on=ibis.literal("definition"), on=rows.definition_id)
