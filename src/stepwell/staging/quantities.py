"""What the published staging methods count: failed trials in every way they are counted, and what concerns the person.

Every quantity has a lowest and a highest value. A lowest is never null; a null highest is open upward.

- `failed-drugs`, `failed-drugs-in-episode`: distinct antidepressants that failed by the method's definition, in the
  whole record and in the present episode; `failed-trials`: trials of them; `failed-classes`: distinct classes;
  `failed-tricyclics`, `failed-maois`: distinct drugs of that class; `failed-trial-weeks`: their weeks together, a begun
  week counted whole; `raised-trials`: those whose dose was raised.
- `episode-months`: a begun month counted whole; `severity`: 1 below any depression, 2 mild, 3 moderate, 4 severe,
  5 severe with psychosis; `added-treatments`: augmentations and combinations; `augmentation-in-episode`,
  `ect-in-episode`: 1 if there was one.
- `yes-or-no`: 0 or 1, told by the facts that the part names.
"""

import ibis
from ibis.expr.types import BooleanValue, DateValue, IntegerValue, NumericValue, Table

from stepwell.logic import MET, NOT_MET, UNKNOWN, days_between, first_rows, one_if

PSYCHOSIS = "psychotic-features"
"""The fact that makes a severe depression one with psychosis."""

SUBSYNDROMAL, MILD, MODERATE, SEVERE, PSYCHOTIC = range(1, 6)

RANKS = {
    "none": (SUBSYNDROMAL, SUBSYNDROMAL), "none or minimal": (SUBSYNDROMAL, SUBSYNDROMAL),
    "nondepressed": (SUBSYNDROMAL, SUBSYNDROMAL), "normal": (SUBSYNDROMAL, SUBSYNDROMAL),
    "minimal": (SUBSYNDROMAL, SUBSYNDROMAL), "mild": (MILD, MILD), "moderate": (MODERATE, MODERATE),
    "moderately severe": (MODERATE, SEVERE), "severe": (SEVERE, SEVERE), "very severe": (SEVERE, SEVERE),
}  # fmt: skip
"""The lowest and highest severity that a band of a scale may be; a band that isn't here tells nothing."""

Range = tuple[NumericValue, NumericValue]


def stage_trial(
    verdict: Table, attempt: Table, illness_episode: Table, exposure: Table, ingredient: Table, stage_method: Table
) -> Table:
    """One row per person and definition that a method counts by: antidepressants that surely, and at most, failed.

    An antidepressant that can't be placed in time may be one more failure, in this episode too.
    """
    names = stage_method.filter(stage_method.definition_id.notnull()).select("definition_id").distinct()
    rows = _dated(verdict, attempt, illness_episode, names).union(_undated(exposure, ingredient).cross_join(names))
    return _of_person(_of_class(_of_drug(rows)))


KEY = ("person_id", "definition_id")
SUMMED = ("trials_low", "trials_high", "days_low", "days_high", "endless", "raised_low", "raised_high")


def _of_drug(rows: Table) -> Table:
    """One row per person, definition and drug: whether it failed, with 1 for yes, and its trials that did, added up."""
    sure, perhaps = rows.counts == MET, rows.counts != NOT_MET
    return rows.group_by([*KEY, "class_group", "ingredient"]).aggregate(
        drugs_low=one_if(sure).max(),
        drugs_high=one_if(perhaps).max(),
        here_low=one_if(sure & rows.here).max(),
        here_high=one_if(perhaps & ~rows.before).max(),
        trials_low=one_if(sure).sum(),
        trials_high=one_if(perhaps).sum(),
        days_low=ibis.cases((sure, rows.days_low), else_=0).sum(),
        days_high=ibis.cases((perhaps, rows.days_high.fill_null(0)), else_=0).sum(),
        endless=one_if(perhaps & rows.days_high.isnull()).sum(),
        raised_low=one_if(sure & rows.raised_low).sum(),
        raised_high=one_if(perhaps & rows.raised_high).sum(),
    )


def _of_class(drugs: Table) -> Table:
    """One row per person, definition and class: its drugs and trials that failed, and how many classes that makes.

    Two drugs of no class of their own may be of one class or of two.
    """
    names = ("drugs_low", "drugs_high", "here_low", "here_high", *SUMMED)
    rows = drugs.group_by([*KEY, "class_group"]).aggregate(**{name: drugs[name].sum() for name in names})
    several = ibis.cases((rows.class_group == "other", rows.drugs_high), else_=one_if(rows.drugs_high > 0))
    return rows.mutate(classes_low=one_if(rows.drugs_low > 0), classes_high=several)


