"""The knowledge that ships is valid, sourced, and ships nothing that a licence closes."""

import hashlib
import importlib
import tomllib
import warnings
from types import ModuleType

import ibis
import pyarrow as pa
import pytest

from stepwell.errors import KnowledgeError
from stepwell.knowledge import codes
from stepwell.knowledge.check import check
from stepwell.knowledge.load import Knowledge, default_folder, load
from stepwell.knowledge.reading import ACCEPTED
from stepwell.knowledge.tables import SCHEMAS, tables
from stepwell.knowledge.walk import citations, entries


def test_every_file_is_sound() -> None:
    assert check() == []


def test_every_entry_cites_a_source_that_exists(knowledge: Knowledge) -> None:
    sources = {source.id for source in knowledge.sources}
    for entry in entries(knowledge):
        if entry.kind in ("release", "source"):
            continue
        cited = [citation for citation in citations(entry.model) if citation.field in ("", "cite[1]")]
        assert cited, entry.where
        assert cited[0].source in sources, entry.where
        assert cited[0].locus.strip(), entry.where


def test_own_choices_are_marked_as_such(knowledge: Knowledge) -> None:
    kinds = {source.id: source.kind for source in knowledge.sources}
    assert kinds["stepwell"] == "own choice"
    ours = {rule.id for rule in knowledge.rules if [cite.source for cite in rule.cite] == ["stepwell"]}
    assert ours == {
        "overlap-tolerance-days", "baseline-before-days", "baseline-after-days", "end-after-days",
        "dispensing-match-days", "scores-together-days", "implausible-units-per-day",
        "implausible-dose-times",
    }  # fmt: skip


def test_rules_that_trials_read_are_there(knowledge: Knowledge) -> None:
    assert {rule.id: rule.value for rule in knowledge.rules} == {
        "persistence-days": 30, "overlap-tolerance-days": 14, "combination-days": 30, "augmentation-days": 14,
        "switch-gap-days": 98, "baseline-before-days": 60, "baseline-after-days": 7, "end-after-days": 30,
        "first-outcome-days": 14, "response-percent": 50, "covered-least": 0.8, "dispensing-match-days": 7,
        "episode-gap-days": 182, "remission-days": 60, "units-per-day": 1, "line-least-days": 0,
        "line-after-combination-days": 30, "line-most": 5, "implausible-units-per-day": 30,
        "scores-together-days": 7, "implausible-dose-times": 5,
    }  # fmt: skip
    with pytest.raises(KnowledgeError) as caught:
        knowledge.rule("no-such")
    assert str(caught.value) == "rules.toml: rule 'no-such' is missing; the building of trials needs it."


@pytest.fixture
def icd_10_cm() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library reads its own data the old way
        return importlib.import_module("simple_icd_10_cm")


def test_every_icd_10_cm_code_exists(knowledge: Knowledge, icd_10_cm: ModuleType) -> None:
    found = [row for row in knowledge.codes if row.system == "icd-10-cm"]
    assert len(found) > 91
    assert [row.code for row in found if not icd_10_cm.is_valid_item(row.code)] == []
    assert [row.code for row in found if row.match == "exact" and not icd_10_cm.is_leaf(row.code)] == []


def test_code_sets_hold_what_their_names_say(knowledge: Knowledge) -> None:
    sets: dict[str, set[str]] = {}
    for row in knowledge.codes:
        sets.setdefault(row.code_set, set()).add(f"{row.system} {row.code}")
    assert {"icd-10-cm F32.2", "icd-10-cm F33.1", "snomed 370143000"} <= sets["major-depression"]
    assert "icd-10-cm F32.A" not in sets["major-depression"]
    assert {"icd-10-cm F32.A", "omop 440383", "snomed 35489007"} <= sets["other-depression"]
    assert not any(code.startswith("icd-10-cm F32.81") for codes in sets.values() for code in codes)
    assert {"icd-10-cm F31.81", "snomed 13746004", "omop 436665"} <= sets["bipolar"]
    assert {"icd-10-cm F20.9", "omop 436073"} <= sets["psychosis"]
    assert {"omop 4182210", "icd-10-cm G30"} <= sets["dementia"]
    assert {"cpt 90870", "icd-10-pcs GZB"} == sets["ect"]
    assert {"cpt 90867", "cpt 90868", "cpt 90869"} == sets["rtms"]


