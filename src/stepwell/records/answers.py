"""Answers to our questions, from a file or the command line, added to a record, and kept.

What can't be used is a fault, all of them told at once; no fault repeats what was written, for it is about a person.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import orjson
import pyarrow as pa

from stepwell.errors import RecordError
from stepwell.files import OWNER_ONLY, write
from stepwell.records.asked import OF_TRIALS, Fault, Questions
from stepwell.records.csv_folder import cells
from stepwell.records.csv_folder.cells import Days
from stepwell.records.csv_folder.columns import ANSWERS, FileSpec
from stepwell.records.csv_folder.log import Log
from stepwell.records.csv_folder.sheets import read_sheet
from stepwell.records.tables import SCHEMAS, Finding, Records

T = TypeVar("T")

COLUMNS = ("question", "about", "answer", "date", "by")
"""Columns of a file of answers, keys of one in JSON."""
BY = ANSWERS.column("by").choices
OPTION = "--answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that can be used.

    Args:
        question: Id of the question.
        about: The trial it speaks of, for a question about a trial.
        value: `yes`, `no`, `unsure`, `partly`, a dose in mg/day, or a phenotype.
        days: First and last day on which it may have been given.
        by: Who gave it: person, clinician, carer; null when not said.
        where: The row it stands in, `answers.csv#3` or `--answer#1`.
    """

    question: str
    about: str | None
    value: str
    days: Days
    by: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    """An answer as it was written, and where."""

    cells: Mapping[str, str]
    evidence_id: str
    place: str


def read_answers(
    questions: Questions, as_of: date, file: Path | None = None, options: Sequence[str] = ()
) -> list[Answer]:
    """Answers of a file and of the command line; of two to one question on one day, the command line's stands.

    Args:
        questions: What may be answered.
        as_of: The day of those that carry no date.
        file: CSV with the columns of `COLUMNS`, or JSON: a list of objects with these keys.
        options: As `--answer` takes them: `FACT=ANSWER`, or `QUESTION/TRIAL=ANSWER` about a trial.

    Raises:
        RecordError: With every fault of both. It repeats nothing that was written.
    """
    faults: list[str] = []
    sources = [_of_file(file, faults) if file else [], list(_of_options(options, faults))]
    read = [[one for row in rows if (one := _answer(row, questions, as_of, faults))] for rows in sources]
    for answers in read:
        faults += _twice(answers)
    if faults:
        raise RecordError("The answers can't be used, and nothing was read.", faults)
    return list({_key(one): one for answers in read for one in answers}.values())


def _key(answer: Answer) -> tuple[str, str, Days]:
    return answer.question, answer.about or "", answer.days


def _twice(answers: Sequence[Answer]) -> Iterator[str]:
    """One sentence for each question that a source answers differently on one day."""
    for _, group in groupby(sorted(answers, key=_key), key=_key):
        same = list(group)
        if len({one.value for one in same}) > 1:
            places = " and ".join(one.where for one in same)
            yield f"{places}: two answers to one question on one day; leave one."


def _answer(row: _Row, questions: Questions, as_of: date, faults: list[str]) -> Answer | None:
    found = {name: row.cells.get(name) or "" for name in COLUMNS}
    wrong: list[Fault] = [(name, "empty; it needs one") for name in ("question", "answer") if not found[name]]
    days = _cell(found["date"], cells.day_range, "date", wrong)
    by = _cell(found["by"], lambda text: cells.choice(text, BY), "by", wrong)
    value = None
    if not wrong or (found["question"] and found["answer"]):
        value, more = questions.read(found["question"], found["about"], found["answer"])
        wrong += more
    faults += [f"{row.place}, {name}: {text}{'' if text.endswith('?') else '.'}" for name, text in wrong]
    if wrong or value is None:
        return None
    return Answer(found["question"], found["about"] or None, value, days or Days(as_of, as_of), by, row.evidence_id)


def _cell(text: str, parse: Callable[[str], T], name: str, wrong: list[Fault]) -> T | None:
    try:
        return parse(text) if text else None
    except ValueError as error:
        wrong.append((name, str(error)))
        return None


# --- where answers come from -----------------------------------------------------------------------


def _of_options(options: Sequence[str], faults: list[str]) -> Iterator[_Row]:
    for number, text in enumerate(options, start=1):
        place = f"{OPTION} number {number}" if len(options) > 1 else OPTION
        asked, equals, answer = text.partition("=")
        if not equals:
            faults.append(f"{place}: it has no '='; write {OPTION} FACT=yes, or {OPTION} taken/TRIAL=partly.")
            continue
        question, _, about = asked.partition("/")
        found = {"question": question.strip(), "about": about.strip(), "answer": answer.strip()}
        yield _Row(found, f"{OPTION}#{number}", place)


def _of_file(file: Path, faults: list[str]) -> list[_Row]:
    try:
        data = file.read_bytes()
    except OSError as error:
        faults.append(f"{file.name}: it can't be opened: {error.strerror}.")
        return []
    return list((_of_json if file.suffix.lower() == ".json" else _of_csv)(file.name, data, faults))


