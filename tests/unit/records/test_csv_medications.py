from datetime import date
from pathlib import Path

import pytest

from stepwell.errors import RecordError
from stepwell.records import csv_folder
from stepwell.records.tables import Finding, Records, Unused
from tests.unit.records.csv_files import KNOWLEDGE, read, rows, write

DOSE = ("dose_per_day_low", "dose_per_day_high", "dose_unit", "dose_basis")
END = ("end_earliest", "end_latest")
UNKNOWN = (None, None, None, "unknown")


def one(folder: Path, **cells: str) -> Records:
    """A record with one row of medications."""
    cells.setdefault("medicine", "sertraline")
    quoted = [f'"{cell}"' for cell in cells.values()]
    return read(folder, medications=f"{','.join(cells)}\n{','.join(quoted)}\n")


def found(records: Records) -> list[tuple[str, str, str]]:
    """Code, field and message of every finding."""
    return [(finding.code, finding.field, finding.message) for finding in records.findings]


def test_a_medicine_in_all_its_columns(tmp_path: Path) -> None:
    records = one(
        tmp_path, rxnorm="312938", strength="100 mg", dose_per_day="100", dose_unit="mg/day", start="2024-01-08",
        end="2024-03-07", basis="dispensed", quantity="60", days_supply="60", status="stopped",
        stop_reason="no benefit", adherence="partly", outcome="not better",
    )  # fmt: skip

    (row,) = records.tables["exposure"].to_pylist()
    assert row == {
        "person_id": "person",
        "ingredient": "sertraline",
        "formulation": "oral",
        "product": "312938",
        "start_earliest": date(2024, 1, 8),
        "start_latest": date(2024, 1, 8),
        "end_earliest": date(2024, 3, 8),
        "end_latest": date(2024, 3, 8),
        "dose_per_day_low": 100.0,
        "dose_per_day_high": 100.0,
        "dose_unit": "mg/day",
        "dose_basis": "structured dosage",
        "basis": "dispensed",
        "status": "stopped",
        "stop_reason": "no benefit",
        "adherence": "partly",
        "reported_outcome": "not better",
        "order_evidence_id": None,
        "trap": None,
        "inferred": None,
        "coded_by": "code",
        "evidence_id": "medications.csv#2",
    }
    assert (records.findings, records.unused) == ((), ())


def test_a_name_alone_leaves_everything_else_unknown(tmp_path: Path) -> None:
    records = one(tmp_path, medicine="Zoloft")

    columns = ("ingredient", "product", "start_earliest", *END, *DOSE, "basis", "status", "stop_reason", "coded_by")
    assert rows(records, "exposure", *columns) == [
        ("sertraline", None, None, None, None, *UNKNOWN, "stated", "unknown", None, "text")
    ]


# --- when it ended ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"start": "2024-01-08"}, (date(2024, 1, 9), None)),
        ({"start": "2024-01-08", "still_taking_on": "2024-06-03"}, (date(2024, 6, 4), None)),
        ({"start": "2024-01-08", "still_taking_on": "2024-06"}, (date(2024, 6, 2), None)),
        ({"still_taking_on": "2024-06-03"}, (date(2024, 6, 4), None)),
        ({"start": "2024-01-08", "end": "2024-01-08"}, (date(2024, 1, 9), date(2024, 1, 9))),
        ({"start": "2022", "end": "2023-05"}, (date(2023, 5, 2), date(2023, 6, 1))),
        ({"start": "2024-01-08", "end": "2024"}, (date(2024, 1, 9), date(2025, 1, 1))),
        ({"end": "2024-02-01"}, (date(2024, 2, 2), date(2024, 2, 2))),
        ({"start": "2024-01-08", "days_supply": "30"}, (date(2024, 2, 7), date(2024, 2, 7))),
        ({"start": "2024-01", "days_supply": "30"}, (date(2024, 1, 31), date(2024, 3, 1))),
        ({"start": "2024-01-08", "days_supply": "30", "end": "2024-01-20"}, (date(2024, 1, 21), date(2024, 1, 21))),
        ({"start": "2024-01-08", "days_supply": "30", "still_taking_on": "2024-01-20"}, (date(2024, 1, 21), None)),
        (
            {"start": "2024-01-08", "end": "2024-03", "still_taking_on": "2024-03-10"},
            (date(2024, 3, 11), date(2024, 4, 1)),
        ),
    ],
)
def test_the_first_day_no_longer_covered(
    tmp_path: Path, cells: dict[str, str], expected: tuple[date | None, date | None]
) -> None:
    records = one(tmp_path, **cells)

    assert rows(records, "exposure", *END) == [expected]
    assert records.findings == ()


