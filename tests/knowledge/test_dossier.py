"""Values agree with the research they were taken from, where that stands beside the checkout."""

import csv
import re
from pathlib import Path

import pytest

from stepwell.knowledge.load import Knowledge

RESEARCH = Path(__file__).parents[2].parent / "shared" / "knowledge"
pytestmark = pytest.mark.skipif(not RESEARCH.is_dir(), reason="../shared/knowledge does not stand beside the checkout")


def _rows(path: str) -> list[dict[str, str]]:
    with (RESEARCH / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _minimum(knowledge: Knowledge, table: str) -> dict[tuple[str, str], float]:
    return {(row.ingredient, row.formulation): row.value for row in knowledge.doses if row.dose_table == table}


@pytest.mark.parametrize(
    ("ingredient", "formulation", "value"),
    [
        ("citalopram", "oral", 20), ("paroxetine", "immediate-release", 20), ("paroxetine", "controlled-release", 25),
        ("venlafaxine", "extended-release", 150), ("venlafaxine", "immediate-release", 150), ("bupropion", "oral", 300),
        ("mirtazapine", "oral", 15), ("tianeptine", "oral", 37.5), ("selegiline", "transdermal", 6),
        ("nortriptyline", "oral", 75), ("protriptyline", "oral", 30), ("moclobemide", "oral", 300),
        ("pirlindole", "oral", 200), ("noxiptiline", "oral", 100), ("quetiapine", "extended-release", 150),
    ],
)  # fmt: skip
def test_mgh_atrq_minimum_is_as_transcribed(
    knowledge: Knowledge, ingredient: str, formulation: str, value: float
) -> None:
    text = (RESEARCH / "drugs/README.md").read_text(encoding="utf-8")
    listed = re.search(r"complete as transcribed:\*\*(.*?)\n\n", text, re.DOTALL)
    assert listed is not None
    assert re.search(rf"\b{ingredient}\b", listed[1])
    assert _minimum(knowledge, "mgh-atrq")[ingredient, formulation] == value


def test_every_drug_of_the_mgh_atrq_list_has_its_dose(knowledge: Knowledge) -> None:
    text = (RESEARCH / "drugs/README.md").read_text(encoding="utf-8")
    listed = re.search(r"complete as transcribed:\*\*(.*?); adjunct", text, re.DOTALL)
    assert listed is not None
    pairs = re.findall(r"([a-z]{6,})(?: patch)? (\d+(?:\.\d+)?)", listed[1])
    assert len(pairs) == 40
    doses = {(name, value) for (name, _), value in _minimum(knowledge, "mgh-atrq").items()}
    assert [pair for pair in pairs if (pair[0], float(pair[1])) not in doses] == []


def test_canmat_minimum_is_the_lower_end_of_every_range(knowledge: Knowledge) -> None:
    doses = {(name, value) for (name, _), value in _minimum(knowledge, "canmat-2023").items()}
    for row in _rows("drugs/drugs.csv"):
        low = re.match(r"([\d.]+)\s*-", row["canmat2023_range_mg_day"])
        if low:
            assert (row["ingredient"], float(low[1])) in doses, row["ingredient"]


def test_a_cell_that_is_not_verified_gives_no_dose(knowledge: Knowledge) -> None:
    highest = {(row.ingredient, row.formulation) for row in knowledge.doses if row.kind == "highest licensed"}
    labels = {row.id: row.label for row in knowledge.ingredients}
    allowed = {
        row["ingredient"] for row in _rows("drugs/drugs.csv") if re.fullmatch(r"[\d.]+", row["max_licensed_mg_day"])
    }
    names = {"dosulepin": "dosulepin (dothiepin)", "dextromethorphan-bupropion": "dextromethorphan-bupropion"}
    assert {names.get(name, labels[name]) for name, _ in highest} <= allowed
    for name in ("tianeptine", "opipramol", "lurasidone", "lumateperone"):
        assert not any(ingredient == name for ingredient, _ in highest)


def test_every_product_of_the_research_is_here(knowledge: Knowledge) -> None:
    listed = {row["rxcui"] for file in ("products", "products_extra") for row in _rows(f"drugs/{file}.csv")}
    assert {row.rxcui for row in knowledge.products} == listed | {"42351"}


def test_ingredient_codes_are_those_of_the_research(knowledge: Knowledge) -> None:
    own = {row.id: row for row in knowledge.ingredients}
    for row in _rows("drugs/drugs.csv"):
        found = own.get(row["ingredient"])
        code = row["rxnorm_ingredient_rxcui"]
        if found is not None and "+" not in code:
            assert found.rxnorm == (code if code.isdigit() else None), row["ingredient"]


def test_icd_10_cm_codes_are_those_of_the_value_sets(knowledge: Knowledge) -> None:
    sets = {
        "2.16.840.113883.3.67.1.101.3.2444": "major-depression", "2.16.840.1.113883.3.67.1.101.1.254": "dysthymia",
        "2.16.840.1.113883.3.67.1.101.1.128": "bipolar", "2.16.840.1.113883.3.464.1003.105.12.1104": "psychosis",
    }  # fmt: skip
    for oid, code_set in sets.items():
        listed = {
            row["code"]
            for row in _rows("measures/tables/ecqm_valueset_icd10cm_loinc_codes.csv")
            if row["value_set_oid"] == oid and row["system"] == "icd-10-cm"
        }
        own = {row.code for row in knowledge.codes if row.code_set == code_set and row.system == "icd-10-cm"}
        assert own == listed


def test_only_verified_crisis_lines_ship(knowledge: Knowledge) -> None:
    own = {(line.service, line.contact) for line in knowledge.crisis_lines}
    assert len(own) == 6
    for row in _rows("measures/tables/crisis_lines.csv"):
        if not row["verified"].startswith("yes"):
            assert not any(row["contact"] in contact for _, contact in own if row["region"] != "EU (many states)")
