"""Tiny CDM tables in, record rows out.

Every case is one person. All cases run together as the people of one CDM, so that an engine is asked once. A table is
written as text: a header and a row a line, cells divided by `|`, empty for null; `person_id` and the id of an event are
put in.
"""

# ruff: noqa: E501 -- a row of a table stands on one line

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from stepwell.records.omop.source import DAY, ID, NUMBER, SOURCE_TABLES
from tests.spec.harness import cells

VOCABULARY = {
    # Concept ids are made up; codes are real where a code of ours is meant.
    "concept": """
        concept_id | vocabulary_id   | concept_code | concept_name                                            | concept_class_id
        1          | RxNorm          | 36437        | sertraline                                              | Ingredient
        2          | RxNorm          | 312941       | sertraline 50 MG Oral Tablet                            | Clinical Drug
        3          | RxNorm          | 208161       | sertraline 50 MG Oral Tablet [Zoloft]                   | Branded Drug
        4          | RxNorm          | 999001       | sertraline 75 MG Oral Tablet                            | Clinical Drug
        5          | RxNorm          | 999002       | sertraline 20 MG/ML Oral Solution                       | Clinical Drug
        6          | RxNorm          | 966787       | doxepin 3 MG Oral Tablet                                | Clinical Drug
        7          | RxNorm          | 3638         | doxepin                                                 | Ingredient
        8          | RxNorm          | 999003       | doxepin 6 MG Oral Tablet [Other]                        | Branded Drug
        9          | RxNorm          | 313995       | fluoxetine 90 MG Delayed Release Oral Capsule           | Clinical Drug
        10         | RxNorm          | 39786        | venlafaxine                                             | Ingredient
        11         | RxNorm          | 999004       | venlafaxine 112.5 MG Extended Release Oral Tablet       | Clinical Drug
        12         | RxNorm          | 999005       | {7 (sertraline 25 MG Oral Tablet) / 21 (sertraline 50 MG Oral Tablet) } Pack | Clinical Pack
        13         | RxNorm          | 403972       | fluoxetine 50 MG / olanzapine 6 MG Oral Capsule         | Clinical Drug
        14         | RxNorm          | 161          | acetaminophen                                           | Ingredient
        15         | NDC             | 00000000000  | SERTRALINE HCL 50MG TAB                                 | 11-digit NDC
        16         | RxNorm Extension| OMOP999006   | mirtazapine 15 MG Oral Tablet Box of 30                 | Clinical Drug Box
        20         | ICD10CM         | F33.1        | Major depressive disorder, recurrent, moderate          | 5-char billing code
        21         | SNOMED          | 10875004     | Severe mixed bipolar I disorder with psychotic features | Clinical Finding
        22         | ICD10CM         | I10          | Essential (primary) hypertension                        | 3-char billing code
        23         | SNOMED          | 999007       | A finding below a set that OMOP names                   | Clinical Finding
        24         | CPT4            | 90870        | Electroconvulsive therapy                               | CPT4
        25         | SNOMED          | 999009       | Implantable defibrillator                               | Physical Object
        26         | SNOMED          | 999008       | Allergy to sertraline                                   | Clinical Finding
        27         | SNOMED          | 416098002    | Allergy to drug                                         | Clinical Finding
        30         | LOINC           | 44261-6      | Patient Health Questionnaire 9 item (PHQ-9) total score | Survey
        31         | LOINC           | 44250-9      | Little interest or pleasure in doing things             | Survey
        32         | LOINC           | 44255-8      | Feeling down, depressed, or hopeless                    | Survey
        33         | LOINC           | 44259-0      | Trouble falling or staying asleep                       | Survey
        34         | LOINC           | 44260-8      | Thoughts that you would be better off dead              | Survey
        35         | LOINC           | LA6570-1     | More than half the days                                 | Answer
        40         | LOINC           | 3016-3       | Thyrotropin [Units/volume] in Serum or Plasma           | Lab Test
        41         | UCUM            | mm[Hg]       | millimeter mercury column                               | Unit
        42         | LOINC           | 8480-6       | Systolic blood pressure                                 | Clinical Observation
        43         | LOINC           | LA6577-6     | Negative                                                | Answer
        44         | LOINC           | 2106-3       | Choriogonadotropin (pregnancy test) [Presence] in Urine | Lab Test
        50         | UCUM            | mg           | milligram                                               | Unit
        51         | UCUM            | mL           | milliliter                                              | Unit
        60         | SNOMED          | 373067005    | No                                                      | Qualifier Value
        61         | SNOMED          | 373066001    | Yes                                                     | Qualifier Value
    """,
    "concept_ancestor": """
        ancestor_concept_id | descendant_concept_id | min_levels_of_separation
        1      | 2  | 2
        1      | 3  | 3
        2      | 3  | 1
        1      | 4  | 2
        1      | 5  | 2
        1      | 12 | 3
        2      | 12 | 1
        7      | 6  | 2
        7      | 8  | 3
        10     | 11 | 2
        436665 | 23 | 4
    """,
    "drug_strength": """
        drug_concept_id | ingredient_concept_id | amount_value | amount_unit_concept_id | numerator_value | numerator_unit_concept_id | denominator_value | denominator_unit_concept_id
        4  | 1  | 75    | 50 |    |    |   |
        5  | 1  |       |    | 20 | 50 | 1 | 51
        8  | 7  | 6     | 50 |    |    |   |
        11 | 10 | 112.5 | 50 |    |    |   |
    """,
}  # fmt: skip

