"""Treatment pathways: single treatments in time, joined, combined and put in order, one row per step.

The rules and what each number means are those of TreatmentPatterns 3 (DARWIN EU, `computePathways`); where its
program and its manual part, `docs/explanation/pathways.md` says which one is followed. Every rule is applied to a
person and window alone, so a crowd changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import ibis
from ibis.expr.types import IntegerValue, Table

from stepwell.cohort.overlaps import BESIDE, separated
from stepwell.errors import ConfigError
from stepwell.logic import days_between, earlier_maximum, first_rows, one_if, plus_days

THEN, WITH, NO_STEP = "-", "+", "None"
"""Between two steps, between two drugs of a step, and the path of a window without any step."""

WINDOW = ("person_id", "window")

CHOICES = {
    "from_anchor": ("start", "end"),
    "to_anchor": ("start", "end"),
    "overlap": ("truncate", "keep"),
    "short": ("any", "remains"),
    "keep": ("first", "changes", "all"),
}


@dataclass(frozen=True, kw_only=True)
class PathwayRules:
    """What makes a pathway. In brackets, the name in TreatmentPatterns; all numbers but the last are days.

    Args:
        least_era_days: A shorter treatment is left out, before anything else (minEraDuration).
        era_collapse_days: Two eras of one treatment with at most this gap are one (eraCollapseSize).
        combination_days: An overlap of at least this long is a combination (combinationWindow).
        least_after_combination_days: Where a window has an overlap, shorter eras are left out once it is taken
            apart (minPostCombinationDuration).
        longest_path: Steps beyond this many are left out (maxPathLength).
        keep: `first`: each treatment at its first time only; `changes`: a step only if it differs from the one
            before; `all` (filterTreatments).
        overlap: What is done with an overlap too short to be a combination. `truncate`: the earlier era ends where
            the later begins; `keep`: both stay as they are (overlapMethod).
        short: Which eras `least_after_combination_days` leaves out. `any`: all of a window that has an overlap, as the
            program of TreatmentPatterns does; `remains`: only what is left before or after a combination, as its
            manual says.
        from_anchor: `start` or `end` of the window, from which `from_days` counts (startAnchor).
        from_days: The first day a treatment may begin, counted from there; negative before (windowStart).
        to_anchor: `start` or `end` of the window, from which `to_days` counts (endAnchor).
        to_days: The last day a treatment may begin, that day included (windowEnd).
        join_windows: All windows of a person are one path, not one path each (concatTargets).
        split_days: By treatment: an era shorter than this is `NAME (acute)`, else `NAME (therapy)`
            (splitEventCohorts, splitTime).

    Raises:
        ConfigError: A value that isn't allowed; all of them at once.
    """

    least_era_days: int
    era_collapse_days: int
    combination_days: int
    least_after_combination_days: int
    longest_path: int
    keep: str
    overlap: str = "truncate"
    short: str = "any"
    from_anchor: str = "start"
    from_days: int = 0
    to_anchor: str = "end"
    to_days: int = 0
    join_windows: bool = False
    split_days: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what is not allowed."""
        least = {"longest_path": 1, "least_era_days": 0, "era_collapse_days": 0, "combination_days": 0}
        least["least_after_combination_days"] = 0
        faults = [
            f"{name} is {getattr(self, name)!r}; allowed is a whole number from {low}."
            for name, low in least.items()
            if getattr(self, name) < low
        ]
        faults += [
            f"{name} is {getattr(self, name)!r}; allowed is {' or '.join(allowed)}."
            for name, allowed in CHOICES.items()
            if getattr(self, name) not in allowed
        ]
        if faults:
            raise ConfigError("The rules of the pathways can't be used:\n" + "\n".join(faults))


def pathways(
    events: Table,
    targets: Table,
    rules: PathwayRules,
    keep: Callable[[Table], Table],
    count: Callable[[Table], int],
) -> Table:
    """One row per person, window and step: `path_step`.

    Args:
        events: One row per treatment: `person_id`, `treatment`, `start`, `end` (the first day without it). A row
            that lacks a date can't be placed and is left out.
        targets: One row per person and window of observation: `person_id`, `start`, `end` (its last day).
        rules: What makes a step.
        keep: Writes the rows of an expression down and gives the table of them. Called once for each pass over the
            overlaps, as each pass starts from the one before. To name the expression isn't enough: the plan of a pass
            would hold the plans of all before it.
        count: The number of rows of an expression.

    Returns:
        `person_id`; `window` (1, 2, ... by start); `order` (1, 2, ... by start, then end); `drugs` (the names in
        alphabetical order, joined by `+`); `drug_count`; `start`; `end` (exclusive); `days`;
        `last` (no step came after it, also none beyond `longest_path`).
    """
    apart = separated(_eras(events, targets, rules), rules.combination_days, rules.least_after_combination_days,
                      rules.overlap, rules.short, keep, count)  # fmt: skip
    names = apart.drugs.split(BESIDE)
    named = apart.mutate(drugs=names.sort().join(WITH), drug_count=names.length().cast("int64"))
    chosen = _chosen(named, rules.keep)
    rows = chosen.mutate(order=_place(chosen))
    rows = rows.mutate(last=rows.order == rows.order.max().over(ibis.window(group_by=list(WINDOW))))
    rows = rows.filter(rows.order <= rules.longest_path)
    return rows.select(
        *WINDOW, "order", "drugs", "drug_count", "start", "end", days=days_between(rows.start, rows.end), last="last"
    )


