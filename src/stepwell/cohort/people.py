"""One row per person of what is counted: who they are, since when, and how far they get to each answer."""

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.cohort.logic import ANTIDEPRESSANT, left, rests_on_inferred, whole_years, worded
from stepwell.logic import MET, NOT_MET, NOT_TESTED, UNKNOWN, at_least, days_between, one_if

VERDICTS = (
    "worked", "failed", "partly worked", "too low", "too short", "not taken", "not tolerated", "still running",
    "cannot tell",
)  # fmt: skip
SHARED_STEPS = ("everybody", "antidepressant", "adult", "observed", "diagnosis")
"""Steps at which the state of a person is the same for every definition."""
STEPS = (*SHARED_STEPS, "judged", "measured", "not-excluded", "met")
"""Every step, by its id in the knowledge."""
STATES = {step: f"state_{step.replace('-', '_')}" for step in STEPS}
"""Column of `person_state` for the state of each step."""
DEPRESSION = ("major-depression", "dysthymia", "other-depression")
"""Sets of codes that are a diagnosis of depression."""


def person_summary(
    person: Table, attempt: Table, verdict: Table, definition_result: Table, age_band: Table, cohort_parameter: Table
) -> Table:
    """One row per person: who they are on the index date, the start of the first antidepressant.

    Returns:
        `sex` (`unknown` where nobody says); `index_earliest`, `index_latest` (null: no dated antidepressant) and
        `index_year` (null: none, or it could be two); `age_low`, `age_high` in whole years on the index and
        `age_band` (`unknown` where it could be two, or there is no index); `observed_days`, `observed_before_days`,
        `observed_after_days` of the index; `trials` (of antidepressants), `drugs`; `verdict_*`, how many of those
        trials have each verdict by the headline definition; `headline_result`, `headline_count_low`,
        `headline_count_high`; `dead`; `inferred`: any trial rests on inferred supply.
    """
    rows = left(person, _index(attempt), ["person_id"])
    rows = left(rows, _verdicts(attempt, verdict, cohort_parameter), ["person_id"])
    rows = left(rows, _headline(definition_result, cohort_parameter), ["person_id"])
    oldest = whole_years(rows.birth_earliest, rows.index_latest)
    youngest = whole_years(rows.birth_latest, rows.index_earliest)
    rows = rows.mutate(age_low=youngest, age_high=oldest)
    rows = _with_age_band(rows, age_band)
    same_year = rows.index_earliest.year() == rows.index_latest.year()
    zero = {name: rows[name].fill_null(0).cast("int64") for name in ("trials", "drugs", *map(_column, VERDICTS))}
    return rows.select(
        "person_id", "birth_earliest", "birth_latest", "observed_from", "observed_to", "index_earliest",
        "index_latest", "age_low", "age_high", "age_band",
        sex=worded(rows.sex),
        index_year=ibis.cases((same_year, rows.index_earliest.year()), else_=ibis.null("int32")).cast("int64"),
        observed_days=days_between(rows.observed_from, rows.observed_to) + 1,
        observed_before_days=days_between(rows.observed_from, rows.index_earliest),
        observed_after_days=days_between(rows.index_latest, rows.observed_to),
        **zero,
        headline_result="headline_result", headline_count_low="count_low", headline_count_high="count_high",
        dead=rows.death_earliest.notnull(),
        inferred=rows.inferred_trials.fill_null(0) > 0,
    )  # fmt: skip


def _column(verdict: str) -> str:
    return f"verdict_{verdict.replace(' ', '_')}"


def _index(attempt: Table) -> Table:
    ours = attempt.filter(attempt.role == ANTIDEPRESSANT)
    ours = ours.mutate(inferred=one_if(rests_on_inferred(ours)))
    return ours.group_by("person_id").aggregate(
        index_earliest=ours.start_earliest.min(),
        index_latest=ours.start_latest.min(),
        trials=ours.count(),
        drugs=ours.ingredient.nunique(),
        inferred_trials=ours.inferred.sum(),
    )


