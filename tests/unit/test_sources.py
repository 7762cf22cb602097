"""Opening a population's data where it lies."""

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import ibis
import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from stepwell.engines import postgres
from stepwell.engines.duckdb import Store
from stepwell.engines.source import Source
from stepwell.engines.sources import open_folder, open_url
from stepwell.errors import ConfigError, RecordError
from stepwell.knowledge.load import load
from stepwell.records.read import read
from tests import servers

WANTED = ("person", "drug_exposure")
PERSON = pa.table({"PERSON_ID": [1, 2], "Year_of_Birth": [1980, 1990]})
DRUGS = pa.table({"drug_exposure_id": [7], "person_id": [1]})


def rows(source: Source, name: str) -> list[dict[str, object]]:
    return source.run(source.tables[name]).to_pylist()


def test_a_folder_of_parquet_files_in_any_case(tmp_path: Path) -> None:
    pq.write_table(PERSON, tmp_path / "PERSON.parquet")
    pq.write_table(DRUGS, tmp_path / "drug_exposure.PARQUET")
    pq.write_table(DRUGS, tmp_path / "note.parquet")

    source = open_folder(tmp_path, WANTED)

    assert source.kind == "folder of Parquet files"
    assert set(source.tables) == set(WANTED)
    assert rows(source, "person") == PERSON.to_pylist()


def test_a_view_of_a_table_that_is_gone_is_named(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "cdm.duckdb") as connection:
        connection.execute(
            "CREATE TABLE died AS SELECT 1 AS person_id; CREATE VIEW death AS FROM died; DROP TABLE died"
        )

    with pytest.raises(RecordError) as caught:
        open_folder(tmp_path / "cdm.duckdb", ["death"])

    assert caught.value.faults == ("death: main.death can't be read; if it is a view, what it shows may be gone.",)


@pytest.mark.parametrize("kind", ["UUID", "HUGEINT"])
def test_ids_of_a_type_that_only_duckdb_has_are_texts(kind: str, tmp_path: Path) -> None:
    person = {"UUID": "02e74f10-e032-7ad8-68d1-38f2b4fdd6f0", "HUGEINT": "170141183460469231731687303715884105727"}[
        kind
    ]
    with duckdb.connect(tmp_path / "cdm.duckdb") as connection:
        connection.execute(f"CREATE TABLE person AS SELECT '{person}'::{kind} AS person_id, 1980 AS year_of_birth")

    source = open_folder(tmp_path / "cdm.duckdb", ["person"])

    assert source.tables["person"].schema()["person_id"].is_string()
    assert source.run(source.tables["person"]).to_pylist() == [{"person_id": person, "year_of_birth": 1980}]


def test_a_folder_for_each_table_with_part_files(tmp_path: Path) -> None:
    parts = tmp_path / "person" / "year=1"
    parts.mkdir(parents=True)
    for number in range(2):
        pq.write_table(PERSON.slice(number, 1), parts / f"part-{number}.parquet")
    (tmp_path / "person" / "_SUCCESS").touch()

    found = rows(open_folder(tmp_path, WANTED), "person")

    assert sorted(row["PERSON_ID"] for row in found) == [1, 2]  # type: ignore[type-var]


def test_csv_files_packed_or_not(tmp_path: Path) -> None:
    pa_csv.write_csv(PERSON, tmp_path / "person.csv")
    with gzip.open(tmp_path / "drug_exposure.csv.gz", "wt") as file:
        file.write("drug_exposure_id,person_id\n7,1\n")

    source = open_folder(tmp_path, WANTED)

    assert source.kind == "folder of CSV files"
    assert rows(source, "person") == PERSON.to_pylist()
    assert rows(source, "drug_exposure") == DRUGS.to_pylist()


def test_a_duckdb_file_is_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "cdm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA data")
        connection.register("incoming", PERSON)
        connection.execute('CREATE TABLE data."PERSON" AS SELECT * FROM incoming')
    before = path.read_bytes()

    source = open_folder(path, WANTED)
    source.add({"ours": DRUGS})

    assert rows(source, "person") == PERSON.to_pylist()
    assert path.read_bytes() == before
    assert isinstance(source.store, Store)
    with pytest.raises(duckdb.Error):
        source.store.connection.execute("CREATE TABLE source.data.other AS SELECT 1")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            (),
            (
                "The folder cdm holds none of the tables looked for. A source is a folder with a Parquet or CSV file "
                "for each table (person.parquet, drug_exposure.csv), or with a folder of part files for each, or a "
                "DuckDB file. Looked for: person, drug_exposure."
            ),
        ),
        (
            ("person.csv", "PERSON.parquet"),
            (
                "The folder cdm can't be read. Correct or remove the files named.\n"
                "  - person: found 2 files or folders of that name; leave one."
            ),
        ),
        (
            ("person/a.csv", "person/b.parquet", "drug_exposure.parquet"),
            (
                "The folder cdm can't be read. Correct or remove the files named.\n"
                "  - person: found Parquet and CSV files in one folder; leave one kind."
            ),
        ),
    ],
)  # fmt: skip
def test_a_folder_that_can_not_be_read_says_why(made: tuple[str, ...], message: str, tmp_path: Path) -> None:
    folder = tmp_path / "cdm"
    folder.mkdir()
    for name in made:
        (folder / name).parent.mkdir(exist_ok=True)
        if name.endswith("csv"):
            pa_csv.write_csv(PERSON, folder / name)
        else:
            pq.write_table(PERSON, folder / name)

    with pytest.raises(RecordError) as caught:
        open_folder(folder, WANTED)

    assert str(caught.value) == message


