"""The result of each definition for each person."""

import ibis
from ibis.expr.types import Table

from stepwell.logic import MET, NOT_MET, UNKNOWN, first_rows, one_if, plus_days
from stepwell.staging.candidates import reached

KEY = ("person_id", "definition_id")


def definition_result(
    candidate: Table, recorded_drug: Table, condition: Table, definition: Table,
    definition_requirement: Table, definition_exclusion: Table, person: Table,
) -> Table:  # fmt: skip
    """One row per person and definition: met, not met or unknown, and why.

    Args:
        candidate: Index days of all definitions with what they reach.
        recorded_drug: A record without any antidepressant is silent, and its results unknown; one without
            a date may be a further trial, so it widens what may count.
        condition: Conditions that stood on `as_of`.
        definition: Knowledge table.
        definition_requirement: Code sets of which one has to stand before the index.
        definition_exclusion: Code sets that keep a person out.
        person: Everybody.

    Returns:
        `result`, `count_low`, `count_high`, `required`, `strictly_more`, `index_date` (first day it was
        met; null if not), `reached_by` (the entry event that reached it, where a rule knows several),
        `excluded_by` (the code set that keeps the person out), `lacks_diagnosis` (a diagnosis the rule
        asks for isn't in the record), `no_antidepressant` (none in the record),
        `undated_drugs` (antidepressants that can't be placed in time).
    """
    rows = _with_barriers(candidate, condition, definition_requirement, definition_exclusion)
    rows = rows.mutate(barred=rows.excluded_by.notnull() | rows.lacks_diagnosis)
    rows = rows.mutate(
        place=ibis.cases(
            (rows.reached_low & ~rows.barred, 0), (rows.reached_high & ~rows.barred, 1), (rows.reached_high, 2), else_=3
        )
    )
    met_on = ibis.cases((rows.place == 0, rows.index_date), else_=ibis.null("date"))
    furthest = [rows.count_high.desc(), rows.count_low.desc()]
    best = first_rows(rows, KEY, [rows.place, met_on, *furthest, rows.index_date, rows.reached_by])
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
        excluded_by="excluded_by", lacks_diagnosis=joined.lacks_diagnosis.fill_null(False),
        no_antidepressant="no_antidepressant", undated_drugs="undated_drugs",
    )  # fmt: skip


def recorded_drug(exposure: Table, ingredient: Table) -> Table:
    """One row per person with an antidepressant in the record: how many drugs, and how many never dated."""
    ours = ingredient.filter(ingredient.role == "antidepressant").select("ingredient")
    rows = exposure.inner_join(ours, "ingredient")
    placed = rows.start_earliest.notnull() | (rows.status.fill_null("unknown") == "not-taken")
    drugs = rows.group_by(["person_id", "ingredient"]).aggregate(dated=one_if(placed).sum())
    return drugs.group_by("person_id").aggregate(drugs=drugs.count(), undated_drugs=one_if(drugs.dated == 0).sum())


def _with_barriers(candidate: Table, condition: Table, requirement: Table, exclusion: Table) -> Table:
    stands = condition.filter(condition.certainty.fill_null("unknown") != "refuted").select(
        "person_id", "code_set", "status", "end_earliest", condition_start=condition.start_earliest
    )
    rows = candidate.left_join(_excluded(candidate, stands, exclusion), [*KEY, "index_date"])
    rows = rows.drop(*(f"{key}_right" for key in (*KEY, "index_date")))
    rows = rows.left_join(_diagnosed(candidate, stands, requirement), [*KEY, "index_date"])
    rows = rows.drop(*(f"{key}_right" for key in (*KEY, "index_date")))
    asked = requirement.select("definition_id", asked=ibis.literal(True)).distinct()
    rows = rows.left_join(asked, "definition_id").drop("definition_id_right")
    return rows.mutate(lacks_diagnosis=rows.asked.notnull() & rows.diagnosed.isnull())


def _excluded(candidate: Table, stands: Table, exclusion: Table) -> Table:
    """The exclusion that stood on or before each index day, first by name; undated ones stand too."""
    rows = candidate.select(*KEY, "index_date").inner_join(
        exclusion.select("definition_id", "code_set"), "definition_id"
    )
    rows = rows.inner_join(stands, ["person_id", "code_set"])
    rows = rows.filter(rows.condition_start.isnull() | (rows.condition_start <= rows.index_date))
    return rows.group_by([*KEY, "index_date"]).aggregate(excluded_by=rows.code_set.min())


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
