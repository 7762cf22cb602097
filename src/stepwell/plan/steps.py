"""The steps of a plan: what to settle first, the checks, sessions, measures and reviews, each with its day."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from stepwell.errors import ConfigError
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge

Row = Mapping[str, Any]
Kind = Literal["settle", "check", "dose step", "session", "measure", "review"]
# Of one day, what comes before what.
ORDER: tuple[Kind, ...] = ("settle", "check", "dose step", "session", "measure", "review")
OPEN = ("unknown", "conflict")
WORKING_DAYS = 5


@dataclass(frozen=True)
class PlanStep:
    """One thing to do on one day.

    Args:
        option: Id of the option it belongs to.
        id: Stable within the option and the kind.
        kind: What it is.
        day: Days from the start of the option, negative before it.
        on: The date.
        number: Which of several it is, from 1.
        times: How many there are.
        text: What is to be done.
        cite: Where that is written.
    """

    option: str
    id: str
    kind: Kind
    day: int
    on: date
    number: int
    times: int
    text: str
    cite: tuple[s.Cite, ...]


@dataclass(frozen=True)
class Chosen:
    """An option that was chosen, and how it fits the person.

    Args:
        option: What the knowledge holds of it.
        fit: suitable | caution | check first | not indicated | not suitable
        present: Contraindications and cautions that the person has.
        open: Those that nothing tells of, or of which the record contradicts itself.
    """

    option: s.Option
    fit: str
    present: tuple[s.OptionFact, ...]
    open: tuple[s.OptionFact, ...]


@dataclass(frozen=True)
class Plan:
    """What was chosen for one person, and its steps by day.

    Args:
        person_id: Whose plan.
        start: First day of the options.
        as_of: The day of the review it rests on.
        chosen: The options in the order in which they were named.
        steps: Every step, by date.
    """

    person_id: str
    start: date
    as_of: date
    chosen: tuple[Chosen, ...]
    steps: tuple[PlanStep, ...]


def make_plan(
    knowledge: Knowledge,
    tables: Mapping[str, Sequence[Row]],
    person_id: str,
    as_of: date,
    chosen: Sequence[str],
    start: date,
) -> Plan:
    """The plan that follows from what was chosen; it chooses nothing and leaves nothing out.

    Args:
        knowledge: For the options and the questions.
        tables: The person's review: `option_fit` and `fact`.
        person_id: Whose plan.
        as_of: The day of that review.
        chosen: Ids of options, at least one.
        start: First day; not before `as_of`.

    Raises:
        ConfigError: No such option, none chosen, or a start before the day of the review.
    """
    if start < as_of:
        raise ConfigError(f"The plan would start on {start}, before the review of {as_of}. Name a later --start.")
    options = _options(knowledge, chosen)
    fits = {row["option"]: row["fit"] for row in tables["option_fit"]}
    states = {row["fact"]: row["state"] for row in tables["fact"]}
    taken = tuple(_chosen(option, fits[option.id], states) for option in options)
    questions = {fact.id: fact for fact in knowledge.facts}
    steps = [step for one in taken for step in _steps(one, start, questions)]
    steps.sort(key=lambda step: (step.on, ORDER.index(step.kind), step.option, step.id))
    return Plan(person_id, start, as_of, taken, tuple(steps))


def _options(knowledge: Knowledge, chosen: Sequence[str]) -> list[s.Option]:
    known = {option.id: option for option in knowledge.options}
    if not chosen:
        raise ConfigError("A plan needs at least one option: --choose ID. `stepwell options` lists them.")
    wrong = [name for name in chosen if name not in known]
    if wrong:
        near = [other for name in wrong for other in difflib.get_close_matches(name, known, n=3)]
        hint = f" Did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
        raise ConfigError(f"No option is called {', '.join(wrong)}.{hint} `stepwell options` lists them.")
    return [known[name] for name in dict.fromkeys(chosen)]


def _chosen(option: s.Option, fit: str, states: Mapping[str, str]) -> Chosen:
    bars = (*option.contraindications, *option.cautions)
    present = tuple(row for row in bars if states.get(row.fact) == "present")
    unsettled = tuple(row for row in bars if states.get(row.fact, "unknown") in OPEN)
    return Chosen(option, fit, present, unsettled)


def _steps(chosen: Chosen, start: date, facts: Mapping[str, s.Fact]) -> Iterator[PlanStep]:
    option = chosen.option
    yield from _to_settle(chosen, start, facts)
    for row in option.checks_before:
        yield PlanStep(option.id, f"before-{row.id}", "check", 0, start, 1, 1, row.text, row.cite)
    for one in option.schedule:
        for number, day in enumerate(days(one, start), 1):
            yield PlanStep(
                option.id, one.id, one.kind, day, start + timedelta(day), number, one.times, one.text, one.cite
            )


def _to_settle(chosen: Chosen, start: date, facts: Mapping[str, s.Fact]) -> Iterator[PlanStep]:
    """What isn't known yet, on the first day and before anything else; a question stands once."""
    for fact in dict.fromkeys(row.fact for row in chosen.open):
        row = next(row for row in chosen.open if row.fact == fact)
        known = facts.get(fact)
        text = f"Not known yet: {row.text} Ask: {known.question}" if known else f"Not known yet: {row.text}"
        yield PlanStep(chosen.option.id, f"settle-{fact}", "settle", 0, start, 1, 1, text, row.cite)


def days(one: s.Scheduled, start: date) -> list[int]:
    """The days on which something falls, counted from the start; `weekdays_only` passes over weekends.

    >>> from datetime import date
    >>> session = s.Scheduled(id="x", kind="session", first_day=0, every_days=1, times=4, weekdays_only=True,
    ...     text="x", cite=(s.Cite(source="stepwell", locus="x"),))
    >>> days(session, date(2025, 1, 2))
    [0, 1, 4, 5]
    """
    step = one.every_days or 1
    if not one.weekdays_only:
        return [one.first_day + step * number for number in range(one.times)]
    found: list[int] = []
    day = one.first_day
    while len(found) < one.times:
        if (start + timedelta(day)).weekday() < WORKING_DAYS:
            found.append(day)
            day += step
        else:
            day += 1
    return found
