"""What was answered of each fact: the answer that counts, who gave it, and whether it still speaks for now."""

import ibis
from ibis.expr.types import Table

from stepwell.facts.signs import ABSENT, OLD, POSSIBLE, UNPROVEN
from stepwell.logic import days_between, first_rows

CLINICIAN, SCREENED = "clinician", "screened"
KEY = ("person_id", "fact")


def fact_answer(answer: Table, fact_event: Table, fact_entry: Table, parameter: Table) -> Table:
    """One row per person and fact that somebody was asked about: the answer that counts.

    That is the newest, but for a no that doesn't settle its fact (`weak`): such a no takes back nothing that still
    holds.

    Args:
        answer: As read.
        fact_event: Scores that bear a no out.
        fact_entry: Knowledge table: how long answers hold, and whose no settles a fact.
        parameter: One row: `as_of` and the rules.

    Returns:
        `said` (yes, no, unsure); `by`: who gave it, or `screened` where a score bears a no out; `holds`: whether it
        still counts (a day that isn't known never surely does, where answers hold only so long); `weak`; `says`:
        present, possible (also a yes of an unknown day), absent, `unproven` (a weak no), `old` (a yes or no that
        doesn't hold), null (unsure).
    """
    rows = _told(answer, fact_entry, parameter).left_join(_screened(fact_event), ["person_id", "no_beside"])
    rows = rows.drop("person_id_right", "no_beside_right")
    denied = (rows.said == "no") & (rows.no_by == CLINICIAN) & (rows.by.fill_null("") != CLINICIAN)
    rows = rows.mutate(
        weak=denied & rows.screened.isnull(),
        by=ibis.cases((denied & rows.screened.notnull(), ibis.literal(SCREENED)), else_=rows.by),
    )
    newest = [rows.date_latest.desc(), rows.evidence_id.desc()]
    rows = first_rows(rows, [*KEY, "weak"], newest)
    stands = ibis.cases((rows.holds & ~rows.weak, 0), else_=1)
    rows = first_rows(rows, list(KEY), [stands, rows.date_latest.desc(), rows.evidence_id.desc()])
    return rows.mutate(says=_says(rows)).select(
        *KEY, "said", "by", "holds", "weak", "says", "date_earliest", "date_latest", "evidence_id"
    )


def _told(answer: Table, fact_entry: Table, parameter: Table) -> Table:
    """Answers to the questions of facts, and whether they hold."""
    entries = fact_entry.select("fact", "yes_says", "yes_days", "no_days", "no_by", "no_beside")
    rows = answer.filter(answer.about.isnull()).inner_join(entries, answer.question == entries.fact)
    rows = rows.cross_join(parameter.select("as_of"))
    rows = rows.mutate(said=rows["value"].lower())
    shorter = ibis.cases((rows.yes_days.isnull() | (rows.no_days < rows.yes_days), rows.no_days), else_=rows.yes_days)
    days = ibis.cases((rows.said == "yes", rows.yes_days), (rows.said == "no", rows.no_days), else_=shorter)
    in_time = (days_between(rows.date_earliest, rows.as_of) <= days).fill_null(False)
    return rows.mutate(holds=days.isnull() | in_time)


def _screened(fact_event: Table) -> Table:
    """Facts that a score says are absent."""
    rows = fact_event.filter((fact_event.kind == "score") & (fact_event["says"] == ABSENT))
    return rows.select("person_id", no_beside="fact", screened=ibis.literal(True)).distinct()


def _says(rows: Table) -> ibis.Value:
    undated = rows.date_earliest.isnull()
    return ibis.cases(
        (~rows.said.isin(["yes", "no"]), ibis.null("string")),
        (~rows.holds & undated & (rows.said == "yes"), POSSIBLE),
        (~rows.holds, OLD),
        (rows.said == "yes", rows.yes_says),
        (rows.weak, UNPROVEN),
        else_=ABSENT,
    )
