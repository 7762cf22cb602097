"""Gathers what reading a folder brings up: faults (the file can't be used), findings, rows not used."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stepwell.errors import RecordError
from stepwell.records.tables import Finding, Unused

LINES_NAMED = 5


@dataclass(slots=True)
class Log:
    """Everything that was noted, in reading order. Nothing here ever holds the text of a cell."""

    rows_read: Counter[str] = field(default_factory=Counter)
    _findings: dict[Finding, None] = field(default_factory=dict)
    _unused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _faults: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)

    def fault(self, file: str, line: int | None, column: str, text: str) -> None:
        """Something that has to be mended before the folder can be read."""
        lines = self._faults.setdefault((file, column, text), [])
        if line is not None:
            lines.append(line)

    def find(self, code: str, file: str, line: int | None, column: str, message: str, person_id: str | None) -> None:
        """Odd data that is read as unknown."""
        self._findings[Finding(code, file, f"line {line}" if line else "", column, message, person_id)] = None

    def not_used(self, file: str, kind: str, reason: str) -> None:
        """One row that was read and not used."""
        self._unused[file, kind, reason] += 1

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is odd, told once each, in reading order."""
        return tuple(self._findings)

    @property
    def unused(self) -> tuple[Unused, ...]:
        """Rows not used, counted by reason."""
        return tuple(Unused(*key, count) for key, count in self._unused.items())

    @property
    def faulty(self) -> bool:
        """Whether there is any fault."""
        return bool(self._faults)

    def raise_faults(self, folder: str) -> None:
        """Raises every fault at once, those that recur told once with their lines.

        Raises:
            RecordError: If there is any fault.
        """
        if self._faults:
            faults = [_sentence(*key, lines) for key, lines in self._faults.items()]
            raise RecordError(f"The CSV folder {folder} can't be read.", faults)


def _sentence(file: str, column: str, text: str, lines: Iterable[int]) -> str:
    where = ", ".join(part for part in (file, _lines(sorted(set(lines))), column and f"column {column}") if part)
    return f"{where}: {text}{'' if text.endswith('?') else '.'}"


def _lines(lines: list[int]) -> str:
    if not lines:
        return ""
    named = ", ".join(map(str, lines[:LINES_NAMED]))
    more = f" and {len(lines) - LINES_NAMED} more" if len(lines) > LINES_NAMED else ""
    return f"line{'s' if len(lines) > 1 else ''} {named}{more}"
