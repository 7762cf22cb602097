"""The words for what the tables say: one place, plain, without blame, and never an order or a diagnosis."""

from collections.abc import Sequence
from datetime import date

from stepwell.knowledge import schema as s
from stepwell.report.figures import NOT_RECORDED, amount, count, fall, listed, number, share, when
from stepwell.report.lookup import Row

LOST_AGAIN = "lost again"
"""Stands beside `worked` where by the last score it no longer does."""

NOW = {"still running": "too early to judge", "failed": "failed so far"}
"""What a verdict is called while the trial goes on, where that differs."""

QUESTION = "Is the medication really failing?"

IMPLAUSIBLE = "implausible-dose-times"
"""The rule by which a dose is set aside."""

NOT_A_DIAGNOSIS = (
    "This is not a diagnosis and not medical advice. Fixed rules were applied to what the record says, so that a"
    " clinician can check each step; what the record doesn't say, this page doesn't know."
)

RESULT = {"met": "met", "not met": "not met", "unknown": "can't be told", "not tested": "not tested"}

LEFT_OUT = "doesn't apply"
LEAVE_OUT = "don't apply"
"""The result of a definition that leaves the person out, whatever the count."""

VERDICT = {
    "worked": "Worked",
    "failed": "Failed",
    "partly worked": "Partly worked",
    "too low": "Too low",
    "too short": "Too short",
    "not taken": "Not taken",
    "not tolerated": "Not tolerated",
    "still running": "Still running",
    "cannot tell": "Cannot tell",
}
"""The label of each verdict, in the order of a legend."""

_MEANING = {
    "worked": (
        "Symptoms fell by {response}% or more at some time, the last score is in remission, or the record says that it"
        " helped."
    ),
    "failed": "Adequate by the definition, and too little better.",
    "partly worked": "Adequate by the definition; better, but not enough to be called a response.",
    "too low": "The dose stayed below the definition's minimum.",
    "too short": "Not long enough for the definition.",
    "not taken": "The record suggests that it was not taken as prescribed.",
    "not tolerated": "Stopped for side effects before it could be judged.",
    "still running": "Too early to judge.",
    "cannot tell": "The record leaves open what would decide it.",
}


def meaning(verdict: str, response_percent: float) -> str:
    """What a verdict means, in one line."""
    return _MEANING[verdict].format(response=number(response_percent))


STRATEGY = {
    "first": "first treatment in the record",
    "switch": "switched from {drug}",
    "combination": "together with {drug}",
    "augmentation": "added to {drug}",
    "restart": "started again",
    "new start": "new start after a break",
    "alone": "without an antidepressant",
    "unknown": "perhaps together with {drug}",
}

STATE = {"running": "still running", "unknown": "end not recorded"}

STATE_SHORT = {"running": "to now", "unknown": "end not known"}

STOP_REASON = {
    "no benefit": "stopped for lack of benefit",
    "side effects": "stopped for side effects",
    "not taken": "stopped because it was not being taken",
    "better": "stopped when better",
    "other": "stopped for another reason",
}

REPORTED = {
    "better": "the record says: better",
    "partly better": "the record says: partly better",
    "not better": "the record says: not better",
    "conflict": "the record says two different things about how it helped",
}

ADHERENCE = {
    "yes": "the record says it was taken as directed",
    "partly": "the record says it was partly taken as directed",
    "no": "the record says it was not taken as directed",
    "conflict": "the record says two different things about how it was taken",
}

EPISODE = {
    "stated": "as the record states",
    "return after remission": "by scores that rose after a remission",
    "onset of the diagnosis": "by the onset of the diagnosis",
}

SCORE_BASIS = {
    "total": "as written",
    "items": "from its answers",
    "prorated": "from its answers, {missing} left out",
    "incomplete": "too many answers are missing for a total",
    "not scored": "a scale without a total",
    "conflict": "the written total and its answers disagree",
    "out of range": "the written total is outside the scale's range",
}

STATED = (
    "Stated, not counted: {what} (answered yes{day})."
    " A definition counts only treatments that stand in the record with their dose and dates."
)

COUNTED = {
    "failed trials": ("failed trial", "failed trials"),
    "points": ("point", "points"),
    "drugs in window": ("drug", "drugs"),
    "switches": ("switch", "switches"),
}

