"""A plan as text and as JSON."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

import orjson

from stepwell import __version__
from stepwell.knowledge.schema import Cite, OptionFact
from stepwell.plan import Plan, PlanStep
from stepwell.plan.steps import Chosen
from stepwell.report.figures import capital, count, day
from stepwell.report.lookup import Lookup
from stepwell.report.view.citations import Citations, marks
from stepwell.report.view.interactions import interactions
from stepwell.report.view.limits import limits
from stepwell.report.view.safety import Safety, safety
from stepwell.review import Review

FORMAT = "stepwell.plan/1"
NOT_AN_ORDER = (
    "A draft from what was chosen, for a clinician to check. It orders nothing. Days and doses are those of the "
    "sources named; a label or a local protocol may differ."
)
FIT = {
    "suitable": "by the facts known, nothing that was read speaks against it",
    "caution": "something speaks against it and has to be weighed",
    "check first": "something has to be settled first",
    "not indicated": "by the record it isn't meant for this person",
    "not suitable": "by the record it is barred for this person",
}
KIND = {
    "settle": "Settle first", "check": "Check", "dose step": "Dose", "session": "Session", "measure": "Measure",
    "review": "Review",
}  # fmt: skip

Node = dict[str, Any]


def text(review: Review, plan: Plan, width: int = 100) -> str:
    """The plan as plain text: safety, what stands against each option, then what is to be done by its first day."""
    lookup = Lookup(review)
    citations = Citations(lookup)
    lines = [
        *_safety(safety(lookup, citations), width),
        *_leading(lookup, citations, width),
        f"Plan from {day(plan.start)}, on the review of {day(plan.as_of)}",
        *wrap(NOT_AN_ORDER, width),
    ]
    for chosen in plan.chosen:
        lines += ["", *_chosen(chosen, width)]
    lines += ["", "What, by its first day"]
    # Of several options each step says which it is of: two may count the same sessions or scores.
    titles = {chosen.option.id: f": {chosen.option.title}" for chosen in plan.chosen} if plan.chosen[1:] else {}
    for steps in grouped(plan):
        lines += _steps(steps, citations, width, titles.get(steps[0].option, ""))
    lines += ["", "Sources"]
    for work in citations.works():
        lines += wrap(f"[{work.number}] {work.citation} {work.address}".strip(), width, subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _safety(noticed: Safety, width: int) -> list[str]:
    if not noticed.raised:
        return [*wrap(noticed.newest, width), ""] if noticed.newest else []
    said = [f"{noticed.title.upper()}: {noticed.positives[0].words}.", noticed.do, noticed.others, *noticed.lines]
    said.append(f"{noticed.anywhere}. Checked {noticed.checked}.")
    return [line for part in said if part for line in wrap(part, width)] + [""]


def _leading(lookup: Lookup, citations: Citations, width: int) -> list[str]:
    """Doses above a limit and medicines that aren't to be taken together: a plan may not pass them by."""
    said = [f"{limit.words} {marks(limit.references)}" for limit in limits(lookup, citations)]
    said += [f"{pair.line} {marks(pair.references)}" for pair in interactions(lookup, citations) if pair.leads]
    return [line for part in said for line in [*wrap(part.rstrip(), width), ""]]


def standing(chosen: Chosen) -> str:
    """How an option that was chosen fits, and all that is known to speak against it, in one line."""
    against = "".join(f" Against it: {row.text}" for row in chosen.present)
    return f"{chosen.option.title}: {chosen.fit} ({FIT[chosen.fit]}).{against}"


def _chosen(chosen: Chosen, width: int) -> Iterator[str]:
    yield from wrap(f"{chosen.option.title}: {chosen.fit} ({FIT[chosen.fit]})", width)
    for row in chosen.present:
        yield from wrap(f"Against it: {row.text}", width, initial_indent="  ", subsequent_indent="    ")


def grouped(plan: Plan) -> list[list[PlanStep]]:
    """The steps of the plan by their first day: one thing done several times together, and all there is to settle."""
    groups: dict[tuple[str, str], list[PlanStep]] = {}
    for step in plan.steps:
        groups.setdefault((step.option, step.kind if step.kind == "settle" else step.id), []).append(step)
    return list(groups.values())


def _steps(steps: list[PlanStep], citations: Citations, width: int, option: str) -> Iterator[str]:
    yield from wrap(f"{when(steps)}  {KIND[steps[0].kind]}{option}", width)
    for step in steps if steps[0].kind == "settle" else steps[:1]:
        words = f"{step.text} {marks(citations.refer(step.cite))}".rstrip()
        yield from wrap(words, width, initial_indent="  - ", subsequent_indent="    ")


def when(steps: list[PlanStep]) -> str:
    """The first day, and the last where there are several."""
    first, last = steps[0], steps[-1]
    if first.on == last.on:
        return day(first.on)
    return f"{day(first.on)} to {day(last.on)}, {count(len(steps), 'time')}"


def json(review: Review, plan: Plan) -> str:
    """The plan as JSON, format `stepwell.plan/1`: every step with its day."""
    lookup = Lookup(review)
    noticed = safety(lookup, Citations(lookup))
    release = review.knowledge.release
    document = {
        "format": FORMAT,
        "safety": {"title": noticed.title or None, "words": noticed.do if noticed.raised else noticed.newest or None},
        "person": plan.person_id,
        "as_of": plan.as_of,
        "start": plan.start,
        "made_by": {
            "stepwell": __version__,
            "knowledge": {"version": release.version, "date": release.date},
            "statement": NOT_AN_ORDER,
        },
        "options": [_option(chosen) for chosen in plan.chosen],
        "steps": [_step(step) for step in plan.steps],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"


def _option(chosen: Chosen) -> Node:
    return {
        "id": chosen.option.id,
        "title": chosen.option.title,
        "fit": chosen.fit,
        "against": [_fact(row) for row in chosen.present],
        "not_known": [_fact(row) for row in chosen.open],
    }


def _fact(row: OptionFact) -> Node:
    return {"id": row.id, "fact": row.fact, "text": row.text, "cite": _cites(row.cite)}


def _step(step: PlanStep) -> Node:
    return {
        "option": step.option, "id": step.id, "kind": step.kind, "date": step.on, "day": step.day,
        "number": step.number, "times": step.times, "text": step.text, "cite": _cites(step.cite),
    }  # fmt: skip


def _cites(cites: tuple[Cite, ...]) -> list[Node]:
    return [{"source": cite.source, "locus": cite.locus} for cite in cites]


def title(step: PlanStep, option: str) -> str:
    """One line for a calendar: what, of how many, for which option."""
    number = f" {step.number} of {step.times}" if step.times > 1 else ""
    return capital(f"{KIND[step.kind]}{number}: {option}")
