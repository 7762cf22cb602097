"""Medicines that stand together and touch one another, and medicines that a gene changes."""

from functools import reduce

import ibis
from ibis import Value
from ibis.expr.types import BooleanValue, DateValue, Table

from stepwell.logic import days_between, first_rows, one_if, plus_days

COLUMNS = (
    "person_id", "interaction_id", "kind", "ingredient", "other_ingredient", "start_earliest", "start_latest",
    "running", "sure", "evidence_id", "other_evidence_id",
)  # fmt: skip

GENES = ("cyp2d6", "cyp2c19", "cyp2b6")
NOT_TESTED = "no result"
"""What the gene table says of a gene that wasn't tested."""

UNDATED = ibis.date(1900, 1, 1)
"""The first day on which something without a date may have begun."""


def interaction(medicine_span: Table, medicine_pair: Table, phenotype: Table, gene_drug_entry: Table) -> Table:
    """One row per interaction, row of the affected medicine and other medicine, or gene and medicine.

    Args:
        medicine_span: From `medicine_span`.
        medicine_pair: From `medicine_pair`.
        phenotype: From `phenotype`.
        gene_drug_entry: Knowledge table of medicines by phenotype.

    Returns:
        `interaction_id`, its `kind`, `ingredient` (the one affected) and `other_ingredient` (null for a gene), since
        when they stand together (`start_*`, null where it isn't known; for a washout the start of the other),
        `running` (perhaps together on `as_of`), `sure` (surely so, else surely at some time), `evidence_id`,
        `other_evidence_id`. Of several rows of the other medicine the one that stands today comes first, then the
        earliest.
    """
    pairs = _pairs(medicine_span, medicine_pair)
    found = ibis.union(
        _together(pairs.filter(pairs.kind != "washout")),
        _too_soon(pairs.filter(pairs.kind == "washout")),
        _genes(medicine_span, gene_drug_entry, phenotype),
    )
    keys = ["person_id", "interaction_id", "kind", "ingredient", "evidence_id", "other_ingredient"]
    order = [
        one_if(found.running).desc(), one_if(found.sure).desc(), found.start_earliest.fill_null(UNDATED),
        found.start_latest.fill_null(UNDATED), found.other_evidence_id,
    ]  # fmt: skip
    return first_rows(found, keys, order).select(*COLUMNS)


def medicine_span(exposure: Table, parameter: Table) -> Table:
    """One row per exposure with the days on which it was surely, and perhaps, taken, none of them after `as_of`.

    What was said not to be taken isn't here. Something stopped whose last day isn't known was perhaps taken until
    the day before `as_of`; what is active and has no end is surely taken on `as_of`.

    Returns:
        `sure_start`, `sure_end`, `may_start`, `may_end`, half open; `start_*` as the record has them.
    """
    status = exposure.status.fill_null("unknown")
    rows = exposure.filter(status != "not-taken").select(
        "person_id", "ingredient", "start_earliest", "start_latest", "end_earliest", "end_latest", "status",
        "evidence_id",
    ).cross_join(parameter.select("as_of"))  # fmt: skip
    status = rows.status.fill_null("unknown")
    tomorrow, nothing = plus_days(rows.as_of, 1), ibis.null("date")
    active = status == "active"
    last = ibis.cases((status.isin(["stopped", "completed"]), rows.as_of), else_=tomorrow)
    rows = rows.mutate(
        sure_start=rows.start_latest.fill_null(ibis.cases((active, rows.as_of), else_=nothing)),
        may_start=rows.start_earliest.fill_null(UNDATED),
        may_end=_earlier(rows.end_latest.fill_null(last), tomorrow),
        open_end=ibis.cases((active & rows.end_latest.isnull(), tomorrow), else_=nothing),
    )
    known_end = rows.open_end.fill_null(rows.end_earliest).fill_null(plus_days(rows.sure_start, 1))
    return rows.mutate(sure_end=_earlier(known_end, tomorrow)).drop("status", "end_earliest", "end_latest", "open_end")


def medicine_pair(medicine_span: Table, interaction_entry: Table, drug_group: Table) -> Table:
    """One row per interaction and two medicines of a person that it names, whenever they were taken.

    Found before their rows are paired: a medicine that was dispensed every month stands in many.
    """
    affected = drug_group.select("ingredient", affected="drug_group")
    other = drug_group.select(other_ingredient="ingredient", other="drug_group")
    named = interaction_entry.inner_join(affected, "affected").inner_join(other, "other")
    named = named.filter(named.ingredient != named.other_ingredient).select(
        "ingredient", "other_ingredient", "interaction_id", "kind", "wait_days"
    )
    taken = medicine_span.select("person_id", "ingredient").distinct()
    others = taken.select("person_id", other_ingredient="ingredient")
    return taken.inner_join(others, "person_id").inner_join(named, ["ingredient", "other_ingredient"])


def _earlier(one: DateValue, other: DateValue) -> DateValue:
    """The earlier day; null if either is, which `least` isn't on every engine."""
    return ibis.cases((one <= other, one), (one > other, other), else_=ibis.null("date"))


def _later(one: DateValue, other: DateValue) -> DateValue:
    return ibis.cases((one >= other, one), (one < other, other), else_=ibis.null("date"))


def _pairs(spans: Table, medicine_pair: Table) -> Table:
    """Each two rows of medicines that an interaction names, whenever they were taken."""
    ours = medicine_pair.inner_join(spans, ["person_id", "ingredient"])
    theirs = spans.select(
        "person_id", other_ingredient="ingredient", other_start_earliest="start_earliest",
        other_start_latest="start_latest", other_sure_start="sure_start", other_may_start="may_start",
        other_sure_end="sure_end", other_may_end="may_end", other_evidence_id="evidence_id",
    )  # fmt: skip
    return ours.inner_join(theirs, ["person_id", "other_ingredient"])


