"""Facts about the body: from a record through the readers and the engine to present, absent, unknown."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import textstat

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import Knowledge, load
from stepwell.knowledge.schema import Fact, Sign
from stepwell.records.csv_folder.columns import FILES
from stepwell.records.read import read
from tests.unit.records.bundles import LOINC, about, bundle, concept, save

AS_OF = date(2025, 6, 30)
FILES_OF_OURS = ("facts/body.toml", "facts/heart.toml", "facts/hormones.toml")
HARDEST_GRADE, LONGEST_QUESTION = 9.5, 26
LATELY = str(AS_OF - timedelta(days=3))

Rows = dict[str, list[dict[str, str]]]


@cache
def ours() -> tuple[Fact, ...]:
    knowledge = load()
    placed = zip(knowledge.facts, knowledge.places["facts"], strict=True)
    return tuple(fact for fact, place in placed if place.startswith(FILES_OF_OURS))


@dataclass(frozen=True)
class Someone:
    """A person of a CSV folder, and what is expected of them."""

    name: str
    rows: Rows
    expected: Mapping[str, str]
    suggested: tuple[str, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict)


def condition(code: str, start: str = LATELY, **more: str) -> Rows:
    return {"conditions": [{"icd10": code, "start": start, **more}]}


def lab(name: str, value: str, day: str = LATELY, **more: str) -> Rows:
    return {"labs": [{"lab": name, "value": value, "date": day, **more}]}


def pressure(systolic: int, diastolic: int, day: str = LATELY) -> Rows:
    names = {"systolic blood pressure": systolic, "diastolic blood pressure": diastolic}
    return {"labs": [{"lab": name, "value": str(value), "unit": "mmHg", "date": day} for name, value in names.items()]}


def answers(**given: str) -> Rows:
    return {
        "answers": [{"question": name.replace("_", "-"), "answer": one, "date": LATELY} for name, one in given.items()]
    }


def both(*parts: Rows) -> Rows:
    joined: Rows = {}
    for part in parts:
        for kind, rows in part.items():
            joined.setdefault(kind, []).extend(rows)
    return joined


def absent(*facts: str) -> dict[str, str]:
    return dict.fromkeys(facts, "absent")


def days_ago(days: int) -> str:
    return str(AS_OF - timedelta(days=days))


MAN, WOMAN = {"sex": "male", "birth_date": "1980-01-01"}, {"sex": "female", "birth_date": "1990-01-01"}

PEOPLE = (
    # Blood pressure: measured, told, and behind its gate.
    Someone("pressure 152/88", pressure(152, 88), {"raised-blood-pressure": "present"}, ("uncontrolled-hypertension",)),
    Someone("pressure 128/96", pressure(128, 96), {"raised-blood-pressure": "present"}),
    Someone("pressure 140/90", pressure(140, 90),
            {"raised-blood-pressure": "absent", "high-blood-pressure": "unknown"}),
    Someone("pressure 128/82", pressure(128, 82), {"raised-blood-pressure": "absent"}),
    Someone("pressure long ago", pressure(128, 82, days_ago(200)), {"raised-blood-pressure": "unknown"}),
    Someone("hypertension, treated", both(condition("I10", "2015"), pressure(128, 82)),
            {"high-blood-pressure": "present", "raised-blood-pressure": "absent",
             "uncontrolled-hypertension": "unknown"}),
    Someone("no high pressure", answers(high_blood_pressure="no"),
            {"raised-blood-pressure": "absent", "uncontrolled-hypertension": "absent"}),
    Someone("no high pressure, but hypertension", both(condition("I10"), answers(high_blood_pressure="no")),
            {"high-blood-pressure": "conflict", "raised-blood-pressure": "unknown"}),
    Someone("a crisis lately", condition("I16.1"), {"uncontrolled-hypertension": "present"}),
    # Heart.
    Someone("heart attack lately", condition("I21.4", days_ago(30)),
            {"recent-myocardial-infarction": "present", "unstable-cardiac-disease": "present",
             "serious-cardiovascular-disease": "present", "cardiovascular-disease": "present",
             "heart-or-vessel-disease": "present"}),
    Someone("heart attack long ago", condition("I21.4", "2015-03-01"),
            {"recent-myocardial-infarction": "unknown", "unstable-cardiac-disease": "unknown",
             "serious-cardiovascular-disease": "present"}),
    Someone("old heart attack in words",
            {"conditions": [{"condition": "Old myocardial infarction", "start": LATELY}]},
            {"recent-myocardial-infarction": "unknown", "serious-cardiovascular-disease": "present"}),
    Someone("heart attack, no date", condition("I21.4", ""), {"recent-myocardial-infarction": "unknown"},
            ("recent-myocardial-infarction",)),
    Someone("aortic stenosis", condition("I35.0"), {"severe-valve-disease": "unknown"}, ("severe-valve-disease",)),
    Someone("no heart trouble", answers(heart_or_vessel_disease="no"),
            absent(
                "recent-myocardial-infarction", "heart-failure", "severe-valve-disease", "unstable-angina",
                "cardiac-conduction-disease", "bradycardia-or-arrhythmia", "qt-prolonged", "unstable-cardiac-disease",
                "serious-cardiovascular-disease", "cardiovascular-disease")),
    Someone("QTc marked high", lab("QTc", "492", unit="ms", flag="high"), {"qt-prolonged": "present"}),
    Someone("QTc normal", lab("QTc", "410", unit="ms", flag="normal"), {"qt-prolonged": "absent"}),
    Someone("pacemaker", {"devices": [{"device": "cardiac pacemaker", "start": "2019"}]},
            {"cardiac-conduction-disease": "unknown"}, ("cardiac-conduction-disease",)),
    Someone("pulmonary hypertension in words", {"conditions": [{"condition": "Pulmonary hypertension"}]},
            {"high-blood-pressure": "unknown", "heart-or-vessel-disease": "present"}),
    Someone("hypertension in words", {"conditions": [{"condition": "Essential hypertension", "status": "active"}]},
            {"high-blood-pressure": "present"}),
    # Blood.
    Someone("TSH above the range", lab("TSH", "7.9", reference_low="0.4", reference_high="4.0"),
            {"raised-tsh": "present", "not-euthyroid": "present", "blood-test-problem": "present"}),
    Someone("TSH within the range", lab("TSH", "2", reference_low="0.4", reference_high="4.0"),
            {"raised-tsh": "absent", "not-euthyroid": "absent", "blood-test-problem": "unknown"}),
    Someone("TSH below the range", lab("TSH", "0.01", reference_low="0.4", reference_high="4.0"),
            {"raised-tsh": "absent", "not-euthyroid": "present"}),
    Someone("TSH without a range", lab("TSH", "7.9"), {"raised-tsh": "unknown", "not-euthyroid": "unknown"}),
    Someone("TSH two years ago", lab("TSH", "2", days_ago(700), flag="normal"), {"raised-tsh": "unknown"}),
    Someone("TSH normal after high",
            both(lab("TSH", "9", days_ago(300), flag="high"), lab("TSH", "2", days_ago(10), flag="normal")),
            {"raised-tsh": "absent"}),
    Someone("blood count low", lab("Hemoglobin", "9.8", flag="low"), {"anaemia": "present"}),
    Someone("haemoglobin A1c", lab("Hemoglobin A1c", "4.8", flag="low"), {"anaemia": "unknown"}),
    Someone("ferritin low", lab("ferritin", "6", flag="low"), {"iron-deficiency": "present", "anaemia": "unknown"}),
    Someone("all tested and well", answers(blood_test_problem="no"),
            absent(
                "raised-tsh", "not-euthyroid", "anaemia", "iron-deficiency", "low-b12", "low-folate",
                "low-vitamin-d")),
    Someone("not sure", answers(blood_test_problem="unsure"), {"anaemia": "unknown"}),
    # Kidneys and liver.
    Someone("eGFR 38", lab("eGFR", "38", unit="mL/min/1.73m2"), {"reduced-renal-function": "present"}),
    Someone("eGFR 52, marked low", lab("eGFR", "52", unit="mL/min/1.73m2", flag="low"),
            {"reduced-renal-function": "present"}),
    Someone("eGFR 95, normal", lab("eGFR", "95", unit="mL/min/1.73m2", flag="normal"),
            {"reduced-renal-function": "absent"}),
    Someone("eGFR 38, unit missing", lab("eGFR", "38"), {"reduced-renal-function": "unknown"}),
    Someone("kidney disease stage 2", condition("N18.2"),
            {"reduced-renal-function": "unknown", "kidney-or-liver-disease": "present"}, ("reduced-renal-function",)),
    Someone("cirrhosis", condition("K74.60"), {"hepatic-impairment": "present"}),
    Someone("fatty liver", condition("K76.0"), {"hepatic-impairment": "unknown"}, ("hepatic-impairment",)),
    Someone("sodium low", lab("sodium", "128", flag="low"), {"dehydration-or-sodium-change": "present"}),
    # Pregnancy and hormones.
    Someone("man", {}, absent(
                "could-be-pregnant", "pregnancy", "breastfeeding", "postpartum", "pregnancy-or-breastfeeding",
                "perimenopause"), person=MAN),
    Someone("woman of 35", {}, {"pregnancy": "unknown", "perimenopause": "unknown"}, person=WOMAN),
    Someone("woman of 65", {}, {"pregnancy-or-breastfeeding": "absent", "perimenopause": "absent"},
            person={"sex": "female", "birth_date": "1960-01-01"}),
    Someone("test positive", lab("pregnancy test", "Positive"), {"pregnancy": "present",
                                                                 "pregnancy-or-breastfeeding": "present"}),
    Someone("test negative, fresh", lab("pregnancy test", "Negative"), {"pregnancy": "absent"}),
    Someone("test negative, old", lab("pregnancy test", "Negative", days_ago(60)), {"pregnancy": "unknown"}),
    Someone("pregnant by status", lab("pregnancy status", "Pregnant"), {"pregnancy": "present"}),
    Someone("not pregnant by status", lab("pregnancy status", "Not pregnant (finding)"), {"pregnancy": "absent"}),
    Someone("pregnant years ago", condition("Z34.00", "2018-02-01"), {"pregnancy": "unknown"}),
    Someone("birth in spring", condition("Z37.0", days_ago(90)), {"postpartum": "present", "pregnancy": "unknown"}),
    Someone("pregnant, answered", answers(could_be_pregnant="yes", pregnancy="no", breastfeeding="no"),
            {"pregnancy-or-breastfeeding": "absent", "postpartum": "unknown"}),
    Someone("hot flushes", condition("N95.1", status="active"), {"perimenopause": "present"}),
    Someone("hypothyroid", condition("E03.9"), {"hypothyroidism": "present", "raised-tsh": "unknown"}),
    # The rest.
    Someone("smokes", lab("smoking status", "Current every day smoker"), {"smoking": "present"}),
    Someone("never smoked", lab("smoking status", "Never smoked tobacco (finding)"),
            {"smoking": "absent", "smoking-changed": "absent"}),
    Someone("smoked once", lab("smoking status", "Former smoker"), {"smoking": "unknown"}),
    Someone("cancer over", condition("C50.911", "2012", status="resolved"), {"cancer": "unknown"}),
    Someone("cancer now", condition("C50.911", "2024", status="active"), {"cancer": "present"}),
    Someone("skin cancer of a mild kind", condition("C44.311", "2024", status="active"), {"cancer": "unknown"}),
    Someone("cold of last winter", condition("J06.9", days_ago(150)), {"upper-respiratory-infection": "unknown"}),
    Someone("no infection", answers(infection_now="no"),
            {"upper-respiratory-infection": "absent", "uncontrolled-fever": "absent"}),
    Someone("apnoea refuted", condition("G47.33", certainty="refuted"), {"sleep-apnoea": "absent"}),
    Someone("one heart diagnosis refuted", condition("I48.91", certainty="refuted"),
            {"heart-or-vessel-disease": "unknown", "bradycardia-or-arrhythmia": "unknown"}),
    Someone("70 years old", {}, {"fall-risk": "unknown"}, ("fall-risk",), {"birth_date": "1955-01-01"}),
    Someone("allergic to lidocaine", {"allergies": [{"medicine": "lidocaine"}]},
            {"local-anaesthetic-allergy": "present"}),
    Someone("allergic to an anaesthetic", condition("Z88.4"), {"local-anaesthetic-allergy": "unknown"},
            ("local-anaesthetic-allergy",)),
    Someone("after a gastric bypass", condition("Z98.84", "2019"), {"bariatric-surgery": "present"}),
    Someone("nothing known", {}, {fact.id: "unknown" for fact in ours()}),
)  # fmt: skip


def write(folder: Path, people: Mapping[str, tuple[Mapping[str, str], Rows]]) -> Path:
    """A CSV folder of people: for each the cells of person.csv and the rows of other files."""
    folder.mkdir(exist_ok=True)
    for spec in FILES:
        rows: list[dict[str, str]] = [
            {"person_id": name, **row}
            for name, (person, files) in people.items()
            for row in ([dict(person)] if spec.kind == "person" else files.get(spec.kind, []))
        ]
        if rows:
            with (folder / spec.name).open("w", newline="", encoding="utf-8") as file:
                columns = [column.name for column in spec.columns]
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
    return folder


class Reviewed:
    """States of facts of everybody in a record."""

    def __init__(self, path: Path, engine: Engine, knowledge: Knowledge) -> None:
        records = read(path, knowledge)
        found = engine.run(records.tables, AS_OF, ("fact", "fact_evidence"))
        self._facts = {(row["person_id"], row["fact"]): row for row in found["fact"].to_pylist()}
        self.evidence: list[dict[str, Any]] = found["fact_evidence"].to_pylist()

    def state(self, person: str, fact: str) -> str:
        row = self._facts.get((person, fact))
        return str(row["state"]) if row else "unknown"

    def suggested(self, person: str, fact: str) -> bool:
        row = self._facts.get((person, fact))
        return bool(row and row["suggested"])


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Iterator[Engine]:
    made = Engine(knowledge)
    yield made
    made.close()


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, engine: Engine, knowledge: Knowledge) -> Reviewed:
    people = {one.name: (one.person, one.rows) for one in PEOPLE}
    return Reviewed(write(tmp_path_factory.mktemp("crowd"), people), engine, knowledge)


@pytest.mark.parametrize("someone", PEOPLE, ids=lambda one: one.name)
def test_a_record_says(crowd: Reviewed, someone: Someone) -> None:
    assert {fact: crowd.state(someone.name, fact) for fact in someone.expected} == someone.expected
    assert [fact for fact in someone.suggested if not crowd.suggested(someone.name, fact)] == []


def test_every_state_but_unknown_has_a_row_of_the_record(crowd: Reviewed) -> None:
    assert {row["evidence_id"].split("#")[0] for row in crowd.evidence} <= {spec.name for spec in FILES}
    assert all(row["evidence_id"] for row in crowd.evidence)


# --- every sign, every answer, every gate ----------------------------------------------------------


def rows_that_fulfil(sign: Sign, knowledge: Knowledge) -> Rows | None:
    """Rows that a sign speaks of; None for a kind that this file doesn't make up."""
    if sign.kind == "condition":
        code = next(row.code for row in knowledge.codes if (row.code_set, row.system) == (sign.of, "icd-10-cm"))
        return condition(code, status="active")
    if sign.kind != "lab":
        return None
    loinc = next(row.code for row in knowledge.codes if row.code_set == sign.of)
    cells = {"loinc": loinc, "date": LATELY, "unit": sign.unit or "", "flag": sign.flag or ""}
    if sign.comparison is not None and sign.value is not None:
        beyond = sign.value + (1 if sign.comparison == "more than" else -1)
        return {"labs": [{**cells, "value": str(beyond)}]}
    if sign.flag == "abnormal":
        cells["flag"] = "high"
    return {"labs": [{**cells, "value": sign.text or ""}]}


