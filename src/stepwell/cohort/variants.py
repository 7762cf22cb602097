"""How the number of resistant people moves: the same review with one thing changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge


@dataclass(frozen=True)
class Variant:
    """A changed knowledge, to be reviewed beside the one that ships.

    Args:
        id: Its id in cohort/variants.toml.
        title: What it asks instead, in words.
        changes: What is varied: `adherence`, `dose table`, `gap`.
        definitions: Ids of the definitions that it bears on.
        knowledge: What the runner reviews by.
    """

    id: str
    title: str
    changes: str
    definitions: tuple[str, ...]
    knowledge: Knowledge


def variants(knowledge: Knowledge) -> tuple[Variant, ...]:
    """Every variant of cohort/variants.toml that changes anything, in the order of the file."""
    made = [_made(one, knowledge) for one in knowledge.variants]
    return tuple(one for one in made if one.definitions)


def _made(one: s.Variant, knowledge: Knowledge) -> Variant:
    if one.changes == "gap":
        everyone = tuple(definition.id for definition in knowledge.definitions)
        return Variant(one.id, one.title, one.changes, everyone, _with_gap(one, knowledge))
    change = _adherence if one.changes == "adherence" else _doses
    changed = tuple(_changed(definition, one, change) for definition in knowledge.definitions)
    moved = tuple(new.id for new, old in zip(changed, knowledge.definitions, strict=True) if new.trial != old.trial)
    return Variant(one.id, one.title, one.changes, moved, replace(knowledge, definitions=changed))


def _with_gap(one: s.Variant, knowledge: Knowledge) -> Knowledge:
    days = one.persistence_days
    rules = tuple(
        rule.model_copy(update={"value": float(days)}) if rule.id == "persistence-days" and days is not None else rule
        for rule in knowledge.rules
    )
    return replace(knowledge, rules=rules)


Change = Callable[[s.TrialRule, s.Variant], s.TrialRule]


def _changed(definition: s.Definition, one: s.Variant, change: Change) -> s.Definition:
    return definition.model_copy(update={"trial": change(definition.trial, one)})


def _adherence(trial: s.TrialRule, one: s.Variant) -> s.TrialRule:
    if trial.least_covered is None:
        return trial
    return trial.model_copy(update={"least_covered": one.least_covered if one.asks_adherence else None})


def _doses(trial: s.TrialRule, one: s.Variant) -> s.TrialRule:
    if trial.dose_table is None:
        return trial
    return trial.model_copy(update={"dose_table": one.dose_table})
