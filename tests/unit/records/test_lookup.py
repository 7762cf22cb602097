"""What codes and words mean, by the knowledge that ships."""

from dataclasses import replace

import pytest

from stepwell.knowledge.load import Knowledge
from stepwell.records.lookup import CodeSetMatch, DrugMatch, Lookup
from stepwell.records.systems import short_name


@pytest.fixture(scope="module")
def lookup(knowledge: Knowledge) -> Lookup:
    return Lookup(knowledge)


def named(lookup: Lookup, text: str) -> list[tuple[str, str | None, float | None, str | None]]:
    return [(one.ingredient, one.formulation, one.strength, one.trap) for one in lookup.drugs((), text)]


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "rxnorm"),
        ("https://www.nlm.nih.gov/research/umls/rxnorm/", "rxnorm"),
        ("urn:oid:2.16.840.1.113883.6.88", "rxnorm"),
        ("http://snomed.info/sct/731000124108/version/20230301", "snomed"),
        ("http://hl7.org/fhir/sid/icd-10", "icd-10-cm"),
        ("urn:oid:2.16.840.1.113883.6.1", "loinc"),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "hcpcs"),
        ("http://example.org/local", None),
    ],
)
def test_every_way_to_write_a_system_has_one_short_name(uri: str, name: str | None) -> None:
    assert short_name(uri) == name


def test_a_product_code_gives_drug_form_and_strength(lookup: Lookup) -> None:
    assert lookup.drugs([("rxnorm", "312941")], "citalopram 10 mg") == (
        DrugMatch("sertraline", "oral", "312941", 50.0, "mg", None, "code"),
    )


def test_an_ingredient_code_takes_its_strength_from_words(lookup: Lookup) -> None:
    assert lookup.drugs([("rxnorm", "36437")], "Sertraline 25 MG Oral Tablet") == (
        DrugMatch("sertraline", "oral", "25 mg", 25.0, "mg", None, "code"),
    )
    assert lookup.drugs([("rxnorm", "36437")], None) == (DrugMatch("sertraline", None, None, None, None, None, "code"),)


def test_a_combination_gives_one_match_for_each_drug(lookup: Lookup) -> None:
    found = lookup.drugs([("rxnorm", "403969")], None)
    assert [(one.ingredient, one.strength) for one in found] == [("fluoxetine", 25.0), ("olanzapine", 6.0)]


def test_a_pack_of_several_strengths_of_one_drug_has_no_strength(lookup: Lookup) -> None:
    found = lookup.drugs([("rxnorm", "1653469")], None)
    assert [(one.ingredient, one.strength, one.trap) for one in found] == [("vilazodone", None, "starter-pack")]
    assert lookup.dose_is_unknown("starter-pack")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sertraline 50 MG Oral Tablet", [("sertraline", "oral", 50.0, None)]),
        ("ZOLOFT", [("sertraline", "oral", None, None)]),
        ("Dosulepin 75mg tablets", [("dosulepin", "oral", 75.0, None)]),
        ("Dothiepin 75mg tablets", [("dosulepin", "oral", 75.0, None)]),
        ("Liothyronine 25 mcg", [("liothyronine", "oral", 25.0, None)]),
        ("sertraline hydrochloride 50 MG", [("sertraline", "oral", 50.0, None)]),
        ("Effexor XR 75 mg", [("venlafaxine", "extended-release", 75.0, None)]),
        ("desvenlafaxine", [("desvenlafaxine", "extended-release", None, None)]),
        ("fluoxetine 20 MG/5 ML oral solution", [("fluoxetine", "oral-daily", 4.0, None)]),
        ("fluoxetine 90 mg", [("fluoxetine", "oral-weekly", 90.0, "weekly-fluoxetine")]),
        ("Prozac Weekly", [("fluoxetine", "oral-weekly", None, "weekly-fluoxetine")]),
        ("doxepin 3 mg tablet", [("doxepin", "oral-low-dose", 3.0, "doxepin-for-sleep")]),
        ("24 HR selegiline 0.25 MG/HR Transdermal System", [("selegiline", "transdermal", 6.0, None)]),
        ("sertraline 50-100 mg", [("sertraline", "oral", None, None)]),
        ("sertraline 25 mg and 50 mg", [("sertraline", "oral", None, None)]),
        (
            "amitriptyline hydrochloride 25 MG / perphenazine 2 MG Oral Tablet",
            [("amitriptyline", "oral", 25.0, "fixed-combination"), ("perphenazine", "oral", 2.0, "fixed-combination")],
        ),
        ("Auvelity", [("dextromethorphan-bupropion", "extended-release", None, "fixed-combination")]),
    ],
)
def test_words_name_a_drug(lookup: Lookup, text: str, expected: list[tuple[object, ...]]) -> None:
    found = named(lookup, text)
    assert [one[:3] for one in found] == [one[:3] for one in expected]
    if text != "Auvelity":
        assert [one[3] for one in found] == [one[3] for one in expected]


