"""The products and codes that the settings name, looked up in the knowledge; what isn't there is a fault."""

from dataclasses import dataclass

import numpy as np

from stepwell.errors import ConfigError
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.schema import Product
from stepwell.simulate.blocks import Array
from stepwell.simulate.shape import Agent, Drug, Settings


@dataclass(frozen=True)
class Products:
    """Every product of a simulation.

    Args:
        rxcui: RxNorm code of each.
        ingredient: Its ingredient.
        strength: In mg for one unit; not-a-number for a code of an ingredient.
        form: Dose form, in words; empty for a code of an ingredient.
        places: The place of each code.
        low, starter, target, raised: For each drug, then agent: the place of its product.
        per_day, raised_per_day: Units of the target and of the raised product a day.
        drugs: The ingredients of the drugs, then the agents.
        antidepressants: How many of `drugs` are such.
    """

    rxcui: tuple[str, ...]
    ingredient: tuple[str, ...]
    strength: Array
    form: tuple[str, ...]
    places: dict[str, int]
    low: Array
    starter: Array
    target: Array
    raised: Array
    per_day: Array
    raised_per_day: Array
    drugs: tuple[str, ...]
    antidepressants: int


def of(settings: Settings, knowledge: Knowledge) -> Products:
    """The products that the settings name.

    Raises:
        ConfigError: A product, code or reason isn't in the knowledge; all at once.
    """
    faults = [*_unknown_products(settings, knowledge), *_unknown_codes(settings, knowledge)]
    if faults:
        raise ConfigError("The settings name what Stepwell's knowledge doesn't have. Use codes that it has:", faults)
    wanted = [code for _, code, _ in _named(settings)]
    others = [m.rxnorm for m in settings.medicines] + [r.medicine for r in settings.reasons if r.medicine]
    rxcui = tuple(dict.fromkeys([*wanted, *others]))
    places = {code: place for place, code in enumerate(rxcui)}
    by_code = {product.rxcui: product for product in knowledge.products}
    of_ingredient = {drug.rxnorm: drug.id for drug in knowledge.ingredients if drug.rxnorm}
    both: list[Drug | Agent] = [*settings.drugs, *settings.agents]
    return Products(
        rxcui=rxcui,
        ingredient=tuple(by_code[c].ingredient if c in by_code else of_ingredient[c] for c in rxcui),
        strength=np.array([_strength(by_code.get(code)) for code in rxcui]),
        form=tuple(by_code[code].dose_form if code in by_code else "" for code in rxcui),
        places=places,
        low=np.array([places[getattr(drug, "low", drug.target)] for drug in both]),
        starter=np.array([places[getattr(drug, "starter", drug.target)] for drug in both]),
        target=np.array([places[drug.target] for drug in both]),
        raised=np.array([places[drug.raised] for drug in both]),
        per_day=np.array([getattr(drug, "per_day", 1) for drug in both]),
        raised_per_day=np.array([getattr(drug, "raised_per_day", 1) for drug in both]),
        drugs=tuple(drug.ingredient for drug in both),
        antidepressants=len(settings.drugs),
    )


def _strength(product: Product | None) -> float:
    return product.strength if product is not None and product.strength is not None else float("nan")


def _named(settings: Settings) -> list[tuple[str, str, str]]:
    """Place in the settings, code and ingredient of every product that is tried."""
    named = [
        (f"drugs.{n}.{key}", getattr(drug, key), drug.ingredient)
        for n, drug in enumerate(settings.drugs)
        for key in ("low", "starter", "target", "raised")
    ]
    return named + [
        (f"agents.{n}.{key}", getattr(agent, key), agent.ingredient)
        for n, agent in enumerate(settings.agents)
        for key in ("target", "raised")
    ]


def _unknown_products(settings: Settings, knowledge: Knowledge) -> list[str]:
    single = {(p.rxcui, p.ingredient) for p in knowledge.products if p.components == 1 and p.strength_unit == "mg"}
    faults = [
        f"{where}: {code!r} isn't a product of {ingredient!r} with a strength in mg."
        for where, code, ingredient in _named(settings)
        if (code, ingredient) not in single
    ]
    ingredients = {drug.rxnorm for drug in knowledge.ingredients}
    beside = [(f"medicines.{n}.rxnorm", m.rxnorm) for n, m in enumerate(settings.medicines)]
    beside += [(f"reasons.{n}.medicine", r.medicine) for n, r in enumerate(settings.reasons) if r.medicine]
    return faults + [f"{where}: {code!r} isn't the RxNorm code of an ingredient." for where, code in beside
                     if code not in ingredients]  # fmt: skip


def _unknown_codes(settings: Settings, knowledge: Knowledge) -> list[str]:
    depression = settings.depression
    wanted = [("depression.codes", depression.code_set, "icd-10-cm", code) for code in depression.codes]
    for n, reason in enumerate(settings.reasons):
        if reason.code_set and reason.code:
            wanted.append((f"reasons.{n}.code", reason.code_set, "icd-10-cm", reason.code))
        if reason.lab:
            wanted.append((f"reasons.{n}.lab", "", "loinc", reason.lab))
    wanted += [(f"conditions.{n}.code", c.code_set, "icd-10-cm", c.code) for n, c in enumerate(settings.conditions)]
    wanted += [(f"labs.{n}.code", lab.code_set, "loinc", lab.code) for n, lab in enumerate(settings.labs)]
    wanted += [(f"procedures.{n}.code", p.code_set, p.system, p.code) for n, p in enumerate(settings.procedures)]
    wanted += [(f"devices.{n}.code", d.code_set, d.system, d.code) for n, d in enumerate(settings.devices)]
    known = [(c.code_set, c.system, c.code, c.match == "prefix") for c in knowledge.codes]
    reasons = {reason.id for reason in knowledge.reasons}
    faults = [
        f"{where}: {code!r} isn't a code of {code_set or 'a laboratory result'!r} in {system}."
        for where, code_set, system, code in wanted
        if not any(
            (not code_set or code_set == s) and system == y and (code == c or (prefix and code.startswith(c)))
            for s, y, c, prefix in known
        )
    ]
    return faults + [f"reasons.{n}.reason: there is no reason {r.reason!r}."
                     for n, r in enumerate(settings.reasons) if r.reason not in reasons]  # fmt: skip
