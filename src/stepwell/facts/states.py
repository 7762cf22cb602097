"""The state of each fact from all that speaks of it."""

import ibis
from ibis.expr.types import Table

from stepwell.facts.answers import CLINICIAN, SCREENED
from stepwell.facts.signs import (
    ABSENT,
    COLUMNS,
    POSSIBLE,
    PRESENT,
    UNPROVEN,
    of_allergies,
    of_answers,
    of_conditions,
    of_definitions,
    of_episodes,
    of_events,
    of_interactions,
    of_items,
    of_labs,
    of_medicines,
    of_persons,
    of_regimens,
    of_scores,
    of_trials,
)
from stepwell.logic import one_if

CONFLICT, UNKNOWN = "conflict", "unknown"
COUNTED = (PRESENT, ABSENT, POSSIBLE, UNPROVEN)
"""What may be said of a fact that still counts."""
SILENT = "silent"
"""What is said of a fact by a record in which nothing speaks of it."""


def fact_event(
    fact_sign: Table, condition: Table, procedure: Table, device: Table, encounter: Table, allergy: Table,
    exposure: Table, lab: Table, score_total: Table, item: Table, drug_group: Table, parameter: Table,
) -> Table:  # fmt: skip
    """One row per sign and row of the record that speaks of its fact.

    Returns:
        `fact`, the `sign` (its number in the fact), its `kind` and `of`, what the row `says` (present, absent,
        possible), its date, value and words, and the row.
    """
    visits = encounter.rename(code_set="kind")
    return ibis.union(
        of_conditions(fact_sign, condition, parameter),
        of_events(fact_sign, procedure, "procedure", parameter),
        of_events(fact_sign, device, "device", parameter),
        of_events(fact_sign, visits, "encounter", parameter),
        of_allergies(fact_sign, allergy, drug_group),
        of_medicines(fact_sign, exposure, drug_group, parameter),
        of_labs(fact_sign, lab, parameter),
        of_scores(fact_sign, score_total, parameter),
        of_items(fact_sign, item, parameter),
    )


def fact_finding(
    fact_sign: Table, attempt: Table, verdict: Table, definition_result: Table, interaction: Table, regimen: Table,
    person: Table,
    illness_episode: Table, fact_answer: Table, parameter: Table,
) -> Table:  # fmt: skip
    """One row per finding of an earlier step, or answer, that speaks of a fact; columns as `fact_event`."""
    return ibis.union(
        of_trials(fact_sign, attempt, verdict),
        of_definitions(fact_sign, definition_result),
        of_interactions(fact_sign, interaction),
        of_regimens(fact_sign, regimen),
        of_persons(fact_sign, person, parameter),
        of_episodes(fact_sign, illness_episode, parameter),
        of_answers(fact_answer),
    )


def fact_evidence(fact_event: Table, fact_finding: Table, fact_entry: Table, fact_implied: Table) -> Table:
    """One row per thing that speaks of a fact, one gated by another fact's absence included.

    Returns:
        As `fact_event`; `kind` is `gate` where the fact is absent because a wider one is (`unproven` where that rests
        on the no of somebody who may not know), `implied` where an answer to another fact answers this one. `says`
        may also be `old` or `unproven`, which settle nothing.
    """
    direct = fact_event.union(fact_finding)
    return ibis.union(direct, _behind(direct, fact_entry), _implied(fact_finding, fact_implied))


def _implied(finding: Table, fact_implied: Table) -> Table:
    """What an answer says of other facts: four failures are three, and who had not one had not two."""
    answers = finding.filter(finding.kind == "answer")
    rows = answers.inner_join(fact_implied, ["fact", "says"])
    return rows.mutate(of=rows.fact, fact=rows.other, kind=ibis.literal("implied")).select(*COLUMNS)


def _behind(direct: Table, fact_entry: Table) -> Table:
    """Facts that stand behind a wider one which is absent."""
    wider = fact_entry.filter(fact_entry.gate.notnull()).select(fact="gate").distinct()
    direct = direct.semi_join(wider, "fact")
    open_gates = direct.group_by(["person_id", "fact"]).aggregate(
        shut=one_if(direct["says"] == ABSENT).sum(),
        held=one_if(direct["says"].isin([PRESENT, POSSIBLE, UNPROVEN])).sum(),
    )
    shut = open_gates.filter((open_gates.shut > 0) & (open_gates.held == 0)).select("person_id", gate="fact")
    behind = fact_entry.filter(fact_entry.gate.notnull()).select("gate", "no_by", member="fact")
    rows = direct.filter(direct["says"] == ABSENT).rename(gate="fact")
    rows = rows.inner_join(shut, ["person_id", "gate"]).inner_join(behind, "gate")
    told = rows.text.fill_null("").isin([CLINICIAN, SCREENED])
    weak = (rows.no_by == CLINICIAN) & (rows.kind == "answer") & ~told
    says = ibis.cases((weak, UNPROVEN), else_=rows["says"])
    return rows.mutate(fact=rows.member, kind=ibis.literal("gate"), of=rows.gate, says=says).select(*COLUMNS)


