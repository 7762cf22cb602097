"""SQL for DuckDB, in which a day and a whole number make a day: Ibis' own makes a moment of every sum of them."""

# ruff: noqa: N802, ARG002 -- Ibis finds its visitors by these names and hands each the same arguments

from typing import Any

import sqlglot.expressions as sge
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.expr import datatypes as dt
from ibis.expr import operations as ops
from ibis.expr.types import Table

# Ibis hands every visitor its own mix of SQL and plain values, and says the types of none.
Sql = Any


class Days(DuckDBCompiler):  # type: ignore[misc]  # Ibis ships no types for its compilers
    """Ibis' SQL for DuckDB, with days as days throughout: moments take longer to add up and to compare."""

    __slots__ = ()

    def visit_DateAdd(self, op: ops.DateAdd, *, left: Sql, right: Sql) -> Sql:
        """The day so many days later."""
        return left + self._days(right)

    def visit_DateSub(self, op: ops.DateSub, *, left: Sql, right: Sql) -> Sql:
        """The day so many days earlier."""
        return left - self._days(right)

    def visit_DateDelta(self, op: ops.DateDelta, *, left: Sql, right: Sql, part: Sql) -> Sql:
        """Days between two days; no other unit is asked for."""
        if part.this != "day":
            raise NotImplementedError(f"difference of dates in the unit {part.this}")
        return sge.paren(left - right)

    def _days(self, interval: Sql) -> Sql:
        if not isinstance(interval, sge.ToDays):
            raise NotImplementedError(f"a day and {interval.sql(dialect=self.dialect)}")
        return self.cast(interval.this, dt.int32)


def to_sql(expr: Table) -> str:
    """The query."""
    compiler = Days()
    return str(compiler.to_sqlglot(expr.unbind()).sql(dialect=compiler.dialect))
