"""The drafts of the tables that have a row per definition."""

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

import pyarrow as pa

from stepwell.cohort.draft import EVERYBODY, OTHER, PEOPLE, Draft, Numbers, Raw, Row, counts_of
from stepwell.cohort.people import SHARED_STEPS, VERDICTS
from stepwell.cohort.steps import rule
from stepwell.cohort.suppress import Key, Sum
from stepwell.cohort.variants import variants as made_variants
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge
from stepwell.logic import MET, NOT_MET, NOT_TESTED, UNKNOWN

RESULTS = (MET, NOT_MET, UNKNOWN)
STAY, LEAVE, LEAVE_UNKNOWN = "stay", "leave", "leave, unknown"
WAYS = {STAY: (MET, NOT_TESTED), LEAVE: (NOT_MET,), LEAVE_UNKNOWN: (UNKNOWN,)}
"""What becomes of a person at a step, by the states that mean so."""
DEFINITIONS, OVERLAPS = "definition_count", "definition_overlap"
ALL_OF, EXACTLY = "all of", "exactly"
NONE = "none"
AND = " & "
AS_SHIPPED = "as shipped"


def by_order(knowledge: Knowledge) -> list[s.Definition]:
    """The definitions in their order."""
    return sorted(knowledge.definitions, key=lambda one: one.order)


def claims_rules(knowledge: Knowledge) -> list[str]:
    """Ids of the definitions that measure no improvement."""
    return [one.id for one in by_order(knowledge) if one.trial.failure != "improvement below"]


def attrition(raw: Raw, knowledge: Knowledge) -> Draft:
    """Whoever stays at a step stays, leaves, or leaves as unknown at the next."""
    true = counts_of(raw["attrition_count"], ["definition_id", "step", "state"])
    steps = sorted(knowledge.cohort_steps, key=lambda one: one.order)
    rows: list[Row] = [(one.id, step.id, way) for one in by_order(knowledge) for step in steps for way in WAYS]
    people, inferred = (
        {
            _attrition_cell(row): sum(number.get((*row[:2], state), 0) for state in WAYS[row[2]])
            for row in rows
        }
        for number in true
    )  # fmt: skip
    sums: list[Sum] = []
    for definition in by_order(knowledge):
        before: Key = EVERYBODY
        for step in steps:
            parts = tuple(_attrition_cell((definition.id, step.id, way)) for way in WAYS)
            sums.append(Sum(parts, before))
            before = parts[0]
    title = {step.id: step.title for step in steps}
    why = {(step.id, LEAVE): step.leaves for step in steps} | {
        (step.id, LEAVE_UNKNOWN): "The record leaves it open." for step in steps
    }
    return Draft(
        "attrition", ("definition", "step", "way"), rows, people, inferred, sums, _attrition_cell,
        titles={"title": lambda row: title[row[1]], "why": lambda row: why.get(row[1:])},
    )  # fmt: skip


def _attrition_cell(row: Row) -> Key:
    """Until the definitions part, a step counts the same people for each."""
    return ("attrition", "any" if row[1] in SHARED_STEPS else row[0], *row[1:])


def definitions(raw: Raw, knowledge: Knowledge) -> Draft:
    """The results of each definition."""
    people, inferred = counts_of(raw["definition_count"], ["definition_id", "result"], DEFINITIONS)
    rows: list[Row] = [(one.id, result) for one in by_order(knowledge) for result in RESULTS]
    sums = [Sum(tuple((DEFINITIONS, one.id, result) for result in RESULTS), EVERYBODY) for one in by_order(knowledge)]
    titles = {one.id: one.short for one in knowledge.definitions}
    return Draft(DEFINITIONS, ("definition", "result"), rows, people, inferred, sums,
                 titles={"title": lambda row: titles[row[0]]})  # fmt: skip


def overlaps(raw: Raw, knowledge: Knowledge, least: int) -> Draft:
    """The people who meet two definitions, and each set of definitions that the same people meet.

    Sets that fewer people meet are joined, so that no row tells that there is somebody. Who meets one of two
    definitions and not the other stands in no row, and could be had by subtraction.
    """
    true = _sets(raw, knowledge)
    names = [one.id for one in by_order(knowledge)]
    small = [key for key in true[0] if true[0][key] < least]
    other = (OVERLAPS, EXACTLY, OTHER, None)
    unions: dict[Key, list[Row]] = {other: small}
    pairs: list[Row] = []
    unshown: list[Key] = []
    for one, two in permutations(names, 2):
        unions["only", one, two] = [key for key in true[0] if one in key and two not in key]
        unshown.append(("only", one, two))
        if names.index(one) < names.index(two):
            pairs.append((ALL_OF, AND.join((one, two)), 2))
            unions[OVERLAPS, *pairs[-1]] = [key for key in true[0] if one in key and two in key]
    cells = [_set_cells(number) | _united(number, unions) for number in true]
    tops: dict[Key, list[Row]] = {(DEFINITIONS, name, MET): [key for key in true[0] if name in key] for name in names}
    tops |= {EVERYBODY: list(true[0])}
    sums = [Sum(tuple(map(_set_cell, parts)), total) for total, parts in (unions | tops).items()]
    shown_sets = [_set_cell(key)[1:] for key in true[0] if key not in small]
    rows = [*pairs, *shown_sets, other[1:]]
    return Draft(OVERLAPS, ("kind", "definitions", "size"), rows, cells[0], cells[1], sums, unshown=unshown)


