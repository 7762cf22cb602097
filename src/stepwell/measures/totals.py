"""Totals of rating scales from what was written and from the items.

Each scale's own rule for missing items decides whether items give a total. A missing suicide item is
never hidden behind one. Source: the instrument files, `scoring`.
"""

import ibis
from ibis.expr.types import Table

KEYS = ("person_id", "score_id", "instrument")


def score_total(score: Table, item: Table, instrument: Table, instrument_item: Table) -> Table:
    """One row per score: its total and how it came about, and its suicide item.

    Args:
        score: Scores as read; `value` is the written total or null.
        item: Answers as read; a null `value` is a skipped item.
        instrument: Knowledge table, one row per instrument.
        instrument_item: Knowledge table, one row per item.

    Returns:
        `value` (null: unknown) and `basis`: `total` (as written), `items`, `prorated`, `incomplete`
        (too many items missing), `not scored` (the scale has no total), `conflict` (written total and
        complete items differ), `out of range`. `suicide_value` is the highest suicide item (null:
        unknown), `suicide_state` is `positive`, `zero`, `missing` (asked, not answered), `not recorded`
        (the scale has such an item, the record only a total) or `not asked` (the scale has none).
    """
    written = _written(score, item)
    summed = _summed(item, instrument_item)
    rows = written.left_join(summed, list(KEYS)).drop(*(f"{key}_right" for key in KEYS))
    rows = rows.left_join(instrument, "instrument").drop("instrument_right")
    rows = rows.left_join(_shape(instrument_item), "instrument").drop("instrument_right")
    rows = rows.mutate(from_items=_from_items(rows), in_range=rows.written.between(rows.minimum, rows.maximum))
    rows = rows.mutate(basis=_basis(rows))
    rows = rows.mutate(
        value=ibis.cases(
            (rows.basis == "total", rows.written),
            (rows.basis.isin(["items", "prorated"]), rows.from_items),
            else_=ibis.null("float64"),
        ),
        items_answered=rows.answered.fill_null(0),
        suicide_state=_suicide_state(rows),
    )
    return rows.select(
        *KEYS, "date_earliest", "date_latest", "value", "basis", "items_answered",
        items_missing=(rows.n_items - rows.items_answered).cast("int64"), suicide_value="suicide_value",
        suicide_state="suicide_state", evidence_id="evidence_id",
    )  # fmt: skip


def _shape(instrument_item: Table) -> Table:
    """One row per instrument: how many domains and items make its total, how many suicide items it has."""
    items = instrument_item
    return items.group_by("instrument").aggregate(
        n_domains=items.domain.nunique(where=items.scored).cast("float64"),
        n_items=items.scored.sum(),
        n_suicide_items=items.suicide.sum(),
    )


def _written(score: Table, item: Table) -> Table:
    """Every score that was read, and one for each group of items without a score of its own."""
    rows = score.select(*KEYS, "date_earliest", "date_latest", written=score["value"], evidence_id=score.evidence_id)
    orphans = item.anti_join(score, list(KEYS))
    return rows.union(
        orphans.group_by(list(KEYS)).aggregate(
            date_earliest=orphans.date_earliest.min(),
            date_latest=orphans.date_latest.max(),
            written=ibis.null("float64"),
            evidence_id=orphans.evidence_id.min(),
        )
    )


def _summed(item: Table, instrument_item: Table) -> Table:
    """One row per score with items: sum over domains, how many answered, and the suicide item.

    An answer outside its item's range gives no total, but above zero it is still a positive suicide item.
    """
    answers = item.inner_join(instrument_item, ["instrument", "item"])
    rows = answers.filter(answers["value"].isnull() | answers["value"].between(answers.minimum, answers.maximum))
    scored = rows.filter(rows.scored)
    domains = scored.group_by([*KEYS, "domain"]).aggregate(
        domain_value=scored["value"].max(), answered=scored["value"].count()
    )
    sums = domains.group_by(list(KEYS)).aggregate(
        items_sum=domains.domain_value.sum(),
        answered=domains.answered.sum(),
        domains_answered=domains.domain_value.count(),
    )
    suicide = answers.filter(answers.suicide & (answers["value"].isnull() | (answers["value"] >= 0)))
    asked = suicide.group_by(list(KEYS)).aggregate(suicide_value=suicide["value"].max(), suicide_asked=ibis.literal(1))
    joined = sums.outer_join(asked, list(KEYS))
    return joined.select(
        **{key: ibis.coalesce(joined[key], joined[f"{key}_right"]) for key in KEYS},
        items_sum="items_sum", answered="answered", domains_answered="domains_answered",
        suicide_value="suicide_value", suicide_asked="suicide_asked",
    )  # fmt: skip


def _from_items(rows: Table) -> ibis.Value:
    """The total that the items give by the scale's own rule, or null."""
    missing = rows.n_domains - rows.domains_answered
    prorated = (rows.items_sum * rows.n_domains / rows.domains_answered + 0.5).floor()
    return ibis.cases(
        (rows.method == "none", ibis.null("float64")),
        (missing == 0, rows.items_sum),
        ((rows.missing == "prorate") & (missing <= rows.most_missing), prorated.cast("float64")),
        else_=ibis.null("float64"),
    )


def _basis(rows: Table) -> ibis.Value:
    complete = rows.domains_answered == rows.n_domains
    return ibis.cases(
        (rows.written.notnull() & ~rows.in_range, "out of range"),
        (rows.written.notnull() & complete & (rows.from_items != rows.written), "conflict"),
        (rows.written.notnull(), "total"),
        (rows.method == "none", "not scored"),
        (rows.from_items.notnull() & complete, "items"),
        (rows.from_items.notnull(), "prorated"),
        else_="incomplete",
    )


def _suicide_state(rows: Table) -> ibis.Value:
    return ibis.cases(
        (rows.suicide_value > 0, "positive"),
        (rows.suicide_value == 0, "zero"),
        (rows.suicide_asked.notnull() | ((rows.answered > 0) & (rows.n_suicide_items > 0)), "missing"),
        (rows.n_suicide_items > 0, "not recorded"),
        else_="not asked",
    )
