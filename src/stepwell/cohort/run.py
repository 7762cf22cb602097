"""A run over a population: part by part, so that what is finished stays finished."""

import csv
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from stepwell.cohort.dashboard import dashboard
from stepwell.cohort.drafts_definitions import AS_SHIPPED
from stepwell.cohort.finish import published
from stepwell.cohort.line_steps import COUNTS as LINE_COUNTS
from stepwell.cohort.line_steps import make_lines
from stepwell.cohort.lines import LINE
from stepwell.cohort.manifest import begun, made_from
from stepwell.cohort.parts import Parts, Size
from stepwell.cohort.source import Opened
from stepwell.cohort.steps import BY_PERSON, COUNTS, LINES_READ, POPULATION
from stepwell.cohort.steps import tables as cohort_tables
from stepwell.cohort.variants import variants
from stepwell.cohort.write import write_counts, write_dictionary
from stepwell.engines.store import Engine, Store, changed_columns
from stepwell.errors import RecordError
from stepwell.files import write
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.knowledge.tables import words
from stepwell.review import parameter_table

KEPT = {**BY_PERSON, "line": LINE}
"""Tables of results by person, in their order in the data dictionary, each with what tells its rows apart."""

VARIED = "definition_count"
"""What is counted anew with one thing changed."""


COUNTED = (*(step.name for step in COUNTS), *LINE_COUNTS)
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
        sample_people: Over how many people the definitions are varied, at least.
    """

    as_of: date
    definitions: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    least_cell: int = 5
    infer: bool = False
    part_people: int = 50_000
    sample_people: int = 25_000

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
        resume: Whether to go on with a run that stands there.

    Raises:
        ConfigError: A definition asked for doesn't exist, the folder can't be used, or the run in it was made from
            something else.
    """

    def __init__(
        self,
        opened: Opened,
        folder: Path,
        settings: Settings,
        knowledge: Knowledge,
        *,
        resume: bool = False,
    ) -> None:
        self._opened, self._folder, self._settings = opened, folder, settings
        self._knowledge = knowledge
        self._given_beside = cohort_tables(knowledge, settings.definitions)
        self._tell: Tell = _nobody
        source = {
            "name": opened.name, "kind": opened.kind, "place": opened.place, "fingerprint": opened.fingerprint(),
        }  # fmt: skip
        self.manifest = begun(folder, made_from(source, settings.said(), knowledge), resume=resume)
        self.manifest.save()
        opened.spill(self._work / "spill" / "source")

    def __call__(self, tell: Tell | None = None) -> int:
        """Reviews everybody, counts, and writes what was asked for; what an earlier run finished is not done again.

        Args:
            tell: Told how far the run is.

        Returns:
            How many people there are.

        Raises:
            RecordError: There is nobody.
        """
        self._tell = tell or _nobody
        if self.manifest.state == "finished":
            return self.manifest.people or 0
        with self._timed("read"):
            self._tell(Progress("Reading", 0, 1, 0))
            size = Size(self._settings.part_people, self._settings.sample_people)
            parts = self._opened.parts(self._work / "records", size)
        if not parts.people:
            raise RecordError(
                "The source holds nobody: its table of people is empty, or no row of it has an id. There is nothing to "
                "count."
            )
        self.manifest.people = parts.people
        with self._timed("review"):
            self._review(parts)
        with self._timed("count"):
            self._tell(Progress("Counting", 0, 1, parts.people))
            self._count(parts)
        self.manifest.state = "finished"
        self.manifest.save()
        shutil.rmtree(self._work, ignore_errors=True)
        return parts.people

    @property
    def not_counted_by(self) -> tuple[str, ...]:
        """Columns to count by of a finished run that are not, as one group of them is everybody, or nearly."""
        with (self._folder / "counts" / "people_count.csv").open(encoding="utf-8", newline="") as file:
            shown = {row["split_by"] for row in csv.DictReader(file)}
        return tuple(name for name in self._settings.by if name.lower() not in shown)

    @property
    def _work(self) -> Path:
        """What is only needed until the run is finished."""
        return self._folder / "work"

    # --- part by part ----------------------------------------------------------------------------

    def _review(self, parts: Parts) -> None:
        done = self._work / "done"
        for folder in (done, *(self._people(name) for name in KEPT), *(self._counts(name) for name in COUNTED)):
            folder.mkdir(parents=True, exist_ok=True)
        todo = [part for part in range(parts.count) if not (done / f"{part}.json").exists()]
        began, before = time.monotonic(), parts.count - len(todo)
        self._tell(Progress("Reviewing", before, parts.count, parts.people))
        for number, part in enumerate(self._side_by_side(parts, todo), start=1):
            write(done / f"{part}.json", json.dumps({"part": part}))
            left = (time.monotonic() - began) / number * (len(todo) - number)
            self._tell(Progress("Reviewing", before + number, parts.count, parts.people, left))

    def _review_part(self, parts: Parts, engine: Engine, part: int) -> None:
        store, file = engine.store, f"part-{part:05}.parquet"
        varied = part < parts.sampled
        with _of_run(store):
            parts.load(store, part)
            made = {*BY_PERSON, *LINES_READ, *(step.name for step in COUNTS)}
            engine.make((*made, *(self._read_again(engine) if varied else ())), self._settings.as_of)
            make_lines(store, self._knowledge)
            for name, key in KEPT.items():
                store.put(name, self._people(name) / file, key)
            for name in COUNTED:
                pq.write_table(store.fetch(name), self._counts(name) / file)
            if varied:
                self._vary(engine, file)
        if varied:
            engine.restore({name for one in self._variations for name in one.tables})

    def _vary(self, engine: Engine, file: str) -> None:
        """Counts by definition as they would be with one thing changed."""
        for one in self._variations:
            engine.remake(one.tables, engine.resting_on(one.columns, [VARIED]))
            folder = self._work / "variants" / one.name
            folder.mkdir(parents=True, exist_ok=True)
            pq.write_table(engine.store.fetch(VARIED), folder / file)

    def _read_again(self, engine: Engine) -> set[str]:
        """What has to stand in the store for the variants."""
        again = {name for one in self._variations for name in engine.resting_on(one.columns, [VARIED])}
        return {read for name in again for read in POPULATION.reads[name]}

    @cached_property
    def _variations(self) -> list["_Variation"]:
        """The shipped one first; each as it differs from the one before it."""
        found, before = [], self._given(self._knowledge)
        ordered = sorted(variants(self._knowledge), key=lambda one: one.changes == "gap")
        for name, knowledge in ((AS_SHIPPED, self._knowledge), *((one.id, one.knowledge) for one in ordered)):
            given = self._given(knowledge)
            columns = {key: changed_columns(before[key], table) for key, table in given.items()}
            columns = {key: names for key, names in columns.items() if names}
            found.append(_Variation(name, {key: given[key] for key in columns}, columns))
            before = given
        return found

    def _given(self, knowledge: Knowledge) -> dict[str, pa.Table]:
        return {**knowledge_tables(knowledge), "parameter": parameter_table(knowledge, self._settings.as_of)}

    def _side_by_side(self, parts: Parts, todo: Sequence[int]) -> Iterator[int]:
        """The parts as they are done, on as many engines as the source allows; each engine works on one at a time."""
        engines = [self._engine(parts) for _ in todo[: self._opened.workers]]
        try:
            yield from _spread(engines, todo, partial(self._review_part, parts))
        finally:
            for engine in engines:
                self._opened.release(engine.store)

    def _engine(self, parts: Parts) -> Engine:
        given = self._given_beside
        store = self._opened.reviewing(self._work / "spill")
        parts.ready(store, words((*knowledge_tables(self._knowledge).values(), *given.values())))
        engine = Engine(store, self._knowledge, POPULATION)
        for name, table in given.items():
            engine.store.hold(name, table)
        return engine

    def _people(self, name: str) -> Path:
        return self._folder / "people" / name

    def _counts(self, name: str) -> Path:
        return self._work / "counts" / name

    # --- all together ----------------------------------------------------------------------------

    def _count(self, parts: Parts) -> None:
        least = self._settings.least_cell
        with self._quality() as quality:
            raw = {name: _added_up(sorted(self._counts(name).glob("*.parquet"))) for name in COUNTED}
            folders = sorted((self._work / "variants").glob("*"))
            varied = {folder.name: _added_up(sorted(folder.glob("*.parquet"))) for folder in folders}
            sampled = parts.sampled < parts.count
            tables = published(raw, self._knowledge, least, varied, sampled=sampled, quality=quality)
        write_counts(self._folder / "counts", tables, least)
        write_dictionary(self._folder / "people", KEPT)
        self.manifest.results = {
            "people": {name: ds.dataset(self._people(name)).count_rows() for name in KEPT},
            "counts": {name: table.num_rows for name, table in tables.items()},
        }
        page = dashboard(tables, self.manifest.content(), self._knowledge)
        write(self._folder / "dashboard.html", page)

    @contextmanager
    def _quality(self) -> Iterator[Callable[[], pa.Table | None]]:
        """What the source says of itself: its engine works it out while the counts are made ready here."""
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self._opened.quality, self._settings.as_of)
            try:
                yield asked.result
            except BaseException:
                self._opened.store.interrupt()
                raise

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


