"""The part of the OMOP vocabularies that the synthetic rows need, names of our own.

Concept ids are the real ones where the knowledge has them or where they are part of the CDM itself; else local ones,
above 2,000,000,000 as OMOP keeps them, with the real vocabulary and code.
"""

import math
from datetime import date

import pyarrow as pa

from stepwell.knowledge.load import Knowledge
from stepwell.simulate import events
from stepwell.simulate.products import Products
from stepwell.simulate.shape import Device, Procedure, Settings

LOCAL = 2_000_000_000
FEMALE, MALE = 8532, 8507
VISITS = (9202, 9203, 9201)
EHR, DISPENSED, MILLIGRAM = 32817, 32825, 8576
OF_CDM = (
    (FEMALE, "FEMALE", "Gender", "Gender", "Gender", "F"),
    (MALE, "MALE", "Gender", "Gender", "Gender", "M"),
    (9201, "Inpatient Visit", "Visit", "Visit", "Visit", "IP"),
    (9202, "Outpatient Visit", "Visit", "Visit", "Visit", "OP"),
    (9203, "Emergency Room Visit", "Visit", "Visit", "Visit", "ER"),
    (EHR, "EHR", "Type Concept", "Type Concept", "Type Concept", ""),
    (DISPENSED, "EHR dispensing record", "Type Concept", "Type Concept", "Type Concept", ""),
    (MILLIGRAM, "milligram", "Unit", "UCUM", "Unit", "mg"),
)
UNITS = {"g/dL": 8713}
SYSTEMS = {"cpt": "CPT4", "hcpcs": "HCPCS", "icd-10-pcs": "ICD10PCS", "snomed": "SNOMED"}
DOMAINS = {"CPT4": "Procedure", "HCPCS": "Procedure", "ICD10PCS": "Procedure", "SNOMED": "Device"}
VALID_FROM, VALID_TO = date(1970, 1, 1), date(2099, 12, 31)
COLUMNS = (
    "concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_class_id", "standard_concept", "concept_code",
)  # fmt: skip


