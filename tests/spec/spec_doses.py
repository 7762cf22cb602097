"""The dose in each trial, and the days at or above the minimum."""

from tests.spec.harness import Case

HEAD = "ingredient | product | start | days | dose\n"

CASES = [
    Case(
        "monthly supplies at one dose make one trial with every day at the minimum",
        {
            "exposure": HEAD + "sertraline | 50 | 2024-01-01 | 30 | 50\nsertraline | 50 | 2024-01-31 | 30 | 50\n"
            "sertraline | 50 | 2024-03-01 | 30 | 50"
        },
        {
            "attempt": "ingredient | days_low | days_high | covered_low | covered_high | peak_dose_low"
            " | peak_dose_high\n"
            "sertraline | 90 | 90 | 90 | 90 | 50 | 50",
            "minimum_day": "dose_table | minimum_dose | days_low | days_high\n"
            "canmat-2023 | 50 | 90 | 90\nmgh-atrq | 50 | 90 | 90",
        },
    ),
    Case(
        "two products begun on one day add up",
        {"exposure": HEAD + "bupropion | 300 | 2024-01-01 | 30 | 300\nbupropion | 150 | 2024-01-01 | 30 | 150"},
        {"attempt": "peak_dose_low | peak_dose_high | covered_low\n 450 | 450 | 30"},
    ),
    Case(
        "the same product supplied twice on one day does not add up",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 30 | 50\nsertraline | 50 | 2024-01-01 | 30 | 50"},
        {"attempt": "peak_dose_low | peak_dose_high | covered_low\n 50 | 50 | 30"},
    ),
    Case(
        "an early refill at another strength replaces and does not add up",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 30 | 50\nsertraline | 100 | 2024-01-25 | 30 | 100"},
        {
            "attempt": "first_dose_low | peak_dose_low | peak_dose_high | covered_low\n 50 | 100 | 100 | 54",
            "dose_step": "possible_start | dose_low | dose_high | shown_end\n"
            "2024-01-01 | 50 | 50 | 2024-01-25\n2024-01-25 | 100 | 100 | 2024-02-24",
        },
    ),
    Case(
        "products that overlap for long may add up, so the dose is a range",
        {"exposure": HEAD + "bupropion | 300 | 2024-01-01 | 90 | 300\nbupropion | 150 | 2024-02-01 | 60 | 150"},
        {"attempt": "peak_dose_low | peak_dose_high\n 300 | 450"},
    ),
    Case(
        "an unknown dose may have reached the minimum",
        {"exposure": HEAD + "sertraline | | 2024-01-01 | 60 |"},
        {
            "attempt": "peak_dose_low | peak_dose_high\n |",
            "minimum_day": "dose_table | days_low | days_high\ncanmat-2023 | 0 | 60\nmgh-atrq | 0 | 60",
        },
    ),
    Case(
        "the two dose tables differ on venlafaxine 75 mg",
        {"exposure": HEAD + "venlafaxine | 75 | 2024-01-01 | 49 | 75"},
        {
            "minimum_day": "dose_table | minimum_dose | days_low | days_high\n"
            "canmat-2023 | 75 | 49 | 49\nmgh-atrq | 150 | 0 | 0"
        },
    ),
    Case(
        "a dose range below and above the minimum may have reached it",
        {"exposure": HEAD + "sertraline | | 2024-01-01 | 60 | 25-50"},
        {"minimum_day": "dose_table | days_low | days_high\ncanmat-2023 | 0 | 60\nmgh-atrq | 0 | 60"},
    ),
    Case(
        "a partial start date makes the days a range",
        {"exposure": "ingredient | start | end | dose\nsertraline | 2024-01 | 2024-03-01 | 50"},
        {
            "attempt": "days_low | days_high | covered_low | covered_high\n 30 | 60 | 30 | 60",
            "minimum_day": "dose_table | days_low | days_high\ncanmat-2023 | 30 | 60\nmgh-atrq | 30 | 60",
        },
    ),
    Case(
        "a refill of some day in the month ends the higher dose when it surely began",
        {
            "exposure": "ingredient | product | start | end | dose\nsertraline | 50 | 2024-01-01 | 2024-02-10 | 50\n"
            "sertraline | 25 | 2024-02 | 2024-03-20 | 25"
        },
        {"minimum_day": "dose_table | days_low | days_high\ncanmat-2023 | 31 | 40\nmgh-atrq | 31 | 40"},
    ),
]
