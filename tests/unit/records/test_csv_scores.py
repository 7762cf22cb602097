from datetime import date
from pathlib import Path

import pytest

from stepwell.records.tables import Finding, Unused
from tests.unit.records.csv_files import KNOWLEDGE, read, rows

SCORES = "date,instrument,total\n"
ITEMS = "date,instrument,item,answer\n"
KNOWN = ", ".join(instrument.names[0] for instrument in KNOWLEDGE.instruments)


def test_a_total_with_its_day_and_scale(tmp_path: Path) -> None:
    records = read(tmp_path, scores=f"{SCORES}2024-03-04,PHQ-9,17\n2024-04,qids sr16,\n,MADRS,31\n")

    columns = ("score_id", "instrument", "date_earliest", "date_latest", "value", "evidence_id")
    assert rows(records, "score", *columns) == [
        ("scores.csv#2", "phq-9", date(2024, 3, 4), date(2024, 3, 4), 17.0, "scores.csv#2"),
        ("scores.csv#3", "qids-sr16", date(2024, 4, 1), date(2024, 4, 30), None, "scores.csv#3"),
        ("scores.csv#4", "madrs", None, None, 31.0, "scores.csv#4"),
    ]
    assert (records.findings, records.unused) == ((), ())


@pytest.mark.parametrize(
    ("row", "finding", "reason"),
    [
        (
            "2024-03-04,PHQ-9,28",
            ("score-out-of-range", "total", "The total lies outside the range of the scale; the row isn't used."),
            "total outside the range of the scale",
        ),
        (
            "2024-03-04,PHQ-9,-1",
            ("score-out-of-range", "total", "The total lies outside the range of the scale; the row isn't used."),
            "total outside the range of the scale",
        ),
        (
            "2024-03-04,Mood,5",
            ("unknown-instrument", "instrument", f"Not a scale that is known; the row isn't used. Known: {KNOWN}."),
            "unknown scale",
        ),
        (
            "2024-03-04,,5",
            ("instrument-not-named", "instrument", "No scale is named; the row isn't used."),
            "no scale named",
        ),
    ],
)
def test_an_odd_total_is_found_and_counted(
    tmp_path: Path, row: str, finding: tuple[str, str, str], reason: str
) -> None:
    records = read(tmp_path, scores=f"{SCORES}{row}\n")

    code, field, message = finding
    assert rows(records, "score", "value") == []
    assert records.findings == (Finding(code, "scores.csv", "line 2", field, message, "person"),)
    assert records.unused == (Unused("scores.csv", "scores", reason, 1),)


def test_the_known_scales_are_listed_by_their_short_names() -> None:
    assert {"PHQ-9", "QIDS-SR16", "MADRS", "HAM-D17", "BDI-II", "GAD-7"} <= set(KNOWN.split(", "))


def test_answers_belong_to_the_total_of_their_day_and_scale(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        scores=f"{SCORES}2024-03-04,PHQ-9,17\n2024-03-04,GAD-7,9\n2024-04-04,PHQ-9,12\n",
        items=f"{ITEMS}2024/03/04,phq9,9,0\n2024-03-04,PHQ-9,1,2\n2024-04-04,PHQ-9,1,1\n",
    )

    columns = ("score_id", "instrument", "item", "date_latest", "value", "evidence_id")
    assert rows(records, "item", *columns) == [
        ("scores.csv#2", "phq-9", "9", date(2024, 3, 4), 0.0, "items.csv#2"),
        ("scores.csv#2", "phq-9", "1", date(2024, 3, 4), 2.0, "items.csv#3"),
        ("scores.csv#4", "phq-9", "1", date(2024, 4, 4), 1.0, "items.csv#4"),
    ]


def test_answers_without_a_total_make_a_score_of_their_own(tmp_path: Path) -> None:
    records = read(tmp_path, items=f"{ITEMS}2024-03-04,PHQ-9,1,2\n2024-03-04,PHQ-9,2,2\n2024-05-04,PHQ-9,1,1\n")

    assert rows(records, "item", "score_id") == [("items.csv#2",), ("items.csv#2",), ("items.csv#4",)]


def test_answers_of_one_person_do_not_join_the_total_of_another(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        scores="person_id,date,instrument,total\nanna,2024-03-04,PHQ-9,17\nbert,2024-03-04,PHQ-9,9\n",
        items="person_id,date,instrument,item,answer\nbert,2024-03-04,PHQ-9,9,0\nanna,2024-03-04,PHQ-9,9,1\n",
    )

    assert rows(records, "item", "person_id", "score_id", "value") == [
        ("anna", "scores.csv#2", 1.0),
        ("bert", "scores.csv#3", 0.0),
    ]


