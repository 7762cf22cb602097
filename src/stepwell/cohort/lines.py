"""Lines of treatment: the regimens of a person in order, each with its dose, its supply and its outcome.

A line is a step of the pathway (`stepwell.cohort.pathways`) of antidepressants and augmenting agents within the time
of observation. Line 1 is the first one observed: what was taken before, the record doesn't say.
"""

from collections.abc import Callable

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.cohort.pathways import WITH, PathwayRules, pathways
from stepwell.knowledge.load import Knowledge
from stepwell.logic import MET, NOT_MET, UNKNOWN, first_rows, one_if, plus_days, union_days
from stepwell.trials.eras import is_vague

LINE = ("person_id", "line")

OUTCOMES = (
    "worked", "partly worked", "still running", "cannot tell", "failed", "not tolerated", "not taken", "too short",
    "too low",
)  # fmt: skip
"""Verdicts, in the order in which one speaks for a line in which several trials began."""

CONTINUED = "continued"
"""Outcome of a line in which no trial began: what went before in combination, or alone, goes on."""

NEXT_LINE, STILL_RUNNING, NOT_RECORDED, STOPPED = "next line", "still running", "end not recorded", "stopped"


def line_rules(knowledge: Knowledge) -> PathwayRules:
    """The rules of the lines as the knowledge has them: every change of regimen begins a line."""

    def rule(name: str) -> int:
        return int(knowledge.rule(name))

    return PathwayRules(
        least_era_days=rule("line-least-days"),
        era_collapse_days=rule("persistence-days"),
        combination_days=rule("combination-days"),
        least_after_combination_days=rule("line-after-combination-days"),
        longest_path=rule("line-most"),
        keep="changes",
        short="remains",
        join_windows=True,
    )


def line_step(
    line_event: Table,
    line_window: Table,
    rules: PathwayRules,
    keep: Callable[[Table], Table],
    count: Callable[[Table], int],
) -> Table:
    """One row per person and line: what was taken, from when to when. The one part that works in passes.

    Args:
        line_event: From `line_event` or `line_class_event`.
        line_window: From `line_window`.
        rules: From `line_rules`, or others.
        keep: Writes the rows of an expression down and gives the table of them.
        count: The number of rows of an expression.

    Returns:
        As `pathways` gives it, with `line` for `order` and without `window`.
    """
    return pathways(line_event, line_window, rules, keep, count).rename(line="order").drop("window")


def line_event(attempt: Table) -> Table:
    """One row per trial, for `pathways`: `treatment` is the ingredient.

    A trial lasts as long as it surely did: from the latest day it can have begun to the earliest it can have ended,
    a day at least. So two drugs are a combination only where both were surely taken.

    Returns:
        `person_id`, `trial_id`, `ingredient`, `treatment`, `start`, `end` (exclusive), `state`, `vague` (the dates, or
        the end, leave something open).
    """
    return _events(attempt, attempt.ingredient)


def line_class_event(attempt: Table) -> Table:
    """As `line_event`, but `treatment` is the class: a change within a class is then no new line."""
    return _events(attempt, attempt.class_group)


def _events(attempt: Table, treatment: Value) -> Table:
    day_after = plus_days(attempt.start_latest, 1)
    vague = (attempt.start_earliest != attempt.start_latest) | (attempt.end_earliest != attempt.end_latest)
    return attempt.select(
        "person_id", "trial_id", "ingredient", "state",
        treatment=treatment,
        start=attempt.start_latest,
        # Through a time of day: DuckDB makes one of a date and days, and it would be handed on as a date.
        end=ibis.greatest(attempt.end_earliest, day_after.cast("timestamp").cast("date")),
        vague=(vague | ~attempt.end_recorded).fill_null(True),
    )  # fmt: skip


def line_window(person: Table, line_event: Table) -> Table:
    """One row per person: `start` and `end`, first and last day of observation; the treatment's own where unknown."""
    spans = line_event.group_by("person_id").aggregate(first=line_event.start.min(), last=line_event.start.max())
    rows = person.select("person_id", "observed_from", "observed_to").left_join(spans, "person_id")
    return rows.select(
        "person_id",
        start=ibis.coalesce(rows.observed_from, rows["first"]),
        end=ibis.coalesce(rows.observed_to, rows["last"]),
    )


