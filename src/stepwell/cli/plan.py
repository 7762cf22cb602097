"""`stepwell plan` and `stepwell letter`: what a clinician makes of a review."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from stepwell.cli.common import AnswersFile, AsOf, Definitions, GivenAnswers, Out, Person, RecordPath, Start, put, width


class PlanFormat(StrEnum):
    """What a plan is written as."""

    TEXT = "text"
    JSON = "json"
    FHIR = "fhir"
    ICS = "ics"


class LetterFormat(StrEnum):
    """What a letter is written as."""

    TEXT = "text"
    HTML = "html"
    PDF = "pdf"


def plan(
    record: RecordPath,
    choose: Annotated[list[str], typer.Option(metavar="ID", help="An option that was chosen, by id; may be repeated.")],
    start: Start = None,
    person: Person = None,
    as_of: AsOf = None,
    definition: Definitions = None,
    answer: GivenAnswers = None,
    answers: AnswersFile = None,
    output_format: Annotated[PlanFormat, typer.Option("--format", help="What to write.")] = PlanFormat.TEXT,
    out: Out = None,
) -> None:
    """Turns options that a clinician chose into steps with days: checks, sessions, measures, reviews."""
    from stepwell.one import Answers, review_one
    from stepwell.plan import make_plan

    day = as_of or date.today()
    told = Answers(tuple(answer or ()), answers)
    result = review_one(record, day, person, tuple(definition or ()), told)
    made = make_plan(result.knowledge, result.tables, result.person_id, day, choose, start or day)
    if output_format is PlanFormat.FHIR:
        from stepwell.report import fhir

        put(fhir.of_plan(result, made), out)
    elif output_format is PlanFormat.ICS:
        from stepwell.report import calendar

        put(calendar.render(made), out)
    elif output_format is PlanFormat.JSON:
        from stepwell.report import plan as report

        put(report.json(result, made), out)
    else:
        from stepwell.report import plan as report

        put(report.text(result, made, width()), out)


def letter(
    record: RecordPath,
    option: Annotated[
        str | None, typer.Option(metavar="ID", help="The option it is for: lists what speaks against it, as known.")
    ] = None,
    person: Person = None,
    as_of: AsOf = None,
    definition: Definitions = None,
    answer: GivenAnswers = None,
    answers: AnswersFile = None,
    output_format: Annotated[LetterFormat, typer.Option("--format", help="What to write.")] = LetterFormat.TEXT,
    out: Out = None,
) -> None:
    """The treatment history on one page, as payers and a next clinic ask for it; blank where unknown."""
    from stepwell.one import Answers, review_one
    from stepwell.report import letter as report

    told = Answers(tuple(answer or ()), answers)
    result = review_one(record, as_of or date.today(), person, tuple(definition or ()), told)
    if output_format is LetterFormat.TEXT:
        put(report.text(result, option, width()), out)
        return
    page = report.html(result, option)
    if output_format is LetterFormat.PDF:
        from stepwell.report import pdf

        put(pdf.render(page), out)
        return
    put(page, out)
