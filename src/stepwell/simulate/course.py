"""The course of each treated person: one trial after another, with how each truly went.

Nothing here is read off a record: what happens is drawn first, and the record is written from it afterwards.
"""

from dataclasses import dataclass, field

import numpy as np

from stepwell.simulate.blocks import Array, Columns, chance, ordered, stacked, taken, whole
from stepwell.simulate.shape import Faults, Settings

ADEQUATE, TOO_LOW, TOO_SHORT, NOT_TAKEN, NOT_TOLERATED = range(5)
FAILED, PARTLY, RESPONDED, REMITTED = range(4)
FIRST, SWITCH, COMBINE, AUGMENT, AGAIN = range(5)
STRATEGIES = ("first", "switch", "combination", "augmentation", "new episode")

JUDGED_DAYS = 28
"""A trial that runs is cut off below so many days, before anybody could judge it, or it isn't begun."""

ABOVE_REMISSION = 5
"""The lowest PHQ-9 that is no remission; half of a baseline has to reach it for a response without remission."""

LEAST_FOR_PARTLY = 14
"""The lowest baseline of which a score between half and three quarters is still an illness."""

RAISED_SUPPLIES = 4
"""The fewest supplies of a trial whose dose is raised on the way."""

NO_REASON, RESISTANT = -1, -2


@dataclass
class State:
    """Where each treated person of a block stands before the next step; one entry per person."""

    rows: Columns
    reasons: Array
    start: Array
    step: Array
    episode: Array
    severity: Array
    used: Array
    base: Array
    active: Array
    fresh: Array
    done: list[Columns] = field(default_factory=list)
    count: int = 0


def draw(settings: Settings, seed: int, block: int, people: Columns) -> Columns:
    """One row per trial, in the order of people and starts.

    Returns:
        `person`; `number` (from 1), `episode`, `step` (within the episode), `strategy`; `drug` (place among drugs, then
        agents), `agent`; `kind` of conduct; `start`, `starter` (days on the starting dose), `supplies`, `supply`
        (days each lasts), `gap` (days between two), `end` (first day without), `raised` (the second half at the higher
        dose), `running` (cut off by the last day); `outcome`, `baseline`, `final` (scores), `final_day`, `shared` (the
        final score is the baseline of the next trial), `begun` (it has a baseline of its own), `reason` (place among
        the reasons, `RESISTANT` or `NO_REASON`), `by` (how many trials the base drug goes on through).
    """
    rng = chance(seed, block, 1)
    state = _begin(settings, rng, people)
    for _ in range(settings.steps.most):
        _step(settings, rng, state)
    trials = ordered(stacked(state.done), "person", "number")
    return _followed(trials)


def _followed(trials: Columns) -> Columns:
    """Trials with what the next one tells: whether there is one at once, and when it begins."""
    size = len(trials["person"])
    follows = np.zeros(size, dtype=bool)
    follows[:-1] = trials["person"][1:] == trials["person"][:-1]
    then = np.where(follows, np.roll(trials["start"], -1), 0)
    direct = trials["direct"] & follows
    return trials | {"direct": direct, "next_start": np.where(direct, then, 0)}


def _begin(settings: Settings, rng: np.random.Generator, people: Columns) -> State:
    rows = taken(people, people["treated"])
    size = len(rows["person"])
    seen = rows["last"] - rows["first"]
    has = [rows[f"has_{reason.reason}"] for reason in settings.reasons]
    return State(
        rows=rows,
        reasons=np.stack(has, axis=1) if has else np.zeros((size, 0), dtype=bool),
        start=rows["first"] + 10 + (rng.random(size) * settings.steps.first_within * (seen - 10)).astype(np.int64),
        step=np.ones(size, dtype=np.int64),
        episode=np.ones(size, dtype=np.int64),
        severity=whole(rng, settings.scores.baseline, size),
        used=np.zeros((size, len(settings.drugs)), dtype=bool),
        base=np.full(size, -1),
        active=np.ones(size, dtype=bool),
        fresh=np.ones(size, dtype=bool),
    )


