from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from stepwell.errors import RecordError
from stepwell.records import csv_folder
from stepwell.records.tables import SCHEMAS, Finding, Unused
from tests.unit.records.csv_files import KNOWLEDGE, read, rows, write

MEDICATIONS = "medicine,start,end\nsertraline,2024-01-01,2024-03-01\n"


def message(folder: Path, **files: str | bytes) -> str:
    """The whole text of the error."""
    with pytest.raises(RecordError) as raised:
        read(folder, **files)
    return str(raised.value)


def fault(folder: Path, **files: str | bytes) -> str:
    """The only fault of the folder."""
    with pytest.raises(RecordError) as raised:
        read(folder, **files)

    assert raised.value.message == f"The CSV folder {folder.name} can't be read."
    (only,) = raised.value.faults
    return only


# --- good ------------------------------------------------------------------------------------------


def test_every_table_is_there_even_when_nearly_every_file_is_missing(tmp_path: Path) -> None:
    records = read(tmp_path, medications=MEDICATIONS)

    assert set(records.tables) == set(SCHEMAS)
    assert rows(records, "person", "person_id", "sex", "evidence_id") == [("person", None, None)]
    assert records.source == "CSV folder"
    assert records.rows_read["medications"] == 1
    assert (records.findings, records.unused) == ((), ())


def test_a_person_without_an_id_is_called_person_and_one_with_an_id_keeps_it(tmp_path: Path) -> None:
    unnamed = write(tmp_path, medications=MEDICATIONS)
    assert csv_folder.people(unnamed) == ("person",)

    named = write(tmp_path, person="person_id,sex\nanna,female\n")
    assert csv_folder.people(named) == ("anna",)
    assert rows(csv_folder.read(named, KNOWLEDGE), "exposure", "person_id") == [("anna",)]


def test_what_is_known_of_a_person(tmp_path: Path) -> None:
    person = "birth_date,sex,death_date,episode_start,observed_from,observed_to\n1984,Female,,2023-11,2023,2024-05\n"
    records = read(tmp_path, person=person)

    (row,) = records.tables["person"].to_pylist()
    assert row == {
        "person_id": "person",
        "birth_earliest": date(1984, 1, 1),
        "birth_latest": date(1984, 12, 31),
        "sex": "female",
        "death_earliest": None,
        "death_latest": None,
        "observed_from": date(2023, 1, 1),
        "observed_to": date(2024, 5, 31),
        "episode_start_earliest": date(2023, 11, 1),
        "episode_start_latest": date(2023, 11, 30),
        "evidence_id": "person.csv#2",
    }


def test_one_of_several_people_is_read_alone(tmp_path: Path) -> None:
    medications = "person_id,medicine,start\nanna,sertraline,2024\nbert,metformin,2024\nbert,fluoxetine,2024\n"
    folder = write(tmp_path, person="person_id\nanna\nbert\n", medications=medications)

    assert csv_folder.people(folder) == ("anna", "bert")
    everybody = csv_folder.read(folder, KNOWLEDGE)
    assert rows(everybody, "exposure", "person_id", "ingredient") == [("anna", "sertraline"), ("bert", "fluoxetine")]
    anna = csv_folder.read(folder, KNOWLEDGE, "anna")
    assert rows(anna, "person", "person_id") == [("anna",)]
    assert rows(anna, "exposure", "person_id", "ingredient") == [("anna", "sertraline")]
    assert (anna.rows_read["medications"], anna.unused) == (1, ())


def test_evidence_names_file_and_line_and_is_located(tmp_path: Path) -> None:
    records = read(tmp_path, medications="# a comment\nmedicine\n\n# another\nsertraline\n")

    assert rows(records, "exposure", "evidence_id") == [("medications.csv#5",)]
    assert records.locations == {"medications.csv#5": ("medications.csv", 5)}


