"""How fast an OMOP CDM is read into the record tables, against reading the same columns once.

Writes its own made-up CDM as Parquet (about 11 exposures, 8 measurements and 4 conditions a person), reads it on DuckDB
into tables in memory, and prints rows per second, the ratio, and the peak of memory.
Run: python benchmarks/omop.py [--people N] [--folder DIR]
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stepwell.engines import omop as reading
from stepwell.engines.sources import open_folder
from stepwell.knowledge.load import Knowledge, load
from stepwell.records.omop import SOURCE_TABLES

SEED = 1
FIRST_DAY, DAYS = np.datetime64("2019-01-01"), 1800
EXPOSURES, MEASUREMENTS, CONDITIONS = 11, 8, 4
NOT_OURS = 20_000
"""Concepts that mean nothing to us, as most do."""
FIRST_NOT_OURS = 1_000_000
AIM_SECONDS_PER_MILLION = 15.0
KB_PER_GB = 1024**2

Columns = dict[str, object]
Spent = tuple[float, float]
"""Seconds by the clock, and of the processors."""


def concepts(knowledge: Knowledge) -> tuple[pa.Table, dict[str, np.ndarray]]:
    """The vocabulary, and the concept ids of products, scores and conditions of ours."""
    rows: list[tuple[str, str, str]] = [("RxNorm", p.rxcui, "") for p in knowledge.products if p.strength]
    rows += [("LOINC", "44261-6", ""), ("LOINC", "8480-6", ""), ("LOINC", "3016-3", "")]
    codes = [code.code for code in knowledge.codes if code.system == "icd-10-cm" and code.match == "exact"]
    rows += [("ICD10CM", code, "") for code in codes]
    rows += [("SNOMED", str(number), "") for number in range(NOT_OURS)]
    ids = np.array([*range(1, len(rows) - NOT_OURS + 1), *range(FIRST_NOT_OURS, FIRST_NOT_OURS + NOT_OURS)])
    table = pa.table({
        "concept_id": ids, "vocabulary_id": [row[0] for row in rows], "concept_code": [row[1] for row in rows],
        "concept_name": [row[2] for row in rows], "concept_class_id": [""] * len(rows),
    })  # fmt: skip
    of = {name: ids[[row[0] == name for row in rows]] for name in ("RxNorm", "LOINC", "ICD10CM", "SNOMED")}
    return table, of


def events(random: np.random.Generator, people: int, each: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids, persons and days of events, by person."""
    count = people * each
    days = FIRST_DAY + random.integers(0, DAYS, count).astype("timedelta64[D]")
    return np.arange(1, count + 1), np.repeat(np.arange(1, people + 1), each), days


def write(folder: Path, people: int, knowledge: Knowledge) -> None:
    """The CDM."""
    random = np.random.default_rng(SEED)
    vocabulary, of = concepts(knowledge)
    pq.write_table(vocabulary, folder / "concept.parquet")
    ids = np.arange(1, people + 1)
    _put(folder, "person", {
        "person_id": ids, "gender_concept_id": np.where(ids % 3, 8532, 8507), "year_of_birth": 1940 + ids % 60,
        "month_of_birth": 1 + ids % 12, "day_of_birth": 1 + ids % 28,
    })  # fmt: skip
    _put(folder, "observation_period", {
        "observation_period_id": ids, "person_id": ids,
        "observation_period_start_date": np.full(people, FIRST_DAY),
        "observation_period_end_date": np.full(people, FIRST_DAY + DAYS),
    })  # fmt: skip
    _put(folder, "drug_exposure", _exposures(random, people, of))
    _put(folder, "measurement", _measurements(random, people, of))
    _put(folder, "condition_occurrence", _conditions(random, people, of))


def _put(folder: Path, name: str, columns: Columns) -> None:
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def _mixed(random: np.random.Generator, ours: np.ndarray, others: np.ndarray, count: int, share: float) -> np.ndarray:
    """So many concepts, a share of them ours."""
    chosen = random.random(count) < share
    return np.where(chosen, random.choice(ours, count), random.choice(others, count))


