"""A count table on its way: true counts with all that adds up in them, and the table that may be shown."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from stepwell.cohort.suppress import Cells, Key, Shown, Sum, protect

Row = tuple[Any, ...]
Numbers = dict[Row, int]
Raw = Mapping[str, pa.Table]
"""The tables of counts as the engine gives them."""
PEOPLE = "people_count"
EVERYBODY = (PEOPLE, "all", "all")
"""The cell that counts everybody."""
OTHER = "other"
"""Groups, sets and ways too small to be named, together."""


@dataclass
class Draft:
    """One count table before anything is hidden.

    Args:
        name: Its name.
        columns: Names of the columns that say which people a row counts.
        rows: The rows in the order in which they are shown, whatever they count: neither whether a row is there nor
            its place tells how many it counts.
        people: True count of each cell; a cell that isn't there counts nobody.
        inferred: Of these, people of whom a trial rests on inferred supply.
        sums: How cells add up.
        cell: The cell that a row shows, where it isn't the row under the name of the table.
        unshown: Cells that no row shows and that could be had by subtraction.
        titles: By the name of a further column, its text for a row.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    people: Mapping[Key, int]
    inferred: Mapping[Key, int]
    sums: Sequence[Sum] = ()
    cell: Callable[[Row], Key] | None = None
    unshown: Collection[Key] = ()
    titles: Mapping[str, Callable[[Row], str | None]] = field(default_factory=dict)

    def key(self, row: Row) -> Key:
        """The cell that a row shows."""
        return self.cell(row) if self.cell else (self.name, *row)

    def cells(self) -> list[Key]:
        """Every cell, shown or not."""
        parts = [key for one in self.sums for key in one.parts]
        totals = [one.total for one in self.sums if one.total in self.people]
        return list(dict.fromkeys([*map(self.key, self.rows), *parts, *totals]))


def counts_of(table: pa.Table, columns: Sequence[str], name: str = "") -> tuple[Numbers, Numbers]:
    """`people` and `inferred` by the values of some columns, summed over the others.

    Args:
        table: Counts.
        columns: What they are kept apart by.
        name: If given, what each key begins with.
    """
    people: Numbers = {}
    inferred: Numbers = {}
    for row in table.to_pylist():
        key = (*((name,) if name else ()), *(row[column] for column in columns))
        people[key] = people.get(key, 0) + int(row["people"])
        inferred[key] = inferred.get(key, 0) + int(row["inferred"])
    return people, inferred


def listed(name: str, table: pa.Table, columns: Sequence[str], least: int) -> Draft:
    """The draft of a list that nobody knows the whole of, such as the ways people went.

    Args:
        name: Of the table.
        table: One row per value of the columns, with `people` and `inferred`; a person stands in one row.
        columns: Words that say which people a row counts.
        least: Smallest count that is shown.

    Returns:
        The rows that at least `least` people are in, by name; the others together as `other`, which is always there.
        What is drawn from the counts shown (a Sankey from its paths) tells no more than they do.
    """
    people, inferred = counts_of(table, columns, name)
    small = [key for key in sorted(people) if people[key] < least]
    other = (name, *(OTHER for _ in columns))
    for number in (people, inferred):
        number[other] = sum(number[key] for key in small)
    rows = [key[1:] for key in sorted(people) if key not in small and key != other]
    return Draft(name, tuple(columns), [*rows, other[1:]], people, inferred, [Sum(tuple(small), other)])


def protected(drafts: Iterable[Draft], least: int) -> tuple[Shown, Shown]:
    """The counts that may be shown of all drafts together, by cell: `people`, and `inferred` where people are shown.

    The sizes of the groups that people are split into are taken to be known to anybody.
    """
    people: dict[Key, int] = {}
    inferred: dict[Key, int] = {}
    sums: dict[Sum, None] = {}
    unshown: set[Key] = set()
    for draft in drafts:
        people |= {key: draft.people.get(key, 0) for key in draft.cells()}
        inferred |= {key: draft.inferred.get(key, 0) for key in draft.cells()}
        sums |= dict.fromkeys(draft.sums)
        unshown |= set(draft.unshown)
    sizes = [key for key in people if key[0] == PEOPLE]
    cells = Cells(people, list(sums), {key for key in sizes if people[key] >= least}, unshown)
    shown = protect(cells, least)
    known = {key for key in sizes if inferred[key] >= least}
    free = [one if one.total in known or one.total not in sizes else replace(one, total=("free", number))
            for number, one in enumerate(sums)]  # fmt: skip
    of_these = protect(Cells(inferred, free, known, unshown), least)
    return shown, {key: of_these[key] if shown[key] is not None else None for key in shown}


def finished(draft: Draft, shown: tuple[Shown, Shown]) -> pa.Table:
    """The table that may be shown: the columns, their titles, `people`, `inferred`."""
    people, inferred = shown
    columns: dict[str, list[Any]] = {
        name: [row[place] for row in draft.rows] for place, name in enumerate(draft.columns)
    }
    for name, title in draft.titles.items():
        columns[name] = [title(row) for row in draft.rows]
    columns["people"] = [people[draft.key(row)] for row in draft.rows]
    columns["inferred"] = [inferred[draft.key(row)] for row in draft.rows]
    return pa.table({name: pa.array(cells, type=_type(name, cells)) for name, cells in columns.items()})


def _type(name: str, cells: Sequence[Any]) -> pa.DataType:
    whole = name in {"people", "inferred"} or any(isinstance(cell, int) for cell in cells)
    return pa.int64() if whole else pa.string()
