"""Results by person of a run, as they are read again: rows that people have in common are given back to each."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from stepwell.alike import LIKE

IN_COMMON = {"reason": ("like_reason", "reason_like"), "option_fit": ("like_option", "option_like")}
"""Tables of which a run keeps the rows that people have in common, and who is alike."""


def by_person(folder: Path, name: str, people: Sequence[str] | None = None) -> pa.Table:
    """A table of results by person: one that a run keeps, `reason` or `option_fit`.

    Args:
        folder: Of the results.
        name: Of the table.
        people: Ids of the people whose rows are wanted; everybody's if not given.

    Returns:
        The rows, in no order; the columns are those that the data dictionary names.
    """
    if name not in IN_COMMON:
        return _table(folder, name, "person_id", people)
    common, likes = IN_COMMON[name]
    alike = _table(folder, likes, "person_id", people)
    rows = _table(folder, common, LIKE, None if people is None else alike[LIKE].unique().to_pylist())
    joined = alike.join(rows, LIKE, join_type="inner")
    return joined.select(["person_id", *(column for column in rows.column_names if column != LIKE)])


def _table(folder: Path, name: str, column: str, values: Sequence[str] | None) -> pa.Table:
    wanted = None if values is None else pc.field(column).isin(list(values))
    return ds.dataset(folder / "people" / name).to_table(filter=wanted)