def path(path_step: Table, targets: Table, rules: PathwayRules, then: str = THEN) -> Table:
    """One row per person and window: the steps as text (`A-A+B-B`), `None` where the window has no step.

    Args:
        path_step: From `pathways`.
        targets: The windows that the pathways were made for.
        rules: The same as for `pathways`.
        then: Stands between two steps.

    Returns:
        `person_id`, `window`, `steps` (how many), `path`.
    """
    numbers = range(1, rules.longest_path + 1)
    step = {f"step_{k}": path_step.drugs.max(where=path_step.order == k) for k in numbers}
    wide = path_step.group_by(list(WINDOW)).aggregate(steps=path_step.count(), **step)
    text = wide.step_1
    for k in numbers[1:]:
        text = text + (ibis.literal(then) + wide[f"step_{k}"]).fill_null("")
    named = wide.select(*WINDOW, "steps", path=text)
    rows = _windows(targets, rules).select(*WINDOW).distinct().left_join(named, list(WINDOW))
    return rows.select(*WINDOW, steps=rows.steps.fill_null(0), path=rows.path.fill_null(NO_STEP))


def _windows(targets: Table, rules: PathwayRules) -> Table:
    """One row per window: its number, and the first and last day on which a treatment may begin."""
    anchors = {"start": targets.start, "end": targets.end}
    return targets.select(
        "person_id",
        window=ibis.literal(1, type="int32").cast("int64") if rules.join_windows else _window_number(targets),
        first_day=plus_days(anchors[rules.from_anchor], rules.from_days),
        last_day=plus_days(anchors[rules.to_anchor], rules.to_days),
    )


def _window_number(targets: Table) -> IntegerValue:
    by_start = ibis.window(group_by="person_id", order_by=[targets.start, targets.end])
    return (ibis.row_number().over(by_start) + 1).cast("int64")


def _eras(events: Table, targets: Table, rules: PathwayRules) -> Table:
    """One row per person, window and era of a treatment: `drugs` holds its name alone."""
    whole = events.filter(events.start.notnull() & events.end.notnull() & (events.end >= events.start))
    whole = whole.filter(days_between(whole.start, whole.end) >= rules.least_era_days)
    whole = whole.select("person_id", "start", "end", treatment=_treatment(whole, rules.split_days))
    rows = whole.inner_join(_windows(targets, rules), "person_id")
    rows = rows.filter((rows.start >= rows.first_day) & (rows.start <= rows.last_day))
    return _collapsed(rows.select(*WINDOW, "treatment", "start", "end"), rules.era_collapse_days)


def _treatment(events: Table, split_days: Mapping[str, int]) -> ibis.Value:
    """The name of each treatment, by its length where that splits it."""
    days = days_between(events.start, events.end)
    parts = [
        case
        for name, cut in split_days.items()
        for case in (
            ((events.treatment == name) & (days < cut), f"{name} (acute)"),
            (events.treatment == name, f"{name} (therapy)"),
        )
    ]
    return ibis.cases(*parts, else_=events.treatment) if parts else events.treatment


def _collapsed(rows: Table, most_gap_days: int) -> Table:
    """Eras of one treatment joined over gaps up to `most_gap_days`; what lies within another adds nothing."""
    keys = [*WINDOW, "treatment"]
    rows = rows.mutate(reached=earlier_maximum(rows.end, keys, [rows.start, rows.end]))
    rows = rows.mutate(begins=one_if(days_between(rows.reached, rows.start) > most_gap_days))
    # Rows alike in start and end begin an era at most once, whichever of them comes first.
    order = [rows.start, rows.end, rows.begins.desc()]
    running = ibis.window(group_by=keys, order_by=order, preceding=None, following=0)
    rows = rows.mutate(era=rows.begins.sum().over(running))
    joined = rows.group_by([*keys, "era"]).aggregate(start=rows.start.min(), end=rows.end.max())
    return joined.select(*WINDOW, "start", "end", drugs="treatment")


def _place(rows: Table) -> IntegerValue:
    """1, 2, ... in the order of the steps."""
    by_time = ibis.window(group_by=list(WINDOW), order_by=[rows.start, rows.end, rows.drugs])
    return (ibis.row_number().over(by_time) + 1).cast("int64")


def _chosen(rows: Table, keep: str) -> Table:
    """The steps that are kept: all, the first of each regimen, or those that differ from the one before."""
    if keep == "all":
        return rows
    if keep == "first":
        return first_rows(rows, [*WINDOW, "drugs"], [rows.start, rows.end])
    by_time = ibis.window(group_by=list(WINDOW), order_by=[rows.start, rows.end, rows.drugs])
    rows = rows.mutate(before=rows.drugs.lag().over(by_time))
    return rows.filter(rows.before.isnull() | (rows.before != rows.drugs)).drop("before")
