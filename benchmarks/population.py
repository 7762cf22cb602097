"""A whole population: how long `stepwell cohort` takes, how that grows, and against what.

    python benchmarks/population.py [--people N ...]

Simulates people as an OMOP CDM in Parquet (10,000, 100,000 and 1,000,000 unless given; kept in a temporary folder for
this run) and runs, each in a process of its own: the whole command; one reading of the same columns; and, for up to
100,000 people, the same building of treatment trials by Stepwell's steps, in pandas and in Polars
(`benchmarks/trials`). `make bench` and `make setup-bench` install Polars, which nothing else needs.

This process imports nothing but the standard library: a process that is started is charged with the memory of the one
that started it.
"""

import argparse
import importlib.util
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MILLION = 1_000_000
SIZES = (10_000, 100_000, MILLION)
MOST_COMPARED = 100_000
"""People up to whom the building of trials is compared: others take long, and all of the memory."""
AS_OF = "2025-12-31"
LEAST, AIM = (120.0, 12.0), (45.0, 6.0)
"""Seconds and GB for a million people."""
MOST_GROWTH = 11
"""Times the time that ten times the people may take."""
KB_PER_GB = 1024**2
TRIALS = Path(__file__).parent / "trials"
EVENTS = ("drug_exposure", "measurement", "observation", "condition_occurrence")


@dataclass(frozen=True)
class Used:
    """What a process used: seconds by the clock and of the processors (outside the kernel), memory; what it printed."""

    wall: float
    user: float
    peak_gb: float
    out: str

    def said(self) -> dict[str, Any]:
        """What it printed as JSON."""
        return dict(json.loads(self.out))


@dataclass(frozen=True)
class Size:
    """What was measured for one number of people.

    Args:
        people: How many.
        cohort: The whole command.
        stages: Its seconds by stage, as its manifest says them.
        once: The reading of the same columns.
        trials: The building of trials, by what it is written in; empty where that isn't compared.
    """

    people: int
    cohort: Used
    stages: dict[str, float]
    once: Used
    trials: dict[str, Used]


def run(*words: object) -> Used:
    """Runs Python with these words, and waits for it."""
    command = [sys.executable, *map(str, words)]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, errors):
            stream.seek(0)
        if child.returncode:
            raise SystemExit(f"{errors.read()}\nThis failed with {child.returncode}: {' '.join(command)}")
        return Used(wall, used.ru_utime, used.ru_maxrss / KB_PER_GB, out.read())


def measured(work: Path, people: int) -> Size:
    """Simulates so many people and runs everything."""
    source, results, shared = (work / f"{people}-{name}" for name in ("people", "results", "shared"))
    made = run("-m", "stepwell.cli", "simulate", "--people", people, "--out", source)
    print(f"{people:,} people simulated in {made.wall:.0f} s; running ...", flush=True)
    once = run(TRIALS / "read_once.py", source)
    trials: dict[str, Used] = {}
    if people <= MOST_COMPARED:
        shared.mkdir()
        run(TRIALS / "prepare.py", source, shared, AS_OF)
        trials = {name: run(TRIALS / f"with_{name.lower()}.py", source, shared) for name in contestants()}
    cohort = run("-m", "stepwell.cli", "cohort", source, "--as-of", AS_OF, "--out", results)
    stages = json.loads((results / "manifest.json").read_text(encoding="utf-8"))["seconds"]
    return Size(people, cohort, stages, once, trials)


def contestants() -> list[str]:
    """Those that are installed."""
    return ["Stepwell", "pandas", *(["Polars"] if importlib.util.find_spec("polars") else [])]


# --- what is printed -------------------------------------------------------------------------------


def begin() -> None:
    """What the figures hold for."""
    load = os.getloadavg()[0]
    print("A whole population")
    print(f"{os.cpu_count()} processors; other work at the start: load {load:.1f}.", end=" ")
    print("Times are upper bounds where other work runs." if load > 1 else "The machine was quiet.")


def whole(size: Size) -> None:
    """The whole command, by stage, and against the numbers to reach."""
    used = size.cohort
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in size.stages.items())
    print(f"\n{size.people:,} people: {rows(size)}")
    print(f"  stepwell cohort, the whole command: {used.wall:.1f} s by the clock, {used.user:.1f} s of the processors")
    print(f"    seconds by stage: {stages}")
    print(f"    peak memory {used.peak_gb:.2f} GB")
    share = size.people / MILLION
    for name, (seconds, memory) in (("at least", LEAST), ("aim", AIM)):
        time_met, memory_met = met(used.wall <= seconds * share), met(used.peak_gb <= memory * share)
        print(f"    {name}, {seconds:.0f} s and {memory:.0f} GB a million: here {seconds * share:.1f} s ", end="")
        print(f"({time_met}) and {memory * share:.2f} GB ({memory_met})")
    if size.people < MILLION:
        print("    (What a run costs however few the people counts in full; the figures are meant for a million.)")


