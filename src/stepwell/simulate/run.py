"""One simulation from beginning to end."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stepwell import __version__
from stepwell.errors import ConfigError
from stepwell.knowledge.load import load
from stepwell.simulate import products, record, settings
from stepwell.simulate.csv_files import CsvFiles
from stepwell.simulate.fhir import Fhir
from stepwell.simulate.omop import Omop
from stepwell.simulate.settings import STAR_D
from stepwell.simulate.shape import Settings
from stepwell.simulate.words import NOTICE, README
from stepwell.simulate.writing import Folder, Parquet, each_part, parts

FORMATS = ("omop", "fhir", "csv")
SCENARIOS: dict[str, dict[str, Any]] = {"population": {}, "star-d": STAR_D}
NO_DROPOUT: dict[str, Any] = {"dropout": {"after_step": [0.0]}}


@dataclass(frozen=True)
class Wanted:
    """What is asked of a simulation.

    Args:
        people: How many, from 1.
        format: One of `FORMATS`.
        seed: Of the random numbers: the same seed gives the same bytes.
        scenario: One of `SCENARIOS`.
        clean: The record lacks nothing and has nothing wrong.
        dropout: Whether people leave before the next step.
        settings: A file with changes of the settings.
        workers: Processes side by side; the result doesn't depend on it.
    """

    people: int
    format: str = "omop"
    seed: int = 1
    scenario: str = "population"
    clean: bool = False
    dropout: bool = True
    settings: Path | None = None
    workers: int = 1

    def read(self) -> Settings:
        """The settings that follow.

        Raises:
            ConfigError: Something asked for isn't there, or the settings can't be used.
        """
        faults = [
            f"{name}: found {found!r}; it can be {', '.join(known)}."
            for name, found, known in (
                ("format", self.format, FORMATS),
                ("scenario", self.scenario, tuple(SCENARIOS)),
            )
            if found not in known
        ]
        faults += [f"people: found {self.people}; it is a whole number from 1."] if self.people < 1 else []
        faults += [f"seed: found {self.seed}; it is a whole number from 0."] if self.seed < 0 else []
        if faults:
            raise ConfigError("This can't be simulated:", faults)
        changes = SCENARIOS[self.scenario]
        read = settings.read(self.settings, changes if self.dropout else settings.merged(changes, NO_DROPOUT))
        return settings.without_faults(read) if self.clean else read


def simulate(wanted: Wanted, out: Path, done: Callable[[int], None] = lambda _: None) -> None:
    """Writes synthetic people and their truth to a new folder.

    Args:
        wanted: Who and how.
        out: The folder; it must not be there, or be empty. It appears only when all is written.
        done: Hears how many more blocks of people are written.

    Raises:
        ConfigError: What is asked for can't be done, or the folder holds something.
    """
    used = wanted.read()
    named = products.of(used, load())
    with Folder(out) as folder:
        work = partial(_part, wanted, used, named, folder)
        each_part(work, parts(wanted.people, whole=wanted.format == "csv"), wanted.workers, done)
        if wanted.format == "omop":
            with closing(Omop(folder, None, used, named, load())) as cdm:
                cdm.add_vocabulary()
        _explain(wanted, used, folder)


def _part(
    wanted: Wanted, used: Settings, named: products.Products, folder: Path, part: int | None, blocks: range
) -> None:
    truth = Parquet(folder / "truth", part)
    sink = _sink(wanted.format, used, named, folder, part)
    with closing(truth), closing(sink):
        for number in blocks:
            block = record.draw(used, named, wanted.seed, number, wanted.people)
            truth.add("truth_trial", block.truth_trial)
            truth.add("truth_person", block.truth_person)
            sink.add(block, number)


def _sink(
    name: str, used: Settings, named: products.Products, folder: Path, part: int | None
) -> Omop | Fhir | CsvFiles:
    if name == "csv":
        return CsvFiles(folder, used, named, load())
    if name == "fhir":
        return Fhir(folder, part, used, named, load())
    return Omop(folder, part, used, named, load())


def _explain(wanted: Wanted, used: Settings, folder: Path) -> None:
    rates = used.missing.model_dump() | used.dirty.model_dump()
    dirty = any(value for name, value in rates.items() if name != "cite")
    text = README.format(
        notice=NOTICE, people=wanted.people, seed=wanted.seed, scenario=wanted.scenario, format=wanted.format,
        last_day=used.calendar.last_day, version=__version__, knowledge=load().release.version,
        dirty="some, see settings.txt" if dirty else "none",
    )  # fmt: skip
    (folder / "README.md").write_text(text, encoding="utf-8")
    whole = json.dumps(used.model_dump(mode="json"), indent=1, ensure_ascii=False)
    (folder / "settings.txt").write_text(whole + "\n", encoding="utf-8")
