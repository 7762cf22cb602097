"""What the reader of a CDM makes of single rows."""

# ruff: noqa: E501 -- a row of a table stands on one line

from tests.unit.records.omop.cdm import Case

_DRUG = "drug_concept_id | drug_type_concept_id | drug_exposure_start_date | days_supply | quantity"
_EXPOSURE = (
    "ingredient | formulation | product | start | end | dose_per_day_low | dose_unit | dose_basis | basis | status"
)


def _supply(
    title: str, row: str, expected: str, header: str = _DRUG, shown: str = _EXPOSURE, *, infer: bool = False
) -> Case:
    return Case(title, {"drug_exposure": f"{header}\n{row}"}, {"exposure": f"{shown}\n{expected}"}, infer=infer)


SUPPLIES = [
    _supply(
        "days and quantity give end and dose",
        "2 | 32869 | 2024-03-01 | 30 | 60",
        "sertraline | oral | 312941 | 2024-03-01 | 2024-03-31 | 100 | mg/day | quantity and days' supply | dispensed | completed",
    ),
    _supply(
        "a branded product is the product above it",
        "3 | 38000175 | 2024-03-01 | 30 | 30",
        "sertraline | oral | 312941 | 2024-03-01 | 2024-03-31 | 50 | mg/day | quantity and days' supply | dispensed | completed",
    ),
    _supply(
        "a product that we don't list has its strength from the vocabulary",
        "4 | 32825 | 2024-03-01 | 30 | 30",
        "sertraline | oral | 999001 | 2024-03-01 | 2024-03-31 | 75 | mg/day | quantity and days' supply | dispensed | completed",
    ),
    _supply(
        "a solution is counted in millilitres",
        "5 | 32825 | 2024-03-01 | 30 | 75",
        "sertraline | oral | 999002 | 2024-03-01 | 2024-03-31 | 50 | mg/day | quantity and days' supply | dispensed | completed",
    ),
    _supply(
        "the dose form in the name tells the formulation",
        "11 | 32825 | 2024-03-01 | 30 | 30",
        "venlafaxine | extended-release | 999004 | 2024-03-01 | 2024-03-31 | 112.5",
        shown="ingredient | formulation | product | start | end | dose_per_day_low",
    ),
    _supply(
        "doxepin 3 mg is for sleep",
        "6 | 32825 | 2024-03-01 | 30 | 30",
        "doxepin | oral-low-dose | doxepin-for-sleep",
        shown="ingredient | formulation | trap",
    ),
    _supply(
        "doxepin 6 mg under another name is for sleep as well",
        "8 | 32825 | 2024-03-01 | 30 | 30",
        "doxepin | oral-low-dose | doxepin-for-sleep | 6",
        shown="ingredient | formulation | trap | dose_per_day_low",
    ),
    _supply(
        "a weekly capsule tells no daily dose",
        "9 | 32825 | 2024-03-01 | 28 | 4",
        "fluoxetine | oral-weekly | weekly-fluoxetine | | unknown",
        shown="ingredient | formulation | trap | dose_per_day_low | dose_basis",
    ),
    _supply(
        "a pack tells no daily dose",
        "12 | 32825 | 2024-03-01 | 28 | 28",
        "sertraline | | unknown",
        shown="ingredient | dose_per_day_low | dose_basis",
    ),
    _supply(
        "a combination is a row for each drug",
        "13 | 32825 | 2024-03-01 | 30 | 30",
        "fluoxetine | 50 | fixed-combination\nolanzapine | 6 | fixed-combination",
        shown="ingredient | dose_per_day_low | trap",
    ),
    _supply("a drug that is none of ours is left out", "14 | 32825 | 2024-03-01 | 30 | 30", ""),
    _supply(
        "words tell the drug where the code doesn't",
        "15 | 32825 | 2024-03-01 | 30 | 30",
        "sertraline | 50 mg | 50 | text",
        shown="ingredient | product | dose_per_day_low | coded_by",
    ),
    _supply(
        "words tell the drug where the hierarchy is silent",
        "16 | 32825 | 2024-03-01 | 30 | 30",
        "mirtazapine | 15 mg | 15 | text",
        shown="ingredient | product | dose_per_day_low | coded_by",
    ),
    _supply(
        "a source concept tells the product where the standard one names the ingredient",
        "1 | 3 | 32825 | 2024-03-01 | 30 | 30",
        "sertraline | 312941 | 50",
        header="drug_concept_id | drug_source_concept_id | drug_type_concept_id | drug_exposure_start_date | days_supply | quantity",
        shown="ingredient | product | dose_per_day_low",
    ),
    _supply(
        "an unmapped drug is told by its source concept",
        "0 | 2 | 32825 | 2024-03-01 | 30 | 30",
        "sertraline | 312941 | 50",
        header="drug_concept_id | drug_source_concept_id | drug_type_concept_id | drug_exposure_start_date | days_supply | quantity",
        shown="ingredient | product | dose_per_day_low",
    ),
    _supply(
        "a type that says nothing is a statement",
        "2 | 32817 | 2024-03-01 | 30 | 30",
        "stated | unknown | 2024-03-31",
        shown="basis | status | end",
    ),
    _supply(
        "an order may be filled again",
        "2 | 32838 | 2024-03-01 | 30 | 30 | 2",
        "ordered | unknown | 2024-03-31 to 2024-05-30 | 50",
        header=_DRUG + " | refills",
        shown="basis | status | end | dose_per_day_low",
    ),
    _supply(
        "a dispensing is not filled again",
        "2 | 32825 | 2024-03-01 | 30 | 30 | 2",
        "dispensed | 2024-03-31",
        header=_DRUG + " | refills",
        shown="basis | end",
    ),
    _supply(
        "what is administered is of its day and tells no dose",
        "2 | 32818 | 2024-03-01 | | 1",
        "administered | completed | 2024-03-02 |",
        shown="basis | status | end | dose_per_day_low",
    ),
    _supply(
        "without days the end and the dose are unknown",
        "2 | 32825 | 2024-03-01 | | 30",
        "2024-03-02 to | | unknown |",
        shown="end | dose_per_day_low | dose_basis | inferred",
    ),
    _supply(
        "an end that the source may have guessed is no end",
        "2 | 32838 | 2024-03-01 | | | 2024-03-30",
        "2024-03-02 to | ",
        header=_DRUG + " | drug_exposure_end_date",
        shown="end | inferred",
    ),
    _supply(
        "the day on which it was stopped is an end, the last day covered",
        "2 | 32838 | 2024-03-01 | 90 | 90 | 2024-03-20 | Nausea",
        "2024-03-21 | stopped | side effects",
        header=_DRUG + " | verbatim_end_date | stop_reason",
        shown="end | status | stop_reason",
    ),
    _supply(
        "a dispensing doesn't last longer for being stopped later",
        "2 | 32825 | 2024-03-01 | 30 | 30 | 2024-06-20",
        "2024-03-31",
        header=_DRUG + " | verbatim_end_date",
        shown="end",
    ),
    _supply(
        "days' supply of 0 or of years is unknown",
        "2 | 32825 | 2024-03-01 | 0 | 30\n2 | 32825 | 2024-05-01 | 9999 | 30",
        "2024-03-01 | 2024-03-02 to | \n2024-05-01 | 2024-05-02 to | ",
        shown="start | end | dose_per_day_low",
    ),
    _supply(
        "a quantity of 0 is unknown",
        "2 | 32825 | 2024-03-01 | 30 | 0",
        "2024-03-31 | | unknown",
        shown="end | dose_per_day_low | dose_basis",
    ),
]

