"""Treatment trials and their verdicts by Stepwell's own steps, from the files of a CDM to `verdict`, on DuckDB.

    python benchmarks/trials/with_stepwell.py FOLDER SHARED

Prints the seconds, the eras and the verdicts as JSON.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

from stepwell.cohort.steps import POPULATION
from stepwell.engines import omop
from stepwell.engines.duckdb import Engine, Store
from stepwell.engines.sources import open_folder
from stepwell.engines.sql import steps
from stepwell.knowledge.load import load
from stepwell.records.omop import SOURCE_TABLES

WANTED = ("attempt", "verdict")
PARTS = ("getting ready", "reading", "steps")
"""Knowledge, concepts and the SQL of the reading; the record tables; from them to the verdicts."""


def main() -> None:
    """Builds and prints."""
    folder, shared = Path(sys.argv[1]), Path(sys.argv[2])
    rules = json.loads((shared / "rules.json").read_text(encoding="utf-8"))
    clock = [time.perf_counter()]
    knowledge, store, order = load(), Store(), POPULATION.in_order(WANTED)
    source = open_folder(folder, SOURCE_TABLES, store)
    found = omop.records(source, knowledge)
    engine = Engine(knowledge, POPULATION, store)
    # Put into SQL once for any version, and kept on disk; here, so that it isn't taken for work on rows.
    steps(store.dialect, POPULATION)
    clock.append(time.perf_counter())
    source.keep({f"raw_{name}": table for name, table in found.items() if name in order})
    clock.append(time.perf_counter())
    engine.make(WANTED, date.fromisoformat(rules["as_of"]))
    clock.append(time.perf_counter())
    parts = {name: end - start for name, start, end in zip(PARTS, clock[:-1], clock[1:], strict=True)}
    judged = "SELECT verdict, count(*) FROM verdict WHERE definition_id = ? GROUP BY verdict"
    verdicts = dict(store.connection.execute(judged, [rules["definition"]]).fetchall())
    eras = store.fetch("attempt").num_rows
    print(json.dumps({"seconds": clock[-1] - clock[0], "parts": parts, "eras": eras, "verdicts": verdicts}))


if __name__ == "__main__":
    main()