def test_every_sign_that_is_fulfilled_speaks_of_its_fact(tmp_path: Path, engine: Engine, knowledge: Knowledge) -> None:
    signs = {
        f"{fact.id} {number}": (fact, sign, rows)
        for fact in ours()
        for number, sign in enumerate(fact.signs)
        if (rows := rows_that_fulfil(sign, knowledge))
    }
    people: dict[str, tuple[Mapping[str, str], Rows]] = {name: ({}, rows) for name, (_, _, rows) in signs.items()}
    reviewed = Reviewed(write(tmp_path / "signs", people), engine, knowledge)
    said = {(row["person_id"], row["fact"], row["says"]) for row in reviewed.evidence}
    assert len(signs) > len(ours())
    assert [name for name, (fact, sign, _) in signs.items() if (name, fact.id, sign.says) not in said] == []


def test_yes_no_and_unsure_settle_every_question(tmp_path: Path, engine: Engine, knowledge: Knowledge) -> None:
    asked = [fact for fact in ours() if not fact.any_of]
    people: dict[str, tuple[Mapping[str, str], Rows]] = {
        one: ({}, {"answers": [{"question": fact.id, "answer": one, "date": LATELY} for fact in asked]})
        for one in ("yes", "no", "unsure")
    }
    reviewed = Reviewed(write(tmp_path / "answers", people), engine, knowledge)
    for given, state in (("yes", "present"), ("no", "absent"), ("unsure", "unknown")):
        assert {fact.id: reviewed.state(given, fact.id) for fact in ours()} == {fact.id: state for fact in ours()}


