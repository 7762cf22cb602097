"""The person's page as JSON, format `stepwell.person/1`: the same sentences, for another program to show.

The format is described in `docs/reference/person.schema.json`.
"""

from dataclasses import asdict

import orjson

from stepwell import __version__
from stepwell.report.view.person import PersonPage, person_page
from stepwell.report.words import words
from stepwell.review import Review

FORMAT = "stepwell.person/1"


def render(review: Review) -> str:
    """The person's page as a JSON document, its keys in a fixed order, safety first."""
    shown = person_page(review)
    release = review.knowledge.release
    document = {
        "format": FORMAT,
        "safety": _safety(shown),
        "person": shown.person_id,
        "as_of": review.as_of,
        "made_by": {"stepwell": __version__, "knowledge": {"version": release.version, "date": release.date}},
        "about": shown.about,
        "dose_above_limit": shown.limits,
        "not_together": shown.pairs,
        "answer": shown.answer,
        "tried": [asdict(medicine) for medicine in shown.medicines],
        "in_the_way": {
            "shown": [asdict(row) for row in shown.shown],
            "possible": [asdict(row) for row in shown.possible],
        },
        "not_known_yet": shown.unknown,
        "what_remains": shown.remains or None,
        "choices": [asdict(option) for option in shown.options],
        "more_choices": shown.more,
        "does_not_fit": shown.barred,
        "questions_to_ask": shown.ask,
        "questions_to_think_about": shown.think,
        "sources": [asdict(work) for work in shown.works],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"


def _safety(shown: PersonPage) -> dict[str, object]:
    return {
        "raised": shown.safety.raised,
        "words": shown.safety_words,
        "helplines": [*shown.safety.lines, words()["person"]["safety"]["anywhere"]],
        "checked": shown.safety.checked,
    }
