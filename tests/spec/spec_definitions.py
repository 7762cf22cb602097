"""Each definition of treatment-resistant depression."""

from tests.spec.harness import Case

HEAD = "ingredient | product | start | days | dose\n"
TWO_DRUGS = HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100\nvenlafaxine | 150 | 2024-02-26 | 56 | 150"
TWO_FAILED = {
    "exposure": TWO_DRUGS,
    "score": "instrument | date | value\nphq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-26 | 18\nphq-9 | 2024-04-20 | 17",
}
DEPRESSION = "code_set | start\nmajor-depression | 2023-11-01"
THREE_DRUGS = HEAD + (
    "sertraline | 25 | 2024-01-01 | 56 | 25\nvenlafaxine | 75 | 2024-02-26 | 56 | 75\n"
    "mirtazapine | 15 | 2024-04-22 | 56 | 15"
)

CASES = [
    Case(
        "two adequate failures meet the consensus",
        TWO_FAILED,
        {
            "definition_result": "definition_id | result | count_low | count_high | required\n"
            "sforzini-2022 | met | 2 | 2 | 2\nrybak-2021 | met | 2 | 2 | 2"
        },
    ),
    Case(
        "one failure does not meet the consensus",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100",
            "score": "instrument | date | value\nphq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-26 | 18",
        },
        {"definition_result": "definition_id | result | count_low | count_high\nsforzini-2022 | not met | 1 | 1"},
    ),
    Case(
        "a trial with an unknown dose leaves the consensus open",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100\nvenlafaxine | | 2024-02-26 | 56 |",
            "score": TWO_FAILED["score"],
        },
        {"definition_result": "definition_id | result | count_low | count_high\nsforzini-2022 | unknown | 1 | 2"},
    ),
    Case(
        "bipolar disorder keeps a person out of the consensus",
        TWO_FAILED | {"condition": "code_set | start\nbipolar | 2020-01-01"},
        {"definition_result": "definition_id | result | excluded_by\nsforzini-2022 | not met | bipolar"},
    ),
    Case(
        "a refuted bipolar disorder keeps nobody out",
        TWO_FAILED | {"condition": "code_set | start | certainty\nbipolar | 2020-01-01 | refuted"},
        {"definition_result": "definition_id | result | excluded_by\nsforzini-2022 | met |"},
    ),
    Case(
        "the schools differ on a third better",
        {
            "exposure": TWO_DRUGS,
            "score": "instrument | date | value\nphq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-26 | 13\n"
            "phq-9 | 2024-04-20 | 9",
        },
        {
            "definition_result": "definition_id | result | count_low | count_high\n"
            "sforzini-2022 | not met | 0 | 0\nrybak-2021 | met | 2 | 2"
        },
    ),
    Case(
        "three drugs in a year are enough for the drug-count rules, whatever the dose",
        {"exposure": THREE_DRUGS, "condition": DEPRESSION},
        {
            "definition_result": "definition_id | result | count_low | index_date\n"
            "cepeda-2018 | met | 3 | 2024-04-22\nohdsi-1009 | met | 3 | 2024-04-22"
        },
    ),
    Case(
        "the drug-count rules ask for a diagnosis of depression",
        {"exposure": THREE_DRUGS},
        {
            "definition_result": "definition_id | result | lacks_diagnosis\n"
            "cepeda-2018 | not met | yes\nohdsi-1009 | not met | yes"
        },
    ),
    Case(
        "dementia before the third drug keeps a person out of the drug-count rules",
        {"exposure": THREE_DRUGS, "condition": DEPRESSION + "\ndementia | 2024-04-01"},
        {"definition_result": "definition_id | result | excluded_by\nohdsi-1009 | not met | dementia"},
    ),
    Case(
        "an antipsychotic added to an antidepressant is enough for the drug-count rules",
        {
            "exposure": HEAD + "sertraline | 50 | 2024-01-01 | 90 | 50\nquetiapine | 50 | 2024-02-01 | 30 | 50",
            "condition": DEPRESSION,
        },
        {"definition_result": "definition_id | result | index_date\nohdsi-1009 | met | 2024-02-01"},
    ),
    Case(
        "the register model counts each treatment of 28 days that another followed",
        {"exposure": THREE_DRUGS, "condition": DEPRESSION},
        {"definition_result": "definition_id | result | count_low\nkim-2020 | met | 2"},
    ),
    Case(
        "a course of ECT counts as a treatment for the register model",
        {
            "exposure": HEAD + "sertraline | 50 | 2024-01-01 | 56 | 50\nvenlafaxine | 75 | 2024-02-26 | 90 | 75",
            "condition": DEPRESSION,
            "procedure": "code_set | start\nect | 2024-06-01\nect | 2024-06-04\nect | 2024-06-08",
        },
        {"definition_result": "definition_id | result | count_low\nkim-2020 | met | 2"},
    ),
    Case(
        "two switches among three drugs of six weeks meet the switch rule",
        {"exposure": THREE_DRUGS, "condition": DEPRESSION},
        {"definition_result": "definition_id | result | count_low\nfabbri-2021 | met | 2"},
    ),
    Case(
        "a drug of five weeks makes no switch",
        {
            "exposure": HEAD + "sertraline | 25 | 2024-01-01 | 35 | 25\nvenlafaxine | 75 | 2024-02-05 | 56 | 75\n"
            "mirtazapine | 15 | 2024-04-01 | 56 | 15"
        },
        {"definition_result": "definition_id | result | count_low | count_high\nfabbri-2021 | not met | 1 | 1"},
    ),
    Case(
        "a record without any antidepressant leaves every definition open",
        {"condition": DEPRESSION},
        {
            "definition_result": "definition_id | result\nsforzini-2022 | unknown\nrybak-2021 | unknown\n"
            "regulatory-two-failures | unknown\nkim-2020 | unknown\nfabbri-2021 | unknown\ncepeda-2018 | unknown\n"
            "ohdsi-1009 | unknown\nmgh-s-claims-2010 | unknown\nmgh-atrq | unknown"
        },
    ),
    Case(
        "an antidepressant without a date may be a further failed trial",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100\nvenlafaxine | 150 | | | 150",
            "score": "instrument | date | value\nphq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-26 | 18",
        },
        {
            "definition_result": "definition_id | result | count_low | count_high | undated_drugs\n"
            "sforzini-2022 | unknown | 1 | 2 | 1"
        },
    ),
    Case(
        "ECT ten years ago gives no points for the last two years",
        {"exposure": TWO_DRUGS, "procedure": "code_set | start\nect | 2014-06-01"},
        {"definition_result": "definition_id | result | count_high\nmgh-s-claims-2010 | not met | 1"},
    ),
    Case(
        "ECT within the two years gives its points",
        {"exposure": TWO_DRUGS, "procedure": "code_set | start\nect | 2024-06-01"},
        {"definition_result": "definition_id | result | count_low\nmgh-s-claims-2010 | met | 4"},
    ),
    Case(
        "ECT without a date may lie within the two years",
        {"exposure": TWO_DRUGS, "procedure": "code_set | start\nect |"},
        {"definition_result": "definition_id | result | count_low | count_high\nmgh-s-claims-2010 | unknown | 1 | 4"},
    ),
    Case(
        "there and back again is no switch among more than two drugs",
        {
            "exposure": HEAD + "sertraline | 50 | 2023-01-01 | 56 | 50\nvenlafaxine | 150 | 2023-02-26 | 150 | 150\n"
            "sertraline | 50 | 2023-07-26 | 90 | 50",
            "condition": "code_set | start\nmajor-depression | 2022-11-01",
        },
        {"definition_result": "definition_id | result | count_low | count_high\nfabbri-2021 | not met | 1 | 1"},
    ),
    Case(
        "a drug last taken 365 days before the third counts, one of 366 days before does not",
        {
            "exposure": HEAD + "sertraline | 50 | 2023-01-01 | 31 | 50\nfluoxetine | 20 | 2023-06-01 | 30 | 20\n"
            "venlafaxine | 150 | 2024-01-31 | 30 | 150\nmirtazapine | 15 | 2024-06-29 | 30 | 15",
            "condition": DEPRESSION,
        },
        {"definition_result": "definition_id | result | count_low | index_date\nohdsi-1009 | met | 3 | 2024-01-31"},
    ),
    Case(
        "366 days after the first of three drugs the year is over",
        {
            "exposure": HEAD + "sertraline | 50 | 2023-01-01 | 31 | 50\nfluoxetine | 20 | 2023-06-01 | 30 | 20\n"
            "venlafaxine | 150 | 2024-02-01 | 30 | 150",
            "condition": DEPRESSION,
        },
        {"definition_result": "definition_id | result | count_high\nohdsi-1009 | not met | 2"},
    ),
    Case(
        "a depression that began years ago and goes on stands within the year",
        {"exposure": THREE_DRUGS, "condition": "code_set | start\nmajor-depression | 2019-01-01"},
        {"definition_result": "definition_id | result | lacks_diagnosis\nohdsi-1009 | met | no"},
    ),
    Case(
        "a depression resolved years ago does not stand within the year",
        {
            "exposure": THREE_DRUGS,
            "condition": "code_set | start | end | status\nmajor-depression | 2019-01-01 | 2019-06-01 | resolved",
        },
        {"definition_result": "definition_id | result | lacks_diagnosis\nohdsi-1009 | not met | yes"},
    ),
    Case(
        "a bipolar disorder of unsaid certainty keeps a person out",
        TWO_FAILED | {"condition": "code_set | start | certainty\nbipolar | 2020-01-01 |"},
        {"definition_result": "definition_id | result | excluded_by\nsforzini-2022 | not met | bipolar"},
    ),
    Case(
        "a drug stated years ago without an end was not surely still taken",
        {
            "exposure": "ingredient | start | end | dose | basis | status\n"
            "sertraline | 2015-01-01 | | 50 | stated | unknown\nfluoxetine | 2023-01-01 | 2023-04-01 | 20 | stated |\n"
            "venlafaxine | 2023-04-01 | 2023-07-01 | 75 | stated |\nsertraline | 2024-01-01 | | 50 | stated | unknown",
            "condition": "code_set | start\nmajor-depression | 2022-11-01",
        },
        {"definition_result": "definition_id | result | count_low | count_high\nohdsi-1009 | unknown | 2 | 3"},
    ),
]
