"""Reviews simulated people and prints how often the review is right, by what the record lacks or has wrong.

    python benchmarks/simulated_truth.py [people] [rate]

Each kind of fault is set alone to the rate (0.1 unless given), then all to their shipped rates.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import load
from stepwell.records.read import read
from stepwell.simulate import Wanted, held, simulate
from stepwell.simulate import settings as read_settings
from stepwell.simulate.truth import DECIDED

PEOPLE, RATE = 2000, 0.1
LINE = "{:<28}{:>8}{:>8}{:>8}   {:>6}{:>9}{:>11}{:>13}"


def main() -> None:
    """Simulates, reviews and prints one line for each fault and definition."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else RATE  # noqa: PLR2004 -- the second word of the command
    engine = Engine(load())
    print("Simulated people: how often a review is right\n")
    print(f"{people} people; each fault alone at {rate:.0%}. Verdicts by sforzini-2022; people with an antidepressant.")
    print(LINE.format("fault", "verdict", "", "", "met in", "wrongly", "left", "wrongly"))
    print(LINE.format("", "right", "open", "wrong", "truth", "met", "open", "not met"))
    for name, changes in faults(rate):
        with tempfile.TemporaryDirectory() as folder:
            line(engine, Path(folder), people, name, changes)


def faults(rate: float) -> list[tuple[str, str | None]]:
    """The name of each run and the settings it changes; none for a clean record, empty for the shipped rates."""
    shipped = read_settings.read()
    single = [
        (f"{part}.{key}", part, key)
        for part in ("missing", "dirty")
        for key in type(getattr(shipped, part)).model_fields
        if key != "cite"
    ]
    return [
        ("none", None),
        *((name, only(part, key, rate)) for name, part, key in single),
        ("all, as shipped", ""),
    ]


def only(part: str, key: str, rate: float) -> str:
    """Settings with one fault at a rate and no other."""
    shipped = read_settings.read()
    lines = []
    for name in ("missing", "dirty"):
        lines.append(f"[{name}]")
        keys = (field for field in type(getattr(shipped, name)).model_fields if field != "cite")
        lines += [f"{field} = {rate if (name, field) == (part, key) else 0.0}" for field in keys]
    return "\n".join(lines)


def line(engine: Engine, folder: Path, people: int, name: str, changes: str | None) -> None:
    """Simulates, reviews and compares one run."""
    file = None
    if changes:
        file = folder / "settings.toml"
        file.write_text(changes, encoding="utf-8")
    wanted = Wanted(people, "csv", clean=changes is None, settings=file)
    simulate(wanted, folder / "people")
    records = read(folder / "people", load())
    tables = engine.run(records.tables, wanted.read().calendar.last_day, held.WANTED)
    tables |= held.truth(folder / "people")
    verdicts = Counter(_verdict(row) for row in held.trials(tables).to_pylist())
    every = sum(verdicts.values())
    shares = [f"{verdicts[word] / every:.1%}" for word in ("right", "open", "wrong")]
    for definition in DECIDED:
        found = Counter(_result(row) for row in held.people(tables, definition).to_pylist())
        met = found["met", True] + found["unknown", True] + found["not met", True]
        print(
            LINE.format(
                f"{name}" if definition == DECIDED[0] else f"   {definition}",
                *(shares if definition == DECIDED[0] else ("", "", "")),
                met, found["met", False], found["unknown", True] + found["unknown", False], found["not met", True],
            )
        )  # fmt: skip


def _verdict(row: dict[str, object]) -> str:
    if row["found"] is None or row["found"] == "cannot tell":
        return "open"
    return "right" if row["found"] == row["verdict"] else "wrong"


def _result(row: dict[str, object]) -> tuple[object, object]:
    if row["no_antidepressant"]:
        return "silent", row["truth"]
    return row["found"], row["truth"]


if __name__ == "__main__":
    main()
