"""Answers about death and self-harm, by the scale or fact that they stand in."""

from stepwell.cohort.dashboard_counts import Counts
from stepwell.cohort.dashboard_parts import Bar, Bars, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import say, shown

ANY, NEWEST = "any", "yes"


def safety(counts: Counts) -> Section:
    """Where positive answers stand, and how many of them are the newest."""
    title, short = say("safety.section"), say("safety.short")
    rows = counts.rows("safety_count")
    if not rows:
        return Section("answers", title, short, "", (Text(say("safety.not_counted")), Text(say("safety.silent"))))
    cells = counts.cells("safety_count", "place", "newest")
    titles = {row["place"]: row["title"] for row in rows}
    seen = [place for place in titles if cells.get((place, ANY)) is not None or cells.get((place, NEWEST)) is not None]
    bars = tuple(
        Bar(titles[place], (Segment("failed", cells.get((place, NEWEST)), say("safety.newest")),),
            say("safety.of", newest=cells.get((place, NEWEST)), ever=cells.get((place, ANY))), cells.get((place, ANY)))
        for place in seen
    )  # fmt: skip
    said = "; ".join(f"{titles[place]}: {shown(cells.get((place, NEWEST)))}" for place in seen)
    legend = (("failed", say("safety.newest")), ("outline", say("safety.earlier")))
    picture = (Bars("answers-places", say("safety.picture"), f"{said}.", bars, legend, numbers=False),) if seen else ()
    body = tuple((titles[place], cells.get((place, NEWEST)), cells.get((place, ANY))) for place in titles)
    sheet = Sheet(say("safety.caption"), tuple(say("safety.columns").split("|")), body)
    return Section("answers", title, short, "", (Text(say("safety.what")), *picture, sheet, Text(say("safety.silent"))))
