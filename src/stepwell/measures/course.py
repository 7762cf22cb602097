"""The course of the symptoms: every score beside the first and the one before it, on the same scale."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import MET, NOT_MET, UNKNOWN, days_between
from stepwell.outcomes import for_instrument, outcome_result


def trajectory(score_total: Table, band: Table, instrument: Table, illness_episode: Table) -> Table:
    """One row per score with a known date: its band and its change, never across two scales.

    Args:
        score_total: From `score_total`.
        band: Knowledge table of severity bands.
        instrument: Knowledge table, for what the scale measures.
        illness_episode: One row per person, the start of the present episode.

    Returns:
        `band` and `band_set` of the scale's default set, `baseline_value` and `baseline_date` (first
        known total on the scale in the present episode, or in the record where no start is known),
        `change` since then (negative is better), `change_percent`, `previous_value`. Scores before the
        baseline have none.
    """
    rows = score_total.filter(score_total.date_earliest.notnull())
    rows = rows.inner_join(instrument.select("instrument", "measures"), "instrument")
    rows = rows.left_join(_first(rows, illness_episode), ["person_id", "instrument"])
    rows = rows.drop("person_id_right", "instrument_right")
    has_begun = rows.date_earliest >= rows.first_date
    rows = rows.mutate(
        baseline_value=ibis.cases((has_begun, rows.first_value), else_=ibis.null("float64")),
        baseline_date=ibis.cases((has_begun, rows.first_date), else_=ibis.null("date")),
        previous_value=rows["value"].lag(1).over(_in_order(rows)),
    ).drop("first_value", "first_date")
    rows = rows.mutate(change=rows["value"] - rows.baseline_value)
    rows = rows.mutate(
        change_percent=ibis.cases(
            (rows.baseline_value > 0, 100 * rows.change / rows.baseline_value), else_=ibis.null("float64")
        )
    )
    return _with_band(rows, band)


def score_outcome(trajectory: Table, outcome: Table) -> Table:
    """One row per score and outcome definition for its scale: met, not met or unknown since the baseline.

    A definition that needs another first (relapse after remission) can only be met once that one was
    met by an earlier score. One with `within_days` is only asked of scores in that time.
    """
    scores = trajectory.select(
        "person_id", "score_id", "instrument", "date_earliest", "date_latest", "baseline_date",
        from_value=trajectory.baseline_value, to_value=trajectory["value"],
    )  # fmt: skip
    rows = for_instrument(scores, outcome)
    since = days_between(rows.baseline_date, rows.date_latest)
    # A baseline has not changed since itself: only where it stands can be asked of it.
    asked = rows.kind.startswith("score") | since.isnull() | (since > 0)
    rows = rows.filter(asked & (rows.within_days.isnull() | ((since > 0) & (since <= rows.within_days))))
    rows = rows.mutate(result=outcome_result(rows))
    return _after(rows).select(
        "person_id", "score_id", "instrument", "date_earliest", "date_latest", "outcome_id", "term", "default", "result"
    )


def _first(rows: Table, illness_episode: Table) -> Table:
    """One row per person and scale: first known total since the episode began, with its first day."""
    episode = illness_episode.select("person_id", episode_from=illness_episode.start_latest)
    rows = rows.left_join(episode, "person_id").drop("person_id_right")
    usable = rows["value"].notnull() & (rows.episode_from.isnull() | (rows.date_earliest >= rows.episode_from))
    rows = rows.filter(usable)
    window = ibis.window(
        group_by=["person_id", "instrument"], order_by=[rows.date_earliest, rows.date_latest, rows.score_id]
    )
    rows = rows.mutate(place=ibis.row_number().over(window))
    return rows.filter(rows.place == 0).select(
        "person_id", "instrument", first_value=rows["value"], first_date=rows.date_earliest
    )


def _in_order(rows: Table) -> ibis.expr.builders.WindowBuilder:
    return ibis.window(
        group_by=["person_id", "instrument"], order_by=[rows.date_earliest, rows.date_latest, rows.score_id]
    )


def _with_band(rows: Table, band: Table) -> Table:
    chosen = band.filter(band.default).select(
        "band_set", band="label", band_low="low", band_high="high", band_instrument="instrument"
    )
    inside = (
        (rows.instrument == chosen.band_instrument)
        & (rows["value"] >= chosen.band_low)
        & (chosen.band_high.isnull() | (rows["value"] <= chosen.band_high))
    )
    return rows.left_join(chosen, inside).drop("band_instrument", "band_low", "band_high")


def _after(rows: Table) -> Table:
    """Rows whose definition needs another first, held against what earlier scores had met."""
    no_day = ibis.null("date")
    met = rows.mutate(
        surely=ibis.cases((rows.result == MET, rows.date_latest), else_=no_day),
        perhaps=ibis.cases((rows.result != NOT_MET, rows.date_earliest), else_=no_day),
    )
    first_met = met.group_by(["person_id", "instrument", "outcome_id"]).aggregate(
        surely=met.surely.min(), perhaps=met.perhaps.min()
    )
    first_met = first_met.select("person_id", "instrument", "surely", "perhaps", needed_id="outcome_id")
    joined = rows.left_join(
        first_met,
        [
            rows.person_id == first_met.person_id,
            rows.instrument == first_met.instrument,
            rows.after == first_met.needed_id,
        ],
    )
    came_before = joined.surely < joined.date_earliest
    may_have_come = joined.perhaps < joined.date_latest
    return joined.mutate(
        result=ibis.cases(
            (joined.after.isnull() | (joined.result != MET), joined.result),
            (came_before, MET),
            (may_have_come, UNKNOWN),
            else_=NOT_MET,
        )
    )
