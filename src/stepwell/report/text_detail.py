"""The second part of the text: each trial with its evidence, definitions, scores, the record, sources."""

from collections.abc import Iterable

from rich.console import Console

from stepwell.report import text_next
from stepwell.report.figures import capital
from stepwell.report.prose import heading, put, some
from stepwell.report.view.citations import Reference, marks
from stepwell.report.view.definitions import DefinitionView
from stepwell.report.view.page import Page
from stepwell.report.view.record import Line
from stepwell.report.view.scores import Scale
from stepwell.report.view.trials import Trial


def detail(console: Console, shown: Page) -> None:
    """Everything behind the first screen."""
    heading(console, "DETAIL")
    for trial in shown.trials:
        _trial(console, trial, shown.leading.short)
    for scale in shown.scales:
        _scale(console, scale)
    heading(console, "Definitions")
    for item in shown.definitions:
        _definition(console, item)
    text_next.stages(console, shown)
    text_next.reasons(console, shown)
    text_next.options(console, shown)
    text_next.questions(console, shown)
    _unknowns(console, shown)
    _record(console, shown)
    heading(console, "How trials are built")
    for rule in shown.rules:
        put(console, f"{rule.title}: {rule.value}. {rule.why} {marks(rule.references)}")
    _sources(console, shown)


def _trial(console: Console, trial: Trial, leading: str) -> None:
    heading(console, f"Trial {trial.order}. {trial.drug}, {trial.dates}: {trial.label}")
    put(console, f"{trial.meaning} {trial.note}".strip())
    put(console, f"Because: {trial.why}")
    put(console, f"{capital(trial.strategy)}. {trial.ended}")
    for words in trial.doses_set_aside:
        put(console, words)
    put(console, f"By {leading}:")
    for item in trial.criteria:
        put(
            console,
            f"{item.name}: {item.result}. Found: {item.found}. Asked: {item.required}.{_cited(item.references)}",
            4,
        )
    some(console, "On other scales", trial.courses[1:])
    some(console, "Thresholds met from start to end", trial.met)
    some(
        console,
        "By every definition",
        (f"{row.definition}: {row.label.lower()}, {row.counts}" for row in trial.by_definition),
    )
    some(
        console,
        "Evidence",
        (f"{row.evidence_id} ({', '.join(filter(None, (row.bears_on, row.location)))})" for row in trial.evidence),
    )


def _cited(references: Iterable[Reference]) -> str:
    found = marks(references)
    return f" {found}" if found else ""


def _scale(console: Console, scale: Scale) -> None:
    heading(console, f"Scores: {scale.title} {marks(scale.band_reference)}".rstrip())
    for point in scale.points:
        words = [f"{point.when}: {point.total}", point.band, point.change, point.source]
        item = "" if point.suicide_item == "not asked" else f"answer about death or self-harm: {point.suicide_item}"
        put(console, f"{'; '.join(word for word in (*words, item) if word)} ({point.evidence_id}).")


def _definition(console: Console, item: DefinitionView) -> None:
    put(console, f"{item.title}: {item.label}. {marks(item.references)}")
    barred = f" {capital(item.barred)}." if item.barred else ""
    put(console, f"Found: {item.tally}.{barred}", 4)
    if item.counting or item.first_met:
        put(console, f"{capital('; '.join(filter(None, (item.counting, item.first_met))))}.", 4)
    put(console, f"Asks: {'; '.join(item.asks)}.", 4)
    put(console, f"Doesn't test: {item.untested}.", 4)
    if item.our_reading:
        put(console, f"Our reading: {' '.join(item.our_reading)}", 4)
    if not item.verified:
        put(console, "Its wording could not be checked at the source.", 4)


def _unknowns(console: Console, shown: Page) -> None:
    if not shown.unknowns:
        return
    heading(console, "Not known, and it matters")
    for item in shown.unknowns:
        settles = f" Would help settle: {', '.join(item.settles)}." if item.settles else ""
        put(console, f"{item.words}{settles}", bullet=True)


def _record(console: Console, shown: Page) -> None:
    record = shown.record
    heading(console, "The record")
    put(console, f"{shown.source}: {record.summary}")
    put(console, shown.episode)
    some(console, "Rows read", record.read)
    _lines(console, "Not used", record.unused)
    _lines(console, "Read, and set aside", record.set_aside)
    _lines(console, "Remarks", record.findings)


def _lines(console: Console, name: str, lines: tuple[Line, ...]) -> None:
    if lines:
        put(console, f"{name}:")
    for line in lines:
        where = f" ({line.where})" if line.where else ""
        put(console, f"{line.words}{where}", 4, bullet=True)


def _sources(console: Console, shown: Page) -> None:
    heading(console, "Sources")
    for work in shown.works:
        read = f" Read: {work.read}." if work.read else ""
        put(console, f"[{work.number}] {work.citation}{' ' + work.address if work.address else ''}{read}")
    console.print()
    put(console, shown.disclaimer, 0)
    put(console, f"{shown.versions}.", 0)
