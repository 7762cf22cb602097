"""The second half of the text: why, how resistant, what next, what to ask."""

from collections.abc import Iterable

from rich.console import Console

from stepwell.report.figures import capital, count
from stepwell.report.prose import heading, put
from stepwell.report.view.citations import Reference, marks
from stepwell.report.view.facts import FactView
from stepwell.report.view.interactions import InteractionView
from stepwell.report.view.options import BarView, OptionView
from stepwell.report.view.page import Page
from stepwell.report.view.reasons import ReasonView
from stepwell.report.view.stages import StageView
from stepwell.report.words import words

FIRST_OPTIONS = 4
FIRST_QUESTIONS = 3
"""How many the first screen names; the detail names more."""

MOST_QUESTIONS = 10


# --- the first screen ------------------------------------------------------------------------------


def first_screen(console: Console, shown: Page) -> None:
    """Why, how resistant, what next and what to ask, in a few lines each."""
    heading(console, words()["heading"]["why"])
    for item in shown.limits:
        put(console, f"{item.words}{_cited(item.references)} ({item.where})", style="bold")
    for pair in shown.interactions:
        if pair.leads:
            put(console, _pair(pair), style="bold")
    for group in shown.reasons:
        names = [reason.title for reason in group.reasons]
        few = f" {'; '.join(names)}." if group.state in ("shown", "possible") else ""
        put(console, f"{group.title}: {count(len(names), 'reason')}.{few}")
    _first_stages(console, shown)
    heading(console, words()["heading"]["next"])
    views = [option for group in shown.options for option in group.options]
    fits = {fit: sum(view.fit == fit for view in views) for fit in words()["fit"]}
    put(console, "; ".join(f"{words()['fit'][fit]}: {found}" for fit, found in fits.items() if found) + ".")
    for option in [view for view in views if view.stands][:FIRST_OPTIONS]:
        put(console, f"{option.title}: {_fit(option)}. Evidence {option.keys[2][1]}.", bullet=True)
    if shown.questions:
        heading(console, words()["heading"]["questions"])
    for question in shown.questions[:FIRST_QUESTIONS]:
        bears_on = f" ({question.bears_on})" if question.bears_on else ""
        put(console, f"{question.words}{bears_on}", bullet=True)


def _first_stages(console: Console, shown: Page) -> None:
    found = [f"{stage.short} {stage.result}" for stage in shown.stages if stage.state == "scored" and stage.verified]
    if found:
        put(console, f"Staging: {'; '.join(found)}.")


def _fit(option: OptionView) -> str:
    """How it fits, and how much speaks against it or is open."""
    parts = [option.fit]
    parts += [f"{len(option.against)} present"] if option.against else []
    parts += [f"{len({bar.fact.id for bar in option.to_check})} to check"] if option.to_check else []
    return ", ".join(parts)


# --- the detail ------------------------------------------------------------------------------------


def reasons(console: Console, shown: Page) -> None:
    """The four groups, each reason with the rows that say so."""
    heading(console, words()["heading"]["reasons"])
    put(console, words()["intro"]["reasons"])
    for group in shown.reasons:
        put(console, f"{group.title} ({len(group.reasons)})", style="bold")
        for reason in group.reasons:
            (_told if group.state in ("shown", "possible") else _brief)(console, reason)
    if shown.interactions:
        heading(console, words()["heading"]["interactions"])
    for item in shown.interactions:
        put(console, _pair(item), bullet=True)


def _pair(item: InteractionView) -> str:
    rows = f" ({', '.join(item.rows)})" if item.rows else ""
    return f"{item.line}{_cited(item.references)}{rows}"


def _told(console: Console, reason: ReasonView) -> None:
    put(console, f"{reason.title}. {reason.remains}".rstrip(), bullet=True)
    for sign in reason.speaking:
        put(console, f"{sign.words}{_cited(sign.references)} {_known(sign.fact)}", 6)
    for name, claims in (("What to do", reason.what_to_do), ("How common", reason.how_common)):
        for claim in claims:
            put(console, f"{name}: {claim.words}{_cited(claim.references)}", 6)
    asking = "; ".join(sign.fact.question or sign.fact.title for sign in reason.asking)
    if asking:
        put(console, f"To ask: {asking}", 6)


