"""The same people in each format that a population may have: read as what it is, and with the same results."""

import gzip
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from duckdb import connect
from typer.testing import CliRunner

from stepwell.cli import app
from stepwell.cohort.source import Kept, Omop, Opened, Reading, open_source
from stepwell.errors import ConfigError, RecordError
from stepwell.knowledge.load import Knowledge
from stepwell.records.tables import SCHEMAS
from tests.cohort.harness import Tables, narrow, simulated

PEOPLE = 60
AS_OF = date(2025, 12, 31)
HEADER = "person_id,birth_date,sex"
OF_A_CDM = "person_id,gender_concept_id,year_of_birth"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same people, with nothing missing and nothing wrong, in each format."""
    place = tmp_path_factory.mktemp("formats")
    return {name: simulated(place / name, PEOPLE, "--format", name, "--clean") for name in ("omop", "fhir", "csv")}


@pytest.fixture(scope="module")
def reviewed(folders: dict[str, Path], knowledge: Knowledge) -> dict[str, Tables]:
    """Results by person, by format."""
    return {name: _reviewed(folder, knowledge) for name, folder in folders.items()}


def _reviewed(folder: Path, knowledge: Knowledge) -> Tables:
    opened = open_source(str(folder), knowledge, Reading())
    try:
        records = {}
        for name, schema in SCHEMAS.items():
            opened.store.make("everybody", opened._query(f"raw_{name}"), {})
            records[name] = opened.store.fetch("everybody").cast(schema.to_pyarrow())
        return narrow(records, knowledge, AS_OF)
    finally:
        opened.store.close()


def rows(tables: Tables, name: str, *columns: str) -> list[tuple[object, ...]]:
    return sorted(zip(*(tables[name][column].to_pylist() for column in columns), strict=True))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("verdict", ("person_id", "trial_id", "definition_id", "verdict")),
        ("stage", ("person_id", "method", "state")),
        ("attempt", ("person_id", "ingredient", "start_earliest")),
    ],
)
def test_every_format_gives_the_same_results(reviewed: dict[str, Tables], name: str, columns: tuple[str, ...]) -> None:
    found = {form: rows(tables, name, *columns) for form, tables in reviewed.items()}

    assert len(found["omop"]) >= PEOPLE
    assert found["csv"] == found["fhir"] == found["omop"]


def test_a_definition_that_asks_what_a_cdm_does_not_say_is_at_most_open_there(reviewed: dict[str, Tables]) -> None:
    """A CDM doesn't say whether a diagnosis still stands, and so when the present episode began."""
    columns = ("person_id", "definition_id", "result")
    csv, fhir, omop = (rows(reviewed[form], "definition_result", *columns) for form in ("csv", "fhir", "omop"))

    assert csv == fhir
    assert len(csv) == len(omop) >= 9 * PEOPLE
    for own, other in zip(csv, omop, strict=True):
        assert own == other or (other[2] == "unknown" and own[1] == "regulatory-two-failures"), own


def test_a_population_of_csv_files_is_run_whole(folders: dict[str, Path], tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app, ["cohort", str(folders["csv"]), "--out", str(tmp_path / "out"), "--definition", "sforzini-2022"]
    )

    assert told.exit_code == 0, told.output
    assert told.output.startswith("CSV folder: ")
    assert "Day of the review: 2025-12-31, the last day on which somebody was observed." in told.output
    attempts = pq.read_table(tmp_path / "out" / "people" / "attempt")
    assert len(set(attempts["person_id"].to_pylist())) > PEOPLE / 2


def test_what_is_odd_in_csv_files_is_told_with_how_often(tmp_path: Path, knowledge: Knowledge) -> None:
    (tmp_path / "visits.csv").write_text("x", encoding="utf-8")
    doses = "person_id,medicine,dose_per_day\n1,sertraline,50\n2,sertraline,100\n"
    (tmp_path / "medications.csv").write_text(doses, encoding="utf-8")

    opened = open_source(str(tmp_path), knowledge, Reading())

    assert opened.account().endswith(
        "\n\nEvery row was used.\n\nRemarks, each with how often:\n"
        "- The dose has no unit; it isn't used. (2)\n"
        "- visits.csv: Not a file of a CSV record; it wasn't read. (1)"
    )
    opened.store.close()


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"person.csv": HEADER}, Kept),
        ({"person.csv": HEADER, "medications.csv": "person_id,medicine,start"}, Kept),
        ({"Person.csv": HEADER, "MEDICATIONS.CSV": "person_id,medicine,start"}, Kept),
        ({"person.csv": OF_A_CDM, "concept.csv": "concept_id,vocabulary_id,concept_code"}, Omop),
        ({"person.csv": OF_A_CDM, "DEATH.csv": "person_id,death_date"}, Omop),
        ({"person.csv.gz": OF_A_CDM}, Omop),
    ],
)
def test_a_folder_is_opened_as_what_it_is(
    files: dict[str, str], kind: type[Opened], tmp_path: Path, knowledge: Knowledge
) -> None:
    for name, header in files.items():
        pack = gzip.compress if name.endswith(".gz") else bytes
        cells = ",".join("1" if column.endswith("_id") else "" for column in header.split(","))
        (tmp_path / name).write_bytes(pack(f"{header}\n{cells}\n".encode()))

    opened = open_source(str(tmp_path), knowledge, Reading())

    assert isinstance(opened, kind)
    opened.store.close()