INFERRED = [
    _supply(
        "inferred: the end that the source fills in, without a dose",
        "2 | 32838 | 2024-03-01 | | 60 | 2024-03-30",
        "2024-03-31 | | days",
        header=_DRUG + " | drug_exposure_end_date",
        shown="end | dose_per_day_low | inferred",
        infer=True,
    ),
    _supply(
        "inferred: a tablet a day where the source fills in the first day",
        "2 | 32825 | 2024-03-01 | | 30 | 2024-03-01",
        "2024-03-31 | | days",
        header=_DRUG + " | drug_exposure_end_date",
        shown="end | dose_per_day_low | inferred",
        infer=True,
    ),
    _supply(
        "inferred: nothing of a liquid without days",
        "5 | 32825 | 2024-03-01 | | 30",
        "2024-03-02 to | ",
        shown="end | inferred",
        infer=True,
    ),
    _supply(
        "inferred: nothing where the record tells",
        "2 | 32825 | 2024-03-01 | 30 | 60",
        "2024-03-31 | 100 | ",
        shown="end | dose_per_day_low | inferred",
        infer=True,
    ),
]

_CONDITION = "condition_concept_id | condition_source_concept_id | condition_source_value | condition_start_date"

EVENTS = [
    Case(
        "a source concept in ICD-10-CM tells every set it is in",
        {"condition_occurrence": _CONDITION + "\n0 | 20 | F33.1 | 2024-01-05"},
        {
            "condition": """code_set | start | end | status | certainty | coded_by
            major-depression         | 2024-01-05 | | unknown | unknown | code
            moderate-depression-code | 2024-01-05 | | unknown | unknown | code
            recurrent-depression     | 2024-01-05 | | unknown | unknown | code"""
        },
    ),
    Case(
        "a source value tells where there is no source concept, with or without its point",
        {"condition_occurrence": _CONDITION + "\n0 | 0 | I10 | 2024-01-05\n0 | | f331 | 2024-01-06"},
        {
            "condition": """code_set | start
            hypertension             | 2024-01-05
            major-depression         | 2024-01-06
            moderate-depression-code | 2024-01-06
            recurrent-depression     | 2024-01-06"""
        },
    ),
    Case(
        "standard and source concept of one set are one row",
        {"condition_occurrence": _CONDITION + "\n21 | 21 | | 2024-01-05"},
        {"condition": "code_set | start\nbipolar | 2024-01-05"},
    ),
    Case(
        "what is below a concept that OMOP names is in its set",
        {"condition_occurrence": _CONDITION + "\n23 | | | 2024-01-05"},
        {"condition": "code_set | coded_by\nbipolar | code"},
    ),
    Case(
        "a condition of a problem list has a status and an end",
        {
            "condition_occurrence": """condition_concept_id | condition_start_date | condition_end_date | condition_type_concept_id | condition_status_concept_id
            21 | 2023-01-05 | 2023-05-31 | 32840 | 32893
            21 | 2024-01-05 |            | 32840 | 32899
            21 | 2024-03-05 | 2024-03-05 | 32817 | 0"""
        },
        {
            "condition": """start | end | status | certainty
            2023-01-05 | 2023-06-01 | resolved | confirmed
            2024-01-05 |            | active   | provisional
            2024-03-05 |            | unknown  | unknown"""
        },
    ),
    Case(
        "a condition in observation counts unless its value says no",
        {
            "observation": """observation_concept_id | observation_date | value_as_concept_id
            21 | 2024-01-05 |
            21 | 2024-01-06 | 60
            21 | 2024-01-07 | 61"""
        },
        {"condition": "start | end | status\n2024-01-05 | | unknown\n2024-01-07 | | unknown"},
    ),
    Case(
        "a procedure is found in whichever table it stands",
        {
            "procedure_occurrence": "procedure_concept_id | procedure_date\n24 | 2024-01-05",
            "observation": "observation_concept_id | observation_date\n24 | 2024-02-05",
        },
        {"procedure": "code_set | start | end\nect | 2024-01-05 | 2024-01-06\nect | 2024-02-05 |"},
    ),
    Case(
        "a device is told by its words",
        {
            "device_exposure": "device_concept_id | device_exposure_start_date | device_exposure_end_date\n25 | 2024-01-05 | 2024-01-09"
        },
        {"device": "code_set | start | end | coded_by\ndefibrillator-device | 2024-01-05 | 2024-01-10 | text"},
    ),
    Case(
        "an allergy is told by its concept, or by the drug that is its value",
        {
            "observation": """observation_concept_id | observation_date | value_as_concept_id
            26 | 2024-01-05 |
            27 | 2024-01-06 | 10
            27 | 2024-01-07 | 14"""
        },
        {"allergy": "ingredient | start | coded_by\nsertraline | 2024-01-05 | text\nvenlafaxine | 2024-01-06 | code"},
    ),
    Case(
        "visits have a kind and end on the day after their last",
        {
            "visit_occurrence": """visit_concept_id | visit_start_date | visit_end_date
            9201 | 2024-01-05 | 2024-01-09
            9202 | 2024-02-05 | 2024-02-05
            9203 | 2024-03-05 |
            262  | 2024-04-05 | 2024-04-01
            5083 | 2024-05-05 | 2024-05-05
            0    | 2024-06-05 | 2024-06-05"""
        },
        {
            "encounter": """kind | start | end
            inpatient  | 2024-01-05 | 2024-01-10
            ambulatory | 2024-02-05 | 2024-02-06
            emergency  | 2024-03-05 |
            inpatient  | 2024-04-05 |
            virtual    | 2024-05-05 | 2024-05-06
            other      | 2024-06-05 | 2024-06-06"""
        },
    ),
]

