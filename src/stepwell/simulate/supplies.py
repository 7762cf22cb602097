"""What was dispensed: one row per supply, from the trials and from what people take beside."""

import numpy as np

from stepwell.simulate.blocks import NONE, Array, Columns, chance, ordered, repeated, stacked, taken, whole
from stepwell.simulate.course import FAILED, NOT_TOLERATED, PARTLY, RESPONDED, TOO_LOW, TOO_SHORT
from stepwell.simulate.products import Products
from stepwell.simulate.shape import Settings

STOPS = ("no benefit", "side effects", "better", "other")
WRITTEN_STOPS = ("no benefit", "side effects", "recovered", "other")
"""The same in the words that stand in records, where there is no list of ours to choose from."""

NO_BENEFIT, SIDE_EFFECTS, BETTER, OTHER = range(4)


def draw(settings: Settings, products: Products, seed: int, block: int, people: Columns, trials: Columns) -> Columns:
    """One row per supply: `person`, `product`, `day`, `days`, `quantity`, `stop` (place in `STOPS`, or `NONE`)."""
    rng = chance(seed, block, 2)
    of_trials = _of_trials(products, people, trials)
    beside = [_beside(rng, people, products.places[m.rxnorm], m.supplies, people[f"beside_{m.rxnorm}"])
              for m in settings.medicines]  # fmt: skip
    interacting = [
        _beside(rng, people, products.places[r.medicine], (4, 10), people[f"has_{r.reason}"])
        for r in settings.reasons
        if r.medicine
    ]
    return ordered(stacked([of_trials, *beside, *interacting]), "person", "day", "product")


def _of_trials(products: Products, people: Columns, trials: Columns) -> Columns:
    starts = trials["starter"] > 0
    first = taken(trials, starts)
    low = _rows(first, first["start"], products.starter[first["drug"]], first["starter"], np.ones_like(first["start"]))
    low["stop"] = np.full(len(first["start"]), NONE)
    fills, number = repeated(trials, trials["supplies"])
    day = fills["start"] + fills["starter"] + number * (fills["supply"] + fills["gap"])
    higher = fills["raised"] & (number * 2 >= fills["supplies"])
    product = np.select(
        [fills["kind"] == TOO_LOW, higher],
        [products.low[fills["drug"]], products.raised[fills["drug"]]], products.target[fills["drug"]],
    )  # fmt: skip
    each = np.select(
        [fills["kind"] == TOO_LOW, higher], [1, products.raised_per_day[fills["drug"]]], products.per_day[fills["drug"]]
    )
    rows = _rows(fills, day, product, fills["supply"], each)
    ends = (number == fills["supplies"] - 1) & ~fills["cut"]
    rows["stop"] = np.where(ends, _stop(fills), NONE)
    both = stacked([low, rows])
    last = people["last"][_place(people, both["person"])]
    return taken(both, both["day"] <= last)


def _rows(table: Columns, day: Array, product: Array, days: Array, each: Array) -> Columns:
    return {
        "person": table["person"], "product": product, "day": day, "days": days,
        "quantity": (days * each).astype(np.float64),
    }  # fmt: skip


def _stop(fills: Columns) -> Array:
    """Why it was stopped, as somebody who sees the person would write it."""
    return np.select(
        [
            fills["outcome"] >= RESPONDED,
            fills["kind"] == NOT_TOLERATED,
            (fills["kind"] == TOO_SHORT) | (fills["outcome"] == PARTLY),
            fills["outcome"] == FAILED,
        ],
        [BETTER, SIDE_EFFECTS, OTHER, NO_BENEFIT],
    )


def _beside(rng: np.random.Generator, people: Columns, product: int, supplies: tuple[int, int], who: Array) -> Columns:
    """Supplies of 90 days, one after another, of a medicine that isn't for depression."""
    rows = taken({name: people[name] for name in ("person", "first", "last")}, who)
    size = len(rows["person"])
    start = rows["first"] + (rng.random(size) * 0.5 * (rows["last"] - rows["first"])).astype(np.int64)
    rows, number = repeated(rows | {"start": start}, whole(rng, supplies, size))
    day = rows["start"] + number * 90
    table = {
        "person": rows["person"], "product": np.full(len(day), product), "day": day, "days": np.full(len(day), 90),
        "quantity": np.full(len(day), 90.0), "stop": np.full(len(day), NONE),
    }  # fmt: skip
    return taken(table, day <= rows["last"])


def _place(people: Columns, person: Array) -> Array:
    """The row of each person in the block."""
    return np.asarray(person - people["person"][0])
