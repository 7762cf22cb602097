"""A run over a population: part by part, so that what is finished stays finished."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stepwell.cohort.finish import published
from stepwell.cohort.line_steps import MADE_BEFORE, make_lines
from stepwell.cohort.manifest import begun, made_from
from stepwell.cohort.parts import Parts
from stepwell.cohort.source import Opened
from stepwell.cohort.steps import COHORT, COUNTS
from stepwell.cohort.steps import tables as cohort_tables
from stepwell.cohort.write import write_counts
from stepwell.engines.store import Engine
from stepwell.files import write
from stepwell.knowledge.load import Knowledge

KEPT = (
    "person_summary", "person_step", "attempt", "verdict", "definition_result", "reason", "stage", "option_fit",
    "pseudo_resistance", "time_to_event", "line",
)  # fmt: skip
"""Tables of results by person, in their order in the data dictionary."""

COUNTED = tuple(step.name for step in COUNTS)
"""Tables of counts; those of two parts add up."""


@dataclass(frozen=True)
class Settings:
    """What a user may set that changes the results.

    Args:
        as_of: The day of the reviews; rows dated after it do not exist.
        definitions: Ids of definitions, the one that leads first; all if empty.
        by: Columns of the source's person table to count options by.
        least_cell: Counts of fewer people are not shown.
        infer: Whether a missing end of a supply is inferred, and marked.
        part_people: How many people are reviewed at a time.
    """

    as_of: date
    definitions: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    least_cell: int = 5
    infer: bool = False
    part_people: int = 50_000

    def said(self) -> dict[str, Any]:
        """As the manifest says it."""
        return {**asdict(self), "as_of": self.as_of.isoformat(), "definitions": list(self.definitions),
                "by": list(self.by)}  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Args:
        stage: What is being done.
        done: Parts done.
        parts: Parts in all.
        people: People in all.
        seconds_left: How long the rest of the stage will take at the speed so far; null before anything is done.
    """

    stage: str
    done: int
    parts: int
    people: int
    seconds_left: float | None = None


Tell = Callable[[Progress], None]


class Run:
    """A run into one folder.

    Args:
        opened: The source.
        folder: Where the results go.
        settings: What changes the results.
        knowledge: What everything is drawn from.
        tell: Told how far the run is.
        resume: Whether to go on with a run that stands there.

    Raises:
        ConfigError: The folder can't be used, or the run in it was made from something else.
    """

    def __init__(
        self,
        opened: Opened,
        folder: Path,
        settings: Settings,
        knowledge: Knowledge,
        tell: Tell,
        *,
        resume: bool = False,
    ) -> None:
        self._opened, self._folder, self._settings = opened, folder, settings
        self._knowledge, self._tell = knowledge, tell
        source = {"kind": opened.kind, "place": opened.place, "fingerprint": opened.fingerprint()}
        self.manifest = begun(folder, made_from(source, settings.said(), knowledge), resume=resume)
        self.manifest.save()

    def __call__(self) -> None:
        """Reviews everybody, counts, and writes what was asked for; what an earlier run finished is not done again."""
        if self.manifest.state == "finished":
            return
        with self._timed("read"):
            self._tell(Progress("Reading", 0, 1, 0))
            parts = self._opened.parts(self._work / "records", self._settings.part_people)
        self.manifest.people = parts.people
        with self._timed("review"):
            self._review(parts)
        with self._timed("count"):
            self._tell(Progress("Counting", 0, 1, parts.people))
            self._count()
        self.manifest.state = "finished"
        self.manifest.save()
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def _work(self) -> Path:
        """What is only needed until the run is finished."""
        return self._folder / "work"

    # --- part by part ----------------------------------------------------------------------------

    def _review(self, parts: Parts) -> None:
        done = self._work / "done"
        done.mkdir(parents=True, exist_ok=True)
        todo = [part for part in range(parts.count) if not (done / f"{part}.json").exists()]
        if not todo:
            return
        for folder in (*(self._people(name) for name in KEPT), *(self._counts(name) for name in COUNTED)):
            folder.mkdir(parents=True, exist_ok=True)
        engine = Engine(self._opened.reviewing(self._work / "spill"), self._knowledge, COHORT)
        for name, table in cohort_tables(self._knowledge, self._settings.definitions).items():
            engine.store.hold(name, table)
        try:
            for part in _measured(todo, parts, self._tell):
                self._review_part(engine, parts, part)
                write(done / f"{part}.json", json.dumps({"part": part}))
        finally:
            engine.close()

    def _review_part(self, engine: Engine, parts: Parts, part: int) -> None:
        store, file = engine.store, f"part-{part:05}.parquet"
        store.begin()
        try:
            parts.load(store, part)
            engine.make((*(name for name in KEPT if name != "line"), *MADE_BEFORE, *COUNTED), self._settings.as_of)
            make_lines(store, self._knowledge)
            for name in KEPT:
                store.put(name, self._people(name) / file)
            for name in COUNTED:
                pq.write_table(store.fetch(name), self._counts(name) / file)
        finally:
            store.forget()

    def _people(self, name: str) -> Path:
        return self._folder / "people" / name

    def _counts(self, name: str) -> Path:
        return self._work / "counts" / name

    # --- all together ----------------------------------------------------------------------------

    def _count(self) -> None:
        raw = {name: self._added_up(name) for name in COUNTED}
        tables = published(raw, self._knowledge, self._settings.least_cell, quality=None)
        write_counts(self._folder / "counts", tables, self._settings.least_cell)

    def _added_up(self, name: str) -> pa.Table:
        """The counts of all parts together: nobody is in two parts."""
        parts = [pq.read_table(file) for file in sorted(self._counts(name).glob("*.parquet"))]
        table = pa.concat_tables(parts)
        by = [column for column in table.column_names if column not in {"people", "inferred"}]
        added = table.group_by(by).aggregate([("people", "sum"), ("inferred", "sum")])
        named = added.rename_columns([*by, "people", "inferred"]).select(table.column_names)
        return named.sort_by([(column, "ascending") for column in by])

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Adds to the seconds of a stage, and keeps the manifest, also where the stage breaks off."""
        began = time.monotonic()
        try:
            yield
        finally:
            before = self.manifest.seconds.get(stage, 0.0)
            self.manifest.seconds[stage] = round(before + time.monotonic() - began, 1)
            self.manifest.save()


def _measured(todo: Sequence[int], parts: Parts, tell: Tell) -> Iterator[int]:
    """The parts one after another, telling before each how far it is and how long it will take."""
    began = time.monotonic()
    for number, part in enumerate(todo):
        each = (time.monotonic() - began) / number if number else None
        left = None if each is None else each * (len(todo) - number)
        tell(Progress("Reviewing", parts.count - len(todo) + number, parts.count, parts.people, left))
        yield part
