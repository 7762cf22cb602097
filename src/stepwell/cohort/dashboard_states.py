"""Reasons, options and stages: everybody has one state for each."""

from collections.abc import Sequence
from typing import Any

from stepwell.cohort.counts import COUNTED_FITS, UNDATED
from stepwell.cohort.dashboard_counts import Counts, grouped
from stepwell.cohort.dashboard_parts import Bar, Bars, Cards, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import named, part_of, say, shown
from stepwell.cohort.drafts import STATES
from stepwell.reasons.states import NOT_ASSESSED, POSSIBLE, RULED_OUT, SHOWN

REASON_KINDS = {SHOWN: "yes", POSSIBLE: "perhaps", RULED_OUT: "no", NOT_ASSESSED: "unknown"}
FIT_KINDS = {
    "suitable": "worked", "caution": "perhaps", "check first": "yes", "not known": "unknown", "not suitable": "barred",
    "not indicated": "no",
}  # fmt: skip
EVERYBODY = ("all", "all")


def _stacked(row: Sequence[int | None], kinds: dict[str, str], words: str) -> tuple[Segment, ...]:
    return tuple(
        Segment(kind, people, named(words, state)) for (state, kind), people in zip(kinds.items(), row, strict=True)
    )


def _legend(kinds: dict[str, str], words: str) -> tuple[tuple[str, str], ...]:
    return tuple((kind, named(words, state)) for state, kind in kinds.items())


# --- reasons -------------------------------------------------------------------------------------------


def reasons(counts: Counts) -> Section:
    """For each reason, of how many people the record shows it."""
    title, short = say("reasons.title"), say("reasons.short")
    rows = counts.rows("reason_count")
    if not rows:
        return Section("reasons", title, short, "", (Text(say("page.not_counted")),))
    cells = counts.cells("reason_count", "reason", "state")
    titles = {row["reason"]: row["title"] for row in rows}
    order = sorted(titles, key=lambda one: -(cells.get((one, SHOWN)) or 0))
    bars = tuple(
        Bar(titles[one], _stacked([cells.get((one, state)) for state in REASON_KINDS], REASON_KINDS, "reasons.state"),
            say("reasons.shown", people=cells.get((one, SHOWN))), counts.everybody)
        for one in order
    )  # fmt: skip
    said = "; ".join(f"{titles[one]}: {shown(cells.get((one, SHOWN)))}" for one in order[:8])
    picture = Bars("reasons-states", say("reasons.picture"), f"{said}. {say('page.below')}", bars,
                   _legend(REASON_KINDS, "reasons.state"))  # fmt: skip
    body = tuple((titles[one], *(cells.get((one, state)) for state in STATES)) for one in titles)
    heads = (say("reasons.column"), *(named("reasons.state", state) for state in STATES))
    sheet = Sheet(say("reasons.caption"), heads, body, say("page.as_table"))
    first = order[0]
    finding = ""
    if cells.get((first, SHOWN)) is not None and counts.everybody is not None:
        finding = say("reasons.finding", reason=titles[first], people=cells[first, SHOWN], whole=counts.everybody)
    return Section("reasons", title, short, finding, (Text(say("reasons.lead")), picture, sheet))


# --- options -------------------------------------------------------------------------------------------


def options(counts: Counts) -> Section:
    """For each option, how many people it would suit, who need a check first, and whom it is barred for."""
    title, short = say("options.title"), say("options.short")
    rows = counts.rows("option_count")
    if not rows:
        return Section("options", title, short, "", (Text(say("page.not_counted")),))
    cells = counts.cells("option_count", "option", "split_by", "group", "fit")
    titles = {row["option"]: row["title"] for row in rows}
    kinds = {one.id: str(one.kind) for one in counts.knowledge.options}
    by_kind = [(kind, [one for one in titles if kinds.get(one, "") == kind]) for kind in dict.fromkeys(kinds.values())]
    pictures = tuple(_options_of(counts, kind, own, titles, cells) for kind, own in by_kind if own)
    pieces = (Text(say("options.lead")), *pictures, *_splits(rows, titles, cells))
    return Section("options", title, short, _options_finding(counts, titles, cells), pieces)


