"""Whether a course from one score to a later one, on one scale, meets a published threshold.

Shared by the measures (along the whole record) and the trials (from their start to their end).
Source: outcomes.toml.
"""

import ibis
from ibis.expr.types import Table

from stepwell.logic import UNKNOWN, known


def outcome_result(rows: Table) -> ibis.Value:
    """Met, not met or unknown for each row.

    Args:
        rows: One row per course and outcome definition: `from_value`, `to_value` (null: unknown), and
            of the definition `kind`, `threshold`, `threshold_below`.

    Returns:
        Unknown where a needed value is null, or a percentage of a baseline of 0 is asked.
    """
    fall = rows.from_value - rows.to_value
    percent = ibis.cases((rows.from_value > 0, 100 * fall / rows.from_value), else_=ibis.null("float64"))
    return ibis.cases(
        (rows.kind == "fall percent at least", known(percent >= rows.threshold)),
        (rows.kind == "fall percent below", known(percent < rows.threshold)),
        (
            rows.kind == "fall percent between",
            known((percent >= rows.threshold) & (percent < rows.threshold_below)),
        ),
        (rows.kind == "fall points at least", known(fall >= rows.threshold)),
        (rows.kind == "score at most", known(rows.to_value <= rows.threshold)),
        (rows.kind == "score at least", known(rows.to_value >= rows.threshold)),
        else_=UNKNOWN,
    )


def for_instrument(scores: Table, outcome: Table) -> Table:
    """Every row with every outcome definition for its scale: `threshold`, `threshold_below` and the rest."""
    definitions = outcome.select(
        "outcome_id", "term", "kind", "within_days", "after", "default",
        for_scale=outcome.instrument, threshold=outcome["value"], threshold_below=outcome.value_below,
    )  # fmt: skip
    rows = scores.cross_join(definitions)
    return rows.filter(rows.for_scale.isnull() | (rows.for_scale == rows.instrument)).drop("for_scale")
