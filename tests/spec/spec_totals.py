"""Totals from what is written and from items."""

from tests.spec.harness import Case

PHQ9 = "score_id | instrument | date | value\n s | phq-9 | 2024-01-10 | {value}"


def items(answers: str) -> str:
    """PHQ-9 answers in order, `-` for a skipped one."""
    rows = [
        f"s | phq-9 | {number} | 2024-01-10 | {'' if value == '-' else value}"
        for number, value in enumerate(answers.split(), 1)
    ]
    return "\n".join(["score_id | instrument | item | date | value", *rows])


CASES = [
    Case(
        "a written total is taken as it stands",
        {"score": PHQ9.format(value=17)},
        {"score_total": "value | basis | suicide_state\n 17 | total | not recorded"},
    ),
    Case(
        "complete items give their sum",
        {"score": PHQ9.format(value=""), "item": items("2 2 1 1 1 0 1 0 0")},
        {"score_total": "value | basis | items_answered | items_missing | suicide_state\n 8 | items | 9 | 0 | zero"},
    ),
    Case(
        "one or two missing items are prorated and rounded half up",
        {"score": PHQ9.format(value=""), "item": items("2 2 2 2 2 2 2 - 1")},
        {"score_total": "value | basis | items_missing\n 17 | prorated | 1"},
    ),
    Case(
        "three missing items give no total",
        {"score": PHQ9.format(value=""), "item": items("2 2 2 2 2 2 - - -")},
        {"score_total": "value | basis | items_missing\n | incomplete | 3"},
    ),
    Case(
        "a missing suicide item stays visible behind a prorated total",
        {"score": PHQ9.format(value=""), "item": items("1 1 1 1 1 1 1 1 -")},
        {"score_total": "value | basis | suicide_value | suicide_state\n 9 | prorated | | missing"},
    ),
    Case(
        "a positive suicide item is found under a low total",
        {"score": PHQ9.format(value=""), "item": items("0 1 0 0 0 0 0 0 1")},
        {
            "score_total": "value | suicide_value | suicide_state\n 2 | 1 | positive",
            "safety_notice": "score_id | suicide_value | newest\n s | 1 | yes",
        },
    ),
    Case(
        "a written total that its complete items contradict is unknown",
        {"score": PHQ9.format(value=20), "item": items("1 1 1 1 1 1 1 1 0")},
        {"score_total": "value | basis\n | conflict"},
    ),
    Case(
        "a total outside the scale is unknown",
        {"score": PHQ9.format(value=28)},
        {"score_total": "value | basis\n | out of range"},
    ),
    Case(
        "items without a score of their own make one",
        {"item": items("1 1 1 1 1 1 1 1 0")},
        {"score_total": "score_id | value | basis\n s | 8 | items"},
    ),
    Case(
        "QIDS takes the highest item of each domain",
        {
            "score": "score_id | instrument | date | value\n s | qids-sr16 | 2024-01-10 |",
            "item": "score_id | instrument | item | date | value\n"
            + "\n".join(
                f"s | qids-sr16 | {number} | 2024-01-10 | {value}"
                for number, value in enumerate((1, 2, 3, 0, 2, 1, 0, 2, 0, 1, 1, 0, 2, 1, 0, 3), 1)
            ),
        },
        {"score_total": "value | basis\n 15 | items"},
    ),
    Case(
        "the gravest yes to the screener gives its tier",
        {
            "score": "score_id | instrument | date | value\n s | c-ssrs-screener | 2024-01-10 |",
            "item": "score_id | instrument | item | date | value\n s | c-ssrs-screener | 1 | 2024-01-10 | 1\n"
            "s | c-ssrs-screener | 2 | 2024-01-10 | 1\n s | c-ssrs-screener | 4 | 2024-01-10 | 1\n"
            "s | c-ssrs-screener | 5 | 2024-01-10 | 0",
        },
        {"safety_notice": "instrument | tier | newest\n c-ssrs-screener | high | yes"},
    ),
    Case(
        "a scale that names no tiers gives none",
        {"score": PHQ9.format(value=""), "item": items("0 1 0 0 0 0 0 0 3")},
        {"safety_notice": "instrument | tier\n phq-9 |"},
    ),
    Case(
        "a yes to the question about danger leads although no scale was filled in",
        {"answer": "question | value | date\n acute-danger-to-self | yes | 2024-12-20"},
        {"safety_notice": "fact | kind | newest\n acute-danger-to-self | answer | yes"},
    ),
    Case(
        "a suicide answer that was zero later is no longer the newest",
        {
            "score": "score_id | instrument | date | value\n a | phq-9 | 2024-01-10 | \n b | phq-9 | 2024-02-10 |",
            "item": "score_id | instrument | item | date | value\n a | phq-9 | 9 | 2024-01-10 | 2\n"
            "b | phq-9 | 9 | 2024-02-10 | 0",
        },
        {"safety_notice": "score_id | suicide_value | newest\n a | 2 | no"},
    ),
    Case(
        "a suicide answer of zero without a day takes back nothing",
        {
            "score": "score_id | instrument | date | value\n a | phq-9 | 2024-01-10 | \n b | phq-9 | |",
            "item": "score_id | instrument | item | date | value\n a | phq-9 | 9 | 2024-01-10 | 2\nb | phq-9 | 9 | | 0",
        },
        {"safety_notice": "score_id | suicide_value | newest\n a | 2 | yes"},
    ),
    Case(
        "a suicide answer of zero that only may have come later takes back nothing",
        {
            "score": "score_id | instrument | date | value\n a | phq-9 | 2024-02-10 | \n b | phq-9 | 2024-02 |",
            "item": "score_id | instrument | item | date | value\n a | phq-9 | 9 | 2024-02-10 | 2\n"
            "b | phq-9 | 9 | 2024-02 | 0",
        },
        {"safety_notice": "score_id | suicide_value | newest\n a | 2 | yes"},
    ),
    Case(
        "a suicide answer above zero without a day may be the newest",
        {
            "score": "score_id | instrument | date | value\n a | phq-9 | 2024-02-10 | \n b | phq-9 | |",
            "item": "score_id | instrument | item | date | value\n a | phq-9 | 9 | 2024-02-10 | 0\nb | phq-9 | 9 | | 1",
        },
        {"safety_notice": "score_id | suicide_value | newest\n b | 1 | yes"},
    ),
    Case(
        "records dated after the day of the review do not exist",
        {"score": "score_id | instrument | date | value\n a | phq-9 | 2024-12-31 | 9\n b | phq-9 | 2025-01-01 | 3"},
        {"score_total": "score_id | value\n a | 9"},
    ),
    Case(
        "a suicide item above its range is no total, and is still above zero",
        {"score": PHQ9.format(value=""), "item": items("1 1 1 1 1 1 1 1 4")},
        {"score_total": "suicide_state | suicide_value\n positive | 4", "safety_notice": "score_id\n s"},
    ),
    Case(
        "answers under the id of another scale's total are not lost",
        {
            "score": "score_id | instrument | date | value\n s | phq-2 | 2024-01-10 | 3",
            "item": items("1 1 1 1 1 1 1 1 2"),
        },
        {
            "score_total": "instrument | value | suicide_state\n phq-2 | 3 | not asked\n phq-9 | 10 | positive",
            "safety_notice": "instrument | score_id\n phq-9 | s",
        },
    ),
]
