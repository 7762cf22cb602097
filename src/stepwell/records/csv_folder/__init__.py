"""A record as a folder of CSV files, for people without FHIR: reads it into the record tables.

Faults of form (an unknown column, a date that can be read two ways) are all reported at once and
nothing is read. Odd clinical data (an unknown medicine, a score out of its range) are findings, and
what they concern is read as unknown.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from stepwell.errors import RecordError
from stepwell.knowledge.load import Knowledge
from stepwell.records.asked import Questions
from stepwell.records.csv_folder import folder
from stepwell.records.csv_folder.events import allergy, answer, condition, device, encounter, lab, person, procedure
from stepwell.records.csv_folder.log import Log
from stepwell.records.csv_folder.medications import exposures
from stepwell.records.csv_folder.rows import Row, Values
from stepwell.records.csv_folder.scales import Scales
from stepwell.records.csv_folder.scores import items, scores
from stepwell.records.lookup import Lookup
from stepwell.records.tables import Records, build_tables

__all__ = ["is_csv_folder", "people", "read"]

is_csv_folder = folder.is_csv_folder


def people(path: Path) -> tuple[str, ...]:
    """The ids of the people in a CSV folder, in the order in which they first stand.

    Raises:
        RecordError: The files can't be read, with every fault of every file.
    """
    log = Log()
    found = folder.read_folder(path, log).people
    log.raise_faults(path.name)
    return found


def read(path: Path, knowledge: Knowledge, person_id: str | None = None) -> Records:
    """What a CSV folder holds, as record tables.

    Args:
        path: The folder.
        knowledge: For the names and codes of medicines, scales and diagnoses.
        person_id: Read only this person; else everybody.

    Raises:
        RecordError: The files can't be read, with every fault of every file; or no such person.
    """
    log = Log()
    record = folder.read_folder(path, log)
    # Of the whole folder, so that one person alone is read as among the others.
    last_day = _last_day(record)
    if person_id is not None and not log.faulty:
        record = _only(record, person_id, path)
    tables = _tables(record, knowledge, log, last_day)
    log.raise_faults(path.name)
    rows = [row for rows in record.rows.values() for row in rows]
    return Records(
        tables=build_tables(tables),
        findings=log.findings,
        rows_read=dict(log.rows_read),
        unused=log.unused,
        source="CSV folder",
        locations={row.evidence_id: (row.spec.name, row.line) for row in rows},
    )


def _only(record: folder.Folder, person_id: str, path: Path) -> folder.Folder:
    if person_id not in record.people:
        count = len(record.people)
        raise RecordError(
            f"The CSV folder {path.name} holds {count} {'person' if count == 1 else 'people'}, none with the id asked "
            "for. The ids stand in the column person_id."
        )
    return record.only(person_id)


def _last_day(record: folder.Folder) -> date | None:
    """The last day that the record of anybody covers; nothing can have been handed out after it."""
    quiet = [replace(row, log=Log()).days("observed_to") for row in record.rows["person"]]
    return max((days.latest for days in quiet if days), default=None)


def _tables(record: folder.Folder, knowledge: Knowledge, log: Log, last_day: date | None) -> dict[str, list[Values]]:
    lookup, questions, rows = Lookup(knowledge), Questions(knowledge), record.rows
    scales = Scales(knowledge, lookup)
    for kind, kind_rows in rows.items():
        log.rows_read[kind] = len(kind_rows)
    scored = scores(rows["scores"], scales)
    described = [person(row) for row in rows["person"]]
    covered = {str(values["person_id"]): last_day for values in described if values["observed_to"]}
    return {
        "person": described + _undescribed(record, described),
        "exposure": [
            values for row in rows["medications"] for values in exposures(row, lookup, covered.get(row.person_id))
        ],
        "score": [values for _, values in scored],
        "item": items(rows["items"], scored, scales),
        "condition": _each(rows["conditions"], condition, lookup),
        "procedure": _each(rows["procedures"], procedure, lookup),
        "lab": _each(rows["labs"], lab, lookup),
        "device": _each(rows["devices"], device, lookup),
        "allergy": _each(rows["allergies"], allergy, lookup),
        "encounter": [encounter(row) for row in rows["encounters"]],
        "answer": [values for row in rows["answers"] for values in answer(row, questions)],
    }


def _each(rows: Sequence[Row], make: Callable[[Row, Lookup], list[Values]], lookup: Lookup) -> list[Values]:
    return [values for row in rows for values in make(row, lookup)]


def _undescribed(record: folder.Folder, described: list[Values]) -> list[Values]:
    """A bare row for everyone whom person.csv leaves out; nothing is known of them but their id."""
    known = {values["person_id"] for values in described}
    return [{"person_id": person_id} for person_id in record.people if person_id not in known]