def test_every_broken_file_is_named_and_no_value_of_it(tmp_path: Path) -> None:
    for name in WANTED:
        (tmp_path / f"{name}.parquet").write_text("Jane Doe, born 1980", encoding="utf-8")

    with pytest.raises(RecordError) as caught:
        open_folder(tmp_path, WANTED)

    assert len(caught.value.faults) == 2
    assert all(fault.startswith(name) for fault, name in zip(sorted(caught.value.faults), sorted(WANTED), strict=True))
    assert "Doe" not in str(caught.value)


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "note.txt"
    text.touch()
    broken = tmp_path / "cdm.duckdb"
    broken.write_text("no database", encoding="utf-8")

    for path, message in (
        (tmp_path / "none", "There is no file or folder none. A source is a folder"),
        (text, "note.txt is neither a folder nor a DuckDB file (.duckdb, .db, .ddb). A source is a folder"),
        (broken, "cdm.duckdb can't be opened as a DuckDB file. Another program may be writing to it, or it was"),
    ):
        with pytest.raises(RecordError) as caught:
            open_folder(path, WANTED)
        assert str(caught.value).startswith(message)


@pytest.fixture(scope="module")
def uri() -> Iterator[str]:
    """A PostgreSQL with a table in two schemas."""
    # Not below the folder of the test run: the address of a socket may not be longer than 107 letters.
    with TemporaryDirectory() as folder, servers.postgres(Path(folder)) as found:
        with psycopg.connect(found, autocommit=True) as connection:
            for schema in ("public", "cdm"):
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}".encode())
                columns = '"PERSON_ID" bigint, birth timestamp, amount numeric(9,3)'
                connection.execute(f'CREATE TABLE {schema}."PERSON" ({columns})'.encode())
            connection.execute("INSERT INTO cdm.\"PERSON\" VALUES (1, '1980-01-02 03:04', 2.5)")
        yield found


def test_postgres_is_read_by_schema_and_not_written(uri: str) -> None:
    source = open_url(uri, WANTED, "cdm")
    source.add({"ours": DRUGS})
    person = source.tables["person"]

    found = source.run(person.select("PERSON_ID", day=person.birth.date(), amount=person.amount.cast("float64")))

    assert [(row["PERSON_ID"], str(row["day"]), row["amount"]) for row in found.to_pylist()] == [(1, "1980-01-02", 2.5)]
    assert isinstance(source.store, postgres.Store)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source.store.connection.execute('DELETE FROM cdm."PERSON"')
    source.store.close()


def test_a_value_that_postgres_can_not_read_is_told_of_and_not_told(uri: str) -> None:
    source = open_url(uri, WANTED, "cdm")
    source.add({"ours": pa.table({"amount": ["secret"]})})
    amount = ibis.table({"amount": "string"}, name="ours").amount

    with pytest.raises(RecordError) as caught:
        source.run(amount.cast("int64").name("amount").as_table())
    assert str(caught.value).startswith("A value in the source isn't what its column has to hold (found in making")
    assert "secret" not in str(caught.value)
    source.store.close()


def test_without_schema_the_search_path_leads(uri: str) -> None:
    source = open_url(uri, WANTED)

    assert source.run(source.tables["person"].select("PERSON_ID")).num_rows == 0
    source.store.close()


def test_an_address_that_can_not_be_opened_says_why(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"^Found the address mysql://\.\.\.; allowed: postgresql://user@host:port"):
        open_url("mysql://somebody:secret@host/cdm", WANTED)
    with pytest.raises(RecordError) as caught:
        open_url("postgresql://somebody:secret@127.0.0.1:1/cdm", WANTED)
    assert str(caught.value) == "No connection to PostgreSQL on 127.0.0.1. Check address, user and password."
    with pytest.raises(RecordError, match=r"holds none of the tables looked for\. Looked for: visit_occurrence\.$"):
        open_url(uri, ("visit_occurrence",))
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "stepwell.engines.postgres")
    monkeypatch.delattr("stepwell.engines.postgres")
    with pytest.raises(ConfigError, match=r"Install it with: pip install 'stepwell\[postgres\]'\.$"):
        open_url(uri, WANTED)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_named_with_its_line(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("person_id,note\n1,a\n2,Élavil\n", encoding=encoding)

    with pytest.raises(RecordError) as caught:
        open_folder(tmp_path, WANTED)

    line = {"latin-1": 3, "utf-16": 1}[encoding]
    assert caught.value.faults == (f"person: line {line} isn't in UTF-8. Write the file in UTF-8.",)


def test_the_folder_that_one_stands_in_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "note.csv").write_text("a,b\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    for opened in (lambda: open_folder(Path(), WANTED), lambda: read(Path(), load())):
        with pytest.raises(RecordError, match=f"^The folder {tmp_path.name} holds none of"):
            opened()
