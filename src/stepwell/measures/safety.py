"""What has to be said first: any positive answer about death or self-harm, whatever the total."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import first_rows


def safety_notice(
    score_total: Table, item: Table, instrument_tier: Table, fact_evidence: Table, fact_entry: Table,
    answer: Table, fact_answer: Table,
) -> Table:  # fmt: skip
    """One row per score with a positive suicide item, and per other row that says the same.

    Those others are answers and diagnoses that speak of a fact which is asked before all others (`priority`
    0): that show it, or may, because nobody wrote down their day or the answer was `unsure`. A zero is no reassurance
    and gives no row that says so; an unanswered item is shown with its score.

    Returns:
        The score, `suicide_value`, `tier` (the gravest that the scale itself names for its answers, null where
        it names none), and `newest`: whether no score that surely came later answers that item differently. For the
        others `fact` and `kind` (answer, condition, ...) say what shows it, there is no instrument, and `newest` is
        false of a yes that was answered otherwise since, or too long ago. `says`: present, possible, unsure.
    """
    scores = _of_scores(score_total, _tiers(item, instrument_tier))
    return ibis.union(scores, _of_facts(fact_evidence, fact_entry), _of_answers(answer, fact_answer, fact_entry))


def _tiers(item: Table, instrument_tier: Table) -> Table:
    """The gravest tier among the answers of each score."""
    rows = item.filter(item["value"] > 0).inner_join(instrument_tier, ["instrument", "item"])
    gravest = first_rows(rows, ["person_id", "score_id"], [rows["rank"].desc(), rows["item"]])
    return gravest.select("person_id", "score_id", "tier")


def _of_scores(score_total: Table, tiers: Table) -> Table:
    # A zero takes back only what surely came before it, so one without a day takes back nothing.
    zero = score_total.suicide_state == "zero"
    rows = score_total.mutate(placed=ibis.cases((zero, score_total.date_earliest), else_=score_total.date_latest))
    answered = rows.filter(
        (rows.suicide_state == "positive") | ((rows.suicide_state == "zero") & rows.placed.notnull())
    )
    window = ibis.window(
        group_by="person_id",
        order_by=[answered.placed.desc(nulls_first=True), answered.suicide_state, answered.score_id],
    )
    rows = answered.mutate(place=ibis.row_number().over(window))
    positive = rows.filter(rows.suicide_state == "positive").left_join(tiers, ["person_id", "score_id"])
    return positive.select(
        "person_id", "score_id", "instrument", "date_earliest", "date_latest", "value", "suicide_value", "evidence_id",
        newest=positive.place == 0, fact=ibis.null("string"), kind=ibis.literal("item"), tier="tier",
        says=ibis.literal("present"),
    )  # fmt: skip


def _of_facts(fact_evidence: Table, fact_entry: Table) -> Table:
    """What else shows such a fact, or may; the items of scales and the answers stand there already."""
    spoken = ~fact_evidence.kind.isin(["item", "score", "answer", "implied", "gate"])
    rows = fact_evidence.filter(fact_evidence["says"].isin(["present", "possible"]) & spoken)
    rows = rows.inner_join(_first(fact_entry), "fact")
    return _unscored(rows.mutate(newest=ibis.literal(True)))


def _of_answers(answer: Table, fact_answer: Table, fact_entry: Table) -> Table:
    """Every yes, and an unsure that is the newest answer and still holds."""
    said = answer.filter(answer.about.isnull() & answer["value"].lower().isin(["yes", "unsure"]))
    said = said.select("person_id", "date_earliest", "date_latest", "evidence_id", fact="question", said=said["value"])
    counted = fact_answer.select("person_id", "fact", "evidence_id", "holds", word="says")
    rows = said.inner_join(_first(fact_entry), "fact").left_join(counted, ["person_id", "fact", "evidence_id"])
    rows = rows.drop("person_id_right", "fact_right", "evidence_id_right")
    undated = (rows.word == "possible") & rows.date_earliest.isnull()
    now = rows.holds.fill_null(False) | undated.fill_null(False)
    unsure = rows.said.lower() == "unsure"
    rows = rows.mutate(
        newest=now, kind=ibis.literal("answer"),
        says=ibis.cases((unsure, "unsure"), (undated, "possible"), else_="present"),
    )  # fmt: skip
    return _unscored(rows.filter(~unsure | now))


def _first(fact_entry: Table) -> Table:
    return fact_entry.filter(fact_entry.priority == 0).select("fact")


def _unscored(rows: Table) -> Table:
    """Rows with the columns of a score, empty where they have none."""
    named = rows.evidence_id.fill_null(rows.fact)
    return rows.select(
        "person_id", score_id=named, instrument=ibis.null("string"), date_earliest="date_earliest",
        date_latest="date_latest", value=ibis.null("float64"), suicide_value=ibis.null("float64"), evidence_id=named,
        newest="newest", fact="fact", kind="kind", tier=ibis.null("string"), says="says",
    )  # fmt: skip
