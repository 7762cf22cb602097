"""Records made by others: every file is read, and everything in it is accounted for."""

from collections.abc import Callable
from pathlib import Path

from stepwell.knowledge.load import Knowledge
from stepwell.records.read import people, read
from stepwell.records.tables import Records


def _rows(records: Records, table: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = records.tables[table].to_pylist()
    return rows


def test_every_file_is_read_and_accounted_for(oracles: Callable[[str], Path], knowledge: Knowledge) -> None:
    files = [path for path in sorted(oracles("fhir").rglob("*")) if path.is_file()]
    assert files
    for path in files:
        records = read(path, knowledge)
        unused = sum(one.count for one in records.unused)
        assert len(records.locations) + unused == sum(records.rows_read.values()), path.name
        assert all(one.reason for one in records.unused)
        assert people(path) == [row["person_id"] for row in _rows(records, "person")]


def test_the_behavioural_health_example_gives_up_its_depression(
    oracles: Callable[[str], Path], knowledge: Knowledge
) -> None:
    records = read(oracles("fhir/behavioral_health_example.json"), knowledge)
    assert {(row["instrument"], row["value"]) for row in _rows(records, "score")} == {
        ("phq-9", 12.0), ("c-ssrs-screener", None),
    }  # fmt: skip
    assert sum(float(str(row["value"])) for row in _rows(records, "item") if row["instrument"] == "phq-9") >= 12.0
    assert {(row["ingredient"], row["basis"], row["adherence"]) for row in _rows(records, "exposure")} == {
        ("bupropion", "dispensed", None), ("bupropion", "ordered", None), ("lorazepam", "ordered", None),
        ("paroxetine", "ordered", "no"),
    }  # fmt: skip


def test_the_items_of_the_example_add_up_to_its_total(oracles: Callable[[str], Path], knowledge: Knowledge) -> None:
    records = read(oracles("fhir/behavioral_health_example.json"), knowledge)
    scored = [
        float(str(row["value"]))
        for row in _rows(records, "item")
        if row["instrument"] == "phq-9" and str(row["item"]).isdigit()
    ]
    assert (len(scored), sum(scored)) == (9, 12.0)
