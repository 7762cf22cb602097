"""Medicines that are taken now above a highest dose which holds from an age on."""

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.logic import first_rows, one_if
from stepwell.trials.eras import ERA


def dose_above_limit(attempt: Table, dose_step: Table, dose_limit: Table, person: Table, parameter: Table) -> Table:
    """One row per trial that hasn't ended and limit by age that its dose now is above, or may be.

    Args:
        attempt: From `attempt`.
        dose_step: From `dose_step`; the last of each trial is its dose now. One that isn't known is above nothing.
        dose_limit: Knowledge table of highest doses above an age.
        person: For the age.
        parameter: One row: `as_of` and the rules.

    Returns:
        `dose_low`, `dose_high`, `highest`, `unit`, `over_age` (in whole years), `region`; `sure`: whether it surely is
        taken now, by somebody of that age, at more than the highest dose.
    """
    now = first_rows(dose_step, ERA, [dose_step.possible_start.desc(), dose_step.certain_start.desc()])
    now = now.select(
        *ERA,
        "dose_low",
        unit="dose_unit",
        dose_high=ibis.greatest(now.dose_high, now.sum_high.fill_null(now.dose_high)),
    )
    taken = attempt.filter(attempt.state != "ended").select(*ERA, "trial_id", "state", "start_earliest", "start_latest")
    rows = taken.inner_join(now, list(ERA)).inner_join(
        dose_limit.rename(highest="value"), ["ingredient", "unit"]
    )  # fmt: skip
    born = person.select("person_id", "birth_earliest", "birth_latest")
    rows = rows.inner_join(born, "person_id").cross_join(parameter.select("as_of"))
    oldest, youngest = _years(rows.birth_earliest, rows.as_of), _years(rows.birth_latest, rows.as_of)
    aged = (youngest > rows.over_age).fill_null(False)
    sure = (rows.state == "running") & aged & (rows.dose_low > rows.highest).fill_null(False)
    rows = rows.mutate(sure=sure, perhaps_aged=(oldest > rows.over_age).fill_null(True))
    rows = rows.filter((rows.dose_high > rows.highest) & rows.perhaps_aged)
    return rows.select(
        "person_id", "trial_id", "ingredient", "start_earliest", "start_latest", "dose_low", "dose_high", "highest",
        "unit", "over_age", "region", "sure",
    )  # fmt: skip


def _years(birth: Value, day: Value) -> Value:
    before = (day.month() * 100 + day.day()) < (birth.month() * 100 + birth.day())
    return (day.year() - birth.year() - one_if(before)).cast("int64")