def test_answers_on_a_day_with_two_totals_of_the_scale_are_kept_apart_from_both(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        scores=f"{SCORES}2024-03-04,PHQ-9,17\n2024-03-04,PHQ-9,16\n",
        items=f"{ITEMS}2024-03-04,PHQ-9,1,2\n2024-03-04,PHQ-9,2,2\n",
    )

    assert rows(records, "item", "score_id") == [("items.csv#2",), ("items.csv#2",)]
    assert records.findings == (
        Finding(
            "items-of-several-scores",
            "items.csv",
            "line 2",
            "date",
            "Several totals of this scale stand on the day of these answers; they are kept apart from all of them.",
            "person",
        ),
    )


@pytest.mark.parametrize(
    ("item", "answer", "expected"),
    [
        ("9", "3", ("9", 3.0)),
        ("item 9", "2", ("9", 2.0)),
        ("Q9", "several days", ("9", 1.0)),
        ("Feeling down, depressed, or hopeless", "More than half the days", ("2", 2.0)),
        ("9", "", ("9", None)),
    ],
)
def test_questions_and_answers_by_number_or_words(
    tmp_path: Path, item: str, answer: str, expected: tuple[str, float | None]
) -> None:
    records = read(tmp_path, items=f'{ITEMS}2024-03-04,PHQ-9,"{item}",{answer}\n')

    assert rows(records, "item", "item", "value") == [expected]
    assert records.findings == ()


@pytest.mark.parametrize("answer", ["4", "-1", "sometimes"])
def test_an_answer_that_the_question_does_not_have_is_unknown(tmp_path: Path, answer: str) -> None:
    records = read(tmp_path, items=f"{ITEMS}2024-03-04,PHQ-9,9,{answer}\n")

    assert rows(records, "item", "item", "value") == [("9", None)]
    assert records.findings == (
        Finding(
            "answer-not-understood",
            "items.csv",
            "line 2",
            "answer",
            "Not an answer of this question; it is read as unknown.",
            "person",
        ),
    )


@pytest.mark.parametrize("item", ["10", "", "sleepiness"])
def test_a_question_that_the_scale_does_not_have_is_found_and_counted(tmp_path: Path, item: str) -> None:
    records = read(tmp_path, items=f"{ITEMS}2024-03-04,PHQ-9,{item},1\n")

    assert rows(records, "item", "item") == []
    assert records.findings == (
        Finding(
            "unknown-item",
            "items.csv",
            "line 2",
            "item",
            "Not a question of this scale; the row isn't used. Write its number.",
            "person",
        ),
    )
    assert records.unused == (Unused("items.csv", "items", "unknown question of the scale", 1),)


def test_a_question_answered_twice_alike_counts_once(tmp_path: Path) -> None:
    records = read(tmp_path, items=f"{ITEMS}2024-03-04,PHQ-9,9,1\n2024-03-04,PHQ-9,9,1\n")

    assert rows(records, "item", "value") == [(1.0,)]
    assert records.findings == ()
    assert records.unused == (Unused("items.csv", "items", "question answered twice on one day", 1),)


def test_a_question_answered_twice_differently_is_unknown(tmp_path: Path) -> None:
    records = read(tmp_path, items=f"{ITEMS}2024-03-04,PHQ-9,1,1\n2024-03-04,PHQ-9,1,2\n2024-03-04,PHQ-9,1,2\n")

    assert rows(records, "item", "value") == [(None,)]
    assert records.findings == (
        Finding(
            "item-answered-twice",
            "items.csv",
            "line 2",
            "answer",
            "Several answers differ on one day; it is read as unknown.",
            "person",
        ),
    )
    assert records.unused == (Unused("items.csv", "items", "question answered twice on one day", 2),)


@pytest.mark.parametrize("answers", [("0", "2"), ("2", "0"), ("", "2"), ("2", "never")])
def test_of_two_answers_to_the_question_about_suicide_the_higher_stands(
    tmp_path: Path, answers: tuple[str, str]
) -> None:
    first, second = answers
    records = read(tmp_path, items=f"{ITEMS}2024-03-04,PHQ-9,9,{first}\n2024-03-04,PHQ-9,9,{second}\n")

    line = 2 if first == "2" else 3
    assert rows(records, "item", "value", "evidence_id") == [(2.0, f"items.csv#{line}")]
    assert "Several answers differ on one day; the highest is used." in {f.message for f in records.findings}
