"""Orders, dispensings, statements and administrations: dose, dates, status."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stepwell.knowledge.load import Knowledge
from tests.unit.records.bundles import (
    LOINC,
    RXNORM,
    SNOMED,
    Node,
    about,
    concept,
    dispensing,
    findings,
    one,
    order,
    read_bundle,
    reasons,
    rows,
    statement,
    words,
)

DAILY: Node = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
DAY = date(2024, 1, 8)


def directions(value: float = 1, unit: str | None = "tablet", **more: Any) -> Node:
    """A Dosage with an amount, once a day."""
    quantity: Node = {"value": value, **({"unit": unit} if unit else {})}
    return {"timing": DAILY, "doseAndRate": [{"doseQuantity": quantity}], **more}


def dose(row: Node) -> tuple[object, object, object]:
    return row["dose_per_day_low"], row["dose_per_day_high"], row["dose_basis"]


def end(row: Node) -> tuple[object, object]:
    return row["end_earliest"], row["end_latest"]


# --- dose ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timing", "low", "high"),
    [
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, 100.0, 100.0),
        ({"repeat": {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}}, 50.0, 100.0),
        ({"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}, 150.0, 150.0),
        ({"repeat": {"frequency": 1, "period": 1, "periodMax": 2, "periodUnit": "d"}}, 25.0, 50.0),
        ({"repeat": {"period": 2, "periodUnit": "d"}}, 25.0, 25.0),
        ({"repeat": {"frequency": 7, "period": 1, "periodUnit": "wk"}}, 50.0, 50.0),
        ({"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}, 100.0, 100.0),
        ({"repeat": {"when": ["HS"]}}, 50.0, 50.0),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon"]}}, 50 / 7, 50 / 7),
        ({"code": {"coding": [{"code": "BID"}]}}, 100.0, 100.0),
        ({"code": {"coding": [{"code": "QD"}]}}, 50.0, 50.0),
        ({"code": {"text": "QHS"}}, 50.0, 50.0),
        ({"code": {"text": "three times a day"}}, 150.0, 150.0),
        ({"repeat": {"frequency": 1}}, None, None),
        ({}, None, None),
    ],
)
def test_timing_says_how_often(tmp_path: Path, knowledge: Knowledge, timing: Node, low: float, high: float) -> None:
    row = one(read_bundle(tmp_path, knowledge, order(dosageInstruction=[directions(timing=timing)])), "exposure")
    expected = (pytest.approx(low), pytest.approx(high), "structured dosage") if low else (None, None, "unknown")
    assert dose(row) == expected


def test_a_timing_whose_code_and_words_differ_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    timing = {"code": {"coding": [{"code": "QD"}], "text": "Twice daily"}}
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[directions(timing=timing)]))
    assert dose(one(records, "exposure")) == (None, None, "unknown")
    assert findings(records) == [
        (
            "timing-not-understood",
            "MedicationRequest/r1",
            "dosageInstruction[0].timing.code",
            "Codes and words say differently how often; it is unknown.",
        )
    ]


@pytest.mark.parametrize(
    "code",
    [
        {"coding": [{"code": "BID", "display": "BID"}], "text": "2 times daily"},
        {"coding": [{"code": "QD", "display": "Every day"}], "text": "Daily"},
        {"coding": [{"code": "BED", "display": "at bedtime"}], "text": "Nightly"},
    ],
)
def test_a_timing_whose_code_and_words_agree_is_read(tmp_path: Path, knowledge: Knowledge, code: Node) -> None:
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[directions(timing={"code": code})]))
    assert one(records, "exposure")["dose_basis"] == "structured dosage"
    assert findings(records) == []


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        ({"doseQuantity": {"value": 100, "unit": "mg", "code": "mg"}}, 100.0, 100.0),
        ({"doseQuantity": {"value": 0.1, "unit": "g"}}, 100.0, 100.0),
        ({"doseQuantity": {"value": 2, "code": "{tbl}"}}, 100.0, 100.0),
        ({"doseQuantity": {"value": 2, "code": "TAB"}}, 100.0, 100.0),
        ({"doseQuantity": {"value": 1}}, 50.0, 50.0),
        ({"doseRange": {"low": {"value": 1, "unit": "tablet"}, "high": {"value": 2, "unit": "tablet"}}}, 50.0, 100.0),
        ({"doseRange": {"high": {"value": 100, "unit": "mg"}}}, 0.0, 100.0),
    ],
)
def test_the_amount_may_be_written_in_many_ways(
    tmp_path: Path, knowledge: Knowledge, given: Node, low: float, high: float
) -> None:
    dosage = {"timing": DAILY, "doseAndRate": [given]}
    row = one(read_bundle(tmp_path, knowledge, order(dosageInstruction=[dosage])), "exposure")
    assert dose(row) == (low, high, "structured dosage")
    assert row["dose_unit"] == "mg/day"


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (
            {"doseQuantity": {"value": 1, "unit": "tablet", "code": "mg"}},
            "dose-units-differ",
            "Unit and unit code contradict each other; the dose is unknown.",
        ),
        (
            {"doseQuantity": {"value": 1, "unit": "puff"}},
            "dose-unit-unknown",
            "The unit can't be turned into a dose; the dose is unknown.",
        ),
        ({"doseQuantity": {"value": 50}}, "dose-without-unit", "The quantity has no unit; the dose is unknown."),
        (
            {"doseQuantity": {"value": -1, "unit": "mg"}},
            "quantity-not-positive",
            "The quantity isn't above zero; it is read as unknown.",
        ),
    ],
)
def test_an_amount_that_cannot_be_read_is_unknown_and_noted(
    tmp_path: Path, knowledge: Knowledge, given: Node, code: str, message: str
) -> None:
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[{"timing": DAILY, "doseAndRate": [given]}]))
    assert dose(one(records, "exposure")) == (None, None, "unknown")
    place = "dosageInstruction[0].doseAndRate.doseQuantity"
    assert findings(records) == [(code, "MedicationRequest/r1", place, message)]


def test_a_dose_range_with_its_ends_swapped_is_unknown(tmp_path: Path, knowledge: Knowledge) -> None:
    ends = {"low": {"value": 3, "unit": "tablet"}, "high": {"value": 2, "unit": "tablet"}}
    dosage = {"timing": DAILY, "doseAndRate": [{"doseRange": ends}]}
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[dosage]))
    assert dose(one(records, "exposure")) == (None, None, "unknown")
    assert [found[0] for found in findings(records)] == ["dose-range-odd"]


def test_as_needed_may_be_nothing(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[directions(asNeededBoolean=True)]))
    assert dose(one(records, "exposure")) == (0.0, 50.0, "structured dosage")


def test_where_dosage_is_missing_quantity_and_days_give_the_dose(tmp_path: Path, knowledge: Knowledge) -> None:
    supply = dispensing(quantity={"value": 60}, daysSupply={"value": 30, "code": "d"})
    row = one(read_bundle(tmp_path, knowledge, supply), "exposure")
    assert dose(row) == (100.0, 100.0, "quantity and days' supply")
    assert end(row) == (date(2024, 2, 7), date(2024, 2, 7))


def test_quantity_and_days_are_trusted_before_words(tmp_path: Path, knowledge: Knowledge) -> None:
    supply = dispensing(
        quantity={"value": 60, "unit": "tablet"},
        daysSupply={"value": 30},
        dosageInstruction=[{"text": "take 1 tablet daily"}],
    )
    assert dose(one(read_bundle(tmp_path, knowledge, supply), "exposure"))[0] == 100.0


def test_words_give_the_dose_where_nothing_else_does(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[{"text": "Take 1-2 tablets daily"}]))
    assert dose(one(records, "exposure")) == (50.0, 100.0, "text")


def test_the_name_of_the_medicine_may_tell_the_dose(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, statement(medicationCodeableConcept=words("sertraline 100 mg daily")))
    row = one(records, "exposure")
    assert dose(row) == (100.0, 100.0, "text")
    assert row["coded_by"] == "text"


def test_words_that_are_not_clear_give_no_dose(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[{"text": "50 mg for a week, then 100 mg"}]))
    assert dose(one(records, "exposure")) == (None, None, "unknown")


def test_a_weekly_capsule_has_no_daily_dose(tmp_path: Path, knowledge: Knowledge) -> None:
    weekly = dispensing(
        medicationCodeableConcept=concept(RXNORM, "313995"), quantity={"value": 4}, daysSupply={"value": 28}
    )
    row = one(read_bundle(tmp_path, knowledge, weekly), "exposure")
    assert (dose(row), row["trap"]) == ((None, None, "unknown"), "weekly-fluoxetine")


def test_a_combination_gives_a_row_for_each_drug(tmp_path: Path, knowledge: Knowledge) -> None:
    both = order(medicationCodeableConcept=concept(RXNORM, "403969"), dosageInstruction=[directions()])
    found = rows(read_bundle(tmp_path, knowledge, both), "exposure")
    assert [(row["ingredient"], row["dose_per_day_low"]) for row in found] == [
        ("fluoxetine", 25.0),
        ("olanzapine", 6.0),
    ]


def test_milligrams_of_a_combination_are_of_neither_drug(tmp_path: Path, knowledge: Knowledge) -> None:
    both = order(medicationCodeableConcept=concept(RXNORM, "403969"), dosageInstruction=[directions(25, "mg")])
    assert [dose(row)[0] for row in rows(read_bundle(tmp_path, knowledge, both), "exposure")] == [None, None]


def test_a_dispensing_borrows_the_dosage_of_its_order(tmp_path: Path, knowledge: Knowledge) -> None:
    filled = dispensing(2, authorizingPrescription=[{"reference": "MedicationRequest/r1"}])
    records = read_bundle(tmp_path, knowledge, filled, order(dosageInstruction=[directions(2)]))
    row = next(row for row in rows(records, "exposure") if row["basis"] == "dispensed")
    assert dose(row) == (100.0, 100.0, "structured dosage")
    assert row["order_evidence_id"] == "MedicationRequest/r1"


def test_quantity_and_dose_tell_how_long_a_supply_lasts(tmp_path: Path, knowledge: Knowledge) -> None:
    supply = dispensing(quantity={"value": 30, "unit": "tablet"}, dosageInstruction=[{"text": "1-2 tablets daily"}])
    row = one(read_bundle(tmp_path, knowledge, supply), "exposure")
    assert end(row) == (date(2024, 1, 23), date(2024, 2, 7))


# --- steps of a dose -------------------------------------------------------------------------------


def test_steps_in_sequence_with_lengths_are_one_row_each(tmp_path: Path, knowledge: Knowledge) -> None:
    first = directions(1, sequence=1, timing={"repeat": {**_repeat(), "boundsDuration": {"value": 1, "code": "wk"}}})
    second = directions(2, sequence=2)
    found = rows(read_bundle(tmp_path, knowledge, order(dosageInstruction=[second, first])), "exposure")
    assert [(row["start_earliest"], row["dose_per_day_low"], *end(row)) for row in found] == [
        (DAY, 50.0, date(2024, 1, 15), date(2024, 1, 15)),
        (date(2024, 1, 15), 100.0, date(2024, 1, 16), None),
    ]


def _repeat() -> Node:
    return {"frequency": 1, "period": 1, "periodUnit": "d"}


def test_steps_of_unknown_length_are_a_range(tmp_path: Path, knowledge: Knowledge) -> None:
    steps = [directions(1, sequence=1), directions(2, sequence=2)]
    assert dose(one(read_bundle(tmp_path, knowledge, order(dosageInstruction=steps)), "exposure")) == (
        50.0, 100.0, "structured dosage",
    )  # fmt: skip


def test_dosages_of_the_same_sequence_add_up(tmp_path: Path, knowledge: Knowledge) -> None:
    steps = [directions(1, sequence=1), directions(2, sequence=1)]
    assert dose(one(read_bundle(tmp_path, knowledge, order(dosageInstruction=steps)), "exposure"))[:2] == (150.0, 150.0)


def test_dosages_without_sequence_may_add_up_or_not(tmp_path: Path, knowledge: Knowledge) -> None:
    steps = [directions(1), directions(2)]
    assert dose(one(read_bundle(tmp_path, knowledge, order(dosageInstruction=steps)), "exposure"))[:2] == (50.0, 150.0)


def test_one_unknown_dosage_makes_the_sum_unknown(tmp_path: Path, knowledge: Knowledge) -> None:
    steps = [directions(1, sequence=1), {"sequence": 1, "timing": DAILY}]
    assert dose(one(read_bundle(tmp_path, knowledge, order(dosageInstruction=steps)), "exposure"))[0] is None


# --- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-03", date(2024, 2, 3), date(2024, 2, 3)),
        ("2024-02-03T23:30:00-08:00", date(2024, 2, 3), date(2024, 2, 3)),
    ],
)
def test_a_date_is_as_vague_as_it_was_written(
    tmp_path: Path, knowledge: Knowledge, written: str, first: date, last: date
) -> None:
    row = one(read_bundle(tmp_path, knowledge, order(authoredOn=written)), "exposure")
    assert (row["start_earliest"], row["start_latest"]) == (first, last)


@pytest.mark.parametrize("written", ["02/03/2024", "2024-13-01", "2024-02-30", "", "soon", 20240203, "0000-01-01"])
def test_a_date_that_cannot_be_read_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge, written: object) -> None:
    records = read_bundle(tmp_path, knowledge, order(authoredOn=written))
    assert one(records, "exposure")["start_earliest"] is None
    assert findings(records)[0] == (
        "date-not-understood",
        "MedicationRequest/r1",
        "authoredOn",
        "The date isn't of the form YYYY, YYYY-MM or YYYY-MM-DD; it is unknown.",
    )


BOUNDS = {"boundsPeriod": {"start": "2024-02-01", "end": "2024-02-29"}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (date(2024, 1, 9), None)),
        ({"status": "completed"}, (date(2024, 1, 9), None)),
        ({"dosageInstruction": [{"timing": {"repeat": BOUNDS}}]}, (date(2024, 3, 1), date(2024, 3, 1))),
        (
            {"status": "stopped", "dosageInstruction": [{"timing": {"repeat": BOUNDS}}]},
            (date(2024, 1, 9), date(2024, 3, 1)),
        ),
        (
            {"dosageInstruction": [{"timing": {"repeat": {"boundsDuration": {"value": 2, "unit": "weeks"}}}}]},
            (date(2024, 1, 22), date(2024, 1, 22)),
        ),
        (
            {"dosageInstruction": [{"timing": {"repeat": {"boundsDuration": {"value": 1, "code": "mo"}}}}]},
            (date(2024, 2, 5), date(2024, 2, 8)),
        ),
        (
            {"dispenseRequest": {"expectedSupplyDuration": {"value": 30, "code": "d"}, "numberOfRepeatsAllowed": 2}},
            (date(2024, 2, 7), date(2024, 4, 7)),
        ),
        ({"dispenseRequest": {"validityPeriod": {"end": "2024-12-31"}}}, (date(2024, 1, 9), date(2025, 1, 1))),
        ({"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"end": "9999-12-31"}}}}]},
         (date(2024, 1, 9), None)),
    ],
)  # fmt: skip
def test_the_end_of_an_order(
    tmp_path: Path, knowledge: Knowledge, fields: Node, expected: tuple[date, date | None]
) -> None:
    assert end(one(read_bundle(tmp_path, knowledge, order(**fields)), "exposure")) == expected


def test_bounds_start_an_order_that_is_not_dated(tmp_path: Path, knowledge: Knowledge) -> None:
    undated = order(dosageInstruction=[{"timing": {"repeat": BOUNDS}}])
    del undated["authoredOn"]
    assert one(read_bundle(tmp_path, knowledge, undated), "exposure")["start_earliest"] == date(2024, 2, 1)


def test_an_end_before_the_start_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, statement(effectivePeriod={"start": "2024-02-01", "end": "2024-01-01"}))
    assert end(one(records, "exposure")) == (date(2024, 2, 2), None)
    assert findings(records) == [
        (
            "end-before-start",
            "MedicationStatement/r1",
            "effectivePeriod.end",
            "The end lies before the start; the end is read as unknown.",
        )
    ]


@pytest.mark.parametrize(
    ("supplied", "code"),
    [
        ({"value": 0}, "duration-not-positive"),
        ({"value": -30, "code": "d"}, "duration-not-positive"),
        ({"value": 5000, "code": "d"}, "days-supply-out-of-range"),
        ({"value": 30, "code": "furlong"}, "duration-not-understood"),
        ({"value": 1e300, "code": "d"}, "duration-not-understood"),
    ],
)
def test_an_impossible_supply_is_unknown_and_noted(
    tmp_path: Path, knowledge: Knowledge, supplied: Node, code: str
) -> None:
    records = read_bundle(tmp_path, knowledge, dispensing(daysSupply=supplied, quantity={"value": 30}))
    row = one(records, "exposure")
    assert (end(row), row["dose_per_day_low"]) == ((date(2024, 1, 9), None), None)
    assert [found[0] for found in findings(records)] == [code]


def test_an_active_statement_ran_at_least_until_it_was_asserted(tmp_path: Path, knowledge: Knowledge) -> None:
    row = one(read_bundle(tmp_path, knowledge, statement(dateAsserted="2024-06-03")), "exposure")
    assert end(row) == (date(2024, 6, 4), None)


def test_a_statement_with_an_end_covers_its_last_day(tmp_path: Path, knowledge: Knowledge) -> None:
    stated = statement(status="completed", effectivePeriod={"start": "2024-01", "end": "2024-03"})
    row = one(read_bundle(tmp_path, knowledge, stated), "exposure")
    assert (row["start_earliest"], row["start_latest"]) == (date(2024, 1, 1), date(2024, 1, 31))
    assert end(row) == (date(2024, 3, 2), date(2024, 4, 1))


def test_a_dispensing_of_unknown_day_is_counted_from_its_preparation(tmp_path: Path, knowledge: Knowledge) -> None:
    prepared = dispensing(whenPrepared="2024-01-07")
    del prepared["whenHandedOver"]
    records = read_bundle(tmp_path, knowledge, prepared)
    assert one(records, "exposure")["start_earliest"] == date(2024, 1, 7)
    assert findings(records) == [
        (
            "no-start",
            "MedicationDispense/r1",
            "whenHandedOver",
            "No date is given on which it was handed over. It is counted from the day it was prepared.",
        )
    ]


# --- status, reason, adherence ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        (order(status="active"), "active"),
        (order(status="on-hold"), "on-hold"),
        (order(status="completed"), "completed"),
        (order(status="stopped"), "stopped"),
        (order(status="unknown"), "unknown"),
        (dispensing(status="completed"), "completed"),
        (dispensing(status="stopped"), "stopped"),
        (statement(status="not-taken"), "not-taken"),
        (statement(status="stopped"), "stopped"),
    ],
)
def test_a_status_is_kept(tmp_path: Path, knowledge: Knowledge, resource: Node, status: str) -> None:
    assert one(read_bundle(tmp_path, knowledge, resource), "exposure")["status"] == status


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (order(status="cancelled"), "status cancelled"),
        (order(status="entered-in-error"), "status entered-in-error"),
        (order(status="draft"), "status draft"),
        (order(intent="proposal"), "intent proposal"),
        (order(intent="plan"), "intent plan"),
        (order(doNotPerform=True), "marked as not to be given"),
        (dispensing(status="preparation"), "status preparation"),
        (dispensing(status="declined"), "status declined"),
        (statement(status="intended"), "status intended"),
        (statement(status="entered-in-error"), "status entered-in-error"),
    ],
)
def test_what_was_never_given_is_not_used(tmp_path: Path, knowledge: Knowledge, resource: Node, reason: str) -> None:
    records = read_bundle(tmp_path, knowledge, resource)
    assert rows(records, "exposure") == []
    assert list(reasons(records).values()) == [reason]


def test_a_status_that_is_none_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, order(status="paused"))
    assert one(records, "exposure")["status"] == "unknown"
    assert findings(records) == [
        (
            "status-not-known",
            "MedicationRequest/r1",
            "status",
            "The status is missing or isn't one of R4; it is read as unknown.",
        )
    ]


def test_a_reported_order_is_stated(tmp_path: Path, knowledge: Knowledge) -> None:
    reported = order(intent="plan", reportedBoolean=True)
    assert one(read_bundle(tmp_path, knowledge, reported), "exposure")["basis"] == "stated"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (concept(SNOMED, "395009001"), "side effects"),
        (concept(SNOMED, "395007004"), "no benefit"),
        ({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-status-reason",
                      "code": "sintol"}]}, "side effects"),
        (words("Nausea and other side effects"), "side effects"),
        (words("Lack of efficacy"), "no benefit"),
        (words("never started"), "not taken"),
        (words("in remission"), "better"),
        (words("not yet in remission"), "other"),
        (words("no side effects"), "other"),
        (words("moved house"), "other"),
        (words("no benefit, but side effects"), "other"),
    ],
)  # fmt: skip
def test_why_it_was_stopped(tmp_path: Path, knowledge: Knowledge, said: Node, reason: str) -> None:
    by_order = order(1, status="stopped", statusReason=said)
    by_statement = statement(2, status="stopped", statusReason=[said])
    found = rows(read_bundle(tmp_path, knowledge, by_order, by_statement), "exposure")
    assert [row["stop_reason"] for row in found] == [reason, reason]


def test_no_reason_said_is_no_reason(tmp_path: Path, knowledge: Knowledge) -> None:
    assert one(read_bundle(tmp_path, knowledge, order(status="stopped")), "exposure")["stop_reason"] is None


def us_core_adherence(code: str) -> Node:
    """The adherence extension of US Core."""
    return {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication-adherence",
        "extension": [{"url": "medicationAdherence", "valueCodeableConcept": concept(SNOMED, code)}],
    }


def r5_adherence(code: str) -> Node:
    """The adherence of R5, carried in R4."""
    return {
        "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationStatement.adherence",
        "extension": [{"url": "code", "valueCodeableConcept": {"coding": [{"code": code}]}}],
    }


@pytest.mark.parametrize(
    ("resource", "adherence"),
    [
        (order(extension=[us_core_adherence("702565001")]), "no"),
        (order(extension=[us_core_adherence("1156699004")]), "yes"),
        (order(extension=[us_core_adherence("1")]), None),
        (statement(extension=[r5_adherence("taking-as-directed")]), "yes"),
        (statement(extension=[r5_adherence("taking-not-as-directed")]), "partly"),
        (statement(status="not-taken"), "no"),
        (statement(), None),
    ],
)
def test_adherence(tmp_path: Path, knowledge: Knowledge, resource: Node, adherence: str | None) -> None:
    assert one(read_bundle(tmp_path, knowledge, resource), "exposure")["adherence"] == adherence


# --- administrations -------------------------------------------------------------------------------


def given(**fields: Any) -> Node:
    base: Node = {
        "status": "completed",
        "effectiveDateTime": "2024-01-08T21:00:00Z",
        "medicationCodeableConcept": concept(RXNORM, "312941"),
        "dosage": {"dose": {"value": 50, "unit": "mg"}},
    }
    return about("MedicationAdministration", **{**base, **fields})


def test_what_was_given_is_the_least_taken_on_its_day(tmp_path: Path, knowledge: Knowledge) -> None:
    row = one(read_bundle(tmp_path, knowledge, given()), "exposure")
    assert dose(row) == (50.0, None, "structured dosage")
    assert (row["basis"], end(row)) == ("administered", (date(2024, 1, 9), date(2024, 1, 9)))


def test_a_session_has_the_dose_that_was_given(tmp_path: Path, knowledge: Knowledge) -> None:
    spray = given(
        medicationCodeableConcept=words("esketamine nasal spray"), dosage={"dose": {"value": 84, "unit": "mg"}}
    )
    row = one(read_bundle(tmp_path, knowledge, spray), "exposure")
    assert (dose(row)[:2], row["dose_unit"]) == ((84.0, 84.0), "mg/session")


def test_what_was_not_given_is_not_used(tmp_path: Path, knowledge: Knowledge) -> None:
    assert reasons(read_bundle(tmp_path, knowledge, given(status="not-done"))) == {
        "MedicationAdministration": "status not-done"
    }


# --- which medicine --------------------------------------------------------------------------------

MEDICATION: Node = {"resourceType": "Medication", "id": "m", "code": concept(RXNORM, "312941")}


def referring(reference: str, **fields: Any) -> Node:
    made = order(medicationReference={"reference": reference, "display": "sertraline"}, **fields)
    del made["medicationCodeableConcept"]
    return made


@pytest.mark.parametrize("reference", ["Medication/m", "https://example.org/fhir/Medication/m/_history/2"])
def test_a_medication_may_be_referred_to(tmp_path: Path, knowledge: Knowledge, reference: str) -> None:
    records = read_bundle(tmp_path, knowledge, referring(reference), MEDICATION)
    assert one(records, "exposure")["product"] == "312941"
    assert "Medication/m" in records.locations


def test_a_medication_may_be_contained(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, referring("#m", contained=[MEDICATION]))
    assert one(records, "exposure")["product"] == "312941"


def test_a_reference_that_leads_nowhere_falls_back_on_its_words(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, referring("Medication/none"))
    assert one(records, "exposure")["coded_by"] == "text"
    assert findings(records) == [
        (
            "reference-not-found",
            "MedicationRequest/r1",
            "medicationReference",
            "The Medication referred to isn't in the record.",
        )
    ]


def test_a_medication_may_tell_its_ingredients(tmp_path: Path, knowledge: Knowledge) -> None:
    strength = {"numerator": {"value": 50, "unit": "mg"}, "denominator": {"value": 1, "unit": "tablet"}}
    compound = {
        "resourceType": "Medication", "id": "m",
        "ingredient": [{"itemCodeableConcept": concept(RXNORM, "36437"), "strength": strength}],
    }  # fmt: skip
    records = read_bundle(tmp_path, knowledge, referring("Medication/m", dosageInstruction=[directions(2)]), compound)
    assert dose(one(records, "exposure"))[0] == 100.0


def test_a_medication_that_nothing_refers_to_is_counted(tmp_path: Path, knowledge: Knowledge) -> None:
    assert reasons(read_bundle(tmp_path, knowledge, MEDICATION)) == {"Medication": "nothing that is used refers to it"}


@pytest.mark.parametrize(
    ("named", "reason", "code"),
    [
        (concept(RXNORM, "997488"), "not a medicine Stepwell knows", None),
        (words("bupropion / naltrexone"), "medicine not named clearly", "medicine-unclear"),
        ({}, "no medicine named", "medicine-missing"),
    ],
)
def test_a_medicine_that_is_none_of_ours_is_not_used(
    tmp_path: Path, knowledge: Knowledge, named: Node, reason: str, code: str | None
) -> None:
    records = read_bundle(tmp_path, knowledge, order(medicationCodeableConcept=named))
    assert reasons(records) == {"MedicationRequest": reason}
    assert [found[0] for found in findings(records)] == ([code] if code else [])


def test_other_systems_say_nothing(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, order(medicationCodeableConcept=concept(LOINC, "312941")))
    assert reasons(records) == {"MedicationRequest": "not a medicine Stepwell knows"}


# --- a dose told twice -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tablets", "expected"), [(2, (100.0, 100.0, "structured dosage")), (3, (None, None, "unknown"))]
)
def test_mg_and_tablets_side_by_side_must_agree(
    tmp_path: Path, knowledge: Knowledge, tablets: int, expected: tuple[object, ...]
) -> None:
    both = [{"doseQuantity": {"value": 100, "unit": "mg"}}, {"doseQuantity": {"value": tablets, "unit": "tablet"}}]
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[{"timing": DAILY, "doseAndRate": both}]))
    assert dose(one(records, "exposure")) == expected


def test_each_counts_tablets_that_are_handed_out(tmp_path: Path, knowledge: Knowledge) -> None:
    given = dispensing(quantity={"value": 60, "unit": "Each"}, daysSupply={"value": 30, "unit": "d"})
    row = one(read_bundle(tmp_path, knowledge, given), "exposure")
    assert dose(row) == (100.0, 100.0, "quantity and days' supply")


def test_a_dose_too_large_to_be_a_number_is_unknown(tmp_path: Path, knowledge: Knowledge) -> None:
    timing: Node = {"repeat": {"frequency": 1e200, "period": 1, "periodUnit": "d"}}
    records = read_bundle(tmp_path, knowledge, order(dosageInstruction=[directions(1e200, "mg", timing=timing)]))
    assert dose(one(records, "exposure")) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Therapy completed", "other"),
        ("Course completed", "other"),
        ("No longer needed", "other"),
        ("Partial remission only", "other"),
        ("Failure to achieve remission", "other"),
        ("Did not achieve remission", "other"),
        ("In remission", "better"),
        ("Didn't help", "no benefit"),
        ("Rash", "side effects"),
    ],
)
def test_only_words_of_the_outcome_tell_the_outcome(
    tmp_path: Path, knowledge: Knowledge, said: str, reason: str
) -> None:
    records = read_bundle(tmp_path, knowledge, order(status="stopped", statusReason=words(said)))
    assert one(records, "exposure")["stop_reason"] == reason
