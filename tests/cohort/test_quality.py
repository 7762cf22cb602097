"""What a source says of itself, before any count."""

import pyarrow as pa

from stepwell.cohort.quality import INPUT, quality_table
from stepwell.knowledge.load import Knowledge


def _row(**own: object) -> dict[str, object]:
    return {
        "table": "drug_exposure",
        "check": "quantity",
        "year": 2024,
        "rows": 100,
        "missing": 0,
        "implausible": 0,
        "inferred": 0,
    } | own


def test_shares_come_from_rounded_numbers_and_a_gap_says_what_it_costs(knowledge: Knowledge) -> None:
    found = [_row(missing=33, inferred=3), _row(year=None, rows=7), _row(year=2023, rows=4)]
    table = quality_table(pa.Table.from_pylist(found, schema=INPUT), knowledge, 5).to_pylist()

    assert [(row["year"], row["rows"], row["missing"], row["missing_percent"], row["inferred"]) for row in table] == [
        (2024, 100, 35, 35.0, None), (None, 5, None, None, None),
    ]  # fmt: skip
    assert table[0]["unanswerable"].startswith("Whether the dose was adequate")
    assert table[1]["unanswerable"] is None
