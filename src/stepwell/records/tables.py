"""The record tables: what every reader fills and every clinical step starts from.

Dates are intervals, so that a partial date (`2023`, `2023-05`) stays as vague as it was written:
`x_earliest` and `x_latest` are the first and last day it can mean, both included; they are equal for
a full date and both null when nothing is known. `end_*` is exclusive: the first day no longer covered.

`evidence_id` names the row of the source a fact came from (`MedicationDispense/12`,
`medications.csv#7`) and is what findings cite. Codes are already turned into our names: `ingredient`,
`instrument`, `code_set`. `coded_by` says whether a code or only a text led there.
"""

from dataclasses import dataclass, field

import ibis
import pyarrow as pa

STRING, DATE, FLOAT, INTEGER = "string", "date", "float64", "int64"


def _interval(name: str) -> dict[str, str]:
    return {f"{name}_earliest": DATE, f"{name}_latest": DATE}


SCHEMAS: dict[str, ibis.Schema] = {
    name: ibis.schema({"person_id": STRING, **columns})
    for name, columns in {
        # One row per person. `observed_*`: first and last day of the record, both included.
        "person": {
            **_interval("birth"),
            "sex": STRING,
            **_interval("death"),
            "observed_from": DATE,
            "observed_to": DATE,
            # Start of the present episode of illness as the record states it.
            **_interval("episode_start"),
            "evidence_id": STRING,
        },
        # One row per questionnaire or rating. `value` is the total as written, null if only items stand.
        "score": {
            "score_id": STRING,
            "instrument": STRING,
            **_interval("date"),
            "value": FLOAT,
            "evidence_id": STRING,
        },
        # One row per answered (or skipped: value null) item of a score.
        "item": {
            "score_id": STRING,
            "instrument": STRING,
            "item": STRING,
            **_interval("date"),
            "value": FLOAT,
            "evidence_id": STRING,
        },
        # One row per order, dispensing, statement or administration and ingredient.
        "exposure": {
            "ingredient": STRING,
            "formulation": STRING,
            # Identity of what was supplied (product code, else strength): two products on one day add up.
            "product": STRING,
            **_interval("start"),
            **_interval("end"),
            # Per day in `dose_unit`; low < high where a range was ordered; null where unknown.
            "dose_per_day_low": FLOAT,
            "dose_per_day_high": FLOAT,
            "dose_unit": STRING,
            # structured dosage | quantity and days' supply | text | dispensed product | unknown
            "dose_basis": STRING,
            # dispensed | administered | ordered | stated
            "basis": STRING,
            # active | completed | stopped | on-hold | not-taken | unknown
            "status": STRING,
            # no benefit | side effects | not taken | better | other ; null when not said
            "stop_reason": STRING,
            # taken as directed: yes | partly | no ; null when not said
            "adherence": STRING,
            # Outcome of the treatment where the record states one: better | partly better | not better
            "reported_outcome": STRING,
            # The order or dispensing this one fulfils, when the record links them.
            "order_evidence_id": STRING,
            # Id of the trap (knowledge drugs/traps.toml) that keeps it from being an antidepressant trial.
            "trap": STRING,
            # What was inferred for want of a value in the record: days | dose | days and dose ; null: nothing
            "inferred": STRING,
            "coded_by": STRING,
            "evidence_id": STRING,
        },
        # One row per condition and code set it belongs to.
        "condition": {
            "code_set": STRING,
            **_interval("start"),
            **_interval("end"),
            # active | resolved | unknown
            "status": STRING,
            # confirmed | provisional | refuted | unknown
            "certainty": STRING,
            "coded_by": STRING,
            "evidence_id": STRING,
        },
        "procedure": {
            "code_set": STRING,
            **_interval("start"),
            **_interval("end"),
            "coded_by": STRING,
            "evidence_id": STRING,
        },
        "lab": {
            "lab": STRING,
            **_interval("date"),
            "value": FLOAT,
            "unit": STRING,
            # The result in words where it has no number, in small letters ("poor metabolizer").
            "text": STRING,
            # What the laboratory says of it, by its mark or its reference range:
            # high | low | abnormal | normal | positive | negative ; null when not said
            "flag": STRING,
            "evidence_id": STRING,
        },
        "device": {
            "code_set": STRING,
            **_interval("start"),
            **_interval("end"),
            "coded_by": STRING,
            "evidence_id": STRING,
        },
        "allergy": {
            "ingredient": STRING,
            **_interval("start"),
            "coded_by": STRING,
            "evidence_id": STRING,
        },
        # One row per visit. kind: ambulatory | emergency | inpatient | virtual | other
        "encounter": {
            "kind": STRING,
            **_interval("start"),
            **_interval("end"),
            "evidence_id": STRING,
        },
        # One row per answer somebody gave to a question of ours. `question`: the fact, or `taken`, `helped`,
        # `dose`; `about`: then the trial it speaks of. `value`: yes | no | unsure | partly | a number.
        # `by`: person | clinician | carer ; null when not said.
        "answer": {
            "question": STRING,
            "about": STRING,
            "value": STRING,
            **_interval("date"),
            "by": STRING,
            "evidence_id": STRING,
        },
    }.items()
}
"""Schema of every record table by name."""

