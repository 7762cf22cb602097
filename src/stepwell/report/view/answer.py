"""The answer in a few sentences: what the leading definition finds, and how the others stand."""

from dataclasses import dataclass

from stepwell.report import wording as w
from stepwell.report.figures import amount, capital, count, listed, number, when
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.definitions import DefinitionView
from stepwell.report.view.trials import Trial
from stepwell.report.view.unknowns import Unknown

CANT_TELL = "Can't be told yet"
FAILURES = tuple(f"failed-{number}-{'antidepressant' if number == 'one' else 'antidepressants'}"
                 for number in ("one", "two", "three", "four"))  # fmt: skip
"""Facts of failures that somebody may tell of, from the fewest."""


@dataclass(frozen=True)
class Answer:
    """Answer to "is the medication really failing?".

    Args:
        lead: `Shown`, `Not shown`, `Can't be told yet` or `Not judged`.
        sentence: What the leading definition finds.
        tally: How every definition stands.
        verdicts: How many trials ended how.
        now: What is running.
    """

    lead: str
    sentence: str
    tally: str
    verdicts: str
    now: str


def answer(
    lookup: Lookup, trials: tuple[Trial, ...], definitions: tuple[DefinitionView, ...], unknowns: tuple[Unknown, ...]
) -> Answer:
    """The answer of a review."""
    lead, sentence = _headline(lookup, trials, unknowns)
    return Answer(lead, f"{sentence}{_stated(lookup)}", tally(definitions), _verdicts(trials), _now(lookup, trials))


def _headline(lookup: Lookup, trials: tuple[Trial, ...], unknowns: tuple[Unknown, ...]) -> tuple[str, str]:
    row = lookup.results[lookup.headline]
    if set_apart := _set_apart(lookup, row, trials):
        return set_apart
    if row["result"] == "met":
        return "Shown", f"{_found(lookup, row, trials)}, by {_by(lookup)}."
    if row["result"] == "unknown":
        return CANT_TELL, f"{_found(lookup, row, trials)}, by {_by(lookup)}.{_open(lookup, unknowns)}"
    lacking = " The diagnosis it asks for is not in the record." if row["lacks_diagnosis"] else ""
    return "Not shown", f"{_found(lookup, row, trials)}, by {_by(lookup)}.{lacking}"


def _set_apart(lookup: Lookup, row: Row, trials: tuple[Trial, ...]) -> tuple[str, str] | None:
    """The headline where the count of trials isn't what decides."""
    if row["excluded_by"]:
        title = capital(lookup.code_set(row["excluded_by"]))
        return "Not judged", f"{title} is on record, which {_by(lookup)} does not cover."
    if row["disputed"]:
        return CANT_TELL, f"{w.disputed(lookup.code_set(row['disputed']))}."
    if row["no_antidepressant"]:
        return CANT_TELL, "The record shows no treatment with an antidepressant."
    if not trials and row["undated_drugs"]:
        drugs = count(row["undated_drugs"], "antidepressant")
        return CANT_TELL, f"The record names {drugs}, without a date, so no trial can be placed in time."
    return None


def stated_failures(lookup: Lookup) -> Row | None:
    """What was answered of failures, where no row of the record shows as many; the highest number that was told."""
    told = [row for name in reversed(FAILURES) for row in lookup.fact_evidence.get(name, [])]
    shown = {row["fact"] for row in told if row["kind"] == "definition" and row["says"] == "present"}
    return next(
        (row for row in told if row["kind"] == "answer" and row["says"] == "present" and row["fact"] not in shown), None
    )


def _stated(lookup: Lookup) -> str:
    row = stated_failures(lookup)
    if row is None:
        return ""
    title = next(fact.title for fact in lookup.knowledge.facts if fact.id == row["fact"])
    day = f", {when(*interval(row, 'date'))}" if row["date_latest"] else ""
    return f" {w.STATED.format(what=title.lower(), day=day)}"


