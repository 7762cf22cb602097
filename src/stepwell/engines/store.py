"""Where a run keeps its tables: the little that every engine has to do for us."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.pipeline import Pipeline
from stepwell.review import REVIEW, SHOWN, parameter_table


class Store(Protocol):
    """Tables by name on one engine. What is made between `begin` and `forget` goes with `forget`."""

    dialect: str
    """The SQL it reads, as Ibis names it."""

    def begin(self) -> None:
        """What is made from now on belongs to one run."""

    def hold(self, name: str, table: pa.Table) -> None:
        """Takes a table in; one held before `begin` stays until the end."""

    def make(self, name: str, sql: str, columns: Mapping[str, str]) -> None:
        """Runs a query and keeps its rows as a table.

        Args:
            name: Of the table.
            sql: The query.
            columns: Arrow type of each of its columns by name.
        """

    def view(self, name: str, sql: str, columns: Mapping[str, str]) -> None:
        """As `make`, but the rows need not be kept: they may be made anew whenever they are read."""

    def drop(self, name: str) -> None:
        """Frees a table that was made."""

    def fetch(self, name: str) -> pa.Table:
        """All rows of a table, in no order."""

    def put(self, name: str, path: Path, key: Sequence[str]) -> None:
        """Writes a table as Parquet, whole or not at all.

        Args:
            name: Of the table.
            path: Where to.
            key: Columns that tell its rows apart, and that they are put in order by.
        """

    def forget(self) -> None:
        """Drops what was made since `begin`."""

    def interrupt(self) -> None:
        """Breaks off what another thread is running here."""

    def close(self) -> None:
        """Frees everything."""


class Engine:
    """A store that holds the knowledge and reviews one set of records after another.

    One engine runs one review at a time. For one person `stepwell.engines.sqlite.Engine` is faster by far.

    Args:
        store: Where the tables stand.
        knowledge: What the definitions are drawn from.
        pipeline: The steps it can run.
    """

    def __init__(self, store: Store, knowledge: Knowledge, pipeline: Pipeline = REVIEW) -> None:
        self.store = store
        self._knowledge = knowledge
        self._pipeline = pipeline
        for name, table in knowledge_tables(knowledge).items():
            store.hold(name, table)

    def run(
        self, tables: Mapping[str, pa.Table], as_of: date, wanted: Iterable[str] = tuple(SHOWN)
    ) -> dict[str, pa.Table]:
        """The review of everybody in the record.

        Args:
            tables: Record tables by name (`Records.tables`).
            as_of: The day of the review; rows dated after it do not exist.
            wanted: Names of the tables to hand back: record tables as they stood on `as_of`, or steps. Only what
                they rest on is run.

        Returns:
            The tables wanted, by name.
        """
        asked = tuple(wanted)
        self.store.begin()
        try:
            for name, table in tables.items():
                self.store.hold(f"raw_{name}", table)
            self.make(asked, as_of)
            return {name: self.store.fetch(name) for name in asked}
        finally:
            self.store.forget()

    def make(self, wanted: Sequence[str], as_of: date) -> None:
        """Makes the tables wanted, and all that they rest on, from the record tables in the store."""
        self.store.hold("parameter", parameter_table(self._knowledge, as_of))
        make(self.store, self._pipeline, wanted)

    def remake(self, tables: Mapping[str, pa.Table], stale: Iterable[str]) -> None:
        """Makes steps anew with other tables given.

        Args:
            tables: Of the knowledge, or the rules (`parameter`).
            stale: Names of the steps, from `resting_on`; what they rest on beside stands in the store.
        """
        for name, table in tables.items():
            self.store.hold(name, table)
        compiled = {step.name: step for step in steps(self.store.dialect, self._pipeline)}
        for name in stale:
            self.store.make(*compiled[name])

    def resting_on(self, changed: Mapping[str, Collection[str]], wanted: Sequence[str]) -> tuple[str, ...]:
        """The steps that some tables wanted need anew, in their order.

        Args:
            changed: For each table given that has changed, the columns in which it has.
            wanted: Names of steps.
        """
        compiled = {step.name: step.sql for step in steps(self.store.dialect, self._pipeline)}
        touched = {
            step.name
            for step in self._pipeline.steps
            if step.name in compiled
            for table in step.inputs()
            # A step that doesn't name the column can't tell the difference.
            if any(column in compiled[step.name] for column in changed.get(table, ()))
        }
        return self._pipeline.resting_on(touched, wanted)

    def restore(self, names: Iterable[str]) -> None:
        """Takes tables of the knowledge in again that stood otherwise for a while."""
        shipped = knowledge_tables(self._knowledge)
        for name in names:
            if name in shipped:
                self.store.hold(name, shipped[name])

    def close(self) -> None:
        """Frees the store."""
        self.store.close()


def changed_columns(one: pa.Table, other: pa.Table) -> tuple[str, ...]:
    """The columns in which two tables of the same columns differ; all where one has more rows."""
    if one.num_rows != other.num_rows:
        return tuple(one.column_names)
    return tuple(name for name in one.column_names if not one[name].equals(other[name]))


def make(store: Store, pipeline: Pipeline, wanted: Sequence[str]) -> None:
    """Makes the tables wanted, and the steps that they rest on; what the pipeline is given stands in the store.

    A step that isn't wanted itself is dropped behind the last that reads it: most of the memory of a run is theirs.
    """
    compiled = {step.name: step for step in steps(store.dialect, pipeline)}
    order = pipeline.in_order(wanted)
    shown = pipeline.passing.difference(wanted)
    last = _last_use(pipeline, order, shown)
    for name in order:
        (store.view if name in shown else store.make)(*compiled[name])
        for read in [read for read, at in last.items() if at == name]:
            if read not in wanted and read not in shown:
                store.drop(read)


def _last_use(pipeline: Pipeline, order: Sequence[str], shown: Collection[str]) -> dict[str, str]:
    """For every step the last that reads it, be it through a view."""
    place = {name: number for number, name in enumerate(order)}
    last: dict[str, int] = {}
    for name in reversed(order):
        at = last.get(name, place[name]) if name in shown else place[name]
        for read in pipeline.reads[name]:
            last[read] = max(at, last.get(read, at))
    return {name: order[at] for name, at in last.items()}
