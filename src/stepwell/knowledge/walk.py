"""Walks all that a knowledge folder holds: every entry with its place, every citation in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.reading import FOLDERS, LISTINGS, RELEASE


@dataclass(frozen=True)
class Entry:
    """One entry of one file.

    Args:
        kind: Its kind in one word or two (`ingredient`, `code set`).
        where: File and line or id, as a fault names it.
        model: What it says.
    """

    kind: str
    where: str
    model: s.Model

    @property
    def id(self) -> str | None:
        """The entry's own id; null for rows that have none (a dose, a code, a product)."""
        found = getattr(self.model, "id", None)
        return found if isinstance(found, str) else None


@dataclass(frozen=True)
class Citation:
    """A source, the place in it, and the field of the entry that it backs."""

    field: str
    source: str
    locus: str


KINDS = {
    "sources": "source", "ingredients": "ingredient", "formulations": "formulation", "dose_tables": "dose table",
    "doses": "dose", "dose_limits": "dose limit",
    "products": "product", "traps": "trap", "drug_sets": "drug set", "code_sets": "code set",
    "codes": "code", "texts": "text", "outcomes": "outcome", "rules": "rule", "windows": "window",
    "crisis_lines": "crisis line", "cohort_rules": "cohort rule", "cohort_steps": "cohort step",
    "age_bands": "age band", "faults": "fault", "gaps": "gap", "variants": "variant",
    "interactions": "interaction", "gene_drugs": "gene and medicine", "facts": "fact", "instruments": "instrument",
    "definitions": "definition", "staging": "staging method", "reasons": "reason", "options": "option",
}  # fmt: skip


def entries(knowledge: Knowledge) -> Iterator[Entry]:
    """Every entry, file by file."""
    yield Entry("release", RELEASE, knowledge.release)
    for name in (*(listing.name for listing in LISTINGS), *FOLDERS):
        for where, model in knowledge.placed(name):
            yield Entry(KINDS[name], where, model)


def citations(model: s.Model, field: str = "") -> Iterator[Citation]:
    """Every citation in an entry, however deep."""
    if isinstance(model, s.Cite):
        yield Citation(field, model.source, model.locus)
        return
    if {"source", "locus"} <= type(model).model_fields.keys():
        yield Citation(field, model.source, model.locus)  # type: ignore[attr-defined]
    if isinstance(model, s.Ingredient) and model.synonyms_source:
        for source in model.synonyms_source.split("|"):
            yield Citation("synonyms", source, "brand names")
    for name, part in parts(model):
        yield from citations(part, f"{field}.{name}".removeprefix("."))


def parts(model: s.Model) -> Iterator[tuple[str, s.Model]]:
    """The models inside a model, each with its field and, in a list, its number counted from 1."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, s.Model):
            yield name, value
        elif isinstance(value, tuple):
            for number, inner in enumerate(value, 1):
                if isinstance(inner, s.Model):
                    yield f"{name}[{number}]", inner