def test_a_line_number_counts_the_lines_of_a_cell_that_spans_several(tmp_path: Path) -> None:
    records = read(tmp_path, medications='medicine\n"fluoxetine\n20 mg"\nsertraline\n')

    assert rows(records, "exposure", "ingredient", "evidence_id") == [
        ("fluoxetine", "medications.csv#2"),
        ("sertraline", "medications.csv#4"),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_cells_are_parted_by_comma_semicolon_or_tab(tmp_path: Path, mark: str) -> None:
    content = "medicine,dose_per_day,dose_unit,start\nsertraline,37.5,mg/day,2024-01-01\n".replace(",", mark)
    records = read(tmp_path, medications=content)

    assert rows(records, "exposure", "dose_per_day_low") == [(37.5,)]


def test_a_decimal_comma_is_read_in_a_file_with_semicolons(tmp_path: Path) -> None:
    records = read(tmp_path, medications="medicine;dose_per_day;dose_unit\nvenlafaxine;37,5;mg/day\n")

    assert rows(records, "exposure", "dose_per_day_low") == [(37.5,)]


def test_what_a_spreadsheet_does_to_a_file_is_forgiven(tmp_path: Path) -> None:
    content = (
        'sep=;\r\n"Medicine";Dose Per-Day;DOSE_UNIT; start ;;\r\n'
        "  Sertraline ;50;MG/Day;2024-01-01 00:00:00;;\r\n;;;;;\r\n\r\n"
    )
    records = read(tmp_path, medications=content)

    assert rows(records, "exposure", "ingredient", "dose_per_day_low", "start_latest") == [
        ("sertraline", 50.0, date(2024, 1, 1))
    ]


def test_comments_that_a_spreadsheet_put_in_quotes_are_still_comments(tmp_path: Path) -> None:
    records = read(tmp_path, medications='medicine,start\n"# fluoxetine, stopped",\n  # "bupropion\nsertraline,2024\n')

    assert rows(records, "exposure", "ingredient") == [("sertraline",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_unicode_is_read_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    content = "person_id,sex\nm\u00fcde,female\n".encode(encoding)
    records = read(tmp_path, person=content)

    assert rows(records, "person", "person_id") == [("m\u00fcde",)]
    assert records.findings == ()


def test_utf_16_with_the_larger_byte_first_is_read_by_its_mark(tmp_path: Path) -> None:
    content = b"\xfe\xff" + "person_id,sex\nm\u00fcde,female\n".encode("utf-16-be")

    assert rows(read(tmp_path, person=content), "person", "person_id") == [("m\u00fcde",)]


def test_what_is_not_unicode_is_read_as_windows_1252_and_said_so(tmp_path: Path) -> None:
    records = read(tmp_path, person="person_id,sex\nm\u00fcde,female\n".encode("cp1252"))

    assert rows(records, "person", "person_id") == [("m\u00fcde",)]
    assert records.findings == (
        Finding(
            "encoding-guessed",
            "person.csv",
            "",
            "",
            "The file isn't UTF-8 and was read as Windows-1252, so accented letters may be wrong; save it from the "
            "spreadsheet as 'CSV UTF-8'.",
        ),
    )


def test_file_names_may_be_in_capitals_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "Medications.CSV").write_text(MEDICATIONS)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "budget.csv").write_text("x")
    (tmp_path / "._scores.csv").write_bytes(b"\x00\x05\x16\x07")
    (tmp_path / "~$scores.xlsx").write_bytes(b"\x00")
    (tmp_path / "Medications.xlsx").write_bytes(b"PK")
    records = csv_folder.read(tmp_path, KNOWLEDGE)

    assert rows(records, "exposure", "ingredient") == [("sertraline",)]
    assert records.findings == (
        Finding("file-not-read", "budget.csv", "", "", "Not a file of a CSV record; it wasn't read."),
    )


@pytest.mark.parametrize("mark", ["NA", "N/A", "#N/A", "NaN", "nan", "NaT", "NULL", "<NA>", "."])
def test_the_mark_of_a_missing_value_is_an_empty_cell(tmp_path: Path, mark: str) -> None:
    records = read(
        tmp_path,
        medications=f"medicine,rxnorm,dose_per_day,dose_unit,start,end,stop_reason\nsertraline{f',{mark}' * 6}\n",
        scores=f"instrument,date,total\nPHQ-9,2024-01-01,{mark}\n",
        labs=f"lab,value,unit\nTSH,{mark},mIU/L\n",
    )

    columns = ("ingredient", "start_earliest", "end_latest", "dose_per_day_low", "stop_reason")
    assert rows(records, "exposure", *columns) == [("sertraline", None, None, None, None)]
    assert rows(records, "score", "value") == [(None,)]
    assert rows(records, "lab", "lab") == []
    assert records.findings == ()
    assert records.unused == (Unused("labs.csv", "labs", "no value", 1),)


def test_in_the_name_of_a_test_na_is_sodium(tmp_path: Path) -> None:
    sodium = read(tmp_path, labs="lab,value,unit\nNA,128,mmol/L\n")
    named = rows(sodium, "lab", "lab", "value")

    assert named == rows(read(tmp_path, labs="lab,value,unit\nNa,128,mmol/L\n"), "lab", "lab", "value")


def test_whole_numbers_with_a_point_name_the_same(tmp_path: Path) -> None:
    """A column of pandas with gaps is one of decimals."""
    records = read(
        tmp_path,
        person="person_id,birth_date\n12,1984.0\n",
        medications="person_id,medicine,rxnorm\n12.0,,312938.0\n",
        items="person_id,date,instrument,item,answer\n12.0,2024-01-01,PHQ-9,9.0,3.0\n",
    )

    assert rows(records, "person", "person_id", "birth_latest") == [("12", date(1984, 12, 31))]
    assert rows(records, "exposure", "person_id", "ingredient", "coded_by") == [("12", "sertraline", "code")]
    assert rows(records, "item", "person_id", "item", "value") == [("12", "9", 3.0)]
    assert records.findings == ()


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    assert not csv_folder.is_csv_folder(tmp_path)
    assert not csv_folder.is_csv_folder(tmp_path / "missing")
    (tmp_path / "medication.csv").write_text("medicine\n")
    assert csv_folder.is_csv_folder(tmp_path)
    (tmp_path / "Patient.ndjson").write_text("{}\n")
    assert not csv_folder.is_csv_folder(tmp_path)
    assert csv_folder.is_csv_folder(write(tmp_path, scores="instrument,total\n"))


def test_a_folder_without_permission_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(RecordError) as raised:
        csv_folder.is_csv_folder(tmp_path)

    assert str(raised.value) == f"The folder {tmp_path.name} can't be opened: Permission denied."


# --- faults ----------------------------------------------------------------------------------------


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    text = message(
        tmp_path,
        medications="medicine,start,end,status\nsertraline,03/04/2024,tomorrow,dunno\n",
        scores="instrument,date,total\nPHQ-9,2024-01-01,high\n",
        items="instrument,date,itm,answer\n",
    )

    assert text == (
        f"The CSV folder {tmp_path.name} can't be read.\n"
        "  - items.csv, line 1: the name of column 3 isn't known; did you mean item? allowed are person_id, date, "
        "instrument, item, answer.\n"
        "  - items.csv, line 1: the header lacks a column that is needed: item.\n"
        "  - scores.csv, line 2, column total: not a number; write a number such as 20 or 37.5, without unit.\n"
        "  - medications.csv, line 2, column start: the order of day and month isn't certain; write the year first, "
        "such as 2024-03-04 (4 March) or 2024-04-03 (3 April).\n"
        "  - medications.csv, line 2, column end: not a date; write 2024-03-04, or 2024-03 or 2024 where the day or "
        "month isn't known.\n"
        "  - medications.csv, line 2, column status: not one of the words allowed: active | completed | stopped | "
        "on-hold | not-taken | cancelled | entered-in-error | unknown."
    )


def test_a_fault_that_recurs_is_told_once_with_its_lines(tmp_path: Path) -> None:
    content = "instrument,total\n" + "PHQ-9,high\n" * 8

    assert fault(tmp_path, scores=content) == (
        "scores.csv, lines 2, 3, 4, 5, 6 and 3 more, column total: not a number; write a number such as 20 or 37.5, "
        "without unit."
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "medicine,colour\nsertraline,blue\n",
            (
                "line 1: the name of column 2 isn't known; allowed are person_id, medicine, rxnorm, strength, "
                "dose_per_day, dose_unit, start, end, still_taking_on, basis, quantity, days_supply, status, "
                "stop_reason, adherence, outcome."
            ),
        ),
        (
            "medicine,start,start\nsertraline,2024,2024\n",
            "line 1, column start: the header names this column twice; leave one.",
        ),
        ("start\n2024\n", "line 1: the header lacks a column that is needed: medicine or rxnorm."),
        (
            "medicine,start\nsertraline,2024,2025\n",
            "line 2: more cells than the header has columns; put quotation marks around text with commas.",
        ),
        (
            "medicine,,start\nsertraline,x,2024\n",
            "line 2: a cell is filled in a column without a name; name the column or empty it.",
        ),
        (
            'medicine,start\nsertraline,2024\n"fluoxetine,2024\nbupropion,2024\n',
            (
                "line 3: the line or one after it can't be split into cells; a quotation mark (\") within a cell has "
                'to be doubled ("") and the cell closed.'
            ),
        ),
        (b"PK\x03\x04 workbook", "not a text file; if it is a workbook, save it from the spreadsheet as 'CSV UTF-8'."),
        (
            "\n# only a comment\n",
            (
                "the file is empty; it needs a header line, such as person_id,medicine,rxnorm,strength,dose_per_day,"
                "dose_unit,start,end,still_taking_on,basis,quantity,days_supply,status,stop_reason,adherence,outcome."
            ),
        ),
    ],
)
def test_a_file_that_is_not_of_the_form(tmp_path: Path, content: str | bytes, expected: str) -> None:
    before = "" if expected.startswith(("not a text", "the file")) else " "

    assert fault(tmp_path, medications=content) == f"medications.csv{',' if before else ':'} {expected}"