def _step(settings: Settings, rng: np.random.Generator, state: State) -> None:
    """Gives every person who is still in care one more trial, and decides what comes after it."""
    size = len(state.start)
    strategy = _strategy(settings, rng, state)
    adds = (strategy == COMBINE) | (strategy == AUGMENT)
    drug = np.where(strategy == AUGMENT, _agent(settings, rng, size), _drug(settings, rng, state, strategy))
    kind = _kind(settings, rng, state, adds)
    outcome, reason = _outcome(settings, rng, state, kind)
    trial = _extent(settings, rng, state, kind, outcome, adds)
    trial |= {"drug": drug, "agent": strategy == AUGMENT, "strategy": strategy, "reason": reason}
    kept = _fitted(state, trial)
    _scored(rng, state, trial)
    _after(settings, rng, state, trial, kept)


# --- what is tried ---------------------------------------------------------------------------------


def _strategy(settings: Settings, rng: np.random.Generator, state: State) -> Array:
    """First, another drug, or one added to an adequate trial of an antidepressant that can go on."""
    weights = np.array([settings.steps.switch, settings.steps.combine, settings.steps.augment])
    drawn = SWITCH + np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(len(state.start)))
    drawn = np.where(state.base < 0, SWITCH, drawn)
    drawn = np.where(state.step == 1, AGAIN, drawn)
    return np.where((state.step == 1) & (state.episode == 1), FIRST, drawn)


def _drug(settings: Settings, rng: np.random.Generator, state: State, strategy: Array) -> Array:
    """An antidepressant the person hasn't had, by the weights of the step; one that adds, for a combination."""
    weights = np.array([drug.weight for drug in settings.drugs]).T
    adding = np.array([drug.adds for drug in settings.drugs])
    wanted = weights[np.minimum(state.step, weights.shape[0]) - 1]
    wanted = np.where((strategy == COMBINE)[:, None], adding, wanted)
    wanted = np.where(state.used, 0.0, wanted + 1e-9)
    keys = np.log(wanted, out=np.full(wanted.shape, -np.inf), where=wanted > 0) + rng.gumbel(size=wanted.shape)
    return np.asarray(keys.argmax(axis=1))


def _agent(settings: Settings, rng: np.random.Generator, size: int) -> Array:
    weights = np.array([agent.weight for agent in settings.agents])
    return np.asarray(len(settings.drugs)) + np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(size))


def _kind(settings: Settings, rng: np.random.Generator, state: State, adds: Array) -> Array:
    """How the trial is carried out; what is added is adequate or not tolerated."""
    luck = rng.random(len(adds))
    guided, everyday = (_bounds(part) for part in (settings.practice.guideline, settings.practice.everyday))
    bounds = np.where(state.rows["by_guideline"][:, None], guided, everyday)
    kind = (luck[:, None] >= bounds).sum(axis=1)
    kind = np.array([TOO_LOW, TOO_SHORT, NOT_TAKEN, NOT_TOLERATED, ADEQUATE])[kind]
    return np.where(adds & (kind != NOT_TOLERATED), ADEQUATE, kind)


def _bounds(faults: Faults) -> Array:
    return np.cumsum([faults.too_low, faults.too_short, faults.not_taken, faults.not_tolerated])


# --- whether it works ------------------------------------------------------------------------------


def _outcome(settings: Settings, rng: np.random.Generator, state: State, kind: Array) -> tuple[Array, Array]:
    """How the trial truly ends, and what kept it from working.

    One draw decides: below the chance the person has, remission; between that and the chance that they would have had
    without the reason, the reason kept it away; above, the illness did.
    """
    response, size = settings.response, len(kind)
    steps = np.array(response.remission)
    chance_of = steps[np.minimum(state.step, len(steps)) - 1]
    modifiers = response.modifiers
    there = state.reasons.any(axis=1)
    left = np.where(there, modifiers.reason, 1.0)
    left = left * np.select([kind == TOO_LOW, kind == NOT_TAKEN], [modifiers.too_low, modifiers.not_taken], 1.0)
    left = np.where((kind == TOO_SHORT) | (kind == NOT_TOLERATED), 0.0, left)
    luck = rng.random(size)
    remits = luck < chance_of * left
    able = (kind == ADEQUATE) | (kind == TOO_LOW)
    b = state.severity
    responds = able & ~remits & (b >= 2 * ABOVE_REMISSION) & (rng.random(size) < response.without_remission.value)
    ill_enough = (kind == ADEQUATE) & (b >= LEAST_FOR_PARTLY)
    partly = ill_enough & ~remits & ~responds & (rng.random(size) < response.partly.value)
    outcome = np.select([remits, responds, partly], [REMITTED, RESPONDED, PARTLY], FAILED)
    blame = (rng.random((size, max(1, state.reasons.shape[1]))) * _padded(state.reasons)).argmax(axis=1)
    kept_away = there & (luck < chance_of)
    reason = np.select([outcome >= RESPONDED, kept_away], [NO_REASON, blame], RESISTANT)
    return outcome, reason


