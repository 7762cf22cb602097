"""How many people took which line of treatment, and went which way: counts of parts that add up."""

import ibis
from ibis.expr.types import Table

from stepwell.cohort.lines import NEXT_LINE
from stepwell.cohort.logic import counted, with_inferred

THEN = " > "
"""Between two lines of a path; some names of drugs hold a hyphen."""

GOES_ON = "goes on"
"""Where a way leads behind the lines that are told apart."""


def line_flow(line: Table, person_summary: Table) -> Table:
    """One row per line and way on from it: `step`, `from_drugs`, `to_drugs` (the next line, or how it ended)."""
    rows = with_inferred(line, person_summary)
    following = rows.drugs.lead().over(ibis.window(group_by="person_id", order_by=rows.line))
    ending = ibis.cases((rows.after != NEXT_LINE, rows.after), else_=GOES_ON)
    rows = rows.mutate(to_drugs=ibis.coalesce(following, ending)).rename(step="line", from_drugs="drugs")
    return counted(rows, ["step", "from_drugs", "to_drugs"])


def line_outcome(line: Table, person_summary: Table) -> Table:
    """One row per line, drugs and outcome."""
    return counted(with_inferred(line, person_summary), ["line", "drugs", "outcome"])


def line_path(line: Table, person_summary: Table, longest: int) -> Table:
    """One row per path, the drugs of one line after another (`sertraline > sertraline+lithium`).

    Args:
        line: Lines of treatment.
        person_summary: For whether anything rests on inferred supply.
        longest: Lines that are told apart.
    """
    numbers = range(1, longest + 1)
    wide = line.group_by("person_id").aggregate(**{f"line_{k}": line.drugs.max(where=line.line == k) for k in numbers})
    text = wide.line_1
    for k in numbers[1:]:
        text = text + (ibis.literal(THEN) + wide[f"line_{k}"]).fill_null("")
    return counted(with_inferred(wide.select("person_id", path=text), person_summary), ["path"])
