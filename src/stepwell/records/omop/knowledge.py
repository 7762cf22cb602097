"""The knowledge that translates a CDM, as tables: from vocabulary and code, or concept id, to our names."""

from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import tomli

from stepwell.knowledge.load import Knowledge
from stepwell.records import doses, lab_values
from stepwell.records.csv_folder.medications import LONGEST_SUPPLY_DAYS
from stepwell.records.doses import Amount
from stepwell.records.fhir import phrases
from stepwell.records.lookup import DrugMatch, Lookup, normal

if TYPE_CHECKING:
    from stepwell.knowledge.schema import Product

Row = dict[str, object]

VOCABULARIES = {
    "icd-10-cm": ("ICD10CM", "ICD10"),
    "icd-10-pcs": ("ICD10PCS",),
    "snomed": ("SNOMED",),
    "loinc": ("LOINC",),
    "rxnorm": ("RxNorm",),
    "cpt": ("CPT4",),
    "hcpcs": ("HCPCS",),
}
"""The names of the OMOP vocabularies for each of our coding systems."""

PRODUCT, INGREDIENT = "product", "ingredient"
NO_FORM = "ingredient code"
"""The dose form of a code in the list of products that is that of an ingredient."""

SCHEMAS: dict[str, ibis.Schema] = {
    name: ibis.schema(columns)
    for name, columns in {
        # One row per (product or ingredient code, ingredient). `content`: what one tablet, capsule, mL or patch holds,
        # in `dose_unit`; null where the product tells no daily dose. `level`: product | ingredient.
        "omop_product": {
            "vocabulary_id": "string", "concept_code": "string", "level": "string", "ingredient": "string",
            "formulation": "string", "product": "string", "content": "float64", "counted": "string",
            "dose_unit": "string", "trap": "string",
        },
        # One row per concept id or name of an ingredient.
        "omop_ingredient": {
            "ingredient": "string", "concept_id": "int64", "name": "string", "dose_unit": "string", "role": "string",
        },
        # One row per (ingredient, dose form in words, strength or null for any): what a product so named is.
        "omop_form": {
            "ingredient": "string", "dose_form": "string", "strength": "float64", "strength_unit": "string",
            "formulation": "string", "trap": "string", "dose_unit": "string", "has_dose": "boolean",
        },
        # One row per code of a code set; ICD codes without point. `length`: of a prefix, null: the whole code.
        "omop_code": {
            "vocabulary_id": "string", "concept_code": "string", "length": "int64", "code_set": "string",
            "kind": "string",
        },
        # One row per concept of a code set that OMOP itself names; `below`: with its descendants.
        "omop_concept": {"concept_id": "int64", "below": "boolean", "code_set": "string", "kind": "string"},
        # One row per code of a total or of a whole scale, and per code of an item. `scale` and `number` stand for the
        # instrument and the item: numbers are faster to group by; those of items are in the order of `_ranked`.
        "omop_total": {
            "vocabulary_id": "string", "concept_code": "string", "instrument": "string", "measures": "string",
            "scale": "int64",
        },
        "omop_item": {
            "vocabulary_id": "string", "concept_code": "string", "instrument": "string", "item": "string",
            "scale": "int64", "number": "int64", "minimum": "float64", "maximum": "float64", "suicide": "boolean",
        },
        # One row per answer of an item, by its code or its words in small letters.
        "omop_answer": {"number": "int64", "said": "string", "answer_value": "float64"},
        # One row per way of writing a unit, in small letters without spaces; per word of a result or mark.
        "omop_unit": {"written": "string", "unit": "string"},
        "omop_flag": {"said": "string", "flag": "string"},
        # One row per concept id that stands for a word of ours: what of (`basis`, `visit`, ...) and which.
        "omop_type": {"concept_id": "int64", "of": "string", "is": "string"},
        # One row per phrase that says why a medicine was stopped, in small letters.
        "omop_stop_reason": {"said": "string", "reason": "string"},
        # What the names of concepts in use mean; empty until `words` has looked at them. A null ingredient: the value
        # of the event says to what the allergy is.
        "omop_worded_drug": {
            "concept_id": "int64", "level": "string", "ingredient": "string", "formulation": "string",
            "product": "string", "content": "float64", "counted": "string", "dose_unit": "string", "trap": "string",
            "coded_by": "string",
        },
        "omop_worded_set": {"concept_id": "int64", "code_set": "string", "kind": "string"},
        "omop_worded_allergy": {"concept_id": "int64", "ingredient": "string"},
        # One row: the rules of reading.
        "omop_rule": {
            "longest_supply_days": "float64", "units_per_day": "float64", "implausible_units_per_day": "float64",
        },
    }.items()
}  # fmt: skip
"""Schema of every table that translates a CDM, by name."""


