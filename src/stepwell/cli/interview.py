"""`stepwell interview`."""

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from stepwell.cli.common import AnswersFile, AsOf, Person, RecordPath, width


class By(StrEnum):
    """Who answers."""

    PERSON = "person"
    CLINICIAN = "clinician"


def interview(
    record: RecordPath,
    person: Person = None,
    as_of: AsOf = None,
    answers: AnswersFile = None,
    save: Annotated[
        Path | None,
        typer.Option(
            help="CSV file to keep the answers in, after each; if it is there, the interview goes on from it."
        ),
    ] = None,
    by: Annotated[By, typer.Option(help="Who answers: a person isn't asked what waits for a clinician.")] = By.PERSON,
) -> None:
    """Asks what the record leaves open, what settles most first; tells after each answer what it settled."""
    from stepwell.interview import begin, conduct, farewell
    from stepwell.one import Reviewer

    columns = width()
    with Reviewer(record, as_of or date.today(), person) as reviewer:
        going = begin(reviewer, by.value, answers, save)
        try:
            conduct(going, _hear, lambda line: print(_filled(line, columns)))
        except KeyboardInterrupt:
            print()
            for line in farewell(going):
                print(_filled(line, columns))
    if save:
        print(f"The answers are in {save}. To go on, give the same command again.")
        print(f"To see what they change: stepwell review {record} --answers {save}")
    elif going.given:
        print("The answers were not kept. To keep them, give --save FILE.")


def _filled(line: str, columns: int) -> str:
    """A line as a paragraph, its further lines set in as the first is."""
    margin = " " * (len(line) - len(line.lstrip()))
    return fill(line, columns, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False)


def _hear() -> str | None:
    """The next line, with a prompt where somebody sits; null where there are no more."""
    try:
        return input("> " if sys.stdin.isatty() else "")
    except EOFError:
        return None
