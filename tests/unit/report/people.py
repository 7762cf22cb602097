"""People made up for the reports: records by hand, reviewed by the real steps with the real knowledge."""

from datetime import date, timedelta
from functools import cache
from typing import Any

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import load
from stepwell.records.dates import interval
from stepwell.records.tables import Finding, Records, Unused, build_tables
from stepwell.review import Review, assemble

Row = dict[str, Any]
AS_OF = date(2024, 6, 30)


def dated(name: str, text: str) -> Row:
    """The two columns of a date as it was written."""
    earliest, latest = interval(text)
    return {f"{name}_earliest": earliest, f"{name}_latest": latest}


def supply(
    person_id: str, number: int, ingredient: str, start: str, days: int | None, dose: float | None, **more: Any
) -> Row:
    """One supply of a drug."""
    row = {
        "person_id": person_id, "ingredient": ingredient, "dose_per_day_low": dose, "dose_per_day_high": dose,
        "dose_unit": "mg/day", "basis": "dispensed", "status": "completed", "coded_by": "code",
        "evidence_id": f"MedicationDispense/{number}", **dated("start", start),
    }  # fmt: skip
    if days is not None:
        end = row["start_latest"] + timedelta(days=days)
        row |= {"end_earliest": row["start_earliest"] + timedelta(days=days), "end_latest": end}
    return row | more


def score(person_id: str, number: int, instrument: str, when: str, value: float | None) -> Row:
    """One total."""
    return {
        "person_id": person_id, "score_id": f"Observation/{number}", "instrument": instrument, "value": value,
        "evidence_id": f"Observation/{number}", **dated("date", when),
    }  # fmt: skip


def answers(person_id: str, number: int, instrument: str, when: str, values: list[float | None]) -> list[Row]:
    """The answers of one questionnaire."""
    return [
        {
            "person_id": person_id, "score_id": f"Observation/{number}", "instrument": instrument, "item": str(place),
            "value": value, "evidence_id": f"Observation/{number}", **dated("date", when),
        }
        for place, value in enumerate(values, 1)
    ]  # fmt: skip


def diagnosis(person_id: str, code_set: str, start: str) -> Row:
    """One condition."""
    return {
        "person_id": person_id, "code_set": code_set, "status": "active", "certainty": "confirmed", "coded_by": "code",
        "evidence_id": f"Condition/{code_set}", **dated("start", start),
    }  # fmt: skip


def _refills(person_id: str, first: int, ingredient: str, start: date, doses: list[float], **more: Any) -> list[Row]:
    return [
        supply(person_id, first + place, ingredient, (start + timedelta(days=30 * place)).isoformat(), 30, dose, **more)
        for place, dose in enumerate(doses)
    ]


def ana() -> dict[str, list[Row]]:
    """Sertraline failed, venlafaxine too low, bupropion with aripiprazole running; the suicide item is above zero."""
    who = "ana"
    scores = [(1, "2023-05-02", 21), (2, "2023-06-14", 20), (3, "2023-08-20", 19), (4, "2023-11-28", 20),
              (5, "2024-03-04", 18), (6, "2024-05-20", 15)]  # fmt: skip
    return {
        "person": [{"person_id": who, "sex": "female", "evidence_id": "Patient/ana", **dated("birth", "1980-04")}],
        "condition": [diagnosis(who, "major-depression", "2023-04-20")],
        "exposure": [
            *_refills(who, 1, "sertraline", date(2023, 5, 4), [50, 100, 150, 150]),
            *_refills(who, 10, "venlafaxine", date(2023, 9, 10), [37.5, 37.5, 37.5]),
            *_refills(who, 20, "bupropion", date(2023, 12, 12), [150, 300, 300, 300, 300, 300, 300]),
            *_refills(who, 30, "aripiprazole", date(2024, 4, 10), [2, 5, 5]),
        ],
        "score": [score(who, n, "phq-9", when, value) for n, when, value in scores]
        + [score(who, 7, "phq-9", "2024-06-25", None), score(who, 8, "gad-7", "2024-06-25", 9)],
        "item": answers(who, 7, "phq-9", "2024-06-25", [2, 2, 1, 2, 1, 2, 1, 1, 1]),
    }


