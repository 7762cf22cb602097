"""The courses of a medicine: one dose over one stretch of time, or the steps of a dose that changes."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from stepwell.records import doses
from stepwell.records.doses import Dose
from stepwell.records.fhir import when
from stepwell.records.fhir.dosage import Step
from stepwell.records.fhir.when import Days


class End(NamedTuple):
    """The first day no longer covered, at the earliest and at the latest (None: no limit known)."""

    earliest: date | None
    latest: date | None


class Course(NamedTuple):
    """One dose over one stretch of time."""

    start: Days | None
    end: End
    dose: Dose


def unknown_end(start: Days | None, latest: date | None = None) -> End:
    """One day is all that is certain."""
    return End(when.later(start.latest, 1) if start else None, latest)


def end_of(days: Days | None, start: Days | None) -> End:
    """The end, if it is known at all."""
    return End(days.earliest, days.latest) if days else unknown_end(start)


def bounded(step: Step, start: Days | None) -> Days | None:
    """The end that a Dosage sets itself."""
    if step.end is not None:
        return step.end
    begun = step.start or start
    if step.length is None or begun is None:
        return None
    return Days(when.later(begun.earliest, max(step.length.low, 1)), when.later(begun.latest, max(step.length.high, 1)))


def courses_of(
    steps: Sequence[Step],
    start: Days | None,
    end: End,
    given: Callable[[Sequence[Step]], Dose],
    *,
    as_planned: bool = True,
) -> list[Course]:
    """One course, or one for each step of a dose that changes at known times, if it went as planned.

    Args:
        steps: Of the dosage.
        start: Of the whole, where the steps don't tell their own.
        end: Of the whole.
        given: The dose that steps give together.
        as_planned: False: it was stopped on a day that isn't known.
    """
    stepwise = timed(steps, start) if as_planned and len(steps) > 1 else None
    if stepwise is not None:
        last = len(stepwise) - 1
        return [
            Course(
                begun, _last(end, begun) if number == last and until is None else end_of(until, begun), own_dose([step])
            )
            for number, (step, begun, until) in enumerate(stepwise)
        ]
    begun = min((step.start for step in steps if step.start), default=start)
    return [Course(begun, end, given(steps))]


def _last(end: End, begun: Days) -> End:
    """The end of the whole for its last step, which lasts a day at least."""
    one_day = when.later(begun.latest, 1)
    known = end.latest is not None and end.latest >= one_day
    return End(max(end.earliest or one_day, one_day), end.latest if known else None)


def own_dose(steps: Sequence[Step]) -> Dose:
    """The dose that steps give by themselves: as structured data, else in words."""
    return doses.first_known(
        lambda: together(steps, [step.structured for step in steps]),
        lambda: together(steps, [step.worded for step in steps]),
    )


def timed(steps: Sequence[Step], start: Days | None) -> list[tuple[Step, Days, Days | None]] | None:
    """Steps with their start and end, if one follows the other at known times."""
    sequences = [step.sequence for step in steps]
    in_order = None not in sequences and len(set(sequences)) == len(sequences)
    own_starts = [step.start for step in steps if step.start]
    if not in_order and len(set(own_starts)) < len(steps):
        return None
    found: list[tuple[Step, Days, Days | None]] = []
    begun = start
    for step in steps if in_order else sorted(steps, key=lambda one: one.start or Days(date.max, date.max)):
        begun = step.start or begun
        if begun is None:
            return None
        until = bounded(step, begun)
        found.append((step, begun, until))
        begun = until
    return found


def together(steps: Sequence[Step], each: Sequence[Dose]) -> Dose:
    """The dose of several dosages whose times aren't known: added up if they are concurrent, else a range."""
    if len(each) <= 1:
        return each[0] if each else doses.UNKNOWN
    lows = [dose.low for dose in each if dose.low is not None]
    highs = [dose.high for dose in each if dose.high is not None]
    if len(lows) < len(each) or len(highs) < len(each) or len({dose.unit for dose in each}) > 1:
        return doses.UNKNOWN
    sequences = {step.sequence for step in steps}
    if len(sequences) == 1 and None not in sequences:
        return each[0]._replace(low=sum(lows), high=sum(highs))
    if len(sequences) == len(steps):
        return each[0]._replace(low=min(lows), high=max(highs))
    return each[0]._replace(low=min(lows), high=sum(highs))