def test_a_slip_in_the_name_of_a_file_is_a_fault(tmp_path: Path) -> None:
    assert fault(tmp_path, medication=MEDICATIONS, scores="instrument,total\nPHQ-9,3\n") == (
        "medication.csv: not the name of a file of a CSV record; did you mean medications.csv?"
    )


@pytest.mark.parametrize(
    "name", ["scores.csv.txt", "Scores.xlsx", "scores.txt", "scores.tsv", "scores.ods", "scores.csv.gz"]
)
def test_a_table_of_ours_that_is_no_csv_file_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("instrument,total\nPHQ-9,3\n")

    assert fault(tmp_path, medications=MEDICATIONS) == (
        f"{name}: not a CSV file, so it isn't read; save its rows as scores.csv."
    )


def test_what_has_the_name_of_a_file_and_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "items.csv").symlink_to(tmp_path / "gone")
    (tmp_path / "scores.csv").mkdir()

    assert message(tmp_path, medications=MEDICATIONS) == (
        f"The CSV folder {tmp_path.name} can't be read.\n"
        "  - items.csv: it can't be opened: No such file or directory.\n"
        "  - scores.csv: it can't be opened: Is a directory."
    )


def test_rows_of_several_people_need_their_ids(tmp_path: Path) -> None:
    content = "person_id,medicine\nanna,sertraline\nbert,sertraline\n,sertraline\n"

    assert fault(tmp_path, medications=content) == (
        "medications.csv, line 4, column person_id: empty, while the folder holds several people; "
        "write whose row it is."
    )


