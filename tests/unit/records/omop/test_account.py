"""What was found in a CDM, what is missing, and how good it is."""

# ruff: noqa: E501 -- a row of a table stands on one line

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from stepwell.engines import omop as reading
from stepwell.errors import ConfigError
from stepwell.knowledge.load import load
from stepwell.records import omop
from tests.unit.records.omop.cdm import rows_of, table
from tests.unit.records.omop.test_reader import in_duckdb

AS_OF = date(2024, 12, 31)
Rows = list[dict[str, Any]]

CDM = {
    "person": """
        person_id | gender_concept_id | year_of_birth
        1 | 8532 | 1980
        2 | 0    |""",
    "concept": """
        concept_id | vocabulary_id | concept_code | concept_name
        2    | RxNorm | 312941  | sertraline 50 MG Oral Tablet
        9    | RxNorm | 999     | another
        30   | LOINC  | 44261-6 | PHQ-9 total
        8532 | Gender | F       | FEMALE""",
    "drug_exposure": """
        drug_exposure_id | person_id | drug_concept_id | drug_exposure_start_date | drug_exposure_end_date | days_supply | quantity
        1 | 1 | 2 | 2023-03-01 |            | 30  | 30
        2 | 1 | 2 | 2023-04-01 | 2023-04-30 |     | 30
        3 | 1 | 9 | 2023-05-01 | 2023-04-30 | 0   | 0
        4 | 2 | 0 | 2024-03-01 |            | 30  | 9000
        5 | 2 | 0 | 2024-03-01 |            | 30  | 9000
        6 | 1 | 2 | 1970-03-01 |            | 30  | 30
        7 | 1 | 2 | 2025-03-01 |            | 30  | 30""",
}


def tables_of(cdm: Mapping[str, str]) -> dict[str, pa.Table]:
    return {name: table(name, rows_of(name, text)) for name, text in cdm.items()}


@pytest.fixture(scope="module")
def found() -> tuple[Rows, Rows]:
    """The account, and the quality, of a small CDM."""
    source = in_duckdb(tables_of(CDM))
    known = reading.knowledge_beside(source, load())
    account = source.run(omop.account(source.tables, known))
    return account.to_pylist(), source.run(omop.quality(source.tables, known, AS_OF)).to_pylist()


def test_account_counts_rows_people_days_and_codes(found: tuple[Rows, Rows]) -> None:
    drugs = next(row for row in found[0] if row["table"] == "drug_exposure" and row["what"] == "all")

    assert drugs == {
        "table": "drug_exposure", "what": "all", "present": True, "rows": 7, "people": 2,
        "first": date(1970, 3, 1), "last": date(2025, 3, 1), "coded": 5, "used": 4, "missing_columns": None,
    }  # fmt: skip


def test_account_says_in_plain_words_what_is_missing_for_which_answer(found: tuple[Rows, Rows]) -> None:
    text = omop.in_words(found[0])

    assert text.splitlines()[0].split() == ["Found", "Rows", "People", "From", "To", "Coded", "Used"]
    assert "drug_exposure                     7           2  1970-03-01 2025-03-01    71%   57%" in text
    assert omop.lacks(found[0])[0] == (
        "The table death is missing. Nobody is known to have died; time without treatment after death counts as time "
        "without."
    )
    assert omop.lacks(found[0])[-2:] == [
        "No score of depression was found: whether a trial worked is told only by what came next.",
        "No diagnosis of depression was found: definitions that ask for one are met by nobody.",
    ]
    assert not [line for line in omop.lacks(found[0]) if "No antidepressant was found" in line]


