"""Trials: eras, supplies counted once, relations."""

from tests.spec.harness import Case

HEAD = "ingredient | product | start | days | dose\n"

CASES = [
    Case(
        "a gap of 30 days continues a trial and one of 31 begins another",
        {
            "exposure": HEAD + "sertraline | 50 | 2024-01-01 | 30 | 50\nsertraline | 50 | 2024-03-01 | 30 | 50\n"
            "fluoxetine | 20 | 2024-01-01 | 30 | 20\nfluoxetine | 20 | 2024-03-02 | 30 | 20"
        },
        {
            "attempt": "trial_id | supplies | days_high | covered_high\n"
            "fluoxetine@2024-01-01 | 1 | 30 | 30\nsertraline@2024-01-01 | 2 | 90 | 60\n"
            "fluoxetine@2024-03-02 | 1 | 30 | 30"
        },
    ),
    Case(
        "an order and the dispensing of it are one supply, the dispensing counts",
        {
            "exposure": "ingredient | product | start | days | dose | basis\n"
            "sertraline | 50 | 2024-01-01 | 180 | 50 | ordered\nsertraline | 50 | 2024-01-03 | 30 | 50 | dispensed"
        },
        {
            "supply": "evidence_id | counts\nexposure-1 | no\nexposure-2 | yes",
            "attempt": "basis | days_high | covered_high\ndispensed | 30 | 30",
            "trial_evidence": "bears_on | evidence_id\norder or statement | exposure-1\nsupply | exposure-2",
        },
    ),
    Case(
        "an order that nothing was dispensed for stands",
        {
            "exposure": "ingredient | product | start | days | dose | basis\n"
            "sertraline | 50 | 2024-01-01 | 60 | 50 | ordered"
        },
        {"attempt": "basis | covered_high\nordered | 60"},
    ),
    Case(
        "what was stated not to be taken adds no days",
        {
            "exposure": "ingredient | product | start | days | dose | basis | status\n"
            "sertraline | 50 | 2024-01-01 | 60 | 50 | stated | not-taken"
        },
        {"supply": "counts\nno"},
    ),
    Case(
        "a medicine without an end is taken until the day of death at most",
        {
            "person": "death\n2024-03-01",
            "exposure": "ingredient | start | end | dose | basis | status\n"
            "sertraline | 2024-01-01 |  | 50 | stated | active",
        },
        {"attempt": "state | end_latest | days_high | stop_reason\nended | 2024-03-02 | 61 |"},
    ),
    Case(
        "a supply that outlasts its person covers the days until death",
        {
            "person": "death\n2024-02-01",
            "exposure": HEAD + "sertraline | 50 | 2024-01-03 | 90 | 50",
        },
        {"attempt": "state | days_low | days_high | covered_low | covered_high\nended | 30 | 30 | 30 | 30"},
    ),
    Case(
        "a death of which only the month is known, and may be still to come, ends nothing",
        {
            "person": "death\n2025-01",
            "exposure": "ingredient | start | end | dose | basis | status\n"
            "sertraline | 2024-01-01 |  | 50 | stated | active",
        },
        {"attempt": "state | end_latest\nrunning | 2025-01-01"},
    ),
    Case(
        "one antidepressant after another is a switch",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 60 | 50\nvenlafaxine | 150 | 2024-03-05 | 60 | 150"},
        {
            "relation": "trial_id | order | strategy | next_strategy\n"
            "sertraline@2024-01-01 | 1 | first | switch\nvenlafaxine@2024-03-05 | 2 | switch |"
        },
    ),
    Case(
        "a short overlap is a cross-taper, a switch",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 70 | 50\nvenlafaxine | 150 | 2024-03-01 | 60 | 150"},
        {"relation": "strategy\nfirst\nswitch"},
    ),
    Case(
        "two antidepressants together for 30 days are a combination",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 90 | 50\nmirtazapine | 15 | 2024-03-01 | 60 | 15"},
        {"relation": "strategy | with_trial_id\nfirst |\ncombination | sertraline@2024-01-01"},
    ),
    Case(
        "an agent added for two weeks or more is augmentation",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 120 | 50\naripiprazole | 5 | 2024-03-01 | 30 | 5"},
        {
            "relation": "trial_id | strategy | with_trial_id | next_strategy\n"
            "sertraline@2024-01-01 | first | | augmentation\n"
            "aripiprazole@2024-03-01 | augmentation | sertraline@2024-01-01 |"
        },
    ),
    Case(
        "an augmenting agent without an antidepressant stands alone",
        {"exposure": HEAD + "aripiprazole | 5 | 2024-03-01 | 30 | 5"},
        {"relation": "strategy\nalone"},
    ),
    Case(
        "the same drug after a gap is a restart",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 30 | 50\nsertraline | 50 | 2024-06-01 | 30 | 50"},
        {"relation": "strategy\nfirst\nrestart"},
    ),
    Case(
        "a little trazodone for sleep is no next step after sertraline",
        {"exposure": HEAD + "sertraline | 50 | 2024-01-01 | 90 | 50\ntrazodone | 50 | 2024-01-10 | 60 | 50"},
        {"relation": "trial_id | next_strategy\nsertraline@2024-01-01 |\ntrazodone@2024-01-10 |"},
    ),
    Case(
        "a supply that reaches the day of the review is running",
        {"exposure": HEAD + "sertraline | 50 | 2024-12-15 | 30 | 50"},
        {"attempt": "state | days_high | end_latest\nrunning | 17 | 2025-01-01"},
    ),
    Case(
        "a supply that ended within the gap is taken to run on unless it was stopped",
        {
            "exposure": "ingredient | product | start | days | dose | stop_reason\n"
            "sertraline | 50 | 2024-11-15 | 30 | 50 |\nfluoxetine | 20 | 2024-11-15 | 30 | 20 | no benefit"
        },
        {"attempt": "ingredient | state\nfluoxetine | ended\nsertraline | running"},
    ),
    Case(
        "a treatment whose end nobody wrote down is of unknown length",
        {
            "exposure": "ingredient | start | end | dose | basis | status\n"
            "sertraline | 2024-10-01 | | 50 | stated | unknown"
        },
        {"attempt": "state | days_low | days_high\nunknown | 1 | 92"},
    ),
    Case(
        "a product for another purpose makes no trial",
        {
            "exposure": "ingredient | product | start | days | dose | trap\n"
            "bupropion | 150 | 2024-01-01 | 60 | 300 | smoking-cessation-bupropion"
        },
        {"supply": "set_aside | counts\nsmoking-cessation-bupropion | yes", "attempt": ""},
    ),
    Case(
        "a trial says how many of its supplies rest on an inferred value, those beaten left out",
        {
            "exposure": "ingredient | product | basis | start | days | inferred\n"
            "sertraline | 50 | dispensed | 2024-01-01 | 30 | days\nsertraline | 50 | dispensed | 2024-02-01 | 30 |\n"
            "sertraline | 50 | ordered | 2024-01-01 | 30 | days\nfluoxetine | 20 | dispensed | 2024-01-01 | 30 |"
        },
        {
            "attempt": "ingredient | supplies | inferred_rows\nfluoxetine | 1 | 0\nsertraline | 2 | 1",
            "supply": "ingredient | inferred | counts\nfluoxetine | | yes\nsertraline | days | yes\n"
            "sertraline | days | no\nsertraline | | yes",
        },
    ),
    Case(
        "two rows of one supply that are alike make one trial",
        {
            "exposure": "ingredient | product | start | days | dose | evidence_id\n"
            "sertraline | 50 | 2024-01-01 | 30 | 50 | same\nsertraline | 50 | 2024-06-01 | 30 | 25 | other\n"
            "sertraline | 50 | 2024-06-01 | 30 | 50 | other"
        },
        {"attempt": "trial_id | supplies\nsertraline@2024-01-01 | 1\nsertraline@2024-06-01 | 2"},
    ),
]
