"""What has to be said first: any positive answer about death or self-harm, whatever the total."""

import ibis
from ibis.expr.types import Table


def safety_notice(score_total: Table) -> Table:
    """One row per score with a positive suicide item, the newest first.

    A zero is no reassurance and gives no row that says so; an unanswered item is shown with its score.

    Returns:
        The score, `suicide_value`, and `newest`: whether no later score answers that item differently.
    """
    answered = score_total.filter(score_total.suicide_state.isin(["positive", "zero"]))
    window = ibis.window(
        group_by="person_id",
        order_by=[answered.date_latest.desc(nulls_first=True), answered.suicide_state, answered.score_id],
    )
    rows = answered.mutate(place=ibis.row_number().over(window))
    positive = rows.filter(rows.suicide_state == "positive")
    return positive.select(
        "person_id", "score_id", "instrument", "date_earliest", "date_latest", "value", "suicide_value", "evidence_id",
        newest=positive.place == 0,
    )  # fmt: skip