def _brief(console: Console, reason: ReasonView) -> None:
    if reason.state == "ruled out":
        because = " ".join(_known(sign.fact) for sign in reason.speaking)
        put(console, f"{reason.title}. {because}", bullet=True)
        return
    asking = "; ".join(dict.fromkeys(sign.fact.heard for sign in reason.asking))
    parts = [f"{reason.title}.", reason.remains, f"To settle: {asking}." if asking else ""]
    put(console, " ".join(part for part in parts if part), bullet=True)


def _known(fact: FactView) -> str:
    return f"{fact.line.rstrip('.')}.{_cited(fact.references)}"


def _cited(references: Iterable[Reference]) -> str:
    found = marks(references)
    return f" {found}" if found else ""


def stages(console: Console, shown: Page) -> None:
    """Each method with its parts, and what would narrow it."""
    if not shown.stages:
        return
    heading(console, "Staging")
    put(console, words()["intro"]["stages"])
    for stage in shown.stages:
        _stage(console, stage)


def _stage(console: Console, stage: StageView) -> None:
    category = f" ({stage.category})" if stage.category else ""
    put(console, f"{stage.title}: {stage.result}{category}.{_cited(stage.references)}", bullet=True)
    if stage.parts:
        put(console, f"Parts: {'; '.join(f'{part.title} {part.points}' for part in stage.parts)}.", 6)
    if stage.narrowed_by:
        put(console, f"Would be narrowed by: {'; '.join(stage.narrowed_by)}.", 6)
    if not stage.verified:
        put(console, "Its wording could not be checked at the source.", 6)


def options(console: Console, shown: Page) -> None:
    """Every option by how it fits, with what says so."""
    heading(console, words()["heading"]["next"])
    put(console, words()["intro"]["options"])
    put(console, words()["intro"]["order"])
    if any(option.draft for group in shown.options for option in group.options):
        put(console, words()["intro"]["draft"])
    for group in shown.options:
        put(console, f"{group.title} ({len(group.options)})", style="bold")
        for option in group.options:
            _option(console, option)
    if shown.guidelines:
        heading(console, "What the guidelines say, side by side")
    for row in shown.guidelines:
        how = f", {row.read_at}" if row.read_at else ""
        put(console, f"{row.guideline}{how}, on {row.option}: {row.words}{_cited(row.references)}", bullet=True)


def _option(console: Console, option: OptionView) -> None:
    put(console, f"{option.title} ({option.id}): {option.fit}.", bullet=True)
    for bar in option.against:
        put(console, _bar(bar), 6)
    if option.to_check:
        names = dict.fromkeys(bar.fact.title for bar in option.to_check)
        put(console, f"To check: {'; '.join(names)}.", 6)
    if option.fit == "caution" and not option.against:
        put(console, words()["intro"]["unread"], 6)
    for way in option.shown_ways:
        known = "; ".join(f"{fact.title}: {fact.label}" for fact in way.facts)
        lead = "Meant for" if way.state == "met" else "Not this"
        put(console, f"{lead}: {way.words}{_cited(way.references)} ({known})", 6)
    if option.hangs_on:
        put(console, f"{words()['intro']['ways_open']}: {'; '.join(option.hangs_on)}.", 6)
    if option.stands:
        put(console, f"Evidence {option.evidence}. {option.evidence_reason}", 6)
        put(console, f"Why this place: {'; '.join(f'{name}: {value}' for name, value in option.keys)}.", 6)


def _bar(bar: BarView) -> str:
    return f"{capital(words()['strength'][bar.strength])}: {bar.words}{_cited(bar.references)} {_known(bar.fact)}"


def questions(console: Console, shown: Page) -> None:
    """The questions that settle most, with what each bears on."""
    if not shown.questions:
        return
    heading(console, words()["heading"]["questions"])
    put(console, words()["intro"]["questions"])
    for place, question in enumerate(shown.questions[:MOST_QUESTIONS], 1):
        whom = "For the clinician. " if question.ask == "clinician" else ""
        put(console, f"{place}. {question.words} {whom}Bears on {question.bears_on}.")
        for kind, names in question.names:
            few = f"{'; '.join(names[:4])}{' and others' if len(names) > 4 else ''}"  # noqa: PLR2004 -- fills two lines
            put(console, f"{capital(kind)}: {few}.", 6)
    more = len(shown.questions) - MOST_QUESTIONS
    if more > 0:
        put(console, f"{count(more, 'more question comes', 'more questions come')} after these.")
