"""A review's rows by what they are about, and the names and sources that the knowledge has for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from stepwell.knowledge import schema as s
from stepwell.report.figures import Interval, when
from stepwell.review import Review

Row = Mapping[str, Any]

GENE = "gene-drug-"
"""How the id of an interaction of gene and medicine begins."""


def interval(row: Row, name: str) -> Interval:
    """The first and the last day that a date of a row can mean."""
    return row[f"{name}_earliest"], row[f"{name}_latest"]


class Lookup:
    """One review, its rows at hand by their keys.

    Args:
        review: The review that is shown.
    """

    def __init__(self, review: Review) -> None:
        self.review = review
        self.knowledge = review.knowledge
        self.headline = review.headline_definition

    def rows(self, table: str) -> Sequence[Row]:
        """The rows of one table, in their fixed order."""
        return self.review.tables[table]

    def _by(self, table: str, key: str) -> dict[str, list[Row]]:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows(table):
            groups[row[key]].append(row)
        return groups

    # --- rows --------------------------------------------------------------------------------------

    @cached_property
    def died(self) -> str:
        """The day of death as recorded, if it may have come by the day of the review; empty if none is."""
        row = next(iter(self.rows("person")), None)
        if row is not None and row["death_earliest"] is not None:
            return when(*interval(row, "death")) if row["death_earliest"] <= self.review.as_of else ""
        found = {(one.code, one.person_id) for one in self.review.records.findings}
        return "day not recorded" if ("death-undated", self.review.person_id) in found else ""

    @cached_property
    def attempts(self) -> list[Row]:
        """Trials in their order."""
        return sorted(self.rows("attempt"), key=lambda row: self.relations[row["trial_id"]]["order"])

    @cached_property
    def attempt(self) -> dict[str, Row]:
        """Each trial by its id."""
        return {row["trial_id"]: row for row in self.rows("attempt")}

    @cached_property
    def relations(self) -> dict[str, Row]:
        """How each trial stands to the others."""
        return {row["trial_id"]: row for row in self.rows("relation")}

    @cached_property
    def courses(self) -> dict[str, list[Row]]:
        """The scores of each trial, the preferred scale first."""
        groups = self._by("trial_course", "trial_id")
        return {key: sorted(rows, key=lambda row: not row["preferred"]) for key, rows in groups.items()}

    @cached_property
    def outcomes(self) -> dict[tuple[str, str], list[Row]]:
        """Which outcome definitions each trial meets, by trial and scale."""
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows("trial_outcome"):
            groups[row["trial_id"], row["instrument"]].append(row)
        return groups

    @cached_property
    def verdicts(self) -> dict[str, dict[str, Row]]:
        """The verdict of each trial by each definition, in the order they were asked for."""
        groups: dict[str, dict[str, Row]] = {}
        for trial, rows in self._by("verdict", "trial_id").items():
            found = {row["definition_id"]: row for row in rows}
            groups[trial] = {name: found[name] for name in self.review.definitions if name in found}
        return groups

    @cached_property
    def results(self) -> dict[str, Row]:
        """The result of each definition, in the order they were asked for."""
        found = {row["definition_id"]: row for row in self.rows("definition_result")}
        return {name: found[name] for name in self.review.definitions if name in found}

    @cached_property
    def evidence(self) -> dict[str, list[Row]]:
        """The rows of the record each trial rests on."""
        return self._by("trial_evidence", "trial_id")

    @cached_property
    def score_evidence(self) -> dict[str, str]:
        """The row of the record each score stands in."""
        return {row["score_id"]: str(row["evidence_id"] or row["score_id"]) for row in self.rows("score_total")}

    @cached_property
    def trajectory(self) -> dict[str, Row]:
        """Each dated score beside the first and the one before it."""
        return {row["score_id"]: row for row in self.rows("trajectory")}

    @cached_property
    def score_outcomes(self) -> dict[str, list[Row]]:
        """Which outcome definitions each score meets."""
        return self._by("score_outcome", "score_id")

    @cached_property
    def facts(self) -> dict[str, Row]:
        """The state of each fact of which anything is known."""
        return {row["fact"]: row for row in self.rows("fact")}

    @cached_property
    def fact_evidence(self) -> dict[str, list[Row]]:
        """What speaks of each fact."""
        return self._by("fact_evidence", "fact")

    def steps(self, attempt: Row) -> list[Row]:
        """The dose steps of a trial, in time."""
        key = (attempt["ingredient"], attempt["era"])
        return [row for row in self.rows("dose_step") if (row["ingredient"], row["era"]) == key]

    def doses_set_aside(self, attempt: Row) -> list[Row]:
        """Supplies of a trial whose dose was set aside as more than anybody takes, in time."""
        mine = {row["evidence_id"] for row in self.evidence.get(attempt["trial_id"], [])}
        first, last = attempt["start_earliest"], attempt["end_latest"]
        return [
            row
            for row in self.rows("supply")
            if row["highest_licensed"] is not None
            and (row["ingredient"], row["evidence_id"] in mine) == (attempt["ingredient"], True)
            and first <= row["start_earliest"] <= last
        ]

    def location(self, evidence_id: str) -> str:
        """File and line of a row of the record, empty if the reader didn't keep them."""
        found = self.review.records.locations.get(evidence_id)
        return "" if found is None else f"{found[0]}, {found[1]}"

    # --- knowledge ---------------------------------------------------------------------------------

    @cached_property
    def ingredients(self) -> dict[str, s.Ingredient]:
        """Each drug by its id."""
        return {item.id: item for item in self.knowledge.ingredients}

    @cached_property
    def instruments(self) -> dict[str, s.Instrument]:
        """Each scale by its id."""
        return {item.id: item for item in self.knowledge.instruments}

    @cached_property
    def definitions(self) -> dict[str, s.Definition]:
        """Each definition by its id."""
        return {item.id: item for item in self.knowledge.definitions}

    @cached_property
    def sources(self) -> dict[str, s.Source]:
        """Each cited work by its id."""
        return {item.id: item for item in self.knowledge.sources}

    @cached_property
    def code_sets(self) -> dict[str, s.CodeSet]:
        """Each named set of codes by its id."""
        return {item.id: item for item in self.knowledge.code_sets}

    @cached_property
    def dose_tables(self) -> dict[str, s.DoseTable]:
        """Each published list of minimum doses by its id."""
        return {item.id: item for item in self.knowledge.dose_tables}

    @cached_property
    def outcome_titles(self) -> dict[str, s.Outcome]:
        """Each outcome definition by its id."""
        return {item.id: item for item in self.knowledge.outcomes}

    @cached_property
    def traps(self) -> dict[str, s.Trap]:
        """Each product that is easily misread by its id."""
        return {item.id: item for item in self.knowledge.traps}

    @cached_property
    def reason_entries(self) -> dict[str, s.Reason]:
        """Each reason by its id."""
        return {item.id: item for item in self.knowledge.reasons}

    @cached_property
    def options(self) -> dict[str, s.Option]:
        """Each option by its id."""
        return {item.id: item for item in self.knowledge.options}

    @cached_property
    def staging(self) -> dict[str, s.StagingMethod]:
        """Each staging method by its id."""
        return {item.id: item for item in self.knowledge.staging}

    @cached_property
    def interaction_entries(self) -> dict[str, s.Interaction]:
        """Each pair of medicines that touch one another, by its id."""
        return {item.id: item for item in self.knowledge.interactions}

    def interaction_text(self, interaction_id: str | None) -> str:
        """What a source says of a pair, or of a medicine and a gene; empty if there is no such pair."""
        found = self.interaction_source(interaction_id)
        return found.text if found else ""

    def interaction_source(self, interaction_id: str | None) -> s.Interaction | s.GeneDrug | None:
        """The line of the knowledge behind an interaction; those of genes are named by their place."""
        name = interaction_id or ""
        if name.startswith(GENE):
            return self.knowledge.gene_drugs[int(name.removeprefix(GENE))]
        return self.interaction_entries.get(name)

    def drug(self, ingredient: str) -> str:
        """The name of a drug."""
        found = self.ingredients.get(ingredient)
        return found.label if found else ingredient

    def short_scale(self, instrument: str) -> str:
        """The first of a scale's names (`PHQ-9`)."""
        found = self.instruments.get(instrument)
        return next(iter(found.names), found.title) if found else instrument

    def trial_drug(self, trial_id: str | None) -> str:
        """The drug of another trial of this person."""
        return self.drug(self.attempt[trial_id]["ingredient"]) if trial_id in self.attempt else "another drug"

    def code_set(self, code_set: str) -> str:
        """The title of a named set of codes."""
        found = self.code_sets.get(code_set)
        return found.title if found else code_set

    def short(self, definition_id: str) -> str:
        """The short name of a definition."""
        return self.definitions[definition_id].short

    def dose_table(self, dose_table: str) -> str:
        """The title of a list of minimum doses."""
        found = self.dose_tables.get(dose_table)
        return found.title if found else dose_table

    def minimum_dose(self, attempt: Row, verdict: Row) -> s.Dose | None:
        """The published minimum dose that a verdict used, the drug's own formulation first."""
        asked = (attempt["ingredient"], verdict["dose_table"], "minimum adequate", verdict["minimum_dose"])
        rows = [row for row in self.knowledge.doses if (row.ingredient, row.dose_table, row.kind, row.value) == asked]
        return min(rows, key=lambda row: row.formulation != attempt["formulation"], default=None)

    def minimum_dose_cites(self, attempt: Row, verdict: Row) -> tuple[s.Cite, ...]:
        """Where that minimum dose stands."""
        found = self.minimum_dose(attempt, verdict)
        return (s.Cite(source=found.source, locus=found.locus),) if found else ()

    def minimum_unit(self, attempt: Row, verdict: Row) -> str | None:
        """The unit of that minimum dose, which need not be the one the record uses."""
        found = self.minimum_dose(attempt, verdict)
        return found.unit if found else None

    def response_percent(self) -> float:
        """The fall in percent that `response` means in a headline."""
        return next(item.value for item in self.knowledge.outcomes if item.term == "response" and item.default)