class Vocabulary:
    """Concepts by vocabulary and code.

    Args:
        settings: Whose codes are needed.
        products: Of the settings.
        knowledge: For real ids, code sets and scales.
    """

    def __init__(self, settings: Settings, products: Products, knowledge: Knowledge) -> None:
        self._products = products
        phq = next(scale for scale in knowledge.instruments if scale.id == "phq-9")
        self.total = phq.totals[0].code
        self.items = [item.codes[0].code for item in phq.items]
        self._drugs = {drug.id: drug for drug in knowledge.ingredients}
        self._rows: list[tuple[object, ...]] = [(*row[:5], "S", row[5]) for row in OF_CDM]
        self._ids: dict[tuple[str, str], int] = {}
        self._standard: dict[str, int] = {}
        self._add_drugs()
        self._add_conditions(settings, knowledge)
        self._add_measures(settings)
        events_of: list[Procedure | Device] = [*settings.procedures, *settings.devices]
        for event in events_of:
            system = SYSTEMS[event.system]
            self._add(system, event.code, event.code_set, DOMAINS[system], system, "S")

    def id(self, vocabulary: str, code: str) -> int:
        """The concept of a code."""
        return self._ids[vocabulary, code]

    def of(self, system: str, code: str) -> int:
        """The concept of a code in one of our names of coding systems."""
        return self.id(SYSTEMS[system], code)

    def drug(self, rxcui: str) -> int:
        """The concept of a product or ingredient."""
        return self.id("RxNorm", rxcui)

    def standard(self, code: str) -> int:
        """The standard concept of a diagnosis, 0 where the knowledge has none."""
        return self._standard.get(code, 0)

    def concepts(self) -> pa.Table:
        """The rows of `concept`."""
        columns = {name: [row[n] for row in self._rows] for n, name in enumerate(COLUMNS)}
        size = len(self._rows)
        table = pa.table({
            **columns,
            "valid_start_date": pa.array([VALID_FROM] * size, pa.date32()),
            "valid_end_date": pa.array([VALID_TO] * size, pa.date32()),
            "invalid_reason": pa.nulls(size, pa.string()),
        })  # fmt: skip
        return table.sort_by("concept_id")

    def ancestors(self) -> pa.Table:
        """Each ingredient above itself and above its products."""
        pairs = sorted({(self._ingredient(n), self.drug(code)) for n, code in enumerate(self._products.rxcui)})
        own = {(ingredient, ingredient) for ingredient, _ in pairs}
        rows = sorted(own | set(pairs))
        levels = [0 if above == below else 1 for above, below in rows]
        return pa.table({
            "ancestor_concept_id": pa.array([row[0] for row in rows], pa.int64()),
            "descendant_concept_id": pa.array([row[1] for row in rows], pa.int64()),
            "min_levels_of_separation": pa.array(levels, pa.int64()),
            "max_levels_of_separation": pa.array(levels, pa.int64()),
        })  # fmt: skip

    def strengths(self) -> pa.Table:
        """The strength of each product in mg."""
        rows = [
            (self.drug(code), self._ingredient(n), float(self._products.strength[n]))
            for n, code in enumerate(self._products.rxcui)
            if not math.isnan(self._products.strength[n])
        ]
        size = len(rows)
        return pa.table({
            "drug_concept_id": pa.array([row[0] for row in rows], pa.int64()),
            "ingredient_concept_id": pa.array([row[1] for row in rows], pa.int64()),
            "amount_value": pa.array([row[2] for row in rows], pa.float64()),
            "amount_unit_concept_id": pa.array([MILLIGRAM] * size, pa.int64()),
            "valid_start_date": pa.array([VALID_FROM] * size, pa.date32()),
            "valid_end_date": pa.array([VALID_TO] * size, pa.date32()),
        })  # fmt: skip

    def _ingredient(self, place: int) -> int:
        drug = self._drugs[self._products.ingredient[place]]
        return self.drug(drug.rxnorm or drug.id)

    def _add(self, vocabulary: str, code: str, name: str, domain: str, kind: str, standard: str | None,
             real: int | None = None) -> None:  # fmt: skip
        if (vocabulary, code) in self._ids:
            return
        number = real or LOCAL + 1 + len(self._ids)
        self._ids[vocabulary, code] = number
        self._rows.append((number, name, domain, vocabulary, kind, standard, code))

    def _add_drugs(self) -> None:
        for name in dict.fromkeys(self._products.ingredient):
            drug = self._drugs[name]
            self._add("RxNorm", drug.rxnorm or drug.id, drug.label, "Drug", "Ingredient", "S", drug.omop_concept_id)
        for n, code in enumerate(self._products.rxcui):
            name, strength = self._products.ingredient[n], self._products.strength[n]
            title = f"{self._drugs[name].label} {strength:g} MG {self._products.form[n]}"
            self._add("RxNorm", code, title, "Drug", "Clinical Drug", "S")

    def _add_conditions(self, settings: Settings, knowledge: Knowledge) -> None:
        titles = {code_set.id: code_set.title for code_set in knowledge.code_sets}
        named = dict.fromkeys(settings.depression.codes, settings.depression.code_set)
        named |= {r.code: r.code_set for r in settings.reasons if r.code and r.code_set}
        named |= {c.code: c.code_set for c in settings.conditions}
        real = self._real_conditions(knowledge)
        for code in events.codes(settings):
            title = titles.get(named[code], named[code])
            self._add("ICD10CM", code, f"{title} ({code})", "Condition", "ICD10CM code", None)
            if named[code] in real:
                concept, snomed = real[named[code]]
                self._standard[code] = concept
                self._add("SNOMED", snomed, title, "Condition", "Disorder", "S", concept)

    @staticmethod
    def _real_conditions(knowledge: Knowledge) -> dict[str, tuple[int, str]]:
        """The first standard concept of a code set that the knowledge names, and its SNOMED code if that is there.

        Every depression is the wider `other-depression`.
        """
        codes = {(code.code_set, code.locus): code.code for code in knowledge.codes if code.system == "snomed"}
        found: dict[str, tuple[int, str]] = {}
        for code in knowledge.codes:
            if code.system == "omop" and code.match == "prefix":
                found.setdefault(code.code_set, (int(code.code), codes.get((code.code_set, code.locus), "")))
        wider = found.get("other-depression")
        return found | (dict.fromkeys(("major-depression", "psychotic-features"), wider) if wider else {})

    def _add_measures(self, settings: Settings) -> None:
        self._add("LOINC", self.total, "PHQ-9 total", "Measurement", "Survey", "S")
        for n, code in enumerate(self.items):
            self._add("LOINC", code, f"PHQ-9 item {n + 1}", "Observation", "Survey", "S")
        for lab in settings.labs:
            self._add("LOINC", lab.code, lab.code_set, "Measurement", "Lab Test", "S")
            self._add("UCUM", lab.unit, lab.unit, "Unit", "Unit", "S", UNITS.get(lab.unit))
