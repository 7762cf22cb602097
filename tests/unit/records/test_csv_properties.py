"""Whatever stands in the files: an answer or a RecordError, and never a cell in a message."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from stepwell.errors import RecordError
from stepwell.records import csv_folder
from stepwell.records.csv_folder.columns import DATE, FILES, Column, FileSpec
from stepwell.records.tables import SCHEMAS, Records
from tests.unit.records.csv_files import KNOWLEDGE

MARK = "Qzx7"
"""Part of every made-up cell; in no message of ours."""

DATES = ("2024-03-04", "2024-03", "2024", "1900-01-01", "2199-12-31", "03/04/2024", "9999-12-31", "45355", "2024-02-30")
NUMBERS = ("0", "1", "17", "37,5", "1,234", "-3", "1e400", "nan", "1000000000", "0.0000001", "20-40", "40-20")
WORDS = (
    "PHQ-9",
    "sertraline",
    "fluoxetine and olanzapine",
    "major depression",
    "#",
    '"',
    ";",
    "312938",
    "403970",
    "F33.1",
)


def read(files: dict[str, bytes], person_id: str | None = None) -> Records | RecordError:
    """What a folder with these files gives."""
    with TemporaryDirectory() as name:
        for file, data in files.items():
            (Path(name) / file).write_bytes(data)
        try:
            return csv_folder.read(Path(name), KNOWLEDGE, person_id)
        except RecordError as error:
            return error


def cell(column: Column) -> st.SearchStrategy[str]:
    """A cell: empty, what the column allows, what another allows, or anything."""
    fitting = st.sampled_from([column.example, *column.choices, *DATES, *NUMBERS, *WORDS])
    return st.one_of(st.just(""), fitting, st.text(max_size=8))


def table(spec: FileSpec) -> st.SearchStrategy[bytes]:
    """A well-formed file of that name with any cells."""
    rows = st.lists(st.tuples(*(cell(column) for column in spec.columns)), max_size=4)
    return rows.map(lambda found: encoded([[column.name for column in spec.columns], *map(list, found)]))


def encoded(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", errors="replace")


@given(st.dictionaries(st.sampled_from([spec.name for spec in FILES]), st.binary(max_size=200), min_size=1))
def test_any_bytes_give_records_or_a_record_error(files: dict[str, bytes]) -> None:
    assert isinstance(read(files), Records | RecordError)


@given(st.fixed_dictionaries({}, optional={spec.name: table(spec) for spec in FILES}))
def test_any_cells_give_records_or_a_record_error(files: dict[str, bytes]) -> None:
    result = read(files)

    assert isinstance(result, Records | RecordError)
    if isinstance(result, Records):
        assert set(result.tables) == set(SCHEMAS)
        assert sum(one.count for one in result.unused) <= sum(result.rows_read.values())


def sound_cell(column: Column) -> st.SearchStrategy[str]:
    """A cell that its column allows; what it says may still be odd."""
    if column.name == "person_id":
        return st.just("anna")
    if column.choices:
        return st.sampled_from(["", *column.choices])
    if column.permits in (DATE, "2024-03-04"):
        return st.sampled_from(["", "2023", "2024-03", "2024-03-04", "2199-12-31", "1900-01-01"])
    if column.permits.startswith(("a number", "a whole number")):
        return st.sampled_from(["", "0", "1", "17", "37,5", "1000", "1000000000"])
    return st.one_of(st.sampled_from(["", column.example, *WORDS]), st.text("abc \u00e9,;\n", max_size=4))


def sound_table(spec: FileSpec) -> st.SearchStrategy[bytes]:
    rows = st.lists(st.tuples(*(sound_cell(column) for column in spec.columns)), max_size=1 if spec is FILES[0] else 6)
    return rows.map(lambda found: encoded([[column.name for column in spec.columns], *map(list, found)]))


ANNA = b"person_id\nanna\n"


@given(st.fixed_dictionaries({"person.csv": st.just(ANNA)}, optional={one.name: sound_table(one) for one in FILES[1:]}))
def test_cells_of_the_form_are_always_read(files: dict[str, bytes]) -> None:
    assert isinstance(read(files), Records)


@given(st.fixed_dictionaries({"person.csv": st.just(ANNA)}, optional={one.name: sound_table(one) for one in FILES[1:]}))
def test_every_row_is_used_or_counted(files: dict[str, bytes]) -> None:
    result = read(files)
    assert isinstance(result, Records)

    unused = {kind: sum(one.count for one in result.unused if one.kind == kind) for kind in result.rows_read}
    tables = {"medications": "exposure", "scores": "score", "items": "item", "answers": "answer"}
    for kind, name in tables.items():
        used = {row["evidence_id"] for row in result.tables[name].to_pylist()}
        assert len(used) + unused[kind] == result.rows_read[kind]


@given(st.fixed_dictionaries({"person.csv": st.just(ANNA)}, optional={one.name: sound_table(one) for one in FILES[1:]}))
def test_every_evidence_id_is_located_and_no_row_ends_before_it_began(files: dict[str, bytes]) -> None:
    result = read(files)
    assert isinstance(result, Records)

    for name, rows in result.tables.items():
        for row in rows.to_pylist():
            assert row["evidence_id"] in result.locations or (name == "person" and row["evidence_id"] is None)
            if row.get("start_earliest") and row.get("end_latest"):
                assert row["end_latest"] > row["start_earliest"]


@given(st.data())
def test_no_message_holds_a_cell(data: st.DataObject) -> None:
    spec = data.draw(st.sampled_from(FILES))
    marked = st.sampled_from([MARK, f"{MARK} 03/04/2024", f"sertraline or {MARK}", f"{MARK}-5", f"# {MARK}"])
    cells = [data.draw(st.one_of(marked, cell(column))) for column in spec.columns]
    header = [column.name for column in spec.columns] + data.draw(st.sampled_from([[], [""], ["person_id"]]))
    rows = [header, cells, [MARK, *cells], cells[:1]]
    result = read({spec.name: encoded(rows)}, data.draw(st.sampled_from([None, MARK])))

    found = () if isinstance(result, RecordError) else result.findings
    said = (
        [str(result)]
        if isinstance(result, RecordError)
        else [f"{one.message} {one.where} {one.field}" for one in found]
    )
    assert MARK not in " ".join(said)


def test_a_header_that_is_a_row_of_data_is_not_repeated() -> None:
    result = read({"medications.csv": f"{MARK},2024\nsertraline,2024\n".encode()})

    assert isinstance(result, RecordError)
    assert MARK not in str(result)
