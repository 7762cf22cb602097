"""Bands, change, outcomes along the record, and the present episode."""

from tests.spec.harness import Case

HEAD = "instrument | date | value\n"

PHQ9_BANDS = (
    (0, "none or minimal"), (4, "none or minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"),
    (15, "moderately severe"), (19, "moderately severe"), (20, "severe"), (27, "severe"),
)  # fmt: skip
QIDS_BANDS = ((5, "none"), (6, "mild"), (10, "mild"), (11, "moderate"), (15, "moderate"), (16, "severe"),
              (20, "severe"),
              (21, "very severe"), (27, "very severe"))  # fmt: skip
MADRS_BANDS = (
    (6, "normal"),
    (7, "mild"),
    (19, "mild"),
    (20, "moderate"),
    (34, "moderate"),
    (35, "severe"),
    (60, "severe"),
)
GAD7_BANDS = (
    (4, "minimal"),
    (5, "mild"),
    (9, "mild"),
    (10, "moderate"),
    (14, "moderate"),
    (15, "severe"),
    (21, "severe"),
)


def band_cases(instrument: str, bands: tuple[tuple[int, str], ...]) -> list[Case]:
    """One case for each total at the edge of a band."""
    return [
        Case(
            f"{instrument} {value} is {band}",
            {"score": f"{HEAD}{instrument} | 2024-01-10 | {value}"},
            {"trajectory": f"value | band\n{value} | {band}"},
        )
        for value, band in bands
    ]


CASES = [
    *band_cases("phq-9", PHQ9_BANDS),
    *band_cases("qids-sr16", QIDS_BANDS),
    *band_cases("madrs", MADRS_BANDS),
    *band_cases("gad-7", GAD7_BANDS),
    Case(
        "change counts from the first score on the same scale",
        {"score": HEAD + "phq-9 | 2024-01-10 | 20\nmadrs | 2024-02-01 | 30\nphq-9 | 2024-03-10 | 15"},
        {
            "trajectory": "instrument | baseline_value | previous_value | change | change_percent\n"
            "phq-9 | 20 | | 0 | 0\nmadrs | 30 | | 0 | 0\nphq-9 | 20 | 20 | -5 | -25"
        },
    ),
    Case(
        "five points and a fifth stand side by side",
        {"score": HEAD + "phq-9 | 2024-01-10 | 20\nphq-9 | 2024-03-10 | 16"},
        {
            "score_outcome": "outcome_id | score_id | result\nsmallest-change-phq-9-percent | score-2 | met\n"
            "smallest-change-phq-9-points | score-2 | not met"
        },
    ),
    Case(
        "a fifth better within two weeks is early improvement",
        {"score": HEAD + "phq-9 | 2024-01-10 | 20\nphq-9 | 2024-01-24 | 16"},
        {"score_outcome": "outcome_id | score_id | result\nearly-improvement-20 | score-2 | met"},
    ),
    Case(
        "a fifth better after three weeks is not asked as early improvement",
        {"score": HEAD + "phq-9 | 2024-01-10 | 20\nphq-9 | 2024-01-31 | 16"},
        {},
        absent={"score_outcome": ("outcome_id", "early-improvement-20")},
    ),
    Case(
        "a baseline is not held against itself",
        {"score": HEAD + "phq-9 | 2024-01-10 | 20"},
        {},
        absent={"score_outcome": ("outcome_id", "non-response-25")},
    ),
    Case(
        "QIDS 11 after remission is a relapse",
        {"score": HEAD + "qids-sr16 | 2024-01-10 | 18\nqids-sr16 | 2024-04-10 | 4\nqids-sr16 | 2024-08-10 | 11"},
        {"score_outcome": "outcome_id | score_id | result\nrelapse-qids-sr16 | score-3 | met"},
    ),
    Case(
        "QIDS 18 before any remission is no relapse",
        {"score": HEAD + "qids-sr16 | 2024-01-10 | 18"},
        {"score_outcome": "outcome_id | score_id | result\nrelapse-qids-sr16 | score-1 | not met"},
    ),
    Case(
        "an unknown total leaves every outcome unknown",
        {"score": HEAD + "phq-9 | 2024-01-10 | 20\nphq-9 | 2024-03-10 |"},
        {"score_outcome": "outcome_id | score_id | result\nresponse-50 | score-2 | unknown"},
    ),
    Case(
        "the episode begins where the record says it does",
        {"person": "episode_start\n2023-11"},
        {"illness_episode": "start_earliest | start_latest | basis\n2023-11-01 | 2023-11-30 | stated"},
    ),
    Case(
        "symptoms that come back after two months of remission begin an episode",
        {
            "score": HEAD + "phq-9 | 2024-01-10 | 18\nphq-9 | 2024-03-10 | 3\nphq-9 | 2024-05-12 | 2\n"
            "phq-9 | 2024-07-01 | 14"
        },
        {"illness_episode": "start_earliest | start_latest | basis\n2024-05-13 | 2024-07-01 | return after remission"},
    ),
    Case(
        "a remission of a few weeks does not end the episode",
        {
            "score": HEAD + "phq-9 | 2024-01-10 | 18\nphq-9 | 2024-03-10 | 3\nphq-9 | 2024-04-01 | 14",
            "condition": "code_set | start\nmajor-depression | 2023-12",
        },
        {"illness_episode": "start_earliest | start_latest | basis\n2023-12-01 | 2023-12-31 | onset of the diagnosis"},
    ),
    Case(
        "a record without any of these leaves the start of the episode unknown",
        {"score": HEAD + "phq-9 | 2024-01-10 | 18"},
        {"illness_episode": "start_earliest | basis\n | unknown"},
    ),
    Case(
        "an episode that begins after the day of the review is not there yet",
        {"person": "episode_start\n2025-03-01"},
        {"illness_episode": "start_earliest | basis\n | unknown"},
    ),
    Case(
        "a remission of some day in the year may have come before the high score",
        {"score": HEAD + "qids-sr16 | 2023-12-01 | 18\nqids-sr16 | 2024 | 4\nqids-sr16 | 2024-06-10 | 11"},
        {"score_outcome": "outcome_id | score_id | result\nrelapse-qids-sr16 | score-3 | unknown"},
    ),
    Case(
        "an unknown total may have been the remission that a relapse needs",
        {"score": HEAD + "qids-sr16 | 2024-01-10 | 18\nqids-sr16 | 2024-04-10 |\nqids-sr16 | 2024-08-10 | 11"},
        {"score_outcome": "outcome_id | score_id | result\nrelapse-qids-sr16 | score-3 | unknown"},
    ),
]
