"""Columns of a block as Arrow columns: what isn't known is null."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from stepwell.simulate.blocks import NONE, Array, Columns
from stepwell.simulate.scores import ALL_ITEMS, ITEM_9, ITEMS


def ints(values: Array) -> pa.Array:
    """Whole numbers."""
    return pa.array(values.astype(np.int64), mask=values == NONE)


def days(values: Array, unknown: Array | None = None) -> pa.Array:
    """Days as dates; `unknown` marks more of them than `NONE` does."""
    mask = values == NONE if unknown is None else unknown
    return pa.array(values.astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())


def known(values: Array) -> pa.Array:
    """Numbers, whole ones or not-a-number where they aren't known."""
    if values.dtype.kind == "f":
        return pa.array(values, mask=np.isnan(values))
    return ints(values)


def texts(names: Sequence[str], places: Array) -> pa.Array:
    """The names at these places."""
    return pa.array(np.array(names)[np.maximum(places, 0)], mask=places == NONE)


def same(value: int, size: int) -> pa.Array:
    """One number, so many times."""
    return pa.array(np.full(size, value, dtype=np.int64))


def items_of(scores: Columns) -> tuple[Array, Array, Array]:
    """The items that the record has: the row of the score, the item (from 0), the answer; by score, then item."""
    all_of_them = scores["kept"] == ALL_ITEMS
    kept = np.stack([all_of_them] * (ITEMS - 1) + [all_of_them | (scores["kept"] == ITEM_9)], axis=1)
    where, item = np.nonzero(kept)
    answers = np.stack([scores[f"item_{n + 1}"] for n in range(ITEMS)], axis=1)
    return where, item, answers[where, item]
