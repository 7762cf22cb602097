"""Staging methods, worked by hand: what each part gives, and ranges where the record leaves something open."""

from datetime import date, timedelta

from tests.spec.harness import Case

DOSES = {
    "sertraline": 100, "citalopram": 40, "venlafaxine": 225, "mirtazapine": 30, "amitriptyline": 200,
    "phenelzine": 75, "bupropion": 300, "duloxetine": 60,
}  # fmt: skip
EPISODE = "episode_start\n2023-06-01"


def said(*answers: str) -> str:
    """Answers of a clinician shortly before the review, each as FACT=VALUE."""
    rows = [" | ".join((*one.split("="), "2024-12-20", "clinician")) for one in answers]
    return "\n".join(["question | value | date | by", *rows])


NO_ECT = said("previous-ect-or-tms=no")
SUMMED = "method | low | high | category_low | category_high\n"


def failed(*drugs: str, start: date = date(2024, 1, 1)) -> dict[str, str]:
    """A record of trials one after the other, 56 days each at an adequate dose, none of them of any help."""
    exposure, score = ["ingredient | product | start | days | dose"], ["instrument | date | value"]
    score.append(f"phq-9 | {start - timedelta(days=3)} | 20")
    for number, drug in enumerate(drugs):
        begin = start + timedelta(days=56 * number)
        exposure.append(f"{drug} | a | {begin} | 56 | {DOSES[drug]}")
        score.append(f"phq-9 | {begin + timedelta(days=54)} | 20")
    return {"exposure": "\n".join(exposure), "score": "\n".join(score), "person": EPISODE}


def lasting(start: str) -> dict[str, str]:
    """A person whose present episode began then."""
    return {"person": f"episode_start\n{start}"}


def duration(low: int, high: int) -> dict[str, str]:
    """The points for its duration."""
    return {"stage_part": f"method | part | low | high\nmsm | duration | {low} | {high}"}


TWO = failed("sertraline", "venlafaxine")
NOW = TWO["score"] + "\nphq-9 | 2024-12-15 | 22"
FOUR = failed("sertraline", "venlafaxine", "amitriptyline", "phenelzine")
ADDED = {
    "exposure": "ingredient | product | start | days | dose\nsertraline | a | 2024-01-01 | 28 | 50\n"
    "sertraline | b | 2024-01-29 | 56 | 150\naripiprazole | a | 2024-03-11 | 30 | 5",
    "score": "instrument | date | value\nphq-9 | 2023-12-29 | 20\nphq-9 | 2024-03-10 | 20",
}