def _padded(reasons: Array) -> Array:
    return reasons if reasons.shape[1] else np.zeros((len(reasons), 1), dtype=bool)


# --- how long it lasts -----------------------------------------------------------------------------


def _extent(
    settings: Settings, rng: np.random.Generator, state: State, kind: Array, outcome: Array, adds: Array
) -> Columns:
    """Start, supplies and end of each trial, as planned."""
    length, size = settings.trial, len(kind)
    kept = outcome >= RESPONDED
    supplies = np.where(kept, whole(rng, length.kept_supplies, size), whole(rng, length.adequate_supplies, size))
    supplies = np.where((kind == TOO_LOW) & ~kept, whole(rng, length.low_supplies, size), supplies)
    supplies = np.where(kind == NOT_TAKEN, whole(rng, length.untaken_supplies, size), supplies)
    brief = (kind == TOO_SHORT) | (kind == NOT_TOLERATED)
    supplies = np.where(brief, 1, supplies)
    gap = np.where(
        kind == NOT_TAKEN, whole(rng, length.untaken_gap_days, size), whole(rng, length.refill_gap_days, size)
    )
    gap = np.where(adds, _of_base(state, "gap"), gap)
    short = np.array(length.short_days)[rng.integers(0, len(length.short_days), size)]
    short = np.where(adds, np.maximum(short, 14), short)
    supply = np.where(brief, short, length.supply_days)
    starts_low = (kind == ADEQUATE) & ~adds & (rng.random(size) < length.starter)
    starter = np.where(starts_low, length.starter_days, 0)
    raised = (kind == ADEQUATE) & (supplies >= RAISED_SUPPLIES) & (rng.random(size) < length.raised)
    start = state.start + np.where(adds, gap, 0)
    return {
        "person": state.rows["person"], "episode": state.episode, "step": state.step, "kind": kind, "outcome": outcome,
        "start": start, "starter": starter, "supplies": supplies, "supply": supply, "gap": gap, "raised": raised,
        "end": start + starter + supplies * supply + (supplies - 1) * gap,
    }  # fmt: skip


def _of_base(state: State, column: str) -> Array:
    """A column of the trial that is added to; of people without one, zero."""
    values = np.zeros(len(state.base), dtype=np.int64)
    if state.count:
        for part in state.done:
            here = part["person_row"]
            mine = state.base[here] == part["number"]
            values[here[mine]] = part[column][mine]
    return values


def _fitted(state: State, trial: Columns) -> Array:
    """Cuts trials off at the last day of all; one that would end in between, or after a death, isn't begun."""
    until = state.rows["last"] + 1
    elapsed, cut = until - trial["start"], trial["end"] > until
    worked = trial["outcome"] >= RESPONDED
    may_run = state.rows["open"] & (elapsed >= 1)
    early = cut & may_run & (elapsed < JUDGED_DAYS)
    going = cut & may_run & worked & (elapsed >= trial["starter"] + 90)
    begun = state.active & (~cut | early | going)
    trial["running"] = early & begun
    trial["cut"] = cut & begun
    trial["kind"] = np.where(early & (trial["kind"] != TOO_LOW), ADEQUATE, trial["kind"])
    trial["outcome"] = np.where(early, FAILED, trial["outcome"])
    trial["reason"] = np.where(early, NO_REASON, trial["reason"])
    trial["begun"] = begun
    return begun


