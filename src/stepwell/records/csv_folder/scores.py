"""Totals of questionnaires, and their answers, each set of answers joined to its total."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from stepwell.knowledge.schema import Instrument, Item
from stepwell.records.csv_folder.cells import Days
from stepwell.records.csv_folder.rows import Row, Values, dated
from stepwell.records.csv_folder.scales import Scales

Key = tuple[str, str, Days | None]
"""Which questionnaire: person, scale, day."""


class Answer(NamedTuple):
    """One row of items.csv: which questionnaire it is of, its question, what it scores (None: unknown)."""

    key: Key
    row: Row
    question: Item
    value: float | None
    values: Values


def scores(rows: Iterable[Row], known: Scales) -> list[tuple[Key, Values]]:
    """One row of the score table per total, with its key, in file order; odd ones are noted and left out."""
    return [scored for row in rows if (scored := _score(row, known)) is not None]


def _score(row: Row, known: Scales) -> tuple[Key, Values] | None:
    instrument, date, total = _instrument(row, known), row.days("date"), row.number("total")
    if instrument is None:
        return None
    if total is not None and not _in_range(instrument, total):
        row.find("score-out-of-range", "total", "The total lies outside the range of the scale; the row isn't used.")
        row.not_used("total outside the range of the scale")
        return None
    values = {"score_id": row.evidence_id, "instrument": instrument.id, **dated("date", date), "value": total}
    return (row.person_id, instrument.id, date), {**row.base(), **values}


def _instrument(row: Row, known: Scales) -> Instrument | None:
    name = row.text("instrument")
    if name is None:
        row.find("instrument-not-named", "instrument", "No scale is named; the row isn't used.")
        row.not_used("no scale named")
        return None
    instrument = known.instrument(name)
    if instrument is None:
        row.find(
            "unknown-instrument", "instrument", f"Not a scale that is known; the row isn't used. Known: {known.names}."
        )
        row.not_used("unknown scale")
    return instrument


def _in_range(instrument: Instrument, total: float) -> bool:
    above = instrument.minimum is None or total >= instrument.minimum
    return above and (instrument.maximum is None or total <= instrument.maximum)


def items(rows: Iterable[Row], scored: Iterable[tuple[Key, Values]], known: Scales) -> list[Values]:
    """One row of the item table per question answered or skipped.

    Args:
        rows: Of items.csv.
        scored: From `scores`. Answers of the same person, scale and day belong to it; if none or
            several stand there, the answers make a score of their own.
        known: The scales.
    """
    score_ids = _score_ids(scored)
    read = [answer for row in rows if (answer := _item(row, known)) is not None]
    read.sort(key=lambda answer: (answer.key[0], answer.key[1], str(answer.key[2]), answer.row.line))
    result: list[Values] = []
    for key, group in groupby(read, key=lambda answer: answer.key):
        answers = list(group)
        score_id = _belongs_to(answers[0].row, score_ids.get(key, []))
        result += [{**values, "score_id": score_id} for values in _once(answers)]
    return result


def _score_ids(scored: Iterable[tuple[Key, Values]]) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = {}
    for key, values in scored:
        found.setdefault(key, []).append(str(values["score_id"]))
    return found


def _belongs_to(first: Row, candidates: Sequence[str]) -> str:
    if len(candidates) > 1:
        first.find(
            "items-of-several-scores", "date",
            "Several totals of this scale stand on the day of these answers; they are kept apart from all of them.",
        )  # fmt: skip
    return candidates[0] if len(candidates) == 1 else first.evidence_id


def _item(row: Row, known: Scales) -> Answer | None:
    instrument, date = _instrument(row, known), row.days("date")
    if instrument is None:
        return None
    name = row.text("item")
    question = known.question(instrument, name) if name else None
    if question is None:
        row.find("unknown-item", "item", "Not a question of this scale; the row isn't used. Write its number.")
        row.not_used("unknown question of the scale")
        return None
    text = row.text("answer")
    value = known.answer(instrument, question, text) if text else None
    if text and value is None:
        row.find("answer-not-understood", "answer", "Not an answer of this question; it is read as unknown.")
    values = {**row.base(), "instrument": instrument.id, "item": question.item, **dated("date", date)}
    return Answer((row.person_id, instrument.id, date), row, question, value, values)


def _once(answers: Iterable[Answer]) -> list[Values]:
    """Each question once: told twice alike it counts once, told twice differently it is unknown.

    Of two answers to a question about suicide the higher stands: an unknown one would hide it.
    """
    by_question: dict[str, list[Answer]] = {}
    for answer in answers:
        by_question.setdefault(answer.question.item, []).append(answer)
    return [_agreed(same) for same in by_question.values()]


def _agreed(same: Sequence[Answer]) -> Values:
    first, told = same[0], {answer.value for answer in same}
    for again in same[1:]:
        again.row.not_used("question answered twice on one day")
    if len(told) == 1:
        return {**first.values, "value": first.value}
    if first.question.suicide:
        first.row.find("item-answered-twice", "answer", "Several answers differ on one day; the highest is used.")
        highest = max(same, key=lambda answer: -1.0 if answer.value is None else answer.value)
        return {**highest.values, "value": highest.value}
    first.row.find("item-answered-twice", "answer", "Several answers differ on one day; it is read as unknown.")
    return {**first.values, "value": None}