def test_an_id_that_person_csv_lacks_is_a_fault(tmp_path: Path) -> None:
    content = "person_id,medicine\nanna,sertraline\nbertt,sertraline\n"

    assert fault(tmp_path, person="person_id\nanna\nbert\n", medications=content) == (
        "medications.csv, line 3, column person_id: no such id in person.csv; correct it or add a row there."
    )


@pytest.mark.parametrize("other", ["07", "P7", "007"])
def test_ids_that_hardly_differ_are_a_fault_where_no_person_csv_tells_them_apart(tmp_path: Path, other: str) -> None:
    own = "p7" if other == "P7" else "7"
    medications, scores = f"person_id,medicine\n{own},sertraline\n", f"person_id,instrument,total\n{other},PHQ-9,9\n"

    assert fault(tmp_path, medications=medications, scores=scores) == (
        "scores.csv, line 2, column person_id: differs from another id only in capitals or in zeros in front; write "
        "each person's id alike everywhere, or list both people in person.csv."
    )
    both = f"person_id\n{own}\n{other}\n"
    assert csv_folder.people(write(tmp_path, person=both)) == (own, other)


@pytest.mark.parametrize("others", [{}, {"person": "person_id\nanna\n"}])
def test_a_mark_in_place_of_an_id_is_nobody(tmp_path: Path, others: dict[str, str]) -> None:
    write(tmp_path, **others)

    assert fault(tmp_path, medications="person_id,medicine\nanna,sertraline\n#N/A,fluoxetine\nNaN,bupropion\n") == (
        "medications.csv, lines 3, 4, column person_id: the mark of a missing value; write whose row it is."
    )


