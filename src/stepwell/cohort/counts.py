"""How many people: each step one small table of counts, which is all that leaves the engine.

Every row has `people` and, of these, `inferred`: people of whom any trial rests on inferred supply. Only what
occurs has a row here; `finish.py` adds the rest.
"""

import ibis
from ibis.expr.types import Table

from stepwell.alike import LIKE
from stepwell.cohort.logic import ANTIDEPRESSANT, added, counted, rests_on_inferred, with_inferred, worded
from stepwell.cohort.people import STATES, by_step
from stepwell.logic import MET, UNKNOWN
from stepwell.options.fit import CHECK_FIRST, FITS

UNDATED = "none"
NOT_KNOWN = "not known"
COUNTED_FITS = (*FITS[: FITS.index(CHECK_FIRST) + 1], NOT_KNOWN, *FITS[FITS.index(CHECK_FIRST) + 1 :])
"""How an option fits, as people are counted."""


def people_count(person_group: Table) -> Table:
    """One row per column and group of it."""
    return counted(person_group, ["split_by", "group"])


def attrition_count(person_state: Table, cohort_step: Table) -> Table:
    """One row per definition, step and state, of those whom all steps before it let through.

    People in the same states are counted first: there are few ways through the steps, and many people.
    """
    alike = counted(person_state, ["definition_id", *STATES.values(), "stopped"])
    return added(by_step(alike, cohort_step).filter(lambda rows: rows.reached), ["definition_id", "step", "state"])


def definition_count(definition_result: Table, person_summary: Table) -> Table:
    """One row per definition and result."""
    return counted(with_inferred(definition_result, person_summary), ["definition_id", "result"])


def definition_combination(definition_result: Table, definition: Table, person_summary: Table) -> Table:
    """One row per set of definitions that the same people meet: `met`, a sum of 2 to the power of each order."""
    bits = definition.select("definition_id", bit=_power(definition.order))
    rows = definition_result.filter(definition_result.result == MET).inner_join(bits, "definition_id")
    sets = rows.group_by("person_id").aggregate(met=rows.bit.sum().cast("int64"))
    people = person_summary.select("person_id", "inferred").left_join(sets, "person_id")
    return counted(people.mutate(met=people.met.fill_null(0).cast("int64")), ["met"])


def _power(order: ibis.Value) -> ibis.Value:
    """2 to the power of a small whole number, without a float on the way."""
    return ibis.cases(*((order == number, 2**number) for number in range(62)), else_=0).cast("int64")


def reason_count(like_reason: Table, reason_like: Table, person_group: Table) -> Table:
    """One row per reason and state, for everybody."""
    people = _of_all(person_group).inner_join(reason_like, "person_id")
    return _of_alike(people, like_reason, [], ["reason", "state"])


def stage_count(stage: Table, person_group: Table) -> Table:
    """One row per staging method, state and lowest and highest category (`none` where there is none)."""
    rows = _of_all(person_group).inner_join(stage, "person_id")
    rows = rows.mutate(
        category_low=rows.category_low.fill_null(UNDATED), category_high=rows.category_high.fill_null(UNDATED)
    )
    return counted(rows, ["method", "state", "category_low", "category_high"])


def option_count(like_option: Table, option_like: Table, person_group: Table) -> Table:
    """One row per option, column, group of it and fit.

    `check first` counts those of whom all is known that the option is meant for; who plans for it has to tell them from
    those of whom even that isn't (`not known`).
    """
    people = person_group.inner_join(option_like, "person_id")
    silent = (like_option.fit == CHECK_FIRST) & ~like_option.needs_met
    rows = like_option.mutate(fit=ibis.cases((silent, NOT_KNOWN), else_=like_option.fit))
    return _of_alike(people, rows, ["split_by", "group"], ["option", "fit"])


