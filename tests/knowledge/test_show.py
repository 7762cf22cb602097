"""`show` says what a value is, where it is written and who uses it."""

import pytest

from stepwell.errors import KnowledgeError
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.show import show
from stepwell.knowledge.walk import entries


def test_ingredient_shows_its_doses_with_their_sources(knowledge: Knowledge) -> None:
    text = show(knowledge, "sertraline")
    assert text.startswith("sertraline: an ingredient (drugs/ingredients.csv, line 7)\n  label: sertraline\n")
    assert "dose_table mgh-atrq, value 50, unit mg/day [mgh-atrq-code: minimum dose list, sertraline]" in text
    assert "from brands-jabfm: synonyms, brand names" in text
    assert "canmat-2023: Lam RW et al. CANMAT 2023" in text


def test_dose_table_shows_the_definitions_that_use_it(knowledge: Knowledge) -> None:
    text = show(knowledge, "mgh-atrq")
    assert "definition sforzini-2022: Sforzini 2022, Delphi consensus (EU-PEARL) (definitions/" in text
    assert "definition rybak-2021" not in text


def test_source_shows_the_values_that_cite_it(knowledge: Knowledge) -> None:
    text = show(knowledge, "athf-code")
    assert "Used by 2:\n  rule augmentation-days: " in text
    assert "rule remission-days: Time well that separates two episodes of illness (rules.toml, " in text


def test_one_id_of_a_source_and_a_definition_shows_both(knowledge: Knowledge) -> None:
    text = show(knowledge, "fabbri-2021")
    assert "fabbri-2021: a source (" in text
    assert "fabbri-2021: a definition (definitions/fabbri-2021.toml)" in text
    assert "    least_days: 42\n" in text
    assert "rule episode-gap-days" in text


def test_rule_shows_why_and_whence(knowledge: Knowledge) -> None:
    assert show(knowledge, "combination-days").splitlines()[:6] == [
        "combination-days: a rule (rules.toml, rule combination-days)",
        "  title: Shortest overlap that is a combination",
        "  value: 30",
        "  unit: days",
        "  why: Two antidepressants that run together at least this long are a combination; shorter is a cross-taper.",
        "  from treatment-patterns: combinationWindow = 30",
    ]


def test_drug_set_shows_its_members_and_its_definition(knowledge: Knowledge) -> None:
    text = show(knowledge, "ohdsi-1009-antipsychotics")
    assert text.startswith("ohdsi-1009-antipsychotics: a drug set (drugs/drug_sets.csv)\n\nUsed by 8:\n")
    assert "definition ohdsi-1009: OHDSI cohort 1009" in text


def test_every_id_can_be_shown(knowledge: Knowledge) -> None:
    for wanted in {entry.id for entry in entries(knowledge) if entry.id}:
        text = show(knowledge, wanted)
        assert text.startswith(f"{wanted}: ")
        assert "\nSources:" in text
        assert "None" not in text


def test_unknown_id_names_the_nearest(knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError) as caught:
        show(knowledge, "venlafaxin")
    assert str(caught.value) == (
        "Nothing in the knowledge has the id 'venlafaxin'. Did you mean venlafaxine or desvenlafaxine?"
    )


def test_id_like_nothing_says_where_ids_stand(knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError) as caught:
        show(knowledge, "%%%%")
    assert str(caught.value) == (
        "Nothing in the knowledge has the id '%%%%'. See `drugs/`, `instruments/` and `definitions/` for ids."
    )
