"""A review as one page that needs no network: printable, for keyboard and screen reader, on any width."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stepwell.report import wording as w
from stepwell.report.chart import picture
from stepwell.report.figures import capital, count
from stepwell.report.lookup import Lookup
from stepwell.report.view.citations import Reference
from stepwell.report.view.page import page
from stepwell.report.view.person import person_page
from stepwell.report.words import words
from stepwell.review import Review


def render(review: Review) -> str:
    """The review as an HTML document."""
    lookup = Lookup(review)
    shown = page(lookup)
    return environment().get_template("review.html.j2").render(
        page=shown, picture=picture(lookup, shown), question=w.QUESTION, lost_again=w.LOST_AGAIN,
        css=stylesheet("review.css"), words=words(),
        drafts=any(option.draft for group in shown.options for option in group.options),
    )  # fmt: skip


def render_for_person(review: Review) -> str:
    """The review as an HTML document in plain words, for the person it is about."""
    return (
        environment()
        .get_template("person.html.j2")
        .render(page=person_page(review), css=stylesheet("person.css"), words=words()["person"])
    )


@cache
def environment() -> Environment:
    """Templates of the pages, with what they share."""
    made = Environment(
        loader=PackageLoader("stepwell.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"capital": capital, "numbers": _numbers, "slug": _slug}
    made.globals["count"] = count
    return made


@cache
def stylesheet(name: str) -> Markup:
    """One of our own style sheets, to stand inside a page."""
    loader = environment().loader
    assert loader is not None
    return Markup(loader.get_source(environment(), name)[0])  # noqa: S704 -- our own file, never data


def _numbers(references: tuple[Reference, ...]) -> tuple[int, ...]:
    """The sources of some references, each once."""
    return tuple(dict.fromkeys(reference.number for reference in references))


def _slug(words: str) -> str:
    """A verdict as the name of a class or a pattern."""
    return words.replace(" ", "-")
