"""Where each definition may be met: one row per person, definition and index day.

A rule that looks back over the record has one index day, `as_of`. A rule that is triggered by an event
has one for each event (`one_of_many`). Every row holds how far the record surely, and at most, goes to meet it.
"""

import ibis
from ibis.expr.types import BooleanValue, Table

from stepwell.logic import MET, NOT_MET, UNKNOWN, days_between, distinct_where, one_if, plus_days

COLUMNS = (
    "person_id",
    "definition_id",
    "index_date",
    "count_low",
    "count_high",
    "reached_low",
    "reached_high",
    "reached_by",
    "one_of_many",
)


def failed_trials(
    verdict: Table, attempt: Table, illness_episode: Table, course: Table, person: Table, definition: Table,
    parameter: Table,
) -> Table:  # fmt: skip
    """Definitions that count failed trials: distinct drugs that surely, and at most, count.

    Where a rule holds to the present episode, a trial that ended before it doesn't count, and one whose
    place is unknown may count.
    """
    rules = definition.filter(definition.count_kind == "failed trials")
    trials = _in_episode(_trials_in_reach(verdict, attempt, parameter, rules), illness_episode)
    sure, perhaps = trials.counts == MET, trials.counts != NOT_MET
    counted = distinct_where(trials, ["person_id", "definition_id"], "ingredient", trials_low=sure, trials_high=perhaps)
    base = (
        person.select("person_id")
        .cross_join(rules.select("definition_id", "least", "strictly_more", "modalities"))
        .cross_join(parameter.select(index_date="as_of"))
    )
    rows = base.left_join(counted, ["person_id", "definition_id"]).drop("person_id_right", "definition_id_right")
    others = _courses(course, rules, parameter)
    rows = rows.left_join(others, ["person_id", "definition_id"]).drop("person_id_right", "definition_id_right")
    return _reached(
        rows.mutate(
            count_low=rows.trials_low.fill_null(0) + rows.courses_low.fill_null(0),
            count_high=rows.trials_high.fill_null(0) + rows.courses_high.fill_null(0),
        )
    )


def points(
    verdict: Table, attempt: Table, relation: Table, course: Table, person: Table, definition: Table, parameter: Table
) -> Table:
    """Definitions that add points for failed trials, raised doses, augmentation and ECT."""
    rules = definition.filter(definition.count_kind == "points")
    trials = _trials_in_reach(verdict, attempt, parameter, rules)
    trials = trials.inner_join(relation.select("person_id", "trial_id", "strategy"), ["person_id", "trial_id"])
    scores = _points_of_trials(trials)
    base = (
        person.select("person_id")
        .cross_join(rules.select("definition_id", "least", "strictly_more", "points_ect"))
        .cross_join(parameter.select(index_date="as_of"))
    )
    rows = base.left_join(scores, ["person_id", "definition_id"]).drop("person_id_right", "definition_id_right")
    ect = _courses(course.filter(course.code_set == "ect"), rules, parameter)
    rows = rows.left_join(ect, ["person_id", "definition_id"]).drop("person_id_right", "definition_id_right")

    def total(drugs: ibis.Value, courses: ibis.Value) -> ibis.Value:
        return drugs.fill_null(0) + ibis.cases((courses.fill_null(0) > 0, rows.points_ect.fill_null(0)), else_=0.0)

    return _reached(
        rows.mutate(
            count_low=total(rows.points_low, rows.courses_low), count_high=total(rows.points_high, rows.courses_high)
        )
    )


def procedure_course(procedure: Table, parameter: Table) -> Table:
    """One row per course of ECT or rTMS, with its first and last session as days it can have been.

    Sessions within `persistence_days` are one course; those without any date are perhaps one more.
    """
    rows = procedure.filter(procedure.code_set.isin(["ect", "rtms"]))
    window = ibis.window(group_by=["person_id", "code_set"], order_by=[rows.start_earliest, rows.evidence_id])
    rows = rows.cross_join(parameter.select("persistence_days"))
    rows = rows.mutate(before=rows.start_earliest.lag(1).over(window))
    begins = rows.before.isnull() | (days_between(rows.before, rows.start_earliest) > rows.persistence_days)
    rows = rows.mutate(begins=one_if(begins & rows.start_earliest.notnull()), undated=rows.start_earliest.isnull())
    running = ibis.window(
        group_by=["person_id", "code_set", "undated"],
        order_by=[rows.start_earliest, rows.evidence_id],
        preceding=None,
        following=0,
    )
    rows = rows.mutate(course=rows.begins.sum().over(running))
    return rows.group_by(["person_id", "code_set", "undated", "course"]).aggregate(
        last_earliest=rows.start_earliest.max(), last_latest=rows.start_latest.max()
    )