def _options_of(counts: Counts, kind: str, own: list[str], titles: dict[str, str], cells: Any) -> Bars:  # noqa: ANN401 -- cells
    bars = tuple(
        Bar(titles[one],
            _stacked([cells.get((one, *EVERYBODY, fit)) for fit in FIT_KINDS], FIT_KINDS, "options.fit"),
            say("options.suits", people=cells.get((one, *EVERYBODY, "suitable"))), counts.everybody,
            more=say("options.more", check=cells.get((one, *EVERYBODY, "check first")),
                     barred=cells.get((one, *EVERYBODY, "not suitable"))))
        for one in own
    )  # fmt: skip
    said = "; ".join(
        f"{titles[one]}: " + ", ".join(f"{fit} {shown(cells.get((one, *EVERYBODY, fit)))}" for fit in FIT_KINDS)
        for one in own
    )
    return Bars(f"options-{kind.replace(' ', '-')}", named("options.kind", kind), f"{said}.", bars,
                _legend(FIT_KINDS, "options.fit"))  # fmt: skip


def _splits(rows: list[dict[str, Any]], titles: dict[str, str], cells: Any) -> tuple[Sheet, ...]:  # noqa: ANN401 -- cells
    """A planner's table for each column that people are split by: option and fit down, groups across."""
    sheets = []
    for split, own in grouped(rows, "split_by"):
        groups = list(dict.fromkeys(row["group"] for row in own))
        body = []
        for one, fit in ((one, fit) for one in titles for fit in COUNTED_FITS):
            numbers = tuple(cells.get((one, split, group, fit)) for group in groups)
            if any(number is not None for number in numbers):
                body.append((titles[one], named("options.fit", fit), *numbers))
        words = named("who.split", split)
        heads = (*say("options.columns").split("|"), *(say("options.everybody") if split == "all" else group
                                                      for group in groups))  # fmt: skip
        which = "_all" if split == "all" else ""
        sheets.append(
            Sheet(
                say(f"options.caption{which}", split=words),
                heads,
                tuple(body),
                say(f"options.folded{which}", split=words),
            )
        )
    return tuple(sheets)


def _options_finding(counts: Counts, titles: dict[str, str], cells: Any) -> str:  # noqa: ANN401 -- cells
    """How many options can be called suitable for anybody; else that a check comes first."""
    fits = {one: cells.get((one, *EVERYBODY, "suitable")) for one in titles}
    best = max(fits, key=lambda one: fits[one] or 0)
    if fits[best] is not None and counts.everybody is not None:
        return say("options.finding", option=titles[best], people=fits[best], whole=counts.everybody)
    checks = [cells.get((one, *EVERYBODY, "check first")) for one in titles]
    return say("options.finding_check") if any(check is not None for check in checks) else ""


# --- stages --------------------------------------------------------------------------------------------


def stages(counts: Counts) -> Section:
    """People by the stage, or the range of stages, that each method gives."""
    title, short = say("stages.title"), say("stages.short")
    rows = counts.rows("stage_count")
    if not rows:
        return Section("stages", title, short, "", (Text(say("page.not_counted")),))
    cards = tuple(_method(counts, method, own) for method, own in grouped(rows, "method"))
    body = tuple((row["title"], _stage(row), row["people"]) for row in rows)
    sheet = Sheet(say("stages.caption"), tuple(say("stages.columns").split("|")), body, say("page.as_table"))
    return Section("stages", title, short, "", (Text(say("stages.lead")), Cards(cards), sheet))


def _method(counts: Counts, method: str, rows: list[dict[str, Any]]) -> Bars:
    said = "; ".join(f"{_stage(row)} {shown(row['people'])}" for row in rows)
    legend = tuple((kind, say(f"stages.look.{kind}")) for kind in ("yes", "perhaps", "no"))
    bars = tuple(_stage_bar(counts, row) for row in rows)
    return Bars(f"stages-{method}", rows[0]["title"], f"{said}.", bars, legend, numbers=False)


def _stage_bar(counts: Counts, row: dict[str, Any]) -> Bar:
    staged = row["state"] == "scored" and row["category_low"] != UNDATED
    kind = "no" if not staged else "yes" if row["category_low"] == row["category_high"] else "perhaps"
    return Bar(_stage(row), (Segment(kind, row["people"], _stage(row)),), part_of(row["people"], counts.everybody))


def _stage(row: dict[str, Any]) -> str:
    if row["state"] != "scored" or row["category_low"] == UNDATED:
        return named("stages.state", row["state"])
    if row["category_low"] == row["category_high"]:
        return str(row["category_low"])
    return say("stages.range", low=row["category_low"], high=row["category_high"])
