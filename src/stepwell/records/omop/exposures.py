"""Exposures from `drug_exposure`: what is handed out, ordered, given or stated, with its days and its dose.

The meaning is that of the other readers. Days' supply gives the end, and with quantity and strength the dose.
`verbatim_end_date` is the day on which it was stopped. `drug_exposure_end_date` has to be filled, and where the
data don't tell, it is filled by guess (30 days for any prescription, by convention); so it isn't taken for an end
unless inference is asked for, and is then marked.
"""

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from stepwell.logic import days_between, plus_days
from stepwell.records.omop.drugs import DRUGS, drug_concepts, drugs_of
from stepwell.records.omop.joins import beside, coded, dated, day_after, keyed, named, types, where_all_known

EXPOSED = "resolved_in_drug_exposure"
"""Name of the table of `exposed_to` once it has been written out."""


def exposed_to(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """One row per way in which exposures are coded (`std`, `src`) and ingredient of ours in it."""
    drug = knowledge.get(DRUGS)
    drug = drug_concepts(tables, knowledge) if drug is None else drug
    return drugs_of(coded(tables, knowledge, "drug_exposure", "drug"), drug)


def exposure(tables: Mapping[str, Table], knowledge: Mapping[str, Table], *, infer: bool) -> Table:
    """One row per row of `drug_exposure` and ingredient of ours in it."""
    found = knowledge.get(EXPOSED)
    found = exposed_to(tables, knowledge) if found is None else found
    rows = keyed(_datable(tables), "drug").inner_join(found, ["std", "src"])
    rows = beside(rows, types(knowledge, "basis", "drug_type_concept_id", "basis"), "drug_type_concept_id")
    rows = rows.mutate(basis=rows.basis.fill_null("stated")).cross_join(knowledge["omop_rule"])
    rows = _with_reason(rows, knowledge)
    rows = _with_end(_with_days(rows))
    rows = _inferred(rows) if infer else rows.mutate(inferred=ibis.null("string"))
    return _with_dose(rows).mutate(
        **dated("start", rows.drug_exposure_start_date),
        evidence_id=named("drug_exposure", rows.drug_exposure_id),
        adherence=ibis.null("string"), reported_outcome=ibis.null("string"), order_evidence_id=ibis.null("string"),
    )  # fmt: skip


def _datable(tables: Mapping[str, Table]) -> Table:
    """`drug_exposure`, without a date that lies after the last day on which anybody was observed: it can't be right.

    Where of somebody it isn't known until when they were observed, any date can be right.
    """
    rows = tables["drug_exposure"]
    if "observation_period" not in tables:
        return rows
    watched = tables["observation_period"]
    end = watched.observation_period_end_date
    rows = rows.cross_join(watched.aggregate(last_day=where_all_known(end, end.max())))
    start = rows.drug_exposure_start_date
    possible = ibis.cases((start > rows.last_day, ibis.null("date")), else_=start)
    return rows.mutate(drug_exposure_start_date=possible).drop("last_day")


def _with_reason(rows: Table, knowledge: Mapping[str, Table]) -> Table:
    """With `stop_reason`, `other` where the words are none of ours, and `status`."""
    said = rows.stop_reason.lower().strip().nullif("")
    rows = rows.mutate(said=said).drop("stop_reason")
    rows = beside(rows, knowledge["omop_stop_reason"], "said")
    reason = ibis.cases((rows.said.isnull(), ibis.null("string")), else_=rows.reason.fill_null("other"))
    ended = rows.basis.isin(["dispensed", "administered"]) | rows.verbatim_end_date.notnull()
    status = ibis.cases((rows.said.notnull(), "stopped"), (ended, "completed"), else_="unknown")
    return rows.mutate(stop_reason=reason, status=status).drop("reason", "said")


def _with_days(rows: Table) -> Table:
    """With `days`, the days' supply, and `times`, how often it may be handed out; unknown where it isn't plausible."""
    whole = rows.days_supply == rows.days_supply.floor()
    plausible = whole & (rows.days_supply >= 1) & (rows.days_supply <= rows.longest_supply_days)
    days = ibis.cases((plausible, rows.days_supply.cast("int64")), else_=ibis.null("int64"))
    again = (rows.basis == "ordered") & (rows.refills > 0) & (rows.refills < rows.longest_supply_days)
    return rows.mutate(days=days, times=ibis.cases((again, rows.refills + 1), else_=1))


def _with_end(rows: Table) -> Table:
    """With the first day no longer covered: at the earliest, and at the latest (null: not known)."""
    start = rows.drug_exposure_start_date
    stopped = ibis.cases((rows.verbatim_end_date >= start, day_after(rows.verbatim_end_date)), else_=ibis.null("date"))
    rows = rows.mutate(
        stopped=stopped, supplied=plus_days(start, rows.days), refilled=plus_days(start, rows.days * rows.times)
    )
    given = ibis.cases(
        (rows.drug_exposure_end_date > start, day_after(rows.drug_exposure_end_date)), else_=day_after(start)
    )
    # A supply that was stopped early ended then; what is handed out doesn't last longer for being stopped later.
    handed = ibis.cases((rows.stopped.isnull() | (rows.supplied < rows.stopped), rows.supplied), else_=rows.stopped)
    end = ibis.cases(
        (rows.basis == "administered", given),
        (rows.basis == "dispensed", handed.fill_null(rows.stopped)),
        else_=rows.stopped.fill_null(rows.supplied),
    )
    latest = ibis.cases((rows.basis == "ordered", rows.stopped.fill_null(rows.refilled)), else_=end)
    return rows.mutate(end_earliest=end.fill_null(day_after(start)), end_latest=latest)


def _inferred(rows: Table) -> Table:
    """With the end inferred where it isn't known, and `inferred` saying so; a dose is never inferred.

    By the end that the source fills in, if it lies after the first day; else by the quantity of tablets, capsules or
    patches, at `units-per-day`.
    """
    start = rows.drug_exposure_start_date
    lasts = (rows.quantity / rows.units_per_day).floor()
    counted = (rows.counted == "count") & (lasts >= 1) & (lasts <= rows.longest_supply_days)
    filled = (rows.drug_exposure_end_date > start) & (
        days_between(start, rows.drug_exposure_end_date) < rows.longest_supply_days
    )
    guess = ibis.cases(
        (filled, day_after(rows.drug_exposure_end_date)),
        (counted, plus_days(start, ibis.cases((counted, lasts), else_=1.0).cast("int64"))),
        else_=ibis.null("date"),
    )
    rows = rows.mutate(guess=ibis.cases((rows.end_latest.isnull(), guess), else_=ibis.null("date")))
    return rows.mutate(
        end_earliest=rows.guess.fill_null(rows.end_earliest),
        end_latest=rows.guess.fill_null(rows.end_latest),
        inferred=ibis.cases((rows.guess.notnull(), "days"), else_=ibis.null("string")),
    )


def _with_dose(rows: Table) -> Table:
    """With the dose per day if what is handed out lasts as long as said."""
    counts = (rows.quantity > 0) & rows.days.notnull() & (rows.basis != "administered")
    dose = ibis.cases((counts, (rows.quantity * rows.content / rows.days).round(9)), else_=ibis.null("float64"))
    rows = rows.mutate(dose=dose)
    known = rows.dose.notnull()
    return rows.mutate(
        dose_per_day_low=rows.dose, dose_per_day_high=rows.dose,
        dose_unit=ibis.cases((known, rows.dose_unit), else_=ibis.null("string")),
        dose_basis=ibis.cases((known, "quantity and days' supply"), else_="unknown"),
    )  # fmt: skip