def ben() -> dict[str, list[Row]]:
    """One drug that worked, from its order; an old answer above zero, a newer one of zero."""
    who = "ben"
    return {
        "person": [{"person_id": who, "evidence_id": "Patient/ben"}],
        "condition": [diagnosis(who, "major-depression", "2023")],
        "exposure": [supply(who, 1, "escitalopram", "2024-01-10", None, 10, basis="ordered", status="active")],
        "score": [score(who, n, "phq-9", when, None) for n, when in ((1, "2024-01-08"), (2, "2024-05-10"))],
        "item": [
            *answers(who, 1, "phq-9", "2024-01-08", [3, 3, 2, 2, 2, 2, 2, 1, 1]),
            *answers(who, 2, "phq-9", "2024-05-10", [1, 1, 0, 1, 0, 0, 0, 0, 0]),
        ],
    }


def cleo() -> dict[str, list[Row]]:
    """Almost nothing: one statement with a year, no dose, no score."""
    return {
        "person": [{"person_id": "cleo", "evidence_id": "Patient/cleo"}],
        "exposure": [
            supply("cleo", 1, "citalopram", "2022", None, None, basis="stated", status="unknown", dose_unit=None)
        ],
    }


def dan() -> dict[str, list[Row]]:
    """Two adequate failures on record, and a bipolar disorder; the newest questionnaire leaves out the question."""
    who = "dan"
    return {
        "person": [{"person_id": who, "evidence_id": "Patient/dan", **dated("birth", "1971-02-03")}],
        "condition": [diagnosis(who, "bipolar", "2022-02")],
        "exposure": [
            *_refills(who, 1, "sertraline", date(2023, 5, 4), [50, 100, 150, 150], stop_reason="no benefit"),
            *_refills(who, 10, "venlafaxine", date(2023, 9, 5), [75, 150, 225, 225], stop_reason="side effects"),
        ],
        "score": [score(who, 1, "phq-9", "2023-05-01", 22), score(who, 2, "phq-9", "2023-08-25", 21)],
        "item": answers(who, 3, "phq-9", "2024-02-01", [2, 2, 2, 2, None, 2, 2, 2, None]),
    }


def eve() -> dict[str, list[Row]]:
    """Nothing at all."""
    return {"person": [{"person_id": "eve", "evidence_id": "Patient/eve"}]}


def gus() -> dict[str, list[Row]]:
    """Two long trials at an adequate dose, and not one score."""
    who = "gus"
    return {
        "person": [{"person_id": who, "evidence_id": "Patient/gus", "sex": "male"}],
        "condition": [diagnosis(who, "major-depression", "2023-04")],
        "exposure": [
            *_refills(who, 1, "sertraline", date(2023, 5, 4), [100, 100, 100, 100]),
            *_refills(who, 10, "citalopram", date(2023, 9, 5), [20, 20, 20, 20]),
        ],
    }


HOSTILE = """<script>alert("x")</script>'&\u202e{{ 7*7 }}[red]"""


def hal() -> dict[str, list[Row]]:
    """Ids and free text of a record that try to be more than text."""
    return {
        "person": [{"person_id": HOSTILE, "sex": HOSTILE, "evidence_id": f"Patient/{HOSTILE}"}],
        "exposure": [
            supply(HOSTILE, 1, "sertraline", "2024-01-03", 60, 50, evidence_id=f"MedicationDispense/{HOSTILE}")
        ],
        "score": [score(HOSTILE, 1, "phq-9", "2024-01-02", 14) | {"evidence_id": f"Observation/{HOSTILE}"}],
    }


