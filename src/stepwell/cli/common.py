"""What the commands share: their arguments, and how they write."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from stepwell.errors import ConfigError
from stepwell.files import write


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a day as YYYY-MM-DD, for example 2024-06-30") from None


RecordPath = Annotated[
    Path,
    typer.Argument(help="A FHIR R4 Bundle (JSON), a folder of FHIR bulk-export ndjson, or a folder of CSV files."),
]
Person = Annotated[str | None, typer.Option(help="Whose record, where the source holds several people.")]
AsOf = Annotated[
    date | None,
    typer.Option(parser=_day, metavar="DATE", help="Review the record as it stood on this day [default: today]."),
]
AsOfSource = Annotated[
    date | None,
    typer.Option(
        parser=_day,
        metavar="DATE",
        help="Review everybody as it stood on this day [default: the last day on which somebody was observed].",
    ),
]
Definitions = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID", help="A definition of treatment-resistant depression, by id; may be repeated. The first leads."
    ),
]
GivenAnswers = Annotated[
    list[str] | None,
    typer.Option(
        "--answer", metavar="FACT=ANSWER",
        help="An answer that the record lacks: FACT=yes, no or unsure, or taken/TRIAL=partly; may be repeated.",
    ),
]  # fmt: skip
AnswersFile = Annotated[
    Path | None,
    typer.Option("--answers", metavar="FILE", help="Answers that the record lacks, as CSV or JSON."),
]
Start = Annotated[
    date | None,
    typer.Option(parser=_day, metavar="DATE", help="First day of the plan [default: the day of the review]."),
]
Out = Annotated[Path | None, typer.Option(help="File to write to; the screen if not given.")]


def width() -> int:
    """Columns to fill: those of the terminal, within what reads well."""
    from shutil import get_terminal_size

    return max(80, min(get_terminal_size((100, 40)).columns, 120))


def put(content: str | bytes, out: Path | None) -> None:
    """Prints what was made, or writes it to a file and says so.

    Raises:
        ConfigError: Bytes have no file to go to, or it can't be written.
    """
    if out is None:
        if isinstance(content, bytes):
            raise ConfigError("A PDF isn't for the screen. Name a file: --out review.pdf")
        print(content, end="" if content.endswith("\n") else "\n")
        return
    write(out, content)
    print(f"Wrote {out}")
