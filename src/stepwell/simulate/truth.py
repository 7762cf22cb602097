"""What is true of each trial and person, as it was drawn; never read off the record.

Columns of `truth_trial` and `truth_person` are explained in docs/how-to/simulate.md.
"""

import numpy as np
import pyarrow as pa

from stepwell.simulate.blocks import Array, Columns
from stepwell.simulate.columns import days
from stepwell.simulate.course import (
    AUGMENT,
    FAILED,
    NO_REASON,
    NOT_TAKEN,
    NOT_TOLERATED,
    PARTLY,
    REMITTED,
    RESPONDED,
    STRATEGIES,
    TOO_LOW,
    TOO_SHORT,
)
from stepwell.simulate.products import Products
from stepwell.simulate.shape import Settings

VERDICTS = (
    "failed", "too low", "too short", "not taken", "not tolerated", "partly worked", "worked", "still running",
)  # fmt: skip
CONDUCTS = ("adequate", "too low", "too short", "not taken", "not tolerated")
OUTCOMES = ("failed", "partly worked", "response", "remission")
OF_CONDUCT = (
    "true-resistance",
    "inadequate-dose",
    "inadequate-duration",
    "nonadherence-timing",
    "tolerability-limited",
)
"""Reason of each conduct; an adequate trial that fails for no other reason is true resistance."""

TWO = 2
"""Failed trials that the definitions of two failures ask for."""

DECIDED = ("sforzini-2022", "rybak-2021", "mgh-atrq")
"""Definitions whose result follows from the course alone, whatever the length of a drawn trial."""


def verdict(trials: Columns) -> Array:
    """The place in `VERDICTS` of each trial: what a reader who knows everything would say of it."""
    kinds = [trials["kind"] == kind for kind in (NOT_TAKEN, NOT_TOLERATED, TOO_SHORT, TOO_LOW)]
    worked = trials["outcome"] >= RESPONDED
    return np.select([trials["running"], worked, *kinds, trials["outcome"] == PARTLY], [7, 6, 3, 4, 2, 1, 5], 0)


def trial_table(settings: Settings, products: Products, trials: Columns) -> pa.Table:
    """One row per trial."""
    names = np.array([*(reason.reason for reason in settings.reasons), *OF_CONDUCT])
    of_conduct = len(settings.reasons) + trials["kind"]
    adequate = trials["kind"] == 0
    place = np.where(adequate & (trials["reason"] >= 0), trials["reason"], of_conduct)
    silent = trials["running"] | (trials["outcome"] >= RESPONDED) | (trials["reason"] == NO_REASON)
    return pa.table({
        "person_id": pa.array(trials["person"], pa.int64()),
        "trial": pa.array(trials["number"], pa.int32()),
        "episode": pa.array(trials["episode"], pa.int32()),
        "step": pa.array(trials["step"], pa.int32()),
        "drug": pa.array(np.array(products.drugs)[trials["drug"]]),
        "role": pa.array(np.where(trials["agent"], "augmentation", "antidepressant")),
        "strategy": pa.array(np.array(STRATEGIES)[trials["strategy"]]),
        "start_date": days(trials["start"]),
        "end_date": days(trials["end"], trials["cut"]),
        "conduct": pa.array(np.array(CONDUCTS)[trials["kind"]]),
        "verdict": pa.array(np.array(VERDICTS)[verdict(trials)]),
        "outcome": pa.array(np.array(OUTCOMES)[trials["outcome"]], mask=trials["running"]),
        "response": pa.array(trials["outcome"] >= RESPONDED, mask=trials["running"]),
        "remission": pa.array(trials["outcome"] == REMITTED, mask=trials["running"]),
        "baseline_score": pa.array(trials["baseline"], pa.int32()),
        "final_score": pa.array(trials["final"], pa.int32(), mask=trials["running"]),
        "true_reason": pa.array(names[place], mask=silent),
    })  # fmt: skip


def person_table(settings: Settings, people: Columns, trials: Columns) -> pa.Table:
    """One row per person."""
    size, place = len(people["person"]), trials["person"] - people["person"][0]
    has, knows = ({r.reason: people[f"{word}_{r.reason}"] for r in settings.reasons} for word in ("has", "knows"))
    resistant = _counted(trials, trials["kind"] == 0, PARTLY, place, size, agents=False) >= TWO
    none = ~np.any([*has.values()], axis=0) if has else np.ones(size, dtype=bool)
    met = _met(people, trials, place, size)
    return pa.table({
        "person_id": pa.array(people["person"], pa.int64()),
        "depressed": pa.array(people["depressed"]),
        "treated": pa.array(people["treated"]),
        "trials": pa.array(np.bincount(place, minlength=size), pa.int32()),
        "episodes": pa.array(_most(trials["episode"], place, size), pa.int32()),
        "remitted": pa.array(np.bincount(place, trials["outcome"] == REMITTED, size) > 0),
        "reasons": _lists(has),
        "recognised_reasons": _lists(knows),
        "truly_resistant": pa.array(resistant & none),
        **{f"met_{name.replace('-', '_')}": pa.array(met[name]) for name in DECIDED},
    })  # fmt: skip


def _met(people: Columns, trials: Columns, place: Array, size: int) -> dict[str, Array]:
    """Whether each definition of `DECIDED` is met by what was done and seen, and by the diagnoses that were made."""
    adequate, taken_or_not = trials["kind"] == 0, (trials["kind"] == 0) | (trials["kind"] == NOT_TAKEN)
    bipolar = people.get("knows_bipolarity", np.zeros(size, dtype=bool))
    return {
        "sforzini-2022": (_counted(trials, adequate, FAILED, place, size, agents=False) >= TWO) & ~bipolar,
        "rybak-2021": _counted(trials, taken_or_not, PARTLY, place, size, agents=False) >= TWO,
        "mgh-atrq": _counted(trials, taken_or_not, FAILED, place, size, agents=True) >= 1,
    }


def _counted(trials: Columns, kinds: Array, worst: int, place: Array, size: int, *, agents: bool) -> Array:
    """For each person the trials of these kinds, judged, that went no better than `worst`; each is of another drug."""
    rows = kinds & ~trials["running"] & (trials["outcome"] <= worst)
    if not agents:
        rows &= trials["strategy"] != AUGMENT
    return np.bincount(place, rows, size)


def _most(values: Array, place: Array, size: int) -> Array:
    most = np.zeros(size, dtype=np.int64)
    np.maximum.at(most, place, values)
    return most


def _lists(there: dict[str, Array]) -> pa.Array:
    """For each person the names that hold, as a list."""
    names = sorted(there)
    if not names:
        raise ValueError("no reasons")
    marks = np.stack([there[name] for name in names], axis=1)
    offsets = np.concatenate([[0], np.cumsum(marks.sum(axis=1))])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(np.array(names)[np.nonzero(marks)[1]]))
