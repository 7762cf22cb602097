"""Whether a trial ended in remission, whatever it began from.

Somebody who is well at the last score has no illness left that the trial can have failed to treat, however little the
score fell. Source: the remission thresholds of outcomes.toml; that they go before a share of the baseline is ours.
"""

import ibis
from ibis.expr.types import Table

from stepwell.logic import MET, NOT_MET, plus_days


def well_at_end(trial_course: Table, parameter: Table) -> Table:
    """One row per trial whose last score on a scale is in remission.

    Scales within `scores_together_days` of one another have to say the same; of those further apart the later speaks.
    A scale for which no remission is published doesn't say that the person is well.

    Returns:
        `well_on`, the day; `surely`: no other scale says otherwise as late, or later; `perhaps`: none says so later;
        `recovered`: the same scale was above its threshold before.
    """
    ends = trial_course.filter(trial_course.end_value.notnull()).cross_join(parameter.select("scores_together_days"))
    well = ends.end_remission == MET
    no_day = ibis.null("date")
    rows = ends.group_by(["person_id", "trial_id"]).aggregate(
        well_on=ibis.cases((well, ends.end_date), else_=no_day).max(),
        other_on=ibis.cases((well, no_day), else_=ends.end_date).max(),
        recovered=(well & (ends.baseline_remission == NOT_MET)).sum() > 0,
        together=ends.scores_together_days.max(),
    )
    rows = rows.filter(rows.well_on.notnull())
    alone = rows.other_on.isnull()
    return rows.select(
        "person_id", "trial_id", "well_on", "recovered",
        surely=alone | (rows.well_on > plus_days(rows.other_on, rows.together)).fill_null(False),
        perhaps=alone | (plus_days(rows.well_on, rows.together) >= rows.other_on).fill_null(False),
    )  # fmt: skip