CODED = frozenset(
    {
        "adherence", "basis", "by", "certainty", "code_set", "coded_by", "dose_basis", "dose_unit", "flag",
        "formulation", "inferred", "ingredient", "instrument", "item", "kind", "lab", "reported_outcome", "sex",
        "status", "stop_reason", "trap",
    }
)  # fmt: skip
"""Columns that hold one of few words, however many rows there are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about the record that a reader should know. Never holds a value from the record.

    Args:
        code: Stable id of the kind of finding (`date-in-future`, `score-out-of-range`, ...).
        file: File it was found in, relative to the record.
        where: Row or resource (`MedicationRequest/12`, `line 7`).
        field: Field or path (`dosageInstruction[0].doseAndRate`), empty if the whole row.
        message: What was found, what was done about it, in one sentence.
        person_id: Whose row it is, when known.
    """

    code: str
    file: str
    where: str
    field: str
    message: str
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """How many rows of one kind were not used, and why."""

    file: str
    kind: str
    reason: str
    count: int


@dataclass(frozen=True)
class Records:
    """What one source holds, as tables.

    Args:
        tables: Arrow table by name, each with the columns of `SCHEMAS`; all names present.
        findings: Data-quality findings, in reading order.
        rows_read: Rows (resources, CSV lines) seen, by kind.
        unused: Rows seen and not used, with the reason; `sum(unused) <= sum(rows_read)`.
        source: What was read (`FHIR R4 Bundle`, `CSV folder`).
        locations: For each evidence id, the file it stands in and the line or entry number.
    """

    tables: dict[str, pa.Table]
    findings: tuple[Finding, ...] = ()
    rows_read: dict[str, int] = field(default_factory=dict)
    unused: tuple[Unused, ...] = ()
    source: str = ""
    locations: dict[str, tuple[str, int]] = field(default_factory=dict)


def build_tables(rows: dict[str, list[dict[str, object]]]) -> dict[str, pa.Table]:
    """Arrow tables from rows by table name; a column a row lacks is null, an unknown column is a fault.

    Args:
        rows: Rows by table name; tables that are absent come out empty.

    Returns:
        One table for every name of `SCHEMAS`.

    Raises:
        KeyError: A table or column that `SCHEMAS` doesn't know (a fault of ours).
    """
    for name, table_rows in rows.items():
        known = set(SCHEMAS[name])
        for row in table_rows:
            if not known.issuperset(row):
                raise KeyError(f"{name}: unknown columns {sorted(set(row) - known)}")
    return {
        name: pa.Table.from_pylist(rows.get(name, []), schema=schema.to_pyarrow()) for name, schema in SCHEMAS.items()
    }
