"""Facts about medicines and treatments: from the CSV reader through the engine to present, absent, unknown."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
import textstat

from stepwell.engines.duckdb import Engine
from stepwell.knowledge import check_drugs
from stepwell.knowledge.check import check
from stepwell.knowledge.load import Knowledge, load
from stepwell.knowledge.schema import Fact, GeneDrug
from stepwell.records.lookup import Lookup
from stepwell.records.read import read
from tests.knowledge.conftest import Swap

AS_OF = date(2025, 6, 30)
HARDEST_GRADE, LONGEST_QUESTION = 9.5, 26
RESEARCH = Path(__file__).parents[2].parent / "shared" / "knowledge" / "drugs" / "cpic.csv"
Rows = Sequence[Mapping[str, str]]
PRESENT, ABSENT, UNKNOWN, SUGGESTED, CONFLICT = "present", "absent", "unknown", "suggested", "conflict"


def now(*medicines: str) -> Rows:
    """Medicines that are taken now."""
    return [{"medicine": name, "start": "2025-01-10", "status": "active"} for name in medicines]


def ended(medicine: str, end: str, start: str = "2025-01-10", **more: str) -> dict[str, str]:
    return {"medicine": medicine, "start": start, "end": end, "status": "completed", **more}


def trial(medicine: str, dose: str, start: str, end: str, **more: str) -> dict[str, str]:
    """A dispensed course at a dose, taken as directed."""
    row = {"dose_per_day": dose, "dose_unit": "mg/day", "basis": "dispensed", "adherence": "yes"}
    return ended(medicine, end, start, **row) | more


def gene(name: str, result: str) -> Rows:
    return [{"lab": name, "value": result, "date": "2022-03-01"}]


def level(value: str) -> Rows:
    limits = {"unit": "ng/mL", "reference_low": "10", "reference_high": "150"}
    return [{"lab": "Sertraline level", "value": value, "date": "2025-05-01", **limits}]


def said(**answers: str) -> Rows:
    return [
        {"question": name.replace("_", "-"), "answer": value, "date": "2025-06-29"} for name, value in answers.items()
    ]


FAILED = {"outcome": "not better"}
TWO_FAILED = [
    trial("sertraline", "100", "2024-01-01", "2024-03-31", **FAILED),
    trial("venlafaxine", "225", "2024-04-01", "2024-07-31", **FAILED),
]

PEOPLE: dict[str, tuple[dict[str, Rows], dict[str, str]]] = {
    "nothing is known of who has no record": (
        {},
        dict.fromkeys(("maoi-use", "other-medicines", "taking-antidepressant-now", "trd-consensus"), UNKNOWN),
    ),
    "phenelzine": (
        {"medications": now("phenelzine")},
        {"maoi-use": PRESENT, "maoi-washout": PRESENT, "stimulant-or-maoi-use": PRESENT, "other-medicines": UNKNOWN},
    ),
    "phenelzine until 10 days ago": (
        {"medications": [ended("phenelzine", "2025-06-20")]}, {"maoi-washout": PRESENT, "maoi-use": UNKNOWN},
    ),
    "phenelzine until 18 days ago": ({"medications": [ended("phenelzine", "2025-06-12")]}, {"maoi-washout": SUGGESTED}),
    "phenelzine until 40 days ago": ({"medications": [ended("phenelzine", "2025-05-21")]}, {"maoi-washout": UNKNOWN}),
    "no MAO inhibitor in three weeks": ({"answers": said(maoi_washout="no")}, {"maoi-use": ABSENT}),
    "linezolid": ({"medications": now("linezolid")}, {"maoi-use": PRESENT, "other-medicines": PRESENT}),
    "apixaban": (
        {"medications": now("apixaban 5 mg")}, {"anticoagulant-use": PRESENT, "other-medicines": PRESENT},
    ),
    "apixaban of last year": (
        {"medications": [ended("apixaban", "2024-06-01", "2024-01-01")]}, {"anticoagulant-use": UNKNOWN},
    ),
    "no other medicines": (
        {"answers": said(other_medicines="no")},
        {
            **dict.fromkeys(
                (
                    "anticoagulant-use", "class-iii-antiarrhythmic-use", "benzodiazepine-use", "opioid-use",
                    "lithium-raising-drug", "depressogenic-medicine", "level-lowering-interaction",
                ),
                ABSENT,
            ),
            "maoi-use": UNKNOWN, "lithium-use": UNKNOWN, "seizure-threshold-lowering-drug": UNKNOWN,
        },
    ),
    "lorazepam": (
        {"medications": now("lorazepam 1 mg tablet")}, {"benzodiazepine-use": PRESENT, "cns-depressant-use": PRESENT},
    ),
    "tramadol": ({"medications": now("tramadol")}, {"opioid-use": PRESENT, "cns-depressant-use": PRESENT}),
    "amiodarone": ({"medications": now("amiodarone")}, {"class-iii-antiarrhythmic-use": PRESENT}),
    "valproate": ({"medications": now("sodium valproate")}, {"antiepileptic-use": PRESENT}),
    "lamotrigine": ({"medications": now("lamotrigine")}, {"lamotrigine-use": PRESENT, "antiepileptic-use": PRESENT}),
    "lithium": ({"medications": now("lithium carbonate")}, {"lithium-use": PRESENT, "augmentation-tried": SUGGESTED}),
    "lisinopril": ({"medications": now("lisinopril")}, {"lithium-raising-drug": PRESENT}),
    "methylphenidate": (
        {"medications": now("methylphenidate")},
        {
            "psychostimulant-use": PRESENT, "stimulant-or-maoi-use": PRESENT,
            "seizure-threshold-lowering-drug": PRESENT,
        },
    ),
    "bupropion": ({"medications": now("bupropion")}, {"seizure-threshold-lowering-drug": SUGGESTED}),
    "clarithromycin": ({"medications": now("clarithromycin")}, {"cyp2b6-or-3a4-inducer-or-inhibitor": PRESENT}),
    "bleomycin long ago": (
        {"medications": [ended("bleomycin", "2009-05-01", "2009-04-01")]},
        {"bleomycin-exposure": PRESENT, "doxorubicin-within-24-hours": UNKNOWN, "chemotherapy-ever": PRESENT},
    ),
    "doxorubicin yesterday": (
        {"medications": [ended("doxorubicin", "2025-06-29", "2025-06-29")]}, {"doxorubicin-within-24-hours": PRESENT},
    ),
    "doxorubicin last week": (
        {"medications": [ended("doxorubicin", "2025-06-20", "2025-06-20")]}, {"doxorubicin-within-24-hours": UNKNOWN},
    ),
    "no chemotherapy": (
        {"answers": said(chemotherapy_ever="no")},
        {"bleomycin-exposure": ABSENT, "doxorubicin-within-24-hours": ABSENT},
    ),
    "prednisone": ({"medications": now("prednisone")}, {"depressogenic-medicine": PRESENT}),
    "isotretinoin": ({"medications": now("isotretinoin")}, {"depressogenic-medicine": SUGGESTED}),
    "carbamazepine beside amitriptyline": (
        {"medications": now("carbamazepine", "amitriptyline")},
        {"level-lowering-interaction": PRESENT, "level-raising-interaction": UNKNOWN},
    ),
    "carbamazepine beside amitriptyline last year": (
        {"medications": [ended(one, "2024-06-01", "2024-01-01") for one in ("carbamazepine", "amitriptyline")]},
        {"level-lowering-interaction": SUGGESTED},
    ),
    "carbamazepine beside sertraline": (
        {"medications": now("carbamazepine", "sertraline")}, {"level-lowering-interaction": UNKNOWN},
    ),
    "fluoxetine beside nortriptyline": (
        {"medications": now("fluoxetine", "nortriptyline")}, {"level-raising-interaction": PRESENT},
    ),
    "a slow CYP2D6 on paroxetine": (
        {"medications": now("paroxetine"), "labs": gene("CYP2D6 phenotype", "Poor Metabolizer")},
        {"gene-level-high": PRESENT, "gene-level-low": UNKNOWN},
    ),
    "a fast CYP2C19 on citalopram, as told": (
        {"medications": now("citalopram"), "answers": said(cyp2c19_phenotype="ultrarapid metabolizer")},
        {"gene-level-low": PRESENT, "gene-level-high": UNKNOWN},
    ),
    "a fast CYP2C19 on citalopram of last year": (
        {
            "medications": [ended("citalopram", "2024-06-01", "2024-01-01")],
            "labs": gene("CYP2C19", "Ultrarapid Metabolizer"),
        },
        {"gene-level-low": UNKNOWN},
    ),
    "no antidepressant now": (
        {"answers": said(taking_antidepressant_now="no")},
        dict.fromkeys(("gene-level-low", "partly-better-now", "side-effects-now", "current-dose-too-low"), ABSENT),
    ),
    "never an antidepressant": (
        {"answers": said(antidepressant_tried="no")},
        {**dict.fromkeys(("failed-one-antidepressant", "trial-missed-doses", "trial-too-short"), ABSENT),
         "failed-ect": UNKNOWN},
    ),
    "two that failed": (
        {"medications": TWO_FAILED},
        {
            "failed-one-antidepressant": PRESENT, "failed-two-antidepressants": PRESENT,
            "failed-three-antidepressants": UNKNOWN, "failed-four-antidepressants": UNKNOWN, "trd-consensus": PRESENT,
            "trial-dose-too-low": ABSENT, "trial-too-short": ABSENT, "trial-missed-doses": ABSENT,
            "trial-not-tolerated": ABSENT,
            "antidepressant-tried": PRESENT, "taking-antidepressant-now": UNKNOWN,
        },
    ),
    "one that was too low": (
        {"medications": [trial("sertraline", "25", "2024-01-01", "2024-03-31", **FAILED)]},
        {"trial-dose-too-low": PRESENT, "failed-one-antidepressant": UNKNOWN, "trial-too-short": SUGGESTED},
    ),
    "one that was too short": (
        {"medications": [trial("sertraline", "100", "2024-01-01", "2024-01-14", stop_reason="other")]},
        {"trial-too-short": PRESENT, "trial-dose-too-low": ABSENT},
    ),
    "one stopped for side effects": (
        {"medications": [trial("sertraline", "100", "2024-01-01", "2024-01-14", stop_reason="side effects")]},
        {"trial-not-tolerated": PRESENT, "failed-one-antidepressant": UNKNOWN},
    ),
    "one that was hardly taken": (
        {"medications": [trial("sertraline", "100", "2024-01-01", "2024-03-31", adherence="no")]},
        {"trial-not-taken": PRESENT, "trial-missed-doses": PRESENT},
    ),
    "one begun two weeks ago": (
        {"medications": [trial("sertraline", "100", "2025-06-16", "2025-07-16", status="active")]},
        {
            "taking-antidepressant-now": PRESENT, "current-trial-running-early": PRESENT,
            "current-dose-too-low": ABSENT, "at-highest-licensed-dose": ABSENT,
            "combination-of-antidepressants-now": ABSENT, "ssri-dose-raise": PRESENT,
        },
    ),
    "one below the minimum": (
        {"medications": [trial("sertraline", "25", "2025-03-01", "2025-07-16", status="active")]},
        {"current-dose-too-low": PRESENT, "at-highest-licensed-dose": ABSENT},
    ),
    "one at its highest dose": (
        {"medications": [trial("sertraline", "200", "2025-03-01", "2025-07-16", status="active")]},
        {"at-highest-licensed-dose": PRESENT},
    ),
    "one of unknown dose": ({"medications": now("sertraline")}, {"at-highest-licensed-dose": UNKNOWN}),
    "one that helps in part": (
        {"medications": [
            trial("venlafaxine", "150", "2025-03-01", "2025-06-28", status="active", outcome="partly better")
        ]},
        {"partly-better-now": PRESENT, "ssri-dose-raise": UNKNOWN},
    ),
    "one that doesn't help": (
        {"medications": [trial("venlafaxine", "150", "2025-03-01", "2025-06-28", status="active", **FAILED)]},
        {"partly-better-now": ABSENT},
    ),
    "two together": (
        {"medications": [
            trial("venlafaxine", "150", "2025-03-01", "2025-07-16", status="active"),
            trial("mirtazapine", "30", "2025-04-01", "2025-07-16", status="active"),
        ]},
        {"combination-of-antidepressants-now": PRESENT},
    ),
    "supply that ended a week ago": (
        {"medications": [trial("venlafaxine", "150", "2025-03-01", "2025-06-22")]},
        {"taking-antidepressant-now": SUGGESTED, "antidepressant-tried": PRESENT},
    ),
    "one that once worked": (
        {"medications": [trial("venlafaxine", "150", "2020-03-01", "2020-06-22", outcome="better")]},
        {"helped-before-or-in-family": SUGGESTED},
    ),
    "ECT": ({"procedures": [{"procedure": "electroconvulsive therapy", "start": "2019-05-02"}]},
            {"previous-ect-or-tms": PRESENT, "failed-ect": UNKNOWN}),
    "neither ECT nor TMS": ({"answers": said(previous_ect_or_tms="no")}, {"failed-ect": ABSENT}),
    "no psychotherapy": ({"answers": said(psychotherapy_tried="no")}, {"psychotherapy-failed": ABSENT}),
    "no level was measured": (
        {"answers": said(level_measured="no")}, {"level-below-range": ABSENT, "level-undetectable": ABSENT},
    ),
    "a low level": (
        {"labs": level("4")},
        {"level-below-range": PRESENT, "level-measured": PRESENT},
    ),
    "a level in its range": (
        {"labs": level("40")},
        {"level-below-range": ABSENT},
    ),
    "thoughts of death": ({"answers": said(suicidal_thoughts_now="yes")}, {"overdose-risk": PRESENT}),
    "pills for pressure, as told": ({"answers": said(lithium_raising_drug="yes")}, {"lithium-raising-drug": SUGGESTED}),
    "an antidepressant denied and recorded": (
        {"medications": now("sertraline"), "answers": said(taking_antidepressant_now="no")},
        {"taking-antidepressant-now": CONFLICT, "side-effects-now": UNKNOWN},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The state of each fact of each person, of all in one run."""
    folder, knowledge = tmp_path_factory.mktemp("people"), load()
    ids = {name: str(number) for number, name in enumerate(PEOPLE, 1)}
    sheets: dict[str, list[dict[str, str]]] = {
        "person": [{"person_id": one, "birth_date": "1980"} for one in ids.values()]
    }
    for name, (files, _) in PEOPLE.items():
        for sheet, rows in files.items():
            sheets.setdefault(sheet, []).extend({"person_id": ids[name], **row} for row in rows)
    for sheet, rows in sheets.items():
        with (folder / f"{sheet}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
            writer.writeheader()
            writer.writerows(rows)
    names = {number: name for name, number in ids.items()}
    rows = Engine(knowledge).run(read(folder, knowledge, None).tables, AS_OF, ["fact"])["fact"].to_pylist()
    return {(names[row["person_id"]], row["fact"]): SUGGESTED if row["suggested"] else row["state"] for row in rows}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_record_shows(name: str, found: dict[tuple[str, str], str]) -> None:
    expected = PEOPLE[name][1]

    assert {fact: found.get((name, fact), UNKNOWN) for fact in expected} == expected


def _facts() -> list[Fact]:
    knowledge = load()
    places = zip(knowledge.facts, knowledge.places["facts"], strict=True)
    return [fact for fact, place in places if place.startswith(("facts/medicines.toml", "facts/treatment.toml"))]


@pytest.mark.parametrize("fact", _facts(), ids=lambda fact: fact.id)
def test_a_question_can_be_read_at_twelve(fact: Fact) -> None:
    assert fact.question.endswith("?")
    assert len(fact.question.split()) <= LONGEST_QUESTION
    assert fact.plain[0].islower() or fact.plain.startswith("ECT")
    assert not fact.plain.endswith(".")
    if fact.ask == "person" and not fact.any_of:
        assert textstat.textstat.flesch_kincaid_grade(fact.question) <= HARDEST_GRADE


def test_silence_about_a_medicine_is_never_no() -> None:
    assert [fact.id for fact in _facts() if fact.silence != "unknown"] == []


# --- drugs -----------------------------------------------------------------------------------------


def test_other_medicines_are_of_no_trial(knowledge: Knowledge) -> None:
    other = {row.id for row in knowledge.ingredients if row.role == "other"}
    assert {"carbamazepine", "lorazepam", "warfarin", "lisinopril", "ibuprofen"} <= other
    assert not other & {row.ingredient for row in knowledge.formulations}
    assert not other & {row.ingredient for row in knowledge.doses}
    lists = ("all-antidepressants", "all-antipsychotics", "ohdsi-1009-antidepressants", "augmenting-agents")
    assert not other & {row.ingredient for row in knowledge.drug_sets if row.drug_set in lists}


@pytest.mark.parametrize(
    ("text", "ingredient"),
    [
        ("Rifampin 300 MG Oral Capsule", "rifampicin"), ("dextroamphetamine 10 mg", "dexamfetamine"),
        ("divalproex sodium 500 mg", "valproic-acid"), ("Depakote", None), ("meperidine", "pethidine"),
        ("interferon alfa-2b", "interferon-alfa"), ("acetylsalicylic acid 81 mg", "aspirin"),
    ],
)  # fmt: skip
def test_a_medicine_is_known_by_its_names(knowledge: Knowledge, text: str, ingredient: str | None) -> None:
    assert [one.ingredient for one in Lookup(knowledge).drugs((), text)] == ([ingredient] if ingredient else [])


def test_a_medicine_is_known_by_its_code(knowledge: Knowledge) -> None:
    lookup = Lookup(knowledge)
    codes = {"2002": "carbamazepine", "11289": "warfarin", "29046": "lisinopril", "7258": "naproxen"}
    assert {code: lookup.drugs([("rxnorm", code)], None)[0].ingredient for code in codes} == codes


@pytest.mark.parametrize(("text", "lab"), [
    ("CYP2D6 phenotype", "cyp2d6-phenotype"), ("CYP2C19 metabolizer status", "cyp2c19-phenotype"),
    ("CYP2B6", "cyp2b6-phenotype"), ("Sertraline [Mass/volume] in Serum or Plasma", "antidepressant-level"),
])  # fmt: skip
def test_a_test_is_known_by_its_name(knowledge: Knowledge, text: str, lab: str) -> None:
    assert [one.code_set for one in Lookup(knowledge).code_sets("lab", (), text)] == [lab]


def _gene_row(knowledge: Knowledge, *key: str | None) -> GeneDrug:
    return next(row for row in knowledge.gene_drugs if (row.ingredient, row.cyp2d6, row.cyp2c19, row.cyp2b6) == key)


@pytest.mark.parametrize(
    ("key", "change", "expected"),
    [
        (("paroxetine", "poor metabolizer", None, None), True, "level high"),
        (("paroxetine", "ultrarapid metabolizer", None, None), True, "not said"),
        (("venlafaxine", "ultrarapid metabolizer", None, None), False, "not said"),
        (("citalopram", None, "rapid metabolizer", None), True, "level low"),
        (("citalopram", None, "normal metabolizer", None), False, "usual"),
        (("nortriptyline", "ultrarapid metabolizer", None, None), True, "level low"),
        (("amitriptyline", "no result", "poor metabolizer", None), True, "not said"),
        (("amitriptyline", "indeterminate", "indeterminate", None), False, "not said"),
    ],
)
def test_a_level_is_foretold_only_where_the_action_says_so(
    knowledge: Knowledge, key: tuple[str | None, ...], *, change: bool, expected: str
) -> None:
    row = _gene_row(knowledge, *key)
    assert (row.change, row.expected) == (change, expected)


@pytest.mark.skipif(not RESEARCH.is_file(), reason="../shared/knowledge does not stand beside the checkout")
def test_every_recommendation_of_the_research_is_here(knowledge: Knowledge) -> None:
    genes = ("cyp2d6", "cyp2c19", "cyp2b6")
    with RESEARCH.open(encoding="utf-8", newline="") as file:
        listed = {
            (row["drug"], *(row[f"{gene}_phenotype"].lower() or None for gene in genes)): row["action_code"]
            for row in csv.DictReader(file)
        }
    own = {(row.ingredient, row.cyp2d6, row.cyp2c19, row.cyp2b6): row.action for row in knowledge.gene_drugs}
    assert own == {key: action.lower().replace("_", " ") for key, action in listed.items()}


def test_every_washout_says_how_long(knowledge: Knowledge) -> None:
    waits = {row.id: row.wait_days for row in knowledge.interactions if row.kind == "washout"}
    assert (waits["maoi-to-antidepressant"], waits["fluoxetine-to-maoi"], waits["vortioxetine-to-maoi"]) == (14, 35, 21)
    assert None not in waits.values()
    # No source that was read gives these.
    assert not {"venlafaxine-to-maoi", "duloxetine-to-maoi"} & set(waits)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "drugs/interactions.csv", ",lowers-level,bupropion", ",lowers-level,bup",
            "drugs/interactions.csv, line 4, affected: found 'bup'; allowed: a drug set or an ingredient of drugs/.",
        ),
        (
            "drugs/interactions.csv", "vortioxetine-to-maoi,washout,vortioxetine,irreversible-maois,21",
            "vortioxetine-to-maoi,washout,vortioxetine,irreversible-maois,",
            "wait_days: a washout needs them, and nothing else may have them.",
        ),
        (
            "drugs/gene_drug.csv", "paroxetine,poor metabolizer,", "paroxetine,poor,",
            f"cyp2d6: found 'poor'; allowed: {', '.join(check_drugs.PHENOTYPES)}.",
        ),
        (
            "drugs/dose_limits.csv", "citalopram,60,20,mg/day", "citalopram,60,20,mcg/day",
            "line 2: citalopram has no formulation in mcg/day; allowed: one of drugs/formulations.csv.",
        ),
        (
            "drugs/drug_sets-medicines.csv", "ssris,sertraline", "ssris,sertralin",
            "ingredient: found 'sertralin'; allowed: one of drugs/ingredients.csv.",
        ),
    ],
)  # fmt: skip
def test_a_broken_file_is_a_fault(folder: Path, swap: Swap, file: str, old: str, new: str, fault: str) -> None:
    swap(file, old, new)
    assert any(one.endswith(fault) for one in check(folder)), check(folder)
