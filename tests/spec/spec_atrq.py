"""The worked example of the MGH-ATRQ in print: which trials count. Source: mgh-atrq-mdedge."""

from tests.spec.harness import Case

HEAD = "ingredient | product | start | days | dose | stop_reason\n"


def rated(dose: str, duration: str, counts: str) -> dict[str, str]:
    """The rating of the one trial."""
    return {"verdict": f"definition_id | dose | duration | counts\nmgh-atrq | {dose} | {duration} | {counts}"}


CASES = [
    Case(
        "sertraline 100 mg for three months counts",
        {"exposure": HEAD + "sertraline | 100 | 2024-01-01 | 91 | 100 | no benefit"},
        rated("met", "met", "met"),
    ),
    Case(
        "citalopram 20 mg for a month is too short",
        {"exposure": HEAD + "citalopram | 20 | 2024-01-01 | 30 | 20 | no benefit"},
        rated("met", "not met", "not met"),
    ),
    Case(
        "venlafaxine 75 mg for seven weeks is too low",
        {"exposure": HEAD + "venlafaxine | 75 | 2024-01-01 | 49 | 75 | no benefit"},
        rated("not met", "not met", "not met"),
    ),
    Case(
        "duloxetine raised to 90 mg counts",
        {
            "exposure": HEAD
            + "duloxetine | 60 | 2024-01-01 | 28 | 60 |\nduloxetine | 90 | 2024-01-29 | 56 | 90 | no benefit"
        },
        rated("met", "met", "met"),
    ),
    Case(
        "aripiprazole 10 mg added for four weeks counts as a failed trial",
        {
            "exposure": HEAD
            + "duloxetine | 90 | 2024-01-01 | 120 | 90 |\naripiprazole | 10 | 2024-03-01 | 28 | 10 | no benefit"
        },
        {
            "verdict": "trial_id | definition_id | verdict | dose | duration | counts\n"
            "aripiprazole@2024-03-01 | mgh-atrq | failed | met | met | met\n"
            "duloxetine@2024-01-01 | mgh-atrq | cannot tell | met | met | unknown"
        },
    ),
]
