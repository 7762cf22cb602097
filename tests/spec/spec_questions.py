"""What is worth asking next: never what is known, what was asked, or what can't matter any more."""

from tests.spec.harness import Case

TRIAL = "sertraline@2024-01-01"
HEAD = "ingredient | product | start | days | dose | basis\n"
NO_DOSE = {"exposure": HEAD + "sertraline | | 2024-01-01 | 56 | | ordered"}
GATE, BEHIND = "times-of-high-mood", "bipolar-disorder"


def told(*answers: tuple[str, str]) -> str:
    """A clinician's answers to questions about facts."""
    rows = [f"{fact} | {value} | 2024-06-03 | clinician" for fact, value in answers]
    return "\n".join(["question | value | date | by", *rows])


def asked(*questions: str) -> str:
    """Questions about facts that are asked."""
    return "\n".join(["question | about", *(f"{question} |" for question in questions)])


def tellable(*questions: str) -> dict[str, str]:
    """What could still be told of the trial of sertraline for the consensus definition."""
    rows = [f"sforzini-2022 | {question} | {TRIAL}" for question in questions]
    return {"open_trial": "\n".join(["definition_id | question | about", *rows])}


CASES = [
    Case(
        "the wider question is asked before those behind it",
        {"answer": told(("dementia", "unsure"))},
        {"question": asked(GATE)},
        absent={"question": ("question", BEHIND)},
    ),
    Case(
        "a wider question answered yes opens those behind it",
        {"answer": told((GATE, "yes"))},
        {"question": asked(BEHIND)},
        absent={"question": ("question", GATE)},
    ),
    Case(
        "a wider question answered unsure isn't asked again, and those behind it are",
        {"answer": told((GATE, "unsure"))},
        {"question": asked(BEHIND)},
        absent={"question": ("question", GATE)},
    ),
    Case(
        "a wider question answered no settles those behind it",
        {"answer": told((GATE, "no"))},
        {},
        absent={"question": ("question", BEHIND), "bearing": ("question", GATE)},
    ),
    Case(
        "what the record shows isn't asked",
        {"condition": "code_set | start\nbipolar | 2020-01-01"},
        {},
        absent={"question": ("question", BEHIND), "bearing": ("question", GATE)},
    ),
    Case(
        "what is in conflict isn't asked again",
        {"condition": "code_set | start\nbipolar | 2020-01-01", "answer": told((BEHIND, "no"))},
        {},
        absent={"question": ("question", BEHIND)},
    ),
    Case(
        "what was answered unsure isn't asked again and stays unknown",
        {"answer": told((GATE, "yes"), (BEHIND, "unsure"))},
        {},
        absent={"question": ("question", BEHIND), "fact": ("fact", BEHIND)},
    ),
    Case(
        "thoughts of suicide are asked before all else",
        {"answer": told(("dementia", "no"))},
        {"question": "question | priority\nsuicidal-thoughts-now | 0\nacute-danger-to-self | 0"},
    ),
    Case(
        "a trial with nothing but an order is asked for its dose, whether it was taken, and whether it helped",
        NO_DOSE,
        tellable("dose", "helped", "taken"),
    ),
    Case(
        "a dose that the record gives isn't asked",
        {"exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 | ordered"},
        tellable("helped", "taken"),
        absent={"open_trial": ("question", "dose")},
    ),
    Case(
        "what a dispensing shows isn't asked",
        {"exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 | dispensed"},
        tellable("helped"),
        absent={"open_trial": ("question", "taken")},
    ),
    Case(
        "an outcome that was measured isn't asked",
        {
            "exposure": HEAD + "sertraline | 100 | 2024-01-01 | 56 | 100 | ordered",
            "score": "instrument | date | value\nphq-9 | 2023-12-28 | 20\nphq-9 | 2024-02-26 | 18",
        },
        tellable("taken"),
        absent={"open_trial": ("question", "helped")},
    ),
    Case(
        "a question about a trial that was answered unsure isn't asked again",
        NO_DOSE | {"answer": f"question | about | value\ndose | {TRIAL} | unsure"},
        tellable("helped", "taken"),
        absent={"open_trial": ("question", "dose")},
    ),
    Case(
        "whether it was taken isn't asked again",
        NO_DOSE | {"answer": f"question | about | value\ntaken | {TRIAL} | no"},
        tellable("dose", "helped"),
        absent={"open_trial": ("question", "taken")},
    ),
    Case(
        "a trial is asked about where a definition that can't be told waits for it",
        {
            "exposure": NO_DOSE["exposure"] + "\nvenlafaxine | 150 | 2024-03-01 | 56 | 150 | dispensed",
            "score": "instrument | date | value\nphq-9 | 2024-02-28 | 20\nphq-9 | 2024-04-25 | 18",
        },
        {"question": f"question | about\ntaken | {TRIAL}"},
    ),
    Case(
        "a trial is not asked about for a definition that one more trial can't reach",
        NO_DOSE,
        {},
        absent={"bearing": ("on", "sforzini-2022")},
    ),
    Case(
        "nothing is asked for an option that is barred",
        {"answer": told(("aneurysmal-vascular-disease", "yes"))},
        {},
        absent={"bearing": ("on", "esketamine")},
    ),
    Case(
        "nothing is asked for a reason that is shown",
        {"answer": told((GATE, "yes"), (BEHIND, "yes"))},
        {},
        absent={"bearing": ("on", "bipolarity")},
    ),
    Case(
        "nothing is asked for a stage that is suppressed",
        NO_DOSE | {"answer": told((GATE, "yes"), (BEHIND, "yes"))},
        {},
        absent={"bearing": ("on", "msm")},
    ),
]
