"""The pages of the options: readable at 80 columns, complete, followed to their sources, without a record."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from stepwell.errors import ConfigError
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge, load
from stepwell.report.options import NO_ADVICE, UNREAD, listing, option_page

IDS = [option.id for option in load().options]
HEADINGS = [
    "HOW CERTAIN THE EVIDENCE IS", "WHAT IT ACHIEVED IN STUDIES", "WHO IT IS FOR",
    "AS FACTS: ANY ONE OF THESE IS ENOUGH", "WHAT GUIDELINES SAY, SIDE BY SIDE", "WHAT SPEAKS AGAINST IT",
    "TAKE CARE", "ITS PLACE AMONG THE OPTIONS THAT FIT", "CHECKS BEFORE", "HOW IT IS DONE", "CHECKS DURING",
    "TIME TO EFFECT", "HARMS", "THE DAYS OF A PLAN", "WHAT REGULATORS DID", "WHAT PAYERS ASK (EXAMPLES, AS READ)",
    "SOURCES, AND HOW MUCH OF EACH WAS READ",
]  # fmt: skip


def words(text: str) -> str:
    return " ".join(text.split())


def part(page: str, heading: str) -> str:
    return page.split(f"\n{heading}\n")[1].split("\n\n", maxsplit=1)[0]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("option_id", IDS)
def test_no_line_is_wider_than_asked_but_for_an_address(knowledge: Knowledge, option_id: str, width: int) -> None:
    page = option_page(knowledge, option_id, width)
    assert [line for line in page.splitlines() if len(line) > width and "://" not in line] == []
    assert re.search(r"[^\n\x20-\x7e]", page) is None


@pytest.mark.parametrize("option_id", IDS)
def test_every_part_stands_in_its_order_and_an_empty_one_says_so(knowledge: Knowledge, option_id: str) -> None:
    page = option_page(knowledge, option_id)
    places = [page.index(f"\n{heading}\n") for heading in HEADINGS]
    assert places == sorted(places)
    assert all(part(page, heading).strip() for heading in HEADINGS)
    assert words(NO_ADVICE) in words(page)


@pytest.mark.parametrize("option_id", IDS)
def test_every_statement_stands_with_the_number_of_its_source(knowledge: Knowledge, option_id: str) -> None:
    option = next(option for option in knowledge.options if option.id == option_id)
    shown = words(option_page(knowledge, option_id, 80))
    listed = shown.split("SOURCES, AND HOW MUCH OF EACH WAS READ")[1]
    citation = {source.id: words(source.citation) for source in knowledge.sources}
    for row in _statements(option):
        match = re.search(re.escape(words(row.text)) + r"(?: Look in: [^\[]*)? \[([\d, ]+)\]", shown)
        assert match is not None, row.text
        for cite in row.cite:
            number = re.search(rf"\[(\d+)\] {re.escape(citation[cite.source])}", listed)
            assert number is not None, cite.source
            assert number[1] in match[1].split(", ")


def _statements(option: s.Option) -> list[s.Statement]:
    values = [getattr(option, name) for name in type(option).model_fields]
    return [row for value in values if isinstance(value, tuple) for row in value if isinstance(row, s.Statement)]


def test_what_bars_comes_before_what_is_weighed(knowledge: Knowledge) -> None:
    against = part(option_page(knowledge, "esketamine"), "WHAT SPEAKS AGAINST IT")
    bars, weighed = against.split("To be weighed against it:")
    assert "Arteriovenous malformation" in bars
    assert "Pregnancy or breastfeeding" in weighed


def test_a_result_stands_with_its_comparison_and_its_people(knowledge: Knowledge) -> None:
    achieved = part(option_page(knowledge, "deep-tms"), "WHAT IT ACHIEVED IN STUDIES")
    first, *others = achieved.split("\n  - ")
    assert "(n = 212)" in words(first)
    assert "Compared with: sham" in first
    assert "Response: 38.4% against 21.4% (p = .013)" in first
    assert any("Compared with: nothing (no comparison group)" in other for other in others)


def test_people_that_were_not_counted_are_not_zero(knowledge: Knowledge) -> None:
    assert "(n not read)" in part(option_page(knowledge, "sgb"), "WHAT IT ACHIEVED IN STUDIES")


def test_a_guideline_read_in_another_work_says_so(knowledge: Knowledge) -> None:
    said = part(option_page(knowledge, "switch"), "WHAT GUIDELINES SAY, SIDE BY SIDE")
    assert "  - NICE NG222 (2022): " in said
    assert "  - BAP 2015 (as others report it): " in said


def test_the_claim_of_the_article_stands_with_evidence_and_verdict(knowledge: Knowledge) -> None:
    claims = words(part(option_page(knowledge, "hbot"), "WHAT THE ARTICLE SAYS, AND THE EVIDENCE"))
    assert "The article, in our words: Oxygen-rich plasma" in claims
    assert "Verdict: overstated and unsupported" in claims
    assert "WHAT THE ARTICLE SAYS" not in option_page(knowledge, "ect")


def test_nothing_read_is_not_silence(knowledge: Knowledge) -> None:
    page = option_page(knowledge, "aug-t3")
    assert part(page, "WHAT SPEAKS AGAINST IT").strip() == UNREAD
    assert part(page, "CHECKS DURING").strip() == UNREAD


def test_short_forms_are_explained_where_they_occur(knowledge: Knowledge) -> None:
    assert "  NNT: number needed to treat" in option_page(knowledge, "deep-tms")
    assert "NNT" not in option_page(knowledge, "loc-iop")


@pytest.mark.parametrize("width", [80, 100])
def test_the_list_names_every_option_once_below_its_kind(knowledge: Knowledge, width: int) -> None:
    shown = listing(knowledge, width)
    assert [line for line in shown.splitlines() if len(line) > width] == []
    assert [line.split()[0] for line in shown.splitlines() if re.match(r"  [a-z]", line)] == [
        option.id for option in sorted(knowledge.options, key=lambda option: (_place(option.kind), option.order))
    ]
    assert shown.index("\nNEUROMODULATION\n") < shown.index("  deep-tms ") < shown.index("\nPROCEDURE\n")


def _place(kind: str) -> int:
    return s.OptionKind.__args__.index(kind)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [("esketamin", "esketamine"), ("ketamine", "iv-ketamine"), ("lithium", "aug-lithium"), ("yogga", "yoga")],
)
def test_an_id_that_does_not_exist_leads_to_those_near_it(knowledge: Knowledge, wanted: str, nearest: str) -> None:
    with pytest.raises(ConfigError) as caught:
        option_page(knowledge, wanted)
    message = str(caught.value)
    assert message.startswith(f"There is no option {wanted!r}. Did you mean ")
    assert nearest in re.split(r"[ ?]", message)


def test_an_id_near_to_nothing_leads_to_the_list(knowledge: Knowledge) -> None:
    with pytest.raises(ConfigError) as caught:
        option_page(knowledge, "qqqq")
    assert str(caught.value) == "There is no option 'qqqq'. 'stepwell options' lists them all."


def stepwell(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stepwell.cli", *arguments]
    wide = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=wide)


def test_the_command_lists_shows_and_refuses(knowledge: Knowledge) -> None:
    assert stepwell("options").stdout == listing(knowledge, 100)
    assert stepwell("options", "sgb").stdout == option_page(knowledge, "sgb", 100)
    refused = stepwell("options", "sbg")
    assert (refused.returncode, refused.stdout) == (ConfigError.exit_code, "")
    assert refused.stderr.startswith("There is no option 'sbg'. Did you mean ")


def test_whom_it_is_for_is_told_in_the_titles_of_facts(knowledge: Knowledge) -> None:
    shown = part(option_page(knowledge, "vns", 200), "AS FACTS: ANY ONE OF THESE IS ENOUGH")
    titles = {fact.id: fact.title for fact in knowledge.facts}
    first = next(option for option in knowledge.options if option.id == "vns").indications[0]
    assert f"    Present: {'; '.join(titles[fact] for fact in first.needs)}" in shown
    assert f"    Absent: {'; '.join(titles[fact] for fact in first.without)}" in shown


def test_the_place_is_told_key_by_key_with_its_reason(knowledge: Knowledge) -> None:
    shown = words(part(option_page(knowledge, "yoga"), "ITS PLACE AMONG THE OPTIONS THAT FIT"))
    assert shown.startswith("- No step. No guideline that was read places it. - Certainty of the evidence: low, for: ")
    assert "- Size of the effect: small. Pooled SMD -0.53 (-0.96 to -0.11)" in shown
    assert "- What it asks: can be done at home. [" in shown
    ect = words(part(option_page(knowledge, "ect"), "ITS PLACE AMONG THE OPTIONS THAT FIT"))
    assert ect.startswith("- Step 4. NICE NG222")
    assert "Moved down by: Prefers no procedure" in ect


def test_the_days_are_told_in_words(knowledge: Knowledge) -> None:
    rtms = words(part(option_page(knowledge, "rtms"), "THE DAYS OF A PLAN"))
    assert "- From day 0 every day, on working days, 20 times, session: rTMS (10 Hz" in rtms
    assert "- Day 42, review: Benefit is judged at the end of the course" in rtms
    assert rtms.endswith("Days are counted from the first day of the option (day 0). A plan shows them as dates.")
    saint = words(part(option_page(knowledge, "saint-snt"), "THE DAYS OF A PLAN"))
    assert "- 7 days before, check: Resting fMRI that finds the target." in saint


def test_an_option_that_is_not_placed_yet_says_so(knowledge: Knowledge) -> None:
    bare = next(option for option in knowledge.options if option.id == "nature").model_copy(
        update={"ranking": None, "schedule": (), "indications": ()}
    )
    page = option_page(replace(knowledge, options=(bare,)), "nature")
    assert part(page, "ITS PLACE AMONG THE OPTIONS THAT FIT").strip() == "Not placed yet."
    assert part(page, "THE DAYS OF A PLAN").strip() == UNREAD
    assert part(page, "AS FACTS: ANY ONE OF THESE IS ENOUGH").strip() == UNREAD
