"""Each trial with its verdict and what the verdict follows from."""

from dataclasses import dataclass

from stepwell.report import wording as w
from stepwell.report.figures import (
    NOT_RECORDED,
    Interval,
    amount,
    capital,
    fall,
    last_day,
    listed,
    number,
    span,
    when,
)
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.citations import Citations, Reference


@dataclass(frozen=True)
class Criterion:
    """One thing that a definition asks of a trial: what was found, what is asked, and by whom."""

    name: str
    result: str
    found: str
    required: str
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class ByDefinition:
    """The verdict of a trial by one definition."""

    definition: str
    verdict: str
    label: str
    dose: str
    duration: str
    adherence: str
    failure: str
    counts: str


@dataclass(frozen=True)
class EvidenceRow:
    """One row of the record that a trial rests on."""

    evidence_id: str
    bears_on: str
    location: str


@dataclass(frozen=True)
class Trial:
    """One attempt at a treatment, in words.

    Args:
        summary: Of the table: what stands in each of its cells, each a pair of two short lines.
        criteria: What the verdict of the leading definition follows from.
        doses_set_aside: Each dose that stands in the record and wasn't used, why, and in which rows.
        by_definition: The verdicts by every definition asked for.
    """

    trial_id: str
    order: int
    drug: str
    drug_class: str
    role: str
    strategy: str
    dates: str
    short_dates: str
    dose: str
    minimum: str
    days: str
    least_days: str
    covered: str
    basis: str
    scale: str
    course: str
    change: str
    verdict: str
    well_at_end: bool
    label: str
    meaning: str
    why: str
    ended: str
    note: str
    doses_set_aside: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    courses: tuple[str, ...]
    met: tuple[str, ...]
    by_definition: tuple[ByDefinition, ...]
    evidence: tuple[EvidenceRow, ...]

    @property
    def scale_and_course(self) -> str:
        """The scores before and at the end, with the name of their scale."""
        return f"{self.scale} {self.course}".strip()


def trials(lookup: Lookup, citations: Citations) -> tuple[Trial, ...]:
    """Every trial of the review, in order."""
    return tuple(_trial(lookup, citations, row) for row in lookup.attempts)


def _trial(lookup: Lookup, citations: Citations, attempt: Row) -> Trial:
    trial_id = attempt["trial_id"]
    verdict = lookup.verdicts[trial_id][lookup.headline]
    relation = lookup.relations[trial_id]
    criteria = _criteria(lookup, citations, attempt, verdict)
    scale, course, change = _course_cells(lookup, trial_id)
    dose, minimum = _dose_cells(lookup, attempt, verdict)
    return Trial(
        trial_id=trial_id,
        order=relation["order"],
        drug=capital(lookup.drug(attempt["ingredient"])),
        drug_class=attempt["drug_class"] or "",
        role=attempt["role"],
        strategy=w.strategy(relation, lookup.trial_drug(relation["with_trial_id"])),
        dates=dates(attempt),
        short_dates=short_dates(attempt),
        dose=dose,
        minimum=minimum,
        days=_days_cell(attempt, verdict),
        least_days="" if verdict["least_days"] is None else f"least {verdict['least_days']}",
        covered=w.covered(attempt),
        basis=attempt["basis"],
        scale=scale,
        course=course,
        change=change,
        verdict=verdict["verdict"],
        well_at_end=verdict["well_at_end"],
        label=w.VERDICT[verdict["verdict"]],
        meaning=w.meaning(verdict["verdict"], lookup.response_percent()),
        why=why(lookup, attempt, verdict, criteria),
        ended=ended(lookup, attempt, relation),
        note=_lost_again(lookup, trial_id, verdict),
        doses_set_aside=doses_set_aside(lookup, attempt),
        criteria=criteria,
        courses=tuple(w.course_found(row, lookup.short_scale(row["instrument"])) for row in _courses(lookup, trial_id)),
        met=_met(lookup, trial_id),
        by_definition=tuple(_by_definition(lookup, row) for row in lookup.verdicts[trial_id].values()),
        evidence=evidence(lookup, trial_id),
    )


def dates(attempt: Row) -> str:
    """From the first day to the last; both as vague as the record."""
    if attempt["state"] in w.STATE:
        return f"{when(*interval(attempt, 'start'))}, {w.STATE[attempt['state']]}"
    return span(interval(attempt, "start"), last_days(attempt))


