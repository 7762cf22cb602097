"""Who leaves on the way from everybody to an answer, and why."""

from typing import Any

from stepwell.cohort.dashboard_counts import Counts, grouped
from stepwell.cohort.dashboard_parts import Bar, Bars, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import listed, named, part_of, say, shown


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
