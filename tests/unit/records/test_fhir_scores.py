"""Totals, items and questionnaires, wherever a record keeps them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stepwell.knowledge.load import Knowledge
from tests.unit.records.bundles import (
    LOINC,
    Node,
    about,
    concept,
    findings,
    one,
    read_bundle,
    reasons,
    rows,
    total,
    words,
)

PHQ9_CODES = (
    "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8",
)  # fmt: skip
SEVERAL_DAYS = {"valueCodeableConcept": concept(LOINC, "LA6569-3")}


def item(number: int, value: object = 1, **fields: Any) -> Node:
    """An Observation of one PHQ-9 item, by its place on the form."""
    base: Node = {
        "status": "final",
        "code": concept(LOINC, PHQ9_CODES[number - 1]),
        "effectiveDateTime": "2024-01-08T10:00:00Z",
        "valueInteger": value,
    }
    return about("Observation", 100 + number, **{**base, **fields})


def items_of(records_rows: list[Node]) -> dict[object, object]:
    return {row["item"]: row["value"] for row in records_rows}


# --- totals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"valueInteger": 17},
        {"valueQuantity": {"value": 17, "unit": "{score}"}},
        {"valueString": "17"},
        {"valueDecimal": 17.0},
    ],
)
def test_a_total_may_be_written_in_many_ways(tmp_path: Path, knowledge: Knowledge, value: Node) -> None:
    written = total()
    del written["valueInteger"]
    row = one(read_bundle(tmp_path, knowledge, {**written, **value}), "score")
    assert (row["instrument"], row["value"], row["date_earliest"]) == ("phq-9", 17.0, date(2024, 1, 8))
    assert row["evidence_id"] == row["score_id"] == "Observation/r1"


def test_a_total_may_be_named_in_words(tmp_path: Path, knowledge: Knowledge) -> None:
    row = one(read_bundle(tmp_path, knowledge, {**total(), "code": words("PHQ-9 total score")}), "score")
    assert row["instrument"] == "phq-9"


def test_a_total_out_of_range_is_kept_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, total(value=35))
    assert one(records, "score")["value"] == 35.0
    assert findings(records) == [
        (
            "score-out-of-range",
            "Observation/r1",
            "value[x]",
            "The total lies outside the range of its scale; it isn't counted.",
        )
    ]


def test_a_total_without_value_is_not_used(tmp_path: Path, knowledge: Knowledge) -> None:
    absent = total(dataAbsentReason=words("declined"))
    del absent["valueInteger"]
    records = read_bundle(tmp_path, knowledge, absent)
    assert rows(records, "score") == []
    assert reasons(records) == {"Observation": "no value"}


def test_a_total_that_is_no_number_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    worded = total(valueString="moderate")
    del worded["valueInteger"]
    records = read_bundle(tmp_path, knowledge, worded)
    assert reasons(records) == {"Observation": "no value"}
    assert findings(records) == [
        ("value-not-a-number", "Observation/r1", "value[x]", "The total isn't a number; it is read as unknown.")
    ]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_a_result_that_does_not_hold_is_not_used(tmp_path: Path, knowledge: Knowledge, status: str) -> None:
    assert reasons(read_bundle(tmp_path, knowledge, total(status=status))) == {"Observation": f"status {status}"}


def test_a_preliminary_result_is_used_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, total(status="preliminary"))
    assert one(records, "score")["value"] == 17.0
    assert findings(records) == [
        ("preliminary-result", "Observation/r1", "status", "The result is preliminary; it is used as it stands.")
    ]


@pytest.mark.parametrize(
    ("dates", "first", "last", "codes"),
    [
        ({"effectiveInstant": "2024-01-08T10:00:00Z"}, date(2024, 1, 8), date(2024, 1, 8), []),
        ({"effectivePeriod": {"start": "2024-01-08", "end": "2024-01-10"}}, date(2024, 1, 8), date(2024, 1, 10), []),
        ({"issued": "2024-01-09T10:00:00Z"}, date(2024, 1, 9), date(2024, 1, 9), ["date-from-issued"]),
        ({}, None, None, ["no-date"]),
    ],
)
def test_the_day_of_a_score(
    tmp_path: Path, knowledge: Knowledge, dates: Node, first: date | None, last: date | None, codes: list[str]
) -> None:
    undated = total(**dates)
    del undated["effectiveDateTime"]
    records = read_bundle(tmp_path, knowledge, undated)
    row = one(records, "score")
    assert (row["date_earliest"], row["date_latest"]) == (first, last)
    assert [found[0] for found in findings(records)] == codes


# --- items -----------------------------------------------------------------------------------------


def test_items_may_be_components(tmp_path: Path, knowledge: Knowledge) -> None:
    components = [{"code": concept(LOINC, code), **SEVERAL_DAYS} for code in PHQ9_CODES]
    records = read_bundle(tmp_path, knowledge, total(value=9, component=components))
    assert one(records, "score")["value"] == 9.0
    assert items_of(rows(records, "item")) == {str(number): 1.0 for number in range(1, 10)}


def test_a_component_may_hold_the_total(tmp_path: Path, knowledge: Knowledge) -> None:
    panel = about(
        "Observation", 1, status="final", code=concept(LOINC, "44249-1"), effectiveDateTime="2024-01-08",
        component=[{"code": concept(LOINC, "44261-6"), "valueInteger": 12}],
    )  # fmt: skip
    assert one(read_bundle(tmp_path, knowledge, panel), "score")["value"] == 12.0


@pytest.mark.parametrize("member", ["hasMember", "derivedFrom"])
def test_items_may_be_members_of_a_panel(tmp_path: Path, knowledge: Knowledge, member: str) -> None:
    parts = [item(number) for number in range(1, 10)]
    references: Any = [{"reference": f"Observation/{part['id']}"} for part in parts]
    records = read_bundle(tmp_path, knowledge, total(value=9, **{member: references}), *parts)
    assert one(records, "score")["evidence_id"] == "Observation/r1"
    assert {row["score_id"] for row in rows(records, "item")} == {"Observation/r1"}
    assert {row["evidence_id"] for row in rows(records, "item")} == {f"Observation/r{100 + n}" for n in range(1, 10)}


def test_members_that_are_not_there_are_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, total(hasMember=[{"reference": "Observation/none"}]))
    assert one(records, "score")["value"] == 17.0
    assert findings(records) == [
        (
            "reference-not-found",
            "Observation/r1",
            "hasMember",
            "Observations referred to aren't in the record, or aren't used.",
        )
    ]


def test_items_without_panel_join_the_total_of_their_day(tmp_path: Path, knowledge: Knowledge) -> None:
    parts = [item(number) for number in range(1, 10)]
    records = read_bundle(tmp_path, knowledge, *parts, total(value=9))
    assert one(records, "score")["score_id"] == "Observation/r1"
    assert {row["score_id"] for row in rows(records, "item")} == {"Observation/r1"}


def test_items_alone_make_a_score_without_total(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, *[item(number) for number in range(1, 10)])
    row = one(records, "score")
    assert (row["instrument"], row["value"]) == ("phq-9", None)
    assert len(rows(records, "item")) == 9


def test_the_two_first_items_alone_are_the_phq_2(tmp_path: Path, knowledge: Knowledge) -> None:
    assert one(read_bundle(tmp_path, knowledge, item(1), item(2)), "score")["instrument"] == "phq-2"


def test_two_questionnaires_of_one_day_are_told_apart_by_their_time(tmp_path: Path, knowledge: Knowledge) -> None:
    morning = [item(number) for number in range(1, 10)]
    evening = [
        {**item(number, 2), "id": f"e{number}", "effectiveDateTime": "2024-01-08T20:00:00Z"} for number in range(1, 10)
    ]
    records = read_bundle(tmp_path, knowledge, *morning, *evening)
    assert len(rows(records, "score")) == 2
    assert len(rows(records, "item")) == 18


def test_a_skipped_item_stays_visible(tmp_path: Path, knowledge: Knowledge) -> None:
    skipped = item(9, dataAbsentReason=words("asked but unknown"))
    del skipped["valueInteger"]
    records = read_bundle(tmp_path, knowledge, *[item(number) for number in range(1, 9)], skipped)
    assert items_of(rows(records, "item"))["9"] is None


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        ({"valueInteger": 7}, "item-out-of-range", "The answer lies outside the item's range; it is read as unknown."),
        (
            {"valueString": "sometimes"},
            "answer-not-understood",
            "The answer isn't one of this item; it is read as unknown.",
        ),
    ],
)
def test_an_odd_answer_is_unknown_and_noted(
    tmp_path: Path, knowledge: Knowledge, answer: Node, code: str, message: str
) -> None:
    odd = item(9)
    del odd["valueInteger"]
    records = read_bundle(tmp_path, knowledge, *[item(number) for number in range(1, 9)], {**odd, **answer})
    assert items_of(rows(records, "item"))["9"] is None
    assert findings(records) == [(code, "Observation/r109", "value[x]", message)]


def test_an_item_answered_twice_differently_is_unknown(tmp_path: Path, knowledge: Knowledge) -> None:
    twice = [{"code": concept(LOINC, "44250-9"), "valueInteger": value} for value in (0, 2)]
    records = read_bundle(tmp_path, knowledge, total(component=twice))
    assert items_of(rows(records, "item")) == {"1": None}
    assert [found[0] for found in findings(records)] == ["item-answered-twice"]


@pytest.mark.parametrize("values", [(0, 2), (2, 0)])
def test_of_two_answers_about_suicide_the_higher_stands(
    tmp_path: Path, knowledge: Knowledge, values: tuple[int, int]
) -> None:
    twice = [{"code": concept(LOINC, "44260-8"), "valueInteger": value} for value in values]
    records = read_bundle(tmp_path, knowledge, total(component=twice))
    assert items_of(rows(records, "item")) == {"9": 2.0}
    assert [found[0] for found in findings(records)] == ["item-answered-twice"]


LAST_ITEM = "Thoughts that you would be better off dead, or of hurting yourself in some way"


@pytest.mark.parametrize(
    "code",
    [
        words(LAST_ITEM),
        words(f"9. {LAST_ITEM}"),
        words("Thoughts that you would be better off dead or hurting yourself"),
        words("PHQ-9 question 9"),
        words("PHQ-9 Item 9: suicidal thoughts"),
        {**concept("urn:oid:1.2.840.114350.1", "44", "Q9"), "coding": [{"code": "44", "display": LAST_ITEM}]},
    ],
)
def test_an_item_without_loinc_code_is_found_by_its_words(tmp_path: Path, knowledge: Knowledge, code: Node) -> None:
    records = read_bundle(tmp_path, knowledge, item(9, 2, code=code))
    assert (one(records, "item")["instrument"], items_of(rows(records, "item"))) == ("phq-9", {"9": 2.0})


@pytest.mark.parametrize("text", ["PHQ-9 9", "Question 9", "PHQ-9 question 12", "Last PHQ-9 question 9"])
def test_words_that_name_no_item_are_not_one(tmp_path: Path, knowledge: Knowledge, text: str) -> None:
    records = read_bundle(tmp_path, knowledge, item(9, 2, code=words(text)))
    assert reasons(records) == {"Observation": "not a measurement Stepwell looks for"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Several days (1)", 1.0),
        ("1 - Several days", 1.0),
        ("[2] More than half the days", 2.0),
        ("Nearly every day = 3", 3.0),
        ("Several days (2)", None),
        ("Several days 1 2", None),
    ],
)
def test_an_answer_may_carry_its_number_if_it_is_the_right_one(
    tmp_path: Path, knowledge: Knowledge, text: str, value: float | None
) -> None:
    answer = item(9, valueString=text)
    del answer["valueInteger"]
    assert items_of(rows(read_bundle(tmp_path, knowledge, answer), "item")) == {"9": value}


@pytest.mark.parametrize(
    "code",
    [
        words("Depression screening"),
        concept("urn:oid:1.2.840.114350", "1234", "Rooming"),
        concept(LOINC, "69730-0"),
        {},
    ],
)
def test_a_scale_is_found_in_components_whatever_the_whole_is_called(
    tmp_path: Path, knowledge: Knowledge, code: Node
) -> None:
    held: Any = [
        {"code": concept(LOINC, "44260-8"), **SEVERAL_DAYS},
        {"code": concept(LOINC, "44261-6"), "valueInteger": 12},
    ]
    whole = about("Observation", 1, status="final", code=code, effectiveDateTime="2024-01-08", component=held)
    records = read_bundle(tmp_path, knowledge, whole)
    row = one(records, "score")
    assert (row["instrument"], row["value"], row["score_id"]) == ("phq-9", 12.0, "Observation/r1")
    assert items_of(rows(records, "item")) == {"9": 1.0}
    assert findings(records) == []


@pytest.mark.parametrize("as_component", [True, False])
def test_a_result_beside_a_scale_is_kept(
    tmp_path: Path,
    knowledge: Knowledge,
    as_component: bool,  # noqa: FBT001
) -> None:
    pressure: Node = {"code": concept(LOINC, "8480-6"), "valueQuantity": {"value": 152, "unit": "mm[Hg]"}}
    asked: Node = {"code": concept(LOINC, "44260-8"), **SEVERAL_DAYS}
    whole = (
        {"code": words("Rooming"), "component": [pressure, asked]}
        if as_component
        else {**pressure, "component": [asked]}
    )
    observed = about("Observation", 1, status="final", effectiveDateTime="2024-01-08", **whole)
    records = read_bundle(tmp_path, knowledge, observed)
    assert one(records, "lab")["value"] == 152.0
    assert items_of(rows(records, "item")) == {"9": 1.0}


def test_two_totals_in_components_are_two_scores(tmp_path: Path, knowledge: Knowledge) -> None:
    held: Any = [
        {"code": concept(LOINC, "55758-7"), "valueInteger": 4},
        {"code": concept(LOINC, "44261-6"), "valueInteger": 12},
    ]
    records = read_bundle(tmp_path, knowledge, total(value=13, component=held))
    found = {row["score_id"]: (row["instrument"], row["value"]) for row in rows(records, "score")}
    assert found == {"Observation/r1": ("phq-9", 13.0), "Observation/r1#phq-2": ("phq-2", 4.0)}


@pytest.mark.parametrize(
    "answer",
    [
        {"valueInteger": "2"},
        {"valueQuantity": {"value": "2"}},
        {"valueRange": {"low": {"value": 1}, "high": {"value": 2}}},
        {"valueDateTime": "2024"},
    ],
)
def test_an_answer_of_a_kind_that_no_answer_has_is_unknown_and_noted(
    tmp_path: Path, knowledge: Knowledge, answer: Node
) -> None:
    odd = item(9)
    del odd["valueInteger"]
    records = read_bundle(tmp_path, knowledge, {**odd, **answer})
    assert items_of(rows(records, "item")) == {"9": None}
    assert findings(records) == [
        (
            "answer-not-understood",
            "Observation/r109",
            "value[x]",
            "The answer isn't one of this item; it is read as unknown.",
        )
    ]


@pytest.mark.parametrize("value", [{"valueQuantity": {"value": 20, "comparator": ">="}}, {"valueInteger": "17"}])
def test_a_total_that_is_no_exact_number_is_unknown_and_noted(
    tmp_path: Path, knowledge: Knowledge, value: Node
) -> None:
    inexact = total()
    del inexact["valueInteger"]
    records = read_bundle(tmp_path, knowledge, {**inexact, **value})
    assert rows(records, "score") == []
    assert findings(records) == [
        ("value-not-a-number", "Observation/r1", "value[x]", "The total isn't a number; it is read as unknown.")
    ]


@pytest.mark.parametrize(("given", "value"), [(True, 1.0), (False, 0.0), ("true", None), (1, None)])
def test_a_yes_that_is_no_boolean_is_not_read_as_no(
    tmp_path: Path, knowledge: Knowledge, given: object, value: float | None
) -> None:
    records = read_bundle(tmp_path, knowledge, response([answered("/93247-5", {"valueBoolean": given})]))
    assert one(records, "item")["value"] == value
    assert [found[0] for found in findings(records)] == (["answer-not-understood"] if value is None else [])


def test_of_an_empty_value_and_one_beside_it_the_latter_counts(tmp_path: Path, knowledge: Knowledge) -> None:
    records = read_bundle(tmp_path, knowledge, item(9, None, valueString="Several days"))
    assert items_of(rows(records, "item")) == {"9": 1.0}


# --- questionnaires --------------------------------------------------------------------------------


def response(items: list[Node], **fields: Any) -> Node:
    """A QuestionnaireResponse."""
    base: Node = {"status": "completed", "authored": "2024-01-08T09:00:00Z", "item": items}
    return about("QuestionnaireResponse", 1, **{**base, **fields})


def answered(link: str, answer: Node | None, **fields: Any) -> Node:
    """An item of a QuestionnaireResponse."""
    return {"linkId": link, **({"answer": [answer]} if answer else {}), **fields}


CODED = {"valueCoding": {"system": LOINC, "code": "LA6570-1"}}
WEIGHTED = {
    "valueCoding": {
        "code": "two",
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}],
    }
}


@pytest.mark.parametrize(
    "answer",
    [
        CODED,
        WEIGHTED,
        {"valueInteger": 2},
        {"valueDecimal": 2.0},
        {"valueString": "more than half the days"},
        {"valueString": "2"},
    ],
)
def test_an_answer_may_be_given_in_many_ways(tmp_path: Path, knowledge: Knowledge, answer: Node) -> None:
    records = read_bundle(tmp_path, knowledge, response([answered(f"/{code}", answer) for code in PHQ9_CODES]))
    assert items_of(rows(records, "item")) == {str(number): 2.0 for number in range(1, 10)}
    assert one(records, "score")["value"] is None


@pytest.mark.parametrize(
    "naming",
    [
        {"linkId": "44260-8"},
        {"linkId": "/44249-1/44260-8"},
        {"linkId": "q9", "definition": "http://loinc.org/rdf#44260-8"},
        {"linkId": "q9", "text": "Thoughts that you would be better off dead, or of hurting yourself in some way?"},
    ],
)
def test_an_item_is_known_by_link_definition_or_words(tmp_path: Path, knowledge: Knowledge, naming: Node) -> None:
    records = read_bundle(tmp_path, knowledge, response([{**naming, "answer": [CODED]}]))
    assert items_of(rows(records, "item")) == {"9": 2.0}


def test_a_questionnaire_may_hold_its_total_and_nest_its_items(tmp_path: Path, knowledge: Knowledge) -> None:
    inner = [answered(f"/{code}", CODED) for code in PHQ9_CODES]
    records = read_bundle(
        tmp_path, knowledge,
        response([{"linkId": "group", "item": inner}, answered("/44261-6", {"valueInteger": 18})]),
    )  # fmt: skip
    assert one(records, "score")["value"] == 18.0
    assert len(rows(records, "item")) == 9


def test_a_skipped_question_of_a_questionnaire_stays_visible(tmp_path: Path, knowledge: Knowledge) -> None:
    items = [answered(f"/{code}", CODED) for code in PHQ9_CODES[:8]]
    records = read_bundle(tmp_path, knowledge, response([*items, answered("/44260-8", None)]))
    assert items_of(rows(records, "item"))["9"] is None


def test_two_scales_in_one_questionnaire_are_two_scores(tmp_path: Path, knowledge: Knowledge) -> None:
    items = [answered(f"/{code}", CODED) for code in PHQ9_CODES]
    gad = [answered(f"/{code}", CODED) for code in ("69725-0", "68509-9", "69733-4", "69734-2")]
    records = read_bundle(tmp_path, knowledge, response([*items, *gad]))
    found = {row["instrument"]: row["score_id"] for row in rows(records, "score")}
    assert found == {
        "phq-9": "QuestionnaireResponse/r1#phq-9",
        "gad-7": "QuestionnaireResponse/r1#gad-7",
    }


def test_a_yes_or_no_may_be_coded_or_boolean(tmp_path: Path, knowledge: Knowledge) -> None:
    items = [
        answered("/93246-7", {"valueCoding": {"system": LOINC, "code": "LA33-6"}}),
        answered("/93247-5", {"valueBoolean": False}),
    ]
    records = read_bundle(tmp_path, knowledge, response(items))
    assert items_of(rows(records, "item")) == {"1": 1.0, "2": 0.0}


@pytest.mark.parametrize("status", ["in-progress", "stopped"])
def test_an_unfinished_questionnaire_is_used_and_noted(tmp_path: Path, knowledge: Knowledge, status: str) -> None:
    records = read_bundle(tmp_path, knowledge, response([answered("/44260-8", CODED)], status=status))
    assert items_of(rows(records, "item")) == {"9": 2.0}
    assert findings(records) == [
        (
            "questionnaire-unfinished",
            "QuestionnaireResponse/r1",
            "status",
            "The questionnaire isn't finished; what it holds is used.",
        )
    ]


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (response([answered("/44260-8", CODED)], status="entered-in-error"), "status entered-in-error"),
        (response([answered("/93025-5", CODED)]), "not a questionnaire Stepwell knows"),
        (response([], questionnaire="http://loinc.org/q/44249-1"), "no item Stepwell knows"),
        (response([], questionnaire="http://example.org/Questionnaire/phq-9|1.0"), "no item Stepwell knows"),
    ],
)
def test_a_questionnaire_of_no_concern_is_not_used(
    tmp_path: Path, knowledge: Knowledge, resource: Node, reason: str
) -> None:
    assert reasons(read_bundle(tmp_path, knowledge, resource)) == {"QuestionnaireResponse": reason}


@pytest.mark.parametrize("link", ["phq9_{}", "PHQ-9.{}", "phq9q{}", "/phq9/{}", "PHQ-9-item-0{}"])
def test_a_link_id_of_scale_and_number_names_an_item(tmp_path: Path, knowledge: Knowledge, link: str) -> None:
    given = [answered(link.format(number), {"valueInteger": 1}) for number in range(1, 10)]
    records = read_bundle(tmp_path, knowledge, response(given))
    assert items_of(rows(records, "item")) == {str(number): 1.0 for number in range(1, 10)}


def test_numbered_words_of_a_questionnaire_are_read(tmp_path: Path, knowledge: Knowledge) -> None:
    given = [answered("a", {"valueString": "Several days"}, text=f"9) {LAST_ITEM}")]
    records = read_bundle(tmp_path, knowledge, response(given))
    assert items_of(rows(records, "item")) == {"9": 1.0}


def test_items_that_carry_numbers_only_are_read_if_the_questionnaire_is_known_and_whole(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    given = [answered(str(number), {"valueInteger": number % 3}) for number in range(1, 11)]
    records = read_bundle(
        tmp_path, knowledge, response(given, questionnaire="https://app.example/Questionnaire/phq9|1")
    )
    assert items_of(rows(records, "item")) == {str(number): number % 3 for number in range(1, 10)}
    assert [found[0] for found in findings(records)] == ["items-by-number"]


@pytest.mark.parametrize(
    ("numbers", "name"), [(range(1, 9), "phq9"), (range(10), "survey"), ((*range(1, 10), 9), "phq9")]
)
def test_items_that_carry_numbers_only_are_left_alone_if_unsure(
    tmp_path: Path, knowledge: Knowledge, numbers: Sequence[int], name: str
) -> None:
    given = [answered(str(number), {"valueInteger": 1}) for number in numbers]
    records = read_bundle(
        tmp_path, knowledge, response(given, questionnaire=f"https://app.example/Questionnaire/{name}")
    )
    assert rows(records, "item") == []
    assert "QuestionnaireResponse" in reasons(records)
    if name == "phq9":
        assert findings(records) == [
            (
                "items-not-known",
                "QuestionnaireResponse/r1",
                "item",
                "The questionnaire is a scale Stepwell knows, but not which item is which; no answer in it is used.",
            )
        ]


@pytest.mark.parametrize(
    ("link", "given", "value", "codes"),
    [
        ("/44260-8", (0, 2), 2.0, ["item-answered-twice"]),
        ("/44260-8", (2, 0), 2.0, ["item-answered-twice"]),
        ("/44260-8", (None, 2), 2.0, []),
        ("/44260-8", (1, 1), 1.0, []),
        ("/44250-9", (0, 2), None, ["item-answered-twice"]),
    ],
)
def test_every_answer_to_a_question_is_read(
    tmp_path: Path, knowledge: Knowledge, link: str, given: Sequence[int | None], value: float | None, codes: list[str]
) -> None:
    answers: Any = [{"valueInteger": one} if one is not None else {"_valueInteger": {}} for one in given]
    records = read_bundle(tmp_path, knowledge, response([{"linkId": link, "answer": answers}]))
    assert one(records, "item")["value"] == value
    assert [found[0] for found in findings(records)] == codes


def test_a_total_told_twice_and_differently_is_unknown_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    told: Any = {"linkId": "/44261-6", "answer": [{"valueInteger": 3}, {"valueInteger": 17}]}
    records = read_bundle(tmp_path, knowledge, response([told, answered("/44260-8", CODED)]))
    assert one(records, "score")["value"] is None
    assert [found[0] for found in findings(records)] == ["value-not-a-number"]


@pytest.mark.parametrize(
    ("question", "sign", "told", "value"),
    [
        (9, ">", 0, 1.0), (9, ">=", 1, 1.0), (9, ">", 0.5, 1.0), (9, ">=", 0, None), (9, "<", 2, None),
        (9, "<=", 1, None), (9, ">", 3, None), (2, ">", 0, None), (2, "<", 2, None),
    ],
)  # fmt: skip
def test_of_a_limit_no_answer_is_made_but_about_suicide_the_least_stands(
    tmp_path: Path, knowledge: Knowledge, question: int, sign: str, told: float, value: float | None
) -> None:
    odd = item(question)
    del odd["valueInteger"]
    records = read_bundle(tmp_path, knowledge, {**odd, "valueQuantity": {"value": told, "comparator": sign}})
    assert items_of(rows(records, "item")) == {str(question): value}
    assert [found[0] for found in findings(records)] == ["answer-is-a-limit" if value else "answer-not-understood"]


def test_a_total_in_a_questionnaire_of_which_only_a_limit_is_told_is_unknown(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    limit = {"valueQuantity": {"value": 20, "comparator": ">="}}
    records = read_bundle(tmp_path, knowledge, response([answered("/44261-6", limit)]))
    assert [row["value"] for row in rows(records, "score")] in ([], [None])
    assert "value-not-a-number" in [found[0] for found in findings(records)]