def short_dates(attempt: Row) -> str:
    """The same for a narrow column."""
    if attempt["state"] in w.STATE:
        return f"{when(*interval(attempt, 'start'))} {w.STATE_SHORT[attempt['state']]}"
    return dates(attempt)


def last_days(attempt: Row) -> Interval:
    """The first and the last day that the last day of a trial can be."""
    return last_day(attempt["end_earliest"]), last_day(attempt["end_latest"])


# --- cells of the table ----------------------------------------------------------------------------


def doses_set_aside(lookup: Lookup, attempt: Row) -> tuple[str, ...]:
    """Each dose of a trial that was set aside, with the reason and the rows in which it stands."""
    rows: dict[str, list[Row]] = {}
    for row in lookup.doses_set_aside(attempt):
        rows.setdefault(w.dose_aside(row), []).append(row)
    times = lookup.knowledge.rule(w.IMPLAUSIBLE)
    return tuple(
        f"{dose} stands in the record ({listed(list(dict.fromkeys(row['evidence_id'] for row in found)))}) and was"
        f" {w.why_aside(found[0], times)}."
        for dose, found in rows.items()
    )


def _dose_cells(lookup: Lookup, attempt: Row, verdict: Row) -> tuple[str, str]:
    aside = lookup.doses_set_aside(attempt)
    reached = w.dose_reached(attempt)
    if aside and reached == NOT_RECORDED:
        reached = f"{w.dose_aside(aside[-1])}, {w.SET_ASIDE}"
    if verdict["dose_table"] is None:
        return reached, "not tested"
    least = verdict["minimum_dose"]
    return reached, "no minimum" if least is None else f"least {number(least)}"


def _days_cell(attempt: Row, verdict: Row) -> str:
    if verdict["least_days_at"] == "minimum dose":
        low, high = verdict["days_at_minimum_low"], verdict["days_at_minimum_high"]
        return "not known" if low is None and high is None else amount(low, high)
    return amount(attempt["days_low"], attempt["days_high"])


def _courses(lookup: Lookup, trial_id: str) -> list[Row]:
    return lookup.courses.get(trial_id, [])


def _preferred(lookup: Lookup, trial_id: str) -> Row | None:
    return next((row for row in _courses(lookup, trial_id) if row["preferred"]), None)


def _course_cells(lookup: Lookup, trial_id: str) -> tuple[str, str, str]:
    row = _preferred(lookup, trial_id)
    if row is None:
        return "", "no score", ""
    values = (row["baseline_value"], row["end_value"])
    start, end = ("?" if value is None else number(value) for value in values)
    change = "" if None in values else fall(row["improvement_percent"])
    return lookup.short_scale(row["instrument"]), f"{start} to {end}", change


# --- because of ------------------------------------------------------------------------------------


def _criteria(lookup: Lookup, citations: Citations, attempt: Row, verdict: Row) -> tuple[Criterion, ...]:
    asked = citations.refer(lookup.definitions[verdict["definition_id"]].cite)
    found = (
        ("Dose", "dose", w.dose_found(attempt, verdict, lookup.doses_set_aside(attempt)),
         _dose_required(lookup, attempt, verdict),
         citations.refer(lookup.minimum_dose_cites(attempt, verdict)) or asked),
        ("Length", "duration", w.duration_found(attempt, verdict), w.duration_required(verdict), asked),
        ("Taking", "adherence", w.adherence_found(attempt), w.adherence_required(verdict), asked),
        ("Outcome", "failure", _outcome_found(lookup, attempt, verdict), w.failure_required(verdict), asked),
    )  # fmt: skip
    return tuple(
        Criterion(name, w.failure_result(verdict) if key == "failure" else w.RESULT[verdict[key]], saw, wanted, cites)
        for name, key, saw, wanted, cites in found
    )


def _dose_required(lookup: Lookup, attempt: Row, verdict: Row) -> str:
    table = verdict["dose_table"]
    title = "" if table is None else lookup.dose_table(table)
    return w.dose_required(verdict, title, lookup.minimum_unit(attempt, verdict) or "")


def _outcome_found(lookup: Lookup, attempt: Row, verdict: Row) -> str:
    """What is known of the outcome: the scores, what the record says, and how it is known."""
    row = _preferred(lookup, attempt["trial_id"])
    parts = [w.course_found(row, lookup.short_scale(row["instrument"]) if row else "")]
    if attempt["reported_outcome"]:
        parts.append(w.REPORTED[attempt["reported_outcome"]])
    if attempt["stop_reason"]:
        parts.append(w.STOP_REASON[attempt["stop_reason"]])
    if verdict["outcome_basis"] != "measured":
        parts.append(w.OUTCOME_BASIS[verdict["outcome_basis"]])
    if verdict["failure_doubt"]:
        parts.append(w.FAILURE_DOUBT[verdict["failure_doubt"]])
    if verdict["well_at_end"] and verdict["verdict"] == "cannot tell":
        parts.append(w.WELL_AT_END)
    return "; ".join(dict.fromkeys(parts))


