"""The options: complete, sourced, with the figures of the research, and nothing that was not read."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stepwell.errors import KnowledgeError
from stepwell.knowledge import schema as s
from stepwell.knowledge.check import check
from stepwell.knowledge.check_options import facts_of
from stepwell.knowledge.load import Knowledge, load
from stepwell.knowledge.show import show
from stepwell.knowledge.walk import citations

Swap = Callable[[str, str, str], None]

RESEARCH = Path(__file__).parents[2].parent / "shared" / "knowledge"
beside = pytest.mark.skipif(not RESEARCH.is_dir(), reason="../shared/knowledge does not stand beside the checkout")

LITHIUM = "options/aug-lithium.toml"
DEEP_TMS = "options/deep-tms.toml"
NATURE = "options/nature.toml"
DETOX = "options/loc-detox.toml"
NO_PILLS = "prefers-no-medicine"
# Options that the article names, and those of them whose claim holds.
NAMED_BY_THE_ARTICLE = {
    "optimise-dose", "iv-ketamine", "deep-tms", "sgb", "hbot", "neurofeedback-eeg", "psy-cbt", "psy-intensity", "yoga",
    "meditation-breathwork", "nature", "loc-php", "loc-residential", "loc-detox",
}  # fmt: skip
# What a plan counts in and what joins tables: no claim about anything.
UNSAID = {
    "cite", "said_in", "id", "fact", "order", "on", "needs", "without", "step", "liked_by", "disliked_by", "first_day",
    "every_days", "times", "weekdays_only",
}  # fmt: skip
# Figures of the one work that was looked up beyond the research: PubMed 12642045, abstract.
LOOKED_UP = {"ect": {"0.91", "1.27", "0.54", "256", "0.80", "1.29", "0.29", "1144"}}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def option(knowledge: Knowledge, option_id: str) -> s.Option:
    return next(option for option in knowledge.options if option.id == option_id)


def texts(model: s.Model) -> Iterator[str]:
    """Every text of an option that a reader sees, but for where a source says it."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name in UNSAID:
            continue
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, s.Model):
                yield from texts(part)
            elif part is not None:
                yield str(part)


def numbers(text: str) -> set[str]:
    return {found.replace(",", "") for found in NUMBER.findall(text)}


def test_forty_one_options_stand_in_the_order_of_their_kinds(knowledge: Knowledge) -> None:
    assert len(knowledge.options) == 41
    assert sorted(option.order for option in knowledge.options) == list(range(1, 42))
    assert {option.kind for option in knowledge.options} == {
        "medication strategy", "augmentation", "medicine given in a clinic", "neuromodulation", "procedure", "device",
        "psychotherapy", "lifestyle", "complementary", "level of care",
    }  # fmt: skip


@beside
def test_every_option_of_the_research_is_there(knowledge: Knowledge) -> None:
    listed = json.loads((RESEARCH / "options/options.json").read_text(encoding="utf-8"))["options"]
    assert {entry["id"].replace("_", "-") for entry in listed} == {option.id for option in knowledge.options}


@beside
def test_every_figure_is_one_of_the_research(knowledge: Knowledge) -> None:
    known = numbers("".join(path.read_text(encoding="utf-8") for path in (RESEARCH / "options").iterdir()))
    known |= numbers((RESEARCH / "neuro/README.md").read_text(encoding="utf-8"))
    for entry in knowledge.options:
        said = {number for text in texts(entry) for number in numbers(text)}
        assert said - known - LOOKED_UP.get(entry.id, set()) == set(), entry.id


@beside
@pytest.mark.parametrize(
    ("option_id", "source", "n"),
    [
        ("deep-tms", "levkovitz-2015", 212), ("itbs", "blumberger-2018", 414), ("ect", "elekt-d", 403),
        ("esketamine", "escape-trd", 676), ("psy-cbt", "cobalt-2013", 469), ("light", "menegaz-2024", 858),
        ("sgb", "lift-mood-2023", 10), ("saint-snt", "cole-2022", 29), ("vns", "recover-vns", 493),
    ],
)  # fmt: skip
def test_a_study_has_as_many_people_as_in_the_research(
    knowledge: Knowledge, option_id: str, source: str, n: int
) -> None:
    listed = json.loads((RESEARCH / "options/options.json").read_text(encoding="utf-8"))["options"]
    entry = next(entry for entry in listed if entry["id"].replace("_", "-") == option_id)
    own = [outcome.n for outcome in option(knowledge, option_id).outcomes if outcome.cite[0].source == source]
    assert own == [n]
    assert n in [outcome["n"] for outcome in entry["outcomes"]]


