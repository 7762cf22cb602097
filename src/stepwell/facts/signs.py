"""Rows of the record that speak of a fact, one function for each kind of sign.

Each takes the signs of its kind and the tables they are looked for in, and gives one row per sign and
row of the record that bears on it, with the columns of `COLUMNS`.
"""

import ibis
from ibis import Value
from ibis.expr.types import BooleanValue, StringValue, Table

from stepwell.logic import MET, NOT_MET, days_between, first_rows, one_if, plus_days

PRESENT, ABSENT, POSSIBLE = "present", "absent", "possible"
OLD, UNPROVEN = "old", "unproven"
"""What settles nothing: said too long ago, or a no of somebody who may not know."""

COLUMNS = (
    "person_id", "fact", "sign", "kind", "of", "says", "date_earliest", "date_latest", "value", "unit", "text",
    "evidence_id",
)  # fmt: skip

COMPARED = ("comparison", "value", "otherwise")


def _signs(fact_sign: Table, kind: str, *columns: str) -> Table:
    """The signs of one kind, with what its rows are held against: the SQL of a wide table is slow to plan."""
    return fact_sign.filter(fact_sign.kind == kind).select("fact", "sign", "kind", "of", "says", *columns)


def _rows(rows: Table, says: StringValue, **found: Value | str) -> Table:
    """The rows with the columns of every sign; what a kind has no word for is null."""
    blank: dict[str, Value] = {
        "value": ibis.null("float64"), "unit": ibis.null("string"), "text": ibis.null("string"),
        "date_earliest": ibis.null("date"), "date_latest": ibis.null("date"),
    }  # fmt: skip
    if "evidence_id" not in rows.columns:
        blank["evidence_id"] = ibis.null("string")
    rows = rows.mutate(says=says, **{**blank, **found})
    return rows.filter(rows.says.notnull()).select(*COLUMNS)


def _in_time(rows: Table, day: Value) -> BooleanValue:
    """Whether a day lies as many days back as the sign allows; a day that isn't known may."""
    return (days_between(day, rows.as_of) <= rows.within_days).fill_null(True)


def _recent(rows: Table, says: StringValue, name: str = "start") -> StringValue:
    """What a row says that may lie too far back: where that isn't sure, present is only possible, absent nothing."""
    surely = days_between(rows[f"{name}_earliest"], rows.as_of) <= rows.within_days
    vague = rows.within_days.notnull() & ~surely.fill_null(False)
    return ibis.cases((vague & (says == ABSENT), ibis.null("string")), (vague, POSSIBLE), else_=says)


def of_conditions(fact_sign: Table, condition: Table, parameter: Table) -> Table:
    """Diagnoses: a refuted one says the contrary; one that is provisional or has grown old makes it possible."""
    signs = _signs(fact_sign, "condition", "within_days", "active", "part", "holds_days", "unless_active")
    found = condition.select(
        "person_id", "code_set", "status", "certainty", "evidence_id", "start_earliest", "start_latest", "end_latest"
    )
    rows = signs.inner_join(found, signs["of"] == found.code_set).cross_join(parameter.select("as_of"))
    over = (rows.status.fill_null("unknown") == "resolved") | (rows.end_latest <= rows.as_of).fill_null(False)
    rows = rows.filter(~(rows.active & over) & (rows.within_days.isnull() | _in_time(rows, rows.start_latest)))
    refuted = ibis.cases(((rows["says"] == PRESENT) & ~rows.part, ABSENT), else_=ibis.null("string"))
    certainty = rows.certainty.fill_null("unknown")
    says = ibis.cases((certainty == "refuted", refuted), (certainty == "provisional", POSSIBLE), else_=rows["says"])
    says = ibis.cases((_grown_old(rows) & (says == PRESENT), POSSIBLE), else_=_recent(rows, says))
    return _rows(rows, says, date_earliest=rows.start_earliest, date_latest=rows.start_latest)


