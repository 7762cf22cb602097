"""What the files of the reasons have to hold beyond their schema."""

import re
from collections import Counter
from collections.abc import Iterator

from stepwell.knowledge import schema as s
from stepwell.knowledge.check_facts import JARGON
from stepwell.knowledge.check_options import SAFE
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.walk import parts

OWN = "stepwell"
# What a person should not be told by software.
ORDER = re.compile(r"\byou (?:must|have to|need to|should)\b", re.IGNORECASE)


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault of the reasons, each a full sentence."""
    yield from _places(knowledge)
    yield from _remains(knowledge)
    for reason in knowledge.reasons:
        where = f"reasons/{reason.id}.toml"
        yield from _signs(reason, where)
        yield from _own(reason, where)
        yield from _person(reason, where)
        yield from _promises(reason, where)


def _places(knowledge: Knowledge) -> Iterator[str]:
    for order, times in Counter(reason.order for reason in knowledge.reasons).items():
        if times > 1:
            yield f"reasons: order {order} stands in {times} files; allowed: a place of its own for each."


def _remains(knowledge: Knowledge) -> Iterator[str]:
    """One reason is what remains, and nothing but what shows it can say so."""
    remaining = [reason for reason in knowledge.reasons if reason.what_remains]
    if knowledge.reasons and len(remaining) != 1:
        yield f"reasons: what_remains stands in {len(remaining)} files; allowed: just one."
    for reason in remaining:
        if any(sign.weight != "shows" for sign in reason.signs):
            yield f"reasons/{reason.id}.toml, signs: what remains isn't suggested; allowed weight: 'shows'."


def _signs(reason: s.Reason, where: str) -> Iterator[str]:
    if not any(sign.needed for sign in reason.signs):
        yield f"{where}: no sign is needed, so nothing rules it out; allowed: at least one with needed = true."
    for fact, times in Counter(sign.fact for sign in reason.signs).items():
        if times > 1:
            yield f"{where}: the fact {fact!r} stands in {times} signs; allowed: once in a reason."


def _own(reason: s.Reason, where: str) -> Iterator[str]:
    """What is said of people and of what helps them is read somewhere, never our own opinion."""
    for field in ("how_common", "what_to_do"):
        for number, one in enumerate(getattr(reason, field), 1):
            if any(cite.source == OWN for cite in one.cite):
                yield f"{where}, {field}[{number}]: found source {OWN!r}; allowed: a work in which it was read."


def _person(reason: s.Reason, where: str) -> Iterator[str]:
    """The words for the person: all there, plain, and no order."""
    for field in ("plain_what_to_do", "questions_to_bring"):
        if not getattr(reason, field):
            yield f"{where}: {field} is empty; say at least one thing to the person."
    for text in (reason.plain, *reason.plain_what_to_do, *reason.questions_to_bring):
        if JARGON.search(text):
            yield f"{where}: a word that many people don't know in {text!r}; put it in plain words."
        if ORDER.search(text):
            yield f"{where}: found an order in {text!r}; say what may help."


def _promises(model: s.Model, where: str, field: str = "") -> Iterator[str]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        texts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(text, str) and SAFE.search(text) for text in texts):
            yield f"{where}, {f'{field}.{name}'.removeprefix('.')}: found 'safe'; say what was found and in whom."
    for name, part in parts(model):
        yield from _promises(part, where, f"{field}.{name}".removeprefix("."))
