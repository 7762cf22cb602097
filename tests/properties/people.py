"""Hypothesis strategies for made-up records: plausible, odd and silent by turns."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

Row = dict[str, Any]
Rows = dict[str, list[Row]]

AS_OF = date(2024, 12, 31)
DRUGS = ("sertraline", "venlafaxine", "bupropion", "aripiprazole", "lithium", "esketamine", "quetiapine")
FIRST_DAY = date(2022, 1, 1)


@st.composite
def vague_days(draw: DrawFn, first: date = FIRST_DAY) -> tuple[date, date]:
    """A day, or a stretch of days it may be."""
    day = first + timedelta(days=draw(st.integers(0, 1300)))
    return day, day + timedelta(days=draw(st.sampled_from((0, 0, 0, 30))))


@st.composite
def exposures(draw: DrawFn, person_id: str, number: int) -> Row:
    """One order, dispensing or statement; dose and end may be unknown."""
    start = draw(vague_days())
    days = draw(st.one_of(st.none(), st.integers(1, 120)))
    dose = draw(st.one_of(st.none(), st.sampled_from((5.0, 50.0, 75.0, 150.0, 300.0))))
    wider = draw(st.sampled_from((0.0, 0.0, 50.0)))
    return {
        "person_id": person_id,
        "ingredient": draw(st.sampled_from(DRUGS)),
        "product": draw(st.sampled_from((None, "a", "b"))),
        "start_earliest": start[0],
        "start_latest": start[1],
        "end_earliest": start[1] + timedelta(days=days or 1),
        "end_latest": start[1] + timedelta(days=days) if days else None,
        "dose_per_day_low": dose,
        "dose_per_day_high": dose + wider if dose else None,
        "dose_unit": "mg/day" if dose else None,
        "basis": draw(st.sampled_from(("dispensed", "dispensed", "ordered", "stated"))),
        "status": draw(st.sampled_from(("completed", "active", "stopped", "not-taken", "unknown"))),
        "stop_reason": draw(st.sampled_from((None, None, None, "no benefit", "side effects", "not taken", "better"))),
        "adherence": draw(st.sampled_from((None, None, "yes", "partly", "no"))),
        "reported_outcome": draw(st.sampled_from((None, None, "better", "partly better", "not better"))),
        "coded_by": "code",
        "evidence_id": f"exposure-{number}",
    }


@st.composite
def scores(draw: DrawFn, person_id: str, number: int) -> Row:
    """One written total on one of three scales, in or out of its range, or unknown."""
    day = draw(vague_days())
    return {
        "person_id": person_id,
        "score_id": f"score-{number}",
        "instrument": draw(st.sampled_from(("phq-9", "phq-9", "phq-9", "qids-sr16", "gad-7"))),
        "date_earliest": day[0],
        "date_latest": day[1],
        "value": draw(st.one_of(st.none(), st.integers(0, 28).map(float))),
        "evidence_id": f"score-{number}",
    }


@st.composite
def items(draw: DrawFn, person_id: str, number: int) -> list[Row]:
    """Answers to a PHQ-9, some skipped."""
    day = draw(vague_days())
    answers = draw(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=9, max_size=9))
    return [
        {
            "person_id": person_id,
            "score_id": f"items-{number}",
            "instrument": "phq-9",
            "item": str(place),
            "date_earliest": day[0],
            "date_latest": day[1],
            "value": None if answer is None else float(answer),
            "evidence_id": f"items-{number}",
        }
        for place, answer in enumerate(answers, 1)
    ]


@st.composite
def conditions(draw: DrawFn, person_id: str, number: int) -> Row:
    """One diagnosis."""
    start = draw(vague_days())
    return {
        "person_id": person_id,
        "code_set": draw(st.sampled_from(("major-depression", "major-depression", "bipolar", "dementia"))),
        "start_earliest": start[0],
        "start_latest": start[1],
        "status": draw(st.sampled_from(("active", "resolved", "unknown"))),
        "certainty": draw(st.sampled_from(("confirmed", "unknown", "refuted"))),
        "coded_by": "code",
        "evidence_id": f"condition-{number}",
    }


@st.composite
def people(draw: DrawFn, person_id: str = "p") -> Rows:
    """One person's record tables."""
    count = st.integers(0, 6)
    return {
        "person": [{"person_id": person_id}],
        "exposure": [draw(exposures(person_id, n)) for n in range(draw(count))],
        "score": [draw(scores(person_id, n)) for n in range(draw(count))],
        "item": [row for n in range(draw(st.integers(0, 2))) for row in draw(items(person_id, n))],
        "condition": [draw(conditions(person_id, n)) for n in range(draw(st.integers(0, 3)))],
    }