def _grown_old(rows: Table) -> BooleanValue:
    """Whether a diagnosis that nobody called resolved may lie too far back to speak for now."""
    young = (days_between(rows.start_earliest, rows.as_of) <= rows.holds_days).fill_null(False)
    called_active = rows.unless_active & (rows.status.fill_null("unknown") == "active")
    return rows.holds_days.notnull() & ~young & ~called_active


def of_events(fact_sign: Table, events: Table, kind: str, parameter: Table) -> Table:
    """Procedures, devices and visits: that one stands in the record.

    A device that was taken out is only possible: leads or parts of it may be left.

    Args:
        fact_sign: Knowledge table.
        events: Rows with `code_set` and the interval `start`.
        kind: Which signs they are looked for by.
        parameter: One row: `as_of` and the rules.
    """
    signs = _signs(fact_sign, kind, "within_days")
    found = events.select("person_id", "code_set", "evidence_id", "start_earliest", "start_latest", "end_latest")
    rows = signs.inner_join(found, signs["of"] == found.code_set).cross_join(parameter.select("as_of"))
    rows = rows.filter(rows.within_days.isnull() | _in_time(rows, rows.start_latest))
    says = _recent(rows, rows["says"])
    if kind == "device":
        gone = (rows.end_latest <= rows.as_of).fill_null(False)
        says = ibis.cases((gone & (says == PRESENT), POSSIBLE), else_=says)
    return _rows(rows, says, date_earliest=rows.start_earliest, date_latest=rows.start_latest)


def of_allergies(fact_sign: Table, allergy: Table, drug_group: Table) -> Table:
    """Allergies to a medicine."""
    signs = _signs(fact_sign, "allergy")
    rows = signs.inner_join(drug_group, signs["of"] == drug_group.drug_group).inner_join(allergy, "ingredient")
    return _rows(
        rows, rows["says"], date_earliest=rows.start_earliest, date_latest=rows.start_latest, text=rows.ingredient
    )


def of_medicines(fact_sign: Table, exposure: Table, drug_group: Table, parameter: Table) -> Table:
    """Medicines that are taken now, or were so many days ago; only possible where their end leaves that open."""
    signs = _signs(fact_sign, "medicine", "within_days")
    taken = exposure.filter(exposure.status.fill_null("unknown") != "not-taken").select(
        "person_id", "ingredient", "status", "evidence_id", "start_earliest", "start_latest", "end_earliest",
        "end_latest",
    )  # fmt: skip
    rows = signs.inner_join(drug_group, signs["of"] == drug_group.drug_group).inner_join(taken, "ingredient")
    rows = rows.cross_join(parameter.select("as_of"))
    tomorrow, allowed = plus_days(rows.as_of, 1), rows.within_days.fill_null(0)
    status = rows.status.fill_null("unknown")
    ended = ibis.cases((status.isin(["stopped", "completed"]), rows.start_latest), else_=ibis.null("date"))
    surely_over = (days_between(rows.end_latest.fill_null(ended), tomorrow) > allowed).fill_null(False)
    running = rows.end_latest.isnull() & (status == "active")
    surely_taken = running | (days_between(rows.end_earliest, tomorrow) <= allowed).fill_null(False)
    rows = rows.filter(~surely_over)
    says = ibis.cases((~surely_taken & (rows["says"] == PRESENT), POSSIBLE), else_=rows["says"])
    return _rows(rows, says, date_earliest=rows.start_earliest, date_latest=rows.start_latest, text=rows.ingredient)


def _compared(rows: Table, found: Value) -> BooleanValue:
    return ibis.cases(
        (rows.comparison == "at least", found >= rows.threshold),
        (rows.comparison == "more than", found > rows.threshold),
        (rows.comparison == "at most", found <= rows.threshold),
        (rows.comparison == "less than", found < rows.threshold),
        else_=ibis.null("boolean"),
    )