def _together(rows: Table) -> Table:
    """Two medicines whose days overlap."""
    perhaps = (rows.may_start < rows.other_may_end) & (rows.other_may_start < rows.may_end)
    surely = (rows.sure_start < rows.other_sure_end) & (rows.other_sure_start < rows.sure_end)
    rows = rows.mutate(surely=surely.fill_null(False)).filter(perhaps)
    now = (rows.may_end > rows.as_of) & (rows.other_may_end > rows.as_of)
    surely_now = (rows.sure_end > rows.as_of) & (rows.other_sure_end > rows.as_of) & rows.surely
    return _found(
        rows, running=now, sure=ibis.cases((now, surely_now.fill_null(False)), else_=rows.surely),
        start_earliest=_later(rows.start_earliest, rows.other_start_earliest),
        start_latest=_later(rows.start_latest, rows.other_start_latest),
    )  # fmt: skip


def _too_soon(rows: Table) -> Table:
    """The other medicine began after the affected one did, and less than `wait_days` after it ended."""
    rows = rows.filter(rows.start_earliest.notnull() & rows.other_start_earliest.notnull())
    rows = rows.filter(rows.other_start_latest >= rows.start_earliest)
    rows = rows.mutate(
        shortest=days_between(rows.may_end, rows.other_may_start),
        longest=days_between(rows.sure_end, rows.other_sure_start),
    )
    rows = rows.filter(rows.shortest < rows.wait_days)
    after = rows.other_start_earliest >= rows.start_latest
    waiting = days_between(rows.may_end, rows.as_of) < rows.wait_days
    return _found(
        rows, running=waiting & (rows.other_may_end > rows.as_of),
        sure=((rows.longest < rows.wait_days) & after).fill_null(False),
        start_earliest=rows.other_start_earliest, start_latest=rows.other_start_latest,
    )  # fmt: skip


def _found(rows: Table, **found: Value) -> Table:
    return rows.mutate(**found).select(*COLUMNS)


def phenotype(lab: Table, answer: Table) -> Table:
    """One row per person with a phenotype of any gene.

    Args:
        lab: Results; those of the genes are read in words.
        answer: Answers; one to `GENE-phenotype` is read where no result of the gene stands.

    Returns:
        For each gene `has_GENE`, the phenotype (null: not known), and `row_GENE`, the newest row that says so.
    """
    names = [f"{gene}-phenotype" for gene in GENES]
    tested = lab.filter(lab.lab.isin(names) & lab.text.notnull())
    said = answer.filter(answer.question.isin(names) & (answer["value"].lower() != "unsure"))
    told = ibis.union(
        tested.select("person_id", "date_latest", "evidence_id", place=ibis.literal(0), gene=tested.lab,
                      phenotype=_named(tested.text)),
        said.select("person_id", "date_latest", "evidence_id", place=ibis.literal(1), gene=said.question,
                    phenotype=_named(said["value"])),
    )  # fmt: skip
    order = [told.place, told.date_latest.fill_null(UNDATED).desc(), told.evidence_id, told.phenotype]
    newest = first_rows(told, ["person_id", "gene"], order)
    return newest.group_by("person_id").aggregate(
        **{f"has_{gene}": newest.phenotype.max(where=newest.gene == f"{gene}-phenotype") for gene in GENES},
        **{f"row_{gene}": newest.evidence_id.max(where=newest.gene == f"{gene}-phenotype") for gene in GENES},
    )


def _named(text: Value) -> Value:
    """A phenotype as the gene table writes it, without the gene, in American spelling."""
    words = text.lower().replace("metaboliser", "metabolizer").replace("ultra-rapid", "ultrarapid")
    words = words.replace("extensive metabolizer", "normal metabolizer")
    return reduce(lambda found, gene: found.replace(gene, ""), GENES, words).strip()


def _genes(spans: Table, gene_drug_entry: Table, phenotype: Table) -> Table:
    """Medicines for which the guideline asks a change, or expects a low or high level; one row of each that is taken.

    A gene that wasn't tested is matched with the rows for no result; at least one has to be known.
    """
    rows = spans.inner_join(gene_drug_entry, "ingredient").inner_join(phenotype, "person_id")
    rows = rows.filter(*(_fits(rows, gene) for gene in GENES))
    known = [rows[gene].notnull() & rows[f"has_{gene}"].notnull() for gene in GENES]
    rows = rows.filter(reduce(lambda one, other: one | other, known))
    rows = rows.mutate(
        running=rows.may_end > rows.as_of,
        sure=ibis.cases((rows.may_end > rows.as_of, rows.sure_end > rows.as_of), else_=True).fill_null(False),
        interaction_id=ibis.literal("gene-drug-") + rows.place.cast("string"),
        other_ingredient=ibis.null("string"),
        other_evidence_id=ibis.coalesce(
            *(ibis.cases((rows[gene].notnull(), rows[f"row_{gene}"]), else_=ibis.null("string")) for gene in GENES)
        ),
    )
    order = [one_if(rows.running).desc(), one_if(rows.sure).desc(), rows.may_start, rows.evidence_id, rows.start_latest]
    rows = first_rows(rows, ["person_id", "interaction_id"], order)
    kinds = {
        "gene-change": rows.change,
        "gene-level-low": rows.expected == "level low",
        "gene-level-high": rows.expected == "level high",
    }
    return ibis.union(
        *(rows.filter(holds).mutate(kind=ibis.literal(kind)).select(*COLUMNS) for kind, holds in kinds.items())
    )


def _fits(rows: Table, gene: str) -> BooleanValue:
    return rows[gene].isnull() | (rows[gene] == rows[f"has_{gene}"].fill_null(NOT_TESTED))