def _of_csv(name: str, data: bytes, faults: list[str]) -> Iterator[_Row]:
    columns = tuple(column for column in ANSWERS.columns if column.name in COLUMNS)
    log = Log()
    sheet = read_sheet(FileSpec(name, ANSWERS.about, columns, ANSWERS.needs), data, log)
    try:
        log.raise_faults(name)
    except RecordError as error:
        faults += error.faults
    for row in sheet.rows:
        yield _Row(row.cells, f"{name}#{row.line}", f"{name}, line {row.line}")


def _of_json(name: str, data: bytes, faults: list[str]) -> Iterator[_Row]:
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        faults.append(f"{name}: not JSON; it breaks off or goes wrong at line {error.lineno}.")
        return
    if isinstance(content, dict):
        content = content.get("answers")
    if not isinstance(content, list):
        faults.append(f'{name}: it needs a list of answers, such as [{{"question": "FACT", "answer": "no"}}].')
        return
    for number, row in enumerate(content, start=1):
        place = f"{name}, answer {number}"
        if not isinstance(row, dict) or not all(isinstance(one, str | int | float | None) for one in row.values()):
            faults.append(f"{place}: not an answer; each is an object with {', '.join(COLUMNS)}, each of them text.")
        elif not set(row) <= set(COLUMNS):
            faults.append(f"{place}: a key that isn't known; allowed are {', '.join(COLUMNS)}.")
        else:
            found = {key: str(value) for key, value in row.items() if value is not None}
            yield _Row(found, f"{name}#{number}", place)


# --- into a record, and into a file ----------------------------------------------------------------


def with_answers(records: Records, person_id: str, answers: Sequence[Answer]) -> Records:
    """The record with these answers of one person; one in it that was given on the same day gives way."""
    if not answers:
        return records
    answers = [_apart(one, records.locations) for one in answers]
    mine = {_key(one) for one in answers}
    kept = [row for row in records.tables["answer"].to_pylist() if not _gives_way(row, person_id, mine)]
    rows = kept + [_as_row(one, person_id) for one in answers]
    table = pa.Table.from_pylist(rows, schema=SCHEMAS["answer"].to_pyarrow())
    return replace(
        records,
        tables=records.tables | {"answer": table},
        rows_read=records.rows_read | {"answers": records.rows_read.get("answers", 0) + len(answers)},
        locations=records.locations | {one.where: _location(one.where) for one in answers},
    )


def _apart(answer: Answer, taken: Mapping[str, object]) -> Answer:
    """The answer, its row named apart from one of a file of the same name in the record."""
    return replace(answer, where=f"{OPTION}s/{answer.where}") if answer.where in taken else answer


def _gives_way(row: Mapping[str, object], person_id: str, answers: set[tuple[str, str, Days]]) -> bool:
    days = (row["date_earliest"], row["date_latest"])
    return row["person_id"] == person_id and (row["question"], row["about"] or "", days) in answers


def _as_row(answer: Answer, person_id: str) -> dict[str, object]:
    return {
        "person_id": person_id, "question": answer.question, "about": answer.about, "value": answer.value,
        "date_earliest": answer.days.earliest, "date_latest": answer.days.latest, "by": answer.by,
        "evidence_id": answer.where,
    }  # fmt: skip


def _location(where: str) -> tuple[str, int]:
    name, _, number = where.rpartition("#")
    return name, int(number)


def with_misplaced(records: Records, person_id: str, trials: Iterable[str]) -> Records:
    """The record with a finding for every answer that speaks of a trial which isn't there."""
    known = set(trials)
    rows = [row for row in records.tables["answer"].to_pylist() if row["person_id"] == person_id]
    lost = [row for row in rows if row["question"] in OF_TRIALS and row["about"] not in known]
    return replace(records, findings=records.findings + tuple(_misplaced(row, records, person_id) for row in lost))


def _misplaced(row: Mapping[str, object], records: Records, person_id: str) -> Finding:
    file, line = records.locations.get(str(row["evidence_id"]), ("", 0))
    message = "No trial of the record has this name, so the answer isn't used; the report names each as DRUG@DAY."
    return Finding("answer-about-no-trial", file, f"line {line}" if line else "", "about", message, person_id)


def keep(file: Path, answers: Iterable[Answer]) -> None:
    """Writes a file of answers whole or not at all, for nobody but its owner to read.

    Raises:
        ConfigError: It can't be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((one.question, one.about, one.value, _written(one.days), one.by) for one in answers)
    write(file, text.getvalue(), OWNER_ONLY)


def _written(days: Days) -> str:
    """A day, month or year, as vague as it was read."""
    first, last = days
    if first == last:
        return first.isoformat()
    return f"{first:%Y}" if (first.month, last.month) == (1, 12) else f"{first:%Y-%m}"
