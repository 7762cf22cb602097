"""What is still open for a person, and which question each part of it waits for."""

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.logic import UNKNOWN, first_rows, one_if
from stepwell.questions.trials import of_definitions, through_trials

COLUMNS = ("person_id", "question", "about", "bears_on", "on")
KINDS = ("option", "reason", "stage", "definition")
"""What an answer may settle; `order` only moves an option among those that fit, and `safety` is asked regardless."""
WAITING = ("person_id", "fact", "bears_on", "on")
WHOLE = 720_720
"""A multiple of every number up to 16: what is shared among so few comes out even."""
FIRST_OPTIONS = 5
"""How many options a reader sees first."""
PRIORITY = 5
"""Of a question about a trial: that of a fact which says nothing else."""


def waiting(
    fact: Table, fact_entry: Table, person: Table, reason: Table, reason_entry: Table, reason_sign: Table,
    option_fit: Table, option_bar: Table, option_indication: Table, option_preference: Table, stage: Table,
    stage_method: Table, stage_part: Table, stage_narrowing: Table,
) -> Table:  # fmt: skip
    """One row per fact and thing that may still change with it, whether or not the fact is known.

    What can't change any more isn't here: an option that is barred or not meant for the person, a reason that is
    shown or ruled out, a stage that is suppressed.

    Returns:
        `fact`, `bears_on` (option, reason, stage, order, safety), `on` (which).
    """
    return ibis.union(
        _of_options(fact, option_fit, option_bar, option_indication),
        _of_preferences(option_fit, option_preference),
        _of_reasons(fact, reason, reason_entry, reason_sign),
        _of_stages(stage, stage_method, stage_part, stage_narrowing),
        _of_safety(person, fact_entry),
        distinct=True,
    )


def waiting_fact(waiting: Table, fact: Table, fact_entry: Table, fact_part: Table) -> Table:
    """The rows of `waiting` for facts that aren't settled; of one made of others, for those of them that aren't."""
    settled = fact.filter(fact.state != UNKNOWN).select("person_id", "fact")
    waiting = waiting.anti_join(settled, ["person_id", "fact"])
    made = fact_entry.filter(fact_entry.parts > 0).select("fact")
    parts = waiting.inner_join(fact_part, "fact").drop("fact").rename(fact="part").select(*WAITING)
    parts = parts.anti_join(settled, ["person_id", "fact"])
    return waiting.anti_join(made, "fact").select(*WAITING).union(parts, distinct=True)


def bearing(
    waiting_fact: Table, fact: Table, fact_entry: Table, fact_sign: Table, fact_answer: Table, open_trial: Table,
    definition_result: Table,
) -> Table:  # fmt: skip
    """One row per question and thing that its answer may change.

    A question is a fact that isn't settled, or, where that stands behind a wider one, the wider one first; or
    `dose`, `taken`, `helped` of one trial (`about`), which come in place of a fact that trials show. A fact in
    conflict, or answered `unsure`, isn't asked again while the answer holds; one whose no settled nothing is.

    Returns:
        `question`, `about`, `bears_on` (option, reason, stage, definition, order, safety), `on` (which).
    """
    by_trials = through_trials(waiting_fact, fact_sign, open_trial)
    by_fact = waiting_fact.anti_join(by_trials, ["person_id", "fact"])
    held = fact_answer.filter(fact_answer.holds)
    asked = held.filter(~held.weak).select("person_id", "fact")
    settled = fact.filter(fact.state != UNKNOWN).select("person_id", "fact")
    opened = settled.union(held.select("person_id", "fact"))
    by_fact = _behind_gates(by_fact.anti_join(asked, ["person_id", "fact"]), fact_entry, opened)
    return ibis.union(
        by_fact.select(*COLUMNS), by_trials.select(*COLUMNS), of_definitions(open_trial, definition_result),
        distinct=True,
    )  # fmt: skip


def _behind_gates(rows: Table, fact_entry: Table, asked: Table) -> Table:
    """Each row with the question that comes first: the wider fact, unless it is settled or was asked."""
    rows = rows.inner_join(fact_entry.select("fact", "gate"), "fact")
    gates = asked.select("person_id", gate="fact", opened=ibis.literal(True)).distinct()
    rows = rows.left_join(gates, ["person_id", "gate"]).drop("person_id_right", "gate_right")
    shut = rows.gate.notnull() & rows.opened.isnull()
    return rows.mutate(question=ibis.cases((shut, rows.gate), else_=rows.fact), about=ibis.null("string"))


