"""What else a record holds: diagnoses, results, procedures, devices, visits."""

import numpy as np

from stepwell.simulate.blocks import Array, Columns, chance, ordered, repeated, stacked, taken, whole
from stepwell.simulate.course import RESPONDED
from stepwell.simulate.shape import Condition, Settings

AMBULATORY, EMERGENCY, INPATIENT = range(3)
KINDS = ("ambulatory", "emergency", "inpatient")


def beside(settings: Settings, seed: int, block: int, people: Columns) -> Columns:
    """People with `cond_N` for each condition beside depression, and `beside_CODE` for each medicine for it."""
    rng = chance(seed, block, 4)
    more: Columns = {}
    for n, condition in enumerate(settings.conditions):
        share = np.where(people["depressed"], condition.depressed, condition.others)
        more[f"cond_{n}"] = (rng.random(len(share)) < share) & _may(people, condition)
    for medicine in settings.medicines:
        has = np.zeros(len(people["person"]), dtype=bool)
        for n, condition in enumerate(settings.conditions):
            if condition.code_set == medicine.for_code_set:
                has |= more[f"cond_{n}"]
        more[f"beside_{medicine.rxnorm}"] = has & (rng.random(len(has)) < medicine.share)
    return people | more


def _may(people: Columns, condition: Condition) -> Array:
    sex = people["female"] == (condition.sex == "female") if condition.sex else np.ones(len(people["age"]), dtype=bool)
    return sex & (people["age"] >= condition.least_age) & (people["age"] <= condition.most_age)


def codes(settings: Settings) -> list[str]:
    """The ICD-10-CM codes that `conditions` names by place."""
    own = [reason.code for reason in settings.reasons if reason.code]
    return [*settings.depression.codes, *own, *(condition.code for condition in settings.conditions)]


def labs(settings: Settings) -> list[tuple[str, str]]:
    """The LOINC codes that `results` names by place, each with its unit."""
    return [(lab.code, lab.unit) for lab in settings.labs]


def conditions(settings: Settings, seed: int, block: int, people: Columns, trials: Columns) -> Columns:
    """One row per diagnosis as it was written down: `person`, `code` (place in `codes`), `day`."""
    rng = chance(seed, block, 5)
    parts = [_depression(settings, rng, people, trials)]
    place = len(settings.depression.codes)
    for reason in settings.reasons:
        if reason.code:
            parts.append(_written(settings, rng, people, people[f"knows_{reason.reason}"], place))
            place += 1
    for n, condition in enumerate(settings.conditions):
        parts.append(_written(settings, rng, people, people[f"cond_{n}"], place + n, condition.recent_days))
    return ordered(stacked(parts), "person", "day", "code")


def _depression(settings: Settings, rng: np.random.Generator, people: Columns, trials: Columns) -> Columns:
    """The code of the onset before the first trial, and again with some later ones; one for those without trial."""
    own = settings.depression
    weight = np.array(own.weight, dtype=float)
    bounds = np.cumsum(weight / weight.sum())[:-1]
    again = (rng.random(len(trials["person"])) < own.again) | (trials["number"] == 1)
    rows = taken({name: trials[name] for name in ("person", "start", "number")}, again)
    first = people["first"][rows["person"] - people["person"][0]]
    onset = np.maximum(rows["start"] - whole(rng, own.before_days, len(first)), first)
    day = np.where(rows["number"] == 1, onset, rows["start"])
    code = np.searchsorted(bounds, rng.random(len(day)))
    untreated = people["depressed"] & ~np.isin(people["person"], trials["person"])
    alone = _some_day(rng, people, untreated, 0)
    return stacked([{"person": rows["person"], "day": day, "code": code}, alone])


def _written(
    settings: Settings, rng: np.random.Generator, people: Columns, who: Array, code: int, recent: int | None = None
) -> Columns:
    """A diagnosis of these people, written down on some days."""
    rows, _ = repeated(taken({name: people[name] for name in ("person", "first", "last")}, who),
                       whole(rng, settings.coding.times, int(who.sum())))  # fmt: skip
    return _some_day(rng, rows, np.ones(len(rows["person"]), dtype=bool), code, recent)


