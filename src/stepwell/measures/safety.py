"""What has to be said first: any positive answer about death or self-harm, whatever the total."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import first_rows


def safety_notice(
    score_total: Table, item: Table, instrument_tier: Table, fact_evidence: Table, fact_entry: Table
) -> Table:
    """One row per score with a positive suicide item, and per other row that says the same.

    Those others are answers and diagnoses that show a fact which is asked before all others (`priority`
    0). A zero is no reassurance and gives no row that says so; an unanswered item is shown with its score.

    Returns:
        The score, `suicide_value`, `tier` (the gravest that the scale itself names for its answers, null where
        it names none), and `newest`: whether no later score answers that item differently. For the others
        `fact` and `kind` (answer, condition, ...) say what shows it, and there is no instrument.
    """
    return _of_scores(score_total, _tiers(item, instrument_tier)).union(_of_facts(fact_evidence, fact_entry))


def _tiers(item: Table, instrument_tier: Table) -> Table:
    """The gravest tier among the answers of each score."""
    rows = item.filter(item["value"] > 0).inner_join(instrument_tier, ["instrument", "item"])
    gravest = first_rows(rows, ["person_id", "score_id"], [rows["rank"].desc(), rows["item"]])
    return gravest.select("person_id", "score_id", "tier")


def _of_scores(score_total: Table, tiers: Table) -> Table:
    answered = score_total.filter(score_total.suicide_state.isin(["positive", "zero"]))
    window = ibis.window(
        group_by="person_id",
        order_by=[answered.date_latest.desc(nulls_first=True), answered.suicide_state, answered.score_id],
    )
    rows = answered.mutate(place=ibis.row_number().over(window))
    positive = rows.filter(rows.suicide_state == "positive").left_join(tiers, ["person_id", "score_id"])
    return positive.select(
        "person_id", "score_id", "instrument", "date_earliest", "date_latest", "value", "suicide_value", "evidence_id",
        newest=positive.place == 0, fact=ibis.null("string"), kind=ibis.literal("item"), tier="tier",
    )  # fmt: skip


def _of_facts(fact_evidence: Table, fact_entry: Table) -> Table:
    """What else shows such a fact; the items of scales stand there already."""
    first = fact_entry.filter(fact_entry.priority == 0).select("fact")
    rows = fact_evidence.filter((fact_evidence["says"] == "present") & ~fact_evidence.kind.isin(["item", "score"]))
    rows = rows.inner_join(first, "fact")
    named = rows.evidence_id.fill_null(rows.fact)
    return rows.select(
        "person_id", "date_earliest", "date_latest", "fact", "kind", score_id=named, instrument=ibis.null("string"),
        value=ibis.null("float64"), suicide_value=ibis.null("float64"), evidence_id=named, newest=ibis.literal(True),
        tier=ibis.null("string"),
    ).select(
        "person_id", "score_id", "instrument", "date_earliest", "date_latest", "value", "suicide_value", "evidence_id",
        "newest", "fact", "kind", "tier",
    )  # fmt: skip
