"""The definitions side by side: met, not met or can't be told, how far, and what each doesn't test."""

from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report import wording as w
from stepwell.report.figures import capital, number, share, when
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.citations import Citations, Reference


@dataclass(frozen=True)
class DefinitionView:
    """One definition and its result for this person.

    Args:
        result: `met`, `not met` or `unknown`.
        label: The same in words.
        tally: How far it is reached, out of what it asks for.
        barred: Why it doesn't apply, whatever the count; empty if it does.
        counting: The trials that count for it, and those that may.
    """

    id: str
    short: str
    title: str
    verified: bool
    result: str
    label: str
    tally: str
    first_met: str
    barred: str
    counting: str
    asks: tuple[str, ...]
    untested: str
    about: str
    our_reading: tuple[str, ...]
    references: tuple[Reference, ...]


def definitions(lookup: Lookup, citations: Citations) -> tuple[DefinitionView, ...]:
    """Every definition asked for, in its order."""
    return tuple(_definition(lookup, citations, row) for row in lookup.results.values())


def _definition(lookup: Lookup, citations: Citations, row: Row) -> DefinitionView:
    known = lookup.definitions[row["definition_id"]]
    by_event = row["index_date"] is not None and row["index_date"] != lookup.review.as_of
    return DefinitionView(
        id=known.id,
        short=known.short,
        title=known.title,
        verified=known.verified,
        result=row["result"],
        label=w.LEFT_OUT if row["excluded_by"] else w.RESULT[row["result"]],
        tally=w.tally(row, known),
        first_met=f"first met on {when(row['index_date'], row['index_date'])}" if by_event else "",
        barred=barred(lookup, row),
        counting=_counting(lookup, known),
        asks=asks(lookup, known),
        untested=w.untested(known),
        about=known.about,
        our_reading=known.our_reading,
        references=citations.refer(known.cite),
    )


def barred(lookup: Lookup, row: Row) -> str:
    """What keeps the definition from applying, or leaves it without an answer."""
    if row["excluded_by"]:
        return f"{capital(lookup.code_set(row['excluded_by']))} is on record, which this definition leaves out"
    if row["disputed"]:
        return w.disputed(lookup.code_set(row["disputed"]))
    if row["lacks_diagnosis"]:
        return "the diagnosis it asks for is not in the record"
    if row["no_antidepressant"]:
        return "no antidepressant is in the record"
    return ""


def _counting(lookup: Lookup, definition: s.Definition) -> str:
    """Which trials count; nothing where a rule looks at drugs and not at trials."""
    if definition.count.kind not in ("failed trials", "points"):
        return ""
    groups: dict[str, list[str]] = {"met": [], "unknown": []}
    for attempt in lookup.attempts:
        row = lookup.verdicts[attempt["trial_id"]].get(definition.id)
        if row and row["counts"] in groups:
            order = lookup.relations[attempt["trial_id"]]["order"]
            groups[row["counts"]].append(f"{order} ({lookup.drug(attempt['ingredient'])})")
    return w.counting(groups["met"], groups["unknown"])


def asks(lookup: Lookup, definition: s.Definition) -> tuple[str, ...]:
    """What a definition asks of a trial and of the whole."""
    trial = definition.trial
    wanted = [w.asks_count(definition.count)]
    if trial.dose_table is not None:
        wanted.append(f"dose: minimum of {lookup.dose_table(trial.dose_table)}")
    if trial.least_days is not None:
        at = "at the minimum dose" if trial.least_days_at == "minimum dose" else "of treatment"
        wanted.append(f"length: {trial.least_days} days or more {at}")
    if trial.least_covered is not None:
        wanted.append(f"taken: {share(trial.least_covered, trial.least_covered)} of the days covered, or more")
    if trial.failure == "improvement below" and trial.failure_percent is not None:
        wanted.append(f"failure: less than {number(trial.failure_percent)}% better")
    elif trial.failure == "next treatment":
        wanted.append("failure: assumed when another treatment follows")
    return tuple(wanted)
