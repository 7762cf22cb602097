"""Everybody's records as they are dealt out into parts."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepwell.cohort.parts import Size
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
    parts, store = opened.parts(folder, Size(size, 0)), Store()
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


@given(people=st.integers(0, 400), part=st.integers(1, 90), sample=st.integers(0, 450))
def test_everybody_is_in_one_part_and_the_first_parts_are_spread_over_all(people: int, part: int, sample: int) -> None:
    ids = [f"{number:04}" for number in range(people)]
    size = Size(part, sample)
    query = size.query("SELECT person_id FROM everybody", people)

    with duckdb.connect() as connection:
        connection.register("everybody", pa.table({"person_id": pa.array(ids, pa.string())}))
        found = dict(connection.execute(query).fetchall())

    sizes = Counter(found.values())
    assert sorted(found) == ids
    assert sorted(sizes) == list(range(size.count(people)))
    assert all(count <= part for count in sizes.values())
    chosen = [number for number, one in enumerate(ids) if found[one] < size.sampled(people)]
    assert len(chosen) >= min(sample, people)
    if sample and people >= 2 * sample:
        assert len(chosen) < 2 * sample
        assert len({later - earlier for earlier, later in pairwise(chosen)}) <= 1
    else:
        assert len(chosen) == (people if sample else 0)


@pytest.mark.parametrize(("people", "sample", "parts"), [(0, 3, (0, 0)), (9, 3, (1, 1)), (9, 0, (1, 0))])
def test_all_in_one_part_are_the_sample_if_one_is_asked_for(people: int, sample: int, parts: tuple[int, int]) -> None:
    size = Size(None, sample)

    assert (size.count(people), size.sampled(people)) == parts


def test_a_sample_has_parts_of_its_own(tmp_path: Path, knowledge: Knowledge) -> None:
    opened = Omop("", in_duckdb(combined(CASES)), knowledge, Reading(), None)
    people = opened._source.run(opened._made["raw_person"])["person_id"].to_pylist()

    parts = opened.parts(tmp_path / "parts", Size(7, 5))

    store = Store()
    parts.ready(store, ())
    found = []
    for part in range(parts.count):
        store.begin()
        parts.load(store, part)
        found.append(store.fetch("raw_person")["person_id"].to_pylist())
        store.forget()
    assert parts.sampled == 1
    assert 5 <= len(found[0]) <= 7
    assert sorted(person for part in found for person in part) == sorted(people)