BEARS_ON = {
    "supply": "supply",
    "order or statement": "order or statement (adds no days)",
    "baseline score": "score before",
    "end score": "score at the end",
    "best score": "best score",
    "answer": "answer to a question",
}

BEARS_ON_ORDER = tuple(BEARS_ON)


# --- trials ----------------------------------------------------------------------------------------


def strategy(relation: Row, drug: str) -> str:
    """How a trial stands to the one before it."""
    return STRATEGY[relation["strategy"]].format(drug=drug)


def dose_reached(attempt: Row, aside: Sequence[Row] = ()) -> str:
    """The highest dose of a trial; of one that was set aside it is said that it stands in the record.

    Args:
        attempt: The trial.
        aside: Its supplies whose dose was set aside.
    """
    known = amount(attempt["peak_dose_low"], attempt["peak_dose_high"], attempt["dose_unit"] or "")
    if not aside:
        return known
    doses = listed(list(dict.fromkeys(dose_aside(row) for row in aside)))
    return f"{'not known' if known == NOT_RECORDED else known} ({doses} in the record, {SET_ASIDE})"


SET_ASIDE = "set aside"
"""Ends the words of a dose that stands in the record and isn't used."""


def dose_aside(row: Row) -> str:
    """A dose that was set aside, as the record gives it."""
    return amount(row["dose_set_aside_low"], row["dose_set_aside_high"], row["dose_unit"] or "")


def why_aside(row: Row, times: float) -> str:
    """Why a dose was set aside."""
    most = amount(row["highest_licensed"], row["highest_licensed"], row["dose_unit"] or "")
    return (
        f"set aside as an error of the record, because it is more than {number(times)} times the highest licensed dose"
        f" ({most}); so the dose counts as not known"
    )


def dose_found(attempt: Row, verdict: Row, aside: Sequence[Row] = ()) -> str:
    """The highest dose, and the days on the minimum or more.

    Where the dose table doesn't list the drug there is nothing to count days against.
    """
    if verdict["minimum_dose"] is None:
        return f"highest dose {dose_reached(attempt, aside)}"
    return f"highest dose {dose_reached(attempt, aside)}; {at_minimum(verdict)} at the minimum or more"


def at_minimum(verdict: Row) -> str:
    """Days on the minimum dose or more; not known where no minimum is listed."""
    low, high = verdict["days_at_minimum_low"], verdict["days_at_minimum_high"]
    return "days not known" if low is None and high is None else amount(low, high, "days")


def dose_required(verdict: Row, table: str, unit: str) -> str:
    """The minimum dose that a definition asks for."""
    if verdict["dose_table"] is None:
        return "no dose asked"
    if verdict["minimum_dose"] is None:
        return f"no minimum for it in {table}"
    return f"{amount(verdict['minimum_dose'], verdict['minimum_dose'], unit)} by {table}"


def duration_found(attempt: Row, verdict: Row) -> str:
    """The days that a definition counts."""
    if verdict["least_days_at"] == "minimum dose":
        return f"{at_minimum(verdict)} at the minimum dose or more, {treated(attempt)} in all"
    return treated(attempt)


def treated(attempt: Row) -> str:
    """How long a trial lasted.

    A trial whose end isn't recorded has run for at least one day and at most until the review.
    """
    return amount(attempt["days_low"], attempt["days_high"], "days")


def duration_required(verdict: Row) -> str:
    """The days that a definition asks for."""
    if verdict["least_days"] is None:
        return "no length asked"
    at = " at the minimum dose" if verdict["least_days_at"] == "minimum dose" else " of treatment"
    return f"{count(verdict['least_days'], 'day')} or more{at}"


def covered(attempt: Row) -> str:
    """How much of the time was supplied."""
    return share(attempt["proportion_covered_low"], attempt["proportion_covered_high"])


def adherence_found(attempt: Row) -> str:
    """What speaks for and against it having been taken."""
    said = [ADHERENCE[attempt["stated_adherence"]]] if attempt["stated_adherence"] else []
    if attempt["basis"] == "ordered":
        supplied = f"ordered for {covered(attempt)} of the days; no dispensing recorded"
    else:
        verb = "dispensed for" if attempt["basis"] == "dispensed" else "stated for"
        supplied = f"{verb} {covered(attempt)} of the days"
    return "; ".join([*said, supplied])


