"""Definitions that look at drugs alone: how many in a window, and switches from one to the next."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, distinct_where, earlier_maximum, one_if, plus_days
from stepwell.staging.candidates import COLUMNS


def drugs_in_window(drug_era: Table, drug_set: Table, definition: Table) -> Table:
    """Definitions triggered by an antipsychotic, a further antidepressant or esketamine.

    Args:
        drug_era: One row per era of a drug, products set aside elsewhere included.
        drug_set: Knowledge table: which drugs a definition calls antidepressant or antipsychotic.
        definition: Knowledge table.

    Returns:
        One row per definition and drug era that begins; counts are distinct antidepressants that
        surely, and perhaps, were running in the `window_days` up to it.
    """
    rules = definition.filter(definition.count_kind == "drugs in window").select(
        "definition_id", "least", "window_days", "branches", "antidepressants", "antipsychotics"
    )
    index = drug_era.select(
        "person_id", index_ingredient="ingredient", index_earliest="start_earliest", index_latest="start_latest"
    )
    index = index.cross_join(rules)
    others = drug_era.select(
        "person_id",
        "ingredient",
        "start_earliest",
        "start_latest",
        "end_earliest",
        "end_latest",
        "last_start_latest",
        "vague",
    )
    members = drug_set.select("ingredient", antidepressants="drug_set")
    pairs = index.inner_join(others, "person_id").inner_join(members, ["ingredient", "antidepressants"])
    begin_low, begin_high = (
        plus_days(pairs.index_latest, -pairs.window_days),
        plus_days(pairs.index_earliest, -pairs.window_days),
    )
    # Where an end is unknown, supplies years apart make one era: then only its first or last supply is sure.
    by_last = (~pairs.vague | (pairs.last_start_latest <= pairs.index_earliest)) & (pairs.end_earliest > begin_low)
    sure = (pairs.start_latest <= pairs.index_earliest) & (by_last | (pairs.start_latest >= begin_low))
    perhaps = (pairs.start_earliest <= pairs.index_latest) & (pairs.end_latest > begin_high)
    sure_before = sure & (pairs.start_latest < pairs.index_earliest)
    perhaps_before = perhaps & (pairs.start_earliest < pairs.index_latest)
    keys = ["person_id", "definition_id", "index_ingredient", "index_earliest", "index_latest"]
    counted = distinct_where(
        pairs, keys, "ingredient",
        count_low=sure, count_high=perhaps, before_low=sure_before, before_high=perhaps_before,
    )  # fmt: skip
    rows = index.inner_join(counted, keys)
    return _triggered(rows, drug_set)


def _triggered(rows: Table, drug_set: Table) -> Table:
    """Whether the drug that begins meets one of the definition's branches."""
    is_antipsychotic = drug_set.select(
        antipsychotics="drug_set", index_ingredient="ingredient", antipsychotic=ibis.literal(True)
    )
    is_antidepressant = drug_set.select(
        antidepressants="drug_set", index_ingredient="ingredient", antidepressant=ibis.literal(True)
    )
    rows = rows.left_join(is_antipsychotic, ["antipsychotics", "index_ingredient"])
    rows = rows.drop("antipsychotics_right", "index_ingredient_right")
    rows = rows.left_join(is_antidepressant, ["antidepressants", "index_ingredient"])
    antipsychotic = rows.antipsychotic.notnull() & rows.branches.contains("antipsychotic")
    antidepressant = rows.antidepressant.notnull() & rows.branches.contains("distinct antidepressants")
    esketamine = (rows.index_ingredient == "esketamine") & rows.branches.contains("esketamine")

    def met(count: ibis.Value, before: ibis.Value) -> ibis.Value:
        third = antidepressant & (count >= rows.least) & (before >= rows.least - 1)
        return (antipsychotic & (count >= 1)) | third | (esketamine & (before >= rows.least - 1))

    by = ibis.cases((antipsychotic, "antipsychotic"), (esketamine, "esketamine"), else_="distinct antidepressants")
    return rows.select(
        "person_id", "definition_id",
        index_date=rows.index_latest,
        count_low=rows.count_low.cast("float64"),
        count_high=rows.count_high.cast("float64"),
        reached_low=met(rows.count_low, rows.before_low),
        reached_high=met(rows.count_high, rows.before_high),
        reached_by=by,
        one_of_many=ibis.literal(True),
    ).select(*COLUMNS)  # fmt: skip