def test_a_number_of_people_that_was_not_read_is_unknown(knowledge: Knowledge) -> None:
    ptsd = option(knowledge, "sgb").outcomes[0]
    assert (ptsd.cite[0].source, ptsd.n) == ("rae-olmsted-2020", None)


def test_every_statement_cites_a_source(knowledge: Knowledge) -> None:
    for entry in knowledge.options:
        rows = [row for name in type(entry).model_fields for row in _rows(getattr(entry, name))]
        assert rows
        assert [row for row in rows if not list(citations(row))] == [], entry.id


def _rows(value: object) -> tuple[s.Model, ...]:
    return tuple(row for row in value if isinstance(row, s.Model)) if isinstance(value, tuple) else ()


def test_only_our_grades_rest_on_our_own_judgement(knowledge: Knowledge) -> None:
    for entry in knowledge.options:
        assert {cite.source for grade in entry.grades for cite in grade.cite} == {"stepwell"}
        for outcome in entry.outcomes:
            assert "stepwell" not in {cite.source for cite in outcome.cite}, entry.id


def test_without_a_comparison_that_was_read_nothing_is_graded(knowledge: Knowledge) -> None:
    ungraded = {entry.id for entry in knowledge.options if entry.grades[0].grade == "not graded"}
    assert ungraded == {
        "psy-ipt", "psy-ba", "loc-outpatient", "loc-iop", "loc-php", "loc-residential", "loc-inpatient", "loc-detox",
    }  # fmt: skip


def test_what_the_article_names_stands_beside_the_evidence(knowledge: Knowledge) -> None:
    assert {entry.id for entry in knowledge.options if entry.article} == NAMED_BY_THE_ARTICLE
    claims = [claim for entry in knowledge.options for claim in entry.article]
    assert all(cite.source == "apn-lodge-article" for claim in claims for cite in claim.said_in)
    assert not any(cite.source == "apn-lodge-article" for claim in claims for cite in claim.cite)


def test_figures_of_the_maker_never_stand_without_the_controlled_ones(knowledge: Knowledge) -> None:
    deep_tms = option(knowledge, "deep-tms")
    (claim,) = [claim for claim in deep_tms.article if "75%" in claim.says]
    assert "overstated" in claim.verdict
    assert {"38.4%", "32.6%"} <= set(re.findall(r"[\d.]+%", claim.evidence))
    assert (deep_tms.outcomes[0].comparator, deep_tms.outcomes[0].response) == (
        "sham", "38.4% against 21.4% (p = .013)",
    )  # fmt: skip


def test_a_device_is_cleared_and_a_medicine_approved(knowledge: Knowledge) -> None:
    did = {
        entry.id: {(row.region, row.status, row.on) for row in entry.regulatory}
        for entry in knowledge.options
    }  # fmt: skip
    assert ("US", "cleared", "2013-01-07") in did["deep-tms"]
    assert {status for _, status, _ in did["deep-tms"] | did["rtms"] | did["saint-snt"]} == {"cleared"}
    assert ("US", "approved", "2025-01-17") in did["esketamine"]
    assert {status for _, status, _ in did["iv-ketamine"] | did["psilocybin"]} == {"not approved"}
    assert {status for _, status, _ in did["hbot"]} == {"not cleared"}


def test_what_bars_magnetic_stimulation_is_the_same_for_each_of_its_forms(knowledge: Knowledge) -> None:
    rtms = set(option(knowledge, "rtms").contraindications)
    for option_id in ("deep-tms", "itbs"):
        assert set(option(knowledge, option_id).contraindications) == rtms
    more = set(option(knowledge, "saint-snt").contraindications) - rtms
    assert {row.id for row in more} == {"mri-unsuited"}


def test_facts_have_one_name_in_every_option(knowledge: Knowledge) -> None:
    using = {
        fact: {entry.id for entry in knowledge.options if fact in {row.fact for row in facts_of(entry)}}
        for fact in ("benzodiazepine-use", "pregnancy-or-breastfeeding", "ketamine-hypersensitivity", "maoi-use")
    }
    assert using == {
        "benzodiazepine-use": {"esketamine", "iv-ketamine", "rtms", "deep-tms", "itbs", "saint-snt", "ect"},
        "pregnancy-or-breastfeeding": {"esketamine", "iv-ketamine", "sgb"},
        "ketamine-hypersensitivity": {"esketamine", "iv-ketamine"},
        "maoi-use": {"switch", "combination"},
    }