PEOPLE = [
    Case(
        "birth is as exact as it is told",
        {"person": "gender_concept_id | year_of_birth | month_of_birth | day_of_birth\n8532 | 1980 | 2 |"},
        {"person": "birth | sex | death\n1980-02-01 to 1980-02-29 | female |"},
    ),
    Case(
        "a day that the month hasn't is unknown",
        {"person": "gender_concept_id | year_of_birth | month_of_birth | day_of_birth\n8507 | 1981 | 4 | 31"},
        {"person": "birth | sex\n1981-04-01 to 1981-04-30 | male"},
    ),
    Case(
        "without a year the day of birth_datetime counts",
        {"person": "gender_concept_id | birth_datetime\n0 | 1981-04-30"},
        {"person": "birth | sex\n1981-04-30 |"},
    ),
    Case(
        "observed from the first to the last period, and dead on the first date of death",
        {
            "person": "year_of_birth\n1950",
            "observation_period": """observation_period_start_date | observation_period_end_date
            2020-01-01 | 2020-12-31
            2022-01-01 | 2024-06-30""",
            "death": "death_date\n2024-06-30\n2024-07-01",
        },
        {
            "person": "birth | observed_from | observed_to | death\n1950-01-01 to 1950-12-31 | 2020-01-01 | 2024-06-30 | 2024-06-30"
        },
    ),
]

