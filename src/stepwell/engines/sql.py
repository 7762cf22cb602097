"""The compiled steps, kept on disk between runs: compiling takes longer than reviewing one person."""

import json
import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import stepwell

if TYPE_CHECKING:
    from ibis import Schema

Steps = tuple[tuple[str, str], ...]


@cache
def steps(dialect: str) -> Steps:
    """Name and SQL of each step, from the cache if this very code was compiled before.

    The cache (`$XDG_CACHE_HOME/stepwell`, else `~/.cache/stepwell`) holds SQL and nothing of any record.
    Where it can't be written, every process compiles anew.
    """
    path = _folder() / f"{dialect}-{_fingerprint()}.json"
    with suppress(OSError, RuntimeError, ValueError):
        return tuple((name, sql) for name, sql in json.loads(path.read_text(encoding="utf-8")))
    from stepwell.review import compiled  # noqa: PLC0415 -- Ibis is needed only where nothing was kept

    fresh = tuple((name, _typed(sql, schema, dialect)) for name, sql, schema in compiled(dialect))
    with suppress(OSError):
        _keep(path, fresh)
    return fresh


def _typed(sql: str, schema: "Schema", dialect: str) -> str:
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


def _keep(path: Path, fresh: Steps) -> None:
    """Writes the file whole, so that a process beside this one never reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.part")
    beside.write_text(json.dumps(fresh), encoding="utf-8")
    beside.replace(path)


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "stepwell"


def _fingerprint() -> str:
    """Changes with any line of this package and with the compiler."""
    digest = sha256(f"{version('ibis-framework')} {version('sqlglot')}".encode())
    root = Path(stepwell.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]
