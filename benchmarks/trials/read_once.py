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
    connection, rows, begun = duckdb.connect(), {}, time.perf_counter()
    for path in sorted(Path(sys.argv[1]).glob("*.parquet")):
        if path.stem in SOURCE_TABLES:
            columns = set(SOURCE_TABLES[path.stem].all) & set(pq.read_schema(path).names)
            # A hash needs every value; the largest or a count could be had from the statistics of the file.
            hashes = ", ".join(f"bit_xor(hash({column}))" for column in sorted(columns))
            found = connection.execute(f"SELECT count(*), {hashes} FROM '{path}'").fetchone()  # noqa: S608 -- our own folder
            rows[path.stem] = found[0] if found else 0
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": rows}))


if __name__ == "__main__":
    main()