def _on(rows: Table, kind: str, on: Value) -> Table:
    return rows.select("person_id", "fact", bears_on=ibis.literal(kind), on=on)


def _of_options(fact: Table, option_fit: Table, option_bar: Table, option_indication: Table) -> Table:
    """Facts that an option still waits for: its contraindications, and what it is meant for.

    Once one way in which it is meant for somebody is met, the others don't matter; nor does one that is refused.
    """
    barring = option_bar.filter(option_bar.strength != "caution").select("option", "fact").distinct()
    waits = option_fit.filter(option_fit.fit == "check first").select("person_id", "option", "indicated")
    bars = waits.inner_join(barring, "option").select("person_id", "option", "fact")
    known = fact.filter(fact.state.isin(["present", "absent"])).select("person_id", "fact", "state")
    wrong = option_indication.inner_join(known, "fact")
    refused = wrong.filter(wrong.state != wrong.wanted).select("person_id", "option", "indication").distinct()
    ways = waits.filter(waits.indicated == UNKNOWN).inner_join(option_indication, "option")
    ways = ways.anti_join(refused, ["person_id", "option", "indication"])
    rows = bars.union(ways.select("person_id", "option", "fact"), distinct=True)
    return _on(rows, "option", rows.option)


def _of_preferences(option_fit: Table, option_preference: Table) -> Table:
    """Preferences that would move an option which isn't barred among those that fit."""
    fits = option_fit.filter(option_fit.fit.isin(["suitable", "caution", "check first"]))
    rows = fits.select("person_id", "option").inner_join(option_preference.select("option", "fact"), "option")
    return _on(rows, "order", rows.option)


def _of_reasons(fact: Table, reason: Table, reason_entry: Table, reason_sign: Table) -> Table:
    """Facts that an open reason waits for; once nothing can rule it out, only those that would show it."""
    remains = reason_entry.filter(reason_entry.what_remains).select("reason")
    opened = reason.filter(reason.state.isin(["possible", "not assessed"])).anti_join(remains, "reason")
    signs = opened.select("person_id", "reason").inner_join(
        reason_sign.select("reason", "fact", "weight", "needed"), "reason"
    )
    states = fact.select("person_id", "fact", "state")
    held = signs.inner_join(states, ["person_id", "fact"])
    held = held.filter((held.state == "conflict") | ((held.state == "present") & (held.weight == "suggests")))
    held = held.select("person_id", "reason", held=ibis.literal(True)).distinct()
    rows = signs.left_join(held, ["person_id", "reason"]).drop("person_id_right", "reason_right")
    rows = rows.filter((rows.weight == "shows") | rows.held.isnull())
    return _on(rows, "reason", rows.reason)


def _of_stages(stage: Table, stage_method: Table, stage_part: Table, stage_narrowing: Table) -> Table:
    """Facts that would narrow a part which can still matter.

    Behind a step of a ladder that is surely not met nothing does.
    """
    kinds = stage_method.select("method", "kind")
    scored = stage.filter(stage.state.isin(["scored", "flags"])).select("person_id", "method", highest="high")
    wide = stage_part.filter((stage_part.low < stage_part.high).fill_null(True) & ~stage_part.below)
    wide = wide.select("person_id", "method", "part", "order").inner_join(scored, ["person_id", "method"])
    wide = wide.inner_join(kinds, "method")
    behind = (wide.kind == "ladder") & (wide.order >= wide.highest).fill_null(False)
    wide = wide.filter(~behind).select("person_id", "method", "part")
    rows = wide.inner_join(stage_narrowing, ["method", "part"])
    return _on(rows, "stage", rows.method)


def _of_safety(person: Table, fact_entry: Table) -> Table:
    """What is asked before all else, whatever waits for it."""
    first = fact_entry.filter(fact_entry.priority == 0).select("fact")
    rows = person.select("person_id").cross_join(first)
    return _on(rows, "safety", rows.fact)


