"""Everything a report shows, in its order: safety, answer, course, trials, definitions, what is open, the record."""

from dataclasses import dataclass
from datetime import date

from stepwell import __version__
from stepwell.report import wording as w
from stepwell.report.figures import amount, day, when
from stepwell.report.lookup import Lookup, interval
from stepwell.report.view.answer import Answer, answer
from stepwell.report.view.citations import Citations, Reference, Work
from stepwell.report.view.definitions import DefinitionView, definitions
from stepwell.report.view.facts import Facts
from stepwell.report.view.interactions import InteractionView, interactions
from stepwell.report.view.limits import LimitView, limits
from stepwell.report.view.options import GuidelineView, OptionGroup, guidelines, options
from stepwell.report.view.questions import QuestionView, questions
from stepwell.report.view.reasons import ReasonGroup, reasons
from stepwell.report.view.record import Record, record
from stepwell.report.view.safety import Safety, safety
from stepwell.report.view.scores import Scale, scales
from stepwell.report.view.stages import StageView, stages
from stepwell.report.view.trials import Trial, trials
from stepwell.report.view.unknowns import Unknown, unknowns
from stepwell.review import Review


@dataclass(frozen=True)
class RuleLine:
    """One number that the building of trials used."""

    title: str
    value: str
    why: str
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class Page:
    """A review in words."""

    person_id: str
    about: str
    as_of: str
    as_of_day: date
    source: str
    episode: str
    safety: Safety
    answer: Answer
    scales: tuple[Scale, ...]
    trials: tuple[Trial, ...]
    definitions: tuple[DefinitionView, ...]
    leading: DefinitionView
    unknowns: tuple[Unknown, ...]
    limits: tuple[LimitView, ...]
    reasons: tuple[ReasonGroup, ...]
    interactions: tuple[InteractionView, ...]
    stages: tuple[StageView, ...]
    options: tuple[OptionGroup, ...]
    guidelines: tuple[GuidelineView, ...]
    questions: tuple[QuestionView, ...]
    record: Record
    rules: tuple[RuleLine, ...]
    works: tuple[Work, ...]
    versions: str
    disclaimer: str


def page(lookup: Lookup) -> Page:
    """A review in words."""
    review, citations = lookup.review, Citations(lookup)
    noticed = safety(lookup, citations)
    tried = trials(lookup, citations)
    shown = definitions(lookup, citations)
    opened = unknowns(lookup)
    facts = Facts(lookup, citations)
    above = limits(lookup, citations)
    why, touching = reasons(lookup, citations, facts), interactions(lookup, citations)
    staged, nexts = stages(lookup, citations, facts), options(lookup, citations, facts)
    return Page(
        person_id=review.person_id,
        about=_about(lookup),
        as_of=day(review.as_of),
        as_of_day=review.as_of,
        source=review.records.source or "source not named",
        episode=_episode(lookup),
        safety=noticed,
        answer=answer(lookup, tried, shown, opened),
        scales=scales(lookup, citations),
        trials=tried,
        definitions=shown,
        leading=next(item for item in shown if item.id == lookup.headline),
        unknowns=opened,
        limits=above,
        reasons=why,
        interactions=touching,
        stages=staged,
        options=nexts,
        guidelines=guidelines(nexts),
        questions=questions(lookup, facts),
        record=record(lookup),
        rules=_rules(lookup, citations),
        works=citations.works(),
        versions=versions(review),
        disclaimer=w.NOT_A_DIAGNOSIS,
    )


def _about(lookup: Lookup) -> str:
    """Sex, birth and death as recorded."""
    row = next(iter(lookup.rows("person")), None)
    if row is None:
        return ""
    birth = f"born {when(*interval(row, 'birth'))}" if row["birth_latest"] else "birth not recorded"
    died = row["death_earliest"] is not None and row["death_earliest"] <= lookup.review.as_of
    death = f", died {when(*interval(row, 'death'))}" if died else ""
    return f"{row['sex'] or 'sex not recorded'}, {birth}{death}"


def _episode(lookup: Lookup) -> str:
    row = next(iter(lookup.rows("illness_episode")), None)
    if row is None or row["basis"] == "unknown":
        return "Start of the present episode not recorded."
    return f"The present episode began {when(*interval(row, 'start'))}, {w.EPISODE[row['basis']]}."


def _rules(lookup: Lookup, citations: Citations) -> tuple[RuleLine, ...]:
    return tuple(
        RuleLine(rule.title, amount(rule.value, rule.value, w.UNIT[rule.unit]), rule.why, citations.refer(rule.cite))
        for rule in lookup.knowledge.rules
    )


def versions(review: Review) -> str:
    """Which program and which knowledge made it."""
    release = review.knowledge.release
    return f"Stepwell {__version__}, knowledge {release.version} of {day(release.date)}"
