"""Who the people of a block are: age, sex, how long they are seen, whether they are depressed, and what ails them."""

from datetime import date

import numpy as np

from stepwell.simulate.blocks import BLOCK, NONE, Columns, chance, whole
from stepwell.simulate.shape import Settings

UNIX = date(1970, 1, 1)
YEAR_DAYS = 365.25


def day_of(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - UNIX).days


def draw(settings: Settings, seed: int, block: int) -> Columns:
    """One row per person of the block.

    Returns:
        `person` (from 1), `treated`, `depressed`, `female`, `birth`, `age` (at the last day), `first`, `last` (last
        day seen), `death` (a day, or `NONE`), `open` (seen until the last day of all), `by_guideline`, and
        `has_REASON`, `knows_REASON`: whether the reason is there, and whether the record has it.
    """
    rng = chance(seed, block, 0)
    share, end = settings.people, day_of(settings.calendar.last_day)
    kind = rng.random(BLOCK)
    treated, depressed = kind < share.treated, kind < share.treated + share.untreated
    age = whole(rng, share.age, BLOCK)
    years = settings.calendar.observed_years
    seen = np.rint((years[0] + rng.random(BLOCK) * (years[1] - years[0])) * YEAR_DAYS).astype(np.int64)
    first = end - seen
    dies = rng.random(BLOCK) < share.death
    last = np.where(dies, first + (seen * (0.3 + 0.7 * rng.random(BLOCK))).astype(np.int64), end)
    table: Columns = {
        "person": block * BLOCK + np.arange(1, BLOCK + 1),
        "treated": treated,
        "depressed": depressed,
        "female": rng.random(BLOCK) < np.where(treated, share.female_treated, share.female_others),
        "age": age,
        "birth": end - np.rint((age + rng.random(BLOCK)) * YEAR_DAYS).astype(np.int64),
        "first": first,
        "last": last,
        "death": np.where(dies, last, NONE),
        "open": ~dies,
        "by_guideline": rng.random(BLOCK) < settings.practice.guideline_people,
    }
    for reason in settings.reasons:
        there = treated & (rng.random(BLOCK) < reason.share)
        table[f"has_{reason.reason}"] = there
        table[f"knows_{reason.reason}"] = there & (rng.random(BLOCK) < reason.recognised)
    return table