def _fulfilled(rows: Table, held: BooleanValue) -> StringValue:
    """What a result says: the sign's word, else its `otherwise`; nothing where it can't be told."""
    return ibis.cases((held, rows["says"]), (~held, rows.otherwise), else_=ibis.null("string"))


def of_labs(fact_sign: Table, lab: Table, parameter: Table) -> Table:
    """The newest result of each test, by the laboratory's own mark, by a limit in the same unit, or by its words."""
    signs = _signs(fact_sign, "lab", *COMPARED, "within_days", "unit", "text", "flag").rename(
        threshold="value", threshold_unit="unit", words="text", mark="flag"
    )
    lab = lab.semi_join(signs, lab.lab == signs["of"])
    results = first_rows(lab, ["person_id", "lab"], [lab.date_latest.desc(), lab.evidence_id])
    rows = signs.inner_join(results, signs["of"] == results.lab).cross_join(parameter.select("as_of"))
    rows = rows.filter(rows.within_days.isnull() | _in_time(rows, rows.date_latest))
    outside = rows.flag.isin(["high", "low", "abnormal"])
    marked = ibis.cases((rows.mark == "abnormal", outside), else_=rows.flag == rows.mark)
    limited = ibis.cases((rows.unit == rows.threshold_unit, _compared(rows, rows["value"])), else_=ibis.null("boolean"))
    held = ibis.cases(
        (rows.mark.notnull(), marked), (rows.words.notnull(), rows.text == rows.words.lower()), else_=limited
    )
    return _rows(
        rows, _recent(rows, _fulfilled(rows, held), "date"),
        date_earliest=rows.date_earliest, date_latest=rows.date_latest, value=rows["value"], unit=rows.unit,
        text=rows.text.fill_null(rows.flag),
    )  # fmt: skip


def of_scores(fact_sign: Table, score_total: Table, parameter: Table) -> Table:
    """The newest total of each scale; where a sign asks for it, only those of the newest day over all scales count."""
    signs = _signs(fact_sign, "score", *COMPARED, "within_days", "latest").rename(threshold="value")
    totals = score_total.filter(score_total["value"].notnull())
    newest = first_rows(totals, ["person_id", "instrument"], [totals.date_latest.desc(), totals.score_id])
    rows = signs.inner_join(newest, signs["of"] == newest.instrument)
    rows = rows.cross_join(parameter.select("as_of", "scores_together_days"))
    rows = rows.filter(rows.within_days.isnull() | _in_time(rows, rows.date_latest))
    rows = rows.mutate(found=_recent(rows, _fulfilled(rows, _compared(rows, rows["value"])), "date"))
    rows = rows.filter(rows.found.notnull())
    day = rows.date_latest.max().over(ibis.window(group_by=["person_id", "fact", "latest"]))
    earlier = (days_between(rows.date_latest, day) > rows.scores_together_days).fill_null(False)
    return _rows(
        rows, ibis.cases((rows.latest & earlier, OLD), else_=rows.found),
        date_earliest=rows.date_earliest, date_latest=rows.date_latest, value=rows["value"],
    )  # fmt: skip


def of_items(fact_sign: Table, item: Table, parameter: Table) -> Table:
    """The newest answer to one item of a scale."""
    signs = _signs(fact_sign, "item", *COMPARED, "within_days", "item").rename(threshold="value", number="item")
    answered = item.filter(item["value"].notnull())
    asked = (answered.instrument == signs["of"]) & (answered["item"] == signs.number)
    answered = answered.semi_join(signs, asked)
    newest = first_rows(answered, ["person_id", "instrument", "item"], [answered.date_latest.desc(), answered.score_id])
    rows = signs.inner_join(newest, (signs["of"] == newest.instrument) & (signs.number == newest["item"]))
    rows = rows.cross_join(parameter.select("as_of"))
    rows = rows.filter(rows.within_days.isnull() | _in_time(rows, rows.date_latest))
    held = _compared(rows, rows["value"])
    return _rows(
        rows, _recent(rows, _fulfilled(rows, held), "date"),
        date_earliest=rows.date_earliest, date_latest=rows.date_latest, value=rows["value"],
    )  # fmt: skip


