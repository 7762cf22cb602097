"""Somebody who has every file, and knows more than anybody would, tries to work out the small counts."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from stepwell.cohort.counts import COUNTED_FITS
from stepwell.cohort.draft import PEOPLE
from stepwell.cohort.drafts import drafts
from stepwell.cohort.people import SHARED_STEPS
from stepwell.cohort.write import write_counts
from stepwell.knowledge.load import Knowledge
from tests.cohort.harness import Tables

LEAST = 5
Cell = tuple[str, ...]
Equation = tuple[list[Cell], Cell]


@pytest.fixture(scope="module")
def folder(counts: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that is written."""
    path = tmp_path_factory.mktemp("counts")
    write_counts(path, counts, LEAST)
    return path


@pytest.fixture(scope="module")
def truth(raw: Tables, knowledge: Knowledge) -> dict[Cell, int]:
    """The true count of every cell, by the name of its table and its row."""
    return {
        (draft.name, *map(str, row)): draft.people.get(draft.key(row), 0)
        for draft in drafts(raw, knowledge, LEAST)
        for row in draft.rows
    }


class Attack:
    """What the files say as equations and bounds, and how far they leave each count.

    Args:
        folder: The files.
        truth: Used for the sizes of groups, which the attacker knows, and for nothing else.
    """

    def __init__(self, folder: Path, truth: dict[Cell, int]) -> None:
        self.seen: dict[Cell, int | None] = {}
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    self._read(path.stem, row)
        self._truth = truth
        self._equations = list(self._sums())

    def _read(self, table: str, row: dict[str, str]) -> None:
        if "people" in row and table not in {"curve", "dictionary"}:
            apart = {"people", "inferred", "title", "why", "question", "changes"}
            key = (table, *(value or "None" for name, value in row.items() if name not in apart))
            self.seen[key] = int(row["people"]) if row["people"] else None

    def _sums(self) -> Iterator[Equation]:
        """All that everybody knows to add up."""
        everybody: Cell = (PEOPLE, "all", "all")
        yield from self._by("definition_count", lambda key: key[:2], lambda _: everybody)
        yield from self._by("reason_count", lambda key: key[:2], lambda _: everybody)
        yield from self._by("option_count", lambda key: key[:4], lambda key: (PEOPLE, *key[2:4]))
        for split in {key[2] for key in self.seen if key[0] == "option_count"} - {"all"}:
            own = [key for key in self.seen if key[0] == "option_count" and key[2] == split]
            for option, fit in {(key[1], key[4]) for key in own}:
                parts = [key for key in own if (key[1], key[4]) == (option, fit)]
                yield parts, ("option_count", option, "all", "all", fit)
        classes = [key for key in self.seen if key[0] == "pseudo_count" and key[3] == "any"]
        for rule in {key[1] for key in classes}:
            yield [key for key in classes if key[1] == rule], ("definition_count", rule, "met")
        yield from self._attrition(everybody)

    def _by(self, table: str, group: Callable[[Cell], Cell], total: Callable[[Cell], Cell]) -> Iterator[Equation]:
        own = [key for key in self.seen if key[0] == table]
        for head in {group(key) for key in own}:
            yield [key for key in own if group(key) == head], total(head)

    def _attrition(self, everybody: Cell) -> Iterator[Equation]:
        rows = [key for key in self.seen if key[0] == "attrition"]
        for definition in {key[1] for key in rows}:
            before = everybody
            for step in dict.fromkeys(key[2] for key in rows):
                yield [("attrition", definition, step, way) for way in ("stay", "leave", "leave, unknown")], before
                before = ("attrition", definition, step, "stay")
        for step in SHARED_STEPS:
            for way in ("stay", "leave", "leave, unknown"):
                one, *others = [key for key in rows if key[2:] == (step, way)]
                for other in others:
                    yield [one], other

    def span(self, cell: Cell) -> tuple[float, float]:
        """Lowest and highest count that fits all the files."""
        near = self._near(cell)
        place = {key: number for number, key in enumerate(near)}
        equations = [(parts, total) for parts, total in self._equations if place.keys() >= {*parts, total}]
        matrix = np.zeros((len(equations), len(place)))
        for number, (parts, total) in enumerate(equations):
            for key in parts:
                matrix[number, place[key]] += 1
            matrix[number, place[total]] -= 1
        cost = np.zeros(len(place))
        cost[place[cell]] = 1
        bounds = [self._bounds(key) for key in near]
        found = [linprog(sign * cost, A_eq=matrix, b_eq=np.zeros(len(equations)), bounds=bounds) for sign in (1, -1)]
        return found[0].fun, -found[1].fun

    def _near(self, cell: Cell) -> list[Cell]:
        """The cells that hang together with one; sizes of groups are known and carry nothing further."""
        found = {cell: None}
        grown = True
        while grown:
            grown = False
            for parts, total in self._equations:
                keys = [*parts, total]
                if any(key in found and key[0] != PEOPLE for key in keys) and not found.keys() >= set(keys):
                    found |= dict.fromkeys(keys)
                    grown = True
        return list(found)

    def _bounds(self, key: Cell) -> tuple[float, float]:
        if key[0] == PEOPLE:
            return self._truth[key], self._truth[key]
        seen = self.seen[key]
        if seen is None:  # told which of them are empty for being small, and which only to protect another
            return (0, LEAST - 1) if self._truth[key] < LEAST else (LEAST, np.inf)
        return max(LEAST, seen - LEAST // 2), seen + LEAST // 2


@pytest.fixture(scope="module")
def attack(folder: Path, truth: dict[Cell, int]) -> Attack:
    return Attack(folder, truth)


def test_every_row_is_there_and_there_are_small_ones_to_protect(attack: Attack, truth: dict[Cell, int]) -> None:
    small = [key for key, count in truth.items() if 0 < count < LEAST]

    assert len(small) > 50
    assert attack.seen.keys() == truth.keys()


def test_no_small_count_is_shown(attack: Attack, truth: dict[Cell, int]) -> None:
    assert [key for key, count in truth.items() if count < LEAST and attack.seen[key] is not None] == []
    assert {seen % LEAST for seen in attack.seen.values() if seen is not None} == {0}


def test_no_small_count_can_be_worked_out(attack: Attack, truth: dict[Cell, int]) -> None:
    """Of each at least four of the five values it can have stay possible, with all the files side by side."""
    tied = {key for parts, total in attack._equations for key in (*parts, total)}
    small = [key for key, count in truth.items() if 0 < count < LEAST and key in tied]
    spans = {key: attack.span(key) for key in small}

    assert small
    assert [(key, span) for key, span in spans.items() if min(span[1], LEAST - 1) - span[0] < LEAST - 2] == []


def test_rows_stand_in_the_order_of_the_knowledge_and_not_of_their_counts(counts: Tables, knowledge: Knowledge) -> None:
    found = counts["option_count"].to_pylist()
    everybody = [(row["option"], row["fit"]) for row in found if row["split_by"] == "all"]
    options = sorted(knowledge.options, key=lambda one: one.order)

    assert everybody == [(one.id, fit) for one in options for fit in COUNTED_FITS]