def _nobody(_: Progress) -> None:
    """Told, and nothing done."""


@dataclass(frozen=True)
class _Variation:
    """A review with one thing changed: the tables in which it differs from the one before, and in which columns."""

    name: str
    tables: dict[str, pa.Table]
    columns: dict[str, tuple[str, ...]]


@contextmanager
def _of_run(store: Store) -> Iterator[None]:
    """What is made meanwhile is forgotten afterwards."""
    store.begin()
    try:
        yield
    finally:
        store.forget()


def _spread(engines: Sequence[Engine], todo: Sequence[int], work: Callable[[Engine, int], None]) -> Iterator[int]:
    """The parts as they are done. Where one fails, or the user breaks off, the others are stopped too."""
    free, ahead = list(engines), list(reversed(todo))
    running: dict[Future[None], tuple[Engine, int]] = {}
    with ThreadPoolExecutor(max(1, len(engines))) as pool:
        try:
            while ahead or running:
                while ahead and free:
                    engine, part = free.pop(), ahead.pop()
                    running[pool.submit(work, engine, part)] = (engine, part)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    engine, part = running.pop(future)
                    free.append(engine)
                    future.result()
                    yield part
        except BaseException:
            for engine, _ in running.values():
                engine.store.interrupt()
            raise


def _added_up(files: Sequence[Path]) -> pa.Table:
    """The counts of all parts together: nobody is in two parts."""
    table = pa.concat_tables(pq.read_table(file) for file in files)
    by = [column for column in table.column_names if column not in {"people", "inferred"}]
    added = table.group_by(by).aggregate([("people", "sum"), ("inferred", "sum")])
    named = added.rename_columns([*by, "people", "inferred"]).select(table.column_names)
    return named.sort_by([(column, "ascending") for column in by])
