"""From the first antidepressant to what came after it: how many days, and which end came first.

An end is `event`, `death`, or `end of observation`. Those of whom it can't be told whether the event came are
`cannot tell` and stand beside the curve, not in it.
"""

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.cohort.logic import ANTIDEPRESSANT, counted, left
from stepwell.logic import MET, UNKNOWN, days_between, one_if
from stepwell.measures.course import score_outcome

EVENT, DEATH, OBSERVED, CANNOT_TELL = "event", "death", "end of observation", "cannot tell"
ENDS = (EVENT, DEATH, OBSERVED, CANNOT_TELL)
DRUGS = {2: "second antidepressant", 3: "third antidepressant", 4: "fourth antidepressant"}
AUGMENTATION, REMISSION = "augmentation", "remission"
RESISTANCE = "resistant: "
"""What the name of a definition follows in the name of an event."""


def score_remission(trajectory: Table, outcome: Table) -> Table:
    """One row per score of a scale that has a default definition of remission: met, not met or unknown."""
    return score_outcome(trajectory, outcome.filter((outcome.term == REMISSION) & outcome["default"]))


def time_to_event(
    person_summary: Table, person: Table, attempt: Table, relation: Table, verdict: Table, trial_course: Table,
    definition: Table, definition_result: Table, score_remission: Table, parameter: Table,
) -> Table:  # fmt: skip
    """One row per person with a dated first antidepressant and event: `days` from there to the `end` that came first.

    The events: each further antidepressant (a drug not had before), augmentation, remission (on any depression
    scale, by its default outcome), and resistance by each definition that a day can be named for: one that counts
    failed trials, on the day when the last of those needed was over, or one that a drug triggers. People without
    any score after the index are left out of remission; the others are observed for it until their last score.
    """
    start = _start(person_summary, person, parameter)
    events = ibis.union(
        _drugs(attempt), _augmented(attempt, relation), _remitted(score_remission, start),
        _triggered(definition, definition_result), _failed(attempt, relation, verdict, trial_course, definition,
                                                           definition_result),
    )  # fmt: skip
    first = events.group_by(["person_id", "event"]).aggregate(
        day=events.day.min(), unknown=one_if(events.unknown).max()
    )
    rows = left(_asked(start, definition, score_remission), first, ["person_id", "event"])
    until = ibis.least(rows.until, rows.watched_until)
    came = (rows.day.notnull() & (rows.day <= until)).fill_null(False)
    died = (rows.death_earliest <= until).fill_null(False)
    end = ibis.cases(
        (came, EVENT), (rows.unknown.fill_null(0) > 0, CANNOT_TELL), (died, DEATH), else_=OBSERVED
    )  # fmt: skip
    rows = rows.mutate(end=end, last=ibis.cases((came, rows.day), (died, rows.death_earliest), else_=until))
    # What was there before the first antidepressant is there on day 0.
    days = ibis.greatest(days_between(rows.index_latest, rows["last"]), 0).cast("int64")
    return rows.mutate(days=days).select("person_id", "event", "days", "end", "inferred")


def _start(person_summary: Table, person: Table, parameter: Table) -> Table:
    """People with a first antidepressant: its day, and the last day on which anything of them is seen."""
    rows = person_summary.filter(person_summary.index_latest.notnull())
    rows = rows.select("person_id", "index_latest", "observed_to", "inferred")
    rows = rows.inner_join(person.select("person_id", "death_earliest"), "person_id").cross_join(
        parameter.select("as_of")
    )
    seen = ibis.least(rows.observed_to.fill_null(rows.as_of), rows.as_of)
    rows = rows.mutate(until=ibis.least(seen, rows.death_earliest.fill_null(seen)))
    return rows.filter(rows.until >= rows.index_latest)


def _asked(start: Table, definition: Table, score_remission: Table) -> Table:
    """One row per person and event that can be asked of the person; `watched_until`: as long as it can be seen."""
    named = [ibis.literal(name) for name in (*DRUGS.values(), AUGMENTATION)]
    parts = [start.mutate(event=name, watched_until=start.until) for name in named]
    rules = definition.filter(definition.count_kind.isin(["failed trials", "drugs in window"]))
    rules = rules.select(event=ibis.literal(RESISTANCE) + rules.definition_id)
    parts.append(start.cross_join(rules).mutate(watched_until=start.until))
    scored = score_remission.group_by("person_id").aggregate(watched_until=score_remission.date_latest.max())
    seen = start.inner_join(scored, "person_id").mutate(event=ibis.literal(REMISSION))
    parts.append(seen.filter(seen.watched_until > seen.index_latest))
    columns = (*start.columns, "event", "watched_until")
    return ibis.union(*(part.select(*columns) for part in parts))