def _verdicts(attempt: Table, verdict: Table, cohort_parameter: Table) -> Table:
    """How many antidepressant trials of a person have each verdict by the headline definition."""
    ours = attempt.filter(attempt.role == ANTIDEPRESSANT).select("person_id", "trial_id")
    rows = verdict.inner_join(cohort_parameter.select(definition_id="headline"), "definition_id")
    rows = rows.inner_join(ours, ["person_id", "trial_id"])
    return rows.group_by("person_id").aggregate(
        **{_column(word): one_if(rows.verdict == word).sum() for word in VERDICTS}
    )


def _headline(definition_result: Table, cohort_parameter: Table) -> Table:
    rows = definition_result.inner_join(cohort_parameter.select(definition_id="headline"), "definition_id")
    return rows.select("person_id", "count_low", "count_high", headline_result="result")


def _with_age_band(rows: Table, age_band: Table) -> Table:
    """The one band in which the age surely lies."""
    bands = age_band.select("low", "high", band="age_band")
    inside = (rows.age_low >= bands.low) & (bands.high.isnull() | (rows.age_high <= bands.high))
    joined = rows.left_join(bands, inside)
    return joined.mutate(age_band=worded(joined.band)).drop("low", "high", "band")


def person_group(person_summary: Table, person_column: Table) -> Table:
    """One row per person and column by which people are counted: `split_by`, `group`.

    `all` holds everybody, then `age band`, `sex`, `index year` (`unknown` where it isn't known), and every column
    the user named; a person without a value there is in its group `unknown`.
    """
    rows = person_summary
    own = [
        rows.select("person_id", "inferred", split_by=ibis.literal(name), group=value)
        for name, value in (
            ("all", ibis.literal("all")),
            ("age band", rows.age_band),
            ("sex", rows.sex),
            ("index year", worded(rows.index_year.cast("string"))),
        )
    ]
    everywhere = rows.select("person_id", "inferred").cross_join(person_column.select(split_by="column").distinct())
    named = person_column.select("person_id", split_by="column", group="value")
    users = left(everywhere, named, ["person_id", "split_by"])
    users = users.select("person_id", "inferred", split_by="split_by", group=worded(users.group))
    return ibis.union(*own, users)


def person_step(
    person_summary: Table, condition: Table, verdict: Table, trial_course: Table, definition: Table,
    definition_result: Table, cohort_step: Table, cohort_parameter: Table,
) -> Table:  # fmt: skip
    """One row per person, definition and step from everybody to that definition.

    Returns:
        `step`, `order`, `state`: `met` (the person stays), `not met` or `unknown` (the person leaves here, or would
        have), `not tested` (this definition doesn't ask: everybody stays); `reached`: all steps before it let the
        person through.
    """
    rows = person_state(
        person_summary, condition, verdict, trial_course, definition, definition_result, cohort_step, cohort_parameter,
    )  # fmt: skip
    return by_step(rows, cohort_step).select(
        "person_id", "inferred", "definition_id", "step", "order", "state", "reached"
    )


def person_state(
    person_summary: Table, condition: Table, verdict: Table, trial_course: Table, definition: Table,
    definition_result: Table, cohort_step: Table, cohort_parameter: Table,
) -> Table:  # fmt: skip
    """One row per person and definition.

    Returns:
        A column of `STATES` for each step; `stopped`: the order of the first that doesn't let the person through.
    """
    people = person_summary.cross_join(cohort_parameter.select("adult_years", "observed_days_least"))
    people = left(people, _diagnosed(condition), ["person_id"])
    people = left(people, _measured(trial_course), ["person_id"])
    shared = {STATES[step]: state for step, state in _shared_states(people).items()}
    people = people.select("person_id", "inferred", "measured", **shared)
    results = definition_result.select("person_id", "definition_id", "result", "excluded_by", "disputed")
    rows = people.inner_join(results, "person_id")
    rows = rows.inner_join(definition.select("definition_id", "failure_rule"), "definition_id")
    rows = left(rows, _judged(verdict), ["person_id", "definition_id"])
    states = {STATES[step]: state for step, state in _own_states(rows).items()}
    return _stopped(rows.select("person_id", "inferred", "definition_id", *shared, **states), cohort_step)


