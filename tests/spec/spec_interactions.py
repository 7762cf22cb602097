"""Medicines that stand together, too soon after one another, or are changed by a gene."""

from tests.spec.harness import Case

HEAD = "ingredient | start | end | status\n"
PAIR = "kind | interaction_id | ingredient | other_ingredient | running | sure\n"
DATED = "interaction_id | start_earliest | start_latest | running | sure\n"
ROWS = "interaction_id | evidence_id | other_evidence_id\n"
NOW_AT = "ingredient | product | start | days | dose | status\n"
GENE = "kind | ingredient | running | sure\n"

CASES = [
    Case(
        "two medicines that overlap interact, from the day on which the later begins",
        {
            "exposure": HEAD + "duloxetine | 2024-01-01 | 2024-06-01 | completed\n"
            "fluvoxamine | 2024-05-01 | 2024-08-01 | completed"
        },
        {"interaction": DATED + "fluvoxamine-duloxetine | 2024-05-01 | 2024-05-01 | no | yes"},
    ),
    Case(
        "a medicine that ends on the day on which the other begins doesn't touch it",
        {
            "exposure": HEAD + "duloxetine | 2024-01-01 | 2024-05-01 | completed\n"
            "fluvoxamine | 2024-05-01 | 2024-08-01 | completed"
        },
        {"interaction": ""},
    ),
    Case(
        "one day together is enough",
        {
            "exposure": HEAD + "duloxetine | 2024-01-01 | 2024-05-02 | completed\n"
            "fluvoxamine | 2024-05-01 | 2024-08-01 | completed"
        },
        {"interaction": PAIR + "raises-level | fluvoxamine-duloxetine | duloxetine | fluvoxamine | no | yes"},
    ),
    Case(
        "two medicines that are both active run together now",
        {"exposure": HEAD + "duloxetine | 2024-01-01 | | active\nfluvoxamine | 2024-05-01 | | active"},
        {"interaction": DATED + "fluvoxamine-duloxetine | 2024-05-01 | 2024-05-01 | yes | yes"},
    ),
    Case(
        "active medicines without a date stand together now, nobody knows since when",
        {"exposure": HEAD + "duloxetine | | | active\nfluvoxamine | | | active"},
        {"interaction": DATED + "fluvoxamine-duloxetine | | | yes | yes"},
    ),
    Case(
        "a medicine whose end nobody wrote down perhaps stands beside one that runs",
        {"exposure": HEAD + "duloxetine | 2024-01-01 | | active\nfluvoxamine | 2023-05-01 | | unknown"},
        {"interaction": DATED + "fluvoxamine-duloxetine | 2024-01-01 | 2024-01-01 | yes | no"},
    ),
    Case(
        "years that may overlap make an interaction possible",
        {
            "exposure": HEAD + "duloxetine | 2023 | 2023-06 | completed\nfluvoxamine | 2023 | 2023-12 | completed"
        },
        {"interaction": DATED + "fluvoxamine-duloxetine | 2023-01-01 | 2023-12-31 | no | no"},
    ),
    Case(
        "a medicine that was stopped doesn't run, though its last day isn't known",
        {"exposure": HEAD + "duloxetine | 2024-01-01 | | active\nfluvoxamine | 2024-03-01 | | stopped"},
        {"interaction": DATED + "fluvoxamine-duloxetine | 2024-03-01 | 2024-03-01 | no | yes"},
    ),
    Case(
        "a medicine said not to be taken touches nothing",
        {"exposure": HEAD + "duloxetine | 2024-01-01 | | active\nfluvoxamine | 2024-03-01 | | not-taken"},
        {"interaction": ""},
    ),
    Case(
        "an interaction with a set of medicines names the one that is taken",
        {"exposure": HEAD + "sertraline | 2024-01-01 | | active\nibuprofen | 2024-03-01 | | active"},
        {"interaction": PAIR + "bleeding | ssri-nsaid | sertraline | ibuprofen | yes | yes"},
    ),
    Case(
        "of several supplies of the other medicine the one that stands today is named",
        {
            "exposure": HEAD + "duloxetine | 2024-01-01 | | active\nfluvoxamine | 2024-03-01 | 2024-03-29 | completed\n"
            "fluvoxamine | 2024-12-20 | 2025-01-17 | active"
        },
        {"interaction": ROWS + "fluvoxamine-duloxetine | exposure-1 | exposure-3"},
    ),
    Case(
        "an MAO inhibitor and an SSRI within 14 days of its end are too close",
        {
            "exposure": HEAD + "phenelzine | 2024-01-01 | 2024-03-01 | completed\n"
            "sertraline | 2024-03-14 | 2024-06-01 | completed"
        },
        {"interaction": DATED + "maoi-to-antidepressant | 2024-03-14 | 2024-03-14 | no | yes"},
    ),
    Case(
        "14 days after an MAO inhibitor are enough",
        {
            "exposure": HEAD + "phenelzine | 2024-01-01 | 2024-03-01 | completed\n"
            "sertraline | 2024-03-15 | 2024-06-01 | completed"
        },
        {"interaction": ""},
    ),
    Case(
        "fluoxetine asks for 35 days before an MAO inhibitor",
        {
            "exposure": HEAD + "fluoxetine | 2024-01-01 | 2024-03-01 | completed\n"
            "phenelzine | 2024-04-04 | 2024-06-01 | completed"
        },
        {"interaction": PAIR + "washout | fluoxetine-to-maoi | fluoxetine | phenelzine | no | yes"},
    ),
    Case(
        "a washout counted from a month may be too short",
        {
            "exposure": HEAD + "fluoxetine | 2024-01-01 | 2024-03 | completed\n"
            "phenelzine | 2024-04-20 | 2024-06-01 | completed"
        },
        {"interaction": DATED + "fluoxetine-to-maoi | 2024-04-20 | 2024-04-20 | no | no"},
    ),
    Case(
        "an MAO inhibitor and an SSRI together are dangerous, and no washout was kept",
        {
            "exposure": HEAD + "phenelzine | 2024-11-01 | | active\nsertraline | 2024-12-01 | | active"
        },
        {
            "interaction": PAIR + "serotonin | maoi-serotonergic | sertraline | phenelzine | yes | yes\n"
            "washout | maoi-to-antidepressant | phenelzine | sertraline | yes | yes"
        },
    ),
    Case(
        "a poor metaboliser of CYP2D6 on paroxetine is expected to have a high level",
        {
            "exposure": HEAD + "paroxetine | 2024-11-01 | | active",
            "lab": "lab | date | text\ncyp2d6-phenotype | 2020-01-01 | poor metabolizer",
        },
        {"interaction": GENE + "gene-change | paroxetine | yes | yes\ngene-level-high | paroxetine | yes | yes"},
    ),
    Case(
        "an ultrarapid metaboliser of CYP2C19 on citalopram is expected to have a low level, as answered",
        {
            "exposure": HEAD + "citalopram | 2024-11-01 | | active",
            "answer": "question | value | date\ncyp2c19-phenotype | Ultrarapid Metaboliser | 2024-12-01",
        },
        {
            "interaction": "kind | evidence_id | other_evidence_id\ngene-change | exposure-1 | answer-1\n"
            "gene-level-low | exposure-1 | answer-1"
        },
    ),
    Case(
        "the result of a laboratory goes before an answer about the gene",
        {
            "exposure": HEAD + "paroxetine | 2024-11-01 | | active",
            "lab": "lab | date | text\ncyp2d6-phenotype | 2020-01-01 | cyp2d6 normal metabolizer",
            "answer": "question | value | date\ncyp2d6-phenotype | poor metabolizer | 2024-12-01",
        },
        {"interaction": ""},
    ),
    Case(
        "of a drug of two genes one that wasn't tested is read as no result",
        {
            "exposure": HEAD + "amitriptyline | 2024-11-01 | 2024-12-01 | completed",
            "lab": "lab | date | text\ncyp2d6-phenotype | 2020-01-01 | poor metabolizer",
        },
        {"interaction": GENE + "gene-change | amitriptyline | no | yes\ngene-level-high | amitriptyline | no | yes"},
    ),
    Case(
        "both genes of sertraline together ask for another drug, and no level is foretold",
        {
            "exposure": HEAD + "sertraline | 2024-11-01 | | active",
            "lab": "lab | date | text\ncyp2c19-phenotype | 2020-01-01 | poor metabolizer\n"
            "cyp2b6-phenotype | 2020-01-01 | poor metabolizer",
        },
        {"interaction": GENE + "gene-change | sertraline | yes | yes"},
    ),
    Case(
        "an answer of unsure about a gene is no phenotype",
        {
            "exposure": HEAD + "paroxetine | 2024-11-01 | | active",
            "answer": "question | value | date\ncyp2d6-phenotype | unsure | 2024-12-01",
        },
        {"interaction": ""},
    ),
    Case(
        "citalopram at 40 mg is at the highest licensed dose, and at 20 mg it isn't",
        {
            "person": "birth\n1990-05-01",
            "exposure": "ingredient | start | days | dose\ncitalopram | 2024-12-01 | 60 | 40",
        },
        {"regimen": "regimen | state | value\nat-highest-dose | met | 40\ntwo-antidepressants | not met | 1"},
    ),
    Case(
        "at 62 years 20 mg of citalopram is the highest dose by one of two regulators",
        {
            "person": "birth\n1962-05-01",
            "exposure": "ingredient | start | days | dose\ncitalopram | 2024-12-01 | 60 | 20",
        },
        {"regimen": "regimen | state | value\nat-highest-dose | met | 20\ntwo-antidepressants | not met | 1"},
    ),
    Case(
        "below the highest dose of a younger person, 20 mg of citalopram is not at it",
        {
            "person": "birth\n1990-05-01",
            "exposure": "ingredient | start | days | dose\ncitalopram | 2024-12-01 | 60 | 20",
        },
        {"regimen": "regimen | state | value\nat-highest-dose | not met | 40\ntwo-antidepressants | not met | 1"},
    ),
    Case(
        "at 70 years 40 mg of citalopram is above the limits of two regulators",
        {
            "person": "birth\n1954-03-01",
            "exposure": NOW_AT + "citalopram | a | 2024-11-01 | 90 | 40 | active",
        },
        {
            "dose_above_limit": "ingredient | dose_low | highest | over_age | region | sure\n"
            "citalopram | 40 | 20 | 60 | US | yes\ncitalopram | 40 | 20 | 65 | UK | yes"
        },
    ),
    Case(
        "at 62 years 40 mg of citalopram is above the limit of one regulator",
        {
            "person": "birth\n1962-03-01",
            "exposure": NOW_AT + "citalopram | a | 2024-11-01 | 90 | 40 | active",
        },
        {"dose_above_limit": "over_age | region | sure\n60 | US | yes"},
    ),
    Case(
        "at 60 years 40 mg of citalopram is above no limit",
        {
            "person": "birth\n1964-01-02",
            "exposure": NOW_AT + "citalopram | a | 2024-11-01 | 90 | 40 | active",
        },
        {"dose_above_limit": ""},
    ),
    Case(
        "at the limit for the age nothing is above it",
        {
            "person": "birth\n1940-01-02",
            "exposure": NOW_AT + "citalopram | a | 2024-11-01 | 90 | 20 | active",
        },
        {"dose_above_limit": ""},
    ),
    Case(
        "at 70 years 20 mg of escitalopram is above the limit of one regulator",
        {
            "person": "birth\n1954-03-01",
            "exposure": NOW_AT + "escitalopram | a | 2024-11-01 | 90 | 20 | active",
        },
        {"dose_above_limit": "highest | over_age | region\n10 | 65 | UK"},
    ),
    Case(
        "at 65 years the patch of 9 mg is above its limit",
        {
            "person": "birth\n1959-03-01",
            "exposure": "ingredient | product | start | days | dose | dose_unit | status\n"
            "selegiline | a | 2024-11-01 | 90 | 9 | mg/24 h | active",
        },
        {"dose_above_limit": "ingredient | highest | unit\nselegiline | 6 | mg/24 h"},
    ),
    Case(
        "without an age 40 mg of citalopram may be above a limit",
        {"exposure": NOW_AT + "citalopram | a | 2024-11-01 | 90 | 40 | active"},
        {"dose_above_limit": "over_age | sure\n60 | no\n65 | no"},
    ),
    Case(
        "a dose that has ended is above no limit",
        {
            "person": "birth\n1954-03-01",
            "exposure": NOW_AT + "citalopram | a | 2024-01-01 | 90 | 40 | stopped",
        },
        {"dose_above_limit": ""},
    ),
    Case(
        "without an age 20 mg of citalopram may be the highest dose",
        {"exposure": "ingredient | start | days | dose\ncitalopram | 2024-12-01 | 60 | 20"},
        {"regimen": "regimen | state | value\nat-highest-dose | unknown | 20\ntwo-antidepressants | not met | 1"},
    ),
    Case(
        "the dose now counts, not the highest of the trial",
        {
            "person": "birth\n1990-05-01",
            "exposure": "ingredient | start | days | dose\ncitalopram | 2024-10-01 | 31 | 40\n"
            "citalopram | 2024-11-01 | 90 | 20",
        },
        {"regimen": "regimen | state\nat-highest-dose | not met\ntwo-antidepressants | not met"},
    ),
    Case(
        "two antidepressants that run are a combination now, and a little trazodone for sleep is none",
        {
            "person": "birth\n1990-05-01",
            "exposure": "ingredient | product | start | days | dose\nsertraline | 50 | 2024-10-01 | 120 | 50\n"
            "mirtazapine | 15 | 2024-11-01 | 90 | 15\ntrazodone | 50 | 2024-11-01 | 90 | 50",
        },
        {
            "regimen": "ingredient | regimen | state\nmirtazapine | at-highest-dose | not met\n"
            "mirtazapine | two-antidepressants | met\nsertraline | at-highest-dose | not met\n"
            "trazodone | at-highest-dose | not met"
        },
    ),
    Case(
        "an antidepressant whose end nobody wrote down may be a second one",
        {
            "exposure": "ingredient | start | end | dose | status\nsertraline | 2024-10-01 | | 50 | active\n"
            "mirtazapine | 2024-03-01 | | 15 | unknown"
        },
        {"regimen": "regimen | ingredient | state\nat-highest-dose | sertraline | not met\n"
         "two-antidepressants | sertraline | unknown"},
    ),
    Case(
        "who takes no antidepressant now has no regimen",
        {"exposure": "ingredient | start | days | dose\ncitalopram | 2023-01-01 | 60 | 40"},
        {"regimen": ""},
    ),
    Case(
        "a medicine that is no antidepressant makes no trial",
        {"exposure": HEAD + "ibuprofen | 2024-01-01 | | active\nlorazepam | 2024-01-01 | | active"},
        {"supply": "", "attempt": "", "recorded_drug": ""},
    ),
]  # fmt: skip