def rows(size: Size) -> str:
    """How many rows of events it read."""
    found = size.once.said()["rows"]
    return ", ".join(f"{found.get(name, 0):,} rows of {name}" for name in EVENTS)


def met(reached: bool) -> str:  # noqa: FBT001 -- the only question it answers
    """In words."""
    return "met" if reached else "not met"


def against_reading(size: Size) -> None:
    """The whole command against reading the same columns once."""
    alone, work = size.once.said()["seconds"], sum(size.stages.values())
    print(
        f"  reading the same columns once, on DuckDB: {size.once.wall:.2f} s as a process,"
        f" {alone:.2f} s without its start"
    )
    print(f"    stepwell cohort takes {size.cohort.wall / size.once.wall:.0f} times as long as that process,", end=" ")
    print(f"its stages {work / alone:.0f} times as long as the reading")


def against_others(size: Size) -> None:
    """Stepwell's steps up to the verdicts against the same in pandas and in Polars."""
    print("  building trials and judging them, from the files, without the start of Python:")
    for name, used in size.trials.items():
        contestant(name, used, size.trials["Stepwell"])
    eras = {used.said()["eras"] for used in size.trials.values()}
    print(f"    {'All find the same number of eras.' if len(eras) == 1 else 'THE NUMBERS OF ERAS DIFFER: a fault.'}")


def contestant(name: str, used: Used, ours: Used) -> None:
    """One line for what the trials were built with, and one for how Stepwell compares."""
    said = used.said()
    eras, failed, worked = said["eras"], said["verdicts"].get("failed", 0), said["verdicts"].get("worked", 0)
    print(
        f"    {name:<9}{said['seconds']:>7.2f} s, {used.user:.1f} s of the processors, peak {used.peak_gb:.2f} GB",
        end="",
    )
    print(f"; {eras:,} eras, {failed:,} failed, {worked:,} worked")
    if "parts" in said:
        parts = ", ".join(f"{part} {seconds:.1f}" for part, seconds in said["parts"].items())
        print(f"{'':13}of these: {parts} s")
    else:
        whole, steps = ours.said()["seconds"], ours.said()["parts"]["steps"]
        print(f"{'':13}Stepwell takes {whole / said['seconds']:.1f} times as long; its steps alone", end=" ")
        print(f"{steps / said['seconds']:.1f} times")


NOTES = """
What is compared. All start from the same files and the same table of drug concepts. pandas and Polars judge each era by
one definition (Sforzini 2022), one scale (PHQ-9) and exact days. Stepwell judges it by every definition and on every
depression scale, holds each day, dose and share as a range, and weighs the reason for stopping. It measures a trial
only up to the next step, and lets the best score count as well as the last. So the eras have to agree, and the numbers
of failed and worked needn't. "Getting ready" is its knowledge, the concepts of the source and the writing of the SQL,
most of which costs the same however many the people."""


def growth(sizes: Sequence[Size]) -> None:
    """Time per person, and how it grows from one size to the next."""
    print("\nGrowth of stepwell cohort")
    for size in sizes:
        print(f"  {size.people:>10,} people: {1000 * size.cohort.wall / size.people:.2f} ms a person")
    for small, large in itertools.pairwise(sizes):
        people, took = large.people / small.people, large.cohort.wall / small.cohort.wall
        most = MOST_GROWTH ** math.log10(people)
        print(
            f"  {people:.3g} times the people took {took:.1f} times the time (at most {most:.3g}: {met(took <= most)});"
        )
        stages = (f"{name} {large.stages[name] / max(small.stages[name], 0.1):.1f}" for name in large.stages)
        print(f"    by stage: {', '.join(stages)} times")
    if len(sizes) > 1 and sizes[-1].people < MILLION:
        project(sizes[-2], sizes[-1])


def project(small: Size, large: Size) -> None:
    """A million people, on a straight line through two sizes; a guess, and said to be one."""
    further = (MILLION - large.people) / (large.people - small.people)
    wall = large.cohort.wall + further * (large.cohort.wall - small.cohort.wall)
    print(
        f"  On a straight line through these two a million people would take {wall:.0f} s (least {LEAST[0]:.0f} s, ",
        end="",
    )
    print(f"aim {AIM[0]:.0f} s). To measure it: --people {MILLION}")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, nargs="+", default=list(SIZES), help="sizes, e.g. 10000 1000000")
    chosen = parser.parse_args()
    begin()
    if "Polars" not in contestants():
        print("Polars isn't compared: it isn't installed. `make setup-bench` gets it.")
    sizes = []
    with tempfile.TemporaryDirectory() as work:
        for people in sorted(set(chosen.people)):
            size = measured(Path(work), people)
            whole(size)
            against_reading(size)
            if size.trials:
                against_others(size)
            print(flush=True)
            sizes.append(size)
    growth(sizes)
    print(NOTES)


if __name__ == "__main__":
    main()
