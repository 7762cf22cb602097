"""The groups that people are counted by: those too small to be named are joined."""

from collections.abc import Mapping

from stepwell.cohort.draft import EVERYBODY, OTHER, PEOPLE, Numbers, Raw, counts_of
from stepwell.knowledge.load import Knowledge
from stepwell.logic import UNKNOWN


def everybody(raw: Raw) -> int:
    """How many people were reviewed."""
    return counts_of(raw[PEOPLE], ["split_by", "group"], PEOPLE)[0].get(EVERYBODY, 0)


def joined_groups(raw: Raw, least_group: int) -> dict[tuple[str, str], str]:
    """For each column and group the group that it is shown in: itself, or `other` where it is too small.

    The small ones of a column are joined, with the next smallest as long as they are too few together. A column of
    which one group is left is not shown: it is everybody.
    """
    people, _ = counts_of(raw["people_count"], ["split_by", "group"])
    shown: dict[tuple[str, str], str] = {}
    for column in dict.fromkeys(split for split, _ in people):
        sizes = {group: count for (split, group), count in people.items() if split == column}
        small = _small(sizes, least_group)
        if column == "all" or len(sizes) - len(small) + bool(small) > 1:
            shown |= {(column, group): OTHER if group in small and column != "all" else group for group in sizes}
    return shown


def _small(sizes: Mapping[str, int], least_group: int) -> set[str]:
    small = {group for group, count in sizes.items() if count < least_group}
    while small and small != set(sizes) and sum(sizes[group] for group in small) < least_group:
        small.add(min(sizes.keys() - small, key=lambda group: (sizes[group], group)))
    return small


def regrouped(
    numbers: tuple[Numbers, Numbers], groups: Mapping[tuple[str, str], str], place: int
) -> tuple[Numbers, Numbers]:
    """Counts by joined groups; `place`: where in a key the column stands, the group after it."""
    out: tuple[Numbers, Numbers] = ({}, {})
    for number, into in zip(numbers, out, strict=True):
        for key, count in number.items():
            group = groups.get(key[place : place + 2])
            if group is not None:
                new = (*key[: place + 1], group, *key[place + 2 :])
                into[new] = into.get(new, 0) + count
    return out


def in_order(knowledge: Knowledge, groups: Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    """The columns and their groups as they are shown: by the knowledge or by name, never by size."""
    columns = ["all", "age band", "sex", "index year"]
    columns += sorted({column for column, _ in groups} - set(columns))
    bands = {band.title: f"{number:03}" for number, band in enumerate(knowledge.age_bands)}
    found = sorted(
        {(column, group) for (column, _), group in groups.items()},
        key=lambda one: (columns.index(one[0]), one[1] in {OTHER, UNKNOWN}, bands.get(one[1], one[1])),
    )
    return list(found)
