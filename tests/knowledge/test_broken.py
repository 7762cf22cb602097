"""One broken file for each way of being broken, and what the user is told."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stepwell.errors import KnowledgeError
from stepwell.knowledge.check import check
from stepwell.knowledge.load import load

Swap = Callable[[str, str, str], None]

PHQ_9 = "instruments/phq-9.toml"
DOSES = "drugs/doses.csv"
KIM = "definitions/kim-2020.toml"

# What stands in one file alone: `load` refuses it.
FILES = [
    ("release.toml", "version = ", "versoin = ", [
        "release.toml: version is missing; it is required.",
        "release.toml: unknown key 'versoin'; allowed: version, date, about.",
    ]),
    ("rules.toml", "", "\n[[ruel]]\nid = 'x'\n", ["rules.toml: unknown key 'ruel'; allowed: [[rule]]."]),
    ("rules.toml", "value = 30", "value = '30'", [
        "rules.toml, rule persistence-days, value: found '30'; allowed: a valid number.",
    ]),
    ("rules.toml", 'unit = "days"', 'unit = "weeks"', [
        "rules.toml, rule persistence-days, unit: found 'weeks'; allowed: 'days', 'percent', 'proportion' or 'count'.",
    ]),
    ("rules.toml", 'id = "overlap-tolerance-days"', 'id = "persistence-days"', [
        ("rules.toml, rule persistence-days: id 'persistence-days' stands already at rules.toml, rule "
        "persistence-days; each may stand once: remove one."),
    ]),
    ("sources.toml", 'id = "stepwell"', 'id = "Stepwell choice"', [
        ("sources.toml, source Stepwell choice, id: found 'Stepwell choice'; "
        "allowed: String should match pattern '^[a-z0-9]+(?:[-.][a-z0-9]+)*$'."),
    ]),
    (DOSES, "ingredient,formulation", "ingredient,form", [
        ("drugs/doses.csv, line 1: unknown column 'form'; allowed: ingredient, formulation, kind, dose_table, value, "
        "unit, source, locus, note."),
        ("drugs/doses.csv, line 1: column 'formulation' is missing; allowed: ingredient, formulation, kind, "
        "dose_table, value, unit, source, locus, note."),
    ]),
    (DOSES, "ingredient,formulation,", "ingredient,formulation,ingredient,", [
        "drugs/doses.csv, line 1: a column stands twice; each may stand once.",
    ]),
    (DOSES, "citalopram,oral,minimum adequate", "citalopram,minimum adequate", [
        "drugs/doses.csv, line 2: found 8 cells; the header has 9 columns.",
    ]),
    (DOSES, "mgh-atrq,20,mg/day", "mgh-atrq,twenty,mg/day", [
        "drugs/doses.csv, line 2, value: found 'twenty'; allowed: a valid number.",
    ]),
    (DOSES, "mgh-atrq,20,mg/day", "mgh-atrq,-20,mg/day", [
        "drugs/doses.csv, line 2, value: found -20.0; allowed: greater than 0.",
    ]),
    (DOSES, "mgh-atrq,20,mg/day,mgh-atrq-code", "mgh-atrq,20,mg/day,", [
        ("drugs/doses.csv, line 2, source: found ''; allowed: String should match pattern "
        "'^[a-z0-9]+(?:[-.][a-z0-9]+)*$'."),
    ]),
    (DOSES, "escitalopram,oral,minimum", "citalopram,oral,minimum", [
        ("drugs/doses.csv, line 3: ingredient 'citalopram', formulation 'oral', kind 'minimum adequate', dose_table "
        "'mgh-atrq' stands already at drugs/doses.csv, line 2; each may stand once: remove one."),
    ]),
    ("drugs/formulations.csv", "mg/day,true", "mg/day,yes", [
        "drugs/formulations.csv, line 2, default: found 'yes'; allowed: a valid boolean.",
    ]),
    ("crisis_lines.csv", "2026-11-23", "23.11.2026", [
        "crisis_lines.csv, line 2, checked_on: found '23.11.2026'; allowed: a valid date.",
    ]),
    (PHQ_9, 'id = "phq-9"', 'id = "phq9"', [
        "instruments/phq-9.toml, id: found 'phq9'; allowed: 'phq-9', the name of the file.",
    ]),
    (PHQ_9, "low = 5, high = 9", "low = 5, hihg = 9", [
        "instruments/phq-9.toml: unknown key 'band_sets[1].bands[2].hihg'; allowed: label, low, high.",
    ]),
    (PHQ_9, "[licence]", "[license]", [
        "instruments/phq-9.toml: licence is missing; it is required.",
        ("instruments/phq-9.toml: unknown key 'license'; allowed: id, title, status, rater, measures, recall, minimum, "
        "maximum, unit, preference, panels, totals, names, scoring, answers, items, band_sets, tiers, licence, cite."),
    ]),
    (PHQ_9, "text_may_ship = true", 'text_may_ship = "yes"', [
        "instruments/phq-9.toml, licence.text_may_ship: found 'yes'; allowed: a valid boolean.",
    ]),
    (KIM, "least = 2", 'least = "two"', [
        "definitions/kim-2020.toml, count.least: found 'two'; allowed: a valid number.",
    ]),
    ("notes.txt", "", "a note", ["notes.txt: no such file belongs to a knowledge folder; remove it."]),
    ("instruments/phq-9.json", "", "{}", [
        "instruments/phq-9.json: no such file belongs to a knowledge folder; remove it.",
    ]),
    ("drugs/prices.csv", "", "a,b", ["drugs/prices.csv: no such file belongs to a knowledge folder; remove it."]),
]  # fmt: skip

# What only shows when files are held against each other.
TOGETHER = [
    ("rules.toml", 'source = "omop-cdm"', 'source = "omop"',
     "rules.toml, rule persistence-days, cite[1]: found source 'omop'; allowed: an id of sources.toml."),
    ("rules.toml", 'source = "omop-cdm"', 'source = "omop"',
     "sources.toml, source omop-cdm: no value cites it; remove it, or cite it where it was used."),
    ("drugs/ingredients.csv", "brands-jabfm|brands-wikipedia", "brands-jabfm|brands-no",
     "drugs/ingredients.csv, line 2, synonyms: found source 'brands-no'; allowed: an id of sources.toml."),
    (DOSES, "citalopram,oral,minimum", "citalopran,oral,minimum",
     "drugs/doses.csv, line 2, formulation: found 'citalopran, oral'; allowed: one of drugs/formulations.csv."),
    (DOSES, "mgh-atrq,20,mg/day", "mgh-atrq,20,mcg/day",
     "drugs/doses.csv, line 2, unit: found 'mcg/day'; allowed: 'mg/day', that of the formulation."),
    (DOSES, "adequate,mgh-atrq,20", "adequate,mgh,20",
     "drugs/doses.csv, line 2, dose_table: found 'mgh'; allowed: one of drugs/dose_tables.toml."),
    (DOSES, "mgh-atrq,20,mg/day", "mgh-atrq,200,mg/day",
     "drugs/doses.csv, line 2, value: found 200 mg/day; allowed: at most 40, the highest licensed dose."),
    ("drugs/formulations.csv", "mg/day,true", "mg/day,false",
     ("drugs/formulations.csv: citalopram has 0 default formulations; "
     "allowed: one, used when only the ingredient is known.")),
    ("drugs/formulations.csv", "citalopram,oral", "citalopran,oral",
     "drugs/formulations.csv, line 2, ingredient: found 'citalopran'; allowed: one of drugs/ingredients.csv."),
    ("drugs/products.csv", "1,1,sertraline", "1,1,sertralin",
     "drugs/products.csv, line 158, ingredient: found 'sertralin'; allowed: one of drugs/ingredients.csv."),
    ("drugs/products.csv", "1,1,sertraline,oral", "1,1,sertraline,patch",
     "drugs/products.csv, line 158, formulation: found 'sertraline, patch'; allowed: one of drugs/formulations.csv."),
    ("drugs/products.csv", "Capsule,weekly-fluoxetine", "Capsule,weekly",
     "drugs/products.csv, line 82, trap: found 'weekly'; allowed: one of drugs/traps.toml."),
    ("drugs/products.csv", "1,1,sertraline,oral,200,mg", "1,1,sertraline,oral,200,",
     "drugs/products.csv, line 158: strength and strength_unit stand together, or neither."),
    ("drugs/products.csv", "856706,2,2", "856706,3,2",
     "drugs/products.csv, line 2, component: 856706 has components [1, 3]; allowed: one row for each of 1 to 2."),
    ("drugs/products.csv", "856762,", "A856762,",
     "drugs/products.csv, line 6, rxcui: found rxnorm code 'A856762'; allowed: digits."),
    ("drugs/drug_sets.csv", "antipsychotics,clozapine", "antipsychotics,clozapin",
     "drugs/drug_sets.csv, line 2, ingredient: found 'clozapin'; allowed: one of drugs/ingredients.csv."),
    ("drugs/ingredients.csv", "antidepressant,2556", "antidepressant,N02",
     "drugs/ingredients.csv, line 2, rxnorm: found rxnorm code 'N02'; allowed: digits."),
    ("codes/codes.csv", "icd-10-cm,F32.0", "icd-10-cm,f32.0",
     ("codes/codes.csv, line 2, code: found icd-10-cm code 'f32.0'; "
     "allowed: letter, digit, character, then a point and up to 4 more.")),
    ("codes/codes.csv", "snomed,370143000", "snomed,370143001",
     "codes/codes.csv, line 50, code: found snomed code '370143001'; allowed: 6 to 18 digits with their check digit."),
    ("codes/codes.csv", "cpt,90870", "cpt,9087",
     "codes/codes.csv, line 395, code: found cpt code '9087'; allowed: 5 characters, 4 digits first."),
    ("codes/codes.csv", "major-depression,icd-10-cm", "major,icd-10-cm",
     "codes/codes.csv, line 2, code_set: found 'major'; allowed: an id of codes/code_sets.toml."),
    ("codes/texts.csv", "major-depression,", "major,",
     "codes/texts.csv, line 2, code_set: found 'major'; allowed: an id of codes/code_sets.toml."),
    ("codes/code_sets.toml", 'id = "rtms"', 'id = "tms"',
     "codes/code_sets.toml, code_set tms: no code and no phrase stands in codes/; add one, or remove it."),
    (PHQ_9, 'code = "44261-6"', 'code = "44261-7"',
     "instruments/phq-9.toml, totals[1]: found loinc code '44261-7'; allowed: digits, a hyphen and the check digit."),
    (PHQ_9, "low = 5, high = 9", "low = 6, high = 9",
     ("instruments/phq-9.toml, band_sets phq-9-severity: 'mild' starts at 6 after 'none or minimal' ends at 4; "
     "allowed: 5, without hole or overlap.")),
    (PHQ_9, "low = 5, high = 9", "low = 4, high = 9",
     ("instruments/phq-9.toml, band_sets phq-9-severity: 'mild' starts at 4 after 'none or minimal' ends at 4; "
     "allowed: 5, without hole or overlap.")),
    (PHQ_9, "low = 5, high = 9", "low = 5",
     "instruments/phq-9.toml, band_sets phq-9-severity: 'mild' is open upward; allowed: only the last band."),
    (PHQ_9, "low = 5, high = 9", "low = 5, high = 3",
     "instruments/phq-9.toml, band_sets phq-9-severity: 'mild' ends at 3; allowed: 5 or more."),
    (PHQ_9, "low = 0, high = 4", "low = 1, high = 4",
     "instruments/phq-9.toml, band_sets phq-9-severity: starts at 1; allowed: 0, the lowest total."),
    (PHQ_9, "low = 20, high = 27", "low = 20, high = 26",
     "instruments/phq-9.toml, band_sets phq-9-severity: ends at 26; allowed: 27, the highest total, or open."),
    (PHQ_9, "default = true", "default = false",
     "instruments/phq-9.toml, band_sets: found 0 defaults; allowed: one."),
    ("instruments/ham-d17.toml", 'id = "ham-d17-camcops"', 'id = "ham-d17-ids-qids"',
     "instruments/ham-d17.toml, band_sets: 'ham-d17-ids-qids' stands 2 times; each may stand once."),
    (PHQ_9, "maximum = 27", "maximum = 28",
     "instruments/phq-9.toml, maximum: found 28.0; allowed: 27, what the scored items give."),
    (PHQ_9, 'item = "2"', 'item = "1"', "instruments/phq-9.toml, items: '1' stands 2 times; each may stand once."),
    (PHQ_9, "minimum = 0\nmaximum = 3", "minimum = 3\nmaximum = 3",
     "instruments/phq-9.toml, items 1: found minimum 3; allowed: below the maximum, 3."),
    ("instruments/phq-9m.toml", "preference = 2", "preference = 1",
     "instruments/phq-9m.toml, preference: found 1, which another scale has too; allowed: a place of its own."),
    ("instruments/qids-sr16.toml", '["15", "16"]', '["15"]',
     "instruments/qids-sr16.toml, scoring.domains: item '16'; allowed: each scored item in one domain."),
    ("instruments/madrs.toml", 'label = "item 1"', 'label = "item 1"\ntext = "wording"',
     "instruments/madrs.toml, items 1, text: found wording; allowed: none, the licence doesn't let it ship."),
    (PHQ_9, "text_may_ship = true", "text_may_ship = false",
     ("instruments/phq-9.toml, items difficulty, answers, text: found wording; "
     "allowed: none, the licence doesn't let it ship.")),
    ("instruments/c-ssrs-screener.toml", '{ item = "6b"', '{ item = "7"',
     "instruments/c-ssrs-screener.toml, tiers: found item '7'; allowed: one of 1, 2, 3, 4, 5, 6, 6b."),
    ("outcomes.toml", 'instrument = "phq-9"', 'instrument = "phq9"',
     "outcomes.toml, outcome remission-phq-9, instrument: found 'phq9'; allowed: an id of instruments/."),
    ("outcomes.toml", 'after = "remission-phq-9"', 'after = "remission"',
     "outcomes.toml, outcome relapse-phq-9, after: found 'remission'; allowed: an id of outcomes.toml."),
    ("outcomes.toml", "value_below = 50\n", "",
     "outcomes.toml, outcome partial-25-50, value_below: stands with 'fall percent between', and only there."),
    ("outcomes.toml", "default = false", "default = true",
     "outcomes.toml, outcome non-response-50, default: found true; allowed: one for 'non-response' on the same scale."),
    ("definitions/rybak-2021.toml", 'dose_table = "canmat-2023"', 'dose_table = "canmat"',
     ("definitions/rybak-2021.toml, trial.dose_table: found 'canmat'; "
     "allowed: canmat-2023, label-maximum, label-minimum, mgh-atrq.")),
    ("definitions/rybak-2021.toml", "failure_percent = 50\n", "",
     "definitions/rybak-2021.toml, trial.failure_percent: stands with failure 'improvement below', and only there."),
    (KIM, 'least_days_at = "treatment"', 'least_days_at = "minimum dose"',
     ("definitions/kim-2020.toml, trial.least_days_at: found 'minimum dose'; "
     "allowed: only with dose_table and least_days.")),
    ("definitions/cepeda-2018.toml", 'antipsychotics = "all-antipsychotics"', 'antipsychotics = "all-antipsychotic"',
     ("definitions/cepeda-2018.toml, count.antipsychotics: found 'all-antipsychotic'; "
     "allowed: a set of drugs/drug_sets*.csv, for example all-antipsychotics or ohdsi-1009-antipsychotics "
     "or all-antidepressants.")),
    ("definitions/cepeda-2018.toml", "window_days = 365\n", "",
     "definitions/cepeda-2018.toml, count.window_days is missing; kind 'drugs in window' needs it."),
    ("definitions/sforzini-2022.toml", 'code_set = "bipolar"', 'code_set = "manic"',
     ("definitions/sforzini-2022.toml, exclusions[1].code_set: found 'manic'; "
     "allowed: an id of codes/code_sets*.toml, for example mania.")),
    (KIM, "order = 4", "order = 5", "definitions: order 5 stands in 2 files; allowed: a place of its own for each."),
    (KIM, "least_days = 28", "least_days = 42",
     ("definitions/kim-2020.toml: changed after it was accepted; accepted definitions never change: "
     "put it back and make a new id.")),
    ("definitions/accepted.toml", "[accepted]", "[accepted",
     "definitions/accepted.toml: can't be read (TOMLDecodeError); allowed: [accepted] with ID = SHA-256 of the file."),
    ("drugs/traps.toml", "taken once a week;", "taken once a week (not verified);",
     "drugs/traps.toml, line 5: found 'NOT VERIFIED'; what isn't verified doesn't ship: remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "faults"), FILES)
def test_a_file_broken_by_itself_is_refused(
    folder: Path, swap: Swap, file: str, old: str, new: str, faults: list[str]
) -> None:
    swap(file, old, new)
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert list(caught.value.faults) == faults
    assert caught.value.message == f"The knowledge in {folder} can't be used."
    assert check(folder) == faults


@pytest.mark.parametrize(("file", "old", "new", "fault"), TOGETHER)
def test_files_that_contradict_each_other_are_a_fault(
    folder: Path, swap: Swap, file: str, old: str, new: str, fault: str
) -> None:
    swap(file, old, new)
    assert fault in check(folder)


def test_a_file_that_is_not_toml_is_a_fault(folder: Path, swap: Swap) -> None:
    swap("rules.toml", "[[rule]]", "[[rule]")
    (fault,) = check(folder)
    assert fault.startswith("rules.toml: not TOML: ")
    assert "line 3, column 7" in fault


def test_one_table_where_a_list_belongs_is_a_fault(folder: Path) -> None:
    (folder / "rules.toml").write_text("[rule]\nid = 'x'\n", encoding="utf-8")
    assert check(folder) == ["rules.toml: rule is one table; write [[rule]]."]


def test_a_file_that_is_gone_is_a_fault(folder: Path) -> None:
    (folder / "rules.toml").unlink()
    assert check(folder) == ["rules.toml: the file is missing; a knowledge folder needs it."]


def test_a_file_that_is_not_utf_8_is_a_fault(folder: Path) -> None:
    (folder / "codes/texts.csv").write_bytes(b"code_set,phrase,source,locus\n\xff\n")
    assert check(folder) == ["codes/texts.csv: byte 29 is not UTF-8; save the file as UTF-8."]


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert check(absent) == [f"{absent}: no such folder; give the folder that holds release.toml."]


def test_an_accepted_definition_that_is_gone_is_a_fault(folder: Path) -> None:
    (folder / KIM).unlink()
    fault = "definitions/kim-2020.toml: accepted and gone; put it back, an accepted id is never dropped."
    assert fault in check(folder)


def test_a_reviewed_definition_that_is_not_accepted_is_a_fault(folder: Path, swap: Swap) -> None:
    shutil.copy(folder / KIM, folder / "definitions/kim-2026.toml")
    swap("definitions/kim-2026.toml", 'id = "kim-2020"', 'id = "kim-2026"')
    swap("definitions/kim-2026.toml", "order = 4", "order = 99")
    (fault,) = check(folder)
    assert fault.startswith('definitions/kim-2026.toml: reviewed and not accepted; add kim-2026 = "')
    assert fault.endswith('" to definitions/accepted.toml.')
    line = fault.split("; add ")[1].removesuffix(" to definitions/accepted.toml.")
    swap("definitions/accepted.toml", "", f"{line}\n")
    assert check(folder) == []


def test_a_draft_needs_no_acceptance(folder: Path, swap: Swap) -> None:
    shutil.copy(folder / KIM, folder / "definitions/draft.toml")
    swap("definitions/draft.toml", 'id = "kim-2020"', 'id = "draft"')
    swap("definitions/draft.toml", "order = 4", "order = 99")
    swap("definitions/draft.toml", 'status = "reviewed"', 'status = "draft"')
    assert check(folder) == []


def test_line_ends_do_not_change_an_accepted_definition(folder: Path) -> None:
    path = folder / KIM
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(folder) == []


def test_all_faults_of_all_files_come_at_once(folder: Path, swap: Swap) -> None:
    swap("rules.toml", "value = 30", "value = '30'")
    swap(DOSES, "mgh-atrq,20,mg/day", "mgh-atrq,twenty,mg/day")
    swap(PHQ_9, 'id = "phq-9"', 'id = "phq9"')
    swap("notes.txt", "", "a note")
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert [fault.split(",")[0].split(":")[0] for fault in caught.value.faults] == [
        "drugs/doses.csv", "rules.toml", "instruments/phq-9.toml", "notes.txt",
    ]  # fmt: skip
    assert str(caught.value).count("\n  - ") == 4
