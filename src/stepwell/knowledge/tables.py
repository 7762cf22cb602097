"""The knowledge as tables that the clinical steps join; one direction, files to tables."""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import product

import ibis
import pyarrow as pa

from stepwell.errors import KnowledgeError
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge

Row = dict[str, object]

TIERS = ("low", "moderate", "high")
GRADES = ("high", "moderate to high", "moderate", "low to moderate", "low", "very low", "not graded")
EFFECTS = ("large", "medium", "small", "not known", "none shown")
BURDENS = ("at home", "clinic visits", "many clinic visits", "procedure or anaesthetic", "stay")
"""Tiers from the least grave; the others from what comes first to what comes last where options are ordered."""

MASKS, MASK_BITS = 8, 60
"""How many whole numbers hold what is known of a person that options hang on, and how many bits of each are used."""

_MARK = {"fact": "string", "state": "string", "suggested": "boolean", "mask": "int64", "bit": "int64"}

SCHEMAS: dict[str, ibis.Schema] = {
    name: ibis.schema(columns)
    for name, columns in {
        # One row per ingredient.
        "ingredient": {
            "ingredient": "string", "label": "string", "drug_class": "string", "class_group": "string",
            "role": "string",
        },
        # One row per (ingredient, formulation).
        "formulation": {"ingredient": "string", "formulation": "string", "dose_unit": "string", "default": "boolean"},
        # One row per published dose.
        "dose": {
            "ingredient": "string", "formulation": "string", "kind": "string", "dose_table": "string",
            "value": "float64", "unit": "string", "source": "string",
        },
        # One row per (dose table, formulation of a drug it lists); `formulation` "": not said, the default's.
        # `minimum` null: the table lists the drug, but not this formulation.
        "minimum_dose": {
            "ingredient": "string", "formulation": "string", "dose_table": "string", "minimum": "float64",
            "minimum_unit": "string",
        },
        # One row per highest dose that holds only above an age in whole years.
        "dose_limit": {
            "ingredient": "string", "over_age": "int64", "value": "float64", "unit": "string", "region": "string",
        },
        # One row per product that is easily misread.
        "trap": {"trap": "string", "effect": "string"},
        # One row per (published list of drugs, ingredient).
        "drug_set": {"drug_set": "string", "ingredient": "string"},
        # One row per rating scale.
        "instrument": {
            "instrument": "string", "title": "string", "measures": "string", "minimum": "float64", "maximum": "float64",
            "preference": "int64", "method": "string", "missing": "string", "most_missing": "int64",
        },
        # One row per item; items of one `domain` give the largest of them to the total.
        "instrument_item": {
            "instrument": "string", "item": "string", "domain": "string", "minimum": "float64", "maximum": "float64",
            "scored": "boolean", "suicide": "boolean",
        },
        # One row per item of a scale that names tiers of concern; `rank`: the higher, the graver.
        "instrument_tier": {"instrument": "string", "item": "string", "tier": "string", "rank": "int64"},
        # One row per band of a band set; `high` null: open upward.
        "band": {
            "instrument": "string", "band_set": "string", "default": "boolean", "label": "string", "low": "float64",
            "high": "float64",
        },
        # One row per outcome definition; `instrument` null: any.
        "outcome": {
            "outcome_id": "string", "term": "string", "instrument": "string", "kind": "string", "value": "float64",
            "value_below": "float64", "within_days": "int64", "after": "string", "default": "boolean",
        },
        # One row per definition of treatment-resistant depression; lists are joined by `|`.
        "definition": {
            "definition_id": "string", "order": "int64", "verified": "boolean",
            "dose_table": "string", "least_days": "int64", "least_days_at": "string", "least_covered": "float64",
            "failure_rule": "string", "failure_percent": "float64", "count_augmentation": "boolean",
            "augmentation_least_days": "int64", "augmentation_dose_table": "string",
            "count_kind": "string", "least": "float64", "strictly_more": "boolean", "window_days": "int64",
            "within_episode": "boolean", "modalities": "string", "most_gap_days": "int64",
            "new_episode_gap_days": "int64", "branches": "string", "antidepressants": "string",
            "antipsychotics": "string", "points_failed_trial": "float64", "points_optimisation": "float64",
            "points_augmentation": "float64", "points_ect": "float64",
        },
        # One row per (definition, code set) that has to stand, any of a definition's being enough.
        "definition_requirement": {"definition_id": "string", "code_set": "string", "within_days": "int64"},
        # One row per (definition, code set) that keeps a person out.
        "definition_exclusion": {"definition_id": "string", "code_set": "string"},
        # One row per (drug set or ingredient, ingredient in it): an ingredient is its own group.
        "drug_group": {"drug_group": "string", "ingredient": "string"},
        # One row per interaction; `affected`, `other`: drug groups.
        "interaction_entry": {
            "interaction_id": "string", "kind": "string", "affected": "string", "other": "string", "wait_days": "int64",
        },
        # One row per medicine and phenotypes; a null phenotype doesn't matter.
        "gene_drug_entry": {
            "place": "int64", "ingredient": "string", "cyp2d6": "string", "cyp2c19": "string", "cyp2b6": "string",
            "action": "string", "change": "boolean", "expected": "string",
        },
        # One row per fact; `parts`: how many others it is made of. `yes_days`, `no_days`: how long an answer holds;
        # null: for ever.
        "fact_entry": {
            "fact": "string", "order": "int64", "ask": "string", "priority": "int64", "silence": "string",
            "gate": "string", "parts": "int64", "yes_says": "string", "yes_days": "int64", "no_days": "int64",
            "no_by": "string", "no_beside": "string",
        },
        # One row per fact, what is said of it and the fact of which that says the same.
        "fact_implied": {"fact": "string", "says": "string", "other": "string"},
        # One row per fact and fact that it is made of.
        "fact_part": {"fact": "string", "part": "string"},
        # One row per way in which a record shows a fact; columns as in the schema of a sign.
        "fact_sign": {
            "fact": "string", "sign": "int64", "kind": "string", "of": "string", "says": "string",
            "otherwise": "string", "within_days": "int64", "active": "boolean", "part": "boolean",
            # How long it speaks for now; null: for ever. `unless_active`: or as long as the record calls it active.
            "holds_days": "int64", "unless_active": "boolean", "latest": "boolean",
            "running": "boolean", "ended": "boolean", "item": "string",
            "comparison": "string", "value": "float64", "unit": "string", "flag": "string", "text": "string",
            "definition": "string",
        },
        # One row per reason; `needed`: facts that have to be absent before it is ruled out.
        "reason_entry": {"reason": "string", "order": "int64", "what_remains": "boolean", "needed": "int64"},
        "reason_sign": {"reason": "string", "fact": "string", "weight": "string", "needed": "boolean"},
        # One row per staging method, and of its parts (`lowest`: where its lowest band begins), bands, categories,
        # and the facts that bear on it.
        "stage_method": {
            "method": "string", "order": "int64", "kind": "string", "definition_id": "string", "verified": "boolean",
        },
        "stage_part_entry": {
            "method": "string", "part": "string", "order": "int64", "quantity": "string", "lowest": "float64",
            "below": "string",
        },
        "stage_band": {
            "method": "string", "part": "string", "low": "float64", "high": "float64", "points": "float64",
            "each": "boolean", "label": "string",
        },
        "stage_category": {"method": "string", "label": "string", "low": "float64", "high": "float64"},
        "stage_suppression": {"method": "string", "fact": "string"},
        "stage_narrowing": {
            "method": "string", "part": "string", "fact": "string", "least": "float64", "most": "float64",
        },
        # One row per option; `contraindications`, `indications`: how many it has. Ranks: lower comes first.
        "option_entry": {
            "option": "string", "order": "int64", "contraindications": "int64", "indications": "int64", "step": "int64",
            "grade_rank": "int64", "effect_rank": "int64", "burden_rank": "int64",
        },
        # One row per contraindication (`absolute`, `relative`) and caution (`caution`).
        "option_bar": {"option": "string", "bar": "string", "fact": "string", "strength": "string"},
        # One row per (indication, fact it needs present or absent); `size`: rows of the indication; `needs`:
        # those that it needs present.
        "option_indication": {
            "option": "string", "indication": "string", "fact": "string", "wanted": "string", "size": "int64",
            "needs": "int64", "step": "int64",
        },
        # One row per (option, fact of preference); `weight`: for | against.
        "option_preference": {"option": "string", "fact": "string", "weight": "string"},
        # One row per state of a fact that makes a difference to any option, or to any reason: which of `MASKS` numbers
        # holds it, and its bit there. States that make the same difference share a bit.
        "option_mark": _MARK,
        "reason_mark": _MARK,
    }.items()
}  # fmt: skip
"""Schema of every knowledge table by name."""