_DECIDES = {
    "failed": ("Dose", "Length", "Outcome"),
    "partly worked": ("Outcome",),
    "too low": ("Dose",),
    "too short": ("Length",),
    "not taken": ("Taking",),
    "still running": ("Length",),
}


def why(lookup: Lookup, attempt: Row, verdict: Row, criteria: tuple[Criterion, ...]) -> str:
    """Why this trial has this verdict: what was found and asked for what decided it."""
    name = verdict["verdict"]
    if name == "worked":
        return _best(lookup, attempt, verdict)
    if name == "not tolerated":
        return capital(w.STOP_REASON["side effects"]) + f", after {w.treated(attempt)}."
    if name == "cannot tell":
        unclear = [item for item in criteria if item.result == w.RESULT["unknown"]]
        chosen = unclear or [item for item in criteria if item.name == "Outcome"]
    else:
        chosen = [item for item in criteria if item.name in _DECIDES[name]]
    return " ".join(f"{item.name}: {item.found} (asked: {item.required})." for item in chosen)


def _best(lookup: Lookup, attempt: Row, verdict: Row) -> str:
    row = _preferred(lookup, attempt["trial_id"])
    if verdict["outcome_basis"] != "measured" or row is None:
        return capital(w.said_better(attempt)) + "."
    scale = lookup.short_scale(row["instrument"])
    best = w.score_at(row["best_value"], w.one_day(row["best_date"]), fall(row["best_improvement_percent"]))
    return f"{scale} from {number(row['baseline_value'])} to {best}."


def _lost_again(lookup: Lookup, trial_id: str, verdict: Row) -> str:
    row = _preferred(lookup, trial_id)
    if not verdict["lost_again"] or row is None:
        return ""
    last = w.last_score(row, lookup.short_scale(row["instrument"]))
    return f"It worked at first; by the last score ({last}) no longer."


def ended(lookup: Lookup, attempt: Row, relation: Row) -> str:
    """How a trial ended and what was done next."""
    parts = []
    if attempt["stop_reason"]:
        parts.append(w.STOP_REASON[attempt["stop_reason"]])
    elif attempt["state"] in w.STATE:
        parts.append(w.STATE[attempt["state"]])
    else:
        parts.append("reason for the end not recorded")
    if relation["next_trial_id"]:
        after = w.next_step(relation["next_strategy"], lookup.trial_drug(relation["next_trial_id"]))
        parts.append(f"{after} ({when(*interval(relation, 'next_start'))})")
    return capital("; ".join(parts)) + "."


def _met(lookup: Lookup, trial_id: str) -> tuple[str, ...]:
    """Titles of the outcome definitions that hold from before the trial to its end, on the preferred scale."""
    row = _preferred(lookup, trial_id)
    rows = lookup.outcomes.get((trial_id, row["instrument"]), []) if row else []
    return tuple(lookup.outcome_titles[item["outcome_id"]].title for item in rows if item["result"] == "met")


def _by_definition(lookup: Lookup, verdict: Row) -> ByDefinition:
    return ByDefinition(
        definition=lookup.short(verdict["definition_id"]),
        verdict=verdict["verdict"],
        label=w.VERDICT[verdict["verdict"]],
        dose=w.RESULT[verdict["dose"]],
        duration=w.RESULT[verdict["duration"]],
        adherence=w.RESULT[verdict["adherence"]],
        failure=w.failure_result(verdict),
        counts=w.counts(verdict["counts"]),
    )


def evidence(lookup: Lookup, trial_id: str) -> tuple[EvidenceRow, ...]:
    """The rows that a trial rests on, supplies first."""
    rows = sorted(lookup.evidence.get(trial_id, []), key=lambda row: w.BEARS_ON_ORDER.index(row["bears_on"]))
    names = [(row, str(lookup.score_evidence.get(row["evidence_id"], row["evidence_id"]))) for row in rows]
    return tuple(EvidenceRow(name, w.BEARS_ON[row["bears_on"]], lookup.location(name)) for row, name in names)