def test_no_description_of_a_code_ships() -> None:
    header = (default_folder() / "codes/codes.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "code_set,system,code,match,source,locus"
    assert "display" not in (default_folder() / "drugs/products.csv").read_text(encoding="utf-8")


def test_closed_scales_ship_no_text(knowledge: Knowledge) -> None:
    open_scales = {scale.id for scale in knowledge.instruments if scale.licence.text_may_ship}
    assert open_scales == {"phq-9", "phq-2", "phq-9m", "gad-7"}
    for scale in knowledge.instruments:
        if scale.id not in open_scales:
            assert not any(item.text for item in scale.items), scale.id
            assert not any(answer.text for answer in scale.answers), scale.id


def test_suicide_items_are_marked(knowledge: Knowledge) -> None:
    marked = {s.id: [item.item for item in s.items if item.suicide] for s in knowledge.instruments}
    assert {name: items for name, items in marked.items() if items} == {
        "phq-9": ["9"], "phq-9m": ["9"], "qids-sr16": ["12"], "qids-c16": ["12"], "madrs": ["10"], "ham-d17": ["3"],
        "bdi-ii": ["9"], "epds": ["10"], "cudos": ["14", "15"],
        "c-ssrs-screener": ["1", "2", "3", "4", "5", "6", "6b"],
    }  # fmt: skip


def test_depression_scales_have_an_order_of_preference(knowledge: Knowledge) -> None:
    ranked = sorted((s for s in knowledge.instruments if s.preference), key=lambda s: s.preference or 0)
    assert [scale.id for scale in ranked] == [
        "phq-9", "phq-9m", "qids-sr16", "madrs", "ham-d17", "qids-c16", "bdi-ii", "cudos", "epds", "promis-depression",
    ]  # fmt: skip
    assert {scale.measures for scale in ranked} == {"depression"}


def test_columbia_tiers_are_those_of_the_screener(knowledge: Knowledge) -> None:
    scale = next(scale for scale in knowledge.instruments if scale.id == "c-ssrs-screener")
    assert {tier.item: tier.tier for tier in scale.tiers} == {
        "1": "low", "2": "low", "3": "moderate", "4": "high", "5": "high", "6": "moderate", "6b": "high",
    }  # fmt: skip


def test_definitions_stand_in_their_order_and_those_not_verified_are_marked(knowledge: Knowledge) -> None:
    ordered = sorted(knowledge.definitions, key=lambda definition: definition.order)
    assert [definition.id for definition in ordered] == [
        "sforzini-2022", "rybak-2021", "regulatory-two-failures", "kim-2020", "fabbri-2021", "cepeda-2018",
        "ohdsi-1009", "mgh-s-claims-2010", "mgh-atrq",
    ]  # fmt: skip
    assert [d.id for d in ordered if not d.verified] == ["regulatory-two-failures", "mgh-atrq"]
    assert all(definition.does_not_test for definition in ordered)


def test_accepted_definitions_are_hashed_as_they_stand() -> None:
    accepted = tomllib.loads((default_folder() / ACCEPTED).read_text(encoding="utf-8"))["accepted"]
    for name, stored in accepted.items():
        content = (default_folder() / "definitions" / f"{name}.toml").read_bytes()
        assert hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() == stored


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_tables_have_the_columns_of_their_schema(knowledge: Knowledge, name: str) -> None:
    table = tables(knowledge)[name]
    assert isinstance(table, pa.Table)
    assert ibis.Schema.from_pyarrow(table.schema) == SCHEMAS[name]
    assert table.num_rows > 0


def test_tables_hold_what_the_files_say(knowledge: Knowledge) -> None:
    found = tables(knowledge)
    sertraline = [row for row in found["dose"].to_pylist() if row["ingredient"] == "sertraline"]
    assert {(row["kind"], row["dose_table"]): row["value"] for row in sertraline} == {
        ("minimum adequate", "mgh-atrq"): 50.0, ("minimum adequate", "canmat-2023"): 50.0,
        ("highest licensed", "label-maximum"): 200.0,
    }  # fmt: skip
    items = [row for row in found["instrument_item"].to_pylist() if row["instrument"] == "qids-c16"]
    domains = {row["item"]: row["domain"] for row in items}
    assert domains["1"] == domains["4"] != domains["5"]
    assert len(set(domains.values())) == 9
    gibson = next(row for row in found["definition"].to_pylist() if row["definition_id"] == "mgh-s-claims-2010")
    assert (gibson["least"], gibson["strictly_more"], gibson["window_days"]) == (3.5, True, 730)
    assert (gibson["points_failed_trial"], gibson["points_optimisation"], gibson["points_ect"]) == (1.0, 0.5, 3.0)
    kim = next(row for row in found["definition"].to_pylist() if row["definition_id"] == "kim-2020")
    assert (kim["dose_table"], kim["failure_rule"]) == (None, "next treatment")
    assert kim["modalities"] == "medication|ect|rtms"


def test_loading_twice_gives_the_same_knowledge() -> None:
    assert load() is load()


@pytest.mark.parametrize(
    ("code", "holds"),
    [("370143000", True), ("370143001", False), ("16264901000119109", True), ("12345", False), ("", False)],
)
def test_snomed_check_digit(code: str, *, holds: bool) -> None:
    assert codes.snomed(code) is holds


@pytest.mark.parametrize(
    ("code", "holds"), [("44261-6", True), ("44261-7", False), ("89204-2", True), ("442616", False), ("-6", False)]
)
def test_loinc_check_digit(code: str, *, holds: bool) -> None:
    assert codes.loinc(code) is holds