def by_step(states: Table, cohort_step: Table) -> Table:
    """Each row once for each step: with its `state`, and whether all steps before it let the person through."""
    rows = states.cross_join(cohort_step.select("step", "order"))
    state = ibis.cases(*((rows.step == step, rows[name]) for step, name in STATES.items()), else_=UNKNOWN)
    return rows.mutate(state=state, reached=rows.order <= rows.stopped).drop(*STATES.values(), "stopped")


def _shared_states(people: Table) -> dict[str, Value]:
    """The state of each step that is the same for every definition, by its id in the knowledge."""
    return {
        "everybody": ibis.literal(MET),
        "antidepressant": ibis.cases((people.trials > 0, MET), else_=NOT_MET),
        "adult": at_least(people.age_low, people.age_high, people.adult_years),
        # A source that doesn't say from when to when it watched can't be asked.
        "observed": ibis.cases(
            (people.observed_days.isnull(), NOT_TESTED),
            else_=at_least(people.observed_days, people.observed_days, people.observed_days_least),
        ),
        "diagnosis": ibis.cases((people.diagnosed.fill_null(0) > 0, MET), else_=NOT_MET),
    }


def _own_states(rows: Table) -> dict[str, Value]:
    """The state of each step that every definition has for itself, by its id in the knowledge."""
    measuring = rows.failure_rule == "improvement below"
    kept_out = ibis.cases(
        (rows.excluded_by.notnull(), NOT_MET), (rows.disputed.notnull(), UNKNOWN), else_=MET
    )  # fmt: skip
    return {
        "judged": ibis.cases(
            (rows.failure_rule == NOT_TESTED, NOT_TESTED), (rows.judged.fill_null(0) > 0, MET), else_=NOT_MET
        ),
        "measured": ibis.cases((~measuring, NOT_TESTED), (rows.measured.fill_null(0) > 0, MET), else_=NOT_MET),
        "not-excluded": kept_out,
        "met": rows.result,
    }


def _diagnosed(condition: Table) -> Table:
    rows = condition.filter(
        condition.code_set.isin(list(DEPRESSION)) & (condition.certainty.fill_null("unknown") != "refuted")
    )
    return rows.group_by("person_id").aggregate(diagnosed=rows.count())


def _judged(verdict: Table) -> Table:
    """People with a trial whose verdict by the definition says something."""
    said = verdict.filter(~verdict.verdict.isin(["cannot tell", "still running"]))
    return said.group_by(["person_id", "definition_id"]).aggregate(judged=said.count())


def _measured(trial_course: Table) -> Table:
    """Per person: trials with a score at the start and one in their course, on one scale."""
    both = trial_course.filter(trial_course.improvement_percent.notnull())
    return both.group_by("person_id").aggregate(measured=both.count())


def _stopped(rows: Table, cohort_step: Table) -> Table:
    """With the order of the first step that doesn't let the person through; beyond the last where all do."""
    orders = cohort_step.aggregate(
        last=cohort_step.order.max(),
        **{f"order_{name}": cohort_step.order.max(where=cohort_step.step == step) for step, name in STATES.items()},
    )
    rows = rows.cross_join(orders)
    stops = [
        ibis.cases((~rows[name].isin([MET, NOT_TESTED]), rows[f"order_{name}"]), else_=rows.last + 1)
        for name in STATES.values()
    ]
    columns = ("person_id", "inferred", "definition_id", *STATES.values())
    return rows.select(*columns, stopped=ibis.least(*stops))
