"""Which scale, question and answer the words of a cell name."""

import re

from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.schema import Instrument, Item
from stepwell.records.csv_folder.cells import number
from stepwell.records.lookup import Lookup
from stepwell.records.wording import bare

_QUESTION = re.compile(r"^(?:item|question|q|no)(?=\d)")


class Scales:
    """The scales that Stepwell knows, with their questions and answers."""

    def __init__(self, knowledge: Knowledge, lookup: Lookup) -> None:
        self._lookup = lookup
        self._questions: dict[tuple[str, str], Item | None] = {}
        self.names = ", ".join(instrument.names[0] for instrument in knowledge.instruments)

    def instrument(self, name: str) -> Instrument | None:
        """The scale of that name, unless none or several have it."""
        found = self._lookup.total((), name)
        return self._lookup.instrument(found) if found else None

    def question(self, instrument: Instrument, text: str) -> Item | None:
        """The question of a scale by its number, label or words; every row of a file names one of the same few."""
        key = instrument.id, text
        if key not in self._questions:
            self._questions[key] = _question(instrument, text)
        return self._questions[key]

    def answer(self, instrument: Instrument, question: Item, text: str) -> float | None:
        """What an answer scores, from its words or its number; nothing if it is no answer of the question."""
        worded = self._lookup.answer(instrument.id, question.item, (), text)
        if worded is not None:
            return worded
        try:
            value = number(text)
        except ValueError:
            return None
        return value if question.minimum <= value <= question.maximum else None


def _question(instrument: Instrument, text: str) -> Item | None:
    wanted = _QUESTION.sub("", bare(text))
    found = [question for question in instrument.items if wanted in _names(question)]
    return found[0] if len(found) == 1 else None


def _names(question: Item) -> set[str]:
    return {bare(name) for name in (question.item, question.label, question.text) if name}
