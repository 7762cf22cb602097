"""How trials stand to one another: first, switch, combination, augmentation, and what was done next."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import MET, NOT_MET, UNKNOWN, days_between, first_rows

ANTIDEPRESSANT, AUGMENTATION = "antidepressant", "augmentation"


def relation(attempt: Table, trial_pair: Table) -> Table:
    """One row per trial: its place among the others.

    Args:
        attempt: From `attempt`.
        trial_pair: From `trial_pair`.

    Returns:
        `order` (1, 2, ... by start), `strategy` (`first`, `switch`, `combination`, `augmentation`,
        `restart`, `new start`, `alone`: an augmenting agent without an antidepressant, `unknown`),
        `with_trial_id` (the one switched from, combined with or augmented), `next_trial_id`,
        `next_strategy`, `next_start_earliest` of the next step that was taken while it ran or
        within `switch_gap_days` of its end and could matter; `followed`: whether any other was, at whatever dose;
        `outcome_until`: the first day whose scores are no longer its own, the start of that step or, of an augmenting
        agent, of whatever was begun next beside it or after it.
    """
    placed = attempt.select("person_id", "trial_id", "role", "start_earliest")
    window = ibis.window(group_by="person_id", order_by=[placed.start_earliest, placed.trial_id])
    placed = placed.mutate(order=ibis.row_number().over(window) + 1)
    for part in (_before(trial_pair), _after(trial_pair), _followed(trial_pair), _after_agent(trial_pair)):
        placed = placed.left_join(part, ["person_id", "trial_id"]).drop("person_id_right", "trial_id_right")
    placed = placed.mutate(strategy=_strategy(placed), followed=placed.followed.fill_null(NOT_MET))
    sooner = (placed.begun_after < placed.next_start_earliest).fill_null(False)
    unrelated = placed.strategy.isin(["first", "alone"])
    return placed.select(
        "person_id", "trial_id", "order", "strategy",
        with_trial_id=ibis.cases((unrelated, ibis.null("string")), else_=placed.with_trial_id),
        next_trial_id="next_trial_id", next_strategy="next_strategy",
        next_start_earliest="next_start_earliest", next_start_latest="next_start_latest", followed="followed",
        outcome_until=ibis.cases(
            (sooner, placed.begun_after),
            else_=ibis.coalesce(placed.next_start_earliest, placed.begun_after),
        ),
    )  # fmt: skip


PAIRED = ("trial_id", "ingredient", "role", "start_earliest", "start_latest", "end_earliest", "end_latest")


def trial_pair(attempt: Table, minimum_day: Table, parameter: Table) -> Table:
    """One row per trial and earlier trial of the person: how they overlap and what the later is to the earlier.

    Args:
        attempt: From `attempt`.
        minimum_day: From `days_at_minimum`; `may_reach` is false for a drug that surely stayed below every
            listed minimum (a little trazodone for sleep).
        parameter: One row with the rules.
    """
    reach = minimum_day.group_by(["person_id", "ingredient", "era"]).aggregate(
        may_reach=minimum_day.days_high.max() > 0
    )
    trials = attempt.select("person_id", "era", *PAIRED)
    own = trials.left_join(reach, ["person_id", "ingredient", "era"]).select("person_id", *PAIRED, "may_reach")
    other = attempt.select("person_id", **{f"other_{name}": name for name in PAIRED})
    rows = own.inner_join(other, "person_id")
    same_day = rows.other_start_earliest == rows.start_earliest
    first_named = (rows.other_role < rows.role) | (
        (rows.other_role == rows.role) & (rows.other_trial_id < rows.trial_id)
    )
    rows = rows.filter((rows.other_start_earliest < rows.start_earliest) | (same_day & first_named))
    rows = rows.cross_join(parameter.select("combination_days", "augmentation_days", "switch_gap_days"))
    surely = days_between(
        ibis.greatest(rows.start_latest, rows.other_start_latest),
        ibis.least(rows.end_earliest, rows.other_end_earliest),
    )
    perhaps = days_between(
        ibis.greatest(rows.start_earliest, rows.other_start_earliest),
        ibis.least(rows.end_latest, rows.other_end_latest),
    )
    gap = days_between(rows.other_end_latest, rows.start_earliest)
    rows = rows.mutate(overlap_low=surely, overlap_high=perhaps, gap_days=gap)
    return rows.mutate(relation=_pair_relation(rows))


def _pair_relation(rows: Table) -> ibis.Value:
    """What the later trial is to the earlier one."""
    same = rows.ingredient == rows.other_ingredient
    adds = (rows.role == AUGMENTATION) & (rows.other_role == ANTIDEPRESSANT)
    both = (rows.role == ANTIDEPRESSANT) & (rows.other_role == ANTIDEPRESSANT)
    return ibis.cases(
        (same, "restart"),
        (adds & (rows.overlap_low >= rows.augmentation_days), "augmentation"),
        (adds & (rows.overlap_high >= rows.augmentation_days), "unknown"),
        (both & (rows.overlap_low >= rows.combination_days), "combination"),
        (both & (rows.overlap_high >= rows.combination_days), "unknown"),
        (both & (rows.gap_days <= rows.switch_gap_days), "switch"),
        (both, "new start"),
        else_="none",
    )


RANK = {"augmentation": 0, "combination": 1, "switch": 2, "unknown": 3, "restart": 4, "new start": 5, "none": 6}


def _rank(relation: ibis.Value) -> ibis.Value:
    return ibis.cases(*((relation == name, place) for name, place in RANK.items()), else_=len(RANK))


def _before(pairs: Table) -> Table:
    """The strongest relation of each trial to an earlier one, the latest of those."""
    rows = first_rows(
        pairs, ["person_id", "trial_id"],
        [_rank(pairs.relation), pairs.other_end_latest.desc(), pairs.other_start_earliest.desc(), pairs.other_trial_id],
    )  # fmt: skip
    return rows.select("person_id", "trial_id", relation="relation", with_trial_id="other_trial_id")


def _strategy(rows: Table) -> ibis.Value:
    lonely = rows.role == AUGMENTATION
    return ibis.cases(
        (lonely & rows.relation.isin(["augmentation", "unknown"]), rows.relation),
        (lonely, "alone"),
        (rows.relation.isnull() | (rows.relation == "none"), "first"),
        else_=rows.relation,
    )


def _followed(pairs: Table) -> Table:
    """Whether another treatment surely, or perhaps, came after each trial, whatever its dose."""
    later = pairs.filter(pairs.start_earliest > pairs.other_start_latest)
    steps = later.group_by(["person_id", "other_trial_id"]).aggregate(
        sure=later.relation.isin(["switch", "combination", "augmentation"]).sum(),
        unsure=(later.relation == UNKNOWN).sum(),
    )
    followed = ibis.cases((steps.sure > 0, MET), (steps.unsure > 0, UNKNOWN), else_=NOT_MET)
    return steps.select("person_id", trial_id="other_trial_id", followed=followed)


def _after_agent(pairs: Table) -> Table:
    """When something else was begun after the start of each augmenting agent, which is no next step of the agent."""
    steps = pairs.filter((pairs.other_role == AUGMENTATION) & (pairs.relation == "none"))
    steps = steps.filter(steps.may_reach.fill_null(True) & (steps.start_earliest > steps.other_start_latest))
    return (
        steps.group_by(["person_id", "other_trial_id"])
        .aggregate(begun_after=steps.start_earliest.min())
        .rename(trial_id="other_trial_id")
    )


def _after(pairs: Table) -> Table:
    """The next step after each trial, if it came while it ran or soon after and could matter."""
    steps = pairs.filter(pairs.relation.isin(["switch", "combination", "augmentation", "unknown"]))
    steps = steps.filter(steps.may_reach.fill_null(True) & (steps.start_earliest > steps.other_start_latest))
    steps = first_rows(
        steps, ["person_id", "other_trial_id"], [steps.start_earliest, _rank(steps.relation), steps.trial_id]
    )
    return steps.select(
        "person_id",
        trial_id="other_trial_id",
        next_trial_id="trial_id",
        next_strategy="relation",
        next_start_earliest="start_earliest",
        next_start_latest="start_latest",
    )
