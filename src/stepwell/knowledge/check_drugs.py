"""Holds ingredients, formulations, doses, products and traps against each other."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from stepwell.knowledge.load import Knowledge

PHENOTYPES = (
    "poor metabolizer", "likely poor metabolizer", "intermediate metabolizer", "likely intermediate metabolizer",
    "normal metabolizer", "rapid metabolizer", "ultrarapid metabolizer", "indeterminate", "no result",
)  # fmt: skip
"""Phenotypes of a gene as CPIC names them, in small letters; `no result`: the gene wasn't tested."""


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every name that is missing, unit that differs, default that isn't single, product that is incomplete."""
    yield from _formulations(knowledge)
    yield from _doses(knowledge)
    yield from _dose_order(knowledge)
    yield from _products(knowledge)
    yield from _drug_sets(knowledge)
    yield from _interactions(knowledge)
    yield from _gene_drugs(knowledge)
    yield from _dose_limits(knowledge)


def _formulations(knowledge: Knowledge) -> Iterator[str]:
    known = {ingredient.id for ingredient in knowledge.ingredients}
    defaults = Counter(row.ingredient for row in knowledge.formulations if row.default)
    for line, row in enumerate(knowledge.formulations, 2):
        if row.ingredient not in known:
            yield _unknown("formulations", line, "ingredient", row.ingredient, "ingredients.csv")
    for ingredient in knowledge.ingredients:
        # What makes no trial has no dose to hold against a limit, so it needs no formulation.
        if defaults[ingredient.id] != 1 and not (ingredient.role == "other" and not defaults[ingredient.id]):
            yield (
                f"drugs/formulations.csv: {ingredient.id} has {defaults[ingredient.id]} default formulations; "
                "allowed: one, used when only the ingredient is known."
            )


def _doses(knowledge: Knowledge) -> Iterator[str]:
    units = {(row.ingredient, row.formulation): row.dose_unit for row in knowledge.formulations}
    tables = {table.id for table in knowledge.dose_tables}
    for line, row in enumerate(knowledge.doses, 2):
        unit = units.get((row.ingredient, row.formulation))
        if unit is None:
            yield _unknown("doses", line, "formulation", f"{row.ingredient}, {row.formulation}", "formulations.csv")
        elif row.unit != unit:
            yield f"drugs/doses.csv, line {line}, unit: found {row.unit!r}; allowed: {unit!r}, that of the formulation."
        if row.dose_table not in tables:
            yield _unknown("doses", line, "dose_table", row.dose_table, "dose_tables.toml")


def _dose_order(knowledge: Knowledge) -> Iterator[str]:
    """A minimum above the highest licensed dose is a slip of the pen."""
    highest = {(r.ingredient, r.formulation): r.value for r in knowledge.doses if r.kind == "highest licensed"}
    for line, row in enumerate(knowledge.doses, 2):
        most = highest.get((row.ingredient, row.formulation))
        if row.kind == "minimum adequate" and most is not None and row.value > most:
            yield (
                f"drugs/doses.csv, line {line}, value: found {row.value:g} {row.unit}; "
                f"allowed: at most {most:g}, the highest licensed dose."
            )


def _products(knowledge: Knowledge) -> Iterator[str]:
    ingredients = {ingredient.id for ingredient in knowledge.ingredients}
    formulations = {(row.ingredient, row.formulation) for row in knowledge.formulations}
    traps = {trap.id for trap in knowledge.traps}
    components: dict[str, list[int]] = defaultdict(list)
    for line, row in enumerate(knowledge.products, 2):
        components[row.rxcui].append(row.component)
        if row.ingredient not in ingredients:
            yield _unknown("products", line, "ingredient", row.ingredient, "ingredients.csv")
        elif row.formulation is not None and (row.ingredient, row.formulation) not in formulations:
            yield _unknown("products", line, "formulation", f"{row.ingredient}, {row.formulation}", "formulations.csv")
        if row.trap is not None and row.trap not in traps:
            yield _unknown("products", line, "trap", row.trap, "traps.toml")
        if (row.strength is None) != (row.strength_unit is None):
            yield f"drugs/products.csv, line {line}: strength and strength_unit stand together, or neither."
    for line, row in enumerate(knowledge.products, 2):
        if sorted(components[row.rxcui]) != list(range(1, row.components + 1)):
            yield (
                f"drugs/products.csv, line {line}, component: {row.rxcui} has components "
                f"{sorted(components[row.rxcui])}; allowed: one row for each of 1 to {row.components}."
            )


def _drug_sets(knowledge: Knowledge) -> Iterator[str]:
    known = {ingredient.id for ingredient in knowledge.ingredients}
    for where, row in knowledge.placed("drug_sets"):
        if row.ingredient not in known:
            yield f"{where}, ingredient: found {row.ingredient!r}; allowed: one of drugs/ingredients.csv."


def _interactions(knowledge: Knowledge) -> Iterator[str]:
    groups = {row.id for row in knowledge.ingredients} | {row.drug_set for row in knowledge.drug_sets}
    for where, row in knowledge.placed("interactions"):
        for field in ("affected", "other"):
            if (found := getattr(row, field)) not in groups:
                yield f"{where}, {field}: found {found!r}; allowed: a drug set or an ingredient of drugs/."
        if (row.kind == "washout") != (row.wait_days is not None):
            yield f"{where}, wait_days: a washout needs them, and nothing else may have them."


def _gene_drugs(knowledge: Knowledge) -> Iterator[str]:
    known = {ingredient.id for ingredient in knowledge.ingredients}
    for where, row in knowledge.placed("gene_drugs"):
        if row.ingredient not in known:
            yield f"{where}, ingredient: found {row.ingredient!r}; allowed: one of drugs/ingredients.csv."
        if (row.cyp2d6, row.cyp2c19, row.cyp2b6) == (None, None, None):
            yield f"{where}: no phenotype stands; a row needs at least one."
        for gene in ("cyp2d6", "cyp2c19", "cyp2b6"):
            phenotype = getattr(row, gene)
            if phenotype is not None and phenotype not in PHENOTYPES:
                yield f"{where}, {gene}: found {phenotype!r}; allowed: {', '.join(PHENOTYPES)}."


def _dose_limits(knowledge: Knowledge) -> Iterator[str]:
    units = {(row.ingredient, row.dose_unit) for row in knowledge.formulations}
    for where, row in knowledge.placed("dose_limits"):
        if (row.ingredient, row.unit) not in units:
            yield f"{where}: {row.ingredient} has no formulation in {row.unit}; allowed: one of drugs/formulations.csv."


def _unknown(file: str, line: int, field: str, found: str, allowed: str) -> str:
    return f"drugs/{file}.csv, line {line}, {field}: found {found!r}; allowed: one of drugs/{allowed}."