def test_a_gate_that_is_shut_settles_all_behind_it_and_an_open_one_nothing(
    tmp_path: Path, engine: Engine, knowledge: Knowledge
) -> None:
    behind: dict[str, list[str]] = {}
    for fact in ours():
        if fact.gate:
            behind.setdefault(fact.gate, []).append(fact.id)
    people: dict[str, tuple[Mapping[str, str], Rows]] = {
        f"{gate} {one}": ({}, {"answers": [{"question": gate, "answer": one, "date": LATELY}]})
        for gate in behind
        for one in ("yes", "no")
    }
    reviewed = Reviewed(write(tmp_path / "gates", people), engine, knowledge)
    for gate, facts in behind.items():
        assert {reviewed.state(f"{gate} no", fact) for fact in facts} == {"absent"}, gate
        assert {reviewed.state(f"{gate} yes", fact) for fact in facts} == {"unknown"}, gate


def test_a_fhir_panel_of_blood_pressure_shows_it(tmp_path: Path, engine: Engine, knowledge: Knowledge) -> None:
    parts = [
        {"code": concept(LOINC, code), "valueQuantity": {"value": value, "unit": "mmHg"}}
        for code, value in (("8480-6", 151), ("8462-4", 84))
    ]
    panel = about(
        "Observation", status="final", code=concept(LOINC, "85354-9"), effectiveDateTime=LATELY, component=parts
    )
    reviewed = Reviewed(save(tmp_path, bundle(panel)), engine, knowledge)
    assert reviewed.state("a", "raised-blood-pressure") == "present"
    assert {row["evidence_id"] for row in reviewed.evidence if "pressure" in row["fact"]} == {"Observation/r1"}


# --- words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", ours(), ids=lambda fact: fact.id)
def test_a_question_can_be_read_at_twelve(fact: Fact) -> None:
    assert fact.question.endswith("?")
    assert len(fact.question.split()) <= LONGEST_QUESTION
    assert textstat.textstat.flesch_kincaid_grade(fact.question) <= HARDEST_GRADE
    assert fact.plain[0].islower()
    assert not fact.plain.endswith(".")


def test_nothing_of_the_body_is_absent_by_silence() -> None:
    assert [fact.id for fact in ours() if fact.silence != "unknown"] == []
