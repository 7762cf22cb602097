"""Spark: the steps run on the cluster, each step's rows as Parquet in a folder that all its machines reach."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from stepwell.errors import ConfigError

REQUIRED = {"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC"}
"""What the steps rely on: an impossible value is an error and not null, and a day is a day everywhere."""


class Store:
    """Tables as Parquet, read as views of one session. Only what is fetched comes to the driver.

    Args:
        session: The Spark session; its time zone and its strictness about values are set for as long as the store is
            open.
        work: Folder for the rows of the steps, reached by every machine: a path, or an address such as `s3a://...`.
    """

    dialect = "pyspark"

    def __init__(self, session: SparkSession, work: str) -> None:
        self.session = session
        self._work = work.rstrip("/")
        self._of_run: list[str] | None = None
        self._before = {key: str(session.conf.get(key)) for key in REQUIRED}
        for key, value in REQUIRED.items():
            session.conf.set(key, value)

    def begin(self) -> None:
        """What is made from now on is dropped by `forget`."""
        self._of_run = []

    def hold(self, name: str, table: pa.Table) -> None:
        """Takes a small table in."""
        self._show(name, self.session.createDataFrame(table) if table.num_rows else self._empty(table))

    def make(self, name: str, sql: str, columns: Mapping[str, str]) -> None:  # noqa: ARG002 -- Spark finds the types
        """Runs a query and keeps its rows as a table.

        They are written out: a plan that goes back over all steps is more than Spark's optimizer can take.
        """
        path = f"{self._work}/{name}"
        self.session.sql(sql).write.mode("overwrite").parquet(path)
        self._show(name, self.session.read.parquet(path))

    def view(self, name: str, sql: str, columns: Mapping[str, str]) -> None:
        """Runs a query and keeps its rows: here they are made faster once than anew."""
        self.make(name, sql, columns)

    def drop(self, name: str) -> None:
        """Frees a table that was made."""
        self.session.catalog.dropTempView(name)
        self._remove(f"{self._work}/{name}")

    def fetch(self, name: str) -> pa.Table:
        """All rows of a table; they come to the driver, so it has to be small."""
        return self.session.table(name).toArrow()

    def put(self, name: str, path: Path, key: Sequence[str]) -> None:
        """Writes a table as a folder of Parquet files, its rows in the order of their key."""
        rows = self.session.table(name)
        rows.orderBy(*key).write.mode("overwrite").option("compression", "zstd").parquet(str(path))

    def forget(self) -> None:
        """Drops what was made since `begin`."""
        for name in self._of_run or ():
            self.drop(name)
        self._of_run = None

    def interrupt(self) -> None:
        """Breaks off what another thread is running here."""
        self.session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """Gives the session back as it was; it stays open."""
        self.forget()
        for key, value in self._before.items():
            self.session.conf.set(key, value)

    def _show(self, name: str, rows: DataFrame) -> None:
        rows.createOrReplaceTempView(name)
        if self._of_run is not None and name not in self._of_run:
            self._of_run.append(name)

    def _empty(self, table: pa.Table) -> DataFrame:
        """No rows, of the types of the table: Spark finds no types where there are no rows."""
        with NamedTemporaryFile(suffix=".parquet") as file:
            pq.write_table(table, file.name)
            schema = self.session.read.parquet(file.name).schema
        return self.session.createDataFrame([], schema)

    def _remove(self, path: str) -> None:
        """Removes a folder, wherever the cluster keeps it: only Java knows how."""
        java: Any = self.session._jvm  # noqa: SLF001 -- Spark has no other way
        settings = self.session.sparkContext._jsc.hadoopConfiguration()  # noqa: SLF001 -- the same
        folder = java.org.apache.hadoop.fs.Path(path)
        folder.getFileSystem(settings).delete(folder, True)


@contextmanager
def opened(master: str) -> Iterator[SparkSession]:
    """A session, for as long as it is needed.

    Args:
        master: `local[2]`, `yarn`, `spark://HOST:PORT`; `submitted`: as `spark-submit` set it.

    Raises:
        ConfigError: Spark can't be started.
    """
    builder = SparkSession.builder.appName("stepwell").config("spark.ui.showConsoleProgress", "false")
    try:
        session = (builder if master == "submitted" else builder.master(master)).getOrCreate()
    except (PySparkException, RuntimeError, OSError):
        raise ConfigError(
            f"Spark can't be started with the master {master}. It needs Java 17 or 21 (JAVA_HOME names it), and a "
            "master such as local[2], yarn or spark://HOST:PORT."
        ) from None
    try:
        yield session
    finally:
        session.stop()
