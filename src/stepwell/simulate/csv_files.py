"""The record as a folder of CSV files, as `stepwell template` lays it out."""

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from stepwell.knowledge.load import Knowledge
from stepwell.simulate import events
from stepwell.simulate.blocks import NONE, Array, Columns
from stepwell.simulate.columns import days, items_of, known, texts
from stepwell.simulate.products import Products
from stepwell.simulate.record import Block
from stepwell.simulate.shape import Settings
from stepwell.simulate.supplies import STOPS

NAMED = {"cpt": "cpt", "icd-10-pcs": "icd10pcs", "snomed": "snomed"}
"""The column of a code, by its system."""


class CsvFiles:
    """CSV files that grow block by block.

    Args:
        folder: Where to.
        settings: What the people were drawn from.
        products: Of the settings.
        knowledge: For the names of medicines.
    """

    def __init__(self, folder: Path, settings: Settings, products: Products, knowledge: Knowledge) -> None:
        self._folder, self._settings, self._products = folder, settings, products
        labels = {drug.id: drug.label for drug in knowledge.ingredients}
        self._titles = {code_set.id: code_set.title for code_set in knowledge.code_sets}
        self._labels = np.array([labels[name] for name in products.ingredient])
        self._open: dict[str, csv.CSVWriter] = {}
        self._stack = ExitStack()

    def add(self, block: Block, number: int) -> None:  # noqa: ARG002 -- the ids of rows are their lines here
        """Adds the rows of a block to each file."""
        rows = block.tables
        made = {
            "person": self._people(rows["person"]),
            "medications": self._medications(rows["supply"]),
            "scores": self._scores(rows["score"]),
            "items": self._items(rows["score"]),
            "conditions": self._conditions(rows["condition"]),
            "procedures": self._procedures(rows["procedure"]),
            "labs": self._labs(rows["lab"]),
            "devices": self._devices(rows["device"]),
            "encounters": self._encounters(rows["visit"]),
        }
        for name, table in made.items():
            self._writer(name, table.schema).write_table(table)

    def close(self) -> None:
        """Ends all files."""
        self._stack.close()

    def _writer(self, name: str, schema: pa.Schema) -> csv.CSVWriter:
        if name not in self._open:
            options = csv.WriteOptions(quoting_style="needed")
            writer = csv.CSVWriter(str(self._folder / f"{name}.csv"), schema, write_options=options)
            self._open[name] = self._stack.enter_context(writer)
        return self._open[name]

    @staticmethod
    def _people(rows: Columns) -> pa.Table:
        return pa.table({
            "person_id": rows["person"],
            "birth_date": days(rows["birth"]),
            "sex": np.where(rows["female"], "female", "male"),
            "death_date": days(rows["death"]),
            "observed_from": days(rows["first"]),
            "observed_to": days(rows["last"]),
        })  # fmt: skip

    def _medications(self, rows: Columns) -> pa.Table:
        stopped = rows["stop"] != NONE
        return pa.table({
            "person_id": rows["person"],
            "medicine": self._labels[rows["product"]],
            "rxnorm": np.array(self._products.rxcui)[rows["product"]],
            "strength": known(self._products.strength[rows["product"]]),
            "start": days(rows["day"]),
            "basis": np.full(len(stopped), "dispensed"),
            "quantity": known(rows["quantity"]),
            "days_supply": known(rows["days"]),
            "status": np.where(stopped, "stopped", "completed"),
            "stop_reason": texts(STOPS, rows["stop"]),
        })  # fmt: skip

    @staticmethod
    def _scores(rows: Columns) -> pa.Table:
        return pa.table({
            "person_id": rows["person"],
            "date": days(rows["day"]),
            "instrument": np.full(len(rows["day"]), "PHQ-9"),
            "total": rows["total"],
        })  # fmt: skip

    @staticmethod
    def _items(rows: Columns) -> pa.Table:
        where, item, answer = items_of(rows)
        return pa.table({
            "person_id": rows["person"][where],
            "date": days(rows["day"][where]),
            "instrument": np.full(len(where), "PHQ-9"),
            "item": item + 1,
            "answer": answer,
        })  # fmt: skip

    def _conditions(self, rows: Columns) -> pa.Table:
        size = len(rows["day"])
        return pa.table({
            "person_id": rows["person"],
            "icd10": np.array(events.codes(self._settings))[rows["code"]],
            "start": days(rows["day"]),
            "status": np.full(size, "active"),
            "certainty": np.full(size, "confirmed"),
        })  # fmt: skip

    def _procedures(self, rows: Columns) -> pa.Table:
        named = self._settings.procedures
        return pa.table({
            "person_id": rows["person"],
            "procedure": self._picked([self._titles[p.code_set] for p in named], rows["code"]),
            **self._codes([(p.system, p.code) for p in named], rows["code"]),
            "start": days(rows["day"]),
            "end": days(rows["day"]),
        })  # fmt: skip

    def _labs(self, rows: Columns) -> pa.Table:
        named = self._settings.labs
        return pa.table({
            "person_id": rows["person"],
            "date": days(rows["day"]),
            "lab": self._picked([lab.code_set for lab in named], rows["code"]),
            "loinc": self._picked([lab.code for lab in named], rows["code"]),
            "value": rows["value"],
            "unit": self._picked([lab.unit for lab in named], rows["code"]),
        })  # fmt: skip

    def _devices(self, rows: Columns) -> pa.Table:
        named = self._settings.devices
        return pa.table({
            "person_id": rows["person"],
            "device": self._picked([self._titles[d.code_set] for d in named], rows["code"]),
            **self._codes([(d.system, d.code) for d in named], rows["code"]),
            "start": days(rows["day"]),
        })  # fmt: skip

    @staticmethod
    def _encounters(rows: Columns) -> pa.Table:
        return pa.table({
            "person_id": rows["person"],
            "kind": np.array(events.KINDS)[rows["kind"]],
            "start": days(rows["day"]),
            "end": days(rows["until"]),
        })  # fmt: skip

    @staticmethod
    def _picked(names: list[str], places: Array) -> pa.Array:
        return pa.array(np.array(names or [""])[places])

    @staticmethod
    def _codes(named: list[tuple[str, str]], places: Array) -> dict[str, pa.Array]:
        """A column for each coding system in use, empty where a code is of another."""
        used = sorted({NAMED[system] for system, _ in named})
        return {
            column: pa.array(np.array([code if NAMED[system] == column else "" for system, code in named])[places])
            for column in used
        }
