"""Products are read as what they are: traps, formulations, combinations."""

import pytest

from stepwell.knowledge.load import Knowledge


@pytest.mark.parametrize(
    ("rxcui", "ingredient", "formulation", "trap", "effect"),
    [
        ("313995", "fluoxetine", "oral-weekly", "weekly-fluoxetine", "dose unknown"),
        ("1801289", "bupropion", "oral", "smoking-cessation-bupropion", "not a trial"),
        ("859193", "selegiline", "oral", "oral-selegiline", "not a trial"),
        ("865206", "selegiline", "transdermal", None, None),
        ("993557", "bupropion", "oral", None, None),
        ("993567", "bupropion", "hydrobromide", "bupropion-hydrobromide", "note"),
        ("2532163", "fluoxetine", "oral-daily", "pmdd-fluoxetine", "note"),
        ("1430122", "paroxetine", "immediate-release", "paroxetine-mesylate-7.5", "not a trial"),
        ("1738519", "paroxetine", "immediate-release", None, None),
        ("1653469", "vilazodone", "oral", "starter-pack", "dose unknown"),
        ("410503", "oxitriptan", "oral", "supplement", "not a trial"),
        ("2611260", "dextromethorphan-bupropion", "extended-release", "fixed-combination", "note"),
    ],
)
def test_product_is_what_it_is(
    knowledge: Knowledge, rxcui: str, ingredient: str, formulation: str, trap: str | None, effect: str | None
) -> None:
    product = next(row for row in knowledge.products if row.rxcui == rxcui)
    effects = {row.id: row.effect for row in knowledge.traps}
    assert (product.ingredient, product.formulation, product.trap) == (ingredient, formulation, trap)
    assert (effects[product.trap] if product.trap else None) == effect


def test_doxepin_below_10_mg_is_no_trial_and_a_solution_of_10_mg_per_ml_is(knowledge: Knowledge) -> None:
    doxepin = {(row.strength, row.strength_unit): row.trap for row in knowledge.products if row.ingredient == "doxepin"}
    assert (doxepin[3.0, "mg"], doxepin[6.0, "mg"]) == ("doxepin-for-sleep", "doxepin-for-sleep")
    assert (doxepin[10.0, "mg"], doxepin[10.0, "mg/mL"]) == (None, None)


def test_partner_drugs_are_no_antidepressants(knowledge: Knowledge) -> None:
    roles = {row.id: row.role for row in knowledge.ingredients}
    combination = {row.ingredient for row in knowledge.products if row.rxcui == "856797"}
    assert {name: roles[name] for name in combination} == {"amitriptyline": "antidepressant", "perphenazine": "partner"}
    olanzapine = {row.ingredient: row.strength for row in knowledge.products if row.rxcui == "403970"}
    assert olanzapine == {"fluoxetine": 25.0, "olanzapine": 12.0}


def test_injections_are_never_a_trial(knowledge: Knowledge) -> None:
    injected = [row for row in knowledge.products if "Injection" in row.dose_form or "Syringe" in row.dose_form]
    assert len(injected) == 29
    assert {(row.trap, row.formulation) for row in injected} == {("injected-antipsychotic", None)}


def test_patch_strength_is_per_24_hours(knowledge: Knowledge) -> None:
    patches = [(row.strength, row.strength_unit) for row in knowledge.products if row.formulation == "transdermal"]
    assert sorted(patches) == [(6.0, "mg/24 h"), (9.0, "mg/24 h"), (12.0, "mg/24 h")]


def test_brand_names_lead_to_one_ingredient(knowledge: Knowledge) -> None:
    seen: dict[str, str] = {}
    for row in knowledge.ingredients:
        for name in (row.label, *(row.synonyms or "").split("|")):
            if name:
                assert seen.setdefault(name.casefold(), row.id) == row.id, name
    assert seen["zoloft"] == "sertraline"
    assert "zyban" not in seen
    assert "silenor" not in seen


def test_published_drug_set_is_the_one_of_the_cohort(knowledge: Knowledge) -> None:
    sets: dict[str, set[str]] = {}
    for row in knowledge.drug_sets:
        sets.setdefault(row.drug_set, set()).add(row.ingredient)
    assert len(sets["ohdsi-1009-antidepressants"]) == 48
    assert sets["ohdsi-1009-antipsychotics"] == {
        "clozapine", "risperidone", "aripiprazole", "olanzapine", "paliperidone", "quetiapine", "ziprasidone",
    }  # fmt: skip
    assert "levomilnacipran" not in sets["ohdsi-1009-antidepressants"]
    assert "brexpiprazole" in sets["all-antipsychotics"]
