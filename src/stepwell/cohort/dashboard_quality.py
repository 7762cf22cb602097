"""What the data can't say, before any count; and who leaves on the way to an answer."""

from typing import Any

from stepwell.cohort.dashboard_counts import Counts, grouped
from stepwell.cohort.dashboard_parts import Bar, Bars, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import listed, named, part_of, percent, say, shown
from stepwell.logic import MET

Checks = list[tuple[tuple[str, str], list[dict[str, Any]]]]
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
    gaps = [f"{_called(*key)}: {gap}" for key, own in checks if (gap := _gap(own))]
    open_questions = (Text(say("quality.unanswerable")), *(Text(gap, "item") for gap in gaps)) if gaps else ()
    columns = tuple(say("quality.columns").split("|"))
    body = tuple(
        (row["table"], named("quality.check", row["check"]), say("quality.no_year") if row["year"] is None else
         str(row["year"]), row["rows"], *(row[fault] for fault in FAULTS), _share(row["missing_percent"]))
        for row in rows
    )  # fmt: skip
    sheet = Sheet(say("quality.caption"), columns, body, say("quality.folded"))
    return Section("quality", title, short, _finding(checks),
                   (Text(say("quality.lead", least=counts.least)), *pictures, *open_questions, *_on_inferred(counts),
                    sheet))  # fmt: skip


def _gap(rows: list[dict[str, Any]]) -> str | None:
    """What can't be answered where it is missing, if it is in any year."""
    return next((row["unanswerable"] for row in rows if row["unanswerable"]), None)


def _called(table: str, check: str) -> str:
    return f"{named('quality.table', table)}, {named('quality.check', check)}"


def _share(value: float | None) -> str:
    return shown(None) if value is None else f"{value:.1f} %"


def _range(rows: list[dict[str, Any]], fault: str) -> tuple[float, float] | None:
    """The lowest and the highest share that is shown of any year."""
    found = [row[f"{fault}_percent"] for row in rows if row[f"{fault}_percent"] is not None]
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


def attrition(counts: Counts) -> Section:
    """From everybody to the people whom the leading definition calls resistant."""
    rows = [row for row in counts.rows("attrition") if row["definition"] == counts.leading.id]
    title, short = say("attrition.title", definition=counts.leading.short), say("attrition.short")
    if not rows:
        return Section("attrition", title, short, "", (Text(say("page.not_counted")),))
    steps = [(step, {row["way"]: row for row in own}) for step, own in grouped(rows, "step")]
    pieces = (
        Text(say("attrition.lead")),
        Text(say("attrition.beside", definition=counts.leading.short)),
        _steps(counts, steps),
        _leavers(counts, steps),
        _every_definition(counts),
    )
    return Section("attrition", title, short, _attrition_finding(counts, steps), pieces)


Steps = list[tuple[str, dict[str, dict[str, Any]]]]


def _steps(counts: Counts, steps: Steps) -> Bars:
    bars = tuple(
        Bar(own["stay"]["title"], tuple(_way(own[way], way) for way in own),
            part_of(own["stay"]["people"], counts.everybody), under=_leaving(own))
        for _, own in steps
    )  # fmt: skip
    legend = tuple((kind, say(f"attrition.way.{kind}")) for kind in ("yes", "gone", "unknown"))
    said = "; ".join(f"{own['stay']['title']}: {shown(own['stay']['people'])}" for _, own in steps)
    return Bars("attrition-steps", say("attrition.picture"), f"{said}.", bars, legend)


def _way(row: dict[str, Any], way: str) -> Segment:
    kind = {"stay": "yes", "leave": "gone"}.get(way, "unknown")
    return Segment(kind, row["people"], row["why"] or row["title"])


def _leaving(own: dict[str, dict[str, Any]]) -> str:
    """Why people leave, where it is shown that any do."""
    left = [say("attrition.left" if way == "leave" else "attrition.left_open",
                people=own[way]["people"], why=_clause(own[way]["why"]))
            for way in own if way != "stay" and own[way]["people"] is not None]  # fmt: skip
    return " ".join(left)


def _clause(sentence: str) -> str:
    """A sentence to stand inside another."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _leavers(counts: Counts, steps: Steps) -> Sheet:
    body = tuple(
        (own["stay"]["title"], own["leave"]["why"], *(own[way]["people"] for way in own if way != "stay"),
         own["stay"]["people"])
        for _, own in steps
    )  # fmt: skip
    columns = tuple(say("attrition.columns").split("|"))
    return Sheet(say("attrition.caption", definition=counts.leading.short), columns, body)


def _every_definition(counts: Counts) -> Sheet:
    cells = counts.cells("attrition", "definition", "step", "way")
    names = [one.id for one in counts.definitions]
    titles = {row["step"]: row["title"] for row in counts.rows("attrition")}
    keys = dict.fromkeys((step, way) for _, step, way in cells)
    body = tuple(
        (titles[step], named("attrition.ways", way), *(cells.get((name, step, way)) for name in names))
        for step, way in keys
    )
    columns = (*say("attrition.all_columns").split("|"), *map(counts.short, names))
    return Sheet(say("attrition.all_caption"), columns, body, say("attrition.all_folded"))


def _attrition_finding(counts: Counts, steps: Steps) -> str:
    """The steps at which most people leave, and how many arrive."""
    left = sorted(
        ((own["leave"]["people"], own["leave"]["why"]) for _, own in steps if own["leave"]["people"] is not None),
        key=lambda one: -one[0],
    )[:2]
    arrived = steps[-1][1]["stay"]["people"]
    if not left or counts.everybody is None:
        return ""
    why = listed([say("attrition.of", people=people, why=_clause(why)) for people, why in left])
    if arrived is None:
        return say("attrition.finding_hidden", why=why)
    return say("attrition.finding", arrived=arrived, people=counts.everybody, definition=counts.leading.short, why=why)
