"""From the bytes of one CSV file to rows of cells, forgiving what spreadsheets do to a file."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from stepwell.records.csv_folder.cells import is_missing, name_of
from stepwell.records.csv_folder.columns import FileSpec
from stepwell.records.csv_folder.log import Log

DELIMITERS = (",", ";", "\t")
_KEPT = {"person_id", "lab"}
"""Columns in which the mark of a missing value stays as it stands."""
_NAMES = {"person_id", "item", "rxnorm", "snomed", "cpt"}
"""Columns of which the cells name something, perhaps by a whole number, and never count or measure."""
_COMMENT = re.compile(r"\s*#(?!N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|DIV/0!|#+[,;\t])", re.IGNORECASE)
"""How a comment begins; what a spreadsheet writes in place of a cell that it can't work out, or show, is none."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SAVE_AS = "save it from the spreadsheet as 'CSV UTF-8'"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: the line it begins on and its cells by column, without the empty ones."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one file."""

    spec: FileSpec
    rows: tuple[SheetRow, ...] = ()


def read_sheet(spec: FileSpec, data: bytes, log: Log) -> Sheet:
    """The rows of one file; lines that begin with `#` and empty ones are passed over.

    Args:
        spec: Which columns it may have.
        data: Its bytes: UTF-8 or UTF-16 with or without a byte order mark, else Windows-1252.
        log: Where faults are noted; a file with a fault of form gives no rows.
    """
    text = _decode(spec.name, data, log)
    if text is None:
        return Sheet(spec)
    lines = _records(spec, text, log)
    header = next(lines, None)
    if header is None:
        log.fault(spec.name, None, "", f"the file is empty; it needs a header line, such as {_header_example(spec)}")
        return Sheet(spec)
    names = _names(spec, header, log)
    if names is None:
        return Sheet(spec)
    rows = (_row(spec, names, line, cells, log) for line, cells in lines)
    return Sheet(spec, tuple(row for row in rows if row.cells))


def _decode(file: str, data: bytes, log: Log) -> str | None:
    text = _utf(data)
    if text is None:
        text = data.decode("cp1252", errors="replace")
        log.find(
            "encoding-guessed", file, None, "",
            f"The file isn't UTF-8 and was read as Windows-1252, so accented letters may be wrong; {_SAVE_AS}.", None,
        )  # fmt: skip
    if _NOT_TEXT.search(text):
        log.fault(file, None, "", f"not a text file; if it is a workbook, {_SAVE_AS}")
        return None
    return text


def _utf(data: bytes) -> str | None:
    marked = data[:2] in _UTF16
    # Without a mark, every second byte of Western text in UTF-16 is zero.
    bare = not marked and data[1:200:2].count(0) > len(data[1:200:2]) / 2
    try:
        return data.decode("utf-16" if marked else "utf-16-le" if bare else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _records(spec: FileSpec, text: str, log: Log) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on, comments and empty records left out."""
    lines = ["" if _COMMENT.match(line) else line for line in io.StringIO(text, newline=None)]
    if lines and re.fullmatch(r"sep=.\s*", lines[0], re.IGNORECASE):
        lines[0] = ""
    lines = [line or "\n" for line in lines]
    reader = csv.reader(lines, delimiter=_delimiter(spec, lines), strict=True)
    line = 1
    try:
        for record in reader:
            cells = [" ".join(cell.split()) for cell in record]
            if any(cells) and not _COMMENT.match(",".join(cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        log.fault(
            spec.name, line, "",
            'the line or one after it can\'t be split into cells; a quotation mark (") within a cell has to be '
            'doubled ("") and the cell closed',
        )  # fmt: skip


def _delimiter(spec: FileSpec, lines: list[str]) -> str:
    """The mark that splits the header into the most columns we know."""
    header = next((line for line in lines if line.strip()), "")
    known = {column.name for column in spec.columns}
    found = {mark: sum(_bare(cell) in known for cell in header.split(mark)) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: (found[mark], header.count(mark)))


def _bare(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().strip('"').strip().casefold())


def _names(spec: FileSpec, header: tuple[int, list[str]], log: Log) -> list[str] | None:
    """Our column for each cell of the header (empty: none), or nothing if it can't be used."""
    line, cells = header
    names = [_bare(cell) for cell in cells]
    known = [column.name for column in spec.columns]
    faults = 0
    for place, name in enumerate(names, start=1):
        if name and name not in known:
            log.fault(spec.name, line, "", _unknown_column(place, name, known))
            faults += 1
        elif name and name in names[: place - 1]:
            log.fault(spec.name, line, name, "the header names this column twice; leave one")
            faults += 1
    for group in spec.needs:
        if not set(group) & set(names):
            log.fault(spec.name, line, "", f"the header lacks a column that is needed: {' or '.join(group)}")
            faults += 1
    return None if faults else names


def _unknown_column(place: int, name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"the name of column {place} isn't known; {hint}allowed are {', '.join(known)}"


def _row(spec: FileSpec, names: list[str], line: int, cells: list[str], log: Log) -> SheetRow:
    if any(cells[len(names) :]):
        log.fault(
            spec.name, line, "", "more cells than the header has columns; put quotation marks around text with commas"
        )
    named = [(name, _meant(name, cell)) for name, cell in zip(names, cells, strict=False) if cell]
    if any(not name for name, _ in named):
        log.fault(spec.name, line, "", "a cell is filled in a column without a name; name the column or empty it")
    return SheetRow(line, {name: cell for name, cell in named if name and cell})


def _meant(name: str, cell: str) -> str:
    """A cell without what programs add to it; empty if it marks a missing value.

    In the name of a test NA is sodium, and a missing id isn't that of the only person: both stay.
    """
    if name not in _KEPT and is_missing(cell):
        return ""
    return name_of(cell) if name in _NAMES else cell


def _header_example(spec: FileSpec) -> str:
    return ",".join(column.name for column in spec.columns)
