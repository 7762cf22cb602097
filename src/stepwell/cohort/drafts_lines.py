"""The drafts of the counts of lines: the ways, outcomes and paths of enough people, the others together."""

from collections.abc import Iterator

from stepwell.cohort.draft import OTHER, Draft, Numbers, Raw, counts_of
from stepwell.cohort.suppress import Sum

COLUMNS = {
    "line_flow": ("step", "from_drugs", "to_drugs"),
    "line_outcome": ("line", "drugs", "outcome"),
    "line_path": ("path",),
}
"""What the rows of each table are told apart by; of the first two, a line is the first of them."""


def lines(raw: Raw, least: int) -> Iterator[Draft]:
    """Every draft of lines that were counted.

    Rows of fewer people than may be shown are one row, `other`, so that none tells that it is there. What goes into a
    regimen comes out of it; but as either side may hold any number of rows that aren't named, nothing follows from
    that.
    """
    for name in COLUMNS:
        if name in raw:
            yield _draft(raw, name, least)


def _draft(raw: Raw, name: str, least: int) -> Draft:
    found, of_these = counts_of(raw[name], COLUMNS[name], name)
    by_line = len(COLUMNS[name]) > 1
    people: Numbers = {}
    inferred: Numbers = {}
    sums: list[Sum] = []
    for line in sorted({key[1] for key in found}) if by_line else [None]:
        own = sorted(key for key in found if not by_line or key[1] == line)
        named = [key for key in own if found[key] >= least]
        other = (name, *((line,) if by_line else ()), *(OTHER for _ in COLUMNS[name][by_line:]))
        for number, source in ((people, found), (inferred, of_these)):
            number.update({key: source[key] for key in named})
            number[other] = sum(source[key] for key in own if key not in number)
        sums.append(Sum((*named, other), ("line", 1 if line is None else line)))
    rows = [key[1:] for key in people]
    return Draft(name, COLUMNS[name], rows, people, inferred, sums, unshown={one.total for one in sums})