def question(
    bearing: Table, fact_entry: Table, fact_answer: Table, option_fit: Table, option_indication: Table, reason: Table,
    stage: Table, definition_result: Table,
) -> Table:  # fmt: skip
    """One row per question that is worth asking, in the order in which they are best asked.

    Questions of priority 0 keep the order of their file, thoughts before plans. Then comes whether the first page
    waits for it, then the one that is likely to settle more: something that waits for one question alone
    counts whole, something that waits for ten a tenth.

    Returns:
        `first_page`: how many things wait for it that a reader sees first (the first options but those that wait for
        what a person denied, a reason that is possible, the first definition and stage, safety);
        `options`, `reasons`, `stages`, `definitions` that wait for it, `bears_on` (their sum), `orders` (options that
        it would only move), `priority` (0 before all others), `ask` (person, or clinician: also where a person said no
        and may not know) and `place`, from 0.
    """
    denied = _denied(fact_answer, fact_entry)
    rows = _weighed(bearing)
    rows = _with_front(rows, _may_lead(option_fit, option_indication, denied), reason, stage, definition_result)
    counts = {f"{kind}s": one_if(rows.bears_on == kind).sum().cast("int64") for kind in (*KINDS, "order")}
    counted = rows.group_by(["person_id", "question", "about"]).aggregate(
        **counts, weight=rows.weight.sum(), first_page=rows.front.sum().cast("int64")
    )  # fmt: skip
    entries = fact_entry.select("fact", "priority", "ask", entry="order")
    rows = counted.left_join(entries, counted.question == entries.fact).drop("fact")
    rows = rows.left_join(denied, ["person_id", "question"])
    rows = rows.drop("person_id_right", "question_right").mutate(
        priority=rows.priority.fill_null(PRIORITY),
        ask=ibis.cases((rows.denied.notnull(), "clinician"), else_=rows.ask.fill_null("person")),
        bears_on=rows.options + rows.reasons + rows.stages + rows.definitions,
    )  # fmt: skip
    order = ibis.window(
        group_by="person_id",
        order_by=[
            rows.priority, ibis.cases((rows.priority == 0, rows.entry), else_=0), (rows.first_page > 0).desc(),
            rows.weight.desc(), rows.orders.desc(),
            rows.entry.fill_null(0), rows.question, rows.about.fill_null(""),
        ],
    )  # fmt: skip
    return rows.mutate(place=ibis.row_number().over(order).cast("int64")).drop("entry", "weight", "denied")


def _denied(fact_answer: Table, fact_entry: Table) -> Table:
    """Questions to which a person said no without settling them, themselves or the wider one before them."""
    noes = fact_answer.filter(fact_answer.holds & (fact_answer.said == "no")).select("person_id", "fact", "by", "weak")
    others = noes.filter(noes.by.fill_null("") != "clinician")
    behind = fact_entry.filter(fact_entry.no_by == "clinician").select("gate", question="fact")
    through = others.inner_join(behind, others.fact == behind.gate).select("person_id", "question")
    own = others.filter(others.weak).select("person_id", question="fact")
    return own.union(through, distinct=True).mutate(denied=ibis.literal(True))


def _may_lead(option_fit: Table, option_indication: Table, denied: Table) -> Table:
    """The first options, without those that are meant only for people with something that this person denied.

    A clinician has to settle that first; until then nothing that the person could tell settles such an option.
    """
    needs = option_indication.filter(option_indication.wanted == "present").select("option", question="fact")
    waiting = denied.inner_join(needs, "question").select("person_id", "option").distinct()
    return option_fit.filter(option_fit.place < FIRST_OPTIONS).anti_join(waiting, ["person_id", "option"])


def _with_front(rows: Table, options: Table, reason: Table, stage: Table, definition_result: Table) -> Table:
    """Each row with `front`: 1 if what it bears on is among what a reader sees first."""
    first = ibis.union(
        _named(options, "option", "option"),
        _named(reason.filter(reason.state == "possible"), "reason", "reason"),
        _named(first_rows(stage, ["person_id"], [stage.order]), "stage", "method"),
        _named(first_rows(definition_result, ["person_id"], [definition_result.order]), "definition", "definition_id"),
    )
    rows = rows.left_join(first, ["person_id", "bears_on", "on"])
    rows = rows.drop("person_id_right", "bears_on_right", "on_right")
    return rows.mutate(front=one_if(rows.at_front.notnull() | (rows.bears_on == "safety")))


def _named(rows: Table, kind: str, column: str) -> Table:
    return rows.select("person_id", bears_on=ibis.literal(kind), on=rows[column], at_front=ibis.literal(True))


def _weighed(bearing: Table) -> Table:
    """Each row with its share in what it bears on, whole numbers so that every engine adds them up alike."""
    together = ibis.window(group_by=["person_id", "bears_on", "on"])
    share = (ibis.literal(WHOLE, "int64") // bearing.question.count().over(together)).cast("int64")
    return bearing.mutate(weight=ibis.cases((bearing.bears_on.isin(list(KINDS)), share), else_=0).cast("int64"))
