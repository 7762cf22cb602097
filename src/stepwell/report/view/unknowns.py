"""What the record leaves open and what knowing it would settle."""

from dataclasses import dataclass

from stepwell.report import wording as w
from stepwell.report.figures import listed
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.safety import newest_answer

CRITERIA = ("dose", "duration", "adherence", "failure")


@dataclass(frozen=True)
class Unknown:
    """One thing that isn't known.

    Args:
        short: In a few words, for the answer.
        words: In a sentence.
        settles: Short names of the definitions whose result hangs on it.
    """

    short: str
    words: str
    settles: tuple[str, ...]


def unknowns(lookup: Lookup) -> tuple[Unknown, ...]:
    """What is not known and matters: what settles most first, then in order of trials."""
    found = [item for attempt in lookup.attempts for item in _of_trial(lookup, attempt)]
    found.sort(key=lambda item: -len(item.settles))
    return tuple(_of_safety(lookup) + found + _of_diagnosis(lookup) + _of_episode(lookup))


def _of_trial(lookup: Lookup, attempt: Row) -> list[Unknown]:
    verdicts = lookup.verdicts[attempt["trial_id"]]
    headline = verdicts[lookup.headline]
    items = []
    for name in CRITERIA:
        rows = [row for row in verdicts.values() if row["counts"] == "unknown" and row[name] == "unknown"]
        settles = tuple(lookup.short(row["definition_id"]) for row in rows if _is_open(lookup, row))
        unclear = headline["verdict"] == "cannot tell" and headline[name] == "unknown"
        if (settles or unclear) and not _follows_from_dose(name, rows[0] if rows else headline):
            items.append(_unknown(lookup, attempt, name, rows[0] if rows else headline, settles))
    return items


def _follows_from_dose(name: str, verdict: Row) -> bool:
    """Days at the minimum dose are open whenever the dose is: one thing to ask, not two."""
    return name == "duration" and verdict["dose"] == "unknown" and verdict["least_days_at"] == "minimum dose"


def _is_open(lookup: Lookup, verdict: Row) -> bool:
    return bool(lookup.results[verdict["definition_id"]]["result"] == "unknown")


def _unknown(lookup: Lookup, attempt: Row, name: str, verdict: Row, settles: tuple[str, ...]) -> Unknown:
    drug = lookup.drug(attempt["ingredient"])
    place = lookup.relations[attempt["trial_id"]]["order"]
    detail = _detail(lookup, attempt, name, verdict)
    return Unknown(w.OPEN_SHORT[name].format(drug=drug), f"Trial {place}, {drug}: {detail}.", settles)


def _detail(lookup: Lookup, attempt: Row, name: str, verdict: Row) -> str:
    """What about a trial isn't known, and how far the record goes."""
    if name == "dose":
        table = "" if verdict["dose_table"] is None else lookup.dose_table(verdict["dose_table"])
        return w.open_dose(attempt, verdict, table, lookup.doses_set_aside(attempt))
    if name == "duration":
        return w.open_duration(attempt, verdict)
    if name == "adherence":
        return f"whether it was taken as prescribed; {w.adherence_found(attempt)}"
    if verdict["failure_doubt"]:
        return f"the outcome; {w.FAILURE_DOUBT[verdict['failure_doubt']]}"
    course = next((row for row in lookup.courses.get(attempt["trial_id"], []) if row["preferred"]), None)
    return w.open_outcome(course, lookup.short_scale(course["instrument"]) if course else "")


def _of_diagnosis(lookup: Lookup) -> list[Unknown]:
    """A diagnosis that is asked for and not there; silence of a record is not a no."""
    lacking = [row for row in lookup.results.values() if row["lacks_diagnosis"] and not row["excluded_by"]]
    if not lacking:
        return []
    names = listed([lookup.short(row["definition_id"]) for row in lacking])
    words = f"Diagnosis: a depressive disorder as asked for by {names} is not in the record."
    return [Unknown("the diagnosis", words, ())]


def _of_safety(lookup: Lookup) -> list[Unknown]:
    row = newest_answer(lookup)
    if row is not None and row["suicide_state"] not in ("missing", "not recorded"):
        return []
    words = "Death or self-harm: not known how the question was last answered."
    return [Unknown("the question about death or self-harm", words, ())]


def _of_episode(lookup: Lookup) -> list[Unknown]:
    """The start of the episode, where a definition holds to it."""
    rows = [row for row in lookup.rows("illness_episode") if row["basis"] == "unknown"]
    asking = [name for name in lookup.results if lookup.definitions[name].count.within_episode]
    if not rows or not asking or not lookup.attempts:
        return []
    settles = tuple(lookup.short(name) for name in asking if lookup.results[name]["result"] == "unknown")
    words = "Episode: when the present one began, and so which trials belong to it."
    return [Unknown("the start of the present episode", words, settles)]
