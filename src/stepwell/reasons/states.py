"""Each reason: shown, possible, ruled out or not assessed."""

import ibis
from ibis.expr.types import Table

from stepwell.alike import LIKE, alike, everybody, standing
from stepwell.logic import one_if

SHOWN, POSSIBLE, RULED_OUT, NOT_ASSESSED = "shown", "possible", "ruled out", "not assessed"


def reason_like(fact: Table, reason_mark: Table, person: Table) -> Table:
    """One row per person: `like`, one for all of whom the same is known of what speaks for and against reasons."""
    return alike(fact, reason_mark, person)


def like_reason(fact: Table, reason_entry: Table, reason_sign: Table, reason_like: Table) -> Table:
    """One row per `like` (people alike in what speaks for and against reasons) and reason.

    Shown if a fact that shows it is present; possible if one that suggests it is, or if one that would show
    it is suggested or in conflict; ruled out once every fact it needs is absent; else not assessed. What
    remains (true resistance) is only shown when every other reason is ruled out.

    Returns:
        `state`, `shown_facts`, `possible_facts`, `absent_facts` (how many), and `open_reasons`: for what
        remains, how many others are neither ruled out nor shown.
    """
    signs = reason_sign.inner_join(standing(fact, reason_like), "fact")
    here, gone = signs.state == "present", signs.state == "absent"
    perhaps = signs.suggested | (signs.state == "conflict")
    shows = signs.weight == "shows"
    counted = signs.group_by([LIKE, "reason"]).aggregate(
        shown_facts=one_if(shows & here).sum().cast("int64"),
        possible_facts=one_if((~shows & here) | perhaps).sum().cast("int64"),
        absent_facts=one_if(signs.needed & gone).sum().cast("int64"),
    )
    rows = reason_like.select(LIKE).distinct().cross_join(reason_entry)
    rows = rows.left_join(counted, [LIKE, "reason"]).drop(f"{LIKE}_right", "reason_right")
    counts = ("shown_facts", "possible_facts", "absent_facts")
    rows = rows.mutate(**{name: rows[name].fill_null(0) for name in counts})
    own = ibis.cases(
        (rows.shown_facts > 0, SHOWN),
        (rows.possible_facts > 0, POSSIBLE),
        ((rows.needed > 0) & (rows.absent_facts == rows.needed), RULED_OUT),
        else_=NOT_ASSESSED,
    )
    return _what_remains(rows.mutate(own=own))


def reason(like_reason: Table, reason_like: Table) -> Table:
    """One row per person and reason, columns as `like_reason`."""
    return everybody(like_reason, reason_like)


def _what_remains(rows: Table) -> Table:
    """True resistance is shown once nothing else is left to explain it."""
    opened = one_if(~rows.what_remains & rows.own.isin([POSSIBLE, NOT_ASSESSED]))
    other = one_if(~rows.what_remains & (rows.own == SHOWN))
    counted = rows.group_by(LIKE).aggregate(
        open_reasons=opened.sum().cast("int64"), other_reasons=other.sum().cast("int64")
    )
    rows = rows.inner_join(counted, LIKE)
    left = (rows.open_reasons + rows.other_reasons) > 0
    state = ibis.cases((rows.what_remains & (rows.own == SHOWN) & left, POSSIBLE), else_=rows.own)
    return rows.select(
        LIKE, "reason", "order", "shown_facts", "possible_facts", "absent_facts",
        state=state,
        open_reasons=ibis.cases((rows.what_remains, rows.open_reasons), else_=ibis.null("int64")),
    )  # fmt: skip