def _some_day(rng: np.random.Generator, people: Columns, who: Array, code: int, recent: int | None = None) -> Columns:
    """A row for each of these people, on a day on which they are seen."""
    rows = taken({name: people[name] for name in ("person", "first", "last")}, who)
    span = rows["last"] - rows["first"]
    span = span if recent is None else np.minimum(span, recent)
    day = rows["last"] - (rng.random(len(span)) * span).astype(np.int64)
    return {"person": rows["person"], "day": day, "code": np.full(len(day), code)}


def results(settings: Settings, seed: int, block: int, people: Columns) -> Columns:
    """One row per laboratory result: `person`, `code` (place in `labs`), `day`, `value`."""
    rng = chance(seed, block, 6)
    parts = []
    for n, lab in enumerate(settings.labs):
        low, high = (np.full(len(people["person"]), end) for end in lab.range)
        seen = rng.random(len(low)) < lab.share
        for reason in settings.reasons:
            if reason.lab == lab.code and reason.lab_range:
                has = people[f"has_{reason.reason}"]
                seen = np.where(has, people[f"knows_{reason.reason}"], seen)
                low, high = np.where(has, reason.lab_range[0], low), np.where(has, reason.lab_range[1], high)
        value = np.round(low + (high - low) * rng.random(len(low)), 1)
        rows = _some_day(rng, people, seen, n)
        parts.append(rows | {"value": value[rows["person"] - people["person"][0]]})
    return ordered(stacked(parts), "person", "day", "code")


def procedures(settings: Settings, seed: int, block: int, people: Columns, trials: Columns) -> Columns:
    """One row per session: `person`, `code` (place in the settings), `day`; after the trials, on every second day."""
    rng = chance(seed, block, 7)
    size = len(people["person"])
    place = trials["person"] - people["person"][0]
    vain = np.bincount(place, trials["outcome"] < RESPONDED, size)
    helped = np.bincount(place, trials["outcome"] >= RESPONDED, size) > 0
    end = np.zeros(size, dtype=np.int64)
    np.maximum.at(end, place, trials["end"])
    parts = []
    for n, procedure in enumerate(settings.procedures):
        who = (vain >= procedure.after_trials) & ~helped & (rng.random(size) < procedure.share)
        who &= end + 40 + 2 * procedure.sessions <= people["last"]
        rows, number = repeated(
            {"person": people["person"][who], "day": end[who] + 40}, np.full(who.sum(), procedure.sessions)
        )
        parts.append({"person": rows["person"], "day": rows["day"] + 2 * number, "code": np.full(len(number), n)})
    return ordered(stacked(parts), "person", "day", "code")


def devices(settings: Settings, seed: int, block: int, people: Columns) -> Columns:
    """One row per device: `person`, `code` (place in the settings), `day`."""
    rng = chance(seed, block, 8)
    luck = rng.random((len(settings.devices), len(people["person"])))
    parts = [
        _some_day(rng, people, (luck[n] < device.share) & (people["age"] >= device.least_age), n)
        for n, device in enumerate(settings.devices)
    ]
    return ordered(stacked(parts), "person", "day", "code")


def visits(settings: Settings, seed: int, block: int, people: Columns, scores: Columns) -> Columns:
    """One row per visit: `person`, `kind` (place in `KINDS`), `day`, `until`; each day of a score, and some others."""
    rng = chance(seed, block, 9)
    own = {"person": scores["person"], "day": scores["day"], "kind": np.zeros(len(scores["day"]), dtype=np.int64)}
    own["until"] = own["day"]
    rows = {name: people[name] for name in ("person", "first", "last")}
    rows, _ = repeated(rows, whole(rng, settings.visits.others, len(people["person"])))
    luck = rng.random(len(rows["person"]))
    sort = [luck < settings.visits.emergency, luck < settings.visits.emergency + settings.visits.inpatient]
    kind = np.select(sort, [EMERGENCY, INPATIENT], AMBULATORY)
    day = rows["first"] + (rng.random(len(luck)) * (rows["last"] - rows["first"])).astype(np.int64)
    stay = np.where(kind == INPATIENT, whole(rng, (1, 14), len(day)), 0)
    until = np.minimum(day + stay, rows["last"])
    return ordered(
        stacked([own, {"person": rows["person"], "day": day, "kind": kind, "until": until}]), "person", "day"
    )
