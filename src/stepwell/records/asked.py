"""What may be asked and what may be answered.

A question is the id of a fact, a gene's phenotype (`cyp2d6-phenotype`), or `taken`, `helped`, `dose` of one trial.
"""

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches

from stepwell.knowledge.load import Knowledge

YES, NO, PARTLY, UNSURE = "yes", "no", "partly", "unsure"
OF_FACTS = (YES, NO, UNSURE)
TAKEN, HELPED, DOSE = "taken", "helped", "dose"
OF_TRIALS: dict[str, tuple[str, ...]] = {
    TAKEN: (YES, PARTLY, NO, UNSURE),
    HELPED: (YES, PARTLY, NO, UNSURE),
    DOSE: (UNSURE,),
}
"""What may be answered to each question about a trial; a dose also with a number."""

_SAME = {
    "y": YES, "n": NO, "p": PARTLY, "u": UNSURE, "partially": PARTLY, "in part": PARTLY, "not sure": UNSURE,
    "don't know": UNSURE, "dont know": UNSURE, "unknown": UNSURE, "?": UNSURE,
}  # fmt: skip
_GENES = ("cyp2d6", "cyp2c19", "cyp2b6")
_TRIAL = "sertraline@2024-01-01"
_DOSE = re.compile(r"^(\d{1,5}(?:[.,]\d{1,2})?|[.,]\d{1,2})\s*(?:mg(?:/day| a day)?)?$", re.ASCII)

Fault = tuple[str, str]
"""The column it is in, and what is wrong and allowed there. It never repeats what was written."""


class Questions:
    """What may be asked and what may be answered, by a knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._allowed: dict[str, tuple[str, ...]] = {fact.id: OF_FACTS for fact in knowledge.facts}
        for gene in _GENES:
            found = sorted({one for row in knowledge.gene_drugs if (one := getattr(row, gene)) is not None})
            self._allowed[f"{gene}-phenotype"] = (*found, UNSURE)
        self._allowed |= OF_TRIALS
        self._ingredients = {one.id for one in knowledge.ingredients}

    def read(self, question: str, about: str | None, value: str) -> tuple[str | None, list[Fault]]:
        """The answer in our words, or every reason why it can't be used."""
        if question not in self._allowed:
            return None, [("question", f"no question has this name; {self._near(question)}")]
        faults = [("about", text) for text in self._about(question, about)]
        said = self._said(question, value)
        if said is None:
            faults.append(("answer", f"not one of the answers allowed: {self.permits(question)}"))
        return (None if faults else said), faults

    def permits(self, question: str) -> str:
        """What may be answered to a question that exists, as a phrase."""
        number = ["a number of mg a day above 0, such as 50"] if question == DOSE else []
        return " | ".join([*number, *self._allowed[question]])

    def _near(self, question: str) -> str:
        close = get_close_matches(question.casefold(), self._allowed, n=1)
        if close:
            return f"did you mean {close[0]}?"
        return f"allowed are the id of a fact, as a report prints it, and {', '.join(OF_TRIALS)} of a trial"

    def _about(self, question: str, about: str | None) -> Iterator[str]:
        if question not in OF_TRIALS:
            if about:
                yield f"only {', '.join(OF_TRIALS)} are about a trial; leave it empty"
            return
        ingredient, _, day = (about or "").partition("@")
        if not _is_day(day):
            yield f"the question needs the trial it is about, as a report names it, such as {_TRIAL}"
        elif ingredient not in self._ingredients:
            close = get_close_matches(ingredient.casefold(), self._ingredients, n=1)
            yield f"no medicine has this id; {f'did you mean {close[0]}?' if close else f'write it as in {_TRIAL}'}"

    def _said(self, question: str, value: str) -> str | None:
        plain = " ".join(value.replace("\u2019", "'").casefold().split())
        words = {word.casefold(): word for word in self._allowed[question]}
        found = words.get(_SAME.get(plain, plain))
        return _dose(plain) if found is None and question == DOSE else found


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _dose(text: str) -> str | None:
    """A number of mg a day as text; nothing if it is none, or not above 0.

    >>> _dose("37,5 mg"), _dose("none")
    ('37.5', None)
    """
    match = _DOSE.match(text)
    dose = float(match[1].replace(",", ".")) if match else 0.0
    return f"{dose:g}" if dose > 0 else None