def line_trial(line_step: Table, line_event: Table) -> Table:
    """One row per line and trial in it.

    Args:
        line_step: From `line_step`.
        line_event: The events that it was made from.

    Returns:
        `person_id`, `line`, `trial_id`, `ingredient`, `treatment`, `state`, `vague`, `start`, `end` (of the line),
        `begins` (1: the first line of this trial).
    """
    lines = line_step.select(*LINE, "drugs", "start", "end")
    events = line_event.rename(event_start="start", event_end="end")
    rows = lines.inner_join(events, "person_id")
    within = (ibis.literal(WITH) + rows.drugs + WITH).contains(ibis.literal(WITH) + rows.treatment + WITH)
    rows = rows.filter(within & (rows.event_start < rows.end) & (rows.event_end > rows.start))
    begun = rows.line.min().over(ibis.window(group_by=["person_id", "trial_id"]))
    return rows.select(
        *LINE, "trial_id", "ingredient", "treatment", "state", "vague", "start", "end",
        begins=one_if(rows.line == begun),
    )  # fmt: skip


def line(
    line_step: Table,
    line_trial: Table,
    era_supply: Table,
    dose_step: Table,
    verdict: Table,
    trial_outcome: Table,
    cohort_parameter: Table,
) -> Table:
    """One row per person and line of treatment.

    The outcome of a line is the verdict, by the headline definition, of the trial that began in
    it; of several, the first in the order of `OUTCOMES`. A trial's own outcome is measured up to the next step, so
    the trial that began a line speaks for that line and not for those it is carried on into.

    Returns:
        `line` (1, 2, ...); `drugs` (`A+B`); `drug_count`; `start`; `end` (exclusive); `days`; `dates` (met, or unknown:
        a trial in it has vague dates or no recorded end); `peak_dose_low`, `peak_dose_high` (null: open upward),
        `dose_unit`, null unless it is one ingredient; `days_covered_low`, `days_covered_high`,
        `proportion_covered_low`, `proportion_covered_high` (of the least covered of its drugs); `definition_id`;
        `outcome`; `response`, `remission` (met, not met, unknown, by the default outcome definitions on the scale that
        speaks for the trial); `after` (`next line`, `still running`, `end not recorded`, `stopped`).
    """
    rows = line_step
    for part in (
        _standing(line_trial),
        _dose(line_trial, dose_step),
        _coverage(line_trial, era_supply),
        _outcome(line_trial, verdict, cohort_parameter),
        _terms(line_trial, trial_outcome),
    ):
        rows = rows.left_join(part, list(LINE)).drop(*(f"{key}_right" for key in LINE))
    low, high = rows.days_covered_low.fill_null(0), rows.days_covered_high.fill_null(0)
    return rows.select(
        *LINE, "drugs", "drug_count", "start", "end", "days",
        dates=ibis.cases((rows.vague == 0, MET), else_=UNKNOWN),
        peak_dose_low="peak_dose_low", peak_dose_high="peak_dose_high", dose_unit="dose_unit",
        days_covered_low=low, days_covered_high=high,
        proportion_covered_low=_share(low, rows.days), proportion_covered_high=_share(high, rows.days),
        definition_id="definition_id",
        outcome=ibis.cases((rows.begun > 0, rows.outcome.fill_null("cannot tell")), else_=CONTINUED),
        response=rows.response.fill_null(UNKNOWN), remission=rows.remission.fill_null(UNKNOWN),
        after=ibis.cases(
            (~rows["last"], NEXT_LINE), (rows.running > 0, STILL_RUNNING), (rows.open > 0, NOT_RECORDED), else_=STOPPED
        ),
    )  # fmt: skip


def _share(covered: Value, days: Value) -> Value:
    """The share of the days; null for a line of no days."""
    return ibis.cases((days > 0, ibis.least(covered / days, 1.0)), else_=ibis.null("float64"))


def _standing(line_trial: Table) -> Table:
    rows = line_trial
    return rows.group_by(list(LINE)).aggregate(
        begun=rows.begins.sum(), vague=one_if(rows.vague).sum(),
        running=one_if(rows.state == "running").sum(), open=one_if(rows.state == "unknown").sum(),
    )  # fmt: skip


