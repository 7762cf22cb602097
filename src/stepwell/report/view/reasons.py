"""Why it may not be working: each reason with its state, the rows that say so, and what is still to be asked."""

from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report.figures import count
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.view.facts import Facts, FactView
from stepwell.report.words import words


@dataclass(frozen=True)
class Claim:
    """One statement and where it is written."""

    words: str
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class SignView:
    """One fact that shows a reason or suggests it."""

    words: str
    weight: str
    needed: bool
    fact: FactView
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class ReasonView:
    """One reason.

    Args:
        state: `shown`, `possible`, `not assessed` or `ruled out`.
        speaking: Signs of which something is known.
        asking: Signs that are still open and would settle it.
        remains: For what remains once all else is ruled out: what of that is open.
    """

    id: str
    title: str
    plain: str
    group: str
    state: str
    speaking: tuple[SignView, ...]
    asking: tuple[SignView, ...]
    how_common: tuple[Claim, ...]
    what_to_do: tuple[Claim, ...]
    plain_what_to_do: tuple[str, ...]
    questions_to_bring: tuple[str, ...]
    note: str
    remains: str
    what_remains: bool


@dataclass(frozen=True)
class ReasonGroup:
    """The reasons of one state."""

    state: str
    title: str
    reasons: tuple[ReasonView, ...]


def reasons(lookup: Lookup, citations: Citations, facts: Facts) -> tuple[ReasonGroup, ...]:
    """The four groups, each in the order of the knowledge; a group without a reason isn't there."""
    entries = lookup.reason_entries
    views = [_reason(lookup, citations, facts, entries[row["reason"]], row) for row in lookup.rows("reason")]
    groups = (
        ReasonGroup(state, title, tuple(view for view in views if view.state == state))
        for state, title in words()["reason_state"].items()
    )
    return tuple(group for group in groups if group.reasons)


def _reason(lookup: Lookup, citations: Citations, facts: Facts, reason: s.Reason, row: Row) -> ReasonView:
    # Sources of what isn't printed stay out of the list of sources.
    told = row["state"] in ("shown", "possible")
    signs = [_sign(citations, facts, sign, cited=told) for sign in reason.signs]
    return ReasonView(
        id=reason.id, title=reason.title, plain=reason.plain, group=reason.group, state=row["state"],
        speaking=tuple(sign for sign in signs if sign.fact.state != "unknown"),
        asking=tuple(sign for sign in signs if sign.fact.open),
        how_common=_claims(citations, reason.how_common) if told else (),
        what_to_do=_claims(citations, reason.what_to_do) if told else (),
        plain_what_to_do=reason.plain_what_to_do, questions_to_bring=reason.questions_to_bring,
        note=reason.note or "", remains=_remains(lookup, row) if reason.what_remains else "",
        what_remains=reason.what_remains,
    )  # fmt: skip


def _sign(citations: Citations, facts: Facts, sign: s.ReasonSign, *, cited: bool) -> SignView:
    references = citations.refer(cite for cite in sign.cite if cite.source != "stepwell") if cited else ()
    return SignView(sign.text, sign.weight, sign.needed, facts[sign.fact], references)


def _claims(citations: Citations, statements: tuple[s.Statement, ...]) -> tuple[Claim, ...]:
    return tuple(Claim(statement.text, citations.refer(statement.cite)) for statement in statements)


def _remains(lookup: Lookup, row: Row) -> str:
    """What else may still explain it."""
    others = [other for other in lookup.rows("reason") if other["reason"] != row["reason"]]
    shown = sum(other["state"] == "shown" for other in others)
    opened = sum(other["state"] in ("possible", "not assessed") for other in others)
    if not shown and not opened:
        return "No other reason is shown or open."
    parts = [f"{count(shown, 'other reason is', 'other reasons are')} shown"] if shown else []
    more = ("more is", "more are") if shown else ("other reason is", "other reasons are")
    parts += [f"{count(opened, *more)} still open"] if opened else []
    return f"What remains once the others are ruled out: {' and '.join(parts)}."