def tables(knowledge: Knowledge) -> dict[str, pa.Table]:
    """Every knowledge table, in file order."""
    return {
        name: pa.Table.from_pylist(list(_ROWS[name](knowledge)), schema=schema.to_pyarrow())
        for name, schema in SCHEMAS.items()
    }


def words(held: Iterable[pa.Table]) -> set[str]:
    """Every text that stands in some tables."""
    return {
        word
        for table in held
        for field in table.schema
        if field.type == pa.string()
        for word in table[field.name].unique().drop_null().to_pylist()
    }


def _fields(items: Iterable[s.Model], columns: Iterable[str], **renamed: str) -> Iterable[Row]:
    """Each model's fields by column; `renamed` maps a column to the field of another name."""
    names = {column: renamed.get(column, column) for column in columns}
    return ({column: getattr(item, field) for column, field in names.items()} for item in items)


def _minimum_doses(knowledge: Knowledge) -> Iterable[Row]:
    doses = {
        (dose.dose_table, dose.ingredient, dose.formulation): dose
        for dose in knowledge.doses
        if dose.kind == "minimum adequate"
    }
    listed = sorted({(table, ingredient) for table, ingredient, _ in doses})
    for table, ingredient in listed:
        for form in (form for form in knowledge.formulations if form.ingredient == ingredient):
            dose = doses.get((table, ingredient, form.formulation))
            for formulation in (form.formulation, "") if form.default else (form.formulation,):
                yield {
                    "ingredient": ingredient, "formulation": formulation, "dose_table": table,
                    "minimum": dose.value if dose else None, "minimum_unit": dose.unit if dose else None,
                }  # fmt: skip


