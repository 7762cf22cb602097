"""The compiled steps, kept on disk between runs: compiling takes longer than reviewing one person."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import ibis
from ibis.expr.operations import Relation
from ibis.expr.types import Table

import stepwell
from stepwell.pipeline import Pipeline
from stepwell.review import REVIEW

ARROW = {"string": "string", "date32[day]": "date", "double": "float64", "int64": "int64", "bool": "boolean"}
"""Ibis' name for each Arrow type that our tables have."""


WRITTEN = 256
"""How many single expressions are kept as SQL: the passes of a part are those of every other part."""


_COMPILING = Lock()


class Compiled(NamedTuple):
    """A step in SQL: its name, its query, and the Arrow type of each of its columns by name."""

    name: str
    sql: str
    columns: dict[str, str]


def steps(dialect: str, pipeline: Pipeline = REVIEW) -> tuple[Compiled, ...]:
    """Every step of a pipeline in SQL, from the cache if this very code was compiled before.

    The cache (`$XDG_CACHE_HOME/stepwell`, else `~/.cache/stepwell`) holds SQL and nothing of any record.
    Where it can't be written, every process compiles anew, but once for all of its threads.
    """
    with _COMPILING:
        return _steps(dialect, pipeline)


@cache
def _steps(dialect: str, pipeline: Pipeline) -> tuple[Compiled, ...]:
    path = _folder() / f"{pipeline.name}-{dialect}-{code_fingerprint()}.json"
    with suppress(OSError, RuntimeError, ValueError, TypeError):
        return tuple(Compiled(*step) for step in json.loads(path.read_text(encoding="utf-8")))
    fresh = tuple(_compile(dialect, pipeline))
    with suppress(OSError):
        _keep(path, fresh)
    return fresh


def written(name: str, expr: Table, dialect: str) -> Compiled:
    """One expression in SQL, under a name; the same one is put into SQL once."""
    return _written(name, expr.op(), dialect)


@lru_cache(WRITTEN)
def _written(name: str, relation: Relation, dialect: str) -> Compiled:
    expr = relation.to_expr()
    return _compiled(name, _writer(dialect)(expr), expr.schema(), dialect)


def schemas(dialect: str, pipeline: Pipeline = REVIEW) -> dict[str, ibis.Schema]:
    """The columns of every step of a pipeline."""
    return {
        step.name: ibis.schema({name: ARROW[kind] for name, kind in step.columns.items()})
        for step in steps(dialect, pipeline)
    }


def _compile(dialect: str, pipeline: Pipeline) -> Iterator[Compiled]:
    for name, sql, schema in pipeline.compiled(_writer(dialect)):
        yield _compiled(name, sql, schema, dialect)


def _compiled(name: str, sql: str, schema: ibis.Schema, dialect: str) -> Compiled:
    columns = {name: "int64" if t.is_integer() else str(t.to_pyarrow()) for name, t in schema.items()}
    # SQLite casts a value to its column's type where it is written.
    return Compiled(name, sql if dialect == "sqlite" else _typed(sql, schema, dialect), columns)


def _writer(dialect: str) -> Callable[[Table], str]:
    if dialect == "sqlite":
        from stepwell.engines.sqlite_sql import to_sql  # noqa: PLC0415 -- needed only where nothing was kept

        return to_sql
    if dialect == "duckdb":
        from stepwell.engines import duckdb_sql  # noqa: PLC0415 -- needed only where nothing was kept

        return duckdb_sql.to_sql
    if dialect == "pyspark":
        # Ibis knows the settings of this dialect only once the backend was asked for.
        _ = ibis.pyspark
    return lambda expr: str(ibis.to_sql(expr, dialect=dialect, pretty=False))


def _typed(sql: str, schema: ibis.Schema, dialect: str) -> str:
    """The query with whole numbers and days cast to the type its schema says.

    Engines widen them on their own (sums to HUGEINT or numeric, a day plus days to a timestamp), and the
    rows have to be the same on all.
    """
    quote = "`" if dialect == "pyspark" else '"'
    columns = []
    for name, dtype in schema.items():
        column = f"{quote}{name}{quote}"
        kind = "BIGINT" if dtype.is_integer() else "DATE" if dtype.is_date() else None
        columns.append(f"CAST({column} AS {kind}) AS {column}" if kind else column)
    return f"SELECT {', '.join(columns)} FROM ({sql}) AS step"  # noqa: S608 -- names and types are our own


def _keep(path: Path, fresh: tuple[Compiled, ...]) -> None:
    """Writes the file whole, so that a process beside this one never reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.part")
    beside.write_text(json.dumps(fresh), encoding="utf-8")
    beside.replace(path)


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "stepwell"


def code_fingerprint() -> str:
    """Changes with any line of this package and with the compiler."""
    digest = sha256(f"{version('ibis-framework')} {version('sqlglot')}".encode())
    root = Path(stepwell.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]
