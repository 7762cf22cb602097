"""What the data can't say, before any count."""

from typing import Any

from stepwell.cohort.dashboard_counts import Counts, grouped
from stepwell.cohort.dashboard_parts import Bar, Bars, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import named, percent, say, shown
from stepwell.logic import MET

Checks = list[tuple[tuple[str, str], list[dict[str, Any]]]]
WHOLE, MANY = 100.0, 12
"""The share that every row is, and the rows of a table that is folded."""
FAULTS = {"missing": "unknown", "implausible": "barred", "inferred": "perhaps"}
"""What may be wrong with a row, and how it looks."""


def quality(counts: Counts) -> Section:
    """Shares missing, implausible and inferred by table and check; what they make unanswerable."""
    title, short = say("quality.title"), say("quality.short")
    rows = counts.rows("quality")
    if not rows:
        return Section("quality", title, short, "", (Text(say("quality.none")), *_on_inferred(counts)))
    checks: Checks = [
        ((table, check), own) for table, of in grouped(rows, "table") for check, own in grouped(of, "check")
    ]
    full = _highest(checks)
    pictures = tuple(picture for fault in FAULTS if (picture := _picture(checks, fault, full)))
    inferred = () if counts.parameters.get("infer") else (Text(say("quality.not_inferred")),)
    lead = Text(say("quality.lead", least=counts.least))
    pieces = (
        lead,
        *inferred,
        *pictures,
        *_whole(rows),
        *_unanswerable(checks),
        *_on_inferred(counts),
        _every_row(rows),
    )
    return Section("quality", title, short, _finding(checks), pieces)


def _unanswerable(checks: Checks) -> tuple[Text, ...]:
    gaps = [f"{_called(*key)}: {gap}" for key, own in checks if (gap := _gap(own))]
    return (Text(say("quality.unanswerable")), *(Text(gap, "item") for gap in gaps)) if gaps else ()


def _every_row(rows: list[dict[str, Any]]) -> Sheet:
    body = tuple(
        (*_names(row), row["rows"], *(row[fault] for fault in FAULTS), _share(row["missing_percent"])) for row in rows
    )
    return Sheet(say("quality.caption"), tuple(say("quality.columns").split("|")), body, say("quality.folded"))


def _gap(rows: list[dict[str, Any]]) -> str | None:
    """What can't be answered where it is missing, if it is in any year."""
    return next((row["unanswerable"] for row in rows if row["unanswerable"]), None)


def _called(table: str, check: str) -> str:
    return f"{named('quality.table', table)}, {named('quality.check', check)}"


def _share(value: float | None) -> str:
    return shown(None) if value is None else f"{value:.1f} %"


def _range(rows: list[dict[str, Any]], fault: str) -> tuple[float, float] | None:
    """The lowest and the highest share that is shown of any year, but for years of which it is every row."""
    found = [row[f"{fault}_percent"] for row in rows if (row[f"{fault}_percent"] or WHOLE) < WHOLE]
    return (min(found), max(found)) if found else None


def _picture(checks: Checks, fault: str, full: float) -> Bars | None:
    """From 0 to the lowest share of a year, and on to the highest."""
    bars = []
    for key, rows in checks:
        span = _range(rows, fault)
        if span is not None:
            low, high = span
            words = _share(high) if low == high else say("quality.span", low=f"{low:.1f}", high=f"{high:.1f}")
            own = (Segment(FAULTS[fault], low, words), Segment("no", high - low if high > low else None, words))
            bars.append(Bar(_called(*key), own, words))
    if not bars:
        return None
    said = "; ".join(f"{bar.label} {bar.value}" for bar in bars)
    legend = ((FAULTS[fault], say("quality.every_year")), ("no", say("quality.some_years")))
    return Bars(f"quality-{fault}", say(f"quality.picture_{fault}"), f"{said}.", tuple(bars), legend, numbers=False,
                full=full)  # fmt: skip


def _whole(rows: list[dict[str, Any]]) -> tuple[Sheet, ...]:
    """Tables, checks and years of which every row has the fault, such as those without a date."""
    found = tuple(
        (*_names(row), named("quality.fault", fault), row["rows"])
        for row in rows for fault in FAULTS if row[f"{fault}_percent"] == WHOLE
    )  # fmt: skip
    folded = say("quality.whole_folded") if len(found) > MANY else ""
    columns = tuple(say("quality.whole_columns").split("|"))
    return (Sheet(say("quality.whole_caption"), columns, found, folded),) if found else ()


def _names(row: dict[str, Any]) -> tuple[str, str, str]:
    """Table, check and year, in words."""
    year = say("quality.no_year") if row["year"] is None else str(row["year"])
    return named("quality.table", row["table"]), named("quality.check", row["check"]), year


def _highest(checks: Checks) -> float:
    """The highest share of all, so that the pictures share one scale."""
    return max((span[1] for _, rows in checks for fault in FAULTS if (span := _range(rows, fault))), default=0.0)


def _finding(checks: Checks) -> str:
    """The check that most is missing of in any year, of what is shown."""
    spans = [(span[1], key) for key, rows in checks if (span := _range(rows, "missing"))]
    if not spans:
        return ""
    share, key = max(spans)
    return say("quality.finding", check=_called(*key), share=f"{share:.1f}")


def _on_inferred(counts: Counts) -> tuple[Sheet, ...]:
    """How many of the people behind the main counts rest on supply that was inferred."""
    if not any(counts.any_inferred(name) for name in ("people_count", "definition_count")):
        return ()
    people = counts.cells("definition_count", "definition", "result")
    inferred = counts.cells("definition_count", "definition", "result", of="inferred")
    every = next((row["inferred"] for row in counts.groups if row["split_by"] == "all"), None)
    body = [(say("quality.everybody"), counts.everybody, every, percent(every, counts.everybody))]
    for one in counts.definitions:
        key = (one.id, MET)
        name = say("quality.resistant", definition=one.short)
        body.append((name, people.get(key), inferred.get(key), percent(inferred.get(key), people.get(key))))
    return (Sheet(say("quality.inferred_caption"), tuple(say("quality.inferred_columns").split("|")), tuple(body)),)
