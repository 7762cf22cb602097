"""Lines of treatment on an engine: the one step that works in passes, and those that follow it."""

from functools import cache
from itertools import count as numbers

import ibis
from ibis.expr.types import Table

from stepwell.cohort.line_counts import line_flow, line_outcome, line_path
from stepwell.cohort.lines import line, line_rules, line_step, line_trial
from stepwell.cohort.steps import LINES_READ, POPULATION, SCHEMAS
from stepwell.engines.sql import schemas, written
from stepwell.engines.store import Store, make
from stepwell.knowledge.load import Knowledge
from stepwell.pipeline import Pipeline, Step

COUNTS = ("line_flow", "line_outcome", "line_path")
"""Tables of counts of lines; those of two parts add up."""


def make_lines(store: Store, knowledge: Knowledge) -> None:
    """Makes `line_step`, `line` and the tables of `COUNTS` from those of `LINES_READ`."""
    known = schemas(store.dialect, POPULATION)
    passes = numbers()

    def keep(expr: Table) -> Table:
        name = f"line_pass_{next(passes)}"
        store.make(*written(name, expr, store.dialect))
        return ibis.table(expr.schema(), name=name)

    def rows(expr: Table) -> int:
        counted = keep(expr.aggregate(rows=expr.count()))
        return int(store.fetch(counted.get_name())["rows"][0].as_py())

    rules = line_rules(knowledge)
    event, window = (ibis.table(known[name], name=name) for name in ("line_event", "line_window"))
    made = line_step(event, window, rules, keep, rows)
    store.make(*written("line_step", made, store.dialect))
    after = _after(store.dialect, made.schema())
    make(store, after, ["line", "line_flow", "line_outcome"])
    lines = ibis.table(schemas(store.dialect, after)["line"], name="line")
    people = ibis.table(known["person_summary"], name="person_summary")
    store.make(*written("line_path", line_path(lines, people, rules.longest_path), store.dialect))


@cache
def _after(dialect: str, of_step: ibis.Schema) -> Pipeline:
    """The steps behind `line_step`."""
    given = {name: schema for name, schema in schemas(dialect, POPULATION).items() if name in LINES_READ}
    steps = (
        Step("line_trial", line_trial),
        Step("line", line),
        Step("line_flow", line_flow),
        Step("line_outcome", line_outcome),
    )
    return Pipeline("lines", {**SCHEMAS, **given, "line_step": of_step}, steps)
