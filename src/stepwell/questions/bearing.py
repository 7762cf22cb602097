"""What is still open for a person, and which question each part of it waits for."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import UNKNOWN, one_if

COLUMNS = ("person_id", "question", "about", "bears_on", "on")


def bearing(
    fact: Table, fact_entry: Table, fact_part: Table, reason: Table, reason_entry: Table, reason_sign: Table,
    option_fit: Table, option_bar: Table, option_indication: Table, stage_part: Table, stage_narrowing: Table,
    definition_result: Table, verdict: Table, attempt: Table,
) -> Table:  # fmt: skip
    """One row per question and thing that its answer may change.

    A question is a fact that isn't settled, or, where that stands behind a wider one, the wider one first; or
    `dose`, `taken`, `helped` of one trial (`about`). What an answer can't change any more isn't here: an option
    that is barred or not meant for the person, a reason that is shown or ruled out.

    Returns:
        `question`, `about`, `bears_on` (option, reason, stage, definition), `on` (which).
    """
    waiting = ibis.union(
        _of_options(option_fit, option_bar, option_indication),
        _of_reasons(reason, reason_entry, reason_sign),
        _of_stages(stage_part, stage_narrowing),
    )
    settled = fact.filter(fact.state != UNKNOWN).select("person_id", "fact")
    parts = waiting.inner_join(fact_part, "fact").drop("fact").rename(fact="part").select(waiting.columns)
    made = fact_entry.filter(fact_entry.parts > 0).select("fact")
    simple = waiting.anti_join(settled, ["person_id", "fact"]).anti_join(made, "fact")
    made_of = parts.anti_join(settled, ["person_id", "fact"])
    asked = simple.union(made_of, distinct=True)
    asked = asked.inner_join(fact_entry.select("fact", "gate"), "fact")
    gates = settled.rename(gate="fact").mutate(gate_settled=ibis.literal(True))
    asked = asked.left_join(gates, ["person_id", "gate"]).drop("person_id_right", "gate_right")
    shut = asked.gate.notnull() & asked.gate_settled.isnull()
    rows = asked.mutate(question=ibis.cases((shut, asked.gate), else_=asked.fact), about=ibis.null("string"))
    return rows.select(*COLUMNS).union(_of_trials(verdict, definition_result, attempt), distinct=True)


def _of_options(option_fit: Table, option_bar: Table, option_indication: Table) -> Table:
    """Facts that an option still waits for: its contraindications, and what it is meant for."""
    barring = option_bar.filter(option_bar.strength != "caution").select("option", "fact")
    named = barring.union(option_indication.select("option", "fact"), distinct=True)
    open_options = option_fit.filter(option_fit.fit == "check first").select("person_id", "option")
    rows = open_options.inner_join(named, "option")
    return rows.select("person_id", "fact", bears_on=ibis.literal("option"), on=rows.option)


def _of_reasons(reason: Table, reason_entry: Table, reason_sign: Table) -> Table:
    remains = reason_entry.filter(reason_entry.what_remains).select("reason")
    open_reasons = reason.filter(reason.state.isin(["possible", "not assessed"])).anti_join(remains, "reason")
    rows = open_reasons.select("person_id", "reason").inner_join(reason_sign.select("reason", "fact"), "reason")
    return rows.select("person_id", "fact", bears_on=ibis.literal("reason"), on=rows.reason)


def _of_stages(stage_part: Table, stage_narrowing: Table) -> Table:
    wide = stage_part.filter((stage_part.low < stage_part.high).fill_null(True))
    rows = wide.select("person_id", "method", "part").inner_join(stage_narrowing, ["method", "part"])
    return rows.select("person_id", "fact", bears_on=ibis.literal("stage"), on=rows.method)


def _of_trials(verdict: Table, definition_result: Table, attempt: Table) -> Table:
    """What a definition that can't be told would have to know of a trial."""
    open_definitions = definition_result.filter(definition_result.result == UNKNOWN)
    rows = verdict.filter(verdict.counts == UNKNOWN).inner_join(
        open_definitions.select("person_id", "definition_id"), ["person_id", "definition_id"]
    )
    rows = rows.semi_join(attempt, ["person_id", "trial_id"])
    criteria = (("dose", rows.dose), ("taken", rows.adherence), ("helped", rows.failure))
    return ibis.union(
        *(
            rows.filter(found == UNKNOWN).select(
                "person_id",
                question=ibis.literal(question),
                about="trial_id",
                bears_on=ibis.literal("definition"),
                on="definition_id",
            )
            for question, found in criteria
        )
    )


def question(bearing: Table, fact_entry: Table) -> Table:
    """One row per question that is worth asking, the one whose answer bears on most first.

    Returns:
        `options`, `reasons`, `stages`, `definitions` that wait for it, `bears_on` (their sum), `priority` (0 before
        all others) and `place`, from 0.
    """
    counted = bearing.group_by(["person_id", "question", "about"]).aggregate(
        **{
            f"{kind}s": one_if(bearing.bears_on == kind).sum().cast("int64")
            for kind in ("option", "reason", "stage", "definition")
        }
    )
    rows = counted.left_join(
        fact_entry.select("fact", "priority", "ask", "order"), counted.question == fact_entry.fact
    ).drop("fact")
    rows = rows.mutate(
        priority=rows.priority.fill_null(5), ask=rows.ask.fill_null("person"),
        bears_on=rows.options + rows.reasons + rows.stages + rows.definitions,
    )  # fmt: skip
    order = ibis.window(
        group_by="person_id",
        order_by=[
            rows.priority,
            rows.bears_on.desc(),
            rows.order.fill_null(0),
            rows.question,
            rows.about.fill_null(""),
        ],
    )
    return rows.mutate(place=ibis.row_number().over(order).cast("int64")).drop("order")
