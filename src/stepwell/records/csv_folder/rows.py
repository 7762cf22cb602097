"""One row of a file, read cell by cell; what can't be read is noted and comes out as unknown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from stepwell.records.csv_folder import cells
from stepwell.records.csv_folder.cells import Days, Range, Strength
from stepwell.records.csv_folder.columns import FileSpec
from stepwell.records.csv_folder.log import Log

T = TypeVar("T")
Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one person. An empty cell is None whatever its column."""

    spec: FileSpec
    line: int
    person_id: str
    cells: dict[str, str]
    log: Log

    @property
    def evidence_id(self) -> str:
        """Names the row in findings and results."""
        return f"{self.spec.name}#{self.line}"

    def text(self, column: str) -> str | None:
        """The cell as it stands."""
        return self.cells.get(column)

    def days(self, column: str) -> Days | None:
        """The first and last day that a date can mean."""
        return self._read(column, cells.day_range)

    def number(self, column: str) -> float | None:
        """A number."""
        return self._read(column, cells.number)

    def range(self, column: str) -> Range | None:
        """A number or a range of numbers."""
        return self._read(column, cells.number_range)

    def strength(self, column: str) -> Strength | None:
        """A strength with its unit."""
        return self._read(column, cells.strength)

    def choice(self, column: str) -> str | None:
        """One of the words that the column allows."""
        return self._read(column, lambda text: cells.choice(text, self.spec.column(column).choices))

    def find(self, code: str, column: str, message: str) -> None:
        """Notes something odd about the row."""
        self.log.find(code, self.spec.name, self.line, column, message, self.person_id)

    def not_used(self, reason: str) -> None:
        """Counts the row as read and not used."""
        self.log.not_used(self.spec.name, self.spec.kind, reason)

    def _read(self, column: str, parse: Callable[[str], T]) -> T | None:
        cell = self.cells.get(column)
        if cell is None:
            return None
        try:
            return parse(cell)
        except ValueError as error:
            self.log.fault(self.spec.name, self.line, column, str(error))
            return None

    def base(self) -> Values:
        """The columns that every table has."""
        return {"person_id": self.person_id, "evidence_id": self.evidence_id}


def dated(name: str, days: Days | None) -> Values:
    """The two columns of a date: `NAME_earliest` and `NAME_latest`."""
    return {
        f"{name}_earliest": days.earliest if days else None,
        f"{name}_latest": days.latest if days else None,
    }


def end_after(row: Row, start: Days | None, column: str = "end") -> Days | None:
    """The first day no longer covered, from a last day; unknown, and noted, if it lies before the start."""
    last = row.days(column)
    if last is None:
        return None
    if start is not None and last.latest < start.earliest:
        row.find("end-before-start", column, "The end lies before the start; the end is read as unknown.")
        return None
    ended = last.plus(1)
    if start is not None and ended.earliest <= start.earliest:
        return Days(start.plus(1).earliest, ended.latest)
    return ended
