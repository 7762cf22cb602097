"""Finds the files of a CSV folder and says whose each row is."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from stepwell.errors import RecordError
from stepwell.records.csv_folder.cells import is_missing
from stepwell.records.csv_folder.columns import FILES, FileSpec
from stepwell.records.csv_folder.log import Log
from stepwell.records.csv_folder.rows import Row
from stepwell.records.csv_folder.sheets import Sheet, read_sheet

THE_PERSON = "person"
"""Id of the only person of a folder that names none."""

_SPECS = {spec.name: spec for spec in FILES}
_NO_CONTENT = (".", "~$")
"""How the names of files begin that systems and spreadsheets put beside those of the user."""
_OTHER_ENDINGS = {"csv.gz", "csv.txt", "csv.zip", "numbers", "ods", "tab", "tsv", "txt", "xls", "xlsx"}
"""What spreadsheets, editors and telephones make of a table that was to end in .csv."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The rows of every file by kind (all kinds are present), and the ids of the people they are of."""

    people: tuple[str, ...]
    rows: dict[str, tuple[Row, ...]]

    def only(self, person_id: str) -> "Folder":
        """The rows of one person."""
        rows = {kind: tuple(row for row in rows if row.person_id == person_id) for kind, rows in self.rows.items()}
        return Folder((person_id,), rows)


def is_csv_folder(path: Path) -> bool:
    """Whether a folder holds a file of this format, or CSV files and nothing that could be FHIR.

    Raises:
        RecordError: The folder can't be opened.
    """
    if not path.is_dir():
        return False
    try:
        names = [child.name.casefold() for child in path.iterdir()]
    except OSError as error:
        raise RecordError(f"The folder {path.name} can't be opened: {error.strerror}.") from None
    fhir = any(name.endswith((".json", ".ndjson")) for name in names)
    return any(name in _SPECS or (name.endswith(".csv") and not fhir) for name in names)


def read_folder(path: Path, log: Log) -> Folder:
    """The rows of a folder, each with its person; faults are noted in `log`.

    Raises:
        RecordError: It is no folder, none of our files stands in it, or none has a row.
    """
    sheets = [read_sheet(spec, data, log) for spec, data in _files(path, log)]
    people = _people(sheets)
    _check_people(sheets, people, log)
    if not people and not log.faulty:
        raise RecordError(
            f"The CSV folder {path.name} holds no rows, only headers and comments. "
            "Fill in at least one row of one file; README.txt beside them explains the columns."
        )
    rows = {spec.kind: _rows(sheet, people, log) for sheet in sheets for spec in [sheet.spec]}
    return Folder(people, {spec.kind: rows.get(spec.kind, ()) for spec in FILES})


def _files(path: Path, log: Log) -> Iterable[tuple[FileSpec, bytes]]:
    found: dict[str, bytes | None] = {}
    try:
        children = [child for child in sorted(path.iterdir()) if not child.name.startswith(_NO_CONTENT)]
    except OSError as error:
        raise RecordError(f"The CSV folder {path.name} can't be opened: {error.strerror}.") from None
    for child in children:
        spec = _spec(child, log)
        if spec is None:
            continue
        if spec.name in found:
            log.fault(child.name, None, "", f"the folder holds {spec.name} twice, in capitals and small letters")
        found[spec.name] = _bytes(child, log)
    _check_endings(children, log)
    if not found and not log.faulty:
        raise RecordError(
            f"The folder {path.name} holds none of the files of a CSV record: {', '.join(_SPECS)}. "
            "`stepwell template FOLDER` writes them empty."
        )
    return [(spec, data) for spec in FILES if (data := found.get(spec.name)) is not None]


def _bytes(child: Path, log: Log) -> bytes | None:
    """What a file holds; nothing, and a fault, for a folder, a link to nothing or a file that may not be read."""
    try:
        return child.read_bytes()
    except OSError as error:
        log.fault(child.name, None, "", f"it can't be opened: {error.strerror}")
        return None


def _check_endings(children: Iterable[Path], log: Log) -> None:
    """Refuses what carries the name of one of our files with another ending, where that file isn't there."""
    names = {child.name.casefold() for child in children}
    for child in children:
        stem, _, ending = child.name.casefold().partition(".")
        wanted = f"{stem}.csv"
        if ending in _OTHER_ENDINGS and wanted in _SPECS and wanted not in names:
            log.fault(child.name, None, "", f"not a CSV file, so it isn't read; save its rows as {wanted}")


def _spec(child: Path, log: Log) -> FileSpec | None:
    """Which of our files this is; another CSV file is pointed out, and refused if it looks like a slip."""
    name = child.name.casefold()
    if name in _SPECS or not name.endswith(".csv") or not child.is_file():
        return _SPECS.get(name)
    close = get_close_matches(name, _SPECS, n=1, cutoff=0.8)
    if close:
        log.fault(child.name, None, "", f"not the name of a file of a CSV record; did you mean {close[0]}?")
    else:
        log.find("file-not-read", child.name, None, "", "Not a file of a CSV record; it wasn't read.", None)
    return None


def _people(sheets: Iterable[Sheet]) -> tuple[str, ...]:
    """Every id that stands in a file, person.csv first; one of our own if there are rows and no ids.

    A mark of a missing id is nobody's.
    """
    ids = [row.cells.get("person_id") for sheet in sheets for row in sheet.rows]
    named = tuple(dict.fromkeys(one for one in ids if one and not is_missing(one)))
    return named or ((THE_PERSON,) if ids else ())


def _check_people(sheets: Iterable[Sheet], people: tuple[str, ...], log: Log) -> None:
    """Holds the ids of the other files against person.csv, where that file has rows, else against one another."""
    by_name = {
        sheet.spec.name: [(row.line, row.cells.get("person_id", people[0])) for row in sheet.rows] for sheet in sheets
    }
    described = by_name.pop("person.csv", [])
    seen: set[str] = set()
    for line, person_id in described:
        if person_id in seen and not is_missing(person_id):
            log.fault("person.csv", line, "person_id", "this person stands on an earlier line; leave one")
        seen.add(person_id)
    alike: dict[str, str] = {}
    for name, line, person_id in ((name, *row) for name, rows in by_name.items() for row in rows):
        if is_missing(person_id):
            continue
        if described and person_id not in seen:
            log.fault(name, line, "person_id", "no such id in person.csv; correct it or add a row there")
        elif not described and alike.setdefault(person_id.casefold().lstrip("0"), person_id) != person_id:
            log.fault(
                name, line, "person_id",
                "differs from another id only in capitals or in zeros in front; write each person's id alike "
                "everywhere, or list both people in person.csv",
            )  # fmt: skip


def _rows(sheet: Sheet, people: tuple[str, ...], log: Log) -> tuple[Row, ...]:
    rows = []
    for raw in sheet.rows:
        person_id = raw.cells.get("person_id") or (people[0] if len(people) == 1 else "")
        if not person_id:
            log.fault(
                sheet.spec.name, raw.line, "person_id",
                "empty, while the folder holds several people; write whose row it is",
            )  # fmt: skip
        elif is_missing(person_id):
            log.fault(sheet.spec.name, raw.line, "person_id", "the mark of a missing value; write whose row it is")
        rows.append(Row(sheet.spec, raw.line, person_id, raw.cells, log))
    return tuple(rows)