def fact(fact_evidence: Table, fact_entry: Table, fact_part: Table, person: Table) -> Table:
    """One row per person and fact of which something is known or suggested; a fact without a row is unknown.

    Returns:
        `state`: present, absent, conflict (some of it says yes, some no, be it one that alone settles nothing),
        unknown; `suggested`: something
        makes it possible and nothing shows it; `basis`: `evidence`, `parts` (from the facts it is made
        of), `silence`; `present_rows`, `absent_rows`: how many things say so.
    """
    told = _told(fact_evidence, fact_entry, person)
    whole = fact_part.select("fact").distinct()
    made = told.semi_join(whole, "fact").union(_made(told, fact_entry, fact_part))
    made = made.group_by(["person_id", "fact"]).aggregate(
        **{f"{word}_rows": made[f"{word}_rows"].sum().cast("int64") for word in COUNTED}, basis=made.basis.min()
    )
    rows = told.anti_join(whole, "fact").union(made)
    state = ibis.cases(
        ((rows.present_rows > 0) & ((rows.absent_rows + rows.unproven_rows) > 0), CONFLICT),
        (rows.present_rows > 0, PRESENT),
        (rows.absent_rows > 0, ABSENT),
        else_=UNKNOWN,
    )
    return rows.mutate(state=state, suggested=(rows.possible_rows > 0) & (rows.present_rows == 0)).select(
        "person_id", "fact", "state", "suggested", "basis", "present_rows", "absent_rows"
    )


def _told(evidence: Table, fact_entry: Table, person: Table) -> Table:
    """How many things say what of a fact; that one is absent of which silence says enough, if nothing speaks of it."""
    spoken = evidence.filter(evidence["says"].isin(COUNTED)).select("person_id", "fact", "says")
    quiet = fact_entry.filter(fact_entry.silence == ABSENT).select("fact", says=ibis.literal(SILENT))
    rows = spoken.union(person.select("person_id").cross_join(quiet))
    counts = {f"{word}_rows": one_if(rows["says"] == word).sum().cast("int64") for word in COUNTED}
    rows = rows.group_by(["person_id", "fact"]).aggregate(**counts)
    nothing = (rows.present_rows + rows.absent_rows + rows.possible_rows + rows.unproven_rows) == 0
    return rows.mutate(
        absent_rows=ibis.cases((nothing, 1), else_=rows.absent_rows).cast("int64"),
        basis=ibis.cases((nothing, "silence"), else_="evidence"),
    ).select("person_id", "fact", *(f"{word}_rows" for word in COUNTED), "basis")


def _made(direct: Table, fact_entry: Table, fact_part: Table) -> Table:
    """Facts made of others: present if one of them is, absent if all are."""
    rows = fact_part.inner_join(direct, fact_part.part == direct.fact).drop("fact_right")
    rows = rows.mutate(
        denied=rows.absent_rows + rows.unproven_rows,
        gone=one_if((rows.absent_rows > 0) & (rows.present_rows == 0)),
    )
    rows = rows.mutate(
        here=one_if((rows.present_rows > 0) & (rows.denied == 0)),
        maybe=one_if((rows.possible_rows > 0) | ((rows.present_rows > 0) & (rows.denied > 0))),
    )
    rows = rows.group_by(["person_id", "fact"]).aggregate(
        here=rows.here.sum(), gone=rows.gone.sum(), maybe=rows.maybe.sum()
    )
    rows = rows.inner_join(fact_entry.select("fact", "parts"), "fact")
    rows = rows.mutate(
        present_rows=one_if(rows.here > 0),
        absent_rows=one_if(rows.gone == rows.parts),
        possible_rows=one_if((rows.here == 0) & (rows.maybe > 0)),
        unproven_rows=ibis.literal(0, "int64"),
        basis=ibis.literal("parts"),
    )
    known = (rows.present_rows + rows.absent_rows + rows.possible_rows) > 0
    return rows.filter(known).select("person_id", "fact", *(f"{word}_rows" for word in COUNTED), "basis")
