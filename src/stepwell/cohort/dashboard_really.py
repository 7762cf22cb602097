"""Really resistant or not: the people whom a claims rule counts, held against the definition that leads."""

from typing import Any

from stepwell.cohort.dashboard_counts import Cells, Counts
from stepwell.cohort.dashboard_parts import Bar, Bars, Cards, Heading, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import named, part_of, say, shown
from stepwell.cohort.pseudo import CANNOT_TELL, CLASSES, NOT_RESISTANT, RESISTANT
from stepwell.logic import MET

KINDS = {RESISTANT: "failed", NOT_RESISTANT: "no", CANNOT_TELL: "cannot-tell"}
ANY = "any"
UNKNOWN_FAULTS = "cannot-tell"


def really(counts: Counts) -> Section:
    """Of those who count as resistant by a claims rule, how many are, and what stands in the way."""
    title, short = say("really.title"), say("really.short")
    rows = counts.rows("pseudo_count")
    if not rows:
        return Section("really", title, short, "", (Text(say("page.not_counted")),))
    rules = list(dict.fromkeys(row["definition"] for row in rows))
    cells = counts.cells("pseudo_count", "definition", "class", "fault")
    most = _widest(counts, rows)
    cards = tuple(card for name in rules if (card := _card(counts, rows, name, most)))
    why = (Heading(say("really.why")), Text(say("really.why_lead")), Cards(cards, "two"),
           Text(say("really.not_listed"), "small")) if cards else ()  # fmt: skip
    pieces = (Text(say("really.lead", definition=counts.leading.short)), _classes(counts, rules, cells),
              _table(counts, rules, cells), *why, _faults(counts, rows, rules), _any_trial(counts, rules))  # fmt: skip
    return Section("really", title, short, finding(counts), pieces)


def _whole(counts: Counts, name: str) -> int | None:
    """People whom the rule calls resistant."""
    return counts.cells("definition_count", "definition", "result").get((name, MET))


def finding(counts: Counts) -> str:
    """Of the rule that most people meet, how many aren't resistant by the definition that leads."""
    cells = counts.cells("pseudo_count", "definition", "class", "fault")
    rules = dict.fromkeys(name for name, _, _ in cells)
    sizes = [(whole, name) for name in rules
             if (whole := _whole(counts, name)) and cells.get((name, NOT_RESISTANT, ANY)) is not None]  # fmt: skip
    if not sizes:
        return ""
    whole, name = max(sizes, key=lambda one: one[0])
    said = {"rule": counts.short(name), "whole": whole, "definition": counts.leading.short}
    first = say("really.finding", part=cells[name, NOT_RESISTANT, ANY], **said)
    left = cells.get((name, CANNOT_TELL, ANY))
    return f"{first} {say('really.finding_open', people=left)}" if left is not None else first


def _classes(counts: Counts, rules: list[str], cells: Cells) -> Bars:
    bars = tuple(
        Bar(counts.short(name),
            tuple(Segment(KINDS[kind], cells.get((name, kind, ANY)), say(f"really.class.{KINDS[kind]}",
                  definition=counts.leading.short)) for kind in CLASSES),
            say("really.counted", people=_whole(counts, name)), _whole(counts, name))
        for name in rules
    )  # fmt: skip
    legend = tuple((kind, say(f"really.class.{kind}", definition=counts.leading.short)) for kind in KINDS.values())
    said = "; ".join(
        f"{counts.short(name)}: " + ", ".join(f"{kind} {shown(cells.get((name, kind, ANY)))}" for kind in CLASSES)
        for name in rules
    )
    title = say("really.picture", definition=counts.leading.short)
    return Bars("really-classes", title, f"{said}.", bars, legend)


def _table(counts: Counts, rules: list[str], cells: Cells) -> Sheet:
    body = tuple(
        (counts.short(name), _whole(counts, name), *(cells.get((name, kind, ANY)) for kind in CLASSES))
        for name in rules
    )
    columns = say("really.columns", definition=counts.leading.short).split("|")
    return Sheet(say("really.caption"), tuple(columns), body)


def _widest(counts: Counts, rows: list[dict[str, Any]]) -> float:
    """The largest share that one bar has of the people of its rule: the cards share this scale."""
    drawn = [row for row in rows if row["people"] is not None and _drawn(row)]
    shares = [row["people"] / whole for row in drawn if (whole := _whole(counts, row["definition"]))]
    return max(shares, default=0.0)


def _drawn(row: dict[str, Any]) -> bool:
    """Whether a row has a bar of its own: each fault, and the resistant as a whole."""
    return bool(row["fault"] != ANY or row["class"] == RESISTANT)


def _card(counts: Counts, rows: list[dict[str, Any]], name: str, most: float) -> Bars | None:
    """What stands in the way first, of the people of one rule; none where nothing is shown."""
    own = [row for row in rows if row["definition"] == name and row["people"] is not None and _drawn(row)]
    if not own:
        return None
    whole = _whole(counts, name)
    bars = tuple(
        Bar(_fault(row), (Segment(_kind(row), row["people"], _fault(row)),), part_of(row["people"], whole))
        for row in own
    )
    said = "; ".join(f"{bar.label}: {bar.value}" for bar in bars)
    title = say("really.card", rule=counts.short(name), people=whole)
    return Bars(f"really-{name}", title, f"{said}. {say('really.not_listed')}", bars, numbers=False,
                full=most * (whole or 0))  # fmt: skip


def _fault(row: dict[str, Any]) -> str:
    if row["class"] == RESISTANT:
        return say("really.failed")
    return say("really.open", fault=row["title"]) if row["class"] == CANNOT_TELL else str(row["title"])


def _kind(row: dict[str, Any]) -> str:
    """A fault of a trial looks as its verdict does on the page of a person."""
    if row["class"] == RESISTANT:
        return "failed"
    return UNKNOWN_FAULTS if row["class"] == CANNOT_TELL else named("really.kind", row["fault"])


def _faults(counts: Counts, rows: list[dict[str, Any]], rules: list[str]) -> Sheet:
    cells = counts.cells("pseudo_count", "definition", "class", "fault")
    titles = {(row["class"], row["fault"]): row["title"] or say("really.together") for row in rows}
    body = tuple(
        (f"{say('really.name.' + KINDS[kind])}: {titles[kind, fault]}",
         *(cells.get((name, kind, fault)) for name in rules))
        for kind, fault in titles
    )  # fmt: skip
    heads = (say("really.fault_column"), *map(counts.short, rules))
    return Sheet(
        say("really.faults_caption", definition=counts.leading.short), heads, body, say("really.faults_folded")
    )


def _any_trial(counts: Counts, rules: list[str]) -> Sheet:
    rows = counts.rows("pseudo_trial_count")
    titles = {row["fault"]: row["title"] for row in rows}
    cells = counts.cells("pseudo_trial_count", "definition", "fault")
    body = tuple((titles[fault], *(cells.get((name, fault)) for name in rules)) for fault in titles)
    heads = (say("really.trial_column"), *map(counts.short, rules))
    return Sheet(say("really.trials_caption"), heads, body, say("really.trials_folded"))
