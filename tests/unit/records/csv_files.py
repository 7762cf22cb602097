"""Writes CSV folders for the tests of their reader."""

from pathlib import Path

from stepwell.knowledge.load import load
from stepwell.records import csv_folder
from stepwell.records.tables import Records

KNOWLEDGE = load()


def write(folder: Path, **files: str | bytes) -> Path:
    """A folder with these files, named without `.csv`."""
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def read(folder: Path, **files: str | bytes) -> Records:
    """What a folder with these files holds."""
    return csv_folder.read(write(folder, **files), KNOWLEDGE)


def rows(records: Records, table: str, *columns: str) -> list[tuple[object, ...]]:
    """Some columns of a table, in order."""
    return [tuple(row[column] for column in columns) for row in records.tables[table].to_pylist()]
