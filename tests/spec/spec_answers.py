"""What somebody answers of a trial, and of what keeps a person out of a definition."""

from tests.spec.harness import Case

TRIAL = "sertraline@2024-01-01"
HEAD = "ingredient | product | start | days | dose | basis\n"
ORDERED = HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 | ordered"
NO_DOSE = HEAD + "sertraline | | 2024-01-01 | 56 | | dispensed"
TWO_FAILED = {
    "exposure": "ingredient | product | start | days | dose\nsertraline | 100 | 2024-01-01 | 56 | 100\n"
    "venlafaxine | 150 | 2024-02-26 | 56 | 150",
    "score": "instrument | date | value\nphq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-26 | 18\nphq-9 | 2024-04-20 | 17",
}
SFORZINI = "definition_id | dose | adherence | failure | verdict\nsforzini-2022"


def said(*answers: tuple[str, str], day: str = "2024-06-03") -> str:
    """Answers about the trial of sertraline."""
    rows = [f"{question} | {TRIAL} | {value} | {day}" for question, value in answers]
    return "\n".join(["question | about | value | date", *rows])


def told(fact: str, value: str, day: str = "2024-06-03") -> str:
    """The answer to one question about a fact."""
    return f"question | value | date\n{fact} | {value} | {day}"


CASES = [
    Case(
        "an order alone does not say that it was taken, an answer does",
        {"exposure": ORDERED, "answer": said(("taken", "yes"), ("helped", "no"))},
        {"verdict": f"{SFORZINI} | met | met | met | failed", "attempt": "stated_adherence\nyes"},
    ),
    Case(
        "without an answer it cannot be told",
        {"exposure": ORDERED},
        {"verdict": f"{SFORZINI} | met | unknown | unknown | cannot tell"},
    ),
    Case(
        "an answer that it was not taken settles the verdict",
        {"exposure": ORDERED, "answer": said(("taken", "no"))},
        {"verdict": f"{SFORZINI} | met | not met | unknown | not taken"},
    ),
    Case(
        "an unsure answer leaves it unknown",
        {"exposure": ORDERED, "answer": said(("taken", "unsure"), ("helped", "unsure"), ("dose", "unsure"))},
        {
            "verdict": f"{SFORZINI} | met | unknown | unknown | cannot tell",
            "attempt": "stated_adherence | reported_outcome\n|",
        },
    ),
    Case(
        "an answer that contradicts the record makes a conflict and settles nothing",
        {
            "exposure": HEAD.replace("basis", "adherence | reported_outcome")
            + "sertraline | 100 | 2024-01-01 | 56 | 100 | no | better",
            "answer": said(("taken", "yes"), ("helped", "no")),
        },
        {
            "attempt": "stated_adherence | reported_outcome\nconflict | conflict",
            "verdict": f"{SFORZINI} | met | unknown | unknown | cannot tell",
        },
    ),
    Case(
        "an answer against a stop for not taking it is a conflict too",
        {
            "exposure": HEAD.replace("basis", "stop_reason") + "sertraline | 100 | 2024-01-01 | 56 | 100 | not taken",
            "answer": said(("taken", "yes")),
        },
        {
            "attempt": "stated_adherence | stop_reason\nconflict | not taken",
            "verdict": f"{SFORZINI} | met | unknown | unknown | cannot tell",
        },
    ),
    Case(
        "the newest answer counts",
        {
            "exposure": ORDERED,
            "answer": f"question | about | value | date\ntaken | {TRIAL} | yes | 2024-06-03\n"
            f"taken | {TRIAL} | no | 2024-03-01",
        },
        {"attempt": "stated_adherence\nyes"},
    ),
    Case(
        "an answer given after the day of the review does not exist",
        {"exposure": ORDERED, "answer": said(("taken", "no"), day="2025-02-01")},
        {"attempt": "ingredient | stated_adherence\nsertraline |"},
    ),
    Case(
        "an answer about another trial changes nothing",
        {"exposure": ORDERED, "answer": f"question | about | value\ntaken | {TRIAL.replace('01-01', '01-02')} | no"},
        {"attempt": "ingredient | stated_adherence\nsertraline |"},
    ),
    Case(
        "a dose that was told fills in for one that the record lacks",
        {"exposure": NO_DOSE, "answer": said(("dose", "100"))},
        {
            "attempt": "peak_dose_low | peak_dose_high | dose_unit\n100 | 100 | mg/day",
            "verdict": "definition_id | dose\nsforzini-2022 | met",
        },
    ),
    Case(
        "a dose that was told may be too low",
        {"exposure": NO_DOSE, "answer": said(("dose", "12.5"))},
        {"verdict": "definition_id | dose | verdict\nsforzini-2022 | not met | too low"},
    ),
    Case(
        "a dose that the record gives is not overwritten",
        {"exposure": ORDERED, "answer": said(("dose", "25"))},
        {"attempt": "peak_dose_low | peak_dose_high\n100 | 100"},
    ),
    Case(
        "a dose outside the range of the record is left aside",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 56 | 25-50 | ordered", "answer": said(("dose", "200"))},
        {"attempt": "peak_dose_low | peak_dose_high\n25 | 50"},
    ),
    Case(
        "a dose within the range of the record narrows it",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 56 | 25-50 | ordered", "answer": said(("dose", "50"))},
        {"attempt": "peak_dose_low | peak_dose_high\n50 | 50"},
    ),
    Case(
        "a product that is easily misread keeps its unknown dose",
        {
            "exposure": "ingredient | start | days | trap\nfluoxetine | 2024-01-01 | 56 | weekly-fluoxetine",
            "answer": "question | about | value\ndose | fluoxetine@2024-01-01 | 90",
        },
        {"attempt": "ingredient | peak_dose_low | peak_dose_high\nfluoxetine | |"},
        absent={"question": ("question", "dose")},
    ),
    Case(
        "an answer is evidence of the trial",
        {"exposure": ORDERED, "answer": said(("taken", "yes"))},
        {"trial_evidence": "bears_on | evidence_id\nanswer | answer-1\nsupply | exposure-1"},
    ),
    Case(
        "somebody who says they have bipolar disorder is kept out of the consensus",
        TWO_FAILED | {"answer": told("bipolar-disorder", "yes")},
        {"definition_result": "definition_id | result | excluded_by | disputed\nsforzini-2022 | not met | bipolar |"},
    ),
    Case(
        "an answer of no is not needed for the consensus and changes nothing",
        TWO_FAILED | {"answer": told("bipolar-disorder", "no")},
        {"definition_result": "definition_id | result | excluded_by | disputed\nsforzini-2022 | met | |"},
    ),
    Case(
        "an unsure answer keeps nobody out",
        TWO_FAILED | {"answer": told("bipolar-disorder", "unsure")},
        {"definition_result": "definition_id | result | excluded_by | disputed\nsforzini-2022 | met | |"},
    ),
    Case(
        "a diagnosis that the person denies leaves the consensus open",
        TWO_FAILED
        | {
            "condition": "code_set | start\nbipolar | 2020-01-01",
            "answer": told("bipolar-disorder", "no"),
        },
        {"definition_result": "definition_id | result | excluded_by | disputed\nsforzini-2022 | unknown | | bipolar"},
    ),
    Case(
        "a refuted diagnosis that the person affirms leaves the consensus open",
        TWO_FAILED
        | {
            "condition": "code_set | start | certainty\nbipolar | 2020-01-01 | refuted",
            "answer": told("bipolar-disorder", "yes"),
        },
        {"definition_result": "definition_id | result | excluded_by | disputed\nsforzini-2022 | unknown | | bipolar"},
    ),
]