def _of_person(rows: Table) -> Table:
    """One row per person and definition, each quantity as the methods count it."""
    tricyclic, inhibitor = rows.class_group == "tca", rows.class_group == "maoi"
    columns = {
        "failed_drugs": (rows.drugs_low.sum(), rows.drugs_high.sum()),
        "failed_drugs_in_episode": (rows.here_low.sum(), rows.here_high.sum()),
        "failed_trials": (rows.trials_low.sum(), rows.trials_high.sum()),
        "failed_classes": (rows.classes_low.sum(), rows.classes_high.sum()),
        "failed_tricyclics": _sums(rows, tricyclic, tricyclic),
        # A reversible inhibitor may or may not be what a method of that time calls one.
        "failed_maois": _sums(rows, inhibitor, inhibitor | (rows.class_group == "rima")),
        "failed_trial_weeks": _weeks(rows),
        "raised_trials": (rows.raised_low.sum(), rows.raised_high.sum()),
    }
    return rows.group_by(list(KEY)).aggregate(**_bounds(columns))


def _bounds(columns: dict[str, Range]) -> dict[str, NumericValue]:
    both = (("low", 0), ("high", 1))
    return {f"{name}_{end}": found[at].cast("float64") for name, found in columns.items() for end, at in both}


def _sums(rows: Table, low: BooleanValue, high: BooleanValue) -> Range:
    """The drugs of some classes."""
    return (
        ibis.cases((low, rows.drugs_low), else_=0).sum(),
        ibis.cases((high, rows.drugs_high), else_=0).sum(),
    )


def _weeks(rows: Table) -> Range:
    """Weeks of the trials together; open upward where one of them can't be placed in time."""
    high = (rows.days_high.sum() / 7).ceil().cast("float64")
    return (rows.days_low.sum() / 7).ceil(), ibis.cases((rows.endless.sum() > 0, ibis.null("float64")), else_=high)


def _dated(verdict: Table, attempt: Table, illness_episode: Table, names: Table) -> Table:
    """Trials of antidepressants as each definition judges them, and whether they lie in the present episode."""
    trials = attempt.filter(attempt.role == "antidepressant")
    trials = _placed(trials, illness_episode)
    judged = verdict.select("person_id", "trial_id", "definition_id", "counts").semi_join(names, "definition_id")
    rows = judged.inner_join(trials, ["person_id", "trial_id"])
    return rows.select(
        "person_id", "ingredient", "class_group", "counts", "days_low", "days_high", "here", "before",
        raised_low=(rows.peak_dose_low > rows.first_dose_high).fill_null(False),
        raised_high=(rows.peak_dose_high > rows.first_dose_low).fill_null(True),
        definition_id="definition_id",
    )  # fmt: skip


def _undated(exposure: Table, ingredient: Table) -> Table:
    """Antidepressants of which no row has a date: they may have failed, and nothing more is known."""
    ours = ingredient.filter(ingredient.role == "antidepressant").select("ingredient", "class_group")
    taken = exposure.inner_join(ours, "ingredient").filter(lambda t: t.status.fill_null("unknown") != "not-taken")
    drugs = taken.group_by(["person_id", "ingredient", "class_group"]).aggregate(dates=taken.start_earliest.count())
    rows = drugs.filter(drugs.dates == 0)
    return rows.select(
        "person_id", "ingredient", "class_group", counts=ibis.literal(UNKNOWN), days_low=ibis.literal(0, "int64"),
        days_high=ibis.null("int64"), here=ibis.literal(False), before=ibis.literal(False),
        raised_low=ibis.literal(False), raised_high=ibis.literal(True),
    )  # fmt: skip


def _placed(trials: Table, illness_episode: Table) -> Table:
    """Trials with `here` (surely reaches into the present episode) and `before` (surely ended before it)."""
    episode = illness_episode.select("person_id", begin_earliest="start_earliest", begin_latest="start_latest")
    rows = trials.left_join(episode, "person_id").drop("person_id_right")
    return rows.mutate(
        here=(rows.end_earliest > rows.begin_latest).fill_null(False),
        before=(rows.end_latest <= rows.begin_earliest).fill_null(False),
    )


