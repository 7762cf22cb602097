"""Reads a record of whatever format: FHIR R4 (file or folder) or a folder of CSV files."""

from pathlib import Path

from stepwell.errors import RecordError
from stepwell.knowledge.load import Knowledge
from stepwell.records import csv_folder, fhir
from stepwell.records.tables import Records

_FORMATS = (
    "A record is a FHIR R4 Bundle in JSON, a bulk export in ndjson, a folder of these, or a folder of CSV files "
    "(`stepwell template DIR` writes one)."
)
_OTHER_SUFFIXES = {
    ".csv": "is a single CSV file. Give the folder it stands in.",
    ".xml": "is XML. Ask for the record in the format application/fhir+json.",
    ".xlsx": "is a spreadsheet. Save its sheets as CSV files in one folder.",
    ".xls": "is a spreadsheet. Save its sheets as CSV files in one folder.",
    ".pdf": "is a PDF, which holds no data that can be read safely.",
    ".zip": "is an archive. Unpack it and give the folder.",
}


def read(path: Path, knowledge: Knowledge, person_id: str | None = None) -> Records:
    """What a record holds, as record tables.

    Args:
        path: A file or folder.
        knowledge: For codes and names.
        person_id: Read only this person; else everybody.

    Raises:
        RecordError: It can't be read, with what is wrong and what to do.
    """
    path = _named(path)
    _check(path)
    if csv_folder.is_csv_folder(path):
        return csv_folder.read(path, knowledge, person_id)
    return fhir.read(path, knowledge, person_id)


def people(path: Path) -> list[str]:
    """The ids of the people in a record, in the order in which they stand.

    Raises:
        RecordError: It can't be read.
    """
    path = _named(path)
    _check(path)
    return list(csv_folder.people(path)) if csv_folder.is_csv_folder(path) else fhir.people(path)


def _named(path: Path) -> Path:
    """The folder that one stands in has a name too."""
    return path if path.name else path.resolve()


def _check(path: Path) -> None:
    if not path.exists():
        raise RecordError(f"There is no file or folder {path.name}. {_FORMATS}")
    fault = _OTHER_SUFFIXES.get(path.suffix.lower())
    if path.is_file() and fault:
        raise RecordError(f"{path.name} {fault} {_FORMATS}")
