"""Writes a simulation: beside its folder first, block by block, renamed when it is whole."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stepwell.errors import ConfigError
from stepwell.simulate.blocks import BLOCK

PART_BLOCKS = 25
"""Blocks in one file of a table."""


class Parquet:
    """Parquet files of one part of the people, a row group for each block.

    Args:
        folder: Where to.
        part: Its number; none where one file holds all.
    """

    def __init__(self, folder: Path, part: int | None) -> None:
        self._folder, self._part = folder, part
        self._open: dict[str, pq.ParquetWriter] = {}
        self._stack = ExitStack()

    def add(self, name: str, table: pa.Table) -> None:
        """Adds rows to a table; its file begins with the first rows, even none."""
        if name not in self._open:
            path = path_of(self._folder, name, self._part)
            path.parent.mkdir(parents=True, exist_ok=True)
            writer = pq.ParquetWriter(path, table.schema, compression="zstd")
            self._open[name] = self._stack.enter_context(writer)
        self._open[name].write_table(table)

    def close(self) -> None:
        """Ends all files."""
        self._stack.close()


def path_of(folder: Path, name: str, part: int | None, suffix: str = "parquet") -> Path:
    """The file of a table: `name.parquet`, or in a folder of that name where it has several parts."""
    return folder / f"{name}.{suffix}" if part is None else folder / name / f"part-{part:05}.{suffix}"


def parts(people: int, *, whole: bool = False) -> list[range]:
    """The blocks of each part; of the `whole`, where there can be one file only."""
    blocks = -(-people // BLOCK)
    size = blocks if whole else PART_BLOCKS
    return [range(first, min(first + size, blocks)) for first in range(0, blocks, size)]


def each_part(
    work: Callable[[int | None, range], None], every: list[range], workers: int, done: Callable[[int], None]
) -> None:
    """Does the work of every part, several side by side if there are several; `done` hears how many blocks are made."""
    if len(every) == 1 or workers == 1:
        for number, blocks in enumerate(every):
            work(number if len(every) > 1 else None, blocks)
            done(len(blocks))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for blocks, _ in zip(every, pool.map(work, range(len(every)), every), strict=True):
            done(len(blocks))


class Folder:
    """A new folder that is only there once it is whole.

    Args:
        path: Its name; it must not be there, or be empty.

    Raises:
        ConfigError: It holds something, or can't be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConfigError(
                f"{path} is there already and isn't an empty folder. Nothing was written; "
                "name another folder, or empty it."
            )
        self.beside = path.with_name(f".{path.name}.{os.getpid()}.part")

    def __enter__(self) -> Path:
        """The folder to write to."""
        try:
            self.beside.mkdir(parents=True)
        except OSError as error:
            raise ConfigError(
                f"Can't make {self.path}: {error.strerror or error}. Name a folder that can be made."
            ) from None
        return self.beside

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Renames it, or takes it away if something went wrong."""
        if kind is not None:
            shutil.rmtree(self.beside, ignore_errors=True)
            return
        if self.path.exists():
            self.path.rmdir()
        self.beside.replace(self.path)