def answered(person_id: str, number: int, fact: str, value: str, when: str = "2024-06-28") -> Row:
    """An answer to the question of one fact."""
    return {
        "person_id": person_id, "question": fact, "about": None, "value": value, "evidence_id": f"answers#{number}",
        **dated("date", when),
    }  # fmt: skip


def ida() -> dict[str, list[Row]]:
    """One failed trial; sleep apnoea on record, an underactive thyroid that a clinician denies, metal in the head."""
    who = "ida"
    told = {"hypothyroidism": "no", "metal-in-or-near-head": "yes", "bipolar-disorder": "no", "chronic-pain": "unsure",
            "psychotic-features": "no"}  # fmt: skip
    return {
        "person": [{"person_id": who, "sex": "female", "evidence_id": "Patient/ida", **dated("birth", "1985-01-09")}],
        "condition": [
            diagnosis(who, "major-depression", "2023-04"), diagnosis(who, "sleep-apnoea", "2022-11-03"),
            diagnosis(who, "hypothyroidism", "2021-02-01"),
        ],
        "exposure": _refills(who, 1, "sertraline", date(2024, 1, 4), [50, 100, 150, 150, 150, 150]),
        "score": [score(who, 1, "phq-9", "2024-01-03", 20), score(who, 2, "phq-9", "2024-06-20", 19)],
        "answer": [
            answered(who, place, fact, value) | {"by": "clinician"}
            for place, (fact, value) in enumerate(told.items(), 1)
        ],
    }  # fmt: skip


def jon() -> dict[str, list[Row]]:
    """A medicine whose level another lowers, and one that a gene changes; both are taken now."""
    who = "jon"
    phenotype = answered(who, 1, "cyp2c19-phenotype", "poor metabolizer")
    return {
        "person": [{"person_id": who, "sex": "male", "evidence_id": "Patient/jon", **dated("birth", "1990-02")}],
        "condition": [diagnosis(who, "major-depression", "2023-04")],
        "exposure": [
            supply(who, 1, "vortioxetine", "2024-05-01", 90, 10), supply(who, 2, "rifampicin", "2024-06-01", 60, None),
            supply(who, 3, "citalopram", "2024-06-02", 60, 20),
        ],
        "answer": [phenotype],
    }  # fmt: skip


def kim() -> dict[str, list[Row]]:
    """As dan, and the answer says that there is no bipolar disorder; thoughts of death are answered with yes."""
    rows = dan()
    return {name: [row | {"person_id": "kim"} for row in table] for name, table in rows.items()} | {
        "answer": [answered("kim", 1, "bipolar-disorder", "no"), answered("kim", 2, "suicidal-thoughts-now", "yes")]
    }


def lea() -> dict[str, list[Row]]:
    """At 71 on citalopram 40 mg; an undated code of suicidal thoughts; an old answer, and a no that settles nothing."""
    who = "lea"
    thoughts = diagnosis(who, "suicidal-ideation", "2024-01") | {"start_earliest": None, "start_latest": None}
    return {
        "person": [{"person_id": who, "sex": "female", "evidence_id": "Patient/lea", **dated("birth", "1953-02-03")}],
        "condition": [diagnosis(who, "major-depression", "2023-04"), thoughts],
        "exposure": _refills(who, 1, "citalopram", date(2024, 3, 20), [40, 40, 40, 40]),
        "answer": [
            answered(who, 1, "side-effects-now", "no", "2024-01-05"),
            answered(who, 2, "times-of-high-mood", "no"),
            answered(who, 3, "failed-two-antidepressants", "yes"),
        ],
    }


def max_() -> dict[str, list[Row]]:
    """Nothing but an unsure answer about danger."""
    return eve() | {"answer": [answered("eve", 1, "acute-danger-to-self", "unsure")]}


