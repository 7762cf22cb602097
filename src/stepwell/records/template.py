"""Writes an empty CSV folder to fill in: header, an example row that is a comment, and an explanation."""

import csv
import io
from pathlib import Path
from textwrap import fill

from stepwell.errors import ConfigError
from stepwell.records.csv_folder.columns import FILES, Column, FileSpec

README = "README.txt"

_INTRODUCTION = """\
A record as CSV files
=====================

Fill in the files of this folder with a spreadsheet or a text editor, then run: stepwell review FOLDER

- Leave out every file you have nothing for. Leave empty every cell you don't know: empty means unknown,
  never zero and never no. So do NA, N/A, NaN, NaT, NULL and a lone point, except for an id or a test.
- The order of the columns doesn't matter, and columns you don't need may go.
- Dates have the year first: 2024-03-04 is the 4th of March. A month (2024-03) or a year (2024) is enough
  where more isn't known.
- A line that begins with # is a comment and isn't read. The second line of each file is such an example.
- Save as CSV UTF-8. Commas, semicolons or tabs may separate the cells.
- For one person leave person_id empty. For several, give each row the id of its person, and list every
  person in person.csv.
"""


def write(folder: Path) -> list[Path]:
    """Writes the files of an empty CSV folder.

    Args:
        folder: Where to; made if it doesn't exist.

    Returns:
        The files written, the explanation last.

    Raises:
        ConfigError: A file of the folder stands already (none is written), or it can't be written to.
    """
    contents = {folder / spec.name: content(spec) for spec in FILES} | {folder / README: explanation()}
    present = [path.name for path in contents if path.exists()]
    if present:
        raise ConfigError(
            f"{folder} holds files that a template would overwrite: {', '.join(present)}. "
            "Nothing was written; name another folder or move them away."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in contents.items():
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"The template can't be written to {folder}: {error.strerror}.") from None
    return list(contents)


def content(spec: FileSpec) -> str:
    """The header of a file and, as a comment, one example row."""
    header = _line([column.name for column in spec.columns])
    return f"{header}# {_line([column.example for column in spec.columns])}"


def explanation() -> str:
    """What every column of every file holds."""
    return "\n".join([_INTRODUCTION, *(_section(spec) for spec in FILES)])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _section(spec: FileSpec) -> str:
    about = spec.about[0].upper() + spec.about[1:] + "."
    needs = [f"Needed in the header: {', '.join(' or '.join(group) for group in spec.needs)}."] if spec.needs else []
    head = [spec.name, "-" * len(spec.name), _wrapped(about, ""), *needs, ""]
    return "\n".join([*head, *map(_entry, spec.columns)])


def _entry(column: Column) -> str:
    lines = [column.name, _wrapped(column.about), _wrapped(f"Allowed: {column.permits}")]
    if column.example:
        lines.append(_wrapped(f"Example: {column.example}"))
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: str = "    ") -> str:
    return fill(text, width=100, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
