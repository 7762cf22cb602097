"""What was read, what was not used and why, and what was odd about the record."""

from dataclasses import dataclass

from stepwell.records.tables import Finding
from stepwell.report import wording as w
from stepwell.report.figures import capital, count, when
from stepwell.report.lookup import Lookup, Row, interval


@dataclass(frozen=True)
class Line:
    """One remark on the record and the row it is about."""

    words: str
    where: str


@dataclass(frozen=True)
class Record:
    """How good the record is.

    Args:
        summary: In one sentence.
        read: Rows seen, by kind.
        unused: Rows seen and not used, with the reason.
        findings: What was odd.
        set_aside: Supplies that make no trial, and scores without a usable total.
    """

    summary: str
    read: tuple[str, ...]
    unused: tuple[Line, ...]
    findings: tuple[Line, ...]
    set_aside: tuple[Line, ...]


def record(lookup: Lookup) -> Record:
    """The quality of the record of this person; rows are counted over the whole source."""
    records = lookup.review.records
    return Record(
        summary=_summary(lookup),
        read=tuple(f"{kind} {number}" for kind, number in records.rows_read.items() if number),
        unused=tuple(Line(f"{row.count} {row.kind}: {row.reason}", row.file) for row in records.unused if row.count),
        findings=tuple(Line(row.message, _place(row)) for row in findings(lookup)),
        set_aside=(*_traps(lookup), *_doses(lookup), *_scores(lookup), *_same_supply(lookup)),
    )


def findings(lookup: Lookup) -> list[Finding]:
    """The findings about this person or about the source as a whole."""
    mine = (None, lookup.review.person_id)
    return [row for row in lookup.review.records.findings if row.person_id in mine]


def _summary(lookup: Lookup) -> str:
    records = lookup.review.records
    read, unused = sum(records.rows_read.values()), sum(row.count for row in records.unused)
    odd = len(findings(lookup))
    nowhere = "rows not used are counted for the whole source, not here"
    rows = f"{unused} of {count(read, 'row')} not used" if read else nowhere
    if later := lookup.review.later_rows:
        rows += f", {later} left out as dated after {when(lookup.review.as_of, lookup.review.as_of)}"
    return f"{rows}; {count(odd, 'remark')} on the data." if odd else f"{rows}."


def _place(finding: Finding) -> str:
    return ", ".join(part for part in (finding.file, finding.where, finding.field) if part)


def _traps(lookup: Lookup) -> list[Line]:
    """Supplies of products that are easily misread, and what was done about it."""
    lines = []
    for row in lookup.rows("supply"):
        trap = lookup.traps.get(row["trap"])
        if trap is not None:
            effect = {"not a trial": "no trial is made of it", "dose unknown": "its dose counts as not known"}
            done = f": {effect[trap.effect]}" if trap.effect in effect else ""
            words = f"{capital(lookup.drug(row['ingredient']))}, {when(*interval(row, 'start'))}: {trap.title}{done}."
            lines.append(Line(words, row["evidence_id"]))
    return lines


def _doses(lookup: Lookup) -> list[Line]:
    """Doses that are more than anybody takes."""
    times = lookup.knowledge.rule(w.IMPLAUSIBLE)
    return [
        Line(
            f"{capital(lookup.drug(row['ingredient']))}, {when(*interval(row, 'start'))}: {w.dose_aside(row)} was"
            f" {w.why_aside(row, times)}.",
            row["evidence_id"],
        )
        for row in lookup.rows("supply")
        if row["highest_licensed"] is not None
    ]


def _scores(lookup: Lookup) -> list[Line]:
    """Scores without a usable total."""
    rows = [row for row in lookup.rows("score_total") if row["value"] is None and row["basis"] != "not scored"]
    return [Line(_score(lookup, row), row["evidence_id"] or row["score_id"]) for row in rows]


def _score(lookup: Lookup, row: Row) -> str:
    scale = lookup.short_scale(row["instrument"])
    return f"{scale}, {when(*interval(row, 'date'))}: {w.score_source(row)}; its total is not used."


def _same_supply(lookup: Lookup) -> list[Line]:
    """How many rows tell of a supply that another row already gives."""
    rows = [row for row in lookup.rows("supply") if not row["counts"] and row["status"] != "not-taken"]
    if not rows:
        return []
    one = "1 order or statement tells of a supply that another row gives better; it adds no days."
    many = f"{len(rows)} orders or statements tell of supplies that other rows give better; they add no days."
    return [Line(one if len(rows) == 1 else many, "")]
