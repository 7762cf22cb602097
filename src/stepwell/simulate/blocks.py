"""The blocks that people are drawn in, and the columns their rows stand in.

People come in blocks of `BLOCK`. Each block has a stream of chance of its own, so person k of a seed is the same
however many people are asked for, and blocks can be made side by side.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 2000
"""People in a block."""

IDS = 1_000_000
"""Room for the ids of the rows of a block."""

NONE = np.iinfo(np.int32).min
"""A whole number or day that isn't known."""

Array = NDArray[Any]
Columns = dict[str, Array]
"""Columns of one table, all of one length. Days count from 1970-01-01; `NONE` and not-a-number are unknown."""


def chance(seed: int, block: int, part: int) -> np.random.Generator:
    """The stream of chance of one part of the making of one block."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block, part])))


def whole(rng: np.random.Generator, span: tuple[int, int], size: int) -> Array:
    """So many whole numbers from a span, both ends included."""
    return rng.integers(span[0], span[1] + 1, size)


def stacked(parts: list[Columns]) -> Columns:
    """Tables of the same columns, one below the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def taken(table: Columns, which: Array) -> Columns:
    """The rows of a table that a mask or list of places names."""
    return {name: column[which] for name, column in table.items()}


def ordered(table: Columns, *by: str) -> Columns:
    """The rows by these columns, the first foremost; rows that are alike keep their order."""
    return taken(table, np.lexsort([table[name] for name in reversed(by)]))


def repeated(table: Columns, times: Array) -> tuple[Columns, Array]:
    """Each row so many times, and the number of each copy from 0."""
    ends = np.cumsum(times)
    number = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - times, times)
    return {name: np.repeat(column, times) for name, column in table.items()}, number
