from pathlib import Path

import pytest

from stepwell.errors import ConfigError, RecordError
from stepwell.records import csv_folder, template
from stepwell.records.csv_folder.columns import FILES
from tests.unit.records.csv_files import KNOWLEDGE, rows

NAMES = [spec.name for spec in FILES] + ["README.txt"]


def test_the_template_is_every_file_and_an_explanation(tmp_path: Path) -> None:
    written = template.write(tmp_path / "new" / "record")

    assert [path.name for path in written] == NAMES
    assert sorted(path.name for path in (tmp_path / "new" / "record").iterdir()) == sorted(NAMES)


def test_a_file_is_its_header_and_an_example_that_is_a_comment(tmp_path: Path) -> None:
    template.write(tmp_path)

    assert (tmp_path / "scores.csv").read_text() == "person_id,date,instrument,total\n# 1,2024-01-08,PHQ-9,17\n"


def test_the_explanation_names_every_file_and_column_with_what_is_allowed(tmp_path: Path) -> None:
    template.write(tmp_path)
    text = (tmp_path / "README.txt").read_text()
    words = " ".join(text.split())

    assert max(map(len, text.splitlines())) <= 110
    for spec in FILES:
        section = words[words.index(f"{spec.name} {'-' * len(spec.name)}") :]
        for column in spec.columns:
            assert f"{column.name} {column.about} Allowed: {column.permits}" in section


def test_nothing_is_overwritten_and_every_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text("mine")
    (tmp_path / "README.txt").write_text("mine")
    with pytest.raises(ConfigError) as raised:
        template.write(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path} holds files that a template would overwrite: scores.csv, README.txt. "
        "Nothing was written; name another folder or move them away."
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.txt", "scores.csv"]
    assert (tmp_path / "scores.csv").read_text() == "mine"


def test_a_place_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as raised:
        template.write(tmp_path / "file" / "record")

    assert str(raised.value) == f"The template can't be written to {tmp_path / 'file' / 'record'}: Not a directory."


def test_an_untouched_template_holds_no_rows(tmp_path: Path) -> None:
    template.write(tmp_path)
    with pytest.raises(RecordError, match="holds no rows, only headers and comments"):
        csv_folder.read(tmp_path, KNOWLEDGE)


def test_with_its_examples_uncommented_it_reads_without_fault_or_finding(tmp_path: Path) -> None:
    template.write(tmp_path)
    for spec in FILES:
        path = tmp_path / spec.name
        path.write_text(path.read_text().replace("# ", "", 1))
    records = csv_folder.read(tmp_path, KNOWLEDGE)

    assert records.findings == ()
    assert csv_folder.people(tmp_path) == ("1",)
    assert set(records.rows_read.values()) == {1}
    assert rows(records, "exposure", "ingredient", "dose_per_day_low", "product") == [("sertraline", 100.0, "312938")]
    assert rows(records, "score", "instrument", "value") == [("phq-9", 17.0)]
    assert rows(records, "item", "item", "value", "score_id") == [("9", 0.0, "scores.csv#2")]
    assert ("major-depression",) in rows(records, "condition", "code_set")
    assert rows(records, "procedure", "code_set") == [("ect",)]
    assert rows(records, "lab", "lab", "flag") == [("tsh", "normal")]
    assert rows(records, "device", "code_set") == [("pacemaker-device",)]
    assert rows(records, "allergy", "ingredient") == [("ketamine",)]
    assert rows(records, "encounter", "kind") == [("ambulatory",)]
    assert rows(records, "answer", "question", "value") == [("bipolar-disorder", "no")]
