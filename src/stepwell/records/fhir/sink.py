"""Gathers rows, findings and counts while a record is read, in batches so that memory stays bounded."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from stepwell.records.tables import SCHEMAS, Finding, Records, Unused

Row = dict[str, object]

_BATCH = 20_000
_FINDINGS_OF_ONE_KIND = 10_000
_SERIAL = "serial"
_ARROW = {name: schema.to_pyarrow() for name, schema in SCHEMAS.items()}


class Sink:
    """Everything read so far. Nothing in findings or counts ever holds a value from the record."""

    def __init__(self) -> None:
        self.rows_read: Counter[str] = Counter()
        self.locations: dict[str, tuple[str, int]] = {}
        self._rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
        self._batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in SCHEMAS}
        self._findings: list[Finding] = []
        self._found: Counter[tuple[str, str]] = Counter()
        self._unused: Counter[tuple[str, str, str]] = Counter()
        self._kept: dict[str, int] = {}

    def add(self, table: str, row: Row, serial: int) -> None:
        """A row of a table; `serial` tells versions of one resource apart."""
        rows = self._rows[table]
        row[_SERIAL] = serial
        rows.append(row)
        if len(rows) >= _BATCH:
            self._flush(table)

    def used(self, evidence_id: str, file: str, number: int) -> None:
        """Marks a resource as used, and where it stands."""
        self.locations[evidence_id] = (file, number)

    def find(self, finding: Finding) -> None:
        """Something odd; of one kind in one file, only the first thousands are kept one by one."""
        self._found[finding.code, finding.file] += 1
        if self._found[finding.code, finding.file] <= _FINDINGS_OF_ONE_KIND:
            self._findings.append(finding)

    def not_used(self, file: str, kind: str, reason: str) -> None:
        """One resource that was read and not used."""
        self._unused[file, kind, reason] += 1

    def supersede(self, evidence_id: str, serial: int) -> None:
        """From now on only the rows of one version of a resource hold."""
        self._kept[evidence_id] = serial

    def scores_on(self, wanted: set[tuple[str, str, date | None]]) -> dict[tuple[str, str, date | None], list[str]]:
        """Ids of the scores with a total, by (person, scale, first day), of those wanted."""
        self._flush("score")
        people = pa.array(sorted({person for person, _, _ in wanted}))
        found: dict[tuple[str, str, date | None], list[str]] = {}
        for batch in self._batches["score"]:
            rows = batch.filter(pc.is_in(batch["person_id"], people))
            columns = [rows[name].to_pylist() for name in ("person_id", "instrument", "date_earliest", "score_id")]
            for person, instrument, day, score_id in zip(*columns, strict=True):
                if (person, instrument, day) in wanted:
                    found.setdefault((person, instrument, day), []).append(score_id)
        return found

    def _flush(self, table: str) -> None:
        rows = self._rows[table]
        if rows:
            schema = _ARROW[table].append(pa.field(_SERIAL, pa.int64()))
            columns = [pa.array([row.get(one.name) for row in rows], one.type) for one in schema]
            self._batches[table].append(pa.RecordBatch.from_arrays(columns, schema=schema))
            self._rows[table] = []

    def _table(self, name: str) -> pa.Table:
        self._flush(name)
        schema = _ARROW[name].append(pa.field(_SERIAL, pa.int64()))
        whole = pa.Table.from_batches(self._batches[name], schema=schema)
        if self._kept and whole.num_rows:
            whole = whole.filter(pa.array(self._holds(whole)))
        return whole.drop_columns([_SERIAL])

    def _holds(self, table: pa.Table) -> list[bool]:
        ids, serials = table["evidence_id"].to_pylist(), table[_SERIAL].to_pylist()
        return [self._kept.get(one, serial) == serial for one, serial in zip(ids, serials, strict=True)]

    def _all_findings(self) -> Iterable[Finding]:
        yield from self._findings
        for (code, file), count in self._found.items():
            if count > _FINDINGS_OF_ONE_KIND:
                more = count - _FINDINGS_OF_ONE_KIND
                yield Finding(code, file, "", "", f"{more} more of the same kind stand in this file.")

    def records(self, source: str) -> Records:
        """All of it."""
        return Records(
            tables={name: self._table(name) for name in SCHEMAS},
            findings=tuple(self._all_findings()),
            rows_read=dict(self.rows_read),
            unused=tuple(Unused(*key, count) for key, count in self._unused.items()),
            source=source,
            locations=self.locations,
        )