def _instruments(knowledge: Knowledge) -> Iterable[Row]:
    for scale in knowledge.instruments:
        yield {
            "instrument": scale.id, "title": scale.title, "measures": scale.measures, "minimum": scale.minimum,
            "maximum": scale.maximum, "preference": scale.preference, "method": scale.scoring.method,
            "missing": scale.scoring.missing, "most_missing": scale.scoring.most_missing,
        }  # fmt: skip


def _items(knowledge: Knowledge) -> Iterable[Row]:
    for scale in knowledge.instruments:
        domains = {item: str(number) for number, domain in enumerate(scale.scoring.domains, 1) for item in domain}
        for item in scale.items:
            yield {
                "instrument": scale.id, "item": item.item, "domain": domains.get(item.item, f"item {item.item}"),
                "minimum": item.minimum, "maximum": item.maximum, "scored": item.scored, "suicide": item.suicide,
            }  # fmt: skip


def _tiers(knowledge: Knowledge) -> Iterable[Row]:
    for scale in knowledge.instruments:
        for one in scale.tiers:
            yield {"instrument": scale.id, "item": one.item, "tier": one.tier, "rank": TIERS.index(one.tier)}


def _bands(knowledge: Knowledge) -> Iterable[Row]:
    for scale in knowledge.instruments:
        for band_set in scale.band_sets:
            for band in band_set.bands:
                yield {
                    "instrument": scale.id, "band_set": band_set.id, "default": band_set.default,
                    "label": band.label, "low": band.low, "high": band.high,
                }  # fmt: skip