def test_no_effect_is_put_into_a_word_without_a_comparison(knowledge: Knowledge) -> None:
    for entry in knowledge.options:
        assert entry.ranking is not None
        compared = [outcome for outcome in entry.outcomes if outcome.comparator != "none"]
        assert compared or entry.ranking.effect == "not known", entry.id


def test_only_ect_is_called_large_and_what_missed_its_main_result_shows_none(knowledge: Knowledge) -> None:
    words = {entry.id: entry.ranking.effect for entry in knowledge.options if entry.ranking}
    assert [option_id for option_id, effect in words.items() if effect == "large"] == ["ect"]
    assert {option_id for option_id, effect in words.items() if effect == "none shown"} == {
        "optimise-dose", "switch", "vns", "psy-cbasp",
    }  # fmt: skip


def test_what_no_guideline_places_has_no_step(knowledge: Knowledge) -> None:
    for entry in knowledge.options:
        assert entry.ranking is not None
        assert entry.guidelines or entry.ranking.step is None or entry.id in ("deep-tms", "itbs"), entry.id


def test_what_is_given_in_studies_only_is_indicated_there_only(knowledge: Knowledge) -> None:
    asked = {
        entry.id for entry in knowledge.options if all("open-to-research" in way.needs for way in entry.indications)
    }
    assert asked == {"psilocybin", "sgb", "hbot", "neurofeedback-eeg", "neurofeedback-fmri"}


def test_every_dose_step_is_in_the_research_and_an_unread_dose_is_none(knowledge: Knowledge) -> None:
    stepped = {entry.id for entry in knowledge.options if any(row.kind == "dose step" for row in entry.schedule)}
    assert stepped == {
        "optimise-dose", "switch", "combination", "aug-lithium", "aug-t3", "aug-aripiprazole", "aug-quetiapine-xr",
        "aug-brexpiprazole",
    }  # fmt: skip


def test_every_schedule_says_what_is_measured_and_when_benefit_is_judged(knowledge: Knowledge) -> None:
    for entry in knowledge.options:
        assert {"measure", "review"} <= {row.kind for row in entry.schedule}, entry.id


def test_the_induction_of_esketamine_is_eight_sprays_then_four(knowledge: Knowledge) -> None:
    sessions = [row for row in option(knowledge, "esketamine").schedule if row.kind == "session"]
    assert [(row.first_day, row.every_days, row.times) for row in sessions] == [(0, 7, 4), (3, 7, 4), (28, 7, 4)]


def test_side_effects_that_limit_the_dose_speak_against_raising_it(knowledge: Knowledge) -> None:
    rows = {row.id: (row.fact, row.strength) for row in option(knowledge, "optimise-dose").contraindications}
    assert rows == {
        "at-highest-licensed-dose": ("at-highest-licensed-dose", "relative"),
        "dose-limiting-side-effects": ("side-effects-now", "relative"),
    }  # fmt: skip


def test_an_option_is_shown_with_its_sources(knowledge: Knowledge) -> None:
    shown = show(knowledge, "aug-lithium")
    assert shown.startswith("aug-lithium: an option (options/aug-lithium.toml)")
    assert "nhs-sps-lithium: NHS Specialist Pharmacy Service. Lithium monitoring." in shown


BROKEN = [
    (LITHIUM, 'id = "aug-lithium"', 'id = "lithium"',
     "options/aug-lithium.toml, id: found 'lithium'; allowed: 'aug-lithium', the name of the file."),
    (LITHIUM, 'kind = "augmentation"', 'kind = "medicine"', "options/aug-lithium.toml, kind: found 'medicine'; "),
    (LITHIUM, 'antidepressant trial."\ncite = ', 'antidepressant trial."\ncited = ',
     "options/aug-lithium.toml: who_for[1].cite is missing; it is required."),
    (LITHIUM, 'strength = "relative"', 'strength = "some"',
     "options/aug-lithium.toml, contraindications[1].strength: found 'some'; allowed: 'absolute' or 'relative'."),
    (LITHIUM, "n = 643", "n = 0", "options/aug-lithium.toml, outcomes[1].n: found 0; allowed: greater than 0."),
    (DEEP_TMS, 'on = "2013-01-07"', 'on = "7 Jan 2013"', "options/deep-tms.toml, regulatory[1].on: found '7 Jan 2013'"),
    (DEEP_TMS, 'verdict = ["overstated"]', "verdict = []", "options/deep-tms.toml, article[1].verdict: found ();"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "fault"), BROKEN)