def switches(switch_era: Table, definition: Table, person: Table, parameter: Table) -> Table:
    """Definitions that count switches from one antidepressant to the next.

    Args:
        switch_era: One row per era of an antidepressant, joined over the definition's own gap, with
            `last_start`, the start of its last supply.
        definition: Knowledge table.
        person: Everybody.
        parameter: One row: `as_of`.

    Returns:
        One row per person and definition; counts are distinct drugs switched away from, at most
        one fewer than the drugs that took part, in the prescription episode that has most.
    """
    rules = definition.filter(definition.count_kind == "switches")
    eras = _with_episode(switch_era, rules)
    pairs = _switch_pairs(eras)
    keys = ["person_id", "definition_id", "episode"]
    away = pairs.select(*keys, "sure", "perhaps", "ingredient", left=True)
    towards = pairs.select(*keys, "sure", "perhaps", ingredient="to_ingredient", left=False)
    drugs = away.union(towards)
    counted = distinct_where(
        drugs, keys, "ingredient",
        low=drugs.sure & drugs.left, high=drugs.perhaps & drugs.left, drugs_low=drugs.sure, drugs_high=drugs.perhaps,
    )  # fmt: skip
    # So many switches are among one drug more: there and back again is not a third drug.
    counted = counted.mutate(
        low=ibis.least(counted.low, counted.drugs_low - 1), high=ibis.least(counted.high, counted.drugs_high - 1)
    )
    best = counted.group_by(["person_id", "definition_id"]).aggregate(
        low=ibis.greatest(counted.low.max(), 0), high=ibis.greatest(counted.high.max(), 0)
    )
    base = (
        person.select("person_id")
        .cross_join(rules.select("definition_id", "least"))
        .cross_join(parameter.select(index_date="as_of"))
    )
    rows = base.left_join(best, ["person_id", "definition_id"])
    rows = rows.mutate(
        count_low=rows.low.fill_null(0).cast("float64"), count_high=rows.high.fill_null(0).cast("float64")
    )
    return rows.mutate(
        reached_low=rows.count_low >= rows.least,
        reached_high=rows.count_high >= rows.least,
        reached_by=ibis.null("string"),
        one_of_many=ibis.literal(False),
    ).select(*COLUMNS)


def _with_episode(switch_era: Table, rules: Table) -> Table:
    rows = switch_era.cross_join(rules.select("definition_id", "least_days", "most_gap_days", "new_episode_gap_days"))
    keys = ["person_id", "definition_id"]
    order = [rows.start_earliest, rows.end_latest, rows.ingredient]
    rows = rows.mutate(reached=earlier_maximum(rows.end_latest, keys, order))
    gap = days_between(rows.reached, rows.start_earliest)
    rows = rows.mutate(begins=one_if(gap > rows.new_episode_gap_days))
    window = ibis.window(
        group_by=keys, order_by=[rows.start_earliest, rows.end_latest, rows.ingredient], preceding=None, following=0
    )
    return rows.mutate(episode=rows.begins.sum().over(window))


def _switch_pairs(eras: Table) -> Table:
    """Each era with each later one of another drug; sure and perhaps a switch.

    Our reading of the gap: from the start of the last supply of one drug to the first of the other, as
    the published code works on issue dates; more than 0 days.
    """
    later = eras.select(
        "person_id", "definition_id", "episode",
        to_ingredient="ingredient", to_earliest="start_earliest", to_latest="start_latest",
        to_days_low="days_low", to_days_high="days_high",
    )  # fmt: skip
    rows = eras.inner_join(later, ["person_id", "definition_id", "episode"])
    rows = rows.filter(rows.ingredient != rows.to_ingredient)
    least_gap = days_between(rows.last_start_latest, rows.to_earliest)
    most_gap = days_between(rows.last_start, rows.to_latest)
    surely_in_gap = (least_gap > 0) & (most_gap <= rows.most_gap_days)
    perhaps_in_gap = (most_gap > 0) & (least_gap <= rows.most_gap_days)
    long_low = (rows.days_low >= rows.least_days) & (rows.to_days_low >= rows.least_days)
    long_high = (rows.days_high >= rows.least_days) & (rows.to_days_high >= rows.least_days)
    return rows.mutate(sure=surely_in_gap & long_low, perhaps=perhaps_in_gap & long_high)
