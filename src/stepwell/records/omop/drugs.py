"""Which drugs of ours a drug concept is, and how much of them one unit of it holds: one small table.

A concept is, in this order: a product whose code we know; a product below one in the hierarchy (a branded
product below its clinical drug), which is the same; else a drug with one of our ingredients, whose strength
stands in `drug_strength` and whose dose form stands in its name; else what its name says (see `words`). A pack
holds several strengths, so its strength is unknown.
"""

from collections.abc import Mapping

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.logic import first_rows
from stepwell.records.omop.knowledge import INGREDIENT, PRODUCT

MEANING = ("ingredient", "formulation", "product", "content", "counted", "dose_unit", "trap", "coded_by")
"""What is said of a drug concept."""

DRUGS = "resolved_drug"
"""Name of the table of `drug_concepts` once it has been written out."""

MCG_PER_MG = 1000.0
MG_PER_G = 1000.0
HOURS_PER_DAY = 24.0


def drug_concepts(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """One row per (drug concept, ingredient of ours in it): `concept_id`, `level` (product, ingredient), `MEANING`."""
    found = _known(tables, knowledge)
    links = _links(tables, found)
    if links is not None:
        products = found.filter(found.level == PRODUCT)
        found = ibis.union(found, _below_products(tables, links, products))
        found = ibis.union(found, _by_ingredient(tables, knowledge, links, found))
    worded = knowledge["omop_worded_drug"].anti_join(found, "concept_id")
    return ibis.union(found, worded.select(found.columns))


def _known(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table:
    """The concepts of codes that we know, and of ingredients by the name of the concept."""
    ids = knowledge["omop_ingredient"]
    ids = ids.filter(ids.concept_id.notnull()).select("concept_id", "ingredient", "dose_unit").distinct()
    by_id = ids.select("concept_id", *_bare(ids, "code"))
    if "concept" not in tables:
        return by_id
    product, concept = knowledge["omop_product"], tables["concept"]
    coded = concept.inner_join(product, ["vocabulary_id", "concept_code"])
    coded = coded.mutate(coded_by=ibis.literal("code")).select("concept_id", "level", *MEANING)
    by_id = by_id.anti_join(coded, "concept_id").select(coded.columns)
    coded = ibis.union(coded, by_id)
    name = concept.filter(concept.concept_class_id == "Ingredient")
    name = name.mutate(name=name.concept_name.lower()).select("concept_id", "name")
    named = name.inner_join(knowledge["omop_ingredient"].drop("concept_id"), "name").anti_join(coded, "concept_id")
    return ibis.union(coded, named.select("concept_id", *_bare(named, "text")).select(coded.columns))


def _bare(rows: Table, coded_by: str) -> list[Value]:
    """What is said of an ingredient alone."""
    nothing = {name: ibis.null("string") for name in ("formulation", "product", "trap")}
    said = {
        "level": ibis.literal(INGREDIENT), "ingredient": rows.ingredient, **nothing,
        "content": ibis.null("float64"), "counted": ibis.literal("count"), "dose_unit": rows.dose_unit,
        "coded_by": ibis.literal(coded_by),
    }  # fmt: skip
    return [value.name(name) for name, value in said.items()]


# --- hierarchy -------------------------------------------------------------------------------------


def _links(tables: Mapping[str, Table], known: Table) -> Table | None:
    """`above`, a concept that we know, and `concept_id`, one below it, with the `distance`; None without vocabulary."""
    above = known.select(above="concept_id").distinct()
    found = []
    if "concept_ancestor" in tables:
        rows = tables["concept_ancestor"].rename(above="ancestor_concept_id", concept_id="descendant_concept_id")
        found.append(rows.mutate(distance=rows.min_levels_of_separation.fill_null(1)))
    if "drug_strength" in tables:
        rows = tables["drug_strength"].rename(above="ingredient_concept_id", concept_id="drug_concept_id")
        found.append(rows.mutate(distance=ibis.literal(1, type="int64")))
    if not found:
        return None
    rows = ibis.union(*(one.select("above", "concept_id", "distance") for one in found), distinct=True)
    return rows.semi_join(above, "above").anti_join(known, "concept_id")


def _below_products(tables: Mapping[str, Table], links: Table, products: Table) -> Table:
    """What is below one product of ours is that product; below two that are equally near it isn't told which."""
    near = links.inner_join(products.select(above="concept_id", product="product").distinct(), "above")
    if "concept" in tables:
        near = near.anti_join(_packs(tables), "concept_id")
    nearest = near.group_by("concept_id").aggregate(distance=near.distance.min())
    near = near.inner_join(nearest, ["concept_id", "distance"])
    one = near.group_by("concept_id").aggregate(products=near["product"].nunique(), above=near.above.min())
    one = one.filter(one.products == 1).select("concept_id", "above")
    rows = one.inner_join(products.rename(above="concept_id"), "above")
    return rows.select(products.columns)


def _packs(tables: Mapping[str, Table]) -> Table:
    concept = tables["concept"]
    return concept.filter(concept.concept_class_id.contains("Pack")).select("concept_id")


def _by_ingredient(
    tables: Mapping[str, Table], knowledge: Mapping[str, Table], links: Table, found: Table
) -> Table:  # fmt: skip
    """Concepts below one of our ingredients that aren't below a product of ours."""
    ingredients = found.filter(found.level == INGREDIENT)
    ingredients = ingredients.select("ingredient", "dose_unit", "coded_by", above="concept_id")
    rows = links.select("above", "concept_id").distinct().anti_join(found, "concept_id")
    rows = rows.inner_join(ingredients, "above")
    if "concept" not in tables:
        return rows.select("concept_id", *_bare(rows, "code")).select(found.columns)
    rows = _with_strength(tables, rows)
    concept = tables["concept"].select("concept_id", "concept_code", name=tables["concept"].concept_name.lower())
    rows = _with_form(knowledge, rows.inner_join(concept, "concept_id"))
    return rows.select(
        "concept_id", "ingredient", "formulation", "trap", "coded_by", "dose_unit",
        level=ibis.literal(INGREDIENT),
        product=ibis.cases((rows.strength.notnull(), rows.concept_code), else_=ibis.null("string")),
        content=ibis.cases((rows.has_dose, _in_unit(rows)), else_=ibis.null("float64")),
        counted=ibis.cases((rows.strength_unit == "mg/mL", "mL"), else_="count"),
    ).select(found.columns)  # fmt: skip


# --- strength and form -----------------------------------------------------------------------------


def _with_strength(tables: Mapping[str, Table], rows: Table) -> Table:
    """With `strength` and `strength_unit` (mg, mcg, mg/mL, mg/24 h); null where it isn't told, or told twice."""
    if "drug_strength" not in tables:
        return rows.mutate(strength=ibis.null("float64"), strength_unit=ibis.null("string"))
    held = _strengths(tables).rename(concept_id="drug_concept_id", above="ingredient_concept_id")
    once = held.group_by(["concept_id", "above"]).aggregate(
        strength=held.strength.min(), strength_unit=held.strength_unit.min(), told=held.count()
    )
    once = once.filter(once.told == 1).drop("told").anti_join(_packs(tables), "concept_id")
    joined = rows.left_join(once, ["concept_id", "above"])
    return joined.drop("concept_id_right", "above_right")


def _strengths(tables: Mapping[str, Table]) -> Table:
    """The strengths that are in units of ours."""
    rows = tables["drug_strength"]
    for part in ("amount", "numerator", "denominator"):
        unit = tables["concept"].select(**{f"{part}_unit_concept_id": "concept_id", f"{part}_unit": "concept_code"})
        rows = rows.left_join(unit, f"{part}_unit_concept_id").drop(f"{part}_unit_concept_id_right")
    each = rows.denominator_value.fill_null(1.0)
    of = rows.denominator_unit
    amount, numerator = _milligrams(rows, "amount"), _milligrams(rows, "numerator")
    mcg = rows.amount_unit == "ug"
    strength = ibis.cases(
        (amount.notnull() & mcg, rows.amount_value), (amount.notnull(), amount),
        ((of == "mL") & (each > 0), numerator / each), ((of == "h") & (each > 0), numerator * HOURS_PER_DAY / each),
        else_=ibis.null("float64"),
    )  # fmt: skip
    unit = ibis.cases(
        (amount.notnull() & mcg, "mcg"), (amount.notnull(), "mg"), (of == "mL", "mg/mL"), (of == "h", "mg/24 h"),
        else_=ibis.null("string"),
    )  # fmt: skip
    rows = rows.mutate(strength=strength.round(6), strength_unit=unit)
    rows = rows.filter(rows.strength > 0)
    return rows.select("drug_concept_id", "ingredient_concept_id", "strength", "strength_unit").distinct()


def _milligrams(rows: Table, part: str) -> Value:
    value, unit = rows[f"{part}_value"], rows[f"{part}_unit"]
    return ibis.cases(
        (unit == "mg", value), (unit == "g", value * MG_PER_G), (unit == "ug", value / MCG_PER_MG),
        else_=ibis.null("float64"),
    )  # fmt: skip


def _with_form(knowledge: Mapping[str, Table], rows: Table) -> Table:
    """With `formulation`, `trap` and `dose_unit` of the products that are named and as strong as this one.

    The longest dose form that stands in the name counts ("extended release oral tablet" before "oral tablet"),
    one of the same strength before one of any. Without any, it isn't known.
    """
    form = knowledge["omop_form"].rename(
        form_strength="strength", form_unit="strength_unit", form_dose_unit="dose_unit"
    )
    pairs = rows.inner_join(form, "ingredient")
    # Where the strength is one that products of ours have, only theirs is said of it.
    alike = (pairs.form_strength == pairs.strength) & (pairs.form_unit == pairs.strength_unit)
    pairs = pairs.filter(pairs.name.contains(pairs.dose_form) & (pairs.form_strength.isnull() | alike))
    best = first_rows(
        pairs, ["concept_id", "ingredient"],
        [pairs.dose_form.length().desc(), ibis.cases((pairs.form_strength.notnull(), 0), else_=1)],
    )  # fmt: skip
    best = best.select("concept_id", "ingredient", "formulation", "trap", "form_dose_unit", "has_dose")
    joined = rows.left_join(best, ["concept_id", "ingredient"]).drop("concept_id_right", "ingredient_right")
    return joined.mutate(
        dose_unit=joined.form_dose_unit.fill_null(joined.dose_unit), has_dose=joined.has_dose.fill_null(True)
    )


def _in_unit(rows: Table) -> Value:
    """The strength in the unit in which doses of the drug are stated; null where a supply tells no dose per day."""
    wanted_mcg, held_mcg = rows.dose_unit == "mcg/day", rows.strength_unit == "mcg"
    return ibis.cases(
        (rows.dose_unit.isin(["mg/session", "mg/kg/infusion"]), ibis.null("float64")),
        (wanted_mcg & ~held_mcg, rows.strength * MCG_PER_MG), (~wanted_mcg & held_mcg, rows.strength / MCG_PER_MG),
        else_=rows.strength,
    )  # fmt: skip


# --- the drugs of a row ----------------------------------------------------------------------------


def drugs_of(coded: Table, drug: Table) -> Table:
    """One row per (`std`, `src`, ingredient): what exposures so coded are of; a product before an ingredient.

    Args:
        coded: One row per (`std`, `src`): the concept and source concept of exposures.
        drug: From `drug_concepts`.
    """
    by_std = coded.inner_join(drug.rename(std="concept_id"), "std").mutate(rank=_rank(0))
    by_src = coded.inner_join(drug.rename(src="concept_id"), "src").mutate(rank=_rank(1))
    columns = ["std", "src", "level", "rank", *MEANING]
    rows = ibis.union(by_std.select(columns), by_src.select(columns))
    rows = rows.mutate(rank=rows["rank"] + ibis.cases((rows.level == PRODUCT, 0), else_=2))
    best = rows.group_by(["std", "src"]).aggregate(rank=rows["rank"].min())
    return rows.inner_join(best, ["std", "src", "rank"]).drop("rank", "level")


def _rank(value: int) -> Value:
    return ibis.literal(value, type="int64")
