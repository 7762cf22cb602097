"""PHQ-9 scores over time, with items for some of them."""

import numpy as np

from stepwell.simulate.blocks import Array, Columns, chance, ordered, repeated, stacked, taken, whole
from stepwell.simulate.course import ADEQUATE, NOT_TAKEN, RESPONDED
from stepwell.simulate.shape import Settings

ITEMS, MOST = 9, 3
TWICE = 0.25
"""Of positive ninth items, the share that is on more than half the days: a choice, no source."""

NO_ITEMS, ITEM_9, ALL_ITEMS = range(3)


def draw(settings: Settings, seed: int, block: int, people: Columns, trials: Columns) -> Columns:
    """One row per questionnaire.

    Returns:
        `person`, `day`, `total`, `kept` (which items the record has), `item_1` to `item_9`, which add up to the total.
    """
    rng = chance(seed, block, 3)
    last = people["last"][trials["person"] - people["person"][0]]
    trials = trials | {"last": last, "final_day": final_day(trials, last)}
    parts = [_baselines(trials), _finals(trials), _early(settings, rng, trials), _follow_up(settings, trials)]
    table = stacked([*parts, _screened(settings, rng, people, trials)])
    return ordered(_with_items(settings, rng, table), "person", "day")


def final_day(trials: Columns, last: Array) -> Array:
    """The day of the final score: where the next trial begins at once its start, else the end, never after the last."""
    return np.where(trials["direct"], trials["next_start"], np.minimum(trials["end"], last))


def _rows(trials: Columns, day: Array, total: Array) -> Columns:
    return {"person": trials["person"], "day": day, "total": total}


def _baselines(trials: Columns) -> Columns:
    own = taken(trials, trials["own"])
    return _rows(own, own["start"], own["baseline"])


def _finals(trials: Columns) -> Columns:
    done = taken(trials, ~trials["running"])
    return _rows(done, done["final_day"], done["final"])


def _early(settings: Settings, rng: np.random.Generator, trials: Columns) -> Columns:
    """One score in the first weeks, between the baseline and the end, of trials long enough to have one apart."""
    day = trials["start"] + whole(rng, settings.scores.early_days, len(trials["start"]))
    way = 0.2 + 0.4 * rng.random(len(day))
    total = trials["baseline"] - np.rint(way * (trials["baseline"] - trials["final"])).astype(np.int64)
    conducted = (trials["kind"] == ADEQUATE) | (trials["kind"] == NOT_TAKEN)
    apart = np.where(trials["running"], trials["last"], trials["final_day"] - 14)
    keep = conducted & (day < apart)
    return taken(_rows(trials, day, total), keep)


def _follow_up(settings: Settings, trials: Columns) -> Columns:
    """Scores while a drug that helped goes on."""
    kept = taken(trials, (trials["outcome"] >= RESPONDED) & ~trials["running"])
    every = settings.scores.follow_up_days
    rows, number = repeated(kept, np.maximum((kept["final_day"] - kept["start"] - 30) // every, 0))
    return _rows(rows, rows["start"] + (number + 1) * every, rows["final"])


def _screened(settings: Settings, rng: np.random.Generator, people: Columns, trials: Columns) -> Columns:
    """Scores of people without any trial, on some days."""
    who = ~np.isin(people["person"], trials["person"])
    rows = taken({name: people[name] for name in ("person", "first", "last", "depressed")}, who)
    rows, _ = repeated(rows, whole(rng, settings.scores.screened, len(rows["person"])))
    size = len(rows["person"])
    day = rows["first"] + (rng.random(size) * (rows["last"] - rows["first"])).astype(np.int64)
    well, ill = whole(rng, settings.scores.screened_well, size), whole(rng, settings.scores.baseline, size)
    return _rows(rows, day, np.where(rows["depressed"], ill, well))


# --- items -----------------------------------------------------------------------------------------


def _with_items(settings: Settings, rng: np.random.Generator, table: Columns) -> Columns:
    """Items that add up to the total: the ninth drawn for itself, the others about even."""
    total, size = table["total"], len(table["total"])
    share = settings.scores.item_9_positive
    ninth = np.where(rng.random(size) < share, 1 + (rng.random(size) < TWICE), 0)
    ninth = np.clip(ninth, np.maximum(total - 8 * MOST, 0), np.minimum(total, MOST))
    rest = total - ninth
    turn = rng.permuted(np.tile(np.arange(8), (size, 1)), axis=1)
    items = rest[:, None] // 8 + (turn < (rest % 8)[:, None])
    luck = rng.random(size)
    kept = np.select(
        [luck < settings.scores.all_items, luck < settings.scores.all_items + settings.scores.item_9_alone],
        [ALL_ITEMS, ITEM_9], NO_ITEMS,
    )  # fmt: skip
    columns = {f"item_{n + 1}": items[:, n] for n in range(8)}
    return table | {"kept": kept} | columns | {"item_9": ninth}
