"""The second half for a clinician: every reason, stage, option and question with what says so."""

import json as standard_json
import re
from datetime import date
from pathlib import Path

import pytest

from stepwell.knowledge.load import Knowledge
from stepwell.one import Answers, review_one
from stepwell.report import html, json, text
from stepwell.report.lookup import Lookup
from stepwell.report.view.citations import Citations
from stepwell.report.view.facts import Facts
from stepwell.report.view.options import OptionView
from stepwell.report.view.page import Page, page
from stepwell.report.view.reasons import ReasonView
from stepwell.report.words import words
from tests.unit.report.people import PEOPLE, review

GROUPS = ("may fit", "not indicated", "not suitable")


def shown(name: str) -> Page:
    return page(Lookup(review(name)))


def reason(name: str, reason_id: str) -> ReasonView:
    return next(row for group in shown(name).reasons for row in group.reasons if row.id == reason_id)


def option(name: str, option_id: str) -> OptionView:
    return next(row for group in shown(name).options for row in group.options if row.id == option_id)


def flat(output: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", output).split())


# --- why -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEOPLE)
def test_every_reason_stands_in_one_of_the_four_groups(name: str, knowledge: Knowledge) -> None:
    groups = shown(name).reasons
    assert [group.state for group in groups] == [
        state for state in words()["reason_state"] if state in {group.state for group in groups}
    ]
    assert sorted(row.id for group in groups for row in group.reasons) == sorted(row.id for row in knowledge.reasons)


def test_a_reason_that_is_shown_names_the_row_the_day_and_the_source() -> None:
    found = reason("ida", "sleep-apnoea")
    assert found.state == "shown"
    assert found.speaking[0].fact.line == (
        "Sleep apnoea: yes. says yes: diagnosis: Sleep apnoea, 3 Nov 2022 (Condition/sleep-apnoea)"
    )
    assert found.how_common
    assert all(claim.references for claim in (*found.how_common, *found.what_to_do))


def test_a_conflict_is_shown_as_a_conflict_in_text_and_page() -> None:
    found = reason("ida", "hypothyroidism")
    assert found.state == "possible"
    assert found.speaking[0].fact.state == "conflict"
    for output in (text.render(review("ida"), 400), html.render(review("ida"))):
        assert "onflict: some of the record says yes, some no" in output
        assert "answered: no, 28 Jun 2024 (answers#1)" in flat(output)
        assert "diagnosis: Hypothyroidism, 1 Feb 2021 (Condition/hypothyroidism)" in flat(output)


def test_a_reason_is_ruled_out_by_the_answer_that_says_so() -> None:
    found = reason("ida", "psychotic-depression")
    assert found.state == "ruled out"
    assert "says no: answered: no, 28 Jun 2024 (answers#5)" in found.speaking[0].fact.line


def test_an_unsure_answer_settles_nothing() -> None:
    found = reason("ida", "chronic-pain")
    assert found.state == "not assessed"
    assert [sign.fact.id for sign in found.asking] == ["chronic-pain"]


def test_what_remains_says_what_is_still_open() -> None:
    found = reason("ida", "true-resistance")
    begins, counts = found.remains.split(": ")
    assert begins == "What remains once the others are ruled out"
    assert re.fullmatch(r"\d+ other reasons? (?:is|are) shown and \d+ more (?:is|are) still open\.", counts)


def test_what_remains_counts_open_reasons_where_none_is_shown() -> None:
    assert re.search(r": \d+ other reasons are still open\.$", reason("eve", "true-resistance").remains)


def test_resistance_ruled_out_by_the_definition_says_what_it_leaves_out() -> None:
    lines = [sign.fact.line for sign in reason("dan", "true-resistance").speaking]
    assert any("Consensus 2022 leaves out bipolar disorder, which is on record" in line for line in lines)


def test_an_empty_record_rules_nothing_out() -> None:
    assert "ruled out" not in {group.state for group in shown("eve").reasons}


def test_medicines_that_touch_one_another_are_named_with_rows_and_source() -> None:
    found = next(row for row in shown("jon").interactions if row.kind == "Lowers the level")
    assert found.title == "Vortioxetine with rifampicin"
    assert found.when == "since 1 Jun 2024, stands now"
    assert found.rows == ("MedicationDispense/1", "MedicationDispense/2")
    assert found.references[0].locus == "abstract"


def test_a_gene_is_named_once_with_what_the_guideline_says() -> None:
    found = [row for row in shown("jon").interactions if row.kind == "Gene and medicine"]
    assert [row.title for row in found] == ["Citalopram, CYP2C19 poor metabolizer"]
    assert found[0].words
    assert "answers#1" in found[0].rows
    assert found[0].references


# --- how resistant ---------------------------------------------------------------------------------


def test_every_staging_method_is_shown_with_a_result(knowledge: Knowledge) -> None:
    found = shown("ana").stages
    assert [row.id for row in found] == [row.id for row in sorted(knowledge.staging, key=lambda row: row.order)]
    assert all(row.result for row in found)


def test_the_first_screen_names_no_method_that_was_not_checked_at_its_source(knowledge: Knowledge) -> None:
    screen = text.render(review("ana")).split("\nDETAIL\n")[0]
    line = " ".join(screen[screen.index("Staging:") :].split("\n\n")[0].split())
    assert all((f" {row.short} " in line) <= row.verified for row in knowledge.staging)


def test_a_range_names_what_would_narrow_it() -> None:
    wide = [row for row in shown("ana").stages if " to " in row.result and row.state == "scored"]
    assert wide
    assert all(row.narrowed_by for row in wide)


def test_staging_is_not_scored_where_bipolar_disorder_stands_and_says_why() -> None:
    suppressed = [row for row in shown("dan").stages if row.state == "suppressed"]
    assert suppressed
    assert {row.result for row in suppressed} == {"Not scored: Bipolar disorder is on record"}
    assert not any(row.parts for row in suppressed)


# --- what next -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEOPLE)
def test_every_option_is_there_once_in_the_order_of_the_review(name: str, knowledge: Knowledge) -> None:
    found = shown(name)
    listed = [row for group in found.options for row in group.options]
    assert [row.place for row in listed] == list(range(len(knowledge.options)))
    groups = [group.id for group in found.options]
    assert groups == [group for group in GROUPS if group in groups]


def test_what_bars_an_option_is_said_with_its_row_and_source() -> None:
    found = option("ida", "rtms")
    assert found.fit == "not suitable"
    bar = found.against[0]
    assert bar.strength == "absolute"
    assert bar.references
    assert "says yes: answered: yes, 28 Jun 2024 (answers#2)" in bar.fact.line
    assert "Bars it: Ferromagnetic or conducting metal in or near the head" in flat(html.render(review("ida")))


def test_what_is_not_known_is_to_be_checked_and_never_taken_for_a_no() -> None:
    found = option("eve", "rtms")
    assert found.fit == "check first"
    assert {bar.fact.state for bar in found.to_check} <= {"unknown", "suggested", "conflict"}
    assert "metal-in-or-near-head" in {bar.fact.id for bar in found.to_check}


def test_the_keys_of_the_order_are_visible() -> None:
    names = [name for name, _ in option("ana", "ect").keys]
    assert names == list(words()["key"].values())
    assert "Why this place: meant for this person: " in flat(html.render(review("ana")))


def test_the_page_says_that_options_are_no_orders_and_that_they_are_drafts() -> None:
    for output in (text.render(review("ana"), 400), html.render(review("ana"))):
        assert "Options, not orders" in output
        assert "not yet reviewed by an outside clinician" in output


def test_guidelines_stand_side_by_side_with_how_they_were_read() -> None:
    rows = shown("ana").guidelines
    assert [row.guideline for row in rows] == sorted(row.guideline for row in rows)
    assert all(row.references for row in rows)
    assert {row.read_at for row in rows} <= {"", "as others report it"}


# --- questions and facts ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEOPLE)
def test_every_question_says_what_it_bears_on(name: str) -> None:
    for row in shown(name).questions:
        assert row.words.split(" (Answered before: ")[0].endswith("?"), row
        assert row.bears_on
        assert all(names for _, names in row.names)


def test_a_fact_that_nobody_spoke_of_is_not_known() -> None:
    lookup = Lookup(review("eve"))
    fact = Facts(lookup, Citations(lookup))["seizure-history"]
    assert (fact.state, fact.label, fact.said) == ("unknown", "not known", ())


def test_json_gives_the_rows_behind_each_fact() -> None:
    found = standard_json.loads(json.render(review("ida")))
    facts = {row["id"]: row for row in found["facts"]}
    assert facts["hypothyroidism"]["state"] == "conflict"
    assert {row["evidence_id"] for row in facts["hypothyroidism"]["evidence"]} == {
        "Condition/hypothyroidism",
        "answers#1",
    }
    barred = next(row for row in found["options"] if row["id"] == "rtms")
    assert barred["fit"] == "not suitable"
    assert {row["fact"] for row in barred["against"] if row["state"] == "present"} == {"metal-in-or-near-head"}
    assert [row["place"] for row in found["options"]] == list(range(len(found["options"])))


def test_a_no_that_settles_nothing_is_still_told_with_the_reason_it_leaves_open() -> None:
    record = Path(__file__).parents[3] / "examples" / "01-two-adequate-failures" / "fhir.json"
    told = review_one(record, date(2025, 9, 22), answers=Answers(("bipolar-disorder=no",)))
    output = " ".join(text.render(told).split())
    assert (
        "To settle: Bipolar disorder (a no that doesn't settle it, for people often don't know: answered: no" in output
    )
