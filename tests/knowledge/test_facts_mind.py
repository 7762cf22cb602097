"""Facts about mood, mind, brain, devices and life: what a record of FHIR or CSV shows of them, and what it doesn't."""

import csv
import importlib
import re
import statistics
import warnings
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import textstat

from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import Knowledge, default_folder
from stepwell.knowledge.schema import Fact
from stepwell.records.lookup import Lookup
from stepwell.records.read import read
from stepwell.records.wording import plain
from tests.unit.records.bundles import ICD10, LOINC, PERSON, SNOMED, Node, about, bundle, concept, save, words

AS_OF = date(2025, 6, 30)
MAY = "2025-05-20"
FILES = ("mood", "mind", "brain", "context")
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
Rows = Sequence[Mapping[str, str]]
State = tuple[str, bool]
PRESENT, ABSENT, UNKNOWN, SUGGESTED = ("present", False), ("absent", False), ("unknown", False), ("unknown", True)


@pytest.fixture(scope="module")
def lookup(knowledge: Knowledge) -> Lookup:
    return Lookup(knowledge)


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


@pytest.fixture(scope="module")
def mine(knowledge: Knowledge) -> list[Fact]:
    return [
        fact
        for fact, place in zip(knowledge.facts, knowledge.places["facts"], strict=True)
        if place.startswith(tuple(f"facts/{name}.toml" for name in FILES))
    ]


def states(engine: Engine, knowledge: Knowledge, record: Path) -> dict[str, dict[str, State]]:
    """The state of each fact of each person, and whether it is suggested."""
    found = engine.run(read(record, knowledge, None).tables, AS_OF, ["fact"])["fact"].to_pylist()
    people: dict[str, dict[str, State]] = {}
    for row in found:
        people.setdefault(row["person_id"], {})[row["fact"]] = (row["state"], row["suggested"])
    return people


def from_fhir(engine: Engine, knowledge: Knowledge, folder: Path, *resources: Node) -> dict[str, State]:
    """The facts of one person from a Bundle."""
    return states(engine, knowledge, save(folder, bundle(*resources))).get("a", {})


def from_csv(engine: Engine, knowledge: Knowledge, folder: Path, **files: Rows) -> dict[str, dict[str, State]]:
    """The facts of each person from a folder of CSV files."""
    ids = sorted({row["person_id"] for rows in files.values() for row in rows})
    files.setdefault("person", [{"person_id": one, "birth_date": "1980"} for one in ids])
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
            writer.writeheader()
            writer.writerows(rows)
    return states(engine, knowledge, folder)


def condition(number: int, code: Node, clinical: str = "active", verified: str = "confirmed", **more: Any) -> Node:
    return about(
        "Condition", number, code=code, clinicalStatus=concept(CLINICAL, clinical),
        verificationStatus=concept(VERIFIED, verified), **{"onsetDateTime": MAY, **more},
    )  # fmt: skip


def answered(person: str, **answers: str) -> list[dict[str, str]]:
    return [
        {"person_id": person, "date": "2025-06-29", "question": fact.replace("_", "-"), "answer": said}
        for fact, said in answers.items()
    ]


# --- codes and words -------------------------------------------------------------------------------

