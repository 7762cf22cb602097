"""`stepwell review`."""

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stepwell.cli.common import AnswersFile, AsOf, Definitions, GivenAnswers, Out, Person, RecordPath, put, width
from stepwell.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stepwell.review import Review

    Renderer = Callable[[Review], str | bytes]


class Format(StrEnum):
    """What a review is written as."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"
    FHIR = "fhir"
    PDF = "pdf"


class Voice(StrEnum):
    """Whom a review is written for."""

    CLINICIAN = "clinician"
    PERSON = "person"


def review(
    record: RecordPath,
    person: Person = None,
    as_of: AsOf = None,
    definition: Definitions = None,
    answer: GivenAnswers = None,
    answers: AnswersFile = None,
    output_format: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.TEXT,
    voice: Annotated[
        Voice, typer.Option("--for", help="For a clinician, or in plain words for the person it is about.")
    ] = Voice.CLINICIAN,
    out: Out = None,
    brief: Annotated[bool, typer.Option("--brief", help="Only the first screen of the text.")] = False,
) -> None:
    """Is the medication really failing? Reviews one person's record, with the evidence for every finding."""
    from stepwell.one import Answers, review_one

    if output_format is Format.FHIR and voice is Voice.PERSON:
        raise ConfigError(
            "A FHIR Bundle is for programs and has one voice. Leave out --for, or choose another --format."
        )
    told = Answers(tuple(answer or ()), answers)
    result = review_one(record, as_of or date.today(), person, tuple(definition or ()), told)
    put(_renderer(output_format, voice, out, brief=brief)(result), out)


def _renderer(output_format: Format, voice: Voice, out: Path | None, *, brief: bool) -> "Renderer":
    """The function that draws a review; what a format needs is imported only when it is asked for."""
    if output_format is Format.HTML:
        return _page(voice)
    if output_format is Format.PDF:
        from stepwell.report import pdf

        page = _page(voice)
        return lambda result: pdf.render(page(result))
    if output_format is Format.JSON:
        from stepwell.report import json, json_person

        return json_person.render if voice is Voice.PERSON else json.render
    if output_format is Format.FHIR:
        from stepwell.report import fhir

        return fhir.of_review
    return _text(voice, out, brief=brief)


def _page(voice: Voice) -> "Callable[[Review], str]":
    from stepwell.report import html

    return html.render_for_person if voice is Voice.PERSON else html.render


def _text(voice: Voice, out: Path | None, *, brief: bool) -> "Renderer":
    from stepwell.report import text, text_person

    render = text_person.render if voice is Voice.PERSON else text.render
    color = out is None and sys.stdout.isatty()
    return lambda result: render(result, width=width(), color=color, brief=brief)
