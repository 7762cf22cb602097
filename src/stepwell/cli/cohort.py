"""`stepwell cohort`: a whole population; and `stepwell cohort explain`: one person of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from stepwell.cli.common import AsOfSource, Definitions, width

if TYPE_CHECKING:
    from collections.abc import Callable

    from stepwell.cohort.run import Progress
    from stepwell.cohort.source import Opened, Reading
    from stepwell.knowledge.load import Knowledge

STOPPED = 130
"""Exit code of a program that was interrupted."""


QUIET_SECONDS = 10
"""Where nobody watches, the run says at most this often how far it is."""


class SourceFirst(TyperGroup):
    """`cohort SOURCE` runs; only the name of another command (`cohort explain`) leads elsewhere."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 -- Typer keeps a Click of its own
        """What doesn't begin with the name of a command belongs to the run."""
        known = {*self.commands, "--help"}
        return super().parse_args(ctx, args if not args or args[0] in known else ["run", *args])


app = typer.Typer(
    cls=SourceFirst,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="A whole population: how many are resistant, really or not, why, and what could help. "
    "`stepwell cohort SOURCE --out DIR` runs it (`stepwell cohort run --help` lists its options); "
    "`stepwell cohort explain PERSON --results DIR` says why one person is in or out.",
)

SourcePlace = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="An OMOP CDM 5.3 or 5.4 (a folder of Parquet or CSV, a DuckDB file, postgresql://USER@HOST/DATABASE), "
        "FHIR R4 bulk export, or a folder of CSV files. It is only read.",
    ),
]
Results = Annotated[Path, typer.Option("--results", metavar="DIR", help="The folder that the run wrote.")]


@app.command()
def run(
    source: SourcePlace,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results; it must be new or empty.")],
    as_of: AsOfSource = None,
    definition: Definitions = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Count options by this column of the table `person` too; may be repeated."),
    ] = None,
    least_cell: Annotated[
        int, typer.Option(min=5, help="Counts of fewer people are not shown; it can be set higher, not lower.")
    ] = 5,
    infer: Annotated[
        bool,
        typer.Option("--infer", help="Infer the end of a supply where it is missing, by a stated rule, and mark it."),
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that broke off.")] = False,
    schema: Annotated[str | None, typer.Option(help="Schema of the tables in PostgreSQL or in a DuckDB file.")] = None,
    spark: Annotated[
        str | None, typer.Option(metavar="MASTER", help="Run on Spark: `local[2]`, `yarn`, ... or `submitted`.")
    ] = None,
    memory_gb: Annotated[
        float | None,
        typer.Option(min=1, help="Memory that DuckDB may use; what doesn't fit goes to the folder of the results."),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Processors that DuckDB may use [default: all].")] = None,
    part: Annotated[
        int, typer.Option(min=1, help="People reviewed at a time; what is finished stays finished.")
    ] = 50_000,
) -> None:
    """Reviews everybody in a source: results by person, counts, and one page to read.

    It first says what it found in the source and what is missing for which answer. Ctrl-C loses nothing that was
    finished: the same command with --resume goes on.
    """
    from stepwell.cohort.manifest import check_folder
    from stepwell.cohort.run import Run, Settings
    from stepwell.cohort.source import Reading
    from stepwell.knowledge.load import load

    check_folder(out, resume=resume)
    knowledge = load()
    columns = tuple(dict.fromkeys(by or ()))
    reading = Reading(columns, infer, schema, threads, memory_gb)
    with _opened(source, knowledge, reading, spark, out) as opened:
        day = as_of or opened.last_day(date.today())
        named = f" ({opened.name})" if opened.name else ""
        settings = Settings(day, tuple(definition or ()), columns, least_cell, infer, part)
        with _interruptible(source, out):
            run = Run(opened, out, settings, knowledge, resume=resume)
            typer.echo(f"{opened.kind}: {opened.place}{named}\n\n{opened.account()}\n")
            found = "" if as_of else ", the last day on which somebody was observed"
            typer.echo(f"Day of the review: {day}{found}. Nothing after it is counted.\n")
            with _progress() as tell:
                people = run(tell)
    for column in run.not_counted_by:
        typer.echo(f"Not counted by {column}: everybody, or nearly everybody, is in one group of it.")
    typer.echo(f"Wrote the results of {_people(people)} to {out}; read {out / 'dashboard.html'}")


@app.command()
def explain(
    person: Annotated[str, typer.Argument(help="The person's id in the source.")],
    results: Results,
    source: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Where the source is now, if it was moved since the run.")
    ] = None,
) -> None:
    """Says why one person is in or out of each count, and on which rows of the record."""
    from stepwell.cohort.explain import explain as explained
    from stepwell.cohort.explain import render
    from stepwell.knowledge.load import load

    typer.echo(render(explained(results, person, load(), source), width()), nl=False)


@contextmanager
def _opened(
    place: str, knowledge: "Knowledge", reading: "Reading", master: str | None, out: Path
) -> "Iterator[Opened]":
    from stepwell.cohort.source import open_on_spark, open_source

    if master is None:
        opened = open_source(place, knowledge, reading)
        try:
            yield opened
        finally:
            opened.store.close()
        return
    from stepwell.engines import spark

    with spark.opened(master) as session:
        work = str((out / "work" / "spark").resolve())
        yield open_on_spark(session, place, work, knowledge, reading)


@contextmanager
def _interruptible(source: str, out: Path) -> Iterator[None]:
    """Ctrl-C ends with what to do next."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(
            f"\nStopped. What was finished is kept. Go on: stepwell cohort {source} --out {out} --resume", err=True
        )
        raise typer.Exit(STOPPED) from None


@contextmanager
def _progress() -> "Iterator[Callable[[Progress], None]]":
    """A line that says how far the run is: moving on a terminal; elsewhere one now and then."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False)
    if console.is_terminal:
        with console.status("Opening ...") as line:
            yield lambda progress: line.update(_said(progress))
        return
    last = ("", 0.0)

    def tell(progress: "Progress") -> None:
        nonlocal last
        if progress.stage != last[0] or monotonic() - last[1] > QUIET_SECONDS:
            console.print(_said(progress))
            last = (progress.stage, monotonic())

    yield tell


def _said(progress: "Progress") -> str:
    if not progress.people:
        return f"{progress.stage} ..."
    said = f"{progress.stage} {_people(progress.people)}"
    if progress.parts > 1:
        said += f": {progress.done} of {progress.parts} parts done"
    return said + (f", about {_span(progress.seconds_left)} left" if progress.seconds_left is not None else " ...")


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"


def _span(seconds: float) -> str:
    """A length of time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:  # noqa: PLR2004 -- minutes of an hour
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