CODED = {
    "F33.1": {"recurrent-depression", "moderate-depression-code"},
    "F33.3": {"recurrent-depression", "severe-depression-code", "psychotic-features"},
    "F32.3": {"severe-depression-code", "psychotic-features"},
    "F33.42": {"recurrent-depression", "depression-in-remission"},
    "F22": {"other-psychosis"},
    "R45.851": {"suicidal-ideation"},
    "T14.91XA": {"suicide-attempt"},
    "X78.1XXA": {"suicide-attempt"},
    "Z91.51": {"suicidal-behaviour-history"},
    "F06.1": {"catatonia"},
    "F03.92": {"dementia-with-psychosis"},
    "F03.90": set(),
    "G31.84": {"cognitive-decline", "neurological-disorder"},
    "F50.00": {"eating-disorder"},
    "F50.010": {"eating-disorder"},
    "E43": {"malnutrition"},
    "F43.12": {"ptsd"},
    "F41.1": {"anxiety-disorder"},
    "F40.240": {"anxiety-disorder", "claustrophobia"},
    "R45.0": {"anxiety-symptom"},
    "F42.9": {"ocd"},
    "F90.0": {"adhd"},
    "F60.3": {"personality-disorder"},
    "F10.20": {"substance-use-disorder", "alcohol-problem"},
    "F10.21": {"substance-use-disorder"},
    "F10.231": {"substance-use-disorder", "alcohol-problem", "withdrawal", "complicated-withdrawal"},
    "F13.230": {"substance-use-disorder", "drug-problem", "withdrawal"},
    "F11.20": {"substance-use-disorder", "drug-problem"},
    "F11.21": {"substance-use-disorder"},
    "F11.90": set(),
    "F12.90": {"drug-problem"},
    "F12.91": set(),
    "F17.210": set(),
    "Z56.0": {"psychosocial-stress"},
    "Z57.0": set(),
    "Z59.02": {"psychosocial-stress", "housing-problem"},
    "Z62.810": {"childhood-abuse"},
    "Z63.4": {"psychosocial-stress", "bereavement"},
    "G40.909": {"seizure", "epilepsy"},
    "G40.919": {"seizure", "epilepsy", "uncontrolled-epilepsy"},
    "R56.9": {"seizure"},
    "Z82.0": {"family-history-epilepsy"},
    "I63.9": {"stroke-infarct"},
    "Z86.73": {"stroke-in-past"},
    "I61.9": {"intracerebral-bleed", "intracranial-bleed"},
    "I62.00": {"intracranial-bleed"},
    "S06.0X0A": {"brain-injury"},
    "S06.2X0A": {"brain-injury", "brain-trauma"},
    "S06.5X0A": {"brain-injury", "brain-trauma", "intracranial-bleed"},
    "G93.2": {"raised-intracranial-pressure"},
    "G91.2": {"hydrocephalus", "neurological-disorder"},
    "C71.9": {"space-occupying-lesion"},
    "I67.4": {"hypertensive-encephalopathy"},
    "I71.40": {"aneurysm"},
    "I72.9": {"aneurysm-somewhere"},
    "I60.9": {"intracranial-bleed", "bleeding-aneurysm"},
    "Q28.2": {"arteriovenous-malformation"},
    "G20.A1": {"parkinsons-disease", "neurological-disorder"},
    "G35.A": {"multiple-sclerosis", "neurological-disorder"},
    "J38.01": {"vocal-cord-palsy"},
    "J98.6": {"diaphragm-disorder"},
    "Z96.21": {"head-implant-status"},
    "Z96.82": {"neurostimulator-status"},
    "Z98.2": {"fluid-drain-status"},
    "Z96.20": {"hearing-device-status"},
    "Z95.810": {"defibrillator-status"},
    "Z95.0": {"pacemaker-status"},
    "H44.601": {"metal-in-eye"},
    "Z18.10": {"retained-metal"},
    "Z72.820": {"sleep-deprivation"},
}


@pytest.fixture(scope="module")
def own_sets(knowledge: Knowledge) -> set[str]:
    """The code sets of this group."""
    return {
        one.id
        for one, place in zip(knowledge.code_sets, knowledge.places["code_sets"], strict=True)
        if place.startswith("codes/code_sets-mind.toml")
    }


@pytest.mark.parametrize("code", CODED)
def test_a_code_belongs_to_these_sets_and_no_others(code: str, lookup: Lookup, own_sets: set[str]) -> None:
    found = {one.code_set for one in lookup.code_sets("condition", [("icd-10-cm", code)], None)}
    assert found & own_sets == CODED[code]


