"""How good the data are, before any count: what is missing, and what that makes unanswerable."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from stepwell.cohort.suppress import rounded
from stepwell.knowledge.load import Knowledge

INPUT = pa.schema(
    [
        ("table", pa.string()), ("check", pa.string()), ("year", pa.int64()), ("rows", pa.int64()),
        ("missing", pa.int64()), ("implausible", pa.int64()), ("inferred", pa.int64()),
    ]
)  # fmt: skip
"""What a source says of itself: one row per table, check and year (null: no date)."""
COUNTED = ("missing", "implausible", "inferred")
SCHEMA = pa.schema(
    [
        ("table", pa.string()), ("check", pa.string()), ("year", pa.int64()), ("rows", pa.int64()),
        *((name, pa.int64()) for name in COUNTED), *((f"{name}_percent", pa.float64()) for name in COUNTED),
        ("unanswerable", pa.string()),
    ]
)  # fmt: skip


def quality_table(found: pa.Table, knowledge: Knowledge, least: int) -> pa.Table:
    """One row per table, check and year: rows, and how many of them are missing, implausible, inferred.

    Args:
        found: As `INPUT` says.
        knowledge: What each gap makes unanswerable (cohort/gaps.toml).
        least: Smallest count that is shown. Rows are no people, and one person may have them all, so they are hidden
            and rounded in the same way; a check and year with fewer rows has none here.

    Returns:
        The counts as they may be shown, and from these the shares in percent; `unanswerable`: what can't be
        answered, or only for part of the people, where any row of this check is missing.
    """
    meaning = {(gap.table, gap.check): gap.unanswerable for gap in knowledge.gaps}
    rows = sorted(found.to_pylist(), key=lambda row: (row["table"], row["check"], row["year"] is None, row["year"]))
    shown = [_row(row, meaning, least) for row in rows if row["rows"] >= least]
    return pa.Table.from_pylist(shown, schema=SCHEMA)


def _row(row: Mapping[str, Any], meaning: Mapping[tuple[str, str], str], least: int) -> dict[str, Any]:
    whole = rounded(row["rows"], least)
    own = {name: rounded(row[name], least) for name in COUNTED}
    gap = meaning.get((row["table"], row["check"])) if own["missing"] else None
    return {
        **{name: row[name] for name in ("table", "check", "year")}, "rows": whole, **own,
        **{f"{name}_percent": _percent(own[name], whole) for name in COUNTED},
        "unanswerable": gap,
    }  # fmt: skip


def _percent(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else round(100 * min(part, whole) / whole, 1)
