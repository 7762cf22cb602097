"""The knowledge as tables that the clinical steps join; one direction, files to tables."""

from collections.abc import Callable, Iterable

import ibis
import pyarrow as pa

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge

Row = dict[str, object]

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
    }.items()
}  # fmt: skip
"""Schema of every knowledge table by name."""


def tables(knowledge: Knowledge) -> dict[str, pa.Table]:
    """Every knowledge table, in file order."""
    return {
        name: pa.Table.from_pylist(list(_ROWS[name](knowledge)), schema=schema.to_pyarrow())
        for name, schema in SCHEMAS.items()
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


def _columns(name: str) -> tuple[str, ...]:
    return tuple(SCHEMAS[name])


_ROWS: dict[str, Callable[[Knowledge], Iterable[Row]]] = {
    "ingredient": lambda k: _fields(k.ingredients, _columns("ingredient"), ingredient="id"),
    "formulation": lambda k: _fields(k.formulations, _columns("formulation")),
    "dose": lambda k: _fields(k.doses, _columns("dose")),
    "minimum_dose": _minimum_doses,
    "trap": lambda k: _fields(k.traps, _columns("trap"), trap="id"),
    "drug_set": lambda k: _fields(k.drug_sets, _columns("drug_set")),
    "instrument": _instruments,
    "instrument_item": _items,
    "band": _bands,
    "outcome": lambda k: _fields(k.outcomes, _columns("outcome"), outcome_id="id"),
    "definition": _definitions,
    "definition_requirement": lambda k: _of_definitions(k, "requires", ("code_set", "within_days")),
    "definition_exclusion": lambda k: _of_definitions(k, "exclusions", ("code_set",)),
}