def adherence_required(verdict: Row) -> str:
    """The share of days that a definition wants covered."""
    least = verdict["least_covered"]
    return "not asked" if least is None else f"{share(least, least)} of the days or more"


def score_at(value: float | None, day_words: str, distance: str) -> str:
    """A score with its day and how far that is from the trial."""
    return f"{NOT_RECORDED}" if value is None else f"{number(value)} on {day_words} ({distance})"


def before_start(days: int | None) -> str:
    """How far a score lies from the start of a trial.

    >>> before_start(-3), before_start(0), before_start(5)
    ('3 days before the start', 'on the day it started', 'day 5')
    """
    if days is None:
        return NOT_RECORDED
    if days == 0:
        return "on the day it started"
    return f"{count(-days, 'day')} before the start" if days < 0 else f"day {days}"


def course_found(course: Row | None, scale: str) -> str:
    """The score before a trial, the one at its end, and the change."""
    if course is None:
        return "no score near the start or in its course"
    start = score_at(
        course["baseline_value"], one_day(course["baseline_date"]), before_start(course["baseline_distance_days"])
    )
    end = score_at(course["end_value"], one_day(course["end_date"]), before_start(course["end_distance_days"]))
    if course["baseline_value"] is None or course["end_value"] is None:
        return f"{scale} before: {start}; at the end: {end}"
    return f"{scale} {start}, then {end}: {fall(course['improvement_percent'])}"


def one_day(value: date | None) -> str:
    """A day in words."""
    return when(value, value)


OUTCOME_BASIS = {
    "measured": "measured",
    "reported": "as reported",
    "inferred from what was done next": "no outcome recorded; another step followed",
    "unknown": "no outcome recorded",
}


FAILURE_DOUBT = {
    "well by a score": "another score or the record says otherwise, so the failure isn't sure",
    "reported as better": "the record says that it helped, so the failure isn't sure",
    "supply without a day": (
        "something of it was handed out on an unknown day, so the score before may not be from before it"
    ),
    "same drug before": (
        "an earlier trial of it had ended not long before and may be going on in this one, so the score before may have"
        " been brought down by the drug"
    ),
    "score from before a break": (
        "the score before was taken on an earlier treatment, which ended long before this one began"
    ),
}
"""Why a failure that the scores or the record show isn't sure."""

WELL_AT_END = "in remission by the last score: no failure; that the drug brought it about isn't shown"


def failure_required(verdict: Row) -> str:
    """What a definition calls a failure."""
    if verdict["failure_rule"] == "improvement below":
        return f"less than {number(verdict['failure_percent'])}% better"
    if verdict["failure_rule"] == "next treatment":
        return "another treatment followed (failure is assumed)"
    return "not asked"


def failure_result(verdict: Row) -> str:
    """Whether the trial counts as not having helped enough; plainer than `met`, which reads as a success."""
    return {
        "met": "too little better" if verdict["failure_rule"] == "improvement below" else "failure assumed",
        "not met": "not a failure",
        "unknown": RESULT["unknown"],
        "not tested": RESULT["not tested"],
    }[verdict["failure"]]


def said_better(attempt: Row) -> str:
    """What in the record says that a trial helped."""
    if attempt["reported_outcome"] == "better":
        return REPORTED["better"]
    return STOP_REASON[attempt["stop_reason"]]


def last_score(course: Row, scale: str) -> str:
    """The last score of a trial."""
    return f"{scale} {number(course['end_value'])} on {one_day(course['end_date'])}"


NEXT = {
    "switch": "switched to {drug}",
    "combination": "{drug} was added",
    "augmentation": "{drug} was added",
    "unknown": "{drug} followed",
}


def next_step(strategy_name: str, drug: str) -> str:
    """What was done next."""
    return NEXT[strategy_name].format(drug=drug)


def counts(result: str) -> str:
    """Whether a trial counts for a definition as a failed one."""
    return {"met": "counts", "not met": "doesn't count", "unknown": "may count"}[result]


# --- scores ----------------------------------------------------------------------------------------


def points(change: float | None) -> str:
    """A change in points.

    >>> points(-3.0), points(1.0), points(0.0)
    ('down 3', 'up 1', 'unchanged')
    """
    if change is None:
        return "change not known"
    return "unchanged" if change == 0 else f"{'down' if change < 0 else 'up'} {number(abs(change))}"


