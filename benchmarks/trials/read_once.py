"""Reads once every column of a CDM that Stepwell's reader reads, on DuckDB.

    python benchmarks/trials/read_once.py FOLDER

Prints the seconds and the rows of each table as JSON.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from stepwell.records.omop import SOURCE_TABLES


def main() -> None:
    """Reads and prints."""
    folder = Path(sys.argv[1])
    connection, rows, begun = duckdb.connect(), {}, time.perf_counter()
    for name, wanted in SOURCE_TABLES.items():
        found_at = [*folder.glob(f"{name}.parquet"), *folder.glob(f"{name}/*.parquet")]
        files = sorted(map(str, found_at))
        if files:
            columns = set(wanted.all) & set(pq.read_schema(files[0]).names)
            # A hash needs every value; the largest or a count could be had from the statistics of the file.
            hashes = ", ".join(f"bit_xor(hash({column}))" for column in sorted(columns))
            found = connection.execute(f"SELECT count(*), {hashes} FROM read_parquet({files})").fetchone()  # noqa: S608 -- our own folder
            rows[name] = found[0] if found else 0
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": rows}))


if __name__ == "__main__":
    main()
