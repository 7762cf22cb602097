"""Laboratory results, devices, allergies and visits of a CSV folder."""

from datetime import date
from pathlib import Path

import pytest

from stepwell.records.tables import Finding, Unused
from tests.unit.records.csv_files import read, rows

COLUMNS = ("lab", "value", "unit", "text", "flag")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("TSH,,6.2,mIU/L,0.4,4.0,", ("tsh", 6.2, "mIU/L", None, "high")),
        ("TSH,,2.0,mIU/L,0.4,4.0,", ("tsh", 2.0, "mIU/L", None, "normal")),
        ("TSH,,2.0,mIU/L,,,Low", ("tsh", 2.0, "mIU/L", None, "low")),
        ("TSH,,2.0,mIU/L,,,", ("tsh", 2.0, "mIU/L", None, None)),
        (",3016-3,,,,,high", ("tsh", None, None, None, "high")),
        ("systolic blood pressure,,150,mmHg,,,", ("systolic-blood-pressure", 150.0, "mm[Hg]", None, None)),
        ("pregnancy test,,Negative,,,,", ("pregnancy-test", None, None, "negative", "negative")),
        ("smoking status,,Former smoker,,,,", ("smoking-status", None, None, "former smoker", None)),
    ],
)
def test_a_result_is_read_with_what_the_laboratory_says(
    tmp_path: Path, cells: str, expected: tuple[object, ...]
) -> None:
    labs = f"date,lab,loinc,value,unit,reference_low,reference_high,flag\n2024-02-01,{cells}\n"
    assert rows(read(tmp_path, labs=labs), "lab", *COLUMNS) == [expected]


def test_a_limit_in_place_of_a_number_is_unknown_and_noted(tmp_path: Path) -> None:
    records = read(tmp_path, labs="lab,value\nTSH,<0.1\n")

    assert rows(records, "lab", "value", "text") == [(None, None)]
    assert records.findings == (
        Finding(
            "result-not-a-number", "labs.csv", "line 2", "value",
            "The result isn't a number; it is read as unknown.", "person",
        ),
    )  # fmt: skip


def test_an_empty_row_brings_no_result(tmp_path: Path) -> None:
    records = read(tmp_path, labs="lab,value,flag\nTSH,,\n")

    assert rows(records, "lab", "lab") == []
    assert records.unused == (Unused("labs.csv", "labs", "no value", 1),)


def test_a_device_is_known_by_its_name(tmp_path: Path) -> None:
    records = read(tmp_path, devices="device,start,end\ncardiac pacemaker,2019-05,\nwrist watch,2020,\n")

    assert rows(records, "device", "code_set", "start_earliest", "end_latest", "coded_by", "evidence_id") == [
        ("pacemaker-device", date(2019, 5, 1), None, "text", "devices.csv#2")
    ]
    assert records.unused == (Unused("devices.csv", "devices", "device that no rule of the knowledge looks at", 1),)


def test_an_allergy_to_a_medicine_of_ours(tmp_path: Path) -> None:
    records = read(tmp_path, allergies="medicine,rxnorm,start\nZoloft,,2018\n,36437,\npeanut,,\n")

    assert rows(records, "allergy", "ingredient", "start_latest", "coded_by") == [
        ("sertraline", date(2018, 12, 31), "text"), ("sertraline", None, "code"),
    ]  # fmt: skip
    assert records.unused == (Unused("allergies.csv", "allergies", "not an allergy to a medicine Stepwell knows", 1),)


def test_a_stay_is_a_visit_with_its_days(tmp_path: Path) -> None:
    records = read(tmp_path, encounters="kind,start,end\nInpatient,2024-03-04,2024-03-09\n,2024-05-01,\n")

    assert rows(records, "encounter", "kind", "start_earliest", "end_latest") == [
        ("inpatient", date(2024, 3, 4), date(2024, 3, 10)), ("other", date(2024, 5, 1), None),
    ]  # fmt: skip
