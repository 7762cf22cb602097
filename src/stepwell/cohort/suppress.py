"""Small cells: which counts are shown, rounded, and proof that the others can't be worked out.

A count below `least` is not shown, and zero isn't either: an empty cell means fewer than `least`, or hidden so that
another can't be had by subtraction. Every other count is rounded to the nearest multiple of `least`. Then, for every
count of 1 to `least` - 1, other populations are looked for that would have given the very same tables and in which
that count is another: as long as they can't be found, more is hidden.

The one who tries to undo it is taken to know more than anybody does: all sums that hold, the size of every group
exactly, and of each empty cell whether it is empty for being small. See docs/explanation/small-cells.md.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Key = tuple[Any, ...]
Shown = dict[Key, int | None]

NEAR = 0.2
"""How far a population may fall short of the best where many counts are moved at once."""

SLACK = 1e-6
"""How far the solver may be off."""

LOST = 1
"""Of the `least` values from 0 to `least` - 1, how many may be told to be impossible for a count that is hidden."""


@dataclass(frozen=True)
class Sum:
    """Cells that add up.

    Args:
        parts: Their keys.
        total: The key of what they add up to. One that no cell has stands for a number that is shown nowhere; it is
            the same number wherever it stands.
    """

    parts: tuple[Key, ...]
    total: Key

    def cells(self) -> tuple[Key, ...]:
        """The cells that take part."""
        return (*self.parts, self.total)


@dataclass(frozen=True)
class Cells:
    """Counts with all that ties them together.

    Args:
        values: The true counts.
        sums: Every way in which they add up.
        known: Counts that anybody may know exactly, such as how many people there are of each sex.
        unshown: Counts that stand in no table and could be had by subtraction.
    """

    values: Mapping[Key, int]
    sums: Sequence[Sum] = ()
    known: Collection[Key] = ()
    unshown: Collection[Key] = ()


def rounded(value: int, least: int) -> int | None:
    """The count as it is shown: null below `least`, else the nearest multiple of it, halves upward."""
    return None if value < least else (value + least // 2) // least * least


def possible(shown: int | None, value: int, least: int) -> tuple[float, float]:
    """The lowest and the highest count that would be shown so; of an empty cell it is known whether it is small."""
    if shown is None:
        return (0, least - 1) if value < least else (least, np.inf)
    return max(least, shown - least // 2), shown + (least - 1) // 2


def protect(cells: Cells, least: int) -> Shown:
    """Each count as it may be shown: a multiple of `least`, or null.

    Raises:
        ValueError: The counts don't add up as they should, so that nothing could be proved (a fault of ours).
    """
    wrong = [one.total for one in cells.sums if one.total in cells.values and not _adds_up(one, cells.values)]
    if wrong:
        raise ValueError(f"counts don't add up to {sorted(map(str, wrong))}")
    shown: Shown = {}
    for block in _blocks(cells):
        shown |= _protected(block, least)
    return shown


def _adds_up(one: Sum, values: Mapping[Key, int]) -> bool:
    return sum(values[key] for key in one.parts) == values[one.total]


def _protected(cells: Cells, least: int) -> Shown:
    shown: Shown = {key: None if key in cells.unshown else rounded(value, least) for key, value in cells.values.items()}
    small = _small(cells, least)
    if not small:
        return shown
    search = _Search(cells, least)
    narrow = search.narrow(small, shown)
    if narrow and search.copy().narrow(narrow, dict.fromkeys(shown)):
        return dict.fromkeys(shown)
    while narrow:
        further = _to_hide(narrow, shown, cells)
        if not further:
            return dict.fromkeys(shown)
        shown |= dict.fromkeys(further)
        narrow = search.narrow(narrow, shown)
    return shown


def _to_hide(narrow: Iterable[Key], shown: Shown, cells: Cells) -> set[Key]:
    """For each count that is too narrow the smallest one that is shown nearest to it, from sum to sum."""
    beside = (_nearest(key, shown, cells) for key in narrow)
    return {min(keys, key=lambda other: (cells.values[other], repr(other))) for keys in beside if keys}


def _nearest(key: Key, shown: Shown, cells: Cells) -> list[Key]:
    """Counts that are shown in the sums of a count; where none is, in the sums of what is hidden there, and so on.

    None where all that hangs together with it is hidden. What is far off seldom helps, however small it is, and hiding
    it all the same could empty a whole table.
    """
    seen, front = {key}, {key}
    while front:
        ring = {other for one in cells.sums if not front.isdisjoint(one.cells()) for other in one.cells()}
        ring = {other for other in ring - seen if other not in cells.known}
        found = [other for other in ring if shown.get(other) is not None]
        if found:
            return found
        seen |= ring
        front = ring
    return []


def _blocks(cells: Cells) -> Iterator[Cells]:
    """The cells that hang together by sums; nothing in one block tells anything of another.

    What is known ties nothing together: it stands in every block as the number it is.
    """
    leader: dict[Key, Key] = {key: key for key in cells.values}

    def find(key: Key) -> Key:
        leader.setdefault(key, key)
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    own: dict[Key, list[Sum]] = {}
    for one in cells.sums:
        first, *others = [key for key in one.cells() if key not in cells.known] or [one.total]
        for other in others:
            leader[find(other)] = find(first)
    for one in cells.sums:
        head = find(next((key for key in one.cells() if key not in cells.known), one.total))
        own.setdefault(head, []).append(one)
    members: dict[Key, dict[Key, int]] = {}
    for key in cells.values:
        members.setdefault(find(key), {})[key] = cells.values[key]
    for head, values in members.items():
        sums = own.get(head, [])
        known = {key for one in sums for key in one.cells() if key in cells.known}
        yield Cells(values | {key: cells.values[key] for key in known}, sums, known, cells.unshown)


def exposed(cells: Cells, shown: Shown, least: int) -> set[Key]:
    """Counts of 1 to `least` - 1 of which too few values are left that would give the same tables.

    Each value left is one of a whole population, found by integer programming, so that none is left that isn't
    possible.
    """
    small = _small(cells, least)
    return _Search(cells, least).narrow(small, shown) if small else set()


def _small(cells: Cells, least: int) -> list[Key]:
    """Counts of 1 to `least` - 1 that something else could tell."""
    return (
        [key for key, value in cells.values.items() if 0 < value < least and key not in cells.known]
        if cells.sums
        else []
    )


class _Search:
    """Looks for populations that would give the same tables, some counts being as high or as low as they can.

    What was found while less was hidden stays: a population that gives the same tables gives them with gaps, too.
    """

    def __init__(self, cells: Cells, least: int) -> None:
        self._cells, self._least = cells, least
        keys = dict.fromkeys([*cells.values, *(key for one in cells.sums for key in one.cells())])
        self._place = {key: number for number, key in enumerate(keys)}
        self._constraint = self._equations(cells.sums)
        self._bounds = Bounds()
        self._low = dict(cells.values)
        self._high = dict(cells.values)

    def copy(self) -> "_Search":
        """Another search that begins with what this one found."""
        other = copy(self)
        other._low, other._high = dict(self._low), dict(self._high)  # noqa: SLF001 -- its own kind
        return other

    def narrow(self, small: Collection[Key], shown: Shown) -> set[Key]:
        """Those of `small` whose counts can't be moved far enough; many are pushed at once, as long as that helps."""
        spans = [_span(key, self._cells, shown, self._least) for key in self._place]
        self._bounds = Bounds([low for low, _ in spans], [high for _, high in spans])
        pending = [key for key in self._pending(small) if self._may_be_wide(key)]
        while pending:
            self._move_together(pending)
            left = self._pending(pending)
            if len(left) == len(pending):
                break
            pending = left
        for key in pending:
            for sign in (1, -1):
                self._push(self._pending([key]), sign)
        return set(self._pending(small))

    def _move_together(self, keys: Sequence[Key]) -> None:
        self._push(keys, 1, NEAR)
        self._push(self._pending(keys), -1, NEAR)

    def _may_be_wide(self, key: Key) -> bool:
        """Whether a count could be moved far enough if people could be divided: only then is it worth a search."""
        low, high = float(self._low[key]), float(self._high[key])
        if low > 0:
            low = self._end(key, -1, low)
        if high < self._least - 1:
            high = self._end(key, 1, high)
        # What is a whole number but for the solver's tolerance is that whole number.
        return min(floor(high + SLACK), self._least - 1) - ceil(low - SLACK) >= self._wanted

    def _end(self, key: Key, sign: int, otherwise: float) -> float:
        """How high (1) or low (-1) a count can be if people can be divided; a population of whole people is kept."""
        found = self._best([key], sign, whole=False)
        if found is None:
            return sign * HIGHEST
        if np.all(np.abs(found - np.round(found)) < SLACK):
            self._keep(found)
        return max(sign * float(found[self._place[key]]), sign * otherwise) * sign

    @property
    def _wanted(self) -> int:
        return self._least - 1 - LOST

    def _pending(self, keys: Iterable[Key]) -> list[Key]:
        return [key for key in keys if min(self._high[key], self._least - 1) - self._low[key] < self._wanted]

    def _push(self, keys: Sequence[Key], sign: int, gap: float = 0.0) -> None:
        """Keeps one population in which the sum of these counts is as high (1) or as low (-1) as it can be.

        Args:
            keys: Of the counts.
            sign: Which way.
            gap: Share of the best by which it may fall short: any that is found counts.
        """
        found = self._best(keys, sign, gap) if keys else None
        if found is not None:
            self._keep(found)

    def _keep(self, found: Any) -> None:  # noqa: ANN401 -- a vector
        """Keeps how high and how low each count is in a population."""
        for key in self._low:
            value = round(found[self._place[key]])
            self._low[key] = min(self._low[key], value)
            self._high[key] = max(self._high[key], value)

    def _best(self, keys: Sequence[Key], sign: int, gap: float = 0.0, *, whole: bool = True) -> Any:  # noqa: ANN401 -- a vector, or null
        """The counts of such a population, in whole people or not; null if none was found."""
        cost = np.zeros(len(self._place))
        cost[[self._place[key] for key in keys]] = -sign
        found = milp(
            cost, integrality=np.full(len(cost), int(whole)), bounds=self._bounds, constraints=self._constraint,
            options={"mip_rel_gap": gap},
        )  # fmt: skip
        return found.x

    def _equations(self, sums: Sequence[Sum]) -> LinearConstraint:
        rows: list[int] = []
        columns: list[int] = []
        factors: list[int] = []
        for number, one in enumerate(sums):
            rows += [number] * (len(one.parts) + 1)
            columns += [self._place[key] for key in one.cells()]
            factors += [*([1] * len(one.parts)), -1]
        matrix: Any = csr_array((factors, (rows, columns)), shape=(len(sums), len(self._place)))
        return LinearConstraint(matrix, 0, 0)


HIGHEST = 1e9
"""More people than there are: the upper end of what nothing bounds, so that a search has an end."""


def _span(key: Key, cells: Cells, shown: Shown, least: int) -> tuple[float, float]:
    """The lowest and highest count that a cell can have for somebody who sees the tables."""
    if key in cells.known:
        return cells.values[key], cells.values[key]
    if key not in cells.values or key in cells.unshown:
        return 0, HIGHEST
    low, high = possible(shown[key], cells.values[key], least)
    return low, min(high, HIGHEST)