def of_trials(fact_sign: Table, attempt: Table, verdict: Table) -> Table:
    """Verdicts and unmet criteria of trials; absent once every trial that is asked about is settled otherwise."""
    signs = _signs(fact_sign, "trial", "otherwise", "running", "ended", "definition")
    trials = attempt.select(
        "person_id", "trial_id", "role", "state", "basis", "stated_adherence", "start_earliest", "start_latest"
    )
    trials = trials.filter(trials.role == "antidepressant")
    judged = verdict.select(
        "person_id", "trial_id", "definition_id", "verdict", "dose", "duration", "adherence"
    ).inner_join(trials, ["person_id", "trial_id"])
    rows = signs.inner_join(judged, signs.definition == judged.definition_id)
    rows = rows.filter(~rows.running | (rows.state == "running"), ~rows.ended | (rows.state != "running"))
    criterion = ibis.cases(
        (rows["of"] == "dose", rows.dose), (rows["of"] == "duration", rows.duration),
        (rows["of"] == "adherence", rows.adherence), else_=ibis.null("string"),
    )  # fmt: skip
    named = ibis.literal("verdict-") + rows.verdict.replace(" ", "-")
    shown = ibis.cases((criterion.notnull(), criterion == NOT_MET), else_=named == rows["of"])
    # Dates that somebody stated say nothing of doses that were missed.
    borne_out = (rows["of"] != "adherence") | (rows.basis == "dispensed") | (rows.stated_adherence == "yes")
    fulfilled = (criterion == MET) & borne_out.fill_null(False)
    settled = ibis.cases((criterion.notnull(), fulfilled), else_=rows.verdict != "cannot tell")
    rows = rows.mutate(shown=one_if(shown), settled=one_if(settled & ~shown))
    keys = ["person_id", "fact", "sign"]
    left_open = rows.filter(rows.settled == 0).select(*keys, left_open=ibis.literal(True)).distinct()
    rows = rows.left_join(left_open, keys)
    says = ibis.cases(
        (rows.shown == 1, rows["says"]), (rows.left_open.isnull(), rows.otherwise), else_=ibis.null("string")
    )
    return _rows(
        rows, says, date_earliest=rows.start_earliest, date_latest=rows.start_latest, evidence_id=rows.trial_id,
    )  # fmt: skip


def of_definitions(fact_sign: Table, definition_result: Table) -> Table:
    """A definition met or not, or at least so many treatments that count by it.

    Too few in the record is no sign that there were no more: the contrary is said only of somebody whom the definition
    leaves out.
    """
    signs = _signs(fact_sign, "definition", "value").rename(threshold="value")
    results = definition_result.select("person_id", "definition_id", "result", "count_low", "excluded_by")
    rows = signs.inner_join(results, signs["of"] == results.definition_id)
    contrary = ibis.cases((rows["says"] == PRESENT, ABSENT), else_=PRESENT)
    counted = ibis.cases((rows.count_low >= rows.threshold, rows["says"]), else_=ibis.null("string"))
    left_out = (rows.result == NOT_MET) & rows.excluded_by.notnull()
    whole = ibis.cases((rows.result == MET, rows["says"]), (left_out, contrary), else_=ibis.null("string"))
    says = ibis.cases((rows.threshold.notnull(), counted), else_=whole)
    return _rows(rows, says, value=rows.count_low, text=rows.result, evidence_id=rows.definition_id)


def of_interactions(fact_sign: Table, interaction: Table) -> Table:
    """Medicines that touch one another, or a gene; possible where only vague dates let them meet."""
    signs = _signs(fact_sign, "interaction", "running").rename(now="running")
    found = interaction.select(
        "person_id", "interaction_id", "running", "sure", "start_earliest", "start_latest", "evidence_id",
        interaction_kind="kind",
    )  # fmt: skip
    rows = signs.inner_join(found, signs["of"] == found.interaction_kind)
    rows = rows.filter(~rows.now | rows.running)
    says = ibis.cases((~rows.sure & (rows["says"] == PRESENT), POSSIBLE), else_=rows["says"])
    return _rows(
        rows, says, date_earliest=rows.start_earliest, date_latest=rows.start_latest, text=rows.interaction_id,
        evidence_id=rows.evidence_id,
    )  # fmt: skip