def score_source(row: Row) -> str:
    """How a total came about."""
    return SCORE_BASIS[row["basis"]].format(missing=count(row["items_missing"], "answer"))


# --- definitions -----------------------------------------------------------------------------------


ENOUGH = {"antipsychotic": "antipsychotic", "esketamine": "esketamine"}
"""Entry events of a rule that are enough whatever the count, in words."""


def tally(result: Row, definition: s.Definition) -> str:
    """How far a definition is reached, and how far it has to be; or the one event that is enough."""
    if event := ENOUGH.get(result.get("reached_by") or ""):
        return f"{event}, which is enough"
    one, many = COUNTED[definition.count.kind]
    found = amount(result["count_low"], result["count_high"])
    return f"{found} {one if found == '1' else many}; {needed(result)} needed"


def disputed(code_set: str) -> str:
    """A diagnosis that leaves a person out, of which the record and an answer say the contrary.

    >>> disputed("Bipolar disorder")
    'The record says bipolar disorder, an answer says no: not settled'
    """
    return f"The record says {code_set.lower()}, an answer says no: not settled"


def needed(result: Row) -> str:
    """How many a definition needs.

    >>> needed({"required": 2.0, "strictly_more": False}), needed({"required": 3.5, "strictly_more": True})
    ('2', 'more than 3.5')
    """
    return f"{'more than ' if result['strictly_more'] else ''}{number(result['required'])}"


def untested(definition: s.Definition) -> str:
    """What a definition doesn't test, as its file says."""
    return "; ".join(definition.does_not_test) or "nothing named"


def counting(sure: list[str], perhaps: list[str]) -> str:
    """Which trials count for a definition.

    >>> counting(["1 (sertraline)"], ["3 (bupropion)"])
    'counts: trial 1 (sertraline); may count: trial 3 (bupropion)'
    """
    if not sure and not perhaps:
        return "no trial counts"
    parts = [("counts", sure), ("may count", perhaps)]
    return "; ".join(f"{words}: trial {listed(names)}" for words, names in parts if names)


def asks_count(rule: s.CountRule) -> str:
    """How many of what a definition asks for."""
    _, many = COUNTED[rule.kind]
    least = f"more than {number(rule.least)}" if rule.strictly_more else f"{number(rule.least)} or more"
    window = f" within {rule.window_days} days" if rule.window_days is not None else ""
    episode = " in the present episode" if rule.within_episode else ""
    return f"{least} {many}{window}{episode}"


# --- what is open ----------------------------------------------------------------------------------

OPEN_SHORT = {
    "dose": "the dose of {drug}",
    "duration": "how long {drug} was taken",
    "adherence": "whether {drug} was taken as prescribed",
    "failure": "how much {drug} helped",
}


def open_dose(attempt: Row, verdict: Row, table: str, aside: Sequence[Row] = ()) -> str:
    """What isn't known of a dose."""
    if verdict["minimum_dose"] is None:
        return f"whether the dose ({dose_reached(attempt, aside)}) was enough; no minimum for it in {table}"
    stands = f" ({dose_reached(attempt, aside)})" if aside else ""
    return f"the dose{stands}; the record allows {at_minimum(verdict)} at the minimum or more"


def open_duration(attempt: Row, verdict: Row) -> str:
    """What isn't known of a length."""
    return f"how long; {duration_found(attempt, verdict)}, and {duration_required(verdict)} asked"


def open_outcome(course: Row | None, scale: str) -> str:
    """What isn't known of an outcome."""
    if course is None:
        return "the outcome; no score near its start or in its course"
    if course["baseline_value"] is None:
        return f"the outcome; no {scale} near its start"
    if course["end_value"] is None:
        return f"the outcome; no {scale} towards its end"
    return f"the outcome; the last {scale} is from {before_start(course['end_distance_days'])}"


UNIT = {"days": "days", "percent": "%", "proportion": "", "count": ""}


# --- sources ---------------------------------------------------------------------------------------


def cited(cite: s.Cite, source: s.Source | None) -> str:
    """A source and the place in it."""
    return f"{source.citation if source else cite.source}: {cite.locus}"


def crisis_line(line: s.CrisisLine) -> str:
    """One helpline."""
    return f"{line.service} ({line.contact})"


ANYWHERE = "Anywhere else, or in immediate danger: your local emergency number"