def test_an_end_before_the_start_is_unknown(tmp_path: Path) -> None:
    records = one(tmp_path, start="2024-01-08", end="2024-01-07")

    assert rows(records, "exposure", *END) == [(date(2024, 1, 9), None)]
    assert found(records) == [("end-before-start", "end", "The end lies before the start; the end is read as unknown.")]


def test_an_end_before_a_day_of_taking_it_is_unknown(tmp_path: Path) -> None:
    records = one(tmp_path, start="2024-01-08", end="2024-02-01", still_taking_on="2024-03-01")

    assert rows(records, "exposure", *END) == [(date(2024, 3, 2), None)]
    assert found(records) == [
        ("end-before-still-taking", "end", "The end lies before a day of taking it; the end is unknown.")
    ]


def test_what_was_handed_out_after_the_last_day_of_all_records_has_no_date(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        person="person_id,observed_to\na,2024-03-31\nb,2024-06-30\nc,\n",
        medications="person_id,medicine,start,basis,days_supply\n"
        "a,sertraline,2024-05-01,dispensed,30\na,sertraline,2034-05-01,dispensed,30\na,sertraline,2034-05-01,ordered,30\n"
        "c,sertraline,2034-05-01,dispensed,30\n",
    )

    assert rows(records, "exposure", "person_id", "start_earliest") == [
        ("a", date(2024, 5, 1)), ("a", None), ("a", date(2034, 5, 1)), ("c", date(2034, 5, 1))
    ]  # fmt: skip
    assert [code for code, _, _ in found(records)] == ["start-after-the-record"]


def test_somebody_alone_is_held_against_the_last_day_of_all_records(tmp_path: Path) -> None:
    folder = write(
        tmp_path, person="person_id,observed_to\na,2024-03-31\nb,2024-06-30\n",
        medications="person_id,medicine,start,basis\na,sertraline,2024-05-01,dispensed\n",
    )  # fmt: skip

    assert rows(csv_folder.read(folder, KNOWLEDGE, "a"), "exposure", "start_earliest") == [(date(2024, 5, 1),)]


def test_a_day_of_taking_it_before_the_start_is_not_used(tmp_path: Path) -> None:
    records = one(tmp_path, start="2024-01-08", still_taking_on="2024-01-01")

    assert rows(records, "exposure", *END) == [(date(2024, 1, 9), None)]
    assert found(records) == [
        ("still-taking-before-start", "still_taking_on", "The day lies before the start; it isn't used.")
    ]


