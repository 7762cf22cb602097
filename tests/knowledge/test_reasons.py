"""The reasons: complete, sourced, with the figures of the research, and in words that a person can use."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import textstat

from stepwell.errors import KnowledgeError
from stepwell.knowledge import schema as s
from stepwell.knowledge.check import check
from stepwell.knowledge.load import Knowledge, default_folder, load
from stepwell.knowledge.show import show

Swap = Callable[[str, str, str], None]

RESEARCH = Path(__file__).parents[2].parent / "shared" / "knowledge" / "options" / "reasons.json"
beside = pytest.mark.skipif(not RESEARCH.is_file(), reason="../shared/knowledge does not stand beside the checkout")

DOSE, ADHD, REMAINS = "reasons/inadequate-dose.toml", "reasons/adhd.toml", "reasons/true-resistance.toml"
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# The grade of somebody of about twelve, and a little over: a word such as "antidepressant" costs a grade by itself.
GRADE = 7.0
REASONS = sorted(path.stem for path in (default_folder() / "reasons").glob("*.toml"))


def reason(knowledge: Knowledge, reason_id: str) -> s.Reason:
    return next(reason for reason in knowledge.reasons if reason.id == reason_id)


def said(one: s.Reason) -> Iterator[s.Statement]:
    """What is said of people and of what helps, and why a fact is a sign."""
    yield from (*one.how_common, *one.what_to_do, *one.signs)


def told(one: s.Reason) -> str:
    """All that is said to the person."""
    return " ".join((*one.plain_what_to_do, *one.questions_to_bring))


def researched() -> dict[str, dict[str, list[dict[str, object]]]]:
    listed = json.loads(RESEARCH.read_text(encoding="utf-8"))["reasons"]
    return {entry["id"].replace("_", "-"): entry for entry in listed}


def test_twenty_six_reasons_stand_in_their_order(knowledge: Knowledge) -> None:
    assert sorted(one.order for one in knowledge.reasons) == list(range(1, 27))
    assert [one.id for one in knowledge.reasons if one.what_remains] == ["true-resistance"]
    groups = [one.group for one in sorted(knowledge.reasons, key=lambda one: one.order)]
    assert list(dict.fromkeys(groups)) == [
        "adequacy of the treatment", "fit of medicine and person", "medical illness and medicines",
        "diagnosis and circumstances",
    ]  # fmt: skip
    assert sum(first != second for first, second in pairwise(groups)) == 3  # each in one run


@beside
def test_every_reason_of_the_research_is_there() -> None:
    assert sorted(researched()) == REASONS


@beside
def test_every_figure_is_one_of_the_research(knowledge: Knowledge) -> None:
    known = _numbers(RESEARCH.read_text(encoding="utf-8"))
    for one in knowledge.reasons:
        assert {number for row in said(one) for number in _numbers(row.text)} - known == set(), one.id


def _numbers(text: str) -> set[str]:
    return {found.replace(",", "") for found in NUMBER.findall(text)}


@beside
def test_nothing_is_said_of_how_common_where_nothing_was_verified(knowledge: Knowledge) -> None:
    for one in knowledge.reasons:
        verified = [row for row in researched()[one.id]["how_often"] if row["verified"]]
        assert bool(one.how_common) is bool(verified), one.id


def test_without_figures_that_were_read_how_common_it_is_stays_open(knowledge: Knowledge) -> None:
    assert {one.id for one in knowledge.reasons if not one.how_common} == {"weight-change", "anaemia-iron"}


def test_a_dose_that_was_adequate_is_not_to_be_raised(knowledge: Knowledge) -> None:
    low, adequate = reason(knowledge, "inadequate-dose").what_to_do
    assert "below the usual range" in low.text
    assert "no benefit on average (pooled SMD 0.053)" in adequate.text
    assert [cite.source for cite in adequate.cite] == ["rink-2018"]
    assert "going higher does not help more on average" in told(reason(knowledge, "inadequate-dose"))


def test_a_screen_or_a_suspicion_only_suggests(knowledge: Knowledge) -> None:
    weights = {(one.id, sign.fact): sign.weight for one in knowledge.reasons for sign in one.signs}
    assert {weights[key] for key in (
        ("bipolarity", "bipolar-screen-positive"), ("alcohol-substances", "substance-use-disorder"),
        ("sleep-apnoea", "sleep-apnoea-likely"), ("depressogenic-meds", "depressogenic-medicine"),
        ("hypothyroidism", "raised-tsh"), ("wrong-drug", "helped-before-or-in-family"),
    )} == {"suggests"}  # fmt: skip


def test_a_negative_screen_rules_nothing_out(knowledge: Knowledge) -> None:
    needed = {sign.fact: sign.needed for sign in reason(knowledge, "bipolarity").signs}
    assert needed == {"bipolar-disorder": True, "mania-or-hypomania-history": True, "bipolar-screen-positive": False}


def test_few_facts_are_needed_to_rule_a_reason_out(knowledge: Knowledge) -> None:
    needed = {one.id: sum(sign.needed for sign in one.signs) for one in knowledge.reasons}
    assert max(needed.values()) <= 6
    assert sum(needed.values()) <= 60


@pytest.mark.parametrize("reason_id", REASONS)
def test_the_words_for_the_person_are_read_at_about_twelve(knowledge: Knowledge, reason_id: str) -> None:
    assert textstat.textstat.flesch_kincaid_grade(told(reason(knowledge, reason_id))) <= GRADE


def test_what_is_asked_is_a_question(knowledge: Knowledge) -> None:
    asked = [text for one in knowledge.reasons for text in one.questions_to_bring]
    assert [text for text in asked if "?" not in text] == []
    assert len(asked) == len(set(asked))


def test_the_name_for_the_person_fits_into_a_sentence(knowledge: Knowledge) -> None:
    for one in knowledge.reasons:
        assert one.plain[0].islower() or one.plain.startswith("ADHD"), one.id
        assert one.plain[-1] not in ".?!", one.id


def test_a_reason_is_shown_with_its_sources(knowledge: Knowledge) -> None:
    shown = show(knowledge, "bipolarity")
    assert shown.startswith("bipolarity: a reason (reasons/bipolarity.toml)")
    assert "regeer-2015: Regeer EJ, et al. Low recognition of past mania and hypomania." in shown


BROKEN = [
    (ADHD, 'id = "adhd"', 'id = "a-d-h-d"',
     "reasons/adhd.toml, id: found 'a-d-h-d'; allowed: 'adhd', the name of the file."),
    (ADHD, 'weight = "shows"', 'weight = "proves"',
     "reasons/adhd.toml, signs[1].weight: found 'proves'; allowed: 'shows' or 'suggests'."),
    (ADHD, 'plain = "', 'plane = "', "reasons/adhd.toml: plain is missing; it is required."),
    (ADHD, 'fact = "adhd"', 'facts = "adhd"', "reasons/adhd.toml: signs[1].fact is missing; it is required."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "fault"), BROKEN)
def test_a_broken_reason_is_refused(folder: Path, swap: Swap, file: str, old: str, new: str, fault: str) -> None:
    swap(file, old, new)
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert [found for found in caught.value.faults if found.startswith(fault)] != []


TOGETHER = [
    (ADHD, "order = ", "order = 1  # ", "reasons: order 1 stands in 2 files; allowed: a place of its own for each."),
    (ADHD, 'status = "draft"', 'status = "draft"\nwhat_remains = true',
     "reasons: what_remains stands in 2 files; allowed: just one."),
    (REMAINS, "what_remains = true", "what_remains = false",
     "reasons: what_remains stands in 0 files; allowed: just one."),
    (REMAINS, 'weight = "shows"', 'weight = "suggests"',
     "reasons/true-resistance.toml, signs: what remains isn't suggested; allowed weight: 'shows'."),
    (ADHD, 'weight = "shows"', 'weight = "shows"\nneeded = false',
     "reasons/adhd.toml: no sign is needed, so nothing rules it out; allowed: at least one with needed = true."),
    (DOSE, 'fact = "level-below-range"', 'fact = "current-dose-too-low"',
     "reasons/inadequate-dose.toml: the fact 'current-dose-too-low' stands in 2 signs; allowed: once in a reason."),
    (ADHD, 'source = "sternat-2018"', 'source = "stepwell"',
     "reasons/adhd.toml, how_common[1]: found source 'stepwell'; allowed: a work in which it was read."),
    (ADHD, "Is it worth being assessed for ADHD?", "Is it comorbid ADHD?",
     "reasons/adhd.toml: a word that many people don't know in 'Is it comorbid ADHD?'; put it in plain words."),
    (ADHD, "Is it worth being assessed for ADHD?", "Do you have to be assessed? You must ask.",
     "reasons/adhd.toml: found an order in 'Do you have to be assessed? You must ask.'; say what may help."),
    (ADHD, "Is it worth being assessed for ADHD?", "Are stimulants safe?",
     "reasons/adhd.toml, questions_to_bring: found 'safe'; say what was found and in whom."),
    (ADHD, "34% of 160 people", "Stimulants are safely given; 34% of 160 people",
     "reasons/adhd.toml, how_common[1].text: found 'safe'; say what was found and in whom."),
    (ADHD, 'fact = "adhd"', 'fact = "attention"',
     "reasons/adhd.toml: names the fact 'attention'; allowed: an id of a fact in facts/."),
    (ADHD, 'source = "sternat-2018"', 'source = "sternat"',
     "reasons/adhd.toml, how_common[1].cite[1]: found source 'sternat'; allowed: an id of sources.toml."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "fault"), TOGETHER)
def test_a_reason_that_contradicts_itself_or_another_file_is_noticed(
    folder: Path, swap: Swap, file: str, old: str, new: str, fault: str
) -> None:
    swap(file, old, new)
    assert fault in check(folder)


def test_a_reason_that_says_nothing_to_the_person_is_noticed(folder: Path) -> None:
    path = folder / ADHD
    text = re.sub(r"questions_to_bring = \[.*?\]\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    path.write_text(text, encoding="utf-8")
    fault = "reasons/adhd.toml: questions_to_bring is empty; say at least one thing to the person."
    assert fault in check(folder)