def _by(lookup: Lookup) -> str:
    definition = lookup.definitions[lookup.headline]
    doubt = "" if definition.verified else " (its wording could not be checked at the source)"
    return definition.short + doubt


def _found(lookup: Lookup, row: Row, trials: tuple[Trial, ...]) -> str:
    """How many of the trials count as adequate and failed, and how many it takes."""
    kind = lookup.definitions[lookup.headline].count.kind
    needed = w.needed(row)
    if kind != "failed trials":
        one, many = w.COUNTED[kind]
        found = amount(row["count_low"], row["count_high"])
        return f"{capital(found)} {one if found == '1' else many} found and {needed} needed"
    return f"{_adequate(row, len(trials))}; {needed} {'is' if needed == '1' else 'are'} needed"


def _adequate(row: Row, total: int) -> str:
    """How many count; where procedures count beside drugs there may be more of them than trials."""
    low, high = row["count_low"], row["count_high"]
    of = f" of {count(total, 'trial')}" if high <= total else " treatments, procedures included,"
    if high == 0:
        none = "The one trial does not count" if total == 1 else f"None of {total} trials counts"
        return f"{none} as adequate and failed"
    if low == 0 and total == high == 1:
        return "The one trial may count as adequate and failed"
    if low == 0:
        return f"Up to {number(high)}{of} may count as adequate and failed"
    sure = f"{number(low)}{of} {'counts' if low == 1 else 'count'} as adequate and failed"
    return sure if low == high else f"{sure}, and up to {number(high)} may"


def _open(lookup: Lookup, unknowns: tuple[Unknown, ...]) -> str:
    """What would settle it."""
    short = lookup.short(lookup.headline)
    open_points = [item.short for item in unknowns if short in item.settles]
    return f" What would settle it: {'; '.join(open_points[:3])}." if open_points else ""


def tally(definitions: tuple[DefinitionView, ...]) -> str:
    """How many definitions are met, not met, open, and leave the person out; those not checked stay apart."""
    checked = [item for item in definitions if item.verified] or list(definitions)
    labels = [item.label for item in checked]
    order = (*(w.RESULT[name] for name in ("met", "not met", "unknown")), w.LEFT_OUT)
    parts = [f"{labels.count(label)} {label}" for label in order if label in labels]
    if labels.count(w.LEFT_OUT) > 1:
        parts[-1] = parts[-1].replace(w.LEFT_OUT, w.LEAVE_OUT)
    asked = count(len(labels), "published definition")
    apart = len(definitions) - len(checked)
    are, their = ("is", "its") if apart == 1 else ("are", "their")
    more = f" {apart} more {are} told below: {their} wording could not be checked at the source." if apart else ""
    return f"Treatment-resistant depression by {asked}: {', '.join(parts)}.{more}"


def _verdicts(trials: tuple[Trial, ...]) -> str:
    """How many trials have which verdict."""
    names = [trial.verdict for trial in trials]
    lost = sum(bool(trial.note) for trial in trials)
    aside = {"worked": f" ({lost} {w.LOST_AGAIN})"} if lost else {}
    parts = [
        f"{names.count(name)} {label.lower()}{aside.get(name, '')}"
        for name, label in w.VERDICT.items()
        if name in names
    ]
    return f"{capital(count(len(trials), 'trial'))}: {', '.join(parts)}." if trials else "No trial in the record."


def _now(lookup: Lookup, trials: tuple[Trial, ...]) -> str:
    """What is running on the day of the review."""
    running = [trial for trial in trials if lookup.attempt[trial.trial_id]["state"] == "running"]
    if not running:
        return "Nothing is recorded as running." if trials else ""
    words = [f"{lookup.drug(lookup.attempt[trial.trial_id]['ingredient'])} ({_so_far(trial)})" for trial in running]
    return f"Running now: {listed(words)}."


def _so_far(trial: Trial) -> str:
    """The verdict of a trial that goes on; one that worked and does so no longer isn't called working."""
    now = w.NOW.get(trial.verdict, trial.label.lower())
    return f"{now}, {w.LOST_AGAIN}" if trial.note else now
