"""What no later step reads doesn't stay in memory."""

from datetime import date

from stepwell.engines import duckdb
from stepwell.knowledge.load import Knowledge
from stepwell.records.tables import build_tables
from stepwell.review import REVIEW

WANTED = ("drug_era", "attempt")


def test_only_the_wanted_steps_are_left(knowledge: Knowledge) -> None:
    store = duckdb.Store()
    engine = duckdb.Engine(knowledge, tables=store)
    store.begin()
    for name, table in build_tables({}).items():
        store.hold(f"raw_{name}", table)

    engine.make(WANTED, date(2025, 6, 1))

    listed = store.connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'run'").fetchall()
    assert {name for (name,) in listed if name in REVIEW.reads} == set(WANTED)
    engine.close()
