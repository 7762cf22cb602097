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
from stepwell.report.view.safety import SAME_DAY
from stepwell.review import Review


def render(review: Review) -> str:
    """The review as an HTML document."""
    environment = _environment()
    lookup = Lookup(review)
    shown = page(lookup)
    return environment.get_template("review.html.j2").render(
        page=shown, picture=picture(lookup, shown), question=w.QUESTION, same_day=SAME_DAY, lost_again=w.LOST_AGAIN,
        css=Markup(_text("review.css")),  # noqa: S704 -- our own file, never data
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stepwell.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"capital": capital, "numbers": _numbers, "slug": _slug}
    environment.globals["count"] = count
    return environment


@cache
def _text(name: str) -> str:
    loader = _environment().loader
    assert loader is not None
    return loader.get_source(_environment(), name)[0]


def _numbers(references: tuple[Reference, ...]) -> tuple[int, ...]:
    """The sources of some references, each once."""
    return tuple(dict.fromkeys(reference.number for reference in references))


def _slug(words: str) -> str:
    """A verdict as the name of a class or a pattern."""
    return words.replace(" ", "-")