def of_regimens(fact_sign: Table, regimen: Table) -> Table:
    """What is taken now as a whole; the contrary only once it is settled of all that is taken."""
    signs = _signs(fact_sign, "regimen", "otherwise")
    rows = signs.inner_join(regimen.rename(found="value"), signs["of"] == regimen.regimen)
    everyone = ibis.window(group_by=["person_id", "fact", "sign"])
    rows = rows.mutate(open_rows=one_if(rows.state != NOT_MET).sum().over(everyone))
    says = ibis.cases(
        (rows.state == MET, rows["says"]), (rows.open_rows == 0, rows.otherwise), else_=ibis.null("string")
    )
    return _rows(
        rows, says, date_earliest=rows.start_earliest, date_latest=rows.start_latest, value=rows.found,
        text=rows.ingredient, evidence_id=rows.trial_id,
    )  # fmt: skip


def of_persons(fact_sign: Table, person: Table, parameter: Table) -> Table:
    """Age in whole years on `as_of`, and the sex the record gives; either way it is told."""
    signs = _signs(fact_sign, "person", *COMPARED).rename(threshold="value")
    rows = signs.cross_join(
        person.select("person_id", "birth_earliest", "birth_latest", "sex", "evidence_id")
    ).cross_join(parameter.select("as_of"))
    oldest, youngest = _years(rows.birth_earliest, rows.as_of), _years(rows.birth_latest, rows.as_of)
    sure = _compared(rows, oldest) == _compared(rows, youngest)
    aged = ibis.cases((sure, _compared(rows, oldest)), else_=ibis.null("boolean"))
    told = rows.sex.isin(["male", "female"])
    sexed = ibis.cases((told, rows.sex == rows["of"]), else_=ibis.null("boolean"))
    held = ibis.cases((rows["of"] == "age", aged), else_=sexed)
    return _rows(rows, _fulfilled(rows, held), text=rows.sex, evidence_id=rows.evidence_id)


def _years(birth: Value, day: Value) -> Value:
    before = (day.month() * 100 + day.day()) < (birth.month() * 100 + birth.day())
    return (day.year() - birth.year() - one_if(before)).cast("float64")


def of_episodes(fact_sign: Table, illness_episode: Table, parameter: Table) -> Table:
    """How many days the present episode has lasted."""
    signs = _signs(fact_sign, "episode", *COMPARED).rename(threshold="value")
    rows = signs.cross_join(illness_episode).cross_join(parameter.select("as_of"))
    longest = days_between(rows.start_earliest, rows.as_of).cast("float64")
    shortest = days_between(rows.start_latest, rows.as_of).cast("float64")
    sure = _compared(rows, longest) == _compared(rows, shortest)
    held = ibis.cases((sure, _compared(rows, shortest)), else_=ibis.null("boolean"))
    return _rows(
        rows, _fulfilled(rows, held), date_earliest=rows.start_earliest, date_latest=rows.start_latest, value=shortest,
        text=rows.basis,
    )  # fmt: skip


def of_answers(fact_answer: Table) -> Table:
    """The answer that counts of each fact; `text` holds who gave it, and what was said of an answer that is old."""
    rows = fact_answer.mutate(sign=ibis.null("int64"), kind=ibis.literal("answer"), of=fact_answer.fact)
    return _rows(
        rows, rows["says"], date_earliest=rows.date_earliest, date_latest=rows.date_latest,
        text=ibis.cases((rows["says"] == OLD, rows.said), else_=rows.by), evidence_id=rows.evidence_id,
    )  # fmt: skip