@pytest.mark.parametrize(
    ("ends", "day"), [(("2025-06-30", "2099-12-31"), date(2025, 6, 30)), (("2024-01-01", ""), date(2024, 1, 1))]
)
def test_the_last_day_is_none_to_come(ends: tuple[str, ...], day: date, tmp_path: Path, knowledge: Knowledge) -> None:
    opened = _observed_to(tmp_path, ends, knowledge)

    assert opened.last_day(date(2025, 7, 1)) == day
    opened.store.close()


@pytest.mark.parametrize("ends", [("2099-12-31",), ("",)])
def test_without_a_last_day_one_is_asked_for(ends: tuple[str, ...], tmp_path: Path, knowledge: Knowledge) -> None:
    opened = _observed_to(tmp_path, ends, knowledge)

    with pytest.raises(RecordError) as caught:
        opened.last_day(date(2025, 7, 1))

    assert str(caught.value) == (
        "The source says of nobody until which day, up to today, they were observed. Name a day: --as-of DATE"
    )
    opened.store.close()


def _observed_to(folder: Path, ends: tuple[str, ...], knowledge: Knowledge) -> Opened:
    lines = [f"{number},2019-01-01,{end}" for number, end in enumerate(ends)]
    (folder / "person.csv").write_text("\n".join(("person_id,observed_from,observed_to", *lines)), encoding="utf-8")
    return open_source(str(folder), knowledge, Reading())


@pytest.mark.parametrize("fault", ["The folder is empty", "There is no file or folder"])
def test_where_there_is_nothing_it_is_said_what_a_source_is(fault: str, tmp_path: Path, knowledge: Knowledge) -> None:
    place = tmp_path / "source"
    if fault == "The folder is empty":
        place.mkdir()

    with pytest.raises(RecordError) as caught:
        open_source(str(place), knowledge, Reading())

    assert str(caught.value) == (
        f"{fault}: {place}. A source is an OMOP CDM 5.3 or 5.4 (a folder with a Parquet or CSV file for each table, a "
        "DuckDB file, postgresql://USER@HOST/DATABASE), a FHIR R4 bulk export, or a folder of CSV files."
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            Reading(by=("race",)),
            "--by names columns of the table `person` of an OMOP CDM; FHIR and CSV folders have none.",
        ),
        (
            Reading(infer=True),
            "--infer fills in ends of supplies of an OMOP CDM; of FHIR and CSV folders nothing is inferred.",
        ),
        (Reading(schema="cdm"), "--schema names where tables stand in a database; a folder has no schemas."),
    ],
)
def test_what_a_csv_folder_has_not_is_refused(
    asked: Reading, told: str, folders: dict[str, Path], knowledge: Knowledge
) -> None:
    with pytest.raises(ConfigError) as caught:
        open_source(str(folders["csv"]), knowledge, asked)

    assert str(caught.value) == told


def test_the_schema_of_a_duckdb_file_is_the_one_that_is_named(tmp_path: Path, knowledge: Knowledge) -> None:
    with connect(tmp_path / "cdm.duckdb") as connection:
        connection.execute("CREATE SCHEMA old; CREATE TABLE person AS SELECT 1 AS person_id")
        connection.execute("CREATE TABLE old.person AS SELECT unnest([1, 2]) AS person_id")

    def people(schema: str | None) -> int:
        opened = open_source(str(tmp_path / "cdm.duckdb"), knowledge, Reading(schema=schema))
        opened.store.make("everybody", opened._query("raw_person"), {})
        return opened.store.fetch("everybody").num_rows

    assert (people("main"), people("old")) == (1, 2)
    with pytest.raises(RecordError) as caught:
        people(None)
    assert str(caught.value).startswith("cdm.duckdb holds tables more than once. Say which are meant: --schema NAME")
    assert caught.value.faults == ("person: stands in main, old.",)
    with pytest.raises(RecordError, match=r"^The schema new of cdm\.duckdb holds none of the tables looked for"):
        people("new")


def test_an_error_that_an_export_reports_is_told_of(tmp_path: Path, knowledge: Knowledge) -> None:
    broken = '{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}\n'
    (tmp_path / "Patient.ndjson").write_text('{"resourceType": "Patient", "id": "a"}\n', encoding="utf-8")
    (tmp_path / "errors.ndjson").write_text(broken * 2, encoding="utf-8")

    opened = open_source(str(tmp_path), knowledge, Reading())

    assert opened.account().endswith(
        "\n\nRemarks, each with how often:\n"
        "- The system that wrote the record reports an error; something may be missing from it. (2)"
    )
    opened.store.close()


def test_a_folder_that_may_not_be_opened_is_said_to_be_so(
    tmp_path: Path, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(RecordError) as caught:
        open_source(str(tmp_path), knowledge, Reading())

    assert str(caught.value) == f"The folder {tmp_path} can't be opened: Permission denied."
