"""Persons, diagnoses, procedures, laboratory results and answers."""

from collections.abc import Sequence
from datetime import date

from stepwell.records.csv_folder.cells import number
from stepwell.records.csv_folder.rows import Row, Values, dated, end_after
from stepwell.records.lookup import CodeSetMatch, Lookup

LABELS = {"condition": "diagnosis", "procedure": "procedure", "lab": "laboratory test"}

CODE_COLUMNS = {
    "rxnorm": "rxnorm",
    "icd10": "icd-10-cm",
    "snomed": "snomed",
    "cpt": "cpt",
    "icd10pcs": "icd-10-pcs",
    "loinc": "loinc",
}
"""Coding system of each column that holds a code."""


def codes_of(row: Row) -> list[tuple[str, str]]:
    """The (system, code) pairs of a row."""
    return [(system, code) for column, system in CODE_COLUMNS.items() if (code := row.text(column))]


def person(row: Row) -> Values:
    """The row of the person table."""
    return {
        **row.base(),
        **dated("birth", row.days("birth_date")),
        "sex": row.choice("sex"),
        **dated("death", row.days("death_date")),
        "observed_from": _first(row, "observed_from"),
        "observed_to": _last(row, "observed_to"),
        **dated("episode_start", row.days("episode_start")),
    }


def _first(row: Row, column: str) -> date | None:
    days = row.days(column)
    return days.earliest if days else None


def _last(row: Row, column: str) -> date | None:
    days = row.days(column)
    return days.latest if days else None


def condition(row: Row, lookup: Lookup) -> list[Values]:
    """A row for every code set that the diagnosis belongs to; none, and counted, if it is of no concern."""
    start = row.days("start")
    base = {
        **row.base(),
        **dated("start", start),
        **dated("end", end_after(row, start)),
        "status": row.choice("status") or "unknown",
        "certainty": row.choice("certainty") or "unknown",
    }
    return [{**base, **_member(one)} for one in _code_sets(row, lookup, "condition")]


def procedure(row: Row, lookup: Lookup) -> list[Values]:
    """A row for every code set that the procedure belongs to; none, and counted, if it is of no concern."""
    start = row.days("start")
    base = {**row.base(), **dated("start", start), **dated("end", end_after(row, start))}
    return [{**base, **_member(one)} for one in _code_sets(row, lookup, "procedure")]


def lab(row: Row, lookup: Lookup) -> list[Values]:
    """A row for every laboratory test of ours that the result is of; none, and counted, if it is of no concern."""
    base = {**row.base(), **dated("date", row.days("date")), "value": _result(row), "unit": row.text("unit")}
    return [{**base, "lab": one.code_set} for one in _code_sets(row, lookup, "lab")]


def _member(one: CodeSetMatch) -> Values:
    return {"code_set": one.code_set, "coded_by": one.coded_by}


def _code_sets(row: Row, lookup: Lookup, kind: str) -> Sequence[CodeSetMatch]:
    found = lookup.code_sets(kind, codes_of(row), row.text(kind))
    if not found:
        row.not_used(f"{LABELS[kind]} that no rule of the knowledge looks at")
    return found


def _result(row: Row) -> float | None:
    text = row.text("value")
    try:
        return number(text) if text else None
    except ValueError:
        row.find("result-not-a-number", "value", "The result isn't a number; it is read as unknown.")
        return None


def answer(row: Row) -> list[Values]:
    """The answer to a question of ours; none, and counted, if question or answer is empty."""
    question, value = row.text("question"), row.text("answer")
    date = row.days("date")
    if question is None or value is None:
        row.not_used("no question or no answer")
        return []
    return [{**row.base(), "question": question, "value": value, **dated("date", date)}]