_MEASURED = "measurement_concept_id | measurement_date | value_as_number"

MEASURED = [
    Case(
        "a total is a score",
        {"measurement": _MEASURED + "\n30 | 2024-01-05 | 17"},
        {"score": "instrument | date | value\nphq-9 | 2024-01-05 | 17"},
    ),
    Case(
        "a total stands in observation too, and under its code as a source value",
        {
            "observation": """observation_concept_id | observation_source_value | observation_date | value_as_number
            0 | 44261-6 | 2024-01-05 | 12"""
        },
        {"score": "instrument | date | value\nphq-9 | 2024-01-05 | 12"},
    ),
    Case(
        "items belong to the only total of their day, by number, code or words",
        {
            "measurement": _MEASURED + "\n30 | 2024-01-05 | 17\n31 | 2024-01-05 | 3",
            "observation": """observation_concept_id | observation_date | value_as_concept_id | value_as_string
            32 | 2024-01-05 | 35 |
            33 | 2024-01-05 |    | Nearly every day""",
        },
        {
            "score": "instrument | value\nphq-9 | 17",
            "item": "instrument | item | value\nphq-9 | 1 | 3\nphq-9 | 2 | 2\nphq-9 | 3 | 3",
        },
    ),
    Case(
        "items without a total are a score of their own",
        {"measurement": _MEASURED + "\n31 | 2024-01-05 | 3\n33 | 2024-01-05 | 2"},
        {"score": "instrument | date | value\nphq-9 | 2024-01-05 |", "item": "item | value\n1 | 3\n3 | 2"},
    ),
    Case(
        "answers without a day are of the only total without one, else a score of their own",
        {
            "measurement": _MEASURED + "\n30 | 2024-01-05 | 17\n30 | | 5",
            "observation": "observation_concept_id | observation_date | value_as_number\n33 | | 2\n34 | | 1",
        },
        {
            "score": "instrument | date | value\nphq-9 | 2024-01-05 | 17\nphq-9 | | 5",
            "item": "item | date | value\n3 | | 2\n9 | | 1",
        },
    ),
    Case(
        "the two items of the PHQ-2 alone are a PHQ-2",
        {"measurement": _MEASURED + "\n31 | 2024-01-05 | 3\n32 | 2024-01-05 | 2"},
        {"score": "instrument | value\nphq-2 |", "item": "instrument | item | value\nphq-2 | 1 | 3\nphq-2 | 2 | 2"},
    ),
    Case(
        "two answers that differ are unknown, but about suicide the higher stands",
        {
            "measurement": _MEASURED
            + "\n33 | 2024-01-05 | 3\n33 | 2024-01-05 | 2\n34 | 2024-01-05 | 0\n34 | 2024-01-05 | 1"
        },
        {"item": "item | value\n3 |\n9 | 1"},
    ),
    Case(
        "answers whose rows have no id are all there",
        {
            "measurement": """measurement_id | measurement_concept_id | measurement_date | value_as_number
            | 31 | 2024-01-05 | 3
            | 33 | 2024-01-05 | 2
            | 34 | 2024-01-05 | 1
            | 30 | 2024-02-05 | 12
            | 30 | 2024-03-05 | 9"""
        },
        {
            "score": "instrument | date | value\nphq-9 | 2024-01-05 |\nphq-9 | 2024-02-05 | 12\nphq-9 | 2024-03-05 | 9",
            "item": "item | value\n1 | 3\n3 | 2\n9 | 1",
        },
    ),
    Case(
        "an answer outside its range is unknown",
        {"measurement": _MEASURED + "\n33 | 2024-01-05 | 7"},
        {"item": "item | value\n3 |"},
    ),
    Case(
        "a result has its unit and lies above its range",
        {
            "measurement": """measurement_concept_id | measurement_date | value_as_number | unit_source_value | range_low | range_high
            40 | 2024-01-05 | 6.1 | mIU/L | 0.4 | 4"""
        },
        {"lab": "lab | date | value | unit | flag\ntsh | 2024-01-05 | 6.1 | mIU/L | high"},
    ),
    Case(
        "a source value in LOINC tells the test; one that looks like a diagnosis tells nothing of a measurement",
        {
            "measurement": """measurement_concept_id | measurement_source_value | measurement_date | value_as_number
            0 | 3016-3 | 2024-01-05 | 2
            0 | I10    | 2024-01-05 |"""
        },
        {"lab": "lab | value\ntsh | 2", "condition": ""},
    ),
    Case(
        "units are written as UCUM does",
        {
            "measurement": """measurement_concept_id | measurement_date | value_as_number | unit_concept_id | unit_source_value
            42 | 2024-01-05 | 150 | 41 |
            42 | 2024-01-06 | 150 | 0  | mm Hg"""
        },
        {"lab": "date | unit\n2024-01-05 | mm[Hg]\n2024-01-06 | mm[Hg]"},
    ),
    Case(
        "a limit is no number, and says what is sure",
        {
            "measurement": """measurement_concept_id | measurement_date | value_as_number | operator_concept_id | range_low | range_high
            40 | 2024-01-05 | 0.1 | 4171756 | 0.4 | 4
            40 | 2024-01-06 | 5   | 4171756 | 0.4 | 4"""
        },
        {"lab": "date | value | flag\n2024-01-05 | | low\n2024-01-06 | |"},
    ),
    Case(
        "a result in words is a text and a flag",
        {"measurement": "measurement_concept_id | measurement_date | value_as_concept_id\n44 | 2024-01-05 | 43"},
        {"lab": "lab | value | text | flag\npregnancy-test | | negative | negative"},
    ),
    Case(
        "a result that says nothing is left out",
        {"measurement": _MEASURED + "\n40 | 2024-01-05 |"},
        {"lab": ""},
    ),
]

CASES = [*SUPPLIES, *INFERRED, *EVENTS, *PEOPLE, *MEASURED]