# --- how the score goes ----------------------------------------------------------------------------


def _scored(rng: np.random.Generator, state: State, trial: Columns) -> None:
    """The score at the end: within the bounds of the outcome, whole points."""
    b, luck = state.severity, rng.random(len(state.severity))
    half, quarter = b // 2, (3 * b) // 4
    low = np.select([trial["outcome"] == o for o in (REMITTED, RESPONDED, PARTLY)], [0, 5, half + 1], quarter + 1)
    low = np.maximum(
        low, np.select([trial["outcome"] == PARTLY, trial["outcome"] == FAILED], [8, np.minimum(b, 10)], 0)
    )
    low = np.where(trial["outcome"] == FAILED, np.maximum(low, 5), low)
    high = np.select(
        [trial["outcome"] == o for o in (REMITTED, RESPONDED, PARTLY)],
        [np.minimum(4, half), half, quarter], np.minimum(27, b + 1),
    )  # fmt: skip
    trial["baseline"] = b
    trial["final"] = low + np.floor(luck * (np.maximum(high, low) - low + 1)).astype(np.int64)


# --- what comes after ------------------------------------------------------------------------------


def _after(settings: Settings, rng: np.random.Generator, state: State, trial: Columns, begun: Array) -> None:
    """Ends the trial, lets the drug that was added to go on, and says who goes on to which step."""
    adds = (trial["strategy"] == COMBINE) | (trial["strategy"] == AUGMENT)
    trial["number"] = np.full(len(begun), state.count + 1)
    trial["own"] = state.fresh.copy()
    _prolong(state, trial, adds & begun)
    remits = trial["outcome"] == REMITTED
    goes_on = begun & ~trial["cut"] & _returns(settings, rng, state, remits)
    wait = _wait(settings, rng, remits)
    ended = np.where(adds, np.maximum(trial["end"], _of_base(state, "end")), trial["end"])
    trial["direct"] = goes_on & (wait == 0)
    trial["person_row"] = np.arange(len(begun))
    drugs = np.flatnonzero(begun & ~trial["agent"])
    state.used[drugs, trial["drug"][drugs]] = True
    may_add_to = begun & (trial["kind"] == ADEQUATE) & ~adds & (wait == 0) & ~trial["running"]
    state.base = np.where(may_add_to, trial["number"], -1)
    state.start = np.where(goes_on, ended + wait, state.start)
    state.step = np.where(remits, 1, state.step + 1)
    state.episode = state.episode + (remits & goes_on)
    anew = whole(rng, settings.scores.baseline, len(begun))
    state.severity = np.where(wait > 0, anew, trial["final"])
    state.fresh = wait > 0
    state.active = goes_on
    state.count += 1
    state.done.append(taken(trial, begun))


def _returns(settings: Settings, rng: np.random.Generator, state: State, remits: Array) -> Array:
    """Who comes for another step: those who fall ill again, or don't leave."""
    leaves = np.array(settings.dropout.after_step)
    stays = rng.random(len(remits)) >= leaves[np.minimum(state.step, len(leaves)) - 1]
    relapses = rng.random(len(remits)) < settings.relapse.after_remission
    return np.where(remits, relapses, stays)


def _wait(settings: Settings, rng: np.random.Generator, remits: Array) -> Array:
    """Days until the next step: until the illness is back, a pause, or none."""
    size = len(remits)
    pauses = rng.random(size) < settings.steps.pause
    relapse, pause = whole(rng, settings.relapse.after_days, size), whole(rng, settings.steps.pause_days, size)
    return np.select([remits, pauses], [relapse, pause], 0)


def _prolong(state: State, trial: Columns, adds: Array) -> None:
    """Gives the drug that was added to as many supplies more as it takes to go on beside the new one."""
    for part in state.done:
        here = part["person_row"]
        mine = adds[here] & (state.base[here] == part["number"])
        more = np.where(trial["supply"][here] < part["supply"], 1, trial["supplies"][here])
        more = np.where(mine, more, 0)
        part["supplies"] = part["supplies"] + more
        part["end"] = part["end"] + more * (part["supply"] + part["gap"])
        part["cut"] = part["cut"] | (mine & trial["cut"][here])
