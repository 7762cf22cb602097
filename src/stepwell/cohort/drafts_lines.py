"""The drafts of the counts of lines: the ways, outcomes and paths of enough people, the others together."""

from collections.abc import Iterator, Sequence

from stepwell.cohort.draft import OTHER, Draft, Numbers, Raw, Row, counts_of
from stepwell.cohort.suppress import Key, Sum

COLUMNS = {
    "line_flow": ("step", "from_drugs", "to_drugs"),
    "line_outcome": ("line", "drugs", "outcome"),
    "line_path": ("path",),
}
"""What the rows of each table are told apart by; of the first two, a line is the first of them."""


def lines(raw: Raw, least: int) -> Iterator[Draft]:
    """Every draft of lines that were counted.

    Rows of fewer people than may be shown are one row, so that none tells that it is there.
    """
    for name in COLUMNS:
        if name in raw:
            draft = _draft(raw, name, least)
            if name == "line_flow":
                draft.sums = (*draft.sums, *_through(list(draft.people)))
            yield draft


def _draft(raw: Raw, name: str, least: int) -> Draft:
    people, inferred = counts_of(raw[name], COLUMNS[name], name)
    by_line = len(COLUMNS[name]) > 1
    rows: list[Row] = []
    sums: list[Sum] = []
    for line in sorted({key[1] for key in people}) if by_line else [None]:
        own = sorted(key for key in people if not by_line or key[1] == line)
        rows += _joined(own, (name, *((line,) if by_line else ())), people, inferred, sums, least)
        sums.append(Sum(tuple(own), ("line", 1 if line is None else line)))
    return Draft(name, COLUMNS[name], rows, people, inferred, sums, unshown={one.total for one in sums})


def _joined(
    own: Sequence[Key], head: Key, people: Numbers, inferred: Numbers, sums: list[Sum], least: int
) -> list[Row]:
    small = [key for key in own if people[key] < least]
    other = (*head, *(OTHER for _ in range(1 + len(COLUMNS[head[0]]) - len(head))))
    for number in (people, inferred):
        number[other] = sum(number[key] for key in small)
    sums.append(Sum(tuple(small), other))
    return [key[1:] for key in (*(key for key in own if key not in small), other)]


def _through(ways: Sequence[Key]) -> Iterator[Sum]:
    """Whoever goes into a regimen comes out of it: both sides add up to a number that is shown nowhere."""
    real = [key for key in ways if OTHER not in key[2:]]
    for step, drugs in sorted({(key[1], key[2]) for key in real}):
        node = ("line", step, drugs)
        yield Sum(tuple(key for key in real if key[1:3] == (step, drugs)), node)
        before = tuple(key for key in real if key[1] == step - 1 and key[3] == drugs)
        if before:
            yield Sum(before, node)
