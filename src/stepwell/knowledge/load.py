"""Reads a knowledge folder into one `Knowledge`, or says everything that is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from stepwell.errors import KnowledgeError
from stepwell.knowledge import schema as s
from stepwell.knowledge.reading import Reader


@dataclass(frozen=True)
class Knowledge:
    """All that Stepwell knows: every list in file order.

    `places`: for each list the file, and the line or id in it, of every entry.
    """

    release: s.Release
    sources: tuple[s.Source, ...]
    ingredients: tuple[s.Ingredient, ...]
    formulations: tuple[s.Formulation, ...]
    dose_tables: tuple[s.DoseTable, ...]
    doses: tuple[s.Dose, ...]
    dose_limits: tuple[s.DoseLimit, ...]
    products: tuple[s.Product, ...]
    traps: tuple[s.Trap, ...]
    interactions: tuple[s.Interaction, ...]
    gene_drugs: tuple[s.GeneDrug, ...]
    drug_sets: tuple[s.DrugSet, ...]
    code_sets: tuple[s.CodeSet, ...]
    codes: tuple[s.Code, ...]
    texts: tuple[s.TextMatch, ...]
    facts: tuple[s.Fact, ...]
    instruments: tuple[s.Instrument, ...]
    outcomes: tuple[s.Outcome, ...]
    definitions: tuple[s.Definition, ...]
    staging: tuple[s.StagingMethod, ...]
    reasons: tuple[s.Reason, ...]
    options: tuple[s.Option, ...]
    rules: tuple[s.Rule, ...]
    cohort_rules: tuple[s.Rule, ...]
    cohort_steps: tuple[s.CohortStep, ...]
    age_bands: tuple[s.AgeBand, ...]
    faults: tuple[s.Fault, ...]
    gaps: tuple[s.Gap, ...]
    variants: tuple[s.Variant, ...]
    windows: tuple[s.Window, ...]
    crisis_lines: tuple[s.CrisisLine, ...]
    places: dict[str, tuple[str, ...]]

    def placed(self, name: str) -> Iterator[tuple[str, Any]]:
        """The entries of one list, each with the file, and the line or id in it, where it stands."""
        return zip(self.places[name], getattr(self, name), strict=True)

    def rule(self, rule_id: str) -> float:
        """The value of one trial-building rule.

        Raises:
            KnowledgeError: No rule has this id.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule.value
        raise KnowledgeError(f"rules.toml: rule {rule_id!r} is missing; the building of trials needs it.")


def default_folder() -> Path:
    """The knowledge that ships with Stepwell."""
    return Path(__file__).parent / "data"


@cache
def load(folder: Path | None = None) -> Knowledge:
    """The knowledge in a folder, each file valid by itself (`check` also holds files against each other).

    Args:
        folder: A knowledge folder; the one that ships with Stepwell if not given.

    Raises:
        KnowledgeError: With every fault of every file: file, key, what was found, what is allowed.
    """
    reader = Reader(folder or default_folder())
    reader.read()
    if reader.faults or reader.release is None:
        raise KnowledgeError(f"The knowledge in {reader.folder} can't be used.", reader.faults)
    return Knowledge(release=reader.release, places=reader.places, **cast(dict[str, Any], reader.entries))