@pytest.mark.parametrize(
    "text",
    [
        "bupropion / naltrexone",
        "naltrexone/bupropion",
        "bupropion-naltrexone 90-8 mg",
        "bupropion hydrochloride 90 MG / naltrexone hydrochloride 8 MG Extended Release Oral Tablet",
        "bupropion and naltrexone",
        "sertraline or citalopram",
        "switch from sertraline to citalopram",
        "no sertraline",
        "allergic to sertraline",
        "stopped sertraline",
    ],
)
def test_words_that_could_mean_something_else_name_no_drug_but_are_noticed(lookup: Lookup, text: str) -> None:
    assert lookup.drugs((), text) == ()
    assert lookup.names_a_drug(text)


def test_part_of_a_word_names_nothing(lookup: Lookup) -> None:
    assert lookup.drugs((), "desipraminelike") == ()
    assert not lookup.names_a_drug("norsertraline")


@pytest.mark.parametrize(
    ("codes", "text", "expected"),
    [
        ([("icd-10-cm", "F33.1")], None, ("major-depression", "code")),
        ([("icd-10-cm", "f331")], None, ("major-depression", "code")),
        ([("icd-10-cm", "G30.9")], None, ("dementia", "code")),
        ([], "Bipolar depression", ("bipolar", "text")),
        ([], "Major Depressive Disorder, recurrent", ("major-depression", "text")),
        ([("snomed", "1")], "depression", ("other-depression", "text")),
    ],
)
def test_a_condition_belongs_to_a_code_set(
    lookup: Lookup, codes: list[tuple[str, str]], text: str | None, expected: tuple[str, str]
) -> None:
    assert expected in [(one.code_set, one.coded_by) for one in lookup.code_sets("condition", codes, text)]


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ([("icd-10-cm", "L20.9")], "eczema and depression"),
        ([], "family history of mania"),
        ([], "rule out bipolar disorder"),
        ([], "no psychosis"),
        ([], "depressionlike"),
        ([], None),
    ],
)
def test_a_condition_that_is_denied_or_settled_by_its_code_belongs_to_none(
    lookup: Lookup, codes: list[tuple[str, str]], text: str | None
) -> None:
    assert lookup.code_sets("condition", codes, text) == ()


def test_a_code_set_is_only_found_under_its_own_kind(lookup: Lookup) -> None:
    assert lookup.code_sets("procedure", [], "ECT") == (CodeSetMatch("ect", "text"),)
    assert lookup.code_sets("condition", [], "ECT") == ()
    assert lookup.code_sets("no such kind", [], "ECT") == ()


@pytest.mark.parametrize(
    ("codes", "text", "scale"),
    [
        ([("loinc", "44261-6")], None, "phq-9"),
        ([], "PHQ-9 total score", "phq-9"),
        ([], "PHQ 9", "phq-9"),
        ([], "PHQ-9 item 9", None),
        ([], "PHQ-9 and GAD-7 total", None),
        ([("loinc", "8302-2")], "PHQ-9 total score", None),
    ],
)
def test_a_total_names_its_scale(
    lookup: Lookup, codes: list[tuple[str, str]], text: str | None, scale: str | None
) -> None:
    assert lookup.total(codes, text) == scale


def test_an_item_shared_by_two_scales_is_of_both(lookup: Lookup) -> None:
    codes = [("loinc", "44250-9")]
    assert set(lookup.items(codes)) == {("phq-2", "1"), ("phq-9", "1")}
    assert lookup.item(codes) == ("phq-9", "1")
    assert lookup.item([("loinc", "8302-2")]) is None


@pytest.mark.parametrize(
    ("pair", "codes", "text", "value"),
    [
        (("phq-9", "1"), [("loinc", "LA6570-1")], None, 2.0),
        (("phq-9", "1"), [], "Nearly every day", 3.0),
        (("phq-9", "difficulty"), [("loinc", "LA6573-5")], None, 1.0),
        (("phq-9", "difficulty"), [("loinc", "LA6570-1")], None, None),
        (("c-ssrs-screener", "1"), [("loinc", "LA33-6")], None, 1.0),
        (("c-ssrs-screener", "1"), [], "No", 0.0),
        (("c-ssrs-screener", "1"), [], "Refused", None),
        (("phq-9", "no such item"), [], "Not at all", None),
    ],
)
def test_an_answer_scores(
    lookup: Lookup, pair: tuple[str, str], codes: list[tuple[str, str]], text: str | None, value: float | None
) -> None:
    assert lookup.answer(*pair, codes, text) == value


def test_a_knowledge_that_differs_is_looked_up_anew(knowledge: Knowledge) -> None:
    before = Lookup(knowledge).code_sets("condition", [("icd-10-cm", "F34.1")], None)
    fewer = replace(knowledge, codes=tuple(row for row in knowledge.codes if row.code != "F34.1"))
    assert [one.code_set for one in before] == ["dysthymia"]
    assert Lookup(fewer).code_sets("condition", [("icd-10-cm", "F34.1")], None) == ()
    assert Lookup(knowledge).code_sets("condition", [("icd-10-cm", "F34.1")], None) == before
