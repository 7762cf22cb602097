"""`stepwell simulate`: synthetic people with known truth."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """What the record is written as."""

    OMOP = "omop"
    FHIR = "fhir"
    CSV = "csv"


class Scenario(StrEnum):
    """Who the people are."""

    POPULATION = "population"
    STAR_D = "star-d"


def simulate(
    people: Annotated[int, typer.Option(min=1, help="How many people.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to make; it must not be there, or be empty.")],
    output_format: Annotated[
        Format, typer.Option("--format", help="OMOP CDM as Parquet, FHIR bulk ndjson, or CSV files.")
    ] = Format.OMOP,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files, byte for byte.")] = 1,
    scenario: Annotated[
        Scenario, typer.Option(help="A mixed population, or the four steps of STAR*D by the guideline.")
    ] = Scenario.POPULATION,
    clean: Annotated[bool, typer.Option("--clean", help="Nothing missing, nothing wrong.")] = False,
    no_dropout: Annotated[bool, typer.Option("--no-dropout", help="Nobody leaves before the next step.")] = False,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML with settings to change, such as [missing] scores = 0.3.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes side by side [default: one for each processor].")
    ] = None,
) -> None:
    """Writes synthetic people, and beside them the truth that a review can be held against.

    They don't exist and say nothing about real people: most of what they are drawn from is a choice of ours.
    """
    import os

    from stepwell.simulate import Wanted
    from stepwell.simulate import simulate as run
    from stepwell.simulate.words import NOTICE

    wanted = Wanted(
        people, output_format, seed, scenario, clean, not no_dropout, settings, workers or os.cpu_count() or 1
    )
    with _progress(people) as done:
        run(wanted, out, done)
    print(NOTICE)
    print(f"Wrote {people:,} synthetic people to {out}, and their truth to {out / 'truth'}.")


@contextmanager
def _progress(people: int) -> Iterator[Callable[[int], None]]:
    """A bar with the time left, where there is a screen; what it hands on hears how many blocks more are written."""
    from rich.console import Console
    from rich.progress import Progress

    from stepwell.simulate.blocks import BLOCK

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("People", total=-(-people // BLOCK))
        yield lambda blocks: bar.advance(task, blocks)