def _exposures(random: np.random.Generator, people: int, of: dict[str, np.ndarray]) -> Columns:
    number, person, day = events(random, people, EXPOSURES)
    supply = random.choice([30, 90, 0], len(number), p=[0.7, 0.25, 0.05])
    concept = _mixed(random, of["RxNorm"], of["SNOMED"], len(number), 0.9)
    return {
        "drug_exposure_id": number, "person_id": person, "drug_concept_id": concept,
        "drug_exposure_start_date": day, "drug_exposure_end_date": day + supply.astype("timedelta64[D]"),
        "drug_type_concept_id": random.choice([32869, 32838], len(number)), "days_supply": supply,
        "quantity": supply * random.choice([1.0, 2.0], len(number)), "refills": np.zeros(len(number), "int64"),
        "drug_source_concept_id": concept,
    }  # fmt: skip


def _measurements(random: np.random.Generator, people: int, of: dict[str, np.ndarray]) -> Columns:
    number, person, day = events(random, people, MEASUREMENTS)
    return {
        "measurement_id": number, "person_id": person, "measurement_date": day,
        "measurement_concept_id": _mixed(random, of["LOINC"], of["SNOMED"], len(number), 0.8),
        "value_as_number": random.integers(0, 28, len(number)).astype("float64"),
    }  # fmt: skip


def _conditions(random: np.random.Generator, people: int, of: dict[str, np.ndarray]) -> Columns:
    number, person, day = events(random, people, CONDITIONS)
    source = _mixed(random, of["ICD10CM"], of["SNOMED"], len(number), 0.8)
    return {
        "condition_occurrence_id": number, "person_id": person, "condition_start_date": day,
        "condition_concept_id": random.choice(of["SNOMED"], len(number)), "condition_source_concept_id": source,
    }  # fmt: skip


def clock() -> Spent:
    """Now, by the clock and by the processors."""
    return time.perf_counter(), time.process_time()


def since(begun: Spent) -> Spent:
    """Seconds since then."""
    now = clock()
    return now[0] - begun[0], now[1] - begun[1]


def scan(folder: Path) -> tuple[int, Spent]:
    """Rows of the CDM, and seconds to read once every column that the reader reads."""
    connection = duckdb.connect()
    rows, begun = 0, clock()
    for path in sorted(folder.glob("*.parquet")):
        columns = set(SOURCE_TABLES[path.stem].all) & set(pq.read_schema(path).names)
        # A hash needs every value; the largest or a count could be had from the statistics of the file.
        hashes = ", ".join(f"bit_xor(hash({column}))" for column in sorted(columns))
        found = connection.execute(f"SELECT count(*), {hashes} FROM '{path}'").fetchone()  # noqa: S608 -- our own
        rows += found[0] if found else 0
    return rows, since(begun)


def read(folder: Path, knowledge: Knowledge) -> dict[str, tuple[int, Spent]]:
    """Rows and seconds of every record table, written to memory; what goes before stands under `concepts`."""
    begun = clock()
    source = open_folder(folder, SOURCE_TABLES)
    found = reading.records(source, knowledge)
    spent = {"concepts": (0, since(begun))}
    for name, table in found.items():
        begun = clock()
        kept = source.keep({f"raw_{name}": table})[f"raw_{name}"]
        seconds = since(begun)
        spent[name] = (source.run(kept.aggregate(rows=kept.count()))["rows"][0].as_py(), seconds)
    return spent


def report(people: int, folder: Path, knowledge: Knowledge) -> None:
    """Prints what was measured."""
    rows, once = scan(folder)
    spent = read(folder, knowledge)
    whole, worked = (sum(seconds[kind] for _, seconds in spent.values()) for kind in (0, 1))
    for name, (count, seconds) in spent.items():
        print(f"  {name:<12}{count:>12,} rows {seconds[0]:>8.2f} s, processors {seconds[1]:>7.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_GB
    aim = AIM_SECONDS_PER_MILLION * people / 1_000_000
    print(f"{people:,} people, {rows:,} rows: {whole:.2f} s, {rows / whole:,.0f} rows/s, peak {peak:.1f} GB")
    print(f"aim on a machine that does nothing else: {aim:.1f} s")
    print(f"reading the same columns once: {once[0]:.2f} s; ratio {whole / once[0]:.1f}")
    print(f"processors: {worked:.2f} s against {once[1]:.2f} s; ratio {worked / once[1]:.1f}")


def main() -> None:
    """Writes, reads, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where to write the CDM, or an earlier one to read again")
    chosen = parser.parse_args()
    print("OMOP CDM: how fast it is read, against reading the same columns once\n")
    knowledge = load()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "person.parquet").exists():
            write(folder, chosen.people, knowledge)
        report(chosen.people, folder, knowledge)


if __name__ == "__main__":
    main()
