"""What an option's file has to hold beyond its schema."""

import re
from collections import Counter
from collections.abc import Iterator

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.walk import parts

# A promise that nobody can keep.
SAFE = re.compile(r"\bsafe(?:ly)?\b", re.IGNORECASE)


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault of the options, each a full sentence."""
    yield from _places(knowledge)
    for option in knowledge.options:
        where = f"options/{option.id}.toml"
        yield from _row_ids(option, where)
        yield from _figures(option, where)
        yield from _verdicts(option, where)
        yield from _promises(option, where)


def facts_of(option: s.Option) -> tuple[s.OptionFact, ...]:
    """Every row of an option that names a fact about a person."""
    return (*option.contraindications, *option.cautions, *option.checks_before, *option.checks_during)


def _places(knowledge: Knowledge) -> Iterator[str]:
    for order, times in Counter(option.order for option in knowledge.options).items():
        if times > 1:
            yield f"options: order {order} stands in {times} files; allowed: a place of its own for each."


def _row_ids(option: s.Option, where: str) -> Iterator[str]:
    for row_id, times in Counter(row.id for row in facts_of(option)).items():
        if times > 1:
            yield f"{where}: id {row_id!r} stands in {times} rows; allowed: once in an option."


def _figures(option: s.Option, where: str) -> Iterator[str]:
    for number, outcome in enumerate(option.outcomes, 1):
        if not (outcome.response or outcome.remission or outcome.effect):
            yield f"{where}, outcomes[{number}]: no result; allowed: at least one of response, remission and effect."


def _verdicts(option: s.Option, where: str) -> Iterator[str]:
    for number, claim in enumerate(option.article, 1):
        if "holds" in claim.verdict and len(claim.verdict) > 1:
            yield f"{where}, article[{number}].verdict: 'holds' stands beside another; allowed: by itself."


def _promises(model: s.Model, where: str, field: str = "") -> Iterator[str]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, str) and SAFE.search(value):
            yield f"{where}, {f'{field}.{name}'.removeprefix('.')}: found 'safe'; say what was found and in whom."
    for name, part in parts(model):
        yield from _promises(part, where, f"{field}.{name}".removeprefix("."))
