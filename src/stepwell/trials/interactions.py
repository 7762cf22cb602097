"""Medicines that stand together and touch one another, and medicines that a gene changes."""

from ibis.expr.types import Table


def interaction(exposure: Table, interaction_entry: Table, drug_group: Table, parameter: Table) -> Table:
    """One row per pair of medicines that stand together, or too soon after one another, and interact.

    Returns:
        `interaction_id`, `kind`, `ingredient` (the one affected) and `other_ingredient`, the interval in
        which they stand together began (`start_*`), `running` (both are taken on `as_of`),
        `evidence_id` and `other_evidence_id`.
    """
    affected = exposure.inner_join(drug_group, "ingredient").rename(affected="drug_group")
    rows = affected.inner_join(interaction_entry, "affected")
    other = exposure.inner_join(drug_group, "ingredient").select(
        "person_id", other="drug_group", other_ingredient="ingredient", other_start="start_earliest",
        other_end="end_latest", other_evidence_id="evidence_id",
    )  # fmt: skip
    rows = rows.inner_join(other, ["person_id", "other"]).cross_join(parameter.select("as_of"))
    rows = rows.filter((rows.start_earliest < rows.other_end) & (rows.other_start < rows.end_latest))
    return rows.select(
        "person_id", "interaction_id", "kind", "ingredient", "other_ingredient", "start_earliest", "start_latest",
        "evidence_id", "other_evidence_id", running=(rows.end_latest > rows.as_of) & (rows.other_end > rows.as_of),
    )  # fmt: skip