def test_account_names_missing_columns() -> None:
    cdm = tables_of(CDM)
    cdm["drug_exposure"] = cdm["drug_exposure"].drop_columns(["quantity", "stop_reason"])
    source = in_duckdb(cdm)
    known = reading.knowledge_beside(source, load())

    rows = source.run(omop.account(source.tables, known)).to_pylist()

    assert [line for line in omop.lacks(rows) if line.startswith("drug_exposure lacks")] == [
        "drug_exposure lacks stop_reason. Why a medicine was stopped isn't known: intolerance and refusal can't be told.",
        "drug_exposure lacks quantity. No dose is known: no trial can be told to be high enough.",
    ]
    assert "No supply of an antidepressant has a dose: no trial is known to be high enough." in omop.lacks(rows)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("days_supply", {1970: (1, 0, 0, 0), 2023: (3, 1, 1, 1), 2024: (2, 0, 0, 0), 2025: (1, 0, 0, 0)}),
        ("quantity", {1970: (1, 0, 0, 0), 2023: (3, 0, 1, 0), 2024: (2, 0, 2, 0), 2025: (1, 0, 0, 0)}),
        ("drug_concept_id", {1970: (1, 0, 0, 0), 2023: (3, 0, 0, 0), 2024: (2, 2, 0, 0), 2025: (1, 0, 0, 0)}),
        ("end before start", {1970: (1, 0, 0, 0), 2023: (3, 0, 1, 0), 2024: (2, 0, 0, 0), 2025: (1, 0, 0, 0)}),
        ("duplicate", {1970: (1, 0, 0, 0), 2023: (3, 0, 0, 0), 2024: (2, 0, 2, 0), 2025: (1, 0, 0, 0)}),
        ("before birth", {1970: (1, 0, 1, 0), 2023: (3, 0, 0, 0), 2024: (2, 0, 0, 0), 2025: (1, 0, 0, 0)}),
        ("in the future", {1970: (1, 0, 0, 0), 2023: (3, 0, 0, 0), 2024: (2, 0, 0, 0), 2025: (1, 0, 1, 0)}),
    ],
)
def test_quality_counts_by_table_check_and_year(
    check: str, expected: dict[int, tuple[int, ...]], found: tuple[Rows, Rows]
) -> None:
    rows = [row for row in found[1] if (row["table"], row["check"]) == ("drug_exposure", check)]

    counted = {row["year"]: tuple(row[name] for name in ("rows", "missing", "implausible", "inferred")) for row in rows}
    assert counted == expected


def test_rows_of_nobody_who_is_in_the_table_of_people_are_counted() -> None:
    cdm = tables_of(CDM)
    cdm["person"] = cdm["person"].filter(pc.not_equal(cdm["person"]["person_id"], "1"))
    source = in_duckdb(cdm)
    known = reading.knowledge_beside(source, load())

    rows = source.run(omop.quality(source.tables, known, date(2024, 12, 31))).to_pylist()

    of_nobody = [row for row in rows if (row["table"], row["check"]) == ("drug_exposure", "person_id")]
    drugs = cdm["drug_exposure"]["person_id"].to_pylist()
    assert sum(row["rows"] for row in of_nobody) == len(drugs)
    assert sum(row["missing"] for row in of_nobody) == drugs.count("1") > 0


def test_quality_of_people_has_no_year(found: tuple[Rows, Rows]) -> None:
    rows = {row["check"]: row for row in found[1] if row["table"] == "person"}

    assert (rows["sex"]["rows"], rows["sex"]["missing"], rows["sex"]["year"]) == (2, 1, None)
    assert (rows["birth"]["rows"], rows["birth"]["missing"]) == (2, 1)


def test_columns_of_people_are_named_by_their_concept_where_there_is_one() -> None:
    source = in_duckdb(tables_of(CDM))

    rows = source.run(omop.person_columns(source.tables, ["GENDER_CONCEPT_ID", "year_of_birth"])).to_pylist()

    assert sorted((row["person_id"], row["column"], row["value"]) for row in rows) == [
        ("1", "gender_concept_id", "FEMALE"), ("1", "year_of_birth", "1980"),
        ("2", "gender_concept_id", "0"), ("2", "year_of_birth", None),
    ]  # fmt: skip


def test_a_column_that_people_have_not_is_refused_with_those_they_have() -> None:
    source = in_duckdb(tables_of(CDM))

    with pytest.raises(ConfigError) as caught:
        omop.person_columns(source.tables, ["race", "year_of_birth", "wealth"])

    assert str(caught.value) == (
        "People can't be grouped so: not a column of person: race, wealth. The columns are: birth_datetime, "
        "day_of_birth, gender_concept_id, month_of_birth, person_id, year_of_birth."
    )


def test_a_table_none_of_whose_days_can_be_read_is_told_of() -> None:
    cdm = tables_of(CDM)
    days = pa.array(["02/03/2024"] * cdm["drug_exposure"].num_rows)
    place = cdm["drug_exposure"].schema.get_field_index("drug_exposure_start_date")
    cdm["drug_exposure"] = cdm["drug_exposure"].set_column(place, "drug_exposure_start_date", days)
    source = in_duckdb(cdm)

    rows = source.run(omop.account(source.tables, reading.knowledge_beside(source, load()))).to_pylist()

    assert (
        "No row of drug_exposure has a drug_exposure_start_date that can be read as a day. What came when isn't known. "
        "Write days as 2024-12-31: of 02/03/2024 it can't be told which it is."
    ) in omop.lacks(rows)
