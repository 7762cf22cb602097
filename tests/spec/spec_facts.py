"""What a record and its answers say of a fact today: what is old, what is unsure, and whose no settles it."""

from tests.spec.harness import Case


def said(*answers: str) -> str:
    """Answers, each as FACT=VALUE DAY BY; the last two may be left out."""
    rows = []
    for one in answers:
        told, day, by = [*one.split(), "", ""][:3]
        rows.append(" | ".join((*told.split("="), day, by)))
    return "\n".join(["question | value | date | by", *rows])


def states(**facts: str) -> dict[str, str]:
    """The states of the facts of the case, in the order of their names; one of which nothing counts has no row."""
    rows = [f"{name.replace('_', '-')} | {state}" for name, state in sorted(facts.items())]
    return {"fact": "\n".join(["fact | state", *rows])}


CODE = "code_set | start | status\n"
NOTICE = "fact | kind | says | newest\n"
SCORES = "instrument | date | value\n"

CASES = [
    # --- danger leads ------------------------------------------------------------------------------
    Case(
        "a diagnosis of suicidal thoughts that nobody dated leads, as one that may be so",
        {"condition": CODE + "suicidal-ideation | |"},
        {"safety_notice": NOTICE + "suicidal-thoughts-now | condition | possible | yes"},
    ),
    Case(
        "a diagnosis of suicidal thoughts last month leads",
        {"condition": CODE + "suicidal-ideation | 2024-12-01 |"},
        {"safety_notice": NOTICE + "suicidal-thoughts-now | condition | present | yes"},
    ),
    Case(
        "an unsure answer about danger leads and settles nothing",
        {"answer": said("acute-danger-to-self=unsure 2024-12-30")},
        {"safety_notice": NOTICE + "acute-danger-to-self | answer | unsure | yes"},
        absent={"question": ("question", "acute-danger-to-self")},
    ),
    Case(
        "an unsure answer that was followed by a no leads no more",
        {"answer": said("acute-danger-to-self=unsure 2024-12-20", "acute-danger-to-self=no 2024-12-30")},
        {"safety_notice": ""},
    ),
    Case(
        "a yes about danger still leads as an earlier one after a no",
        {"answer": said("suicidal-thoughts-now=yes 2024-12-20", "suicidal-thoughts-now=no 2024-12-30")},
        {"safety_notice": NOTICE + "suicidal-thoughts-now | answer | present | no"},
    ),
    Case(
        "a yes about danger that nobody dated leads, as one that may be so",
        {"answer": said("suicidal-thoughts-now=yes")},
        {"safety_notice": NOTICE + "suicidal-thoughts-now | answer | possible | yes"},
    ),
    Case(
        "a yes about danger of last year leads as an earlier one and is asked again",
        {"answer": said("suicidal-thoughts-now=yes 2023-12-30")},
        {
            "safety_notice": NOTICE + "suicidal-thoughts-now | answer | present | no",
            "fact_evidence": "fact | kind | says | text\nsuicidal-thoughts-now | answer | old | yes",
            "question": "question\nsuicidal-thoughts-now",
        },
    ),
    # --- answers hold only so long -----------------------------------------------------------------
    Case(
        "an answer about a pregnancy of last year says nothing of now and is asked again",
        {"answer": said("could-be-pregnant=no 2023-12-30", "taking-antidepressant-now=no 2024-06-01")},
        {
            "fact_evidence": "fact | says\ncould-be-pregnant | old\ntaking-antidepressant-now | old",
            "question": "question\ntaking-antidepressant-now\ncould-be-pregnant",
        },
        absent={"bearing": ("question", "pregnancy")},
    ),
    Case(
        "an answer about a pregnancy of last week counts",
        {"answer": said("could-be-pregnant=no 2024-12-25")},
        states(
            could_be_pregnant="absent",
            pregnancy="absent",
            breastfeeding="absent",
            postpartum="absent",
            pregnancy_or_breastfeeding="absent",
        )
        | {
            "fact_evidence": "fact | kind | says\nbreastfeeding | gate | absent\ncould-be-pregnant | answer | absent\n"
            "postpartum | gate | absent\npregnancy | gate | absent"
        },
    ),
    Case(
        "what was once there holds for ever",
        {"answer": said("seizure-history=yes 2009-01-01")},
        {"fact_evidence": "fact | says\nseizure-history | present"},
    ),
    Case(
        "a no to what can begin at any time is asked again after a year",
        {"answer": said("seizure-history=no 2009-01-01")},
        {"fact_evidence": "fact | says\nseizure-history | old"},
    ),
    Case(
        "the newest answer counts although an older one would hold longer",
        {"answer": said("pregnancy=yes 2024-06-01", "pregnancy=no 2024-12-10")},
        {"fact_evidence": "fact | says\npregnancy | old"},
    ),
    Case(
        "a no that nobody dated settles nothing where answers hold only so long",
        {"answer": said("lithium-use=no", "opioid-use=yes")},
        {"fact_evidence": "fact | says\nlithium-use | old\nopioid-use | possible"},
    ),
    # --- whose no ----------------------------------------------------------------------------------
    Case(
        "a person's no to dementia settles nothing and goes to a clinician",
        {"answer": said("brain-or-nerve-history=no 2024-12-30 person")},
        {
            "fact_evidence": "fact | kind | says\nbrain-or-nerve-history | answer | absent\n"
            "cognitive-decline | gate | unproven\ndementia | gate | unproven\nseizure-history | gate | absent",
            "question": "question | ask\ndementia | clinician\ncognitive-decline | clinician",
        },
    ),
    Case(
        "a person's no to bipolar disorder leaves it open, and a clinician is asked",
        {"answer": said("times-of-high-mood=no 2024-12-30 person")},
        {
            "fact_evidence": "fact | says\ntimes-of-high-mood | unproven",
            "question": "question | ask\nbipolar-disorder | clinician",
        },
    ),
    Case(
        "a person's no and a low score of the questionnaire settle it together",
        {
            "answer": said("times-of-high-mood=no 2024-12-30 person"),
            "score": SCORES + "mdq | 2024-12-20 | 2",
        },
        states(
            bipolar_disorder="absent",
            bipolar_screen_positive="absent",
            mania_or_hypomania_history="absent",
            times_of_high_mood="absent",
        ),
    ),
    Case(
        "a clinician's no is not taken back by a person's",
        {"answer": said("bipolar-disorder=no 2024-12-01 clinician", "bipolar-disorder=no 2024-12-30 person")},
        states(bipolar_disorder="absent"),
    ),
    Case(
        "a person's no against a diagnosis is a conflict",
        {
            "condition": CODE + "dementia | 2020-01-01 | active",
            "answer": said("dementia=no 2024-12-30 person"),
        },
        {
            "fact_evidence": "fact | says\nbrain-injury-or-neurological-disorder | present\n"
            "brain-or-nerve-history | present\ncognitive-decline | present\ndementia | present\ndementia | unproven"
        },
    ),
    Case(
        "a person's no to the diagnosis of depression bars nothing",
        {"answer": said("depression-diagnosis=no 2024-12-30 person")},
        {
            "fact_evidence": "fact | says\ndepression-diagnosis | unproven",
            "question": "question | ask\ndepression-diagnosis | clinician",
        },
        absent={"option_fit": ("fit", "not indicated")},
    ),
    # --- failures imply one another ----------------------------------------------------------------
    Case(
        "four failures that somebody tells of are three, two and one",
        {"answer": said("failed-four-antidepressants=yes 2024-12-30")},
        states(
            antidepressant_tried="present",
            failed_four_antidepressants="present",
            failed_one_antidepressant="present",
            failed_three_antidepressants="present",
            failed_two_antidepressants="present",
        ),
    ),
    Case(
        "who had not one failure had not two",
        {"answer": said("failed-one-antidepressant=no 2024-12-30")},
        states(
            failed_four_antidepressants="absent",
            failed_one_antidepressant="absent",
            failed_three_antidepressants="absent",
            failed_two_antidepressants="absent",
        ),
    ),
    Case(
        "a failure that is told is never counted by a definition",
        {
            "exposure": "ingredient | product | start | days | dose\nsertraline | 100 | 2024-06-01 | 56 | 100",
            "answer": said("failed-two-antidepressants=yes 2024-12-30"),
        },
        {"definition_result": "definition_id | result | count_low\nsforzini-2022 | not met | 0"},
    ),
    # --- diagnoses grow old ------------------------------------------------------------------------
    Case(
        "a diagnosis of catatonia of twenty years ago only says that it once was there",
        {"condition": CODE + "catatonia | 2005-03-01 | active"},
        {"fact_evidence": "fact | says\nbasic-needs-trouble | possible\ncatatonia | possible"},
    ),
    Case(
        "a diagnosis of catatonia of this month counts without a status",
        {"condition": CODE + "catatonia | 2024-12-10 |"},
        {"fact_evidence": "fact | says\nbasic-needs-trouble | present\ncatatonia | present"},
    ),
    Case(
        "a diagnosis of catatonia that nobody dated is only possible",
        {"condition": CODE + "catatonia | |"},
        {"fact_evidence": "fact | says\nbasic-needs-trouble | possible\ncatatonia | possible"},
    ),
    Case(
        "an old stress without a status is only possible, one that is called active counts",
        {"condition": CODE + "psychosocial-stress | 2015-01-01 |\nbereavement | 2015-01-01 | active"},
        {
            "fact_evidence": "fact | says\nbereavement | present\nhard-life-events | present\n"
            "hard-life-events | present\npsychosocial-stress | possible"
        },
    ),
    Case(
        "what lasts counts however old it is",
        {"condition": CODE + "bipolar | 2001 |"},
        {
            "fact_evidence": "fact | says\nbipolar-disorder | present\nmania-or-hypomania-history | present\n"
            "times-of-high-mood | present"
        },
    ),
    # --- the latest state over all scales ----------------------------------------------------------
    Case(
        "a relapse on one scale outlives a remission on another",
        {"score": SCORES + "phq-9 | 2024-11-20 | 3\nham-d17 | 2024-12-20 | 24"},
        states(
            in_remission_now="absent",
            mildly_depressed_now="absent",
            moderately_depressed_now="present",
            severely_depressed_now="present",
        ),
    ),
    Case(
        "a remission on one scale outlives a depression on another",
        {"score": SCORES + "ham-d17 | 2024-11-20 | 24\nphq-9 | 2024-12-20 | 3"},
        states(
            in_remission_now="present",
            mildly_depressed_now="present",
            moderately_depressed_now="absent",
            severely_depressed_now="absent",
        ),
    ),
    Case(
        "two scales that differ within a week are a conflict",
        {"score": SCORES + "phq-9 | 2024-12-18 | 3\nham-d17 | 2024-12-20 | 24"},
        states(
            in_remission_now="conflict",
            mildly_depressed_now="conflict",
            moderately_depressed_now="conflict",
            severely_depressed_now="conflict",
        ),
    ),
    Case(
        "a relapse on a scale that knows no remission ends it too",
        {"score": SCORES + "phq-9 | 2024-11-20 | 3\npromis-depression | 2024-12-20 | 72"},
        states(
            in_remission_now="absent",
            mildly_depressed_now="absent",
            moderately_depressed_now="present",
            severely_depressed_now="present",
        ),
    ),
    Case(
        "a depression on a scale that only hints at remission ends it too",
        {"score": SCORES + "phq-9 | 2024-11-20 | 3\nmadrs | 2024-12-20 | 30"},
        states(
            in_remission_now="absent",
            mildly_depressed_now="absent",
            moderately_depressed_now="present",
            severely_depressed_now="absent",
        ),
    ),
]