def test_the_sample_codes_are_codes_and_leave_out_no_set(knowledge: Knowledge, own_sets: set[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        icd = importlib.import_module("simple_icd_10_cm")
    assert [code for code in CODED if not icd.is_valid_item(code)] == []
    with_codes = {row.code_set for row in knowledge.codes if row.system == "icd-10-cm" and row.code_set in own_sets}
    assert with_codes - {one for sets in CODED.values() for one in sets} == set()


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("History of seizures", {"seizure"}),
        ("Seizure disorder", {"seizure", "epilepsy"}),
        ("Family history of epilepsy", set()),
        ("Major depressive disorder, recurrent, psychotic symptoms", {"recurrent-depression", "psychotic-features"}),
        ("Severe depression without psychotic symptoms", set()),
        ("Generalised anxiety disorder", {"anxiety-disorder"}),
        ("Anxiety", {"anxiety-symptom"}),
        ("Stress incontinence", set()),
        ("Post-traumatic stress disorder", {"ptsd"}),
        ("Obsessive-compulsive personality disorder", {"personality-disorder"}),
        ("Obsessive-compulsive disorder", {"ocd"}),
        ("Alcohol withdrawal delirium", {"complicated-withdrawal", "withdrawal"}),
        ("Intracranial hypertension", {"raised-intracranial-pressure"}),
        ("Abdominal aortic aneurysm", {"aneurysm"}),
        ("Aneurysm of left ventricle", {"aneurysm-somewhere"}),
        ("Hemorrhagic stroke", {"intracerebral-bleed", "intracranial-bleed"}),
        ("Suicide risk screening", set()),
        ("Suicide attempt", {"suicide-attempt"}),
        ("History of suicide attempt", {"suicidal-behaviour-history"}),
    ],
)  # fmt: skip
def test_words_name_these_sets(text: str, sets: set[str], lookup: Lookup, own_sets: set[str]) -> None:
    assert {one.code_set for one in lookup.code_sets("condition", [], text)} & own_sets == sets


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("Implantable cardioverter defibrillator", {"defibrillator-device"}),
        ("Dual chamber cardiac pacemaker", {"pacemaker-device"}),
        ("Cochlear implant, left", {"device-near-head"}),
        ("Titanium aneurysm clip", {"metal-in-head"}),
        ("Insulin pump", set()),
    ],
)
def test_words_name_these_devices(text: str, sets: set[str], lookup: Lookup) -> None:
    assert {one.code_set for one in lookup.code_sets("device", [], text)} == sets


def test_longer_phrases_hide_no_diagnosis_that_definitions_look_for(knowledge: Knowledge, own_sets: set[str]) -> None:
    """The longest phrase wins, so one that holds another has to stand in the other's set too."""
    needed = {"major-depression", "dysthymia", "bipolar", "mania", "psychosis", "dementia"}
    sets: dict[str, set[str]] = {}
    for row in knowledge.texts:
        sets.setdefault(plain(row.phrase), set()).add(row.code_set)
    mine = [phrase for phrase, held in sets.items() if held & own_sets]
    hidden = [
        (long, short)
        for long in mine
        for short, held in sets.items()
        if short != long and re.search(rf"\b{re.escape(short)}\b", long) and not held & needed <= sets[long]
    ]
    assert hidden == []


# --- FHIR to facts ---------------------------------------------------------------------------------


