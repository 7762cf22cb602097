"""What an option's file has to hold beyond its schema."""

import re
from collections import Counter
from collections.abc import Iterator

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.walk import parts

# A promise that nobody can keep.
SAFE = re.compile(r"\bsafe(?:ly)?\b", re.IGNORECASE)
# A plan begins at most so long before the first day of an option, and nothing in it begins later.
EARLIEST_DAY, LATEST_DAY = -90, 730


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault of the options, each a full sentence."""
    yield from _places(knowledge)
    for option in knowledge.options:
        where = f"options/{option.id}.toml"
        yield from _row_ids(option, where)
        yield from _figures(option, where)
        yield from _verdicts(option, where)
        yield from _ways(option, where)
        yield from _rank(option, where)
        yield from _days(option, where)
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


def _ways(option: s.Option, where: str) -> Iterator[str]:
    """Faults of what an option is meant for: none, a name twice, or one that nobody could tell of anyone."""
    if not option.indications:
        yield f"{where}: no indications; say for whom it is meant, or nobody is ever shown it as fitting."
    for way_id, times in Counter(way.id for way in option.indications).items():
        if times > 1:
            yield f"{where}: indication {way_id!r} stands {times} times; allowed: once in an option."
    for way in option.indications:
        if not way.needs:
            yield f"{where}, indication {way.id}: needs nothing; it would fit whoever has none of {way.without}."
        both = sorted(set(way.needs) & set(way.without))
        if both:
            yield f"{where}, indication {way.id}: {both[0]!r} stands in needs and in without; allowed: in one of them."


def _rank(option: s.Option, where: str) -> Iterator[str]:
    """Faults of its place among the options: none, or an effect that no result of its own bears out."""
    ranking = option.ranking
    if ranking is None:
        yield f"{where}: no ranking; without it the option can't be put in order."
        return
    if ranking.effect != "not known" and not any(outcome.comparator != "none" for outcome in option.outcomes):
        yield (
            f"{where}, ranking.effect: found {ranking.effect!r}, but no outcome has a comparator; allowed: 'not known'."
        )
    both = sorted(set(ranking.liked_by) & set(ranking.disliked_by))
    if both:
        yield f"{where}, ranking: {both[0]!r} stands in liked_by and in disliked_by; allowed: in one of them."


def _days(option: s.Option, where: str) -> Iterator[str]:
    """Faults of its schedule: a name twice, days far off, or repeats that don't say how often."""
    for row_id, times in Counter(row.id for row in option.schedule).items():
        if times > 1:
            yield f"{where}: schedule id {row_id!r} stands in {times} rows; allowed: once in an option."
    for row in option.schedule:
        yield from _day(row, f"{where}, schedule {row.id}")


def _day(row: s.Scheduled, where: str) -> Iterator[str]:
    if not EARLIEST_DAY <= row.first_day <= LATEST_DAY:
        yield f"{where}, first_day: found {row.first_day}; allowed: {EARLIEST_DAY} to {LATEST_DAY}."
    if row.first_day < 0 and row.kind != "check":
        yield f"{where}, first_day: found {row.first_day} for a {row.kind}; allowed before day 0: a check."
    if (row.times > 1) != (row.every_days is not None):
        yield f"{where}: every_days and times of 2 or more stand together or not at all."
    if row.weekdays_only and row.times == 1:
        yield f"{where}: weekdays_only stands beside a single day; it is for what is repeated."


def _promises(model: s.Model, where: str, field: str = "") -> Iterator[str]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, str) and SAFE.search(value):
            yield f"{where}, {f'{field}.{name}'.removeprefix('.')}: found 'safe'; say what was found and in whom."
    for name, part in parts(model):
        yield from _promises(part, where, f"{field}.{name}".removeprefix("."))