def test_a_broken_option_is_refused(folder: Path, swap: Swap, file: str, old: str, new: str, fault: str) -> None:
    swap(file, old, new)
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert [found for found in caught.value.faults if found.startswith(fault)] != []


TOGETHER = [
    (LITHIUM, 'id = "pregnancy"', 'id = "not-euthyroid"',
     "options/aug-lithium.toml: id 'not-euthyroid' stands in 2 rows; allowed: once in an option."),
    (LITHIUM, "order = 4", "order = 5", "options: order 5 stands in 2 files; allowed: a place of its own for each."),
    (LITHIUM, 'source = "vazquez-2021"', 'source = "vazquez"',
     "options/aug-lithium.toml, outcomes[1].cite[1]: found source 'vazquez'; allowed: an id of sources.toml."),
    (LITHIUM, "response = ", "follow_up = ",
     "options/aug-lithium.toml, outcomes[1]: no result; allowed: at least one of response, remission and effect."),
    (LITHIUM, "Partial response to", "It is safe after partial response to",
     "options/aug-lithium.toml, who_for[1].text: found 'safe'; say what was found and in whom."),
    (LITHIUM, "Partial response to", "As recalled, partial response to",
     "found 'RECALLED'; what isn't verified doesn't ship: remove it."),
    (LITHIUM, "Partial response to", "Not verified: partial response to",
     "found 'NOT VERIFIED'; what isn't verified doesn't ship: remove it."),
    (DEEP_TMS, 'verdict = ["overstated"]', 'verdict = ["holds", "overstated"]',
     "options/deep-tms.toml, article[1].verdict: 'holds' stands beside another; allowed: by itself."),
    (LITHIUM, 'id = "no-response"', 'id = "partial-response"',
     "options/aug-lithium.toml: indication 'partial-response' stands 2 times; allowed: once in an option."),
    (NATURE, 'needs = ["adult"]', 'needs = []\nwithout = ["adult"]',
     "options/nature.toml, indication adult: needs nothing; it would fit whoever has none of ('adult',)."),
    (NATURE, 'needs = ["adult"]', 'needs = ["adult"]\nwithout = ["adult"]',
     "options/nature.toml, indication adult: 'adult' stands in needs and in without; allowed: in one of them."),
    (DETOX, 'effect = "not known"', 'effect = "small"',
     "options/loc-detox.toml, ranking.effect: found 'small', but no outcome has a comparator; allowed: 'not known'."),
    (NATURE, f'liked_by = ["{NO_PILLS}"]', f'liked_by = ["{NO_PILLS}"]\ndisliked_by = ["{NO_PILLS}"]',
     f"options/nature.toml, ranking: {NO_PILLS!r} stands in liked_by and in disliked_by; allowed: in one of them."),
    (LITHIUM, 'id = "level-weekly"', 'id = "level-first"',
     "options/aug-lithium.toml: schedule id 'level-first' stands in 2 rows; allowed: once in an option."),
    (LITHIUM, "first_day = 91", "first_day = 910",
     "options/aug-lithium.toml, schedule level-quarterly, first_day: found 910; allowed: -90 to 730."),
    (NATURE, "first_day = 28", "first_day = -1",
     "options/nature.toml, schedule four-weeks, first_day: found -1 for a review; allowed before day 0: a check."),
    (NATURE, "every_days = 28\n", "",
     "options/nature.toml, schedule phq-9: every_days and times of 2 or more stand together or not at all."),
    (NATURE, 'kind = "review"', 'kind = "review"\nweekdays_only = true',
     "options/nature.toml, schedule four-weeks: weekdays_only stands beside a single day; it is for what is repeated."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "fault"), TOGETHER)
def test_an_option_that_contradicts_another_file_is_noticed(
    folder: Path, swap: Swap, file: str, old: str, new: str, fault: str
) -> None:
    if new.startswith("follow_up"):
        swap(file, 'follow_up = "1 to 6 weeks"\n', "")
    swap(file, old, new)
    assert [found for found in check(folder) if fault in found] != []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("indications",
         "options/nature.toml: no indications; say for whom it is meant, or nobody is ever shown it as fitting."),
        ("ranking", "options/nature.toml: no ranking; without it the option can't be put in order."),
    ],
)  # fmt: skip
def test_an_option_without_a_use_or_a_place_is_noticed(folder: Path, part: str, fault: str) -> None:
    path = folder / NATURE
    tables = re.split(r"\n(?=\[)", path.read_text(encoding="utf-8"))
    path.write_text("\n".join(table for table in tables if table.split("]")[0].strip("[") != part), encoding="utf-8")
    assert fault in check(folder)
