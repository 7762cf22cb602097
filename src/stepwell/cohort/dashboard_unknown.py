"""What records leave open most often, and what it would settle: what to write down."""

from collections import Counter
from typing import Any

from stepwell.cohort.dashboard_counts import Counts
from stepwell.cohort.dashboard_parts import Bar, Bars, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import part_of, percent, say, shown
from stepwell.knowledge.load import Knowledge

MOST = 15
"""Facts drawn; the table has all."""


def unknown(counts: Counts) -> Section:
    """Parts of trials and facts that are unknown; of facts those that most options hang on."""
    title, short = say("unknown.title"), say("unknown.short")
    rows = counts.rows("unknown_count")
    if not rows:
        return Section("unknown", title, short, "", (Text(say("page.not_counted")),))
    settles = hangs_on(counts.knowledge)
    trials = [row for row in rows if row["kind"] == "trial"]
    facts = [row for row in rows if row["kind"] == "fact" and row["people"] is not None and settles[row["what"]]]
    facts.sort(key=lambda row: (-settles[row["what"]], -row["people"]))
    under = {row["what"]: say("unknown.options", options=settles[row["what"]]) for row in facts}
    pictures = tuple(
        _picture(counts, name, own, under) for name, own in (("trial", trials), ("fact", facts[:MOST])) if own
    )
    body = tuple((row["title"], row["question"] or "", settles[row["what"]] or "", row["people"]) for row in rows)
    sheet = Sheet(say("unknown.caption"), tuple(say("unknown.columns").split("|")), body, say("unknown.folded"))
    return Section("unknown", title, short, _finding(counts, trials), (Text(say("unknown.lead")), *pictures, sheet))


def hangs_on(knowledge: Knowledge) -> Counter[str]:
    """In how many options each fact bars, is weighed, or is to be checked first."""
    return Counter(
        fact
        for option in knowledge.options
        for fact in {one.fact for one in (*option.contraindications, *option.cautions, *option.checks_before)}
    )


def _picture(counts: Counts, name: str, rows: list[dict[str, Any]], under: dict[str, str]) -> Bars:
    bars = tuple(
        Bar(row["title"], (Segment("unknown", row["people"], row["title"]),), part_of(row["people"], counts.everybody),
            counts.everybody, under.get(row["what"], ""))
        for row in rows
    )  # fmt: skip
    said = "; ".join(f"{row['title']} {shown(row['people'])}" for row in rows)
    return Bars(f"unknown-{name}", say(f"unknown.picture_{name}"), f"{said}.", bars, numbers=False)


def _finding(counts: Counts, trials: list[dict[str, Any]]) -> str:
    """The part of a trial that is unknown in most people, of those that are shown."""
    found = [row for row in trials if row["people"] is not None]
    if not found or counts.everybody is None:
        return ""
    most = max(found, key=lambda row: row["people"])
    return say("unknown.finding", part=most["what"], people=most["people"], whole=counts.everybody,
               share=percent(most["people"], counts.everybody))  # fmt: skip
