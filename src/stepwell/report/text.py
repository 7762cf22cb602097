"""A review as text: one screen to read in half a minute, then the detail."""

from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stepwell.report import text_next
from stepwell.report import wording as w
from stepwell.report.figures import capital
from stepwell.report.lookup import Lookup
from stepwell.report.prose import HEIGHT, heading, put
from stepwell.report.text_detail import detail
from stepwell.report.view.citations import marks
from stepwell.report.view.page import Page, page
from stepwell.report.view.trials import Trial
from stepwell.review import Review

TABLE_WIDTH = 96
"""Characters a line from which the trials stand in a table."""

STYLE = {
    "worked": "green", "failed": "bold red", "partly worked": "green", "too low": "yellow", "too short": "yellow",
    "not taken": "yellow", "not tolerated": "magenta", "still running": "blue", "cannot tell": "bold",
}  # fmt: skip


def render(
    review: Review,
    width: int = 100,
    *,
    color: bool = False,
    brief: bool = False,
) -> str:
    """The review as lines of at most `width` characters, but for a longer address or id.

    Args:
        review: The review.
        width: Characters a line; 80 or more reads well.
        color: Marks words for a terminal; without it the text holds no control characters.
        brief: Only the first screen, without the detail.
    """
    out = StringIO()
    console = Console(
        file=out, width=width, height=HEIGHT, force_terminal=color, no_color=not color,
        color_system="standard" if color else None, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    shown = page(Lookup(review))
    _screen(console, shown)
    if not brief:
        detail(console, shown)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _screen(console: Console, shown: Page) -> None:
    put(console, f"Stepwell review of {shown.person_id}, as of {shown.as_of}", 0, style="bold")
    _safety(console, shown)
    put(console, f"{capital(shown.about)}. {shown.source}: {shown.record.summary}", 0)
    _answer(console, shown)
    _trials(console, shown)
    text_next.first_screen(console, shown)


def _safety(console: Console, shown: Page) -> None:
    safety = shown.safety
    if not safety.raised:
        put(console, safety.newest, 0)
        return
    heading(console, f"SAFETY FIRST: {safety.title}")
    put(console, safety.positives[0].words, style="bold")
    for words in (safety.others, safety.do, safety.newest):
        if words:
            put(console, words)
    put(console, f"{'. '.join(safety.lines)}. {safety.anywhere}. Checked {safety.checked} {marks(safety.references)}.")


def _answer(console: Console, shown: Page) -> None:
    answer = shown.answer
    heading(console, w.QUESTION)
    put(console, answer.sentence, lead=f"{answer.lead}. ")
    put(console, " ".join(part for part in (answer.verdicts, answer.now) if part))
    put(console, answer.tally)
    for scale in shown.scales:
        put(console, scale.summary)
    if not shown.scales:
        put(console, "No score of symptoms is in the record.")


# --- trials ----------------------------------------------------------------------------------------


def _trials(console: Console, shown: Page) -> None:
    if not shown.trials:
        return
    heading(console, f"Trials, judged by {shown.leading.short}")
    if console.width >= TABLE_WIDTH:
        console.print(_trial_table(shown.trials))
        return
    for trial in shown.trials:
        put(
            console,
            f"{trial.order}. {trial.drug}, {trial.dates}: {_label(trial)}{f', {w.LOST_AGAIN}' if trial.note else ''}",
            0,
        )
        put(console, _in_words(trial), 3)


def _label(trial: Trial) -> str:
    return trial.label.upper() if trial.verdict == "failed" else trial.label


def _in_words(trial: Trial) -> str:
    least_days = f" ({trial.least_days})" if trial.least_days else ""
    change = f", {trial.change}" if trial.change else ""
    return (
        f"Highest dose {trial.dose} ({trial.minimum}); days at dose {trial.days}{least_days};"
        f" {trial.basis} for {trial.covered}; {trial.scale_and_course}{change}."
    )


def _trial_table(trials: tuple[Trial, ...]) -> Table:
    """Two lines a trial: what was found, and what was asked or where it is from."""
    table = _table(
        ("Trial", None), ("Highest dose", 14), ("Days at dose", 12), ("Supplied", 10), ("Score", 18), ("Verdict", 13)
    )
    for trial in trials:
        label = Text(_label(trial), STYLE[trial.verdict])
        table.add_row(
            f"{trial.order}. {trial.drug}", trial.dose, trial.days, trial.covered, trial.scale_and_course, label
        )
        table.add_row(
            f"   {trial.short_dates}",
            trial.minimum,
            trial.least_days,
            trial.basis,
            trial.change,
            w.LOST_AGAIN if trial.note else "",
        )
    return table


def _table(*columns: tuple[str, int | None]) -> Table:
    """A table without lines; a column without a width takes the rest."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True, header_style="underline")
    for name, width in columns:
        table.add_column(name, width=width, ratio=None if width else 1)
    return table