def _event(rows: Table, event: Value, day: Value, unknown: Value | None = None) -> Table:
    doubt = ibis.literal(False) if unknown is None else unknown
    return rows.select("person_id", event=event, day=day, unknown=doubt)


def _drugs(attempt: Table) -> Table:
    """The start of each drug that a person had not had before, by its number."""
    ours = attempt.filter(attempt.role == ANTIDEPRESSANT)
    drugs = ours.group_by(["person_id", "ingredient"]).aggregate(day=ours.start_latest.min())
    window = ibis.window(group_by="person_id", order_by=[drugs.day, drugs.ingredient])
    drugs = drugs.mutate(number=ibis.row_number().over(window) + 1)
    drugs = drugs.filter(drugs.number.isin(list(DRUGS)))
    name = ibis.cases(*((drugs.number == number, name) for number, name in DRUGS.items()), else_="")
    return _event(drugs, name, drugs.day)


def _augmented(attempt: Table, relation: Table) -> Table:
    rows = relation.filter(relation.strategy.isin(["augmentation", UNKNOWN]))
    rows = rows.inner_join(attempt.select("person_id", "trial_id", "role", "start_latest"), ["person_id", "trial_id"])
    rows = rows.filter(rows.role != ANTIDEPRESSANT)
    sure = rows.strategy == "augmentation"
    return _event(rows, ibis.literal(AUGMENTATION), ibis.cases((sure, rows.start_latest), else_=ibis.null("date")),
                  ~sure)  # fmt: skip


def _remitted(score_remission: Table, start: Table) -> Table:
    """The first score in remission after the index."""
    rows = score_remission.filter(score_remission.result == MET).inner_join(
        start.select("person_id", "index_latest"), "person_id"
    )
    rows = rows.filter(rows.date_latest > rows.index_latest)
    return _event(rows, ibis.literal(REMISSION), rows.date_latest)


def _triggered(definition: Table, definition_result: Table) -> Table:
    """Definitions that the start of a drug triggers."""
    rules = definition.filter(definition.count_kind == "drugs in window").select("definition_id")
    rows = definition_result.inner_join(rules, "definition_id").filter(definition_result.result.isin([MET, UNKNOWN]))
    return _event(rows, ibis.literal(RESISTANCE) + rows.definition_id, rows.index_date, rows.result == UNKNOWN)


def _failed(
    attempt: Table, relation: Table, verdict: Table, trial_course: Table, definition: Table, definition_result: Table
) -> Table:
    """Definitions that count failed trials: the day on which the last of those needed was over.

    Over is, where the next treatment is taken for failure, its start; else the last score, where that was what
    showed the failure, or the end of the trial.
    """
    rules = definition.filter(definition.count_kind == "failed trials").select("definition_id", "least", "failure_rule")
    key = ["person_id", "trial_id"]
    rows = verdict.filter(verdict.counts == MET).select(*key, "definition_id", "outcome_basis")
    rows = rows.inner_join(rules, "definition_id")
    rows = rows.inner_join(attempt.select(*key, "ingredient", "end_latest"), key)
    rows = left(rows, relation.select(*key, "next_start_latest"), key)
    rows = left(rows, trial_course.filter(trial_course.preferred).select(*key, "end_date"), key)
    over = ibis.cases(
        (rows.failure_rule == "next treatment", rows.next_start_latest.fill_null(rows.end_latest)),
        (rows.outcome_basis == "measured", rows.end_date), else_=rows.end_latest,
    )  # fmt: skip
    rows = rows.mutate(over=over)
    keys = ["person_id", "definition_id"]
    drugs = rows.group_by([*keys, "ingredient", "least"]).aggregate(over=rows.over.min())
    window = ibis.window(group_by=keys, order_by=[drugs.over, drugs.ingredient])
    drugs = drugs.mutate(number=ibis.row_number().over(window) + 1)
    needed = drugs.filter(drugs.number == drugs.least).select(*keys, "over")
    asked = definition_result.inner_join(rules.select("definition_id"), "definition_id")
    asked = asked.filter(asked.result.isin([MET, UNKNOWN])).select(*keys, "result")
    asked = left(asked, needed, keys)
    met = asked.result == MET
    day = ibis.cases((met, asked.over), else_=ibis.null("date"))
    return _event(asked, ibis.literal(RESISTANCE) + asked.definition_id, day, ~met | asked.over.isnull())


def time_count(time_to_event: Table) -> Table:
    """One row per event, end and number of days: `people`, `inferred`."""
    return counted(time_to_event, ["event", "end", "days"])
