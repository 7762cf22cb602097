"""Pathways by hand: one person after another, one overlap after another, as TreatmentPatterns describes it.

Slow and plain, to hold the tables against.
"""

from datetime import date
from typing import NamedTuple


class Era(NamedTuple):
    """A stretch of days [start, end) with what was taken in it."""

    start: date
    end: date
    drugs: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def collapsed(eras: list[Era], most_gap_days: int) -> list[Era]:
    """Eras of one drug joined over short gaps."""
    joined: list[Era] = []
    for era in sorted(eras):
        same = [other for other in joined if other.drugs == era.drugs]
        if same and (era.start - same[-1].end).days <= most_gap_days:
            joined.remove(same[-1])
            era = Era(same[-1].start, max(same[-1].end, era.end), era.drugs)  # noqa: PLW2901 -- it grows
        joined.append(era)
    return sorted(joined)


def _pieces(before: Era, era: Era, combination_days: int, least_remains: int) -> list[Era]:
    """Two overlapping eras taken apart; pieces of no days are none, nor remains beside a combination that are short."""
    overlap = (before.end - era.start).days
    head = Era(before.start, era.start, before.drugs)
    if overlap < combination_days and overlap not in (era.days, before.days):
        return [head, era]
    shared = min(before.end, era.end)
    longer = before if before.end > era.end else era
    both = tuple(sorted(before.drugs + era.drugs))
    remains = [piece for piece in (head, Era(shared, longer.end, longer.drugs)) if piece.days >= least_remains]
    return [piece for piece in [*remains, Era(era.start, shared, both)] if piece.days > 0]


def separated(eras: list[Era], combination_days: int, least_days: int, short: str) -> list[Era]:
    """Eras without overlap: the first overlap is taken apart, and what is too short goes; then the next."""
    least_remains, least = (least_days, 0) if short == "remains" else (0, least_days)
    eras = sorted(eras)
    while True:
        pairs = [place for place in range(1, len(eras)) if eras[place].start < eras[place - 1].end]
        if not pairs:
            return eras
        at = pairs[0]
        apart = [*eras[: at - 1], *_pieces(eras[at - 1], eras[at], combination_days, least_remains), *eras[at + 1 :]]
        eras = sorted(era for era in apart if era.days >= least)
