"""Lines of treatment: how each trial ended, and the ways from one regimen to the next."""

import pyarrow as pa
from markupsafe import Markup

from stepwell.cohort.dashboard_counts import Counts
from stepwell.cohort.dashboard_parts import Bar, Bars, Figure, Heading, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import named, say, shown
from stepwell.cohort.draft import OTHER
from stepwell.cohort.flow_sankey import draw_sankey
from stepwell.cohort.flow_sunburst import draw_sunburst
from stepwell.cohort.line_counts import THEN
from stepwell.cohort.lines import CONTINUED
from stepwell.cohort.people import VERDICTS

FLOW, PATH = "line_flow", "line_path"
TOLD = ("failed", "too low", "too short", "not taken", "not tolerated", "cannot tell")
"""Verdicts that the finding names, where they are shown."""


def lines(counts: Counts) -> Section:
    """Verdicts of the first, second, ... trial; the ways between lines where they were counted."""
    pieces = (*_verdicts(counts), *_outcomes(counts), *_ways(counts))
    return Section("lines", say("lines.title"), say("lines.short"), _finding(counts),
                   pieces or (Text(say("page.not_counted")),))  # fmt: skip


def _verdicts(counts: Counts) -> tuple[object, ...]:
    cells = counts.cells("verdict_count", "definition", "trial_number", "verdict")
    leading = counts.leading.id
    numbers = list(dict.fromkeys(number for name, number, _ in cells if name == leading))
    if not numbers:
        return ()
    bars = tuple(
        Bar(say("lines.trial", number=number),
            tuple(Segment(one.replace(" ", "-"), cells.get((leading, number, one)), named("lines.verdict", one))
                  for one in VERDICTS),
            say("lines.failed", people=cells.get((leading, number, "failed"))))
        for number in numbers
    )  # fmt: skip
    said = "; ".join(
        f"{bar.label}: " + ", ".join(f"{part.title.lower()} {shown(part.people)}" for part in bar.segments)
        for bar in bars
    )
    legend = tuple((one.replace(" ", "-"), named("lines.verdict", one)) for one in VERDICTS)
    picture = Bars("lines-verdicts", say("lines.picture", definition=counts.leading.short), f"{said}.", bars, legend)
    body = tuple(
        (counts.short(name), str(number), *(cells.get((name, number, one)) for one in VERDICTS))
        for name, number in dict.fromkeys((name, number) for name, number, _ in cells)
    )
    heads = (*say("lines.columns").split("|"), *(named("lines.verdict", one) for one in VERDICTS))
    return Text(say("lines.lead")), picture, Sheet(say("lines.caption"), heads, body, say("page.as_table"))


def _ways(counts: Counts) -> tuple[object, ...]:
    classes = {one.id: one.class_group for one in counts.knowledge.ingredients}
    drawn: list[object] = []
    if _any_shown(counts, FLOW):
        drawn += [Heading(say("lines.sankey")), Text(say("lines.ways"))]
        picture = draw_sankey(_told_apart(counts.tables[FLOW]), classes, title=say("lines.sankey"), fewest=counts.least)
        drawn.append(Figure(Markup(picture)))  # noqa: S704 -- escaped by its own template
    if _any_shown(counts, PATH):
        drawn.append(Heading(say("lines.sunburst")))
        picture = draw_sunburst(
            counts.tables[PATH], classes, title=say("lines.sunburst"), then=THEN, fewest=counts.least
        )
        drawn.append(Figure(Markup(picture)))  # noqa: S704 -- as above
    if drawn:
        return tuple(drawn)
    return (Text(say("lines.no_ways_shown" if counts.rows(FLOW) or counts.rows(PATH) else "lines.no_ways")),)


def _outcomes(counts: Counts) -> tuple[Sheet, ...]:
    """Lines by number, drugs and outcome, where they were counted."""
    rows = counts.rows("line_outcome")
    if not rows:
        return ()
    cells = counts.cells("line_outcome", "line", "drugs", "outcome")
    outcomes = [one for one in (*VERDICTS, CONTINUED) if any(key[2] == one for key in cells)]
    outcomes += sorted({key[2] for key in cells} - set(outcomes))
    body = tuple(
        (say("lines.line", number=line), drugs, *(cells.get((line, drugs, one)) for one in outcomes))
        for line, drugs in dict.fromkeys(key[:2] for key in cells)
    )
    heads = (*say("lines.outcome_columns").split("|"), *(named("lines.verdict", one) for one in outcomes))
    return (Sheet(say("lines.outcome_caption"), heads, body, say("lines.outcome_folded")),)


def _told_apart(table: pa.Table) -> pa.Table:
    """Rows in which too few people are counted together are no drug: they get a name of their own in a picture."""
    rows = [{name: say("lines.rarer") if value == OTHER else value for name, value in row.items()}
            for row in table.to_pylist()]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=table.schema)


def _any_shown(counts: Counts, name: str) -> bool:
    return any(row["people"] is not None for row in counts.rows(name))


def _finding(counts: Counts) -> str:
    """How the first trials ended, of what is shown."""
    cells = counts.cells("verdict_count", "definition", "trial_number", "verdict")
    found = [(one, people) for one in TOLD if (people := cells.get((counts.leading.id, 1, one))) is not None]
    if not found:
        return ""
    said = ", ".join(
        say("lines.of", people=people, verdict=named("lines.verdict", one).lower()) for one, people in found
    )
    return say("lines.finding", definition=counts.leading.short, said=said)