def nia() -> dict[str, list[Row]]:
    """A drug that worked, with a supply missing between; then one begun and ended in remission."""
    who = "nia"
    scores = [(1, "2023-05-01", 19), (2, "2023-07-20", 7), (3, "2023-09-15", 7), (4, "2023-12-05", 7),
              (5, "2024-01-18", 3), (6, "2024-04-10", 4)]  # fmt: skip
    return {
        "person": [{"person_id": who, "sex": "female", "evidence_id": "Patient/nia", **dated("birth", "1980-04")}],
        "condition": [diagnosis(who, "major-depression", "2023-04")],
        "exposure": [
            *_refills(who, 1, "sertraline", date(2023, 5, 4), [100, 100, 100]),
            *_refills(who, 10, "sertraline", date(2023, 9, 12), [100, 100, 100]),
            *_refills(who, 20, "escitalopram", date(2024, 1, 20), [10, 10, 10]),
        ],
        "score": [score(who, n, "phq-9", when, value) for n, when, value in scores],
    }


def oto() -> dict[str, list[Row]]:
    """Taken now: a dose in the record that nobody takes, a hundred times that of the tablets."""
    who = "oto"
    return {
        "person": [{"person_id": who, "sex": "male", "evidence_id": "Patient/oto", **dated("birth", "1990-02")}],
        "condition": [diagnosis(who, "major-depression", "2023-04")],
        "exposure": [
            *_refills(who, 1, "sertraline", date(2023, 5, 4), [50, 5000, 50]),
            *_refills(who, 10, "escitalopram", date(2024, 4, 20), [1000, 1000, 1000]),
        ],
        "score": [score(who, 1, "phq-9", "2023-05-01", 19), score(who, 2, "phq-9", "2024-06-20", 17)],
    }


def pia() -> dict[str, list[Row]]:
    """An answer above zero about death or self-harm, and a zero of which nobody wrote down the day."""
    who = "pia"
    undated = {"date_earliest": None, "date_latest": None}
    return {
        "person": [{"person_id": who, "sex": "female", "evidence_id": "Patient/pia", **dated("birth", "1985-02")}],
        "condition": [diagnosis(who, "major-depression", "2023-04")],
        "score": [
            score(who, 1, "phq-9", "2024-06-20", 17), score(who, 2, "phq-9", "2024-06-25", 3) | undated,
        ],
        "item": [
            *answers(who, 1, "phq-9", "2024-06-20", [2, 2, 2, 2, 2, 2, 2, 1, 2]),
            *(row | undated for row in answers(who, 2, "phq-9", "2024-06-25", [1, 1, 1, 0, 0, 0, 0, 0, 0])),
        ],
    }  # fmt: skip


PEOPLE = {
    "ana": ana,
    "ben": ben,
    "cleo": cleo,
    "dan": dan,
    "eve": eve,
    "gus": gus,
    "hal": hal,
    "ida": ida,
    "jon": jon,
    "kim": kim,
    "lea": lea,
    "max": max_,
    "nia": nia,
    "oto": oto,
    "pia": pia,
}


@cache
def review(name: str, *definitions: str, as_of: date = AS_OF) -> Review:
    """The review of one of these people."""
    rows = PEOPLE[name]()
    records = Records(
        tables=build_tables(rows),
        findings=(
            Finding(
                "date-in-future",
                "record.json",
                "Observation/99",
                "effectiveDateTime",
                "Lies after the review; not used.",
                name,
            ),
            Finding("other", "record.json", "Observation/98", "value", "About somebody else.", "nobody"),
        ),
        rows_read={kind: len(table) for kind, table in rows.items()},
        unused=(Unused("record.json", "Claim", "not a kind that is read", 1),) if name != "eve" else (),
        source="FHIR R4 Bundle",
        locations={"MedicationDispense/1": ("record.json", 12)},
    )
    engine = _engine()
    person_id = str(rows["person"][0]["person_id"])
    return assemble(engine.run(records.tables, as_of), records, load(), as_of, person_id, definitions)


@cache
def _engine() -> Engine:
    return Engine(load())