def knowledge_tables(knowledge: Knowledge) -> dict[str, pa.Table]:
    """The tables that `records` joins a CDM with, by name; all of them small."""
    return {
        name: pa.Table.from_pylist(list(_ROWS[name](knowledge)), schema=schema.to_pyarrow())
        for name, schema in SCHEMAS.items()
    }


# --- drugs -----------------------------------------------------------------------------------------


def _products(knowledge: Knowledge) -> Iterator[Row]:
    lookup = Lookup(knowledge)
    levels = {one.rxcui: INGREDIENT if one.dose_form == NO_FORM else PRODUCT for one in knowledge.products}
    for code, level in levels.items():
        for match in lookup.drugs([("rxnorm", code)], None):
            yield {**_product(code, match, lookup), "level": level}
    for one in knowledge.ingredients:
        if one.rxnorm and one.rxnorm not in levels:
            for match in lookup.drugs([("rxnorm", one.rxnorm)], None):
                yield {**_product(one.rxnorm, match, lookup), "level": INGREDIENT}


def _product(code: str, match: DrugMatch, lookup: Lookup) -> Row:
    return {"vocabulary_id": "RxNorm", "concept_code": code, **product_row(match, lookup)}


def product_row(match: DrugMatch, lookup: Lookup) -> Row:
    """One drug in a product, with what one unit of it holds."""
    content, unit = _content(match, lookup)
    return {
        "ingredient": match.ingredient,
        "formulation": match.formulation, "product": match.product, "content": content, "dose_unit": unit,
        "counted": counted(match.strength_unit), "trap": match.trap,
    }  # fmt: skip


def counted(strength_unit: str | None) -> str:
    """What a quantity counts: `mL` of a liquid, else `count` (tablets, capsules, patches)."""
    return "mL" if strength_unit == "mg/mL" else "count"


def _content(match: DrugMatch, lookup: Lookup) -> tuple[float | None, str | None]:
    """What one unit handed out holds, as a dose per day; None where a supply tells no dose per day."""
    taken = Amount(1.0, 1.0, "mL" if match.strength_unit == "mg/mL" else "count")
    dose = doses.from_supply(taken, 1.0, match, lookup)
    return dose.low, dose.unit


def _ingredients(knowledge: Knowledge) -> Iterator[Row]:
    lookup = Lookup(knowledge)
    for one in knowledge.ingredients:
        unit = lookup.dose_unit(one.id, None) or "mg/day"
        names = (one.label, *(one.synonyms or "").split("|"))
        for name in dict.fromkeys(name.casefold() for name in names if name):
            yield {
                "ingredient": one.id,
                "concept_id": one.omop_concept_id,
                "name": name,
                "dose_unit": unit,
                "role": one.role,
            }


def _forms(knowledge: Knowledge) -> Iterator[Row]:
    """What all single-drug products of a dose form, or of a dose form and strength, have in common."""
    lookup = Lookup(knowledge)
    groups: dict[tuple[str, str, float | None, str | None], list[Product]] = {}
    for product in knowledge.products:
        if product.components == 1 and product.dose_form != NO_FORM:
            form = product.dose_form.casefold()
            groups.setdefault((product.ingredient, form, None, None), []).append(product)
            if product.strength is not None:
                groups.setdefault((product.ingredient, form, product.strength, product.strength_unit), []).append(
                    product
                )
    for (ingredient, form, strength, unit), alike in groups.items():
        formulation, trap = _only({one.formulation for one in alike}), _only({one.trap for one in alike})
        wanted = lookup.dose_unit(ingredient, formulation) or "mg/day"
        has_dose = not lookup.dose_is_unknown(trap) and wanted not in ("mg/session", "mg/kg/infusion")
        yield {
            "ingredient": ingredient, "dose_form": form, "strength": strength, "strength_unit": unit,
            "formulation": formulation, "trap": trap, "dose_unit": wanted, "has_dose": has_dose,
        }  # fmt: skip


