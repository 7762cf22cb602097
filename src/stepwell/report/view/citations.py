"""The sources that a report names, numbered as they first come up."""

from collections.abc import Iterable
from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report.lookup import Lookup

OWN_CHOICE = "stepwell"


@dataclass(frozen=True)
class Reference:
    """A source by its number, and the place in it."""

    number: int
    locus: str


@dataclass(frozen=True)
class Work:
    """One line of the list of sources."""

    number: int
    id: str
    citation: str
    address: str
    read: str


def marks(references: Iterable[Reference]) -> str:
    """References in brackets: one with its place, several by their numbers alone.

    >>> marks([Reference(2, "table 1")]), marks([Reference(2, "table 1"), Reference(4, "x"), Reference(2, "y")])
    ('[2, table 1]', '[2, 4]')
    """
    found = list(references)
    if len(found) == 1:
        return f"[{found[0].number}, {found[0].locus}]"
    return f"[{', '.join(str(number) for number in dict.fromkeys(item.number for item in found))}]" if found else ""


class Citations:
    """Numbers sources as they are named.

    Args:
        lookup: For the bibliography.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._sources = lookup.sources
        self._numbers: dict[str, int] = {}

    def refer(self, cites: Iterable[s.Cite]) -> tuple[Reference, ...]:
        """References to these places, in their order."""
        return tuple(
            Reference(self._numbers.setdefault(cite.source, len(self._numbers) + 1), cite.locus) for cite in cites
        )

    def works(self) -> tuple[Work, ...]:
        """Every source named so far, by number."""
        return tuple(self._work(source_id, place) for source_id, place in self._numbers.items())

    def _work(self, source_id: str, place: int) -> Work:
        source = self._sources.get(source_id)
        if source is None:
            citation = "A choice of this project's own." if source_id == OWN_CHOICE else source_id
            return Work(place, source_id, citation, "", "own choice" if source_id == OWN_CHOICE else "")
        address = f"https://doi.org/{source.doi}" if source.doi else source.url or ""
        return Work(place, source_id, source.citation, address, source.read)
