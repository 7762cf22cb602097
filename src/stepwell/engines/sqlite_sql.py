"""SQL for SQLite, which has no type for days: a date is the whole number of days since 1970-01-01."""

# ruff: noqa: N802, ARG002 -- Ibis finds its visitors by these names and hands each the same arguments

from datetime import date
from typing import Any

import sqlglot.expressions as sge
from ibis.backends.sql.compilers.sqlite import SQLiteCompiler
from ibis.expr import datatypes as dt
from ibis.expr import operations as ops
from ibis.expr.types import Table
from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

EPOCH = date(1970, 1, 1)
DAY_SECONDS = 86_400

# Ibis hands every visitor its own mix of SQL and plain values, and says the types of none.
Sql = Any


class DayNumbers(SQLiteCompiler):  # type: ignore[misc]  # Ibis ships no types for its compilers
    """Ibis' SQL for SQLite, with dates as day numbers and as other engines treat null and upper case."""

    __slots__ = ()

    def visit_DateAdd(self, op: ops.DateAdd, *, left: Sql, right: Sql) -> Sql:
        """The day so many days later."""
        return left + right

    def visit_DateSub(self, op: ops.DateSub, *, left: Sql, right: Sql) -> Sql:
        """The day so many days earlier."""
        return left - right

    def visit_DateDelta(self, op: ops.DateDelta, *, left: Sql, right: Sql, part: Sql) -> Sql:
        """Days between two days; no other unit is asked for."""
        if part.this != "day":
            raise NotImplementedError(f"difference of dates in the unit {part.this}")
        return sge.paren(left - right)

    def visit_IntervalFromInteger(self, op: ops.IntervalFromInteger, *, arg: Sql, unit: Sql) -> Sql:
        """So many days, as a number."""
        if unit.short != "D":
            raise NotImplementedError(f"interval in the unit {unit.short}")
        return arg

    def visit_Cast(self, op: ops.Cast, *, arg: Sql, to: dt.DataType) -> Sql:
        """A day as text is written as on other engines; a day as a day stays."""
        given = op.arg.dtype
        if to.is_date():
            if not (given.is_date() or given.is_timestamp() or given.is_null()):
                raise NotImplementedError(f"cast from {given} to a date")
            return arg
        if given.is_date() and to.is_string():
            return self._written(arg, "%Y-%m-%d")
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_ExtractYear(self, op: ops.ExtractYear, *, arg: Sql) -> Sql:
        """The year of a day."""
        return self.cast(self._written(arg, "%Y"), dt.int64)

    def visit_ExtractMonth(self, op: ops.ExtractMonth, *, arg: Sql) -> Sql:
        """The month of a day."""
        return self.cast(self._written(arg, "%m"), dt.int64)

    def visit_ExtractDay(self, op: ops.ExtractDay, *, arg: Sql) -> Sql:
        """The day of its month."""
        return self.cast(self._written(arg, "%d"), dt.int64)

    def visit_DateFromYMD(self, op: ops.DateFromYMD, *, year: Sql, month: Sql, day: Sql) -> Sql:
        """A day written out in a step; its parts are literals."""
        return _number(date(*(int(part.this) for part in (year, month, day))))

    def visit_NonNullLiteral(self, op: ops.Literal, *, value: Sql, dtype: dt.DataType) -> Sql:
        """A day as its number."""
        return _number(value) if dtype.is_date() else super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_Literal(self, op: ops.Literal, *, value: Sql, dtype: dt.DataType) -> Sql:
        """No day is null, not the text of a day."""
        if value is None and dtype.is_date():
            return sge.Null()
        return super().visit_Literal(op, value=value, dtype=dtype)

    def visit_Greatest(self, op: ops.Greatest, *, arg: Sql) -> Sql:
        """The greatest that is not null."""
        return self._beside_null(self.f.anon.max, arg)

    def visit_Least(self, op: ops.Least, *, arg: Sql) -> Sql:
        """The least that is not null."""
        return self._beside_null(self.f.anon.min, arg)

    def visit_StartsWith(self, op: ops.StartsWith, *, arg: Sql, start: Sql) -> Sql:
        """Compared letter by letter: SQLite's LIKE takes upper and lower case for the same."""
        return self.f.anon.substr(arg, 1, self.f.length(start)).eq(start)

    def _written(self, day: Sql, form: str) -> Sql:
        return self.f.anon.strftime(form, day * DAY_SECONDS, "unixepoch")

    def _beside_null(self, choose: Sql, given: Sql) -> Sql:
        """SQLite's answer is null as soon as one value is: each null gives way to a value beside it."""
        if len(given) == 1:
            return given[0]
        return choose(*(self.f.coalesce(one, *(other for other in given if other is not one)) for one in given))


def _number(day: date) -> Sql:
    return sge.convert((day - EPOCH).days)


def to_sql(expr: Table) -> str:
    """The query, its subqueries written one after another: SQLite can't read as many inside one another as we have."""
    compiler = DayNumbers()
    query = compiler.to_sqlglot(expr.unbind())
    for select in query.find_all(sge.Select):
        _plain_joins(select)
    return str(eliminate_subqueries(query).sql(dialect=compiler.dialect))


def _plain_joins(select: sge.Select) -> None:
    """Semi and anti joins as joins, for which SQLite makes an index; as `EXISTS` it reads all rows for each row."""
    for join in select.args.get("joins") or []:
        if join.kind in {"SEMI", "ANTI"}:
            theirs = _theirs(join)
            if join.kind == "ANTI":
                select.where(sge.Is(this=theirs[0].copy(), expression=sge.Null()), copy=False)
            else:
                join.set("side", None)
                keys = sge.select(*(column.copy() for column in theirs)).distinct().from_(join.this)
                join.set("this", keys.subquery(join.this.alias_or_name))
            join.set("kind", None)


def _theirs(join: sge.Join) -> list[Sql]:
    """The keys of the other side; ours have no other condition than equal keys."""
    on, other = join.args["on"], join.this.alias_or_name
    conditions = list(on.flatten()) if isinstance(on, sge.And) else [on]
    if not all(isinstance(one, sge.EQ) for one in conditions):
        raise NotImplementedError("a semi or anti join on more than equal keys")
    sides = [side for one in conditions for side in (one.this, one.expression)]
    return [side for side in sides if side.table == other]
