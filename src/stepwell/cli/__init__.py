"""The command line: `stepwell review | interview | plan | letter | cohort | simulate | people | options | ...`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from stepwell import __version__
from stepwell.cli import cohort, interview, plan, review, simulate
from stepwell.cli.common import RecordPath, width
from stepwell.errors import UserError

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
app.command()(review.review)
app.command()(interview.interview)
app.command()(plan.plan)
app.command()(plan.letter)
app.command()(simulate.simulate)
app.add_typer(cohort.app, name="cohort")
app.add_typer(knowledge_app, name="knowledge")


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

    print(option_page(load(), option, width()) if option else listing(load(), width()), end="")


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
