"""The command line: `stepwell review | people | template | options | knowledge`."""

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stepwell import __version__
from stepwell.errors import ConfigError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stepwell.review import Review

app = typer.Typer(
    name="stepwell",
    help="What to do when the antidepressant isn't working: for one person, or for ten million.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
knowledge_app = typer.Typer(
    help="Look at the knowledge that every result rests on, and check it.", no_args_is_help=True
)
app.add_typer(knowledge_app, name="knowledge")


class Format(StrEnum):
    """What a review is written as."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a day as YYYY-MM-DD, for example 2024-06-30") from None


RecordPath = Annotated[
    Path,
    typer.Argument(help="A FHIR R4 Bundle (JSON), a folder of FHIR bulk-export ndjson, or a folder of CSV files."),
]


@app.command()
def review(
    record: RecordPath,
    person: Annotated[str | None, typer.Option(help="Whose record, where the source holds several people.")] = None,
    as_of: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="DATE", help="Review the record as it stood on this day [default: today]."),
    ] = None,
    definition: Annotated[
        list[str] | None,
        typer.Option(help="A definition of treatment-resistant depression, by id; may be repeated. The first leads."),
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.TEXT,
    out: Annotated[Path | None, typer.Option(help="File to write to; the screen if not given.")] = None,
    brief: Annotated[bool, typer.Option("--brief", help="Only the first screen of the text.")] = False,
) -> None:
    """Is the medication really failing? Reviews one person's record, with the evidence for every finding."""
    from stepwell.one import review_one

    result = review_one(record, as_of or date.today(), person, tuple(definition or ()))
    text = _renderer(output_format, out, brief=brief)(result)
    if out is None:
        print(text)
        return
    _write(out, text)
    print(f"Wrote {out}")


def _renderer(output_format: Format, out: Path | None, *, brief: bool) -> "Callable[[Review], str]":
    """The function that draws a review; what a format needs is imported only when it is asked for."""
    if output_format is Format.HTML:
        from stepwell.report import html

        return html.render
    if output_format is Format.JSON:
        from stepwell.report import json

        return json.render
    from stepwell.report import text

    color = out is None and sys.stdout.isatty()
    return lambda result: text.render(result, width=_width(), color=color, brief=brief)


def _width() -> int:
    from shutil import get_terminal_size

    return max(80, min(get_terminal_size((100, 40)).columns, 120))


def _write(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(
            f"Can't write {path}: {error.strerror or error}. Name a file in a folder that exists and may be written to."
        ) from None


@app.command()
def people(record: RecordPath) -> None:
    """Lists the people in a source, one id a line, for `stepwell review --person`."""
    from stepwell.records.read import people as people_of

    for person_id in people_of(record):
        print(person_id)


@app.command()
def template(
    folder: Annotated[Path, typer.Argument(help="Folder to make; files in it are never overwritten.")],
) -> None:
    """Writes empty CSV files with headers, an example and an explanation, for records that aren't FHIR."""
    from stepwell.records.template import write

    for path in write(folder):
        print(f"Wrote {path}")
    print(f"Fill them in, then: stepwell review {folder}")


@app.command()
def options(
    option: Annotated[str | None, typer.Argument(metavar="ID", help="One option in full [default: list all].")] = None,
) -> None:
    """What could come next: every option by kind, or one in full. Needs no record."""
    from stepwell.knowledge.load import load
    from stepwell.report.options import listing, option_page

    print(option_page(load(), option, _width()) if option else listing(load(), _width()), end="")


@knowledge_app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="A knowledge folder [default: the one Stepwell ships].")] = None,
) -> None:
    """Checks a knowledge folder: every file, every value's source, every name. All faults at once."""
    from stepwell.knowledge.check import check as faults_of
    from stepwell.knowledge.load import default_folder

    where = folder or default_folder()
    faults = faults_of(where)
    for fault in faults:
        print(fault)
    if faults:
        raise typer.Exit(3)
    print("The knowledge is in order: every file valid, every value sourced, every source there.")


@knowledge_app.command()
def show(
    knowledge_id: Annotated[str, typer.Argument(metavar="ID", help="A drug, scale, definition, rule, source ...")],
) -> None:
    """Shows one piece of knowledge: its values, the source of each, and who uses it."""
    from stepwell.knowledge.load import load
    from stepwell.knowledge.show import show as describe

    print(describe(load(), knowledge_id))


def _version(wanted: bool) -> None:
    if wanted:
        from stepwell.knowledge.load import load

        release = load().release
        print(f"stepwell {__version__}, knowledge {release.version} of {release.date}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the versions and exit.")
    ] = False,
) -> None:
    """Options before any command."""


def main() -> None:
    """Runs the command line; what the user can mend is printed without a traceback."""
    try:
        app()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
