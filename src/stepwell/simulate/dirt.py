"""What the record lacks and has wrong: shares of rows, by the settings. The truth stays as it is."""

import numpy as np

from stepwell.simulate.blocks import NONE, Array, Columns, chance, ordered, stacked, taken
from stepwell.simulate.shape import Settings

TOO_MUCH = 100
"""What an impossible quantity is multiplied by."""

TOO_LONG_DAYS = 5000
TOO_HIGH_SCORE = 99
FUTURE_DAYS = 3650
AFTER_DEATH_DAYS = 60


def supplies(settings: Settings, seed: int, block: int, people: Columns, table: Columns) -> Columns:
    """Supplies with something missing or wrong."""
    rng = chance(seed, block, 20)
    missing, dirty = settings.missing, settings.dirty
    rows = stacked([table, taken(table, _hit(rng, table, dirty.duplicates))])
    rows["quantity"] = np.where(_hit(rng, rows, dirty.impossible_dose), rows["quantity"] * TOO_MUCH, rows["quantity"])
    rows["days"] = np.where(_hit(rng, rows, dirty.impossible_days), TOO_LONG_DAYS, rows["days"])
    rows["days"] = np.where(_hit(rng, rows, missing.days_supply), NONE, rows["days"])
    rows["quantity"] = np.where(_hit(rng, rows, missing.dose), np.nan, rows["quantity"])
    rows["stop"] = np.where(_hit(rng, rows, missing.stop_reason), NONE, rows["stop"])
    rows = stacked([rows, _after_death(rng, dirty.rows_after_death, people, table)])
    rows["day"] = _dates(rng, rows, missing.exposure_date, dirty.future_dates)
    # Why something was stopped is written down on a day; a row without one doesn't tell it.
    rows["stop"] = np.where(rows["day"] == NONE, NONE, rows["stop"])
    return ordered(rows, "person", "day", "product")


def scores(settings: Settings, seed: int, block: int, table: Columns) -> Columns:
    """Scores with something missing or wrong."""
    rng = chance(seed, block, 21)
    missing, dirty = settings.missing, settings.dirty
    rows = taken(table, ~_hit(rng, table, missing.scores))
    rows = stacked([rows, taken(rows, _hit(rng, rows, dirty.duplicates))])
    rows["total"] = np.where(_hit(rng, rows, dirty.impossible_score), TOO_HIGH_SCORE, rows["total"])
    rows["day"] = _dates(rng, rows, missing.score_date, dirty.future_dates)
    return ordered(rows, "person", "day")


def conditions(settings: Settings, seed: int, block: int, table: Columns) -> Columns:
    """Diagnoses, some of depression lacking, some written twice."""
    rng = chance(seed, block, 22)
    depression = table["code"] < len(settings.depression.codes)
    rows = taken(table, ~(depression & _hit(rng, table, settings.missing.depression_code)))
    rows = stacked([rows, taken(rows, _hit(rng, rows, settings.dirty.duplicates))])
    return ordered(rows, "person", "day", "code")


def _hit(rng: np.random.Generator, table: Columns, share: float) -> Array:
    return rng.random(len(table["person"])) < share


def _dates(rng: np.random.Generator, rows: Columns, lost: float, future: float) -> Array:
    day = np.where(_hit(rng, rows, future), rows["day"] + FUTURE_DAYS, rows["day"])
    return np.where(_hit(rng, rows, lost), NONE, day)


def _after_death(rng: np.random.Generator, share: float, people: Columns, table: Columns) -> Columns:
    """A supply handed out after the death, like one of before, for a share of those who died."""
    death = people["death"][table["person"] - people["person"][0]]
    unlucky = (rng.random(len(people["person"])) < share)[table["person"] - people["person"][0]]
    last = np.append(table["person"][1:] != table["person"][:-1], True) if len(death) else np.zeros(0, dtype=bool)
    which = (death != NONE) & unlucky & last
    rows = taken(table, which)
    return rows | {"day": death[which] + AFTER_DEATH_DAYS, "stop": np.full(len(rows["person"]), NONE)}
