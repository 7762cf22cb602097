"""The record as OMOP CDM 5.4: tables as folders or files of Parquet."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from stepwell import __version__
from stepwell.knowledge.load import Knowledge
from stepwell.simulate import events
from stepwell.simulate.blocks import IDS, NONE, Columns
from stepwell.simulate.columns import days, ints, items_of, known, same, texts
from stepwell.simulate.products import Products
from stepwell.simulate.record import Block
from stepwell.simulate.shape import Settings
from stepwell.simulate.supplies import WRITTEN_STOPS
from stepwell.simulate.vocabulary import DISPENSED, EHR, FEMALE, MALE, VISITS, Vocabulary
from stepwell.simulate.words import NOTICE
from stepwell.simulate.writing import Parquet

LABS = IDS // 2
"""Where the ids of results begin among those of a block, so that they don't depend on how many scores there are."""


class Omop:
    """The tables of the CDM, which grow block by block.

    Args:
        folder: Where to.
        part: The number of this part; none where one file of a table holds all.
        settings: What the people were drawn from.
        products: Of the settings.
        knowledge: For names and codes of scales.
    """

    def __init__(
        self, folder: Path, part: int | None, settings: Settings, products: Products, knowledge: Knowledge
    ) -> None:
        self._settings, self._products = settings, products
        self._files = Parquet(folder, part)
        self.vocabulary = Vocabulary(settings, products, knowledge)

    def add(self, block: Block, number: int) -> None:
        """Adds the rows of a block; ids are of the block, so they don't depend on the other people."""
        for name, table in self._tables(block, number):
            self._files.add(name, table)

    def add_vocabulary(self) -> None:
        """Adds the tables that stand once for everybody."""
        for name, table in self._once():
            self._files.add(name, table)

    def close(self) -> None:
        """Ends all files."""
        self._files.close()

    def _once(self) -> Iterator[tuple[str, pa.Table]]:
        yield "concept", self.vocabulary.concepts()
        yield "concept_ancestor", self.vocabulary.ancestors()
        yield "drug_strength", self.vocabulary.strengths()
        yield "cdm_source", self._source()

    def _tables(self, block: Block, number: int) -> Iterator[tuple[str, pa.Table]]:
        rows, first = block.tables, number * IDS
        yield "person", self._person(rows["person"])
        yield "observation_period", self._observed(rows["person"])
        yield "death", self._death(rows["person"])
        yield "visit_occurrence", self._visits(rows["visit"], first)
        yield "condition_occurrence", self._conditions(rows["condition"], first)
        yield "drug_exposure", self._drugs(rows["supply"], first)
        yield "measurement", self._measurements(rows["score"], rows["lab"], first)
        yield "observation", self._items(rows["score"], first)
        yield "procedure_occurrence", self._procedures(rows["procedure"], first)
        yield "device_exposure", self._devices(rows["device"], first)

    def _source(self) -> pa.Table:
        last = self._settings.calendar.last_day
        return pa.table({
            "cdm_source_name": ["Stepwell synthetic people"],
            "cdm_source_abbreviation": ["STEPWELL-SYNTHETIC"],
            "cdm_holder": ["nobody: made up"],
            "source_description": [NOTICE],
            "source_documentation_reference": ["docs/how-to/simulate.md"],
            "cdm_etl_reference": [f"stepwell simulate {__version__}"],
            "source_release_date": pa.array([last], pa.date32()),
            "cdm_release_date": pa.array([last], pa.date32()),
            "cdm_version": ["v5.4"],
            "cdm_version_concept_id": pa.array([756265], pa.int64()),
            "vocabulary_version": ["Stepwell synthetic subset"],
        })  # fmt: skip

    @staticmethod
    def _person(rows: Columns) -> pa.Table:
        born = rows["birth"].astype("datetime64[D]")
        year, month = born.astype("datetime64[Y]"), born.astype("datetime64[M]")
        size = len(born)
        return pa.table({
            "person_id": ints(rows["person"]),
            "gender_concept_id": ints(np.where(rows["female"], FEMALE, MALE)),
            "year_of_birth": ints(year.astype(np.int64) + 1970),
            "month_of_birth": ints((month - year).astype(np.int64) + 1),
            "day_of_birth": ints((born - month).astype(np.int64) + 1),
            "race_concept_id": same(0, size),
            "ethnicity_concept_id": same(0, size),
            "person_source_value": pa.array(rows["person"].astype(str)),
            "gender_source_value": pa.array(np.where(rows["female"], "F", "M")),
        })  # fmt: skip

    @staticmethod
    def _observed(rows: Columns) -> pa.Table:
        return pa.table({
            "observation_period_id": ints(rows["person"]),
            "person_id": ints(rows["person"]),
            "observation_period_start_date": days(rows["first"]),
            "observation_period_end_date": days(rows["last"]),
            "period_type_concept_id": same(EHR, len(rows["person"])),
        })  # fmt: skip

    @staticmethod
    def _death(rows: Columns) -> pa.Table:
        dead = rows["death"] != NONE
        return pa.table({
            "person_id": ints(rows["person"][dead]),
            "death_date": days(rows["death"][dead]),
            "death_type_concept_id": same(EHR, int(dead.sum())),
        })  # fmt: skip

    @staticmethod
    def _visits(rows: Columns, first: int) -> pa.Table:
        return pa.table({
            "visit_occurrence_id": numbered(rows, first),
            "person_id": ints(rows["person"]),
            "visit_concept_id": ints(np.array(VISITS)[rows["kind"]]),
            "visit_start_date": days(rows["day"]),
            "visit_end_date": days(rows["until"]),
            "visit_type_concept_id": same(EHR, len(rows["day"])),
            "visit_source_value": pa.array(np.array(events.KINDS)[rows["kind"]]),
        })  # fmt: skip

    def _conditions(self, rows: Columns, first: int) -> pa.Table:
        codes = events.codes(self._settings)
        standard = np.array([self.vocabulary.standard(code) for code in codes])
        source = np.array([self.vocabulary.id("ICD10CM", code) for code in codes])
        return pa.table({
            "condition_occurrence_id": numbered(rows, first),
            "person_id": ints(rows["person"]),
            "condition_concept_id": ints(standard[rows["code"]]),
            "condition_start_date": days(rows["day"]),
            "condition_type_concept_id": same(EHR, len(rows["day"])),
            "condition_source_value": pa.array(np.array(codes)[rows["code"]]),
            "condition_source_concept_id": ints(source[rows["code"]]),
        })  # fmt: skip

    def _drugs(self, rows: Columns, first: int) -> pa.Table:
        concepts = np.array([self.vocabulary.drug(code) for code in self._products.rxcui])
        dated = (rows["day"] != NONE) & (rows["days"] != NONE)
        end = np.where(dated, rows["day"] + rows["days"] - 1, rows["day"])
        return pa.table({
            "drug_exposure_id": numbered(rows, first),
            "person_id": ints(rows["person"]),
            "drug_concept_id": ints(concepts[rows["product"]]),
            "drug_exposure_start_date": days(rows["day"]),
            "drug_exposure_end_date": days(end),
            "verbatim_end_date": days(np.where(rows["stop"] != NONE, end, NONE)),
            "drug_type_concept_id": same(DISPENSED, len(end)),
            "stop_reason": texts(WRITTEN_STOPS, rows["stop"]),
            "quantity": known(rows["quantity"]),
            "days_supply": ints(rows["days"]),
            "drug_source_value": pa.array(np.array(self._products.rxcui)[rows["product"]]),
            "drug_source_concept_id": ints(concepts[rows["product"]]),
        })  # fmt: skip

    def _measurements(self, scores: Columns, labs: Columns, first: int) -> pa.Table:
        named = events.labs(self._settings)
        concepts = np.array([self.vocabulary.id("LOINC", code) for code, _ in named], dtype=np.int64)
        units = np.array([self.vocabulary.id("UCUM", unit) for _, unit in named], dtype=np.int64)
        total = self.vocabulary.total
        totals, results = len(scores["day"]), len(labs["day"])
        people = np.concatenate([scores["person"], labs["person"]])
        values = np.concatenate([scores["total"].astype(float), labs["value"]])
        code = np.array([code for code, _ in named] or [""])[labs["code"]]
        unit = np.array([unit for _, unit in named] or [""])[labs["code"]]
        return pa.table({
            "measurement_id": ints(np.concatenate([first + np.arange(totals), first + LABS + np.arange(results)])),
            "person_id": ints(people),
            "measurement_concept_id": ints(
                np.concatenate([np.full(totals, self.vocabulary.id("LOINC", total)), concepts[labs["code"]]])
            ),
            "measurement_date": days(np.concatenate([scores["day"], labs["day"]])),
            "measurement_type_concept_id": same(EHR, totals + results),
            "value_as_number": pa.array(values),
            "unit_concept_id": ints(np.concatenate([np.zeros(totals, dtype=np.int64), units[labs["code"]]])),
            "unit_source_value": pa.array(
                np.concatenate([np.full(totals, "{score}"), unit]),
            ),
            "measurement_source_value": pa.array(np.concatenate([np.full(totals, total), code])),
        })  # fmt: skip

    def _items(self, rows: Columns, first: int) -> pa.Table:
        """Items are observations, as LOINC's survey answers are in the vocabulary."""
        codes = self.vocabulary.items
        where, which, values = items_of(rows)
        concepts = np.array([self.vocabulary.id("LOINC", code) for code in codes])
        return pa.table({
            "observation_id": ints(first + np.arange(len(where))),
            "person_id": ints(rows["person"][where]),
            "observation_concept_id": ints(concepts[which]),
            "observation_date": days(rows["day"][where]),
            "observation_type_concept_id": same(EHR, len(where)),
            "value_as_number": pa.array(values.astype(float)),
            "observation_source_value": pa.array(np.array(codes)[which]),
        })  # fmt: skip

    def _procedures(self, rows: Columns, first: int) -> pa.Table:
        named = self._settings.procedures
        concepts = np.array([self.vocabulary.of(p.system, p.code) for p in named], dtype=np.int64)
        return pa.table({
            "procedure_occurrence_id": numbered(rows, first),
            "person_id": ints(rows["person"]),
            "procedure_concept_id": ints(concepts[rows["code"]]),
            "procedure_date": days(rows["day"]),
            "procedure_type_concept_id": same(EHR, len(rows["day"])),
            "procedure_source_value": pa.array(np.array([p.code for p in named] or [""])[rows["code"]]),
            "procedure_source_concept_id": ints(concepts[rows["code"]]),
        })  # fmt: skip

    def _devices(self, rows: Columns, first: int) -> pa.Table:
        named = self._settings.devices
        concepts = np.array([self.vocabulary.of(d.system, d.code) for d in named], dtype=np.int64)
        return pa.table({
            "device_exposure_id": numbered(rows, first),
            "person_id": ints(rows["person"]),
            "device_concept_id": ints(concepts[rows["code"]]),
            "device_exposure_start_date": days(rows["day"]),
            "device_type_concept_id": same(EHR, len(rows["day"])),
            "device_source_value": pa.array(np.array([d.code for d in named] or [""])[rows["code"]]),
            "device_source_concept_id": ints(concepts[rows["code"]]),
        })  # fmt: skip


def numbered(rows: Columns, first: int) -> pa.Array:
    """Ids from `first`."""
    return pa.array(first + np.arange(len(rows["person"]), dtype=np.int64))