def _courses(course: Table, rules: Table, parameter: Table) -> Table:
    """Courses that surely, and at most, count for each definition: of its modalities, and in its window."""
    wanted = rules.select("definition_id", "modalities", "window_days")
    rows = course.cross_join(wanted).cross_join(parameter.select("as_of"))
    rows = rows.filter(rows.modalities.contains(rows.code_set))
    begin = plus_days(rows.as_of, -rows.window_days.fill_null(0))
    outside = rows.window_days.notnull() & (rows.last_latest < begin).fill_null(False)
    inside = ~rows.undated & (rows.window_days.isnull() | (rows.last_earliest >= begin)).fill_null(False)
    return rows.group_by(["person_id", "definition_id"]).aggregate(
        courses_low=one_if(inside).sum(), courses_high=one_if(~outside).sum()
    )


def _trials_in_reach(verdict: Table, attempt: Table, parameter: Table, rules: Table) -> Table:
    """Verdicts by these definitions, of the trials that reach into the definition's window."""
    trials = attempt.select(
        "person_id", "trial_id", "ingredient", "start_earliest", "end_earliest", "end_latest",
        "first_dose_low", "first_dose_high", "peak_dose_low", "peak_dose_high",
    )  # fmt: skip
    rows = verdict.select("person_id", "trial_id", "definition_id", "counts").inner_join(rules, "definition_id")
    rows = rows.inner_join(trials, ["person_id", "trial_id"]).cross_join(parameter.select("as_of"))
    begin = plus_days(rows.as_of, -rows.window_days.fill_null(0))
    rows = rows.mutate(surely_within=rows.window_days.isnull() | (rows.end_earliest > begin))
    rows = rows.filter(rows.window_days.isnull() | (rows.end_latest > begin)).drop("as_of")
    return _doubted(rows, ~rows.surely_within)


def _doubted(trials: Table, doubt: BooleanValue) -> Table:
    """Trials that count by themselves, but perhaps not where the rule looks: unknown."""
    return trials.mutate(counts=ibis.cases((doubt & (trials.counts == MET), UNKNOWN), else_=trials.counts))


def _in_episode(trials: Table, illness_episode: Table) -> Table:
    episode = illness_episode.select("person_id", begin_earliest="start_earliest", begin_latest="start_latest")
    rows = trials.left_join(episode, "person_id").drop("person_id_right")
    before = (rows.end_latest <= rows.begin_earliest).fill_null(False)
    rows = rows.filter(~(rows.within_episode & before))
    within = (rows.end_earliest > rows.begin_latest).fill_null(False)
    return _doubted(rows, rows.within_episode & ~within)


def _points_of_trials(trials: Table) -> Table:
    raised_low = trials.peak_dose_low > trials.first_dose_high
    raised_high = (trials.peak_dose_high > trials.first_dose_low).fill_null(True)
    sure, perhaps = trials.counts == MET, trials.counts != NOT_MET
    added = trials.strategy.isin(["augmentation", "combination"])
    one, half, plus = trials.points_failed_trial, trials.points_optimisation, trials.points_augmentation
    low = (
        ibis.cases((sure, one), else_=0.0)
        + ibis.cases((sure & raised_low.fill_null(False), half), else_=0.0)
        + ibis.cases((added & trials.surely_within, plus), else_=0.0)
    )
    high = (
        ibis.cases((perhaps, one), else_=0.0)
        + ibis.cases((perhaps & raised_high, half), else_=0.0)
        + ibis.cases((added | (trials.strategy == UNKNOWN), plus), else_=0.0)
    )
    rows = trials.mutate(low=low, high=high)
    return rows.group_by(["person_id", "definition_id"]).aggregate(
        points_low=rows.low.sum(), points_high=rows.high.sum()
    )


def reached(rows: Table, count: ibis.Value) -> BooleanValue:
    """Whether a count is as much as the definition asks, or more where it asks for more."""
    return ibis.cases((rows.strictly_more, count > rows.least), else_=count >= rows.least)


def _reached(rows: Table) -> Table:
    return rows.mutate(
        count_low=rows.count_low.cast("float64"),
        count_high=rows.count_high.cast("float64"),
        reached_low=reached(rows, rows.count_low),
        reached_high=reached(rows, rows.count_high),
        reached_by=ibis.null("string"),
        one_of_many=ibis.literal(False),
    ).select(*COLUMNS)
