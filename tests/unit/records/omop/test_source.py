"""How a CDM is written: versions, cases, types, what is missing, what is more."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from stepwell.engines import omop as reading
from stepwell.engines.duckdb import Store
from stepwell.engines.source import Source
from stepwell.engines.sources import open_folder
from stepwell.errors import RecordError
from stepwell.knowledge.load import load
from stepwell.records import omop
from stepwell.records.tables import SCHEMAS
from tests.unit.records.omop.cases import CASES
from tests.unit.records.omop.cdm import combined
from tests.unit.records.omop.test_reader import in_duckdb

PERSON: dict[str, list[Any]] = {"person_id": [1], "gender_concept_id": [8532], "year_of_birth": [1980]}
CONCEPT: dict[str, list[Any]] = {"concept_id": [2], "vocabulary_id": ["RxNorm"], "concept_code": ["312941"]}
DRUG: dict[str, list[Any]] = {
    "drug_exposure_id": [7],
    "person_id": [1],
    "drug_concept_id": [2],
    "drug_exposure_start_date": [date(2024, 3, 1)],
    "drug_type_concept_id": [32825],
    "days_supply": [30],
    "quantity": [30.0],
}


def rows(tables: Mapping[str, Mapping[str, list[Any]]], wanted: str = "exposure") -> list[dict[str, Any]]:
    """One record table of a CDM."""
    source = in_duckdb({name: pa.table(dict(columns)) for name, columns in tables.items()})
    return source.run(reading.records(source, load())[wanted]).to_pylist()


def test_types_and_cases_change_nothing() -> None:
    plain = rows({"person": PERSON, "concept": CONCEPT, "drug_exposure": DRUG})
    texts: dict[str, list[Any]] = {name.upper(): [str(one) for one in values] for name, values in DRUG.items()}
    texts |= {"DRUG_EXPOSURE_START_DATE": ["2024-03-01 08:15:00"], "PERSON_ID": [1.0], "LOT_NUMBER": ["x"]}
    people = {name.title(): [str(one) for one in values] for name, values in PERSON.items()}
    written = rows({"PERSON": people, "Concept": CONCEPT, "Drug_Exposure": texts})

    assert len(plain) == 1
    assert (plain[0]["end_latest"], plain[0]["dose_per_day_low"]) == (date(2024, 3, 31), 50.0)
    assert written == plain


def test_a_timestamp_stands_in_for_a_missing_date() -> None:
    drug = {name: values for name, values in DRUG.items() if name != "drug_exposure_start_date"}
    drug["drug_exposure_start_datetime"] = [datetime(2024, 3, 1, 8, 15)]  # noqa: DTZ001 -- a CDM has no time zones

    assert rows({"person": PERSON, "concept": CONCEPT, "drug_exposure": drug})[0]["start_earliest"] == date(2024, 3, 1)


@pytest.mark.parametrize(
    "visit",
    [
        {"admitting_source_concept_id": [0], "admitting_source_value": ["home"]},
        {"admitted_from_concept_id": [0], "admitted_from_source_value": ["home"]},
    ],
    ids=["5.3", "5.4"],
)
def test_columns_of_both_versions_are_passed_over(visit: dict[str, list[Any]]) -> None:
    told: dict[str, list[Any]] = {"visit_occurrence_id": [3], "person_id": [1], "visit_concept_id": [9201],
            "visit_start_date": [date(2024, 3, 1)], "visit_end_date": [date(2024, 3, 4)]}  # fmt: skip

    found = rows({"person": PERSON, "visit_occurrence": told | visit}, "encounter")

    assert [(row["kind"], row["end_latest"]) for row in found] == [("inpatient", date(2024, 3, 5))]


def test_a_person_table_alone_gives_people_and_empty_tables() -> None:
    source = in_duckdb({"person": pa.table(PERSON)})
    made = {name: source.run(table) for name, table in reading.records(source, load()).items()}

    assert {name: table.num_rows for name, table in made.items() if table.num_rows} == {"person": 1}
    assert {name: table.schema.names for name, table in made.items()} == {name: list(SCHEMAS[name]) for name in SCHEMAS}


def test_without_vocabulary_ingredients_are_told_by_their_concept_ids() -> None:
    drug = DRUG | {"drug_concept_id": [739138]}

    found = rows({"person": PERSON, "drug_exposure": drug})

    assert [(row["ingredient"], row["dose_per_day_low"], row["coded_by"]) for row in found] == [
        ("sertraline", None, "code")
    ]


def test_every_fault_of_form_is_said_at_once() -> None:
    source = in_duckdb({
        "drug_exposure": pa.table({"drug_exposure_id": [1], "person_id": [1], "days_supply": [True],
                                   "drug_exposure_start_date": [20240301]}),
        "death": pa.table({"person_id": [1]}),
    })  # fmt: skip

    with pytest.raises(RecordError) as caught:
        omop.records(source.tables, {})

    assert str(caught.value) == (
        "The source can't be read as an OMOP CDM 5.3 or 5.4. Correct the tables named, or leave them out.\n"
        "  - The table person is missing. Without it nobody is in the record.\n"
        "  - death: the column death_date is missing.\n"
        "  - drug_exposure: the column drug_concept_id is missing.\n"
        "  - drug_exposure, column drug_exposure_start_date: found int64; allowed: a date, a timestamp, or text that "
        "begins with one (2024-12-31).\n"
        "  - drug_exposure, column days_supply: found boolean; allowed: a number, or text that holds one."
    )


def test_order_of_rows_and_tables_of_others_change_nothing() -> None:
    tables = combined(CASES)
    turned = {name: table.take(list(range(table.num_rows))[::-1]) for name, table in reversed(tables.items())}
    turned["note"] = pa.table({"note_id": [1], "note_text": ["none of our concern"]})

    first, second = (
        {name: source.run(made) for name, made in reading.records(source, load()).items()}
        for source in (in_duckdb(tables), in_duckdb(turned))
    )

    for name in SCHEMAS:
        assert sorted(second[name].to_pylist(), key=repr) == sorted(first[name].to_pylist(), key=repr)


def test_writing_translations_out_changes_nothing() -> None:
    source = in_duckdb(combined(CASES))
    known = source.add(
        omop.knowledge_tables(load()) | omop.words(source.run(omop.used_concepts(source.tables, {})), load())
    )

    at_once = omop.records(source.tables, known)
    kept = known | source.keep(omop.concept_meanings(source.tables, known))
    kept |= source.keep(omop.translations(source.tables, kept))
    beside = omop.records(source.tables, kept)

    for name in ("exposure", "condition", "score", "item", "lab"):
        first, second = (sorted(source.run(one[name]).to_pylist(), key=repr) for one in (at_once, beside))
        assert first == second


def test_a_text_that_is_not_the_number_or_day_of_its_column_is_unknown() -> None:
    wrong = {**DRUG, "days_supply": ["thirty"], "quantity": ["30"], "drug_exposure_start_date": ["2024-13-45"]}
    row = rows({"person": {**PERSON, "year_of_birth": ["19x"]}, "concept": CONCEPT, "drug_exposure": wrong})[0]

    assert (row["start_earliest"], row["end_latest"], row["dose_per_day_high"]) == (None, None, None)
    assert rows({"person": {**PERSON, "year_of_birth": ["19x"]}}, "person")[0]["birth_earliest"] is None


@pytest.mark.parametrize(
    "day", ["01/02/2024", "13/02/2024", "01.02.2024", "1/2/24", "2024/01/02", "24-01-02", "2024-1-2"]
)
def test_a_day_in_words_that_can_be_read_in_two_ways_or_not_at_all_is_unknown(day: str, tmp_path: Path) -> None:
    assert (
        rows({"person": PERSON, "death": {"person_id": [1], "death_date": [day]}}, "person")[0]["death_latest"] is None
    )

    (tmp_path / "person.csv").write_text("person_id\n1\n", encoding="utf-8")
    (tmp_path / "death.csv").write_text(f"person_id,death_date\n1,{day} \n", encoding="utf-8")
    source = open_folder(tmp_path, ["person", "death"])
    assert source.run(reading.records(source, load())["person"])["death_latest"].to_pylist() == [None]


@pytest.mark.parametrize("day", ["2024-01-02", "2024-01-02 00:00:00", "2024-01-02T23:30:00+01:00"])
def test_a_day_of_a_csv_file_is_the_one_that_is_written(day: str, tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("person_id\n1\n2\n", encoding="utf-8")
    (tmp_path / "death.csv").write_text(f"person_id,death_date\n1,{day}\n2,infinity\n", encoding="utf-8")

    source = open_folder(tmp_path, ["person", "death"])
    found = {row["person_id"]: row["death_latest"] for row in source.run(
        reading.records(source, load())["person"]).to_pylist()}  # fmt: skip

    assert found == {"1": date(2024, 1, 2), "2": None}


def test_the_day_of_a_moment_is_that_of_greenwich_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    moment = pa.array([datetime(2024, 1, 2)], pa.timestamp("us", "UTC"))  # noqa: DTZ001 -- its type has the zone

    source = in_duckdb({"person": pa.table(PERSON), "death": pa.table({"person_id": [1], "death_date": moment})})

    assert source.run(reading.records(source, load())["person"])["death_latest"].to_pylist() == [date(2024, 1, 2)]
    source.store.make("zone", "SELECT current_setting('TimeZone') AS zone", {})
    assert source.store.fetch("zone")["zone"].to_pylist() == ["UTC"]


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        *((kind, day) for kind in ("date", "timestamp", "string") for day in ("infinity", "9999-01-01", "9999-12-31")),
        ("date", "-infinity"), ("date", "5874897-12-31"), ("date", "0044-03-15 (BC)"), ("string", "10000-01-01"),
    ],
)  # fmt: skip
def test_a_day_that_no_calendar_holds_or_that_stands_for_no_end_is_unknown(kind: str, day: str) -> None:
    store = Store()
    store.hold("person", pa.table(PERSON))
    store.make("death", f"SELECT 1 AS person_id, '{day}'::{kind} AS death_date", {})
    tables = {"person": ibis.table({"person_id": "int64"}, name="person"),
              "death": ibis.table({"person_id": "int64", "death_date": kind}, name="death")}  # fmt: skip
    source = Source(store, tables, "DuckDB")

    (row,) = source.run(reading.records(source, load())["person"]).to_pylist()

    assert row["death_earliest"] is None


@pytest.mark.parametrize(("day", "known"), [("0001-01-01", date(1, 1, 1)), ("9998-12-31", date(9998, 12, 31))])
def test_a_day_of_the_calendar_stays_however_odd(day: str, known: date) -> None:
    (row,) = rows({"person": PERSON, "death": {"person_id": [1], "death_date": [day]}}, "person")

    assert row["death_earliest"] == known


def periods(*ends: date | None) -> dict[str, list[Any]]:
    """One period of observation for each end."""
    return {
        "person_id": [1] * len(ends),
        "observation_period_start_date": [date(2020, 1, 1)] * len(ends),
        "observation_period_end_date": list(ends),
    }


@pytest.mark.parametrize("end", [None, date(9999, 12, 31)])
def test_where_one_end_is_unknown_it_is_not_known_until_when_somebody_was_observed(end: date | None) -> None:
    told = {"person": PERSON, "concept": CONCEPT, "observation_period": periods(date(2021, 1, 1), end)}

    (person,) = rows(told, "person")
    (supply,) = rows(told | {"drug_exposure": DRUG})

    assert (person["observed_from"], person["observed_to"]) == (date(2020, 1, 1), None)
    assert supply["start_earliest"] == date(2024, 3, 1)


def test_a_supply_behind_the_last_day_on_which_anybody_was_observed_has_no_day() -> None:
    told = {
        "person": PERSON,
        "concept": CONCEPT,
        "observation_period": periods(date(2021, 1, 1)),
        "drug_exposure": DRUG,
    }

    assert rows(told)[0]["start_earliest"] is None


def test_answers_without_a_day_are_of_a_score_that_is_there() -> None:
    asked: dict[str, list[Any]] = {
        "observation_id": [1, 2, 3],
        "person_id": [1, 1, 1],
        "observation_concept_id": [0, 0, 0],
        "observation_source_value": ["44255-8", "44260-8", "44260-8"],
        "observation_date": [None, None, date(2024, 1, 5)],
        "value_as_number": [2, 1, 0],
    }
    told = {"person": PERSON, "observation": asked}

    items, scores = rows(told, "item"), rows(told, "score")

    assert sorted((row["item"], row["score_id"]) for row in items) == [
        ("2", "observation/1"), ("9", "observation/1"), ("9", "observation/3")
    ]  # fmt: skip
    assert sorted(row["score_id"] for row in scores) == ["observation/1", "observation/3"]


@pytest.mark.parametrize("odd", [float("inf"), float("nan"), 1e300, -1e300])
def test_a_number_that_cannot_be_right_is_unknown(odd: float) -> None:
    drug = {**DRUG, "days_supply": [odd], "quantity": [odd], "refills": [odd], "drug_source_concept_id": [odd]}
    person: dict[str, list[Any]] = {"person_id": [1], "gender_concept_id": [odd], "year_of_birth": [odd]}
    told = {"person": person, "concept": CONCEPT, "drug_exposure": drug}
    source = in_duckdb({name: pa.table(dict(columns)) for name, columns in told.items()})

    for infer in (False, True):
        made = reading.records(source, load(), infer=infer)
        (supply,), (person_row,) = (source.run(made[name]).to_pylist() for name in ("exposure", "person"))
        assert (supply["end_latest"], supply["dose_per_day_low"]) == (None, None)
        assert (person_row["birth_earliest"], person_row["sex"]) == (None, None)


def test_a_person_who_stands_there_twice_is_one() -> None:
    twice: dict[str, list[Any]] = {"person_id": [1, 1, 2, 2], "gender_concept_id": [8532, 8507, 8532, 0],
             "year_of_birth": [1980, 1982, 1980, None]}  # fmt: skip
    source = in_duckdb({"person": pa.table(twice)})

    first, second = sorted(rows({"person": twice}, "person"), key=lambda row: str(row["person_id"]))
    columns = source.run(omop.person_columns(source.tables, ["gender_concept_id", "year_of_birth"])).to_pylist()

    assert (first["sex"], first["birth_earliest"], first["birth_latest"]) == (
        None,
        date(1980, 1, 1),
        date(1982, 12, 31),
    )
    assert (second["sex"], second["birth_earliest"]) == ("female", date(1980, 1, 1))
    assert sorted((row["person_id"], row["column"], row["value"]) for row in columns if row["value"]) == [
        ("2", "year_of_birth", "1980")
    ]


@pytest.mark.parametrize("key", [" 7 ", 7.0, 7])
def test_columns_asked_for_belong_to_the_person_as_it_is_read(key: object) -> None:
    source = in_duckdb({"person": pa.table({"person_id": [key], "race_concept_id": [float("nan")]})})

    (person,) = source.run(omop.person_columns(source.tables, ["race_concept_id"])).to_pylist()

    assert person["person_id"] == "7"


def test_rows_without_an_id_are_told_apart_by_what_they_say() -> None:
    drug = {name: values * 3 for name, values in DRUG.items()} | {
        "drug_exposure_id": [None] * 3,
        "quantity": [30, 60, 30],
    }

    found = rows({"person": PERSON, "concept": CONCEPT, "drug_exposure": drug})
    names = [(row["dose_per_day_low"], row["evidence_id"]) for row in found]

    assert sorted(dose for dose, _ in names) == [50.0, 50.0, 100.0]
    assert len(set(names)) == 2
    assert all(re.fullmatch("drug_exposure/without an id, [0-9a-f]{12}", name) for _, name in names)