TYPES = {ID: pa.int64(), NUMBER: pa.float64(), DAY: pa.date32()}
EVENT_ID = {
    name: f"{name}_id" for name, columns in SOURCE_TABLES.items() if f"{name}_id" in columns.needed and name != "person"
}


@dataclass(frozen=True)
class Case:
    """One person of a CDM and the record rows expected.

    Args:
        title: The result, as a sentence; the name of the test.
        cdm: Text tables of the CDM by name.
        expected: Text tables by record table; only the columns named there are compared, rows in any order.
        infer: Whether missing supply is inferred.
    """

    title: str
    cdm: Mapping[str, str]
    expected: Mapping[str, str]
    infer: bool = False


def _value(text: str, kind: str) -> Any:
    if text == "":
        return None
    if kind == ID:
        return int(text)
    if kind == NUMBER:
        return float(text)
    return date.fromisoformat(text) if kind == DAY else text


def rows_of(name: str, text: str) -> list[dict[str, Any]]:
    """The rows of a text table of the CDM."""
    kinds = SOURCE_TABLES[name].all
    return [{column: _value(cell, kinds[column]) for column, cell in row.items()} for row in cells(text)]


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table with every column that is read."""
    kinds = SOURCE_TABLES[name].all
    schema = pa.schema([(column, TYPES.get(kind, pa.string())) for column, kind in kinds.items()])
    return pa.Table.from_pylist(list(rows), schema=schema)


def combined(cases: Sequence[Case]) -> dict[str, pa.Table]:
    """All cases as the people of one CDM with the vocabulary."""
    rows: dict[str, list[dict[str, Any]]] = {name: rows_of(name, text) for name, text in VOCABULARY.items()}
    for number, case in enumerate(cases, 1):
        rows.setdefault("person", []).append({"person_id": str(number)})
        for name, text in case.cdm.items():
            for place, row in enumerate(rows_of(name, text), 1):
                own = {EVENT_ID[name]: f"{number}{place:02d}"} if name in EVENT_ID else {}
                if name == "person":
                    rows["person"][-1] |= row
                else:
                    rows.setdefault(name, []).append({"person_id": str(number), **own, **row})
    return {name: table(name, found) for name, found in rows.items()}


def found_rows(record: pa.Table, number: int, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of one person as text, as cases write them."""
    mine = [row for row in record.to_pylist() if row["person_id"] == str(number)]
    return [{column: _written(row, column) for column in columns} for row in mine]


def _written(row: Mapping[str, Any], column: str) -> str:
    if f"{column}_earliest" in row:
        first, last = row[f"{column}_earliest"], row[f"{column}_latest"]
        return _text(first) if first == last else f"{_text(first)} to {_text(last)}"
    return _text(row[column])


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