def test_a_mark_in_place_of_an_id_makes_no_second_person(tmp_path: Path) -> None:
    told = fault(tmp_path, person="person_id\nanna\nNaN\nNaN\n", medications="medicine\nsertraline\n")

    assert told == "person.csv, lines 3, 4, column person_id: the mark of a missing value; write whose row it is."


def test_a_person_stands_in_person_csv_once(tmp_path: Path) -> None:
    assert fault(tmp_path, person="person_id,sex\nanna,female\nanna,male\n") == (
        "person.csv, line 3, column person_id: this person stands on an earlier line; leave one."
    )


def test_a_file_in_capitals_beside_the_same_in_small_letters_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "SCORES.csv").write_text("instrument,total\nPHQ-9,3\n")

    assert fault(tmp_path, scores="instrument,total\nPHQ-9,3\n") == (
        "scores.csv: the folder holds scores.csv twice, in capitals and small letters."
    )


def test_a_folder_without_our_files_is_answered_with_their_names(tmp_path: Path) -> None:
    assert message(tmp_path) == (
        f"The folder {tmp_path.name} holds none of the files of a CSV record: person.csv, medications.csv, scores.csv, "
        "items.csv, conditions.csv, procedures.csv, labs.csv, devices.csv, allergies.csv, encounters.csv, answers.csv. "
        "`stepwell template FOLDER` writes them empty."
    )


def test_a_folder_with_headers_only_is_an_error(tmp_path: Path) -> None:
    assert message(tmp_path, medications="medicine\n", scores="instrument,total\n") == (
        f"The CSV folder {tmp_path.name} holds no rows, only headers and comments. Fill in at least one row of one "
        "file; README.txt beside them explains the columns."
    )


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as raised:
        csv_folder.people(tmp_path / "missing")

    assert str(raised.value) == "The CSV folder missing can't be opened: No such file or directory."


def test_asking_for_a_person_who_is_not_there_is_an_error(tmp_path: Path) -> None:
    folder = write(tmp_path, medications=MEDICATIONS)
    with pytest.raises(RecordError) as raised:
        csv_folder.read(folder, KNOWLEDGE, "anna")

    assert str(raised.value) == (
        f"The CSV folder {tmp_path.name} holds 1 person, none with the id asked for. "
        "The ids stand in the column person_id."
    )


# --- diagnoses, procedures, laboratory results, answers -----------------------------------------------


