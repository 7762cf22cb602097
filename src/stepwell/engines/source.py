"""An opened source: its tables, and the engine on which expressions over them run.

Nothing is ever written to a source. Small tables of our own stand beside it, in memory or for the session only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from stepwell.engines.sql import written
from stepwell.engines.store import Store

ASKED = "asked"
"""Name of the rows that were asked for last."""


@dataclass(frozen=True)
class Source:
    """An opened source: its tables, and where expressions over them run.

    Args:
        store: The engine, where tables of our own can stand beside those of the source.
        tables: The tables wanted that stand in it, by lower-case name, as Ibis tables bound to no backend.
        kind: What was opened, in words.
    """

    store: Store
    tables: dict[str, Table]
    kind: str

    def sql(self, table: Table) -> str:
        """An expression over the tables in the SQL of the engine."""
        return written(ASKED, table, self.store.dialect).sql

    def run(self, table: Table) -> pa.Table:
        """The rows of an expression, with the types that it says."""
        self.store.make(*written(ASKED, table, self.store.dialect))
        return self.store.fetch(ASKED).cast(table.schema().to_pyarrow())

    def add(self, tables: Mapping[str, pa.Table]) -> dict[str, Table]:
        """Small tables of our own beside those of the source, in memory or for this session only."""
        for name, table in tables.items():
            self.store.hold(name, table)
        return {name: ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name) for name, table in tables.items()}

    def keep(self, tables: Mapping[str, Table]) -> dict[str, Table]:
        """Expressions written out once, in memory or for this session only, under these names."""
        for name, table in tables.items():
            self.store.make(*written(name, table, self.store.dialect))
        return {name: ibis.table(table.schema(), name=name) for name, table in tables.items()}
