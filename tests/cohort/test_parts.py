"""Everybody's records as they are dealt out into parts."""

from pathlib import Path

import pyarrow as pa
import pytest

from stepwell.cohort.source import Kept, Omop, Opened, Reading
from stepwell.engines.duckdb import Store
from stepwell.engines.omop import records
from stepwell.knowledge.load import Knowledge
from stepwell.records.tables import SCHEMAS
from tests.unit.records.omop.cases import CASES
from tests.unit.records.omop.cdm import combined
from tests.unit.records.omop.test_reader import in_duckdb

FOLDER = Path(__file__).parents[2] / "examples" / "10-score-in-two-scales" / "csv"


def dealt(opened: Opened, folder: Path, size: int) -> dict[str, list[str]]:
    """The rows of all parts together, by record table."""
    parts, store = opened.parts(folder, size), Store()
    parts.ready(store, ())
    found: dict[str, list[str]] = {name: [] for name in SCHEMAS}
    for part in range(parts.count):
        store.begin()
        parts.load(store, part)
        for name, rows in found.items():
            rows.extend(_rows(store.fetch(f"raw_{name}")))
        store.forget()
    return {name: sorted(rows) for name, rows in found.items()}


def _rows(table: pa.Table) -> list[str]:
    return [repr(row) for row in table.to_pylist()]


@pytest.mark.parametrize("infer", [False, True])
def test_what_is_dealt_out_is_what_the_reader_gives(tmp_path: Path, knowledge: Knowledge, infer: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    source = in_duckdb(combined(CASES))
    read = {name: source.run(table) for name, table in records(source, knowledge, infer=infer).items()}

    found = dealt(Omop("", source, knowledge, Reading(infer=infer), None), tmp_path / "parts", 7)

    for name, table in read.items():
        assert found[name] == sorted(_rows(table)), name


def test_a_folder_in_memory_is_dealt_out_as_it_was_read(tmp_path: Path, knowledge: Knowledge) -> None:
    opened = Kept(FOLDER, knowledge, Reading())

    found = dealt(opened, tmp_path / "parts", 7)

    assert found == {name: sorted(_rows(table)) for name, table in opened.records.tables.items()}


def test_what_was_dealt_out_once_can_be_dealt_out_otherwise(tmp_path: Path, knowledge: Knowledge) -> None:
    opened = Omop("", in_duckdb(combined(CASES)), knowledge, Reading(), None)

    assert dealt(opened, tmp_path / "one", 7) == dealt(opened, tmp_path / "other", 11)


def test_a_word_that_nobody_knew_of_is_dealt_out_all_the_same(
    tmp_path: Path, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Omop("", in_duckdb(combined(CASES)), knowledge, Reading(), None)
    whole = dealt(opened, tmp_path / "one", 7)

    monkeypatch.setattr(opened, "_words", lambda: {"sertraline"})

    assert dealt(opened, tmp_path / "other", 7) == whole