def _definitions(knowledge: Knowledge) -> Iterable[Row]:
    for definition in knowledge.definitions:
        trial, count = definition.trial, definition.count
        points = {f"points_{name.replace(' ', '_')}": value for name, value in count.points.items()}
        yield {
            "definition_id": definition.id, "order": definition.order, "verified": definition.verified,
            **{
                name: getattr(trial, name)
                for name in (
                    "dose_table", "least_days", "least_days_at", "least_covered", "failure_percent",
                    "count_augmentation", "augmentation_least_days", "augmentation_dose_table",
                )
            },
            "failure_rule": trial.failure, "count_kind": count.kind,
            **{
                name: getattr(count, name)
                for name in (
                    "least", "strictly_more", "window_days", "within_episode", "most_gap_days",
                    "new_episode_gap_days", "antidepressants", "antipsychotics",
                )
            },
            "modalities": "|".join(count.modalities), "branches": "|".join(count.branches), **points,
        }  # fmt: skip


def _of_definitions(knowledge: Knowledge, field: str, columns: Iterable[str]) -> Iterable[Row]:
    for definition in knowledge.definitions:
        for row in _fields(getattr(definition, field), columns):
            yield {"definition_id": definition.id, **row}


def _drug_groups(knowledge: Knowledge) -> Iterable[Row]:
    members = [(one.drug_set, one.ingredient) for one in knowledge.drug_sets]
    alone = [(one.id, one.id) for one in knowledge.ingredients]
    return ({"drug_group": group, "ingredient": ingredient} for group, ingredient in members + alone)


def _gene_drugs(knowledge: Knowledge) -> Iterable[Row]:
    columns = [column for column in SCHEMAS["gene_drug_entry"] if column != "place"]
    return ({"place": place, **row} for place, row in enumerate(_fields(knowledge.gene_drugs, columns)))


def _facts(knowledge: Knowledge) -> Iterable[Row]:
    windows = {window.id: window for window in knowledge.windows}
    for order, fact in enumerate(knowledge.facts):
        window = windows[fact.answer_holds]
        yield {
            "fact": fact.id, "order": order, "ask": fact.ask, "priority": fact.priority, "silence": fact.silence,
            "gate": fact.gate, "parts": len(fact.any_of), "yes_says": fact.yes_says, "yes_days": window.days,
            "no_days": window.no_days, "no_by": fact.no_by, "no_beside": fact.no_beside,
        }  # fmt: skip


def _implied(knowledge: Knowledge) -> Iterable[Row]:
    """A yes to one fact as a yes to all that it implies, and a no to any of those as a no to it."""
    direct = {fact.id: fact.implies for fact in knowledge.facts}
    for fact, implied in direct.items():
        found: dict[str, None] = {}
        ahead = list(implied)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found[name] = None
                ahead += direct.get(name, ())
        for other in found:
            yield {"fact": fact, "says": "present", "other": other}
            yield {"fact": other, "says": "absent", "other": fact}


def _fact_signs(knowledge: Knowledge) -> Iterable[Row]:
    own = {"fact", "sign", "holds_days", "unless_active"}
    columns = [column for column in SCHEMAS["fact_sign"] if column not in own]
    windows = {window.id: window for window in knowledge.windows}
    for fact in knowledge.facts:
        for number, (sign, row) in enumerate(zip(fact.signs, _fields(fact.signs, columns), strict=True)):
            window = windows[sign.holds] if sign.holds else None
            held = {"holds_days": window and window.days, "unless_active": window is None or window.unless_active}
            yield {"fact": fact.id, "sign": number, **row, **held}