def _set_cell(key: Row) -> tuple[Any, ...]:
    return (OVERLAPS, EXACTLY, AND.join(key) or NONE, len(key))


def _set_cells(number: Numbers) -> dict[Key, int]:
    return {_set_cell(key): count for key, count in number.items()}


def _united(number: Numbers, unions: Mapping[Key, Sequence[Row]]) -> dict[Key, int]:
    return {name: sum(number[key] for key in keys) for name, keys in unions.items()}


def _sets(raw: Raw, knowledge: Knowledge) -> tuple[dict[Row, int], dict[Row, int]]:
    """People by the set of definitions that they meet; also the sets that nobody meets, which might as well be met."""
    people, inferred = counts_of(raw["definition_combination"], ["met"])
    ordered = by_order(knowledge)
    masks = {sum(1 << one.order for one in chosen): tuple(one.id for one in chosen)
             for size in range(len(ordered) + 1) for chosen in combinations(ordered, size)}  # fmt: skip
    return (
        {name: people.get((mask,), 0) for mask, name in sorted(masks.items())},
        {name: inferred.get((mask,), 0) for mask, name in sorted(masks.items())},
    )


def verdicts(raw: Raw, knowledge: Knowledge) -> Draft:
    """The trials of one number are the same for every definition, however many they are."""
    columns = ("definition_id", "trial_number", "verdict")
    people, inferred = counts_of(raw["verdict_count"], columns, "verdict_count")
    names = [one.id for one in by_order(knowledge)]
    numbers = range(1, rule(knowledge, "trial-numbers") + 1)
    rows: list[Row] = [(name, number, verdict) for name in names for number in numbers for verdict in VERDICTS]
    sums = [
        Sum(tuple(("verdict_count", name, number, verdict) for verdict in VERDICTS), ("trials", number))
        for name in names for number in numbers
    ]  # fmt: skip
    return Draft("verdict_count", ("definition", "trial_number", "verdict"), rows, people, inferred, sums)


def variants(varied: Mapping[str, pa.Table], knowledge: Knowledge, *, sampled: bool) -> Draft:
    """The results of each definition by each variant, over the same people.

    Where that is everybody, what a variant doesn't change is the count that stands in `definition_count`.
    """
    bears_on = {one.id: one.definitions for one in made_variants(knowledge)} | {AS_SHIPPED: ()}
    names = [name for name in (AS_SHIPPED, *(one.id for one in knowledge.variants)) if name in varied]
    rows: list[Row] = [(name, one.id, result) for name in names for one in by_order(knowledge) for result in RESULTS]

    def cell(row: Row) -> Row:
        if row[1] in bears_on[row[0]]:
            return ("variant_count", *row)
        return ("variant_count", AS_SHIPPED, *row[1:]) if sampled else (DEFINITIONS, *row[1:])

    people: dict[Key, int] = {}
    inferred: dict[Key, int] = {}
    names_of = [one.id for one in by_order(knowledge)]
    for name in names:
        true = counts_of(varied[name], ["definition_id", "result"])
        for number, into in zip(true, (people, inferred), strict=True):
            into |= {cell((name, *key)): count for key, count in number.items()}
    total = EVERYBODY
    if sampled:
        total = (PEOPLE, "variants", "sample")
        for number in (people, inferred):
            number[total] = sum(number.get(("variant_count", AS_SHIPPED, names_of[0], result), 0) for result in RESULTS)
    sums = [
        Sum(tuple(cell((name, one.id, result)) for result in RESULTS), total)
        for name in names for one in by_order(knowledge)
    ]  # fmt: skip
    title = {one.id: one.title for one in knowledge.variants} | {AS_SHIPPED: "As the definitions say"}
    changes = {one.id: str(one.changes) for one in knowledge.variants} | {AS_SHIPPED: "nothing"}
    return Draft("variant_count", ("variant", "definition", "result"), rows, people, inferred, sums, cell,
                 titles={"title": lambda row: title[row[0]], "changes": lambda row: changes[row[0]]})  # fmt: skip
