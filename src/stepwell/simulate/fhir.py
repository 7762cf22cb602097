"""The record as FHIR R4 bulk export: one file of ndjson for each kind of resource."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson

from stepwell.knowledge.load import Knowledge
from stepwell.simulate import events
from stepwell.simulate.blocks import IDS, NONE, Columns
from stepwell.simulate.columns import items_of
from stepwell.simulate.people import UNIX
from stepwell.simulate.products import Products
from stepwell.simulate.record import Block
from stepwell.simulate.shape import Settings
from stepwell.simulate.supplies import WRITTEN_STOPS

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SYSTEMS = {
    "cpt": "http://www.ama-assn.org/go/cpt",
    "hcpcs": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "icd-10-pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "snomed": "http://snomed.info/sct",
}
CLASSES = ("AMB", "EMER", "IMP")
SYNTHETIC = {"tag": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}
"""The mark that FHIR has for made-up health data."""

Node = dict[str, Any]


class Fhir:
    """Files of ndjson that grow block by block.

    Args:
        folder: Where to.
        part: The number of this part; none where one file of a kind holds all.
        settings: What the people were drawn from.
        products: Of the settings.
        knowledge: For names and the codes of scales.
    """

    def __init__(
        self, folder: Path, part: int | None, settings: Settings, products: Products, knowledge: Knowledge
    ) -> None:
        self._folder, self._settings, self._products = folder, settings, products
        self._ending = ".ndjson" if part is None else f"-{part:05}.ndjson"
        phq = next(scale for scale in knowledge.instruments if scale.id == "phq-9")
        self._total, self._items = phq.totals[0].code, [item.codes[0].code for item in phq.items]
        labels = {drug.id: drug.label for drug in knowledge.ingredients}
        self._medicines = [
            _code(RXNORM, rxcui, f"{labels[name]} {strength:g} mg" if strength == strength else labels[name])  # noqa: PLR0124 -- not a number
            for rxcui, name, strength in zip(products.rxcui, products.ingredient, products.strength, strict=True)
        ]
        self._open: dict[str, BinaryIO] = {}
        self._stack = ExitStack()

    def add(self, block: Block, number: int) -> None:
        """Adds the resources of a block."""
        rows, first = block.tables, number * IDS
        self._write("Patient", self._patients(rows["person"]))
        self._write("Encounter", self._encounters(rows["visit"], first))
        self._write("Condition", self._conditions(rows["condition"], first))
        self._write("MedicationDispense", self._dispenses(rows["supply"], first))
        self._write("Observation", self._observations(rows, first))
        self._write("Procedure", self._procedures(rows["procedure"], first))
        self._write("Device", self._devices(rows["device"], first))

    def close(self) -> None:
        """Ends all files."""
        self._stack.close()

    def _write(self, kind: str, resources: Iterator[Node]) -> None:
        if kind not in self._open:
            path = self._folder / f"{kind}{self._ending}"
            self._open[kind] = self._stack.enter_context(path.open("wb"))
        lines = [orjson.dumps({"resourceType": kind, "meta": SYNTHETIC, **one}) for one in resources]
        self._open[kind].write(b"".join(line + b"\n" for line in lines))

    @staticmethod
    def _patients(rows: Columns) -> Iterator[Node]:
        for person, female, birth, death in _each(rows, "person", "female", "birth", "death"):
            dead = {} if death == NONE else {"deceasedDateTime": _day(death)}
            yield {"id": str(person), "gender": "female" if female else "male", "birthDate": _day(birth), **dead}

    @staticmethod
    def _encounters(rows: Columns, first: int) -> Iterator[Node]:
        for n, (person, kind, day, until) in enumerate(_each(rows, "person", "kind", "day", "until"), first):
            yield {
                "id": f"visit-{n}", "status": "finished", "class": {"system": ACT, "code": CLASSES[kind]},
                "subject": _patient(person), "period": {"start": _day(day), "end": _day(until)},
            }  # fmt: skip

    def _conditions(self, rows: Columns, first: int) -> Iterator[Node]:
        codes = events.codes(self._settings)
        active = _code("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
        confirmed = _code("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed")
        for n, (person, code, day) in enumerate(_each(rows, "person", "code", "day"), first):
            yield {
                "id": f"condition-{n}", "clinicalStatus": active, "verificationStatus": confirmed,
                "code": _code(ICD10, codes[code]), "subject": _patient(person), "onsetDateTime": _day(day),
            }  # fmt: skip

    def _dispenses(self, rows: Columns, first: int) -> Iterator[Node]:
        columns = _each(rows, "person", "product", "day", "days", "quantity", "stop")
        for n, (person, product, day, lasts, quantity, stop) in enumerate(columns, first):
            one: Node = {
                "id": f"supply-{n}", "status": "completed" if stop == NONE else "stopped",
                "medicationCodeableConcept": self._medicines[product], "subject": _patient(person),
            }  # fmt: skip
            if stop != NONE:
                one["statusReasonCodeableConcept"] = {"text": WRITTEN_STOPS[stop]}
            if quantity == quantity:  # noqa: PLR0124 -- not a number where it isn't known
                one["quantity"] = {"value": quantity}
            if lasts != NONE:
                one["daysSupply"] = {
                    "value": lasts, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d",
                }  # fmt: skip
            if day != NONE:
                one["whenHandedOver"] = _day(day)
            yield one

    def _observations(self, rows: dict[str, Columns], first: int) -> Iterator[Node]:
        yield from self._scores(rows["score"], first)
        labs = events.labs(self._settings)
        for n, (person, code, day, value) in enumerate(_each(rows["lab"], "person", "code", "day", "value"), first):
            loinc, unit = labs[code]
            yield {
                "id": f"lab-{n}", "status": "final", "code": _code(LOINC, loinc), "subject": _patient(person),
                "effectiveDateTime": _day(day),
                "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
            }  # fmt: skip

    def _scores(self, rows: Columns, first: int) -> Iterator[Node]:
        components: dict[int, list[Node]] = {}
        for where, item, answer in zip(*(part.tolist() for part in items_of(rows)), strict=True):
            components.setdefault(where, []).append({"code": _code(LOINC, self._items[item]), "valueInteger": answer})
        total = _code(LOINC, self._total, "PHQ-9 total score")
        for n, (person, day, value) in enumerate(_each(rows, "person", "day", "total")):
            one: Node = {"id": f"score-{first + n}", "status": "final", "code": total, "subject": _patient(person)}
            if day != NONE:
                one["effectiveDateTime"] = _day(day)
            one["valueInteger"] = value
            if n in components:
                one["component"] = components[n]
            yield one

    def _procedures(self, rows: Columns, first: int) -> Iterator[Node]:
        named = self._settings.procedures
        for n, (person, code, day) in enumerate(_each(rows, "person", "code", "day"), first):
            yield {
                "id": f"procedure-{n}", "status": "completed", "subject": _patient(person),
                "code": _code(SYSTEMS[named[code].system], named[code].code), "performedDateTime": _day(day),
            }  # fmt: skip

    def _devices(self, rows: Columns, first: int) -> Iterator[Node]:
        named = self._settings.devices
        for n, (person, code, _) in enumerate(_each(rows, "person", "code", "day"), first):
            yield {
                "id": f"device-{n}", "status": "active", "patient": _patient(person),
                "type": _code(SYSTEMS[named[code].system], named[code].code),
            }  # fmt: skip


def _each(rows: Columns, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(np.asarray(rows[name]).tolist() for name in names), strict=True)


def _patient(person: int) -> Node:
    return {"reference": f"Patient/{person}"}


def _code(system: str, code: str, text: str | None = None) -> Node:
    coded: Node = {"coding": [{"system": system, "code": code}]}
    return coded if text is None else {**coded, "text": text}


def _day(day: int) -> str:
    found: date = UNIX + timedelta(days=day)
    return found.isoformat()
