"""Persons, diagnoses, procedures, devices, allergies, visits, laboratory results and answers."""

from collections.abc import Sequence
from datetime import date

from stepwell.records import lab_values
from stepwell.records.asked import Questions
from stepwell.records.csv_folder.cells import number
from stepwell.records.csv_folder.rows import Row, Values, dated, end_after
from stepwell.records.lab_values import Limits, unit
from stepwell.records.lookup import CodeSetMatch, Lookup

LABELS = {"condition": "diagnosis", "procedure": "procedure", "lab": "laboratory test", "device": "device"}

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
    return _spells(row, lookup, "procedure")


def device(row: Row, lookup: Lookup) -> list[Values]:
    """A row for every code set that the device belongs to; none, and counted, if it is of no concern."""
    return _spells(row, lookup, "device")


def _spells(row: Row, lookup: Lookup, kind: str) -> list[Values]:
    start = row.days("start")
    base = {**row.base(), **dated("start", start), **dated("end", end_after(row, start))}
    return [{**base, **_member(one)} for one in _code_sets(row, lookup, kind)]


def allergy(row: Row, lookup: Lookup) -> list[Values]:
    """A row for every medicine of ours that the allergy is to; none, and counted, if there is none."""
    found = lookup.drugs(codes_of(row), row.text("medicine"))
    if not found:
        row.not_used("not an allergy to a medicine Stepwell knows")
    base = {**row.base(), **dated("start", row.days("start"))}
    return [{**base, "ingredient": drug.ingredient, "coded_by": drug.coded_by} for drug in found]


def encounter(row: Row) -> Values:
    """A visit or a stay."""
    start = row.days("start")
    return {
        **row.base(),
        "kind": row.choice("kind") or "other",
        **dated("start", start),
        **dated("end", end_after(row, start)),
    }


def lab(row: Row, lookup: Lookup) -> list[Values]:
    """A row for every laboratory test of ours that the result is of; none, and counted, if it is of no concern."""
    value, text = _result(row), _words(row)
    if row.text("value") is None and row.text("flag") is None:
        row.not_used("no value")
        return []
    base = {
        **row.base(),
        **dated("date", row.days("date")),
        "value": value,
        "unit": unit(row.text("unit")),
        "text": text,
        "flag": row.choice("flag") or _ranged(row, value) or (lab_values.result(text) if text else None),
    }
    return [{**base, "lab": one.code_set} for one in _code_sets(row, lookup, "lab")]


def _ranged(row: Row, value: float | None) -> str | None:
    low, high = row.number("reference_low"), row.number("reference_high")
    return None if value is None else lab_values.against_range(Limits(value, value), low, high)


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
        return None


def _words(row: Row) -> str | None:
    """The result where it is no number; one that holds a digit is a slip of the pen or a limit, and is noted."""
    text = row.text("value")
    if text is None or _result(row) is not None:
        return None
    if any(character.isdigit() for character in text):
        row.find("result-not-a-number", "value", "The result isn't a number; it is read as unknown.")
        return None
    return lab_values.words(text)


def answer(row: Row, questions: Questions) -> list[Values]:
    """The answer to a question of ours; none, and counted, if there is none or it can't be used."""
    question, about, value = row.text("question"), row.text("about"), row.text("answer")
    days = row.days("date")
    by = row.choice("by")
    if question is None or value is None:
        row.not_used("no question or no answer")
        return []
    said, faults = questions.read(question, about, value)
    for column, text in faults:
        row.find("answer-not-understood", column, f"The answer isn't used: {text}{'' if text.endswith('?') else '.'}")
    if said is None:
        row.not_used("question or answer not understood")
        return []
    return [{**row.base(), "question": question, "about": about, "value": said, "by": by, **dated("date", days)}]