def _reasons(knowledge: Knowledge) -> Iterable[Row]:
    for reason in knowledge.reasons:
        needed = sum(sign.needed for sign in reason.signs)
        yield {
            "reason": reason.id, "order": reason.order, "what_remains": reason.what_remains, "needed": needed,
        }  # fmt: skip


def _of(owner: str, owners: Iterable[s.Model], field: str, columns: Iterable[str]) -> Iterable[Row]:
    """The rows that each owner holds in a field, with the owner's id."""
    for one in owners:
        for row in _fields(getattr(one, field), columns):
            yield {owner: getattr(one, "id"), **row}  # noqa: B009 -- `Model` itself has no id


def _stage_parts(knowledge: Knowledge) -> Iterable[Row]:
    for method in knowledge.staging:
        for order, part in enumerate(method.parts):
            yield {
                "method": method.id, "part": part.id, "order": order, "quantity": part.quantity,
                "lowest": min(band.low for band in part.bands), "below": part.below,
            }  # fmt: skip


def _stage_bands(knowledge: Knowledge) -> Iterable[Row]:
    for method in knowledge.staging:
        for row in _of("part", method.parts, "bands", ("low", "high", "points", "each", "label")):
            yield {"method": method.id, **row}


def _pairs(owners: Iterable[s.Model], owner: str, field: str, column: str) -> Iterable[Row]:
    """One row per owner and id in one of its lists."""
    for one in owners:
        for value in getattr(one, field):
            yield {owner: getattr(one, "id"), column: value}  # noqa: B009 -- `Model` itself has no id


def _options(knowledge: Knowledge) -> Iterable[Row]:
    for option in knowledge.options:
        ranking = option.ranking
        yield {
            "option": option.id, "order": option.order, "contraindications": len(option.contraindications),
            "indications": len(option.indications), "step": ranking.step if ranking else None,
            "grade_rank": GRADES.index(option.grades[0].grade),
            "effect_rank": EFFECTS.index(ranking.effect if ranking else "not known"),
            "burden_rank": BURDENS.index(ranking.burden) if ranking else len(BURDENS),
        }  # fmt: skip


def _bars(knowledge: Knowledge) -> Iterable[Row]:
    for option in knowledge.options:
        for contraindication in option.contraindications:
            yield {
                "option": option.id, "bar": contraindication.id, "fact": contraindication.fact,
                "strength": contraindication.strength,
            }  # fmt: skip
        for caution in option.cautions:
            yield {"option": option.id, "bar": caution.id, "fact": caution.fact, "strength": "caution"}


def _indications(knowledge: Knowledge) -> Iterable[Row]:
    for option in knowledge.options:
        for one in option.indications:
            size = len(one.needs) + len(one.without)
            own = option.ranking.step if option.ranking else None
            for wanted, facts in (("present", one.needs), ("absent", one.without)):
                for fact in facts:
                    yield {
                        "option": option.id, "indication": one.id, "fact": fact, "wanted": wanted, "size": size,
                        "needs": len(one.needs),
                        "step": own if one.step is None else one.step,
                    }  # fmt: skip


def _preferences(knowledge: Knowledge) -> Iterable[Row]:
    for option in knowledge.options:
        if option.ranking is None:
            continue
        for weight, facts in (("for", option.ranking.liked_by), ("against", option.ranking.disliked_by)):
            for fact in facts:
                yield {"option": option.id, "fact": fact, "weight": weight}


def _columns(name: str) -> tuple[str, ...]:
    return tuple(SCHEMAS[name])


