"""The result of each definition for each person."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import MET, NOT_MET, UNKNOWN, first_rows, one_if, plus_days
from stepwell.staging.candidates import reached

KEY = ("person_id", "definition_id")


def definition_result(
    candidate: Table, recorded_drug: Table, condition: Table, diagnosis_answer: Table, definition: Table,
    definition_requirement: Table, definition_exclusion: Table, person: Table,
) -> Table:  # fmt: skip
    """One row per person and definition: met, not met or unknown, and why.

    Args:
        candidate: Index days of all definitions with what they reach.
        recorded_drug: A record without any antidepressant is silent, and its results unknown; one without
            a date may be a further trial, so it widens what may count.
        condition: Conditions that stood on `as_of`.
        diagnosis_answer: What was answered of the conditions that keep a person out.
        definition: Knowledge table.
        definition_requirement: Code sets of which one has to stand before the index.
        definition_exclusion: Code sets that keep a person out.
        person: Everybody.

    Returns:
        `result`, `count_low`, `count_high`, `required`, `strictly_more`, `index_date` (first day it was
        met; null if not), `reached_by` (the entry event that reached it, where a rule knows several),
        `excluded_by` (the code set that keeps the person out), `disputed` (one of which the record says one thing
        and an answer another, so that nothing is met), `lacks_diagnosis` (a diagnosis the rule
        asks for isn't in the record), `no_antidepressant` (none in the record),
        `undated_drugs` (antidepressants that can't be placed in time).
    """
    rows = _with_barriers(candidate, condition, diagnosis_answer, definition_requirement, definition_exclusion)
    rows = rows.mutate(barred=rows.excluded_by.notnull() | rows.lacks_diagnosis)
    rows = rows.mutate(
        place=ibis.cases(
            (rows.reached_low & ~rows.barred & rows.disputed.isnull(), 0),
            (rows.reached_high & ~rows.barred, 1),
            (rows.reached_high, 2),
            else_=3,
        )
    )
    met_on = ibis.cases((rows.place == 0, rows.index_date), else_=ibis.null("date"))
    furthest = [rows.count_high.desc(), rows.count_low.desc()]
    order = [rows.place, met_on, *furthest, rows.index_date, rows.reached_by]
    # Most definitions have one index day: of those there is none to choose.
    best = first_rows(rows.filter(rows.one_of_many), KEY, order).union(rows.filter(~rows.one_of_many))
    base = person.select("person_id").cross_join(
        definition.select("definition_id", "order", "least", "strictly_more", "verified")
    )
    joined = base.left_join(best, list(KEY)).drop(*(f"{key}_right" for key in KEY))
    joined = joined.left_join(recorded_drug, "person_id").drop("person_id_right")
    joined = joined.mutate(
        no_antidepressant=joined.drugs.isnull(),
        undated_drugs=joined.undated_drugs.fill_null(0),
        count_high=joined.count_high.fill_null(0.0) + joined.undated_drugs.fill_null(0),
    )
    barred = joined.excluded_by.notnull() | joined.lacks_diagnosis.fill_null(False)
    undated_may_reach = (joined.undated_drugs > 0) & reached(joined, joined.count_high) & ~barred
    open_ended = (joined.place == 1).fill_null(False) | (joined.no_antidepressant & joined.excluded_by.isnull())
    open_ended |= undated_may_reach
    result = ibis.cases((joined.place == 0, MET), (open_ended, UNKNOWN), else_=NOT_MET)
    return joined.select(
        *KEY, "order", "verified", result=result,
        count_low=joined.count_low.fill_null(0.0), count_high="count_high",
        required="least", strictly_more="strictly_more",
        index_date=ibis.cases((joined.place == 0, joined.index_date), else_=ibis.null("date")),
        reached_by=ibis.cases((joined.reached_high, joined.reached_by), else_=ibis.null("string")),
        excluded_by="excluded_by", disputed="disputed", lacks_diagnosis=joined.lacks_diagnosis.fill_null(False),
        no_antidepressant="no_antidepressant", undated_drugs="undated_drugs",
    )  # fmt: skip


def recorded_drug(exposure: Table, ingredient: Table) -> Table:
    """One row per person with an antidepressant in the record: how many drugs, and how many never dated."""
    ours = ingredient.filter(ingredient.role == "antidepressant").select("ingredient")
    rows = exposure.inner_join(ours, "ingredient")
    placed = rows.start_earliest.notnull() | (rows.status.fill_null("unknown") == "not-taken")
    drugs = rows.group_by(["person_id", "ingredient"]).aggregate(dated=one_if(placed).sum())
    return drugs.group_by("person_id").aggregate(drugs=drugs.count(), undated_drugs=one_if(drugs.dated == 0).sum())


def _with_barriers(
    candidate: Table, condition: Table, diagnosis_answer: Table, requirement: Table, exclusion: Table
) -> Table:
    stands = condition.filter(condition.certainty.fill_null("unknown") != "refuted").select(
        "person_id", "code_set", "status", "end_earliest", condition_start=condition.start_earliest
    )
    rows = candidate.left_join(_excluded(candidate, condition, diagnosis_answer, exclusion), [*KEY, "index_date"])
    rows = rows.drop(*(f"{key}_right" for key in (*KEY, "index_date")))
    rows = rows.left_join(_diagnosed(candidate, stands, requirement), [*KEY, "index_date"])
    rows = rows.drop(*(f"{key}_right" for key in (*KEY, "index_date")))
    asked = requirement.select("definition_id", asked=ibis.literal(True)).distinct()
    rows = rows.left_join(asked, "definition_id").drop("definition_id_right")
    return rows.mutate(lacks_diagnosis=rows.asked.notnull() & rows.diagnosed.isnull())


def _excluded(candidate: Table, condition: Table, diagnosis_answer: Table, exclusion: Table) -> Table:
    """The exclusion that stood on or before each index day, and one that is disputed, each the first by name.

    Undated conditions stand, and so does what was answered: nobody is asked since when. It is disputed where the
    record says one thing and an answer the other.
    """
    days = candidate.select(*KEY, "index_date")
    rows = days.inner_join(exclusion.select("definition_id", "code_set"), "definition_id").inner_join(
        condition.select("person_id", "code_set", "certainty", "start_earliest"), ["person_id", "code_set"]
    )
    refuted = rows.certainty.fill_null("unknown") == "refuted"
    in_time = rows.start_earliest.isnull() | (rows.start_earliest <= rows.index_date)
    shown = rows.filter(refuted | in_time).select(
        *KEY, "index_date", "code_set", said=ibis.cases((refuted, "refuted"), else_="shown")
    )
    answered = days.inner_join(diagnosis_answer, list(KEY)).select(*KEY, "index_date", "code_set", "said")
    rows = shown.union(answered)
    rows = rows.group_by([*KEY, "index_date", "code_set"]).aggregate(
        **{name: one_if(rows.said == name).max() > 0 for name in ("shown", "refuted", "yes", "no")}
    )
    contrary = rows.no | (rows.yes & rows.refuted & ~rows.shown)
    rows = rows.filter(rows.shown | rows.yes).mutate(contrary=contrary)
    return rows.group_by([*KEY, "index_date"]).aggregate(
        excluded_by=rows.code_set.min(where=~rows.contrary), disputed=rows.code_set.min(where=rows.contrary)
    )


def diagnosis_answer(fact_answer: Table, fact_sign: Table, fact_entry: Table, definition_exclusion: Table) -> Table:
    """One row per answer and condition that keeps a person out of a definition: what was `said` of it, yes or no.

    An answer speaks of a fact. The fact means the condition that the first of its signs names, the diagnosis itself;
    one that only stands before narrower facts means none. A yes that only makes the fact possible says nothing.
    """
    shows = fact_sign.filter((fact_sign.kind == "condition") & (fact_sign["says"] == "present"))
    shows = first_rows(shows, ["fact"], [shows["sign"]]).select("fact", code_set="of")
    wider = fact_entry.filter(fact_entry.gate.notnull()).select(fact="gate").distinct()
    named = shows.anti_join(wider, "fact").inner_join(
        definition_exclusion.select("definition_id", "code_set"), "code_set"
    )
    said = fact_answer.filter(fact_answer.holds).select("person_id", "fact", "said")
    rows = said.inner_join(named, "fact").inner_join(fact_entry.select("fact", "yes_says"), "fact")
    rows = rows.filter((rows.said == "no") | ((rows.said == "yes") & (rows.yes_says == "present")))
    return rows.select(*KEY, "code_set", "said")


def _diagnosed(candidate: Table, stands: Table, requirement: Table) -> Table:
    """Index days for which one of the diagnoses asked for stood in time, begun or still going on."""
    rows = candidate.select(*KEY, "index_date").inner_join(
        requirement.select("definition_id", "code_set", "within_days"), "definition_id"
    )
    rows = rows.inner_join(stands, ["person_id", "code_set"])
    begin = plus_days(rows.index_date, -rows.within_days.fill_null(0))
    lasting = (rows.end_earliest > begin).fill_null(rows.status.fill_null("unknown") == "active")
    in_time = rows.within_days.isnull() | (rows.condition_start >= begin) | lasting
    rows = rows.filter(in_time & (rows.condition_start.isnull() | (rows.condition_start <= rows.index_date)))
    return rows.select(*KEY, "index_date", diagnosed=ibis.literal(True)).distinct()