def _dose(line_trial: Table, dose_step: Table) -> Table:
    """One row per line of one ingredient: the highest dose in it, surely and perhaps."""
    alone = line_trial.group_by(list(LINE)).aggregate(
        drugs=line_trial.ingredient.nunique(), ingredient=line_trial.ingredient.max(),
        line_start=line_trial.start.max(), line_end=line_trial.end.max(),
    )  # fmt: skip
    rows = alone.filter(alone.drugs == 1).drop("drugs").inner_join(dose_step, ["person_id", "ingredient"])
    perhaps = (rows.possible_start < rows.line_end) & (
        ibis.coalesce(rows.shown_end, rows.possible_end) > rows.line_start
    )
    surely = (rows.certain_start < rows.line_end) & (rows.certain_end > rows.line_start)
    rows = rows.mutate(surely=surely).filter(perhaps | surely)
    found = rows.group_by(list(LINE)).aggregate(
        low=rows.dose_low.max(where=rows.surely), known=rows.dose_high.count(), steps=rows.count(),
        high=ibis.greatest(rows.dose_high, rows.sum_high.fill_null(rows.dose_high)).max(),
        units=rows.dose_unit.nunique(), unit=rows.dose_unit.max(),
    )  # fmt: skip
    one_unit, nothing = found.units == 1, ibis.null("float64")
    return found.select(
        *LINE,
        peak_dose_low=ibis.cases((one_unit, found.low), else_=nothing),
        peak_dose_high=ibis.cases((one_unit & (found.known == found.steps), found.high), else_=nothing),
        dose_unit=ibis.cases((one_unit, found.unit), else_=ibis.null("string")),
    )


def _coverage(line_trial: Table, era_supply: Table) -> Table:
    """One row per line: the days of it for which each of its drugs was supplied, that of the least covered."""
    key = [*LINE, "treatment"]
    drugs = line_trial.select(*key, "ingredient", line_start="start", line_end="end").distinct()
    rows = drugs.inner_join(era_supply.filter(era_supply.counts), ["person_id", "ingredient"])
    clipped = rows.select(
        *key,
        **{f"{kind}_start": ibis.greatest(rows[f"{kind}_start"], rows.line_start) for kind in ("certain", "possible")},
        **{f"{kind}_end": ibis.least(rows[f"{kind}_end"], rows.line_end) for kind in ("certain", "possible")},
    )
    vague = clipped.filter(is_vague(clipped)).select(*key, vague=ibis.literal(True)).distinct()
    low = union_days(clipped.semi_join(vague, key), key, "certain_start", "certain_end", "low")
    each = drugs.select(*key).distinct()
    for days in (low, union_days(clipped, key, "possible_start", "possible_end", "high"), vague):
        each = each.left_join(days, key).drop(*(f"{column}_right" for column in key))
    # Where every day is known, those surely covered are those perhaps covered.
    surely = ibis.cases((each.vague.isnull(), each.high), else_=each.low).fill_null(0)
    return each.group_by(list(LINE)).aggregate(
        days_covered_low=surely.min(), days_covered_high=each.high.fill_null(0).min()
    )


def _outcome(line_trial: Table, verdict: Table, cohort_parameter: Table) -> Table:
    """One row per line in which a trial began: the verdict that speaks for it, and by which definition."""
    headline = cohort_parameter.select(definition_id="headline")
    named = verdict.select("person_id", "trial_id", "definition_id", outcome="verdict")
    begun = line_trial.filter(line_trial.begins == 1).select(*LINE, "trial_id")
    rows = begun.inner_join(named.inner_join(headline, "definition_id"), ["person_id", "trial_id"])
    rank = ibis.cases(*((rows.outcome == name, place) for place, name in enumerate(OUTCOMES)), else_=len(OUTCOMES))
    return first_rows(rows, LINE, [rank, rows.trial_id]).select(*LINE, "definition_id", "outcome")


def _terms(line_trial: Table, trial_outcome: Table) -> Table:
    """One row per line in which a measured trial began: response and remission, met or else unknown if by any."""
    spoken = trial_outcome.filter(trial_outcome.preferred & trial_outcome.default)
    begun = line_trial.filter(line_trial.begins == 1).select(*LINE, "trial_id")
    rows = begun.inner_join(spoken.select("person_id", "trial_id", "term", "result"), ["person_id", "trial_id"])

    def result(term: str) -> Value:
        met, refused, others = (
            one_if((rows.term == term) & (rows.result == name)).sum() for name in (MET, NOT_MET, UNKNOWN)
        )
        return ibis.cases((met > 0, MET), ((others == 0) & (refused > 0), NOT_MET), else_=UNKNOWN)

    return rows.group_by(list(LINE)).aggregate(response=result("response"), remission=result("remission"))