def _only(values: set[str | None]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


# --- code sets -------------------------------------------------------------------------------------


def _codes(knowledge: Knowledge) -> Iterator[Row]:
    kinds = {one.id: one.kind for one in knowledge.code_sets}
    for code in knowledge.codes:
        written = normal(code.system, code.code)
        for vocabulary in VOCABULARIES.get(code.system, ()):
            yield {
                "vocabulary_id": vocabulary, "concept_code": written, "code_set": code.code_set,
                "length": len(written) if code.match == "prefix" else None, "kind": kinds[code.code_set],
            }  # fmt: skip


def _concepts(knowledge: Knowledge) -> Iterator[Row]:
    kinds = {one.id: one.kind for one in knowledge.code_sets}
    for code in knowledge.codes:
        if code.system == "omop":
            yield {
                "concept_id": int(code.code), "below": code.match == "prefix", "code_set": code.code_set,
                "kind": kinds[code.code_set],
            }  # fmt: skip


# --- scales ----------------------------------------------------------------------------------------


def _totals(knowledge: Knowledge) -> Iterator[Row]:
    for number, scale in enumerate(knowledge.instruments):
        for code in (*scale.totals, *scale.panels):
            for vocabulary in VOCABULARIES[code.system]:
                yield {"vocabulary_id": vocabulary, "concept_code": code.code, "instrument": scale.id,
                       "measures": scale.measures, "scale": number}  # fmt: skip


def _ranked(knowledge: Knowledge) -> dict[tuple[str, str], int]:
    """The number of each item of an instrument: items of shorter scales first, to which an answer rather belongs."""
    scales = sorted(knowledge.instruments, key=lambda scale: scale.id, reverse=True)
    scales.sort(key=lambda scale: len(scale.items))
    items = [(scale.id, item) for scale in scales for item in sorted(item.item for item in scale.items)]
    return {item: number for number, item in enumerate(items)}


def _items(knowledge: Knowledge) -> Iterator[Row]:
    ranked = _ranked(knowledge)
    for number, scale in enumerate(knowledge.instruments):
        for item in scale.items:
            for code in item.codes:
                for vocabulary in VOCABULARIES[code.system]:
                    yield {
                        "vocabulary_id": vocabulary, "concept_code": code.code, "instrument": scale.id,
                        "item": item.item, "scale": number, "number": ranked[scale.id, item.item],
                        "minimum": item.minimum, "maximum": item.maximum, "suicide": item.suicide,
                    }  # fmt: skip


def _answers(knowledge: Knowledge) -> Iterator[Row]:
    lookup, ranked = Lookup(knowledge), _ranked(knowledge)
    for scale in knowledge.instruments:
        for item in scale.items:
            said: dict[str, float] = {}
            for one in item.answers or scale.answers:
                said |= {key: one.value for key in (one.loinc, (one.text or "").casefold()) if key}
            for code, word in (("LA33-6", "yes"), ("LA32-8", "no"), ("", "true"), ("", "false")):
                value = lookup.answer(scale.id, item.item, [("loinc", code)] if code else [], word)
                said |= {key: value for key in (code, word) if key and value is not None}
            said |= {str(number): float(number) for number in range(int(item.minimum), int(item.maximum) + 1)}
            for key, value in said.items():
                yield {"number": ranked[scale.id, item.item], "said": key, "answer_value": value}


# --- words -----------------------------------------------------------------------------------------


def _units(_: Knowledge) -> Iterator[Row]:
    return ({"written": written, "unit": unit} for written, unit in lab_values.UNITS.items())


def _flags(_: Knowledge) -> Iterator[Row]:
    return ({"said": said, "flag": flag} for said, flag in lab_values.RESULTS.items())


def _types(_: Knowledge) -> Iterator[Row]:
    content = tomli.loads((files("stepwell.records.omop") / "types.toml").read_text(encoding="utf-8"))
    for of, words in content.items():
        for word, concepts in words.items():
            yield from ({"concept_id": concept, "of": of, "is": word} for concept in concepts)


def _stop_reasons(_: Knowledge) -> Iterator[Row]:
    return ({"said": said, "reason": reason} for said, reason in phrases.stop_phrases().items())


def _none(_: Knowledge) -> tuple[Row, ...]:
    return ()


def _rule(knowledge: Knowledge) -> Iterator[Row]:
    yield {
        "longest_supply_days": float(LONGEST_SUPPLY_DAYS),
        "units_per_day": knowledge.rule("units-per-day"),
        "implausible_units_per_day": knowledge.rule("implausible-units-per-day"),
    }


_ROWS: dict[str, Callable[[Knowledge], Iterable[Row]]] = {
    "omop_product": _products,
    "omop_ingredient": _ingredients,
    "omop_form": _forms,
    "omop_code": _codes,
    "omop_concept": _concepts,
    "omop_total": _totals,
    "omop_item": _items,
    "omop_answer": _answers,
    "omop_unit": _units,
    "omop_flag": _flags,
    "omop_type": _types,
    "omop_stop_reason": _stop_reasons,
    "omop_worded_drug": _none,
    "omop_worded_set": _none,
    "omop_worded_allergy": _none,
    "omop_rule": _rule,
}