def stage_measure(
    illness_episode: Table, relation: Table, attempt: Table, course: Table, trajectory: Table, instrument: Table,
    fact: Table, person: Table, parameter: Table,
) -> Table:  # fmt: skip
    """One row per person: months of the present episode, severity now, treatments added, and ECT.

    A record without ECT or an augmentation doesn't say that there was none, so one more of each may have been.
    """
    rows = person.select("person_id").cross_join(parameter.select("as_of"))
    added = _added(relation, attempt, illness_episode)
    shocks = _ect(course, illness_episode)
    severe = _severity(trajectory, instrument, fact, parameter)
    for part in (illness_episode, added, shocks, severe):
        rows = rows.left_join(part, "person_id").drop("person_id_right")
    columns = {
        "episode_months": (
            _months(rows.start_latest, rows.as_of).fill_null(0), _months(rows.start_earliest, rows.as_of)
        ),
        "severity": _with_psychosis(rows),
        "added_treatments": (rows.added.fill_null(0), ibis.greatest(rows.perhaps_added.fill_null(0), 1)),
        "augmentation_in_episode": (one_if(rows.augmented > 0), ibis.literal(1)),
        "ect_in_episode": (one_if(rows.shocked > 0), ibis.literal(1)),
    }  # fmt: skip
    return rows.select("person_id", **_bounds(columns))


def _months(start: DateValue, end: DateValue) -> IntegerValue:
    """Months from one day to another, a begun month counted whole."""
    whole = (end.year() - start.year()) * 12 + (end.month() - start.month())
    return (whole + ibis.cases((end.day() > start.day(), 1), else_=0)).cast("int64")


def _added(relation: Table, attempt: Table, illness_episode: Table) -> Table:
    trials = _placed(attempt.select("person_id", "trial_id", "end_earliest", "end_latest"), illness_episode)
    rows = relation.select("person_id", "trial_id", "strategy").inner_join(trials, ["person_id", "trial_id"])
    sure = rows.strategy.isin(["augmentation", "combination"])
    return rows.group_by("person_id").aggregate(
        added=one_if(sure).sum(),
        perhaps_added=one_if(sure | (rows.strategy == UNKNOWN)).sum(),
        augmented=one_if((rows.strategy == "augmentation") & rows.here).sum(),
    )


def _ect(course: Table, illness_episode: Table) -> Table:
    """How many courses of ECT surely reach into the present episode."""
    episode = illness_episode.select("person_id", begin_latest="start_latest")
    rows = course.filter(course.code_set == "ect").left_join(episode, "person_id").drop("person_id_right")
    return rows.group_by("person_id").aggregate(shocked=one_if(rows.last_earliest >= rows.begin_latest).sum())


def _severity(trajectory: Table, instrument: Table, fact: Table, parameter: Table) -> Table:
    """The newest band of a depression scale, if new enough to speak of now, and what is known of psychosis."""
    scales = instrument.filter(instrument.measures == "depression").select("instrument", "preference")
    scores = trajectory.drop("measures").inner_join(scales, "instrument").cross_join(parameter)
    scores = scores.filter(days_between(scores.date_latest, scores.as_of) <= scores.baseline_before_days)
    scores = scores.filter(scores.band.isin(list(RANKS)))
    order = [scores.date_latest.desc(), scores.preference.fill_null(1000), scores.score_id]
    newest = first_rows(scores, ["person_id"], order).select("person_id", "band")
    states = fact.filter(fact.fact == PSYCHOSIS).select(psychotic_person="person_id", psychotic="state")
    return newest.outer_join(states, newest.person_id == states.psychotic_person).select(
        "band", "psychotic", person_id=ibis.coalesce(newest.person_id, states.psychotic_person)
    )


def _with_psychosis(rows: Table) -> Range:
    """Psychosis adds to a severe depression alone: the scale has no place for a milder one with it."""
    low = ibis.cases(*((rows.band == band, rank[0]) for band, rank in RANKS.items()), else_=SUBSYNDROMAL)
    high = ibis.cases(*((rows.band == band, rank[1]) for band, rank in RANKS.items()), else_=SEVERE)
    present = (rows.psychotic == "present").fill_null(False)
    absent = (rows.psychotic == "absent").fill_null(False)
    return (
        ibis.cases((present & (low == SEVERE), PSYCHOTIC), else_=low),
        ibis.cases((~absent & (high == SEVERE), PSYCHOTIC), else_=high),
    )
