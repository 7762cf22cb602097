"""Steps in their order: functions from tables to a table, and how they are put into SQL."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter

import ibis
from ibis.expr.types import Table

from stepwell.narrow import Shown, narrowed

Built = tuple[str, str, ibis.Schema]
"""A step's name, its SQL, and its columns."""


@dataclass(frozen=True)
class Step:
    """One table: its name and the function that makes it from others.

    Args:
        name: Of the table.
        build: From the tables it reads to this one.
        reads: Names of those tables, in the order of its parameters; the parameters' own names if not given.
        passing: Whether it is cheap and big, so that those who read it may as well make what they need of it anew.
    """

    name: str
    build: Callable[..., Table]
    reads: tuple[str, ...] = ()
    passing: bool = False

    def inputs(self) -> tuple[str, ...]:
        """Names of the tables it reads."""
        return self.reads or tuple(inspect.signature(self.build).parameters)


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Steps, and the tables that stand before the first.

    Args:
        name: What it is called where its SQL is kept.
        given: Columns of the tables that stand already, by name.
        steps: Each after those it reads.
        shown: The steps that are looked at from outside, each with the columns that are (null: all); a step has then
            no other columns than are read of it. Null: every step has all of its columns.
    """

    name: str
    given: Mapping[str, ibis.Schema]
    steps: tuple[Step, ...]
    shown: Shown | None = None

    def compiled(self, write: Callable[[Table], str]) -> Iterator[Built]:
        """Each step in order, as `write` puts an expression into SQL; a table is read by its name."""
        known = {name: ibis.table(schema, name=name) for name, schema in self.given.items()}
        made: dict[str, Table] = {}
        for step in self.steps:
            made[step.name] = step.build(*(known[name] for name in step.inputs()))
            known[step.name] = ibis.table(made[step.name].schema(), name=step.name)
        for name, expr in (made if self.shown is None else narrowed(made, self.shown)).items():
            yield name, write(expr), expr.schema()

    @cached_property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """For every step, the other steps that it reads."""
        made = {step.name for step in self.steps}
        return {step.name: tuple(name for name in step.inputs() if name in made) for step in self.steps}

    @cached_property
    def passing(self) -> frozenset[str]:
        """Steps that need not be kept."""
        return frozenset(step.name for step in self.steps if step.passing)

    def in_order(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """The steps wanted and all that they rest on, each after those it reads."""
        found: dict[str, tuple[str, ...]] = {}
        ahead = list(wanted)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found[name] = self.reads[name]
                ahead += found[name]
        return tuple(TopologicalSorter(found).static_order())

    def resting_on(self, touched: Collection[str], wanted: Sequence[str]) -> tuple[str, ...]:
        """Of the steps wanted and all that they rest on, those that are touched, or rest on one that is."""
        stale: dict[str, None] = {}
        for name in self.in_order(wanted):
            if name in touched or not stale.keys().isdisjoint(self.reads[name]):
                stale[name] = None
        return tuple(stale)

    def then(self, name: str, given: Mapping[str, ibis.Schema], steps: Sequence[Step]) -> "Pipeline":
        """This pipeline with more tables given and more steps behind its own, under a name of its own."""
        return Pipeline(name, {**self.given, **given}, (*self.steps, *steps))

    def showing(self, name: str, shown: Shown) -> "Pipeline":
        """This pipeline for those who look at nothing but this, under a name of its own."""
        return Pipeline(name, self.given, self.steps, shown)