def verdict_count(verdict: Table, attempt: Table, cohort_parameter: Table) -> Table:
    """One row per definition, number of the trial (1: the first antidepressant of a person) and verdict.

    In each number a person stands once; trials beyond `trial_numbers` are not counted.
    """
    ours = attempt.filter(attempt.role == ANTIDEPRESSANT)
    window = ibis.window(group_by="person_id", order_by=[ours.start_earliest, ours.trial_id])
    ours = ours.mutate(
        trial_number=(ibis.row_number().over(window) + 1).cast("int64"), inferred=rests_on_inferred(ours)
    )
    ours = ours.cross_join(cohort_parameter.select("trial_numbers"))
    ours = ours.filter(ours.trial_number <= ours.trial_numbers).select(
        "person_id", "trial_id", "trial_number", "inferred"
    )
    rows = verdict.inner_join(ours, ["person_id", "trial_id"])
    return counted(rows, ["definition_id", "trial_number", "verdict"])


def pseudo_count(pseudo_resistance: Table) -> Table:
    """One row per claims rule, class and first fault of the people who meet the rule."""
    return counted(pseudo_resistance, ["definition_id", "class", "fault"])


def pseudo_trial_count(labelled_trial: Table, person_summary: Table) -> Table:
    """One row per claims rule and fault: people with at least one such trial behind the rule; they overlap."""
    rows = labelled_trial.select("person_id", "definition_id", "fault").distinct()
    return counted(with_inferred(rows, person_summary), ["definition_id", "fault"])


def unknown_fact_count(fact: Table, fact_entry: Table, person_summary: Table) -> Table:
    """One row per fact: people in whom it is known to be there or not; everybody else's record leaves it open."""
    asked = fact_entry.filter(fact_entry.ask.notnull()).select("fact")
    rows = fact.filter(fact.state.isin(["present", "absent"])).select("person_id", "fact").inner_join(asked, "fact")
    return counted(with_inferred(rows, person_summary), ["fact"])


def unknown_trial_count(verdict: Table, attempt: Table, cohort_parameter: Table, person_summary: Table) -> Table:
    """One row per part of a trial: people with an antidepressant trial of which it is unknown to the headline."""
    ours = attempt.filter(attempt.role == ANTIDEPRESSANT).select("person_id", "trial_id")
    rows = verdict.inner_join(cohort_parameter.select(definition_id="headline"), "definition_id")
    rows = rows.inner_join(ours, ["person_id", "trial_id"])
    outcome = rows.outcome_basis == UNKNOWN
    parts = {
        "dose": rows.dose == UNKNOWN, "length": rows.duration == UNKNOWN, "adherence": rows.adherence == UNKNOWN,
        "outcome": outcome | (rows.outcome_basis == "inferred from what was done next"),
    }  # fmt: skip
    found = ibis.union(
        *(rows.filter(part).select("person_id", what=ibis.literal(name)) for name, part in parts.items()),
        distinct=True,
    )
    return counted(with_inferred(found, person_summary), ["what"])


def safety_count(safety_notice: Table, person_summary: Table) -> Table:
    """One row per place where a positive answer about death or self-harm stands, and whether it is the newest.

    `place`: the scale, or the fact that another row shows; `any` for all together. `newest`: `any`, or `yes` for
    people of whom no later score answers otherwise.
    """
    rows = safety_notice.select("person_id", "newest", place=safety_notice.instrument.fill_null(safety_notice.fact))
    rows = rows.union(rows.mutate(place=ibis.literal("any")))
    now = rows.filter(rows.newest).select("person_id", "place", newest=ibis.literal("yes"))
    ever = rows.select("person_id", "place", newest=ibis.literal("any"))
    people = ibis.union(now, ever, distinct=True).mutate(place=lambda t: worded(t.place))
    return counted(with_inferred(people, person_summary), ["place", "newest"])


def _of_all(person_group: Table) -> Table:
    return person_group.filter(person_group.split_by == "all").select("person_id", "inferred")


def _of_alike(people: Table, rows: Table, of_person: list[str], of_row: list[str]) -> Table:
    """People who are alike are counted first, and then with each of the rows that they have in common."""
    alike = counted(people, [LIKE, *of_person])
    return added(alike.inner_join(rows.select(LIKE, *of_row), LIKE), [*of_row, *of_person])
