"""Count tables as files: one CSV each, all of them in one JSON, and what every column means."""

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import tomli

JSON, DICTIONARY = "counts.json", "dictionary.csv"


@dataclass(frozen=True)
class Column:
    """What one column of one table means; `unit` empty for words."""

    table: str
    column: str
    meaning: str
    unit: str


@cache
def dictionary() -> tuple[Column, ...]:
    """Every column of every table that a cohort gives, in the order of dictionary.toml."""
    text = files("stepwell.cohort").joinpath("dictionary.toml").read_text(encoding="utf-8")
    tables = tomli.loads(text)["table"]
    shared = {one["column"]: one for one in tomli.loads(text)["shared"]}
    return tuple(
        Column(table["name"], own["column"], own["meaning"], own.get("unit", ""))
        for table in tables
        for own in (*table.get("columns", ()), *(shared[name] for name in table.get("shared", ())))
    )


def write_counts(folder: Path, counts: Mapping[str, pa.Table], least: int) -> tuple[Path, ...]:
    """Writes every table as CSV, all as JSON, and the dictionary of what was written.

    Args:
        folder: Where to; it is made if it isn't there, and files of these names are replaced.
        counts: Tables as `finish.published` gives them.
        least: Smallest count that is shown, said in the JSON.

    Returns:
        The files, in the order written. The same tables give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.csv": _csv(table.column_names, _cells(table)) for name, table in counts.items()}
    texts[DICTIONARY] = _dictionary(counts)
    texts[JSON] = _json(counts, least)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return tuple(folder / name for name in texts)


def write_dictionary(folder: Path, tables: Iterable[str]) -> Path:
    """Writes what every column of some tables means."""
    path = folder / DICTIONARY
    path.write_text(_dictionary(tuple(tables)), encoding="utf-8", newline="")
    return path


def _cells(table: pa.Table) -> Iterable[list[Any]]:
    for row in table.to_pylist():
        yield ["" if value is None else value for value in row.values()]


def _csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _dictionary(tables: Collection[str]) -> str:
    rows = [(one.table, one.column, one.meaning, one.unit) for one in dictionary() if one.table in tables]
    return _csv(("table", "column", "meaning", "unit"), rows)


def _json(counts: Mapping[str, pa.Table], least: int) -> str:
    content = {
        "about": f"Counts of people, rounded to {least}. Null: fewer than {least}, or hidden to protect such a count.",
        "least_cell": least,
        "tables": {name: table.to_pylist() for name, table in counts.items()},
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
