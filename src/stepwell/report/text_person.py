"""The person's page as text: the same words, with dots for people."""

from io import StringIO

from rich.console import Console

from stepwell.report.figures import capital
from stepwell.report.prose import HEIGHT, heading, put
from stepwell.report.view.citations import marks
from stepwell.report.view.figures import Figure
from stepwell.report.view.person import PersonPage, PlainOption, PlainReason, person_page
from stepwell.report.words import Words, words
from stepwell.review import Review


def render(review: Review, width: int = 100, *, color: bool = False, brief: bool = False) -> str:
    """The review in plain words, as lines of at most `width` characters, but for a longer address or id.

    Args:
        review: The review.
        width: Characters a line.
        color: Marks headings for a terminal.
        brief: Without what comes after the choices: their list, the questions and the sources.
    """
    out = StringIO()
    console = Console(
        file=out, width=width, height=HEIGHT, force_terminal=color, no_color=not color,
        color_system="standard" if color else None, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    shown = person_page(review)
    _first(console, shown)
    _why(console, shown)
    _options(console, shown)
    if not brief:
        _rest(console, shown)
    if not shown.safety.raised:
        _help(console, shown, words()["person"]["heading"]["help"])
    if not brief:
        _sources(console, shown)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _said() -> Words:
    found: Words = words()["person"]
    return found


def _first(console: Console, shown: PersonPage) -> None:
    put(console, _said()["title"], 0, style="bold")
    if shown.safety.raised:
        _help(console, shown, _said()["heading"]["first"])
        console.print()
    put(console, shown.about, 0)
    if shown.limits:
        heading(console, _said()["heading"]["limit"])
    for line in shown.limits:
        put(console, line, style="bold")
    if shown.pairs:
        heading(console, _said()["heading"]["pair"])
    for line in shown.pairs:
        put(console, line, style="bold")
    heading(console, _said()["heading"]["answer"])
    for line in shown.answer:
        put(console, line)
    heading(console, _said()["heading"]["medicines"])
    for medicine in shown.medicines:
        put(console, f"{medicine.name}, {medicine.dates}. {medicine.said}", bullet=True)
    if not shown.medicines:
        put(console, _said()["verdict"]["none"])


def _help(console: Console, shown: PersonPage, title: str) -> None:
    heading(console, title)
    for line in shown.safety_words:
        put(console, line)
    if shown.safety.raised:
        put(console, _said()["safety"]["helplines"])
    for line in (*shown.safety.lines, _said()["safety"]["anywhere"]):
        put(console, line, bullet=True)
    checked = _said()["safety"]["checked"].format(day=shown.safety.checked)
    put(console, f"{checked} {marks(shown.safety.references)}")


def _why(console: Console, shown: PersonPage) -> None:
    said = _said()["why"]
    heading(console, _said()["heading"]["know"])
    for title, found in ((said["shown"], shown.shown), (said["possible"], shown.possible)):
        if found:
            put(console, title)
        for reason in found:
            _reason(console, reason)
    if not shown.shown and not shown.possible:
        put(console, said["none"])
    if shown.remains:
        put(console, shown.remains)
    if shown.unknown:
        heading(console, _said()["heading"]["unknown"])
        put(console, said["unknown"])
    for line in shown.unknown:
        put(console, line, bullet=True)


def _reason(console: Console, reason: PlainReason) -> None:
    put(console, f"{capital(reason.words)}.", bullet=True)
    for line in reason.help:
        put(console, line, 4)
    if reason.rows:
        put(console, f"{_said()['heading']['record']}: {'; '.join(reason.rows)}", 4)


def _options(console: Console, shown: PersonPage) -> None:
    said = _said()["options"]
    heading(console, _said()["heading"]["options"])
    put(console, f"{said['intro']} {said['first']}")
    for option in shown.options:
        _option(console, option)
    if not shown.options:
        put(console, said["nothing"])


def _option(console: Console, option: PlainOption) -> None:
    put(console, f"{option.name}. {option.what}", bullet=True)
    put(console, " ".join((option.fit, *option.notes)), 4)
    put(console, option.sure, 4)
    if option.figure:
        _figure(console, option.figure)


def _figure(console: Console, shown: Figure) -> None:
    said = _said()["figure"]
    put(console, f"{shown.title}, {said['dots'].format(dots='').rstrip(' :')}:", 4)
    for dots, number, name in zip(
        shown.dots, (shown.with_it, shown.without), (said["with"], said["without"]), strict=True
    ):
        put(console, f"{dots}  {name} ({said['alt'].format(number=number)})", 6)
    put(console, f"{shown.study} {marks(shown.references)}", 4)


def _rest(console: Console, shown: PersonPage) -> None:
    said = _said()
    for title, names in ((said["options"]["more"], shown.more), (said["options"]["barred"], shown.barred)):
        if names:
            put(console, title)
            put(console, f"{'; '.join(names)}.", 4)
    heading(console, said["heading"]["ask"])
    for line in shown.ask:
        put(console, line, bullet=True)
    if shown.think:
        heading(console, said["heading"]["think"])
        put(console, said["ask"]["think"])
    for line in shown.think:
        put(console, line, bullet=True)


def _sources(console: Console, shown: PersonPage) -> None:
    heading(console, _said()["heading"]["sources"])
    put(console, _said()["footer"]["sources"])
    for work in shown.works:
        put(console, f"[{work.number}] {work.citation} {work.address}".rstrip())
    console.print()
    put(console, f"{_said()['footer']['line']} {_said()['who'].format(id=shown.person_id)}. {shown.versions}.", 0)
