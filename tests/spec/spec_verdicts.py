"""The verdict of a trial and what counts."""

from tests.spec.harness import Case

HEAD = "ingredient | product | start | days | dose | stop_reason\n"
SCORES = "instrument | date | value\n"
SFORZINI = "sforzini-2022"


def verdict(word: str, **results: str) -> dict[str, str]:
    """The expected row by the consensus definition."""
    columns = " | ".join(["definition_id", "verdict", *results])
    return {"verdict": f"{columns}\n{SFORZINI} | {' | '.join([word, *results.values()])}"}


UNDATED = "ingredient | product | start | days | dose | basis\n"

CASES = [
    Case(
        "a hundred times the dose is an error of the record, so nobody can tell",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 2500 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 17",
        },
        verdict("cannot tell", dose="unknown", counts="unknown")
        | {
            "supply": "evidence_id | dose_per_day_high | dose_set_aside_low | dose_set_aside_high | highest_licensed\n"
            "exposure-1 | | 2500 | 2500 | 200"
        },
    ),
    Case(
        "twice the highest licensed dose is taken by some and stands",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 400 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 17",
        },
        verdict("failed", dose="met", counts="met"),
    ),
    Case(
        "more of the drug handed out on an unknown day leaves open when the trial began",
        {
            "exposure": UNDATED
            + "sertraline | 100 | 2024-01-01 | 56 | 100 | dispensed\nsertraline | 100 | | | 100 | dispensed",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 17",
        },
        verdict("cannot tell", failure="unknown", counts="unknown"),
    ),
    Case(
        "a statement of the drug without a date changes nothing",
        {
            "exposure": UNDATED
            + "sertraline | 100 | 2024-01-01 | 56 | 100 | dispensed\nsertraline | 100 | | | 100 | stated",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 17",
        },
        verdict("failed", failure="met", counts="met"),
    ),
    Case(
        "more of the drug on an unknown day may have made it long enough",
        {
            "exposure": UNDATED
            + "sertraline | 100 | 2024-01-01 | 14 | 100 | dispensed\nsertraline | 100 | | | 100 | dispensed",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 17",
        },
        verdict("cannot tell", duration="unknown", counts="unknown"),
    ),
    Case(
        "eight weeks at dose and hardly better is failed",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 17",
        },
        verdict(
            "failed", dose="met", duration="met", adherence="met", failure="met", counts="met", outcome_basis="measured"
        ),
    ),
    Case(
        "half better is worked",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 10",
        },
        verdict("worked", counts="not met", lost_again="no"),
    ),
    Case(
        "a third better is partly worked",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 18\nphq-9 | 2024-02-25 | 12",
        },
        verdict("partly worked", counts="not met"),
    ),
    Case(
        "worked and then lost again did not fail",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 200 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 4\nphq-9 | 2024-07-10 | 18",
        },
        verdict("worked", lost_again="yes", counts="not met"),
    ),
    Case(
        "a score taken on a drug is no baseline of its restart",
        {
            "exposure": HEAD
            + "sertraline | 100 | 2024-01-01 | 120 | 100 |\nsertraline | 100 | 2024-06-10 | 60 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-04-20 | 6\nphq-9 | 2024-08-05 | 6",
        },
        {
            "verdict": "definition_id | trial_id | verdict | counts\n"
            f"{SFORZINI} | sertraline@2024-01-01 | worked | not met\n"
            f"{SFORZINI} | sertraline@2024-06-10 | cannot tell | unknown"
        },
    ),
    Case(
        "a score taken well after the drug was stopped is a baseline of its restart",
        {
            "exposure": HEAD
            + "sertraline | 100 | 2024-01-01 | 120 | 100 |\nsertraline | 100 | 2024-06-10 | 60 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-06-08 | 20\nphq-9 | 2024-08-05 | 19",
        },
        {
            "verdict": "definition_id | trial_id | verdict | counts\n"
            "sforzini-2022 | sertraline@2024-01-01 | cannot tell | unknown\n"
            "sforzini-2022 | sertraline@2024-06-10 | failed | met"
        },
    ),
    Case(
        "never at the minimum is too low",
        {
            "exposure": HEAD + "venlafaxine | 75 | 2024-01-01 | 49 | 75 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-18 | 19",
        },
        verdict("too low", dose="not met", counts="not met"),
    ),
    Case(
        "three weeks at dose is too short",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 21 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-01-21 | 19",
        },
        verdict("too short", duration="not met", counts="not met"),
    ),
    Case(
        "stopped for side effects after two weeks is not tolerated",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 14 | 50 | side effects"},
        verdict("not tolerated", counts="not met"),
    ),
    Case(
        "supplies for 60 percent of the days are not taken",
        {
            "exposure": HEAD + "sertraline | 50 | 2024-01-01 | 30 | 50 |\nsertraline | 50 | 2024-02-20 | 30 | 50 |\n"
            "sertraline | 50 | 2024-04-10 | 30 | 50 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-05-05 | 19",
        },
        verdict("not taken", adherence="not met", counts="not met"),
    ),
    Case(
        "two weeks into the present drug it is still running",
        {"exposure": HEAD + "sertraline | 50 | 2024-12-17 | 30 | 50 |"},
        verdict("still running"),
    ),
    Case(
        "months below the minimum are too low although the drug runs on",
        {"exposure": HEAD + "venlafaxine | 75 | 2024-08-01 | 180 | 75 |"},
        verdict("too low"),
    ),
    Case(
        "an unknown dose can't be told, and would count if it were known",
        {
            "exposure": HEAD + "sertraline | | 2024-01-01 | 56 | |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 19",
        },
        verdict("cannot tell", dose="unknown", counts="unknown"),
    ),
    Case(
        "an order alone doesn't tell whether it was taken",
        {
            "exposure": "ingredient | product | start | days | dose | basis\n"
            "sertraline | 100 | 2024-01-01 | 56 | 100 | ordered",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 19",
        },
        verdict("cannot tell", adherence="unknown", failure="met", counts="unknown"),
    ),
    Case(
        "no scores leave the outcome unknown",
        {"exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |"},
        verdict("cannot tell", failure="unknown", outcome_basis="unknown", counts="unknown"),
    ),
    Case(
        "stopped because it didn't help is reported as failed",
        {"exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 | no benefit"},
        verdict("failed", outcome_basis="reported", failure="met", counts="met"),
    ),
    Case(
        "two scales are never mixed",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nqids-sr16 | 2024-02-25 | 4",
        },
        verdict("cannot tell", outcome_basis="unknown"),
    ),
    Case(
        "a score from before the asked weeks does not show failure",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-01-18 | 19",
        },
        verdict("cannot tell", failure="unknown"),
    ),
    Case(
        "the next treatment lets a register infer failure, and the consensus not",
        {"exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |\nvenlafaxine | 150 | 2024-03-01 | 56 | 150 |"},
        {
            "verdict": "trial_id | definition_id | failure | counts | outcome_basis\n"
            "sertraline@2024-01-01 | kim-2020 | met | met | inferred from what was done next\n"
            "venlafaxine@2024-03-01 | kim-2020 | not met | not met | unknown"
        },
    ),
    Case(
        "a dose given up for a higher one has not failed the trial that runs on",
        {
            "exposure": HEAD + "sertraline | 50 | 2024-08-01 | 42 | 50 | no benefit\n"
            "sertraline | 100 | 2024-09-12 | 120 | 100 |"
        },
        {"attempt": "state | stop_reason\nrunning |"} | verdict("cannot tell", failure="unknown", counts="unknown"),
    ),
    Case(
        "a reason written on an order speaks for the dispensings of it",
        {
            "exposure": "ingredient | product | start | days | dose | basis | stop_reason\n"
            "sertraline | 100 | 2024-01-01 | 56 | 100 | ordered | no benefit\n"
            "sertraline | 100 | 2024-01-01 | 28 | 100 | dispensed |\n"
            "sertraline | 100 | 2024-01-29 | 28 | 100 | dispensed |"
        },
        {"attempt": "stop_reason\nno benefit"} | verdict("failed", counts="met"),
    ),
    Case(
        "a score from before the weeks at the dose does not show failure",
        {
            "exposure": HEAD + "sertraline | 25 | 2024-01-01 | 28 | 25 |\nsertraline | 100 | 2024-01-29 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-05 | 19",
        },
        verdict("cannot tell", dose="met", duration="met", failure="unknown", counts="unknown"),
    ),
    Case(
        "better and no benefit contradict each other",
        {
            "exposure": "ingredient | product | start | days | dose | stop_reason | reported_outcome\n"
            "sertraline | 100 | 2024-01-01 | 56 | 100 | no benefit | better"
        },
        verdict("cannot tell", failure="unknown", counts="unknown"),
    ),
    Case(
        "an order after the last dispensing doesn't tell that it was taken",
        {
            "exposure": "ingredient | product | start | days | dose | basis\n"
            "sertraline | 100 | 2024-01-01 | 14 | 100 | dispensed\n"
            "sertraline | 100 | 2024-01-15 | 42 | 100 | ordered",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 19",
        },
        verdict("cannot tell", duration="met", adherence="unknown", counts="unknown"),
    ),
    Case(
        "a good score years after a drug with no known end is not its success",
        {
            "exposure": "ingredient | start | end | dose | basis | status\n"
            "sertraline | 2022-01-01 | | 50 | stated | unknown",
            "score": SCORES + "phq-9 | 2021-12-28 | 20\nphq-9 | 2024-10-01 | 3",
        },
        verdict("cannot tell", outcome_basis="unknown", counts="unknown"),
    ),
    Case(
        "statements years apart with no known end did not surely last",
        {
            "exposure": "ingredient | start | end | dose | basis | status\n"
            "sertraline | 2015-01-01 | | 50 | stated | unknown\nsertraline | 2023-01-01 | | 50 | stated | unknown\n"
            "venlafaxine | 2023-06-01 | 2023-09-01 | 75 | stated | completed",
        },
        {
            "attempt": "ingredient | days_low | days_high\nsertraline | 1 | 3653\nvenlafaxine | 92 | 92",
            "verdict": "trial_id | definition_id | duration | counts\n"
            "sertraline@2015-01-01 | kim-2020 | unknown | unknown\n"
            "venlafaxine@2023-06-01 | kim-2020 | met | not met",
        },
    ),
    Case(
        "a register takes the next drug for failure whatever its dose",
        {"exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |\ntrazodone | 50 | 2024-03-01 | 56 | 50 |"},
        {
            "verdict": "trial_id | definition_id | failure | counts\n"
            "sertraline@2024-01-01 | kim-2020 | met | met\ntrazodone@2024-03-01 | kim-2020 | not met | not met"
        },
    ),
    Case(
        "an agent that was perhaps added is perhaps a trial of the questionnaire",
        {
            "exposure": "ingredient | product | start | end | dose | stop_reason\n"
            "sertraline | 50 | 2024-01-01 | 2024-06-01 | 50 |\naripiprazole | 5 | 2024-05 | 2024-08-01 | 5 | no benefit"
        },
        {
            "relation": "strategy\nfirst\nunknown",
            "verdict": "trial_id | definition_id | counts\naripiprazole@2024-05-01 | mgh-atrq | unknown\n"
            "sertraline@2024-01-01 | mgh-atrq | unknown",
        },
    ),
    Case(
        "what the next antidepressant did is no success of an agent that was added before it",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 120 | 100 |\naripiprazole | 5 | 2024-03-01 | 60 | 5 |\n"
            "venlafaxine | 150 | 2024-04-30 | 90 | 150 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-28 | 19\nphq-9 | 2024-04-28 | 18\n"
            "phq-9 | 2024-05-25 | 5",
        },
        {
            "trial_course": "trial_id | end_value | end_date\naripiprazole@2024-03-01 | 18 | 2024-04-28\n"
            "sertraline@2024-01-01 | 19 | 2024-02-28\nvenlafaxine@2024-04-30 | 5 | 2024-05-25",
            "verdict": "trial_id | definition_id | verdict | counts\n"
            "aripiprazole@2024-03-01 | mgh-atrq | failed | met\nsertraline@2024-01-01 | mgh-atrq | failed | met\n"
            "venlafaxine@2024-04-30 | mgh-atrq | worked | not met",
        },
    ),
    Case(
        "an agent without a score of its own before the next antidepressant leaves its outcome open",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 120 | 100 |\naripiprazole | 5 | 2024-03-01 | 60 | 5 |\n"
            "venlafaxine | 150 | 2024-05-04 | 90 | 150 |",
            "score": SCORES + "phq-9 | 2024-02-28 | 19\nphq-9 | 2024-05-25 | 18",
        },
        {
            "relation": "trial_id | outcome_until\nsertraline@2024-01-01 | 2024-03-01\n"
            "aripiprazole@2024-03-01 | 2024-05-04\nvenlafaxine@2024-05-04 |",
            "verdict": "trial_id | definition_id | failure\naripiprazole@2024-03-01 | mgh-atrq | unknown\n"
            "sertraline@2024-01-01 | mgh-atrq | unknown\nvenlafaxine@2024-05-04 | mgh-atrq | unknown",
        },
    ),
    Case(
        "a second agent that is added ends the outcome of the first, and one of no dose that counts does not",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 200 | 100 |\naripiprazole | 5 | 2024-02-01 | 45 | 5 |\n"
            "quetiapine | 150 | 2024-03-17 | 60 | 150 |\ntrazodone | 50 | 2024-02-20 | 90 | 50 |",
        },
        {
            "relation": "trial_id | outcome_until\nsertraline@2024-01-01 | 2024-02-01\n"
            "aripiprazole@2024-02-01 | 2024-03-17\ntrazodone@2024-02-20 | 2024-03-17\nquetiapine@2024-03-17 |",
        },
    ),
    Case(
        "a third better and in remission is worked, although no definition's half is reached",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 6\nphq-9 | 2024-02-25 | 4",
        },
        {
            "verdict": "definition_id | verdict | failure | counts | lost_again | well_at_end\n"
            "rybak-2021 | worked | not met | not met | no | yes\nsforzini-2022 | worked | not met | not met | no | yes"
        },
    ),
    Case(
        "a point better and in remission did not fail",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 5\nphq-9 | 2024-02-25 | 4",
        },
        verdict("worked", failure="not met", counts="not met", well_at_end="yes"),
    ),
    Case(
        "well before and well at the end neither failed nor is shown to have worked",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 4\nphq-9 | 2024-02-25 | 4",
        },
        verdict("cannot tell", failure="not met", counts="not met", well_at_end="yes"),
    ),
    Case(
        "in remission and then ill again by the last score is no remission at the end",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 100 | 100 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 6\nphq-9 | 2024-02-25 | 4\nphq-9 | 2024-04-05 | 7",
        },
        verdict("failed", failure="met", counts="met", well_at_end="no"),
    ),
    Case(
        "a register takes the next drug for failure, but the verdict is not failed after a remission",
        {
            "exposure": HEAD
            + "sertraline | 100 | 2024-01-01 | 56 | 100 |\nvenlafaxine | 150 | 2024-03-01 | 28 | 150 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 4\nphq-9 | 2024-02-25 | 4",
        },
        {
            "verdict": "trial_id | definition_id | verdict | failure | counts\n"
            "sertraline@2024-01-01 | kim-2020 | cannot tell | met | met\n"
            "venlafaxine@2024-03-01 | kim-2020 | cannot tell | not met | not met"
        },
    ),
    Case(
        "reported as not better and in remission by the score contradict each other",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 | no benefit",
            "score": SCORES + "phq-9 | 2024-02-25 | 3",
        },
        verdict("cannot tell", failure="unknown", counts="unknown", outcome_basis="reported"),
    ),
    Case(
        "another scale that says well months later is the last word",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 150 | 100 |",
            "score": SCORES + "qids-sr16 | 2023-12-28 | 18\nqids-sr16 | 2024-02-05 | 16\nphq-9 | 2024-05-25 | 3",
        },
        verdict("cannot tell", failure="not met", counts="not met", well_at_end="yes"),
    ),
    Case(
        "two scales of one week that differ on whether somebody is well leave it open",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 150 | 100 |",
            "score": SCORES + "qids-sr16 | 2023-12-28 | 18\nqids-sr16 | 2024-05-20 | 16\nphq-9 | 2024-05-25 | 3",
        },
        verdict("cannot tell", failure="unknown", counts="unknown", well_at_end="no"),
    ),
    Case(
        "a scale that said well long before the last score of another changes nothing",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 150 | 100 |",
            "score": SCORES + "qids-sr16 | 2023-12-28 | 18\nphq-9 | 2024-02-05 | 3\nqids-sr16 | 2024-05-25 | 16",
        },
        verdict("failed", failure="met", counts="met", well_at_end="no"),
    ),
    Case(
        "a drug that goes on working after a gap in its supplies did not fail",
        {
            "exposure": HEAD
            + "bupropion | 150 | 2024-01-01 | 90 | 300 |\nbupropion | 150 | 2024-05-06 | 90 | 300 | better",
            "score": SCORES + "phq-9 | 2023-12-28 | 19\nphq-9 | 2024-03-20 | 7\nphq-9 | 2024-05-10 | 7\n"
            "phq-9 | 2024-08-01 | 7",
        },
        {
            "verdict": "definition_id | trial_id | verdict | failure | counts\n"
            f"{SFORZINI} | bupropion@2024-01-01 | worked | not met | not met\n"
            f"{SFORZINI} | bupropion@2024-05-06 | cannot tell | unknown | unknown"
        },
    ),
    Case(
        "a drug started again soon after fails if it is too little better since the first start",
        {
            "exposure": HEAD + "bupropion | 150 | 2024-01-01 | 90 | 300 |\nbupropion | 150 | 2024-05-06 | 90 | 300 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-03-20 | 19\nphq-9 | 2024-05-10 | 19\n"
            "phq-9 | 2024-08-01 | 18",
        },
        {
            "verdict": "definition_id | trial_id | verdict | counts\n"
            f"{SFORZINI} | bupropion@2024-01-01 | failed | met\n{SFORZINI} | bupropion@2024-05-06 | failed | met"
        },
    ),
    Case(
        "a drug that worked, was stopped, and fails when the illness is back has failed",
        {
            "exposure": HEAD + "bupropion | 150 | 2024-01-01 | 90 | 300 |\nbupropion | 150 | 2024-05-16 | 90 | 300 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-03-20 | 5\nphq-9 | 2024-05-14 | 14\n"
            "phq-9 | 2024-08-01 | 14",
        },
        {
            "verdict": "definition_id | trial_id | verdict | counts\n"
            f"{SFORZINI} | bupropion@2024-01-01 | worked | not met\n{SFORZINI} | bupropion@2024-05-16 | failed | met"
        },
    ),
    Case(
        "a drug begun anew long after is judged by its own baseline alone",
        {
            "exposure": HEAD + "bupropion | 150 | 2023-01-01 | 90 | 300 |\nbupropion | 150 | 2024-05-16 | 90 | 300 |",
            "score": SCORES + "phq-9 | 2024-05-14 | 14\nphq-9 | 2024-08-01 | 14",
        },
        {
            "verdict": "definition_id | trial_id | verdict | counts\n"
            f"{SFORZINI} | bupropion@2023-01-01 | cannot tell | unknown\n"
            f"{SFORZINI} | bupropion@2024-05-16 | failed | met"
        },
    ),
    Case(
        "a score on the drug before, from before a break, does not say how the person was when the next began",
        {
            "exposure": HEAD
            + "sertraline | 100 | 2024-01-01 | 90 | 100 |\nvenlafaxine | 150 | 2024-05-15 | 60 | 150 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 23\nphq-9 | 2024-03-28 | 18\nphq-9 | 2024-07-10 | 14",
        },
        {
            "verdict": "definition_id | trial_id | verdict | failure | counts\n"
            f"{SFORZINI} | sertraline@2024-01-01 | failed | met | met\n"
            f"{SFORZINI} | venlafaxine@2024-05-15 | cannot tell | unknown | unknown"
        },
    ),
    Case(
        "a score on the drug before is the baseline of the next one that follows soon",
        {
            "exposure": HEAD
            + "sertraline | 100 | 2024-01-01 | 90 | 100 |\nvenlafaxine | 150 | 2024-04-20 | 60 | 150 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 23\nphq-9 | 2024-03-28 | 18\nphq-9 | 2024-06-15 | 14",
        },
        {
            "verdict": "definition_id | trial_id | verdict\n"
            f"{SFORZINI} | sertraline@2024-01-01 | failed\n{SFORZINI} | venlafaxine@2024-04-20 | failed"
        },
    ),
    Case(
        "a supply of an unknown day may join two trials, with too little to take between",
        {
            "exposure": "ingredient | product | start | days | dose | basis | stop_reason\n"
            "bupropion | 150 | 2024-06-09 | 30 | 300 | dispensed |\nbupropion | 150 | | | 300 | dispensed |\n"
            "bupropion | 150 | 2024-09-23 | 30 | 300 | dispensed | no benefit",
        },
        {
            "verdict": "definition_id | trial_id | adherence | verdict | counts\n"
            f"{SFORZINI} | bupropion@2024-06-09 | unknown | cannot tell | unknown\n"
            f"{SFORZINI} | bupropion@2024-09-23 | unknown | cannot tell | unknown"
        },
    ),
    Case(
        "a long trial is covered well enough wherever one more supply may belong",
        {
            "exposure": "ingredient | product | start | days | dose | basis | stop_reason\n"
            "bupropion | 150 | 2024-01-01 | 200 | 300 | dispensed | no benefit\n"
            "bupropion | 150 | | | 300 | dispensed |",
        },
        verdict("failed", adherence="met", counts="met"),
    ),
    Case(
        "hardly better by the scores and stopped because better contradict each other",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 | better",
            "score": SCORES + "phq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-25 | 17",
        },
        verdict("cannot tell", failure="unknown", counts="unknown", failure_doubt="reported as better"),
    ),
    Case(
        "a drug that goes on working after two gaps is held against the beginning of the first",
        {
            "exposure": HEAD + "bupropion | 150 | 2024-01-01 | 60 | 300 |\nbupropion | 150 | 2024-04-10 | 30 | 300 |\n"
            "bupropion | 150 | 2024-06-15 | 90 | 300 |",
            "score": SCORES + "phq-9 | 2023-12-28 | 19\nphq-9 | 2024-02-25 | 7\nphq-9 | 2024-04-12 | 7\n"
            "phq-9 | 2024-05-05 | 7\nphq-9 | 2024-06-17 | 7\nphq-9 | 2024-09-01 | 7",
        },
        {
            "verdict": "definition_id | trial_id | counts | failure_doubt\n"
            f"{SFORZINI} | bupropion@2024-01-01 | not met |\n"
            f"{SFORZINI} | bupropion@2024-04-10 | unknown |\n"
            f"{SFORZINI} | bupropion@2024-06-15 | unknown | same drug before"
        },
    ),
    Case(
        "a supply that lasted nobody knows how long may have been followed by a break",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 30 | 100 |\nsertraline | 100 | 2024-01-31 | | |\n"
            "sertraline | 100 | 2024-03-01 | 30 | 100 |\nvenlafaxine | 150 | 2024-05-15 | 60 | 150 |",
            "score": SCORES + "phq-9 | 2024-03-28 | 18\nphq-9 | 2024-07-10 | 14",
        },
        {
            "verdict": "definition_id | trial_id | failure | failure_doubt\n"
            f"{SFORZINI} | sertraline@2024-01-01 | unknown |\n"
            f"{SFORZINI} | venlafaxine@2024-05-15 | unknown | score from before a break"
        },
    ),
]