# --- what dose -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"dose_per_day": "37,5", "dose_unit": "mg/day"}, (37.5, 37.5, "mg/day", "structured dosage")),
        ({"dose_per_day": "50-100", "dose_unit": "MG/Day"}, (50.0, 100.0, "mg/day", "structured dosage")),
        (
            {"medicine": "liothyronine", "rxnorm": "10814", "dose_per_day": "0.025", "dose_unit": "mg/day"},
            (25.0, 25.0, "mcg/day", "structured dosage"),
        ),
        (
            {"medicine": "esketamine", "dose_per_day": "56", "dose_unit": "mg/session"},
            (56.0, 56.0, "mg/session", "structured dosage"),
        ),
        (
            {"medicine": "ketamine", "dose_per_day": "0.5", "dose_unit": "mg/kg/infusion"},
            (0.5, 0.5, "mg/kg/infusion", "structured dosage"),
        ),
        (
            {"strength": "50", "quantity": "60", "days_supply": "30"},
            (100.0, 100.0, "mg/day", "quantity and days' supply"),
        ),
        (
            {"rxnorm": "312938", "quantity": "45", "days_supply": "30"},
            (150.0, 150.0, "mg/day", "quantity and days' supply"),
        ),
        (
            {"strength": "20 mg/mL", "quantity": "75", "days_supply": "30"},
            (50.0, 50.0, "mg/day", "quantity and days' supply"),
        ),
        ({"medicine": "sertraline 100 mg once daily"}, (100.0, 100.0, "mg/day", "text")),
        ({"medicine": "sertraline 100 mg once daily as needed"}, (0.0, 100.0, "mg/day", "text")),
        ({"medicine": "sertraline 100 mg", "quantity": "30"}, UNKNOWN),
        ({"quantity": "30", "days_supply": "30"}, UNKNOWN),
        ({"dose_unit": "mg/day"}, UNKNOWN),
        # Once a week: its content over its days is no daily dose.
        ({"medicine": "fluoxetine", "rxnorm": "313995", "quantity": "4", "days_supply": "28"}, UNKNOWN),
    ],
)
def test_the_dose_per_day(tmp_path: Path, cells: dict[str, str], expected: tuple[object, ...]) -> None:
    records = one(tmp_path, **cells)

    assert rows(records, "exposure", *DOSE) == [expected]
    assert records.findings == ()


@pytest.mark.parametrize(
    ("cells", "finding"),
    [
        ({"dose_per_day": "100"}, ("dose-without-unit", "dose_unit", "The dose has no unit; it isn't used.")),
        (
            {"dose_per_day": "0", "dose_unit": "mg/day"},
            ("dose-not-positive", "dose_per_day", "The dose isn't above zero; it isn't used."),
        ),
        (
            {"medicine": "esketamine", "dose_per_day": "56", "dose_unit": "mg/day"},
            ("dose-in-another-unit", "dose_unit", "Doses of this drug aren't given in this unit; it isn't used."),
        ),
        (
            {"quantity": "-3", "days_supply": "30", "strength": "50"},
            ("quantity-not-positive", "quantity", "The quantity isn't above zero; it is read as unknown."),
        ),
        (
            {"quantity": "30", "days_supply": "2.5", "strength": "50"},
            (
                "days-supply-out-of-range",
                "days_supply",
                "The days' supply isn't a whole number from 1 to 1000; it is read as unknown.",
            ),
        ),
    ],
)
def test_an_odd_dose_is_unknown_and_said_so(
    tmp_path: Path, cells: dict[str, str], finding: tuple[str, str, str]
) -> None:
    records = one(tmp_path, **cells)

    assert rows(records, "exposure", *DOSE) == [UNKNOWN]
    assert found(records) == [finding]


def test_a_dose_without_unit_leaves_the_supply_to_tell(tmp_path: Path) -> None:
    records = one(tmp_path, dose_per_day="100", strength="50", quantity="60", days_supply="30")

    assert rows(records, "exposure", *DOSE) == [(100.0, 100.0, "mg/day", "quantity and days' supply")]


def test_a_combination_is_a_row_for_each_drug_and_one_written_dose_tells_neither(tmp_path: Path) -> None:
    records = one(tmp_path, medicine="", rxnorm="403970", dose_per_day="37", dose_unit="mg/day")

    assert rows(records, "exposure", "ingredient", *DOSE, "evidence_id") == [
        ("fluoxetine", *UNKNOWN, "medications.csv#2"),
        ("olanzapine", *UNKNOWN, "medications.csv#2"),
    ]
    assert found(records) == [
        ("dose-of-several-drugs", "dose_per_day", "The medicine holds several drugs; the dose isn't used.")
    ]


def test_the_supply_of_a_combination_tells_the_dose_of_each(tmp_path: Path) -> None:
    records = one(tmp_path, medicine="", rxnorm="403970", quantity="30", days_supply="30")

    assert rows(records, "exposure", "ingredient", "dose_per_day_low") == [("fluoxetine", 25.0), ("olanzapine", 12.0)]


# --- which drug ------------------------------------------------------------------------------------


