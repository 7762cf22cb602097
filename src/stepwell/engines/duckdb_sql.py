"""SQL for DuckDB, in which a day and a whole number make a day, and the words that steps give are kept as numbers."""

# ruff: noqa: N802, ARG002 -- Ibis finds its visitors by these names and hands each the same arguments

from typing import Any

import sqlglot.expressions as sge
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.expr import datatypes as dt
from ibis.expr import operations as ops
from ibis.expr.types import Table

from stepwell.engines.duckdb import STATE, STATES

# Ibis hands every visitor its own mix of SQL and plain values, and says the types of none.
Sql = Any


class Compiler(DuckDBCompiler):  # type: ignore[misc]  # Ibis ships no types for its compilers
    """Ibis' SQL for DuckDB, with days as days throughout and states as numbers: moments and texts take longer."""

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

    def visit_SearchedCase(self, op: ops.SearchedCase, *, cases: Sql, results: Sql, default: Sql) -> Sql:
        """A choice between words, as numbers of `STATES` where they stand there."""
        results = [self._as_state(node, made) for node, made in zip(op.results, results, strict=True)]
        return super().visit_SearchedCase(op, cases=cases, results=results, default=self._as_state(op.default, default))

    def _as_state(self, node: ops.Value, made: Sql) -> Sql:
        if not (isinstance(node, ops.Literal) and node.dtype.is_string() and node.value in STATES):
            return made
        return sge.Cast(this=made, to=sge.DataType.build(STATE, dialect=self.dialect, udt=True))

    def _days(self, interval: Sql) -> Sql:
        if not isinstance(interval, sge.ToDays):
            raise NotImplementedError(f"a day and {interval.sql(dialect=self.dialect)}")
        return self.cast(interval.this, dt.int32)


def to_sql(expr: Table) -> str:
    """The query."""
    compiler = Compiler()
    return str(compiler.to_sqlglot(expr.unbind()).sql(dialect=compiler.dialect))