def test_diagnoses_show_facts(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    found = from_fhir(
        engine, knowledge, tmp_path,
        condition(1, concept(ICD10, "F33.3")), condition(2, concept(ICD10, "F43.10")),
        condition(3, words("Epilepsy")), condition(4, concept(ICD10, "F10.21")),
        condition(5, concept(SNOMED, "247803002")),
    )  # fmt: skip
    shown = (
        "depression-diagnosis", "recurrent-depression", "psychotic-features", "psychosis-history", "ptsd",
        "seizure-history", "seizure-disorder", "brain-or-nerve-history", "other-mind-trouble",
        "substance-use-disorder", "seasonal-pattern",
    )  # fmt: skip
    assert {fact: found.get(fact) for fact in shown} == dict.fromkeys(shown, PRESENT)
    assert found["severely-depressed-now"] == SUGGESTED
    assert "hazardous-alcohol-use" not in found  # in remission
    assert "bipolar-disorder" not in found  # silence is not a no


def test_a_snomed_code_tells_psychotic_features(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    found = from_fhir(engine, knowledge, tmp_path, condition(1, concept(SNOMED, "191613003")))
    assert (found["psychotic-features"], found["recurrent-depression"]) == (PRESENT, PRESENT)


def test_a_refuted_diagnosis_is_absent(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    found = from_fhir(
        engine, knowledge, tmp_path,
        condition(1, concept(ICD10, "F31.81"), verified="refuted"),
        condition(2, concept(ICD10, "F43.10"), verified="refuted"),
        condition(3, concept(ICD10, "G35.A"), verified="refuted"),
    )  # fmt: skip
    assert {found[one] for one in ("bipolar-disorder", "ptsd", "multiple-sclerosis")} == {ABSENT}


def test_one_refuted_illness_rules_out_no_other(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    found = from_fhir(
        engine, knowledge, tmp_path,
        condition(1, concept(ICD10, "F40.10"), verified="refuted"),
        condition(2, concept(ICD10, "G40.909"), verified="refuted"),
        condition(3, concept(ICD10, "F20.9"), verified="refuted"),
        condition(4, concept(ICD10, "R45.851"), verified="refuted"),
    )  # fmt: skip
    assert found["seizure-disorder"] == ABSENT
    wider = (
        "anxiety-disorder", "other-mind-trouble", "ocd", "brain-or-nerve-history", "recent-stroke", "seizure-history",
        "psychosis-history", "unusual-experiences", "psychotic-features", "suicidal-thoughts-now",
    )  # fmt: skip
    assert {fact: found.get(fact, UNKNOWN) for fact in wider} == dict.fromkeys(wider, UNKNOWN)


def test_a_provisional_diagnosis_only_suggests(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    found = from_fhir(
        engine, knowledge, tmp_path, condition(1, concept(ICD10, "F31.81"), verified="provisional"),
        condition(2, concept(ICD10, "F90.0"), verified="differential"),
    )  # fmt: skip
    assert (found["bipolar-disorder"], found["adhd"]) == (SUGGESTED, SUGGESTED)


def test_what_is_over_is_not_now(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    found = from_fhir(
        engine, knowledge, tmp_path,
        condition(1, concept(ICD10, "F32.3"), clinical="resolved", onsetDateTime="2019-02-01",
                  abatementDateTime="2019-09-01"),
        condition(2, concept(ICD10, "F43.10"), clinical="resolved", onsetDateTime="2010", abatementDateTime="2015"),
    )  # fmt: skip
    assert found["psychosis-history"] == PRESENT
    assert "psychotic-features" not in found
    assert "ptsd" not in found


@pytest.mark.parametrize(("onset", "expected"), [("2025-02-01", PRESENT), ("2015-02-01", UNKNOWN), (None, SUGGESTED)])
def test_a_stroke_is_recent_for_half_a_year(
    onset: str | None, expected: State, engine: Engine, knowledge: Knowledge, tmp_path: Path
) -> None:
    stroke = condition(1, concept(ICD10, "I63.9"), **{"onsetDateTime": onset} if onset else {})
    if onset is None:
        del stroke["onsetDateTime"]
    found = from_fhir(engine, knowledge, tmp_path, stroke)
    assert found.get("recent-stroke", UNKNOWN) == expected
    assert found["brain-or-nerve-history"] == PRESENT


def test_devices_show_what_bars_a_magnet(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    use = about(
        "DeviceUseStatement", 3, status="active", device={"display": "Titanium aneurysm clip"},
        timingDateTime="2016-04-01",
    )  # fmt: skip
    found = from_fhir(
        engine, knowledge, tmp_path,
        about("Device", 1, status="active", type=concept(SNOMED, "72506001")),
        about("Device", 2, status="active", deviceName=[{"name": "Cochlear implant", "type": "user-friendly-name"}]),
        use,
    )  # fmt: skip
    shown = (
        "implanted-defibrillator",
        "implanted-device-near-head",
        "metal-in-or-near-head",
        "metal-or-device-in-body",
    )
    assert {fact: found[fact] for fact in shown} == dict.fromkeys(shown, PRESENT)
    assert found["intracardiac-line"] == SUGGESTED
    assert found["mri-unsuited"] == SUGGESTED


def test_a_positive_suicide_item_shows_thoughts_of_suicide(
    engine: Engine, knowledge: Knowledge, tmp_path: Path
) -> None:
    item = about(
        "Observation", 1, status="final", code=concept(LOINC, "44260-8"), effectiveDateTime="2025-06-20",
        valueCodeableConcept=concept(LOINC, "LA6569-3"),
    )  # fmt: skip
    found = from_fhir(engine, knowledge, tmp_path, item)
    assert found["suicidal-thoughts-now"] == PRESENT
    assert "acute-danger-to-self" not in found


def test_an_old_attempt_is_no_danger_of_today(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    attempts = {"1": ("T14.91XA", "2025-06-10"), "2": ("T14.91XA", "2019-06-10"), "3": ("Z91.51", "2025-06-10")}
    rows = [{"person_id": one, "icd10": code, "start": day} for one, (code, day) in attempts.items()]
    found = from_csv(engine, knowledge, tmp_path, conditions=rows)
    danger = {one: found.get(one, {}).get("acute-danger-to-self", UNKNOWN) for one in attempts}
    assert danger == {"1": PRESENT, "2": UNKNOWN, "3": SUGGESTED}
    assert {found[one]["suicide-attempt-history"] for one in attempts} == {PRESENT}


def test_a_device_taken_out_only_suggests(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    devices = [
        {"person_id": "1", "device": "implantable defibrillator", "start": "2015", "end": "2020-03-01"},
        {"person_id": "2", "device": "implantable defibrillator", "start": "2015", "end": ""},
    ]
    found = from_csv(engine, knowledge, tmp_path, devices=devices)
    assert (found["1"]["implanted-defibrillator"], found["2"]["implanted-defibrillator"]) == (SUGGESTED, PRESENT)


def test_age_is_told_by_the_birth_date(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    child = {**PERSON, "id": "b", "birthDate": "2009-01-01"}
    old = {**PERSON, "id": "c", "birthDate": "1955"}
    found = states(engine, knowledge, save(tmp_path, bundle(child, old)))
    assert (found["a"]["adult"], found["b"]["adult"], found["c"]["adult"]) == (PRESENT, ABSENT, PRESENT)
    assert (found["a"]["age-65-or-over"], found["c"]["age-65-or-over"]) == (ABSENT, PRESENT)


# --- scores ----------------------------------------------------------------------------------------

SEVERITY = {
    "PHQ-9": {
        4: (PRESENT, ABSENT, ABSENT, PRESENT), 9: (PRESENT, ABSENT, ABSENT, ABSENT),
        10: (ABSENT, PRESENT, ABSENT, ABSENT), 14: (ABSENT, PRESENT, ABSENT, ABSENT),
        15: (ABSENT, PRESENT, SUGGESTED, ABSENT), 20: (ABSENT, PRESENT, PRESENT, ABSENT),
    },
    "QIDS-SR16": {5: (PRESENT, ABSENT, ABSENT, PRESENT), 11: (ABSENT, PRESENT, ABSENT, ABSENT),
                  16: (ABSENT, PRESENT, PRESENT, ABSENT)},
    "HAM-D17": {7: (PRESENT, ABSENT, ABSENT, PRESENT), 14: (ABSENT, PRESENT, ABSENT, ABSENT),
                20: (ABSENT, PRESENT, PRESENT, ABSENT)},
    "MADRS": {6: (PRESENT, ABSENT, ABSENT, SUGGESTED), 20: (ABSENT, PRESENT, ABSENT, ABSENT),
              35: (ABSENT, PRESENT, PRESENT, ABSENT)},
}  # fmt: skip
NOW = ("mildly-depressed-now", "moderately-depressed-now", "severely-depressed-now", "in-remission-now")


def test_bands_of_scales_say_how_severe_it_is(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    told = {f"{scale} {total}": (scale, total, expected) for scale, one in SEVERITY.items()
            for total, expected in one.items()}  # fmt: skip
    rows = [
        {"person_id": str(number), "date": "2025-06-01", "instrument": scale, "total": str(total)}
        for number, (scale, total, _) in enumerate(told.values())
    ]
    found = from_csv(engine, knowledge, tmp_path, scores=rows)
    assert {name: tuple(found[str(number)].get(fact, UNKNOWN) for fact in NOW) for number, name in enumerate(told)} == {
        name: expected for name, (_, _, expected) in told.items()
    }


def test_a_score_of_long_ago_says_nothing_of_now(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    days = {"1": AS_OF - timedelta(days=60), "2": AS_OF - timedelta(days=61)}
    rows = [{"person_id": one, "date": str(day), "instrument": "PHQ-9", "total": "22"} for one, day in days.items()]
    found = from_csv(engine, knowledge, tmp_path, scores=rows)
    assert found["1"]["severely-depressed-now"] == PRESENT
    assert not set(NOW) & set(found["2"])


def test_items_about_death(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    told = {"1": ("PHQ-9", "9", "0"), "2": ("PHQ-9", "9", "3"), "3": ("C-SSRS", "1", "1"), "4": ("C-SSRS", "5", "1"),
            "5": ("HAM-D17", "3", "1")}  # fmt: skip
    rows = [
        {"person_id": one, "date": "2025-06-20", "instrument": scale, "item": item, "answer": value}
        for one, (scale, item, value) in told.items()
    ]
    found = from_csv(engine, knowledge, tmp_path, items=rows)
    thoughts = {one: found.get(one, {}).get("suicidal-thoughts-now", UNKNOWN) for one in told}
    danger = {one: found.get(one, {}).get("acute-danger-to-self", UNKNOWN) for one in told}
    assert thoughts == {"1": UNKNOWN, "2": PRESENT, "3": PRESENT, "4": PRESENT, "5": PRESENT}  # a zero reassures nobody
    assert danger == {"1": UNKNOWN, "2": SUGGESTED, "3": UNKNOWN, "4": PRESENT, "5": UNKNOWN}


def test_screens_suggest_and_do_not_show(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    told = {"1": ("GAD-7", "12"), "2": ("AUDIT-C", "3"), "3": ("AUDIT-C", "2"), "4": ("MDQ", "8"), "5": ("MDQ", "3")}
    rows = [
        {"person_id": one, "date": "2025-06-20", "instrument": scale, "total": total}
        for one, (scale, total) in told.items()
    ]
    found = from_csv(engine, knowledge, tmp_path, scores=rows)
    assert found["1"]["anxiety-disorder"] == SUGGESTED
    assert (found["2"]["hazardous-alcohol-use"], found["3"]["hazardous-alcohol-use"]) == (SUGGESTED, ABSENT)
    assert found["4"]["bipolar-screen-positive"] == PRESENT
    assert found["4"]["mania-or-hypomania-history"] == SUGGESTED
    assert found["5"]["bipolar-screen-positive"] == ABSENT
    assert "bipolar-disorder" not in found["5"]  # a negative screen excludes nothing


# --- answers and gates -----------------------------------------------------------------------------


def test_one_no_settles_all_that_stands_behind_it(
    engine: Engine, knowledge: Knowledge, mine: list[Fact], tmp_path: Path
) -> None:
    gates = sorted({fact.gate for fact in mine if fact.gate})
    rows = [row | {"by": "clinician"} for gate in gates for row in answered("1", **{gate: "no"})]
    found = from_csv(engine, knowledge, tmp_path, answers=rows)["1"]
    behind = [fact.id for fact in mine if fact.gate] + [fact.id for fact in mine if fact.any_of]
    assert {fact: found.get(fact) for fact in behind} == dict.fromkeys(behind, ABSENT)
    assert len(gates) <= 12


def test_a_no_does_not_overrule_the_record(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    found = from_csv(
        engine, knowledge, tmp_path,
        conditions=[{"person_id": "1", "condition": "stroke", "icd10": "I63.9", "start": "2025-05-01"}],
        answers=answered("1", brain_or_nerve_history="no", metal_or_device_in_body="no"),
    )["1"]  # fmt: skip
    assert found["recent-stroke"] == PRESENT
    assert found["brain-or-nerve-history"] == ("conflict", False)
    assert "seizure-history" not in found
    assert found["implanted-defibrillator"] == ABSENT


def test_a_yes_to_a_screening_question_is_no_diagnosis(engine: Engine, knowledge: Knowledge, tmp_path: Path) -> None:
    screens = ("ptsd", "anxiety-disorder", "ocd", "adhd", "personality-disorder", "psychotic-features")
    rows = [row for fact in screens for row in answered("1", **{fact: "yes"})]
    rows += answered("2", seizure_history="yes", bipolar_disorder="unsure")
    found = from_csv(engine, knowledge, tmp_path, answers=rows)
    assert {fact: found["1"][fact] for fact in screens} == dict.fromkeys(screens, SUGGESTED)
    assert found["2"]["seizure-history"] == PRESENT
    assert found["2"].get("bipolar-disorder", UNKNOWN) == UNKNOWN


def test_only_what_nobody_would_plan_is_absent_by_silence(mine: list[Fact]) -> None:
    silent = {fact.id for fact in mine if fact.silence == "absent"}
    assert silent == {"ect-planned", "bilateral-block-planned", "diathermy-planned"}


def test_danger_is_asked_first(mine: list[Fact]) -> None:
    assert {fact.id for fact in mine if fact.priority == 0} == {"suicidal-thoughts-now", "acute-danger-to-self"}
    assert not [fact.id for fact in mine if fact.priority == 0 and fact.gate]


def test_questions_can_be_read_at_twelve(mine: list[Fact]) -> None:
    asked = {fact.id: fact.question for fact in mine if fact.ask == "person" and not fact.any_of}
    asked |= {f"{fact.id}, hint": fact.hint for fact in mine if fact.ask == "person" and fact.hint}
    grades = {name: textstat.textstat.flesch_kincaid_grade(text) for name, text in asked.items()}
    assert statistics.median(grades.values()) <= 6.5
    assert {name: grade for name, grade in grades.items() if grade > 10.6} == {}
    assert [name for name, text in asked.items() if not name.endswith("hint") and not text.endswith("?")] == []


def test_what_is_not_known_is_named_as_a_thing(mine: list[Fact]) -> None:
    """`plain` has to fit after `We don't know yet about`."""
    assert [fact.id for fact in mine if fact.plain.startswith(("whether", "if ", "you "))] == []
    assert [fact.id for fact in mine if fact.plain.endswith((".", "?"))] == []


def test_every_phrase_of_a_closed_scale_stays_out() -> None:
    """The item texts of the C-SSRS and others may not ship; no question repeats `wish to be dead`."""
    text = "".join((default_folder() / "facts" / f"{name}.toml").read_text(encoding="utf-8") for name in FILES)
    assert "wish to be dead" not in text.casefold()