def test_the_strength_tells_two_supplies_without_code_apart(tmp_path: Path) -> None:
    content = "medicine,strength\nbupropion XL,150\nbupropion XL,300 mg\n"
    records = read(tmp_path, medications=content)

    assert rows(records, "exposure", "product") == [("150 mg",), ("300 mg",)]


@pytest.mark.parametrize(
    ("words", "trap"),
    [
        ("bupropion for smoking cessation", "smoking-cessation-bupropion"),
        ("bupropion SR 150 mg (smoking cessation)", "smoking-cessation-bupropion"),
        ("bupropion SR 150 mg", None),
        ("aripiprazole long-acting injection", "injected-antipsychotic"),
        ("risperidone depot", "injected-antipsychotic"),
        ("risperidone", None),
        ("sertraline, smoking", None),
    ],
)
def test_a_name_that_says_smoking_or_depot_is_no_antidepressant_and_no_tablet(
    tmp_path: Path, words: str, trap: str | None
) -> None:
    assert rows(one(tmp_path, medicine=words), "exposure", "trap") == [(trap,)]


def test_a_product_that_is_easily_misread_carries_its_trap(tmp_path: Path) -> None:
    records = read(tmp_path, medications="rxnorm,medicine,strength\n1801289,,\n,doxepin,6 mg\n,doxepin,50 mg\n")

    assert rows(records, "exposure", "ingredient", "trap") == [
        ("bupropion", "smoking-cessation-bupropion"),
        ("doxepin", "doxepin-for-sleep"),
        ("doxepin", None),
    ]


def test_rows_entered_in_error_or_cancelled_are_counted_and_not_used(tmp_path: Path) -> None:
    content = "medicine,status\nsertraline,entered in error\nsertraline,Cancelled\nsertraline,not-taken\n"
    records = read(tmp_path, medications=content)

    assert rows(records, "exposure", "status") == [("not-taken",)]
    assert records.unused == (
        Unused("medications.csv", "medications", "entered in error", 1),
        Unused("medications.csv", "medications", "cancelled", 1),
    )
    assert records.rows_read["medications"] == 3


@pytest.mark.parametrize(
    ("cells", "code", "message", "reason"),
    [
        (
            {"medicine": "metformin", "dose_per_day": "500 BID"},
            "unknown-medicine",
            "Not an antidepressant or augmenting agent that is known; the row isn't used.",
            "medicine not known",
        ),
        (
            {"medicine": "sertraline or fluoxetine"},
            "medicine-unclear",
            "The words name a drug that is known, but not clearly that it was taken, or not which; the row isn't used.",
            "medicine not clear",
        ),
        (
            {"medicine": "", "start": "2024"},
            "medicine-not-named",
            "No medicine is named; the row isn't used.",
            "no medicine named",
        ),
    ],
)
def test_a_medicine_that_is_not_ours_is_found_and_counted(
    tmp_path: Path, cells: dict[str, str], code: str, message: str, reason: str
) -> None:
    records = one(tmp_path, **cells)

    assert rows(records, "exposure", "ingredient") == []
    assert records.findings == (Finding(code, "medications.csv", "line 2", "medicine", message, "person"),)
    assert records.unused == (Unused("medications.csv", "medications", reason, 1),)


@pytest.mark.parametrize(
    ("column", "cell", "allowed"),
    [
        ("basis", "heard", "dispensed | ordered | stated | administered"),
        ("stop_reason", "tired of it", "no benefit | side effects | not taken | better | other"),
        ("adherence", "mostly", "yes | partly | no"),
        ("outcome", "good", "better | partly better | not better"),
        ("dose_unit", "grams", "mg/day | mcg/day | mg/24 h | mg/session | mg/kg/infusion"),
    ],
)
def test_a_word_that_is_not_allowed_is_a_fault(tmp_path: Path, column: str, cell: str, allowed: str) -> None:
    with pytest.raises(RecordError) as raised:
        one(tmp_path, dose_per_day="10", **{column: cell})

    assert raised.value.faults == (
        f"medications.csv, line 2, column {column}: not one of the words allowed: {allowed}.",
    )
