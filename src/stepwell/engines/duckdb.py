"""DuckDB, embedded: the default engine."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import date
from graphlib import TopologicalSorter
from typing import TypeVar

import duckdb
import pyarrow as pa

from stepwell.engines.sql import steps
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.review import SHOWN, parameter_table, reads

Result = TypeVar("Result")

RUN = "run"
"""Name of the database that one run fills; it goes with the run, and nothing is left of the record."""

QUICK = frozenset({"filter_pushdown", "unused_columns"})
"""The optimizers that are worth their time for one person."""


class Engine:
    """A DuckDB in memory that holds the knowledge and reviews one set of records after another.

    One engine runs one review at a time.

    Args:
        knowledge: What the definitions are drawn from.
        side_by_side: How many steps may run at once, each on one processor: what suits one person, where
            planning takes longer than running. Null: one step after another, each on all processors.
    """

    def __init__(self, knowledge: Knowledge, side_by_side: int | None = None) -> None:
        self._knowledge = knowledge
        self._connection = duckdb.connect(":memory:")
        if side_by_side is not None:
            self._connection.execute("SET threads = 1")
            self._plan_quickly()
        # Rows are ordered by the steps' own keys; keeping the order of input costs and means nothing.
        self._connection.execute("SET preserve_insertion_order = false")
        # Parsed once: for one person it takes as long to read the SQL as to run it.
        self._statements = {
            name: self._connection.extract_statements(f'CREATE TABLE "{name}" AS {sql}')[0]
            for name, sql in steps("duckdb")
        }
        for name, table in knowledge_tables(knowledge).items():
            _load(self._connection, name, table)
        self._workers = [self._connection.cursor() for _ in range(side_by_side or 1)]
        self._pool = ThreadPoolExecutor(len(self._workers))
        self._ahead = _steps_ahead(reads())

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
        self._connection.execute(f"ATTACH ':memory:' AS {RUN}")
        try:
            for worker in self._workers:
                worker.execute(f"SET search_path = '{RUN}.main,memory.main'")
            rows = {f"raw_{name}": table for name, table in tables.items()}
            rows["parameter"] = parameter_table(self._knowledge, as_of)
            self._spread(lambda worker, name: _load(worker, name, rows[name]), rows)
            asked = tuple(wanted)
            self._run_steps(_needed(asked, reads()))
            return self._spread(lambda worker, name: worker.table(name).to_arrow_table(), asked)
        finally:
            for worker in self._workers:
                worker.execute("RESET search_path")
            self._connection.execute(f"DETACH {RUN}")

    def _plan_quickly(self) -> None:
        """Leaves out what makes plans better: over one person's rows it takes longer than the steps themselves."""
        listed = self._connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()
        left_out = ",".join(name for (name,) in listed if name not in QUICK)
        self._connection.execute(f"SET disabled_optimizers = '{left_out}'")

    def _spread(
        self, work: Callable[[duckdb.DuckDBPyConnection, str], Result], names: Iterable[str]
    ) -> dict[str, Result]:
        """What the work gives for each name, the names dealt out to the workers."""
        listed = list(names)

        def share(place: int) -> dict[str, Result]:
            return {name: work(self._workers[place], name) for name in listed[place :: len(self._workers)]}

        return {
            name: found for part in self._pool.map(share, range(len(self._workers))) for name, found in part.items()
        }

    def _run_steps(self, read: Mapping[str, Iterable[str]]) -> None:
        """Runs each step once those it reads are done, as many at once as there are workers."""
        order = TopologicalSorter(read)
        order.prepare()
        free, ready = list(self._workers), set(order.get_ready())
        running: dict[Future[object], tuple[str, duckdb.DuckDBPyConnection]] = {}
        while order.is_active():
            while ready and free:
                name, worker = max(ready, key=lambda name: (self._ahead[name], name)), free.pop()
                ready.remove(name)
                running[self._pool.submit(worker.execute, self._statements[name])] = (name, worker)
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                name, worker = running.pop(done)
                free.append(worker)
                done.result()
                order.done(name)
            ready.update(order.get_ready())

    def close(self) -> None:
        """Frees the database."""
        self._pool.shutdown()
        self._statements.clear()
        for worker in self._workers:
            worker.close()
        self._connection.close()


def _needed(wanted: Iterable[str], read: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The tables wanted and all that they rest on, each with those it reads."""
    found: dict[str, tuple[str, ...]] = {}
    ahead = list(wanted)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found[name] = tuple(read[name])
            ahead += found[name]
    return found


def _steps_ahead(read: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """For each step, how many follow it in the longest chain: the longer, the sooner it should run."""
    ahead = dict.fromkeys(read, 0)
    for name in reversed(tuple(TopologicalSorter(read).static_order())):
        for other in read[name]:
            ahead[other] = max(ahead[other], ahead[name] + 1)
    return ahead


def _load(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM incoming')  # noqa: S608 -- names are our own
    connection.unregister("incoming")
