"""What is taken now as a whole: the highest licensed dose, two antidepressants together."""

import ibis
from ibis import Value
from ibis.expr.types import StringValue, Table

from stepwell.logic import MET, NOT_MET, UNKNOWN, first_rows, one_if
from stepwell.trials.eras import ERA

HIGHEST, TWO = "at-highest-dose", "two-antidepressants"
COLUMNS = ("person_id", "regimen", "state", "ingredient", "start_earliest", "start_latest", "value", "trial_id")


def regimen(
    attempt: Table, minimum_day: Table, dose_step: Table, dose: Table, formulation: Table, dose_limit: Table,
    person: Table, parameter: Table,
) -> Table:  # fmt: skip
    """One row per running trial of an antidepressant and thing that is asked of it.

    Args:
        attempt: From `attempt`.
        minimum_day: From `days_at_minimum`.
        dose_step: From `dose_step`; the last of each trial is its dose now.
        dose: Knowledge table, for the highest licensed doses.
        formulation: Knowledge table, for the formulation where none is said.
        dose_limit: Knowledge table of highest doses above an age.
        person: For the age.
        parameter: One row: `as_of` and the rules.

    Returns:
        `regimen`: `at-highest-dose` (`value`: the highest, the lowest that holds for the person by any of the
        sources) or `two-antidepressants` (the later of two trials that run together, each perhaps at a dose that
        counts; else the only one); `state`: met, not met, unknown.
    """
    trials = attempt.filter((attempt.role == "antidepressant") & (attempt.state != "ended"))
    highest = _at_highest(trials, dose_step, dose, formulation, dose_limit, _ages(person, parameter))
    return highest.union(_together(trials, minimum_day))


def _ages(person: Table, parameter: Table) -> Table:
    """One row per person: the fewest and most whole years the person can have lived; null where not known."""
    rows = person.cross_join(parameter.select("as_of"))
    return rows.select(
        "person_id", youngest=_years(rows.birth_latest, rows.as_of), oldest=_years(rows.birth_earliest, rows.as_of)
    )


def _years(birth: Value, day: Value) -> Value:
    before = (day.month() * 100 + day.day()) < (birth.month() * 100 + birth.day())
    return (day.year() - birth.year() - one_if(before)).cast("int64")


def _at_highest(
    trials: Table, dose_step: Table, dose: Table, formulation: Table, dose_limit: Table, ages: Table
) -> Table:
    """Whether the dose now is the highest licensed one; a drug without such a dose isn't here."""
    now = dose_step.filter(dose_step.last_step)
    now = now.select(
        *ERA, "dose_low", "dose_unit", formulation=now.formulation.fill_null(""),
        most=ibis.cases((now.sum_high > now.dose_high, now.sum_high), else_=now.dose_high),
    )  # fmt: skip
    running = trials.filter(trials.state == "running").select(*ERA, "trial_id", "start_earliest", "start_latest")
    rows = running.inner_join(now, list(ERA)).inner_join(_licensed(dose, formulation), ["ingredient", "formulation"])
    limits = _limits(rows, dose_limit, ages)
    rows = rows.left_join(limits, ["person_id", "trial_id"]).drop("person_id_right", "trial_id_right")
    rows = rows.mutate(sure_highest=_lower(rows.highest, rows.sure_limit), highest=_lower(rows.highest, rows.may_limit))
    state = ibis.cases(
        (rows.dose_unit != rows.unit, UNKNOWN),
        (rows.dose_low >= rows.sure_highest, MET),
        (rows.most < rows.highest, NOT_MET),
        else_=UNKNOWN,
    )
    return _found(rows, HIGHEST, state, rows.highest)


def _licensed(dose: Table, formulation: Table) -> Table:
    """The highest licensed dose of each formulation, and of a drug whose formulation isn't said (""): its default's."""
    listed = dose.filter(dose.kind == "highest licensed").select(
        "ingredient", "formulation", "unit", highest=dose["value"]
    )
    default = formulation.filter(formulation.default).select("ingredient", "formulation")
    unsaid = listed.inner_join(default, ["ingredient", "formulation"]).mutate(formulation=ibis.literal(""))
    return listed.union(unsaid.select(listed.columns))


def _limits(rows: Table, dose_limit: Table, ages: Table) -> Table:
    """The lowest dose that surely, and perhaps, is the highest at the age of the person."""
    rows = rows.select("person_id", "trial_id", "ingredient", "unit").inner_join(dose_limit, ["ingredient", "unit"])
    rows = rows.inner_join(ages, "person_id")
    surely = (rows.youngest > rows.over_age).fill_null(False)
    rows = rows.mutate(surely=surely).filter((rows.oldest > rows.over_age).fill_null(True))
    return rows.group_by(["person_id", "trial_id"]).aggregate(
        may_limit=rows["value"].min(), sure_limit=rows["value"].min(where=rows.surely)
    )


def _lower(highest: Value, limit: Value) -> Value:
    return ibis.cases((limit < highest, limit), else_=highest)


def _together(trials: Table, minimum_day: Table) -> Table:
    """Two antidepressants now; a drug that surely stayed below every listed minimum is none of them."""
    reach = minimum_day.group_by(list(ERA)).aggregate(may_reach=minimum_day.days_high.max() > 0)
    rows = trials.left_join(reach, list(ERA)).drop(*(f"{key}_right" for key in ERA))
    rows = rows.filter(rows.may_reach.fill_null(True))
    everyone = ibis.window(group_by="person_id")
    rows = rows.mutate(perhaps=rows.trial_id.count().over(everyone))
    rows = rows.mutate(surely=one_if(rows.state == "running").sum().over(everyone))
    latest = first_rows(rows, ["person_id"], [rows.start_earliest.desc(), rows.trial_id])
    state = ibis.cases((latest.surely > 1, MET), (latest.perhaps > 1, UNKNOWN), else_=NOT_MET)
    return _found(latest, TWO, state, latest.perhaps.cast("float64"))


def _found(rows: Table, name: str, state: StringValue, value: Value) -> Table:
    return rows.mutate(regimen=ibis.literal(name), state=state, value=value).select(*COLUMNS)
