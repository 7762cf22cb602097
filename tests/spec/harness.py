"""Tiny tables in, expected rows out.

Every case is one person. All cases of the folder run together as the people of one record, so a
thousand cases cost an engine one run, and each also shows that the crowd changes nothing.

A table is written as text: a header and a row a line, cells divided by `|`, empty for null. `start`,
`end` and `date` may be partial dates; they fill the `_earliest` and `_latest` columns. `days` gives an
end so many days after the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa

from stepwell.records.dates import interval
from stepwell.records.tables import SCHEMAS, build_tables

AS_OF = date(2024, 12, 31)

DEFAULTS: dict[str, dict[str, Any]] = {
    "exposure": {"basis": "dispensed", "dose_unit": "mg/day", "status": "completed", "coded_by": "code"},
    "condition": {"status": "active", "certainty": "confirmed", "coded_by": "code"},
    "procedure": {"coded_by": "code"},
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One person and what is expected of them.

    Args:
        title: The result, as a sentence; the name of the test.
        record: Text tables by record table.
        expected: Text tables by result table; only the columns named there are compared, rows in order.
    """

    title: str
    record: Mapping[str, str]
    expected: Mapping[str, str]
    # Result tables in which no row of the person may hold this value in this column.
    absent: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    chapter: str = field(default="", compare=False)

    @property
    def person_id(self) -> str:
        """The person of this case among all."""
        return f"{self.chapter}: {self.title}"


def cells(text: str) -> list[dict[str, str]]:
    """The rows of a text table as strings by column; an empty text has none."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    if not lines:
        return []
    header, *rows = lines
    for row in rows:
        assert len(row) == len(header), f"{row} has not the columns {header}"
    return [dict(zip(header, row, strict=True)) for row in rows]


def _typed(value: str, dtype: ibis.DataType) -> Any:
    if value == "":
        return None
    if dtype.is_boolean():
        return {"yes": True, "no": False}[value]
    if dtype.is_integer():
        return int(value)
    if dtype.is_floating():
        return float(value)
    if dtype.is_date():
        return date.fromisoformat(value)
    return value


def _spread(row: dict[str, str], schema: ibis.Schema) -> Row:
    """A row with its shorthand dates written out."""
    out: Row = {}
    for name, value in row.items():
        if f"{name}_earliest" in schema:
            earliest, latest = interval(value) if value else (None, None)
            out |= {f"{name}_earliest": earliest, f"{name}_latest": latest}
        elif name == "dose":
            low, _, high = value.partition("-")
            out["dose_per_day_low"] = float(low) if low else None
            out["dose_per_day_high"] = float(high or low) if low else None
        elif name != "days":
            out[name] = _typed(value, schema[name])
    if row.get("days"):
        end = out["start_earliest"] + timedelta(days=int(row["days"]))
        latest = out["start_latest"] + timedelta(days=int(row["days"]))
        out |= {"end_earliest": end, "end_latest": latest}
    return out


def record_rows(case: Case) -> dict[str, list[Row]]:
    """The record tables of one case."""
    tables: dict[str, list[Row]] = {"person": [{"person_id": case.person_id}]}
    for name, text in case.record.items():
        rows = [_spread(row, SCHEMAS[name]) for row in cells(text)]
        if name == "person":
            tables["person"] = [{"person_id": case.person_id} | row for row in rows]
            continue
        tables[name] = [
            {"person_id": case.person_id, "evidence_id": f"{name}-{number}"} | DEFAULTS.get(name, {}) | row
            for number, row in enumerate(rows, 1)
        ]
        if name == "score":
            for number, row in enumerate(tables[name], 1):
                row.setdefault("score_id", f"score-{number}")
    return tables


def combined(cases: list[Case]) -> dict[str, pa.Table]:
    """All cases as the people of one record."""
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    for case in cases:
        for name, table_rows in record_rows(case).items():
            rows[name].extend(table_rows)
    return build_tables(rows)


def expected_rows(text: str, schema: pa.Schema) -> list[Row]:
    """The expected rows, typed as the result table is."""
    types = ibis.Schema.from_pyarrow(schema)
    return [{name: _typed(value, types[name]) for name, value in row.items()} for row in cells(text)]