CASES = [
    Case(
        "Maudsley: 19 months, severe without psychosis, two failures, nothing else is 7 points",
        TWO
        | {
            "score": NOW,
            "answer": said("previous-ect-or-tms=no", "psychotic-features=no", "augmentation-tried=no"),
        },
        {
            "stage": SUMMED + "msm | 7 | 7 | moderate | moderate",
            "stage_part": "method | part | low | high | label_low | label_high\n"
            "msm | duration | 2 | 2 | sub-acute, to 24 months | sub-acute, to 24 months\n"
            "msm | severity | 4 | 4 | severe without psychosis | severe without psychosis\n"
            "msm | failures | 1 | 1 | 1 or 2 | 1 or 2\n"
            "msm | augmentation | 0 | 0 | not used | not used\n"
            "msm | ect | 0 | 0 | not used | not used",
        },
    ),
    Case(
        "Maudsley: what nobody said of psychosis, augmentation and ECT is a point each",
        TWO | {"score": NOW},
        {"stage": SUMMED + "msm | 7 | 10 | moderate | moderate"},
    ),
    Case(
        "Maudsley: a severe depression with psychotic features has 5 points and isn't suppressed",
        TWO | {"score": NOW, "condition": "code_set | start\npsychotic-features | 2024-12-01"},
        {
            "stage": "method | state | low | high\nmsm | scored | 8 | 10",
            "stage_part": "method | part | low | high\nmsm | severity | 5 | 5",
        },
    ),
    Case(
        "Maudsley: psychotic features add nothing to a moderate depression",
        TWO
        | {
            "score": TWO["score"] + "\nphq-9 | 2024-12-15 | 12",
            "condition": "code_set | start\npsychotic-features | 2024-12-01",
        },
        {"stage_part": "method | part | low | high\nmsm | severity | 3 | 3"},
    ),
    Case(
        "Maudsley: moderately severe may be moderate or severe",
        # On this scale the record alone can't tell; facts of the PHQ-9 would.
        TWO | {"score": "instrument | date | value\npromis-depression | 2024-12-15 | 66"},
        {"stage_part": "method | part | quantity_low\nmsm | severity | 3"},
    ),
    Case(
        "Maudsley: a score of half a year ago doesn't say how severe it is now",
        TWO,
        {"stage_part": "method | part | low | high\nmsm | severity | 1 | 5"},
    ),
    Case("Maudsley: 12 months to the day are acute", lasting("2023-12-31"), duration(1, 1)),
    Case("Maudsley: one day over 12 months is sub-acute", lasting("2023-12-30"), duration(2, 2)),
    Case("Maudsley: 24 months to the day are sub-acute", lasting("2022-12-31"), duration(2, 2)),
    Case("Maudsley: one day over 24 months is chronic", lasting("2022-12-30"), duration(3, 3)),
    Case("Maudsley: a start known to the month may lie on either side", lasting("2023-12"), duration(1, 2)),
    Case("Maudsley: a start that nobody knows may be anything", {}, duration(1, 3)),
    Case(
        "no failed trial is no place on the scales",
        {
            "exposure": "ingredient | product | start | days | dose\nsertraline | a | 2024-01-01 | 56 | 100",
            "score": "instrument | date | value\nphq-9 | 2023-12-29 | 20\nphq-9 | 2024-02-24 | 3",
        },
        {
            "stage": "method | state | low | high | perhaps_not_applicable\nmsm | not applicable | | | no\n"
            "thase-rush | not applicable | | | no\nesm | not applicable | | | no",
            "stage_part": "method | part | low | high | below\nmsm | failures | | | yes",
        },
    ),
    Case(
        "an unknown outcome leaves open whether a scale applies at all",
        {"exposure": "ingredient | product | start | days | dose\nsertraline | a | 2024-01-01 | 56 | 100"},
        {
            "stage": "method | state | low | high | perhaps_not_applicable\nmsm | scored | 3 | 11 | yes\n"
            "thase-rush | scored | 1 | 1 | yes",
        },
    ),
    Case(
        "a record without any antidepressant leaves every stage open",
        {},
        {
            "stage": "method | state | low | high | category_low | category_high\n"
            "msm | scored | 3 | 15 | mild | severe\nmgh-s | scored | 0 | | |\n"
            "thase-rush | scored | 1 | 5 | stage I | stage V\n"
            "esm | scored | 0 | 5 | non-responder | TRD5, 36 to 52 weeks",
        },
    ),
    Case(
        "who never took an antidepressant is on no scale",
        {"answer": said("antidepressant-tried=no")},
        {
            "stage": "method | state\nmsm | not applicable\nthase-rush | not applicable\nesm | not applicable",
            "stage_part": "method | part | low | high\nmgh-s | failures | 0 | 0\nmgh-s | optimisation | 0 | 0",
        },
    ),
    Case(
        "Maudsley: a trial that ended before the episode doesn't count",
        failed("sertraline", start=date(2022, 1, 1)),
        {
            "stage": "method | state\nmsm | not applicable\nthase-rush | scored",
            "stage_part": "method | part | quantity_low | quantity_high\nmsm | failures | 0 | 0",
        },
    ),
    Case(
        "Maudsley: without a start of the episode every failure is perhaps of it",
        {name: rows for name, rows in TWO.items() if name != "person"},
        {
            "stage_part": "method | part | quantity_low | quantity_high | perhaps_below\nmsm | failures | 0 | 2 | yes",
        },
    ),
    Case(
        "Maudsley: four failures are 2 points",
        FOUR,
        {"stage_part": "method | part | quantity_low | low | high\nmsm | failures | 4 | 2 | 2"},
    ),
    Case(
        "Maudsley: an antidepressant without a date may be one more failure",
        TWO | {"exposure": TWO["exposure"] + "\nbupropion | | | | 300"},
        {"stage_part": "method | part | quantity_low | quantity_high | low | high\nmsm | failures | 2 | 3 | 1 | 2"},
    ),
    Case(
        "Maudsley: ECT in the episode is a point, and whether it failed stays open",
        TWO | {"procedure": "code_set | start\nect | 2024-10-01\nect | 2024-10-04"},
        {
            "stage_part": "method | part | low | high\nmgh-s | ect | 0 | 3\nmsm | ect | 1 | 1",
        },
    ),
    Case(
        "Maudsley: ECT before the episode says nothing of one in it",
        TWO | {"procedure": "code_set | start\nect | 2015-10-01"},
        {"stage_part": "method | part | low | high\nmsm | ect | 0 | 1"},
    ),
    Case(
        "bipolar disorder suppresses every stage of resistance",
        TWO | {"condition": "code_set | start\nbipolar | 2020-01-01"},
        {
            "stage": "method | state | low | high | suppressed_by\nmsm | suppressed | | | bipolar-disorder\n"
            "mgh-s | suppressed | | | bipolar-disorder\nthase-rush | suppressed | | | bipolar-disorder\n"
            "esm | suppressed | | | bipolar-disorder",
        },
    ),
    Case(
        "a psychotic disorder suppresses every stage of resistance",
        TWO | {"answer": said("psychotic-disorder=yes")},
        {"stage": "method | state | suppressed_by\nmsm | suppressed | psychotic-disorder"},
    ),
    Case(
        "MGH-S: two failed trials are 2 points, and 3.5 are open",
        TWO,
        {
            "stage": "method | low | high\nmgh-s | 2 | 5.5",
            "stage_part": "method | part | low | high\nmgh-s | failures | 2 | 2\nmgh-s | optimisation | 0 | 0\n"
            "mgh-s | augmentation | 0 | 0.5\nmgh-s | ect | 0 | 3",
        },
    ),
    Case(
        "MGH-S: a failed trial, its dose raised, an agent added: the points of the claims definition",
        ADDED | {"answer": NO_ECT},
        {
            "definition_result": "definition_id | count_low\nmgh-s-claims-2010 | 2",
            "stage": "method | low | high\nmgh-s | 2 | 2",
        },
    ),
    Case(
        "MGH-S: ECT that failed is 3 points",
        ADDED | {"answer": said("failed-ect=yes")},
        {"stage": "method | low | high\nmgh-s | 5 | 5"},
    ),
    Case(
        "Thase-Rush: two failures of one class are stage I",
        failed("sertraline", "citalopram"),
        {"stage": SUMMED + "thase-rush | 1 | 1 | stage I | stage I"},
    ),
    Case(
        "Thase-Rush: two failures of two classes are stage II, whatever ECT did",
        TWO | {"answer": said("failed-ect=yes")},
        {"stage": SUMMED + "thase-rush | 2 | 2 | stage II | stage II"},
    ),
    Case(
        "Thase-Rush: a tricyclic and another class are stage III without a third",
        failed("sertraline", "amitriptyline"),
        {"stage": SUMMED + "thase-rush | 3 | 3 | stage III | stage III"},
    ),
    Case(
        "Thase-Rush: a tricyclic alone is stage I",
        failed("amitriptyline"),
        {"stage": SUMMED + "thase-rush | 1 | 1 | stage I | stage I"},
    ),
    Case(
        "Thase-Rush: an MAOI without a tricyclic climbs no further than stage II",
        failed("sertraline", "phenelzine"),
        {"stage": SUMMED + "thase-rush | 2 | 2 | stage II | stage II"},
    ),
    Case(
        "Thase-Rush: after tricyclic and MAOI, ECT that nobody speaks of leaves stage V open",
        FOUR,
        {"stage": SUMMED + "thase-rush | 4 | 5 | stage IV | stage V"},
    ),
    Case(
        "Thase-Rush: ECT that failed may have been unilateral",
        FOUR | {"answer": said("failed-ect=yes")},
        {"stage": SUMMED + "thase-rush | 4 | 5 | stage IV | stage V"},
    ),
    Case(
        "Thase-Rush: without ECT it is stage IV",
        FOUR | {"answer": NO_ECT},
        {"stage": SUMMED + "thase-rush | 4 | 4 | stage IV | stage IV"},
    ),
    Case(
        "European: three failures are the second stage, although 24 weeks are also of the third",
        failed("sertraline", "venlafaxine", "mirtazapine"),
        {
            "stage": SUMMED + "esm | 2 | 2 | TRD2, 18 to 24 weeks | TRD2, 18 to 24 weeks",
            "stage_part": "method | part | quantity_low | quantity_high | label_high\n"
            "esm | chronic | 24 | 24 | to 52 weeks",
        },
    ),
    Case(
        "European: one failure is a non-responder",
        failed("sertraline"),
        {"stage": SUMMED + "esm | 0 | 0 | non-responder | non-responder"},
    ),
    Case(
        "difficult to treat is a list of things to look at, without a total",
        {"answer": said("chronic-pain=yes", "anxiety-disorder=no")},
        {
            "stage": "method | state | low | high | category_low\ndtd | flags | | |",
            "stage_part": "method | part | label_low | label_high\ndtd | suicidal-thoughts | no | yes\n"
            "dtd | anxiety | no | no\ndtd | pain | yes | yes",
        },
    ),
]