def test_a_diagnosis_by_code_or_words_is_a_condition_of_ours(tmp_path: Path) -> None:
    content = (
        "condition,icd10,snomed,start,end,status,certainty\n"
        ",F34.1,,2023-11,,active,confirmed\n"
        ",,370143000,,,,\n"
        "bipolar disorder,,,2020,2021-05-03,resolved,provisional\n"
        "asthma,J45.909,,,,,\n"
    )
    records = read(tmp_path, conditions=content)

    columns = ("code_set", "start_earliest", "end_earliest", "end_latest", "status", "certainty", "coded_by")
    assert rows(records, "condition", *columns) == [
        ("dysthymia", date(2023, 11, 1), None, None, "active", "confirmed", "code"),
        ("major-depression", None, None, None, "unknown", "unknown", "code"),
        ("bipolar", date(2020, 1, 1), date(2021, 5, 4), date(2021, 5, 4), "resolved", "provisional", "text"),
    ]
    assert records.unused == (
        Unused("conditions.csv", "conditions", "diagnosis that no rule of the knowledge looks at", 1),
    )


def test_an_end_before_the_start_is_read_as_unknown(tmp_path: Path) -> None:
    records = read(tmp_path, conditions="icd10,start,end\nF34.1,2023-05,2023-04-30\n")

    assert rows(records, "condition", "end_earliest", "end_latest") == [(None, None)]
    assert records.findings == (
        Finding(
            "end-before-start",
            "conditions.csv",
            "line 2",
            "end",
            "The end lies before the start; the end is read as unknown.",
            "person",
        ),
    )


def test_a_procedure_is_read_by_code_or_words(tmp_path: Path) -> None:
    content = "procedure,cpt,start,end\n,90870,2022-05-01,2022-06-10\nappendectomy,,2001,\n"
    records = read(tmp_path, procedures=content)

    assert rows(records, "procedure", "code_set", "start_latest", "end_latest", "coded_by") == [
        ("ect", date(2022, 5, 1), date(2022, 6, 11), "code")
    ]
    assert records.unused == (
        Unused("procedures.csv", "procedures", "procedure that no rule of the knowledge looks at", 1),
    )


def test_an_answer_needs_its_question(tmp_path: Path) -> None:
    records = read(tmp_path, answers="date,question,answer\n2024-06-03,bipolar-disorder,No\n2024-06-03,,yes\n")

    assert rows(records, "answer", "question", "about", "value", "date_earliest", "evidence_id") == [
        ("bipolar-disorder", None, "no", date(2024, 6, 3), "answers.csv#2")
    ]
    assert records.unused == (Unused("answers.csv", "answers", "no question or no answer", 1),)


def test_an_answer_may_be_about_a_trial(tmp_path: Path) -> None:
    text = "question,about,answer,by\ntaken,sertraline@2024-01-08,partly,person\ndose,sertraline@2024-01-08,50 mg,\n"
    records = read(tmp_path, answers=text)

    assert rows(records, "answer", "question", "about", "value") == [
        ("taken", "sertraline@2024-01-08", "partly"),
        ("dose", "sertraline@2024-01-08", "50"),
    ]


def test_an_answer_that_is_not_understood_is_pointed_out_and_not_used(tmp_path: Path) -> None:
    text = "question,about,answer\nbipolar-disordr,,no\nbipolar-disorder,,maybe\ntaken,sertralin@2024-01-08,yes\n"
    records = read(tmp_path, answers=text)

    assert rows(records, "answer", "value") == []
    assert [(one.where, one.field, one.message) for one in records.findings] == [
        (
            "line 2",
            "question",
            "The answer isn't used: no question has this name; did you mean bipolar-disorder?",
        ),
        ("line 3", "answer", "The answer isn't used: not one of the answers allowed: yes | no | unsure."),
        ("line 4", "about", "The answer isn't used: no medicine has this id; did you mean sertraline?"),
    ]
    assert records.unused == (Unused("answers.csv", "answers", "question or answer not understood", 3),)


def test_a_day_that_a_spreadsheet_had_no_room_to_show_makes_no_comment_of_its_row(tmp_path: Path) -> None:
    told = fault(tmp_path, medications="start,medicine\n# a remark\n########,sertraline\n")

    assert told.startswith("medications.csv, line 3, column start: not a date; write 2024-03-04")
