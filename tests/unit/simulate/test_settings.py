from pathlib import Path
from typing import Any

import pytest

from stepwell.errors import ConfigError
from stepwell.knowledge.load import Knowledge, load
from stepwell.simulate import Wanted, products, settings


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def _cites(value: Any) -> list[dict[str, str]]:
    if isinstance(value, dict):
        own = list(value.get("cite") or ())
        return own + [cite for part in value.values() for cite in _cites(part)]
    if isinstance(value, list | tuple):
        return [cite for part in value for cite in _cites(part)]
    return []


def test_every_source_of_a_setting_is_in_the_knowledge(knowledge: Knowledge) -> None:
    known = {source.id for source in knowledge.sources}
    cited = _cites(settings.read().model_dump())

    assert len(cited) > 50
    assert {cite["source"] for cite in cited} <= known


def test_every_choice_without_a_source_says_so() -> None:
    own = [cite["locus"] for cite in _cites(settings.read().model_dump()) if cite["source"] == "stepwell"]

    assert all("a choice, no source" in locus or locus.startswith("taken over to") for locus in own)


def test_the_shipped_settings_name_only_what_the_knowledge_has(knowledge: Knowledge) -> None:
    named = products.of(settings.read(), knowledge)

    assert named.drugs[: named.antidepressants] == tuple(drug.ingredient for drug in settings.read().drugs)


def test_every_low_dose_is_below_and_every_target_at_each_listed_minimum(knowledge: Knowledge) -> None:
    used = settings.read()
    named = products.of(used, knowledge)
    strength = dict(zip(named.rxcui, named.strength, strict=True))
    form = {product.rxcui: product.formulation for product in knowledge.products}

    for drug in used.drugs:
        least = [
            dose.value
            for dose in knowledge.doses
            if dose.kind == "minimum adequate"
            and dose.ingredient == drug.ingredient
            and dose.formulation == form[drug.target]
        ]
        assert least, drug.ingredient
        assert strength[drug.low] < min(least), drug.ingredient
        assert strength[drug.target] * drug.per_day >= max(least), drug.ingredient
        assert strength[drug.raised] * drug.raised_per_day >= max(least), drug.ingredient


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[missing]\nscores = 0.5\n", encoding="utf-8")
    shipped, used = settings.read(), settings.read(file)

    assert used.missing.scores == pytest.approx(0.5)
    assert used.missing.dose == shipped.missing.dose
    assert used.people == shipped.people


def test_bad_settings_are_all_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[missing]\nscores = 1.5\nscroes = 0.1\n[people]\ntreated = "many"\n', encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        settings.read(file)

    assert str(raised.value) == (
        f"The settings can't be used ({file}). Change them and run it again:\n"
        "  - people.treated: found 'many'; input should be a valid number, unable to parse string as a number.\n"
        "  - missing.scores: found 1.5; input should be less than or equal to 1.\n"
        "  - missing.scroes: there is no such setting."
    )


def test_a_span_that_runs_backwards_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[trial]\nlow_supplies = [5, 2]\n", encoding="utf-8")

    with pytest.raises(
        ConfigError, match=r"trial\.low_supplies: found \[5, 2\]; the first may not be above the second"
    ):
        settings.read(file)


def test_a_code_that_the_knowledge_lacks_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[depression]\ncodes = ["F99"]\nweight = [1]\n', encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        products.of(settings.read(file), knowledge)

    assert str(raised.value) == (
        "The settings name what Stepwell's knowledge doesn't have. Use codes that it has:\n"
        "  - depression.codes: 'F99' isn't a code of 'major-depression' in icd-10-cm."
    )


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("missing: 3", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"mine\.toml isn't TOML: .* See settings\.toml of stepwell\.simulate"):
        settings.read(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Can't read the settings .*none\.toml: No such file or directory\."):
        settings.read(tmp_path / "none.toml")


def test_what_cannot_be_simulated_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        Wanted(0, format="xml", scenario="mars", seed=-1).read()

    assert str(raised.value) == (
        "This can't be simulated:\n"
        "  - format: found 'xml'; it can be omop, fhir, csv.\n"
        "  - scenario: found 'mars'; it can be population, star-d.\n"
        "  - people: found 0; it is a whole number from 1.\n"
        "  - seed: found -1; it is a whole number from 0."
    )