def _option_marks(knowledge: Knowledge) -> Iterable[Row]:
    """For an option a fact is there, or it is not: what else may suggest it makes no difference."""
    listed = (_bars(knowledge), _indications(knowledge), _preferences(knowledge))
    facts = {str(row["fact"]) for rows in listed for row in rows}
    return _marks("options/", facts, ([("present", False)], [("absent", False), ("absent", True)]))


def _reason_marks(knowledge: Knowledge) -> Iterable[Row]:
    """For a reason it makes a difference too whether a fact is suggested, or in conflict, which is the same to it."""
    facts = {sign.fact for reason in knowledge.reasons for sign in reason.signs}
    perhaps = [("conflict", False), ("unknown", True)]
    return _marks("reasons/", facts, ([("present", False)], [("absent", False)], [("absent", True)], perhaps))


def _marks(folder: str, facts: Collection[str], kinds: Sequence[Sequence[tuple[str, bool]]]) -> Iterable[Row]:
    """A bit for each fact and kind of states that are the same to those who look at it."""
    if len(facts) * len(kinds) > MASKS * MASK_BITS:
        raise KnowledgeError(
            f"{folder}: found {len(facts)} facts; allowed are {MASKS * MASK_BITS // len(kinds)}. Raise `MASKS` in "
            "knowledge/tables.py."
        )
    for number, (fact, states) in enumerate(product(sorted(facts), kinds)):
        for state, suggested in states:
            yield {
                "fact": fact, "state": state, "suggested": suggested, "mask": number // MASK_BITS,
                "bit": 1 << number % MASK_BITS,
            }  # fmt: skip


_ROWS: dict[str, Callable[[Knowledge], Iterable[Row]]] = {
    "ingredient": lambda k: _fields(k.ingredients, _columns("ingredient"), ingredient="id"),
    "formulation": lambda k: _fields(k.formulations, _columns("formulation")),
    "dose": lambda k: _fields(k.doses, _columns("dose")),
    "minimum_dose": _minimum_doses,
    "dose_limit": lambda k: _fields(k.dose_limits, _columns("dose_limit")),
    "trap": lambda k: _fields(k.traps, _columns("trap"), trap="id"),
    "drug_set": lambda k: _fields(k.drug_sets, _columns("drug_set")),
    "instrument": _instruments,
    "instrument_item": _items,
    "instrument_tier": _tiers,
    "band": _bands,
    "outcome": lambda k: _fields(k.outcomes, _columns("outcome"), outcome_id="id"),
    "definition": _definitions,
    "definition_requirement": lambda k: _of_definitions(k, "requires", ("code_set", "within_days")),
    "definition_exclusion": lambda k: _of_definitions(k, "exclusions", ("code_set",)),
    "drug_group": _drug_groups,
    "interaction_entry": lambda k: _fields(k.interactions, _columns("interaction_entry"), interaction_id="id"),
    "gene_drug_entry": _gene_drugs,
    "fact_entry": _facts,
    "fact_implied": _implied,
    "fact_part": lambda k: _pairs(k.facts, "fact", "any_of", "part"),
    "fact_sign": _fact_signs,
    "reason_entry": _reasons,
    "reason_sign": lambda k: _of("reason", k.reasons, "signs", ("fact", "weight", "needed")),
    "stage_method": lambda k: _fields(k.staging, _columns("stage_method"), method="id", definition_id="definition"),
    "stage_part_entry": _stage_parts,
    "stage_band": _stage_bands,
    "stage_category": lambda k: _of("method", k.staging, "categories", ("label", "low", "high")),
    "stage_suppression": lambda k: _pairs(k.staging, "method", "suppressed_by", "fact"),
    "stage_narrowing": lambda k: (
        {"method": method.id, **row}
        for method in k.staging
        for row in _of("part", method.parts, "narrowed_by", ("fact", "least", "most"))
    ),
    "option_entry": _options,
    "option_bar": _bars,
    "option_indication": _indications,
    "option_preference": _preferences,
    "option_mark": _option_marks,
    "reason_mark": _reason_marks,
}
