"""The page of counts: valid, whole in one file, true to its tables, and silent about what is hidden."""

import re
from functools import cache
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
import pyarrow as pa
import pytest

from stepwell.cohort.dashboard import SECTIONS, dashboard
from stepwell.cohort.dashboard_counts import Counts
from stepwell.knowledge.load import load
from tests.unit.cohort import published as p

SVG = "{http://www.w3.org/2000/svg}"
PEOPLE = {"crowd": p.EVERYBODY, "nobody": 0, "three": 3}
HIDDEN = "– not shown"  # noqa: RUF001 -- the sign of the page
WITH_ZEROS = {"Every step of every curve", "Tables of counts behind this page"}
"""Tables with a number that isn't of people: the day on which a curve begins, the rows of an empty file."""


@cache
def tables(name: str) -> dict[str, pa.Table]:
    made: dict[str, pa.Table] = getattr(p, name)(load())
    return made


@cache
def page_of(name: str) -> str:
    return dashboard(tables(name), {**p.MANIFEST, "people": PEOPLE[name]}, load())


def changed(**new: pa.Table) -> str:
    return dashboard({**tables("crowd"), **new}, p.MANIFEST, load())


def hidden(name: str, **where: str) -> str:
    """The page with one count hidden, as if it were small."""
    rows = [
        {**row, "people": None if all(row[key] == value for key, value in where.items()) else row["people"]}
        for row in tables("crowd")[name].to_pylist()
    ]
    return changed(**{name: pa.Table.from_pylist(rows, schema=tables("crowd")[name].schema)})


@pytest.fixture(params=PEOPLE)
def page(request: pytest.FixtureRequest) -> str:
    return page_of(request.param)


@cache
def tree(page: str) -> Element:
    """The page parsed; any fault of its HTML is an error."""
    found: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    return found


def text_of(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def section(page: str, name: str) -> Element:
    return next(one for one in tree(page).iter("section") if one.get("aria-labelledby") == name)


def finding(page: str, name: str) -> str:
    found = [one for one in section(page, name).iter("p") if one.get("class") == "finding"]
    return text_of(found[0]) if found else ""


def rows(page: str, caption: str) -> list[list[str]]:
    """Cells of the table with this caption."""
    table = next(one for one in tree(page).iter("table") if text_of(one.find("caption")) == caption)
    body = table.find("tbody")
    assert body is not None
    return [[text_of(cell) for cell in row] for row in body]


def words(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"


# --- the page --------------------------------------------------------------------------------------


def test_it_is_valid_html_in_a_named_language(page: str) -> None:
    assert tree(page).get("lang") == "en"


def test_it_loads_nothing_and_runs_nothing(page: str) -> None:
    for element in tree(page).iter():
        assert element.tag not in {"script", "link", "img", "iframe", "object", "embed", "base", f"{SVG}image"}
        assert not {"src", "srcset", "data", "action", "background", "poster"} & set(element.keys()), element.tag
        assert not [name for name in element.attrib if name.startswith("on")]
        assert element.get("href", "#").startswith("#")
    for style in re.findall(r"<style>(.*?)</style>", page, re.DOTALL):
        assert not re.search(r"@import|url\((?!#)|expression|@font-face", style)


def test_every_fill_by_pattern_has_its_pattern(page: str) -> None:
    used = set(re.findall(r"url\(#([^)]+)\)", page))
    assert used <= set(re.findall(r'<pattern id="([^"]+)"', page))


def test_headings_go_down_one_step_at_a_time(page: str) -> None:
    levels = [int(element.tag[1]) for element in tree(page).iter() if re.fullmatch(r"h[1-6]", str(element.tag))]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_and_label_leads_somewhere(page: str) -> None:
    elements = list(tree(page).iter())
    ids = [element.get("id") for element in elements if element.get("id")]
    assert len(ids) == len(set(ids))
    named = {element.get("href", "")[1:] for element in elements if element.get("href")}
    for label in ("aria-labelledby", "aria-describedby"):
        named |= {name for element in elements for name in element.get(label, "").split()}
    assert named <= set(ids)


def test_every_table_has_a_caption_and_every_header_a_scope(page: str) -> None:
    for table in tree(page).iter("table"):
        assert text_of(table.find("caption"))
        assert all(header.get("scope") in {"col", "row"} for header in table.iter("th"))


def test_every_picture_has_a_title_and_says_in_words_what_it_shows(page: str) -> None:
    texts = {element.get("id"): text_of(element) for element in tree(page).iter() if element.get("id")}
    for picture in (element for element in tree(page).iter() if element.get("role") == "img"):
        labels = f"{picture.get('aria-labelledby', '')} {picture.get('aria-describedby', '')}".split()
        assert len(labels) == 2
        assert all(texts[label] for label in labels)


def test_the_same_tables_give_the_same_page() -> None:
    assert changed() == changed()


def test_every_section_stands_in_the_list_of_contents() -> None:
    nav = tree(page_of("crowd")).find(".//nav")
    assert nav is not None
    sections = [make(Counts(tables("crowd"), p.MANIFEST, load())) for make in SECTIONS]
    assert [text_of(link) for link in nav.iter("a")] == [one.short for one in sections]


def test_nothing_of_the_source_can_act_in_the_page() -> None:
    page = page_of("crowd")
    assert "/data/<clinic>" not in page
    assert "<North>" not in page
    assert "&lt;North&gt; &amp; South" in page


def test_a_table_that_is_missing_is_said_to_be() -> None:
    kept = {"people_count": tables("crowd")["people_count"]}
    page = dashboard(kept, p.MANIFEST, load())
    for name in ("attrition", "definitions", "really", "reasons", "times", "options", "stages", "unknown"):
        assert "This run didn't count it." in text_of(section(page, name))
    assert "This run didn't report how much of the source is missing" in text_of(section(page, "quality"))


def test_data_that_are_made_up_are_called_so() -> None:
    source = {**p.MANIFEST["source"], "name": "Stepwell synthetic people"}
    page = dashboard(tables("crowd"), {**p.MANIFEST, "source": source}, load())
    assert "these people don't exist" in text_of(tree(page).find(".//header"))
    assert "these people don't exist" not in page_of("crowd")


# --- its numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caption", "table", "of"),
    [
        ("People by group", "people_count", ("people",)),
        ("People with an answer about death or self-harm above zero", "safety_count", ("people",)),
        ("People by reason and what the record says of it", "reason_count", ("people",)),
        ("People by method and stage", "stage_count", ("people",)),
        ("What is unknown, and the question that would settle it", "unknown_count", ("people",)),
        ("People by definition, number of the trial, and how it ended", "verdict_count", ("people",)),
        ("What came first, in people", "time_end_count", ("people",)),
        ("Rows by table, check and year", "quality", ("rows", "missing", "implausible", "inferred")),
    ],
)
def test_a_table_gives_every_number_as_it_was_given(caption: str, table: str, of: tuple[str, ...]) -> None:
    given = sorted(words(row[name]) for row in tables("crowd")[table].to_pylist() for name in of)
    said = [cell for row in rows(page_of("crowd"), caption) for cell in row[1:]]
    for count in dict.fromkeys(given):
        assert said.count(count) >= given.count(count)


def test_planners_find_every_shown_number_of_the_column_they_named() -> None:
    given = [
        words(row["people"]) for row in tables("crowd")["option_count"].to_pylist()
        if row["split_by"] == "clinic" and row["people"] is not None
    ]  # fmt: skip
    found = rows(page_of("crowd"), "Options by clinic; rows of which nothing can be shown are left out")
    said = [cell for row in found for cell in row[2:]]
    assert sorted(cell for cell in said if cell != HIDDEN) == sorted(given)


def test_the_box_on_top_tells_whose_newest_answer_is_above_zero() -> None:
    box = text_of(section(page_of("crowd"), "safety"))
    assert box.startswith("25 people: the newest answer about death or self-harm is above zero")
    assert "40 people have such an answer anywhere in their record." in box
    assert "A clinician should look at such an answer with the person the same day" in box


def test_titles_say_what_the_numbers_say() -> None:
    page = page_of("crowd")
    assert finding(page, "really") == (
        "40 of 60 people who count as resistant by Claims rule 2018 are not by Consensus 2022."
        " Of 10 more the record leaves it open."
    )
    assert finding(page, "attrition") == (
        "40 of 200 people pass every step and are resistant by Consensus 2022; 110 leave because fewer trials count"
        " than the definition asks for and 50 leave because no antidepressant is in the record, or none with a date."
    )
    assert finding(page, "quality") == (
        "Missing most often, of what can be shown: Drug supply, dose (up to 10.0 % of the rows of a year)."
    )
    assert finding(page, "unknown") == "The outcome of a trial is unknown in 45 of 200 people (22 %)."


def test_a_change_that_moves_a_count_is_drawn_beside_the_definition_as_it_is() -> None:
    page = page_of("crowd")
    assert "At least 50 % of days covered" in text_of(section(page, "definitions"))
    assert [text_of(one) for one in section(page, "definitions").iter("figcaption")].count("Consensus 2022") == 1


def test_people_who_rest_on_inferred_supply_stand_beside_the_counts() -> None:
    caption = "Of the people counted, those of whom a trial rests on supply that was inferred and not recorded"
    found = {row[0]: row[1:] for row in rows(page_of("crowd"), caption)}
    assert found["Resistant by Claims rule 2018"] == ["60", "15", "25 %"]
    assert found["Resistant by Consensus 2022"] == ["40", HIDDEN, ""]


def test_a_curve_gives_its_interval_and_the_people_still_observed() -> None:
    said = text_of(section(page_of("crowd"), "times"))
    assert finding(page_of("crowd"), "times").startswith(
        "A second antidepressant within 210 days of the first: 70.0 % of 100 people (95 % confidence interval "
    )
    assert "100 people; death competes with the event" in said


def test_rows_that_all_have_a_fault_are_counted_and_no_share() -> None:
    found = rows(page_of("crowd"), "Where it is every row of a year, or of those without a date")
    assert found == [["Drug supply", "dose", "no date", "missing", "10"]]
    assert "100.0" not in text_of(next(one for one in section(page_of("crowd"), "quality").iter("figure")))


def test_lines_stand_by_drugs_and_outcome() -> None:
    found = rows(page_of("crowd"), next(
        text_of(one) for one in section(page_of("crowd"), "lines").iter("caption")
        if text_of(one).startswith("People by line of treatment")
    ))  # fmt: skip
    assert found[:2] == [
        ["Line 1", "sertraline", "25", "75", HIDDEN, HIDDEN],
        ["Line 1", "other", HIDDEN, HIDDEN, HIDDEN, HIDDEN],
    ]


def test_the_ways_from_line_to_line_are_drawn_where_a_number_is_shown() -> None:
    section_ = section(page_of("crowd"), "lines")
    assert [one.get("id") for one in section_.iter(f"{SVG}svg") if one.get("id")] == ["sankey", "sunburst"]
    nothing = {
        name: pa.Table.from_pylist([{**row, "people": None} for row in table.to_pylist()], schema=table.schema)
        for name, table in tables("crowd").items()
        if name in {"line_flow", "line_path"}
    }
    assert "Of the ways from line to line no number can be shown." in text_of(section(changed(**nothing), "lines"))


# --- what is hidden --------------------------------------------------------------------------------


def test_a_hidden_count_is_never_0(page: str) -> None:
    assert not re.search(r"(?<![\d.,:])0 (?:people|resistant|failed|shown|suitable|in all)\b", text_of(tree(page)))
    for table in tree(page).iter("table"):
        if text_of(table.find("caption")) not in WITH_ZEROS:
            assert "0" not in [text_of(cell) for cell in table.iter("td")]


def test_no_picture_draws_a_hidden_count() -> None:
    page = hidden("reason_count", reason="hypothyroidism", state="shown")
    titles = [text_of(one) for one in section(page, "reasons").iter(f"{SVG}title")]
    assert "Underactive thyroid: – shown" in titles  # noqa: RUF001 -- as above
    assert not [title for title in titles if title.startswith("Shown by the record")]


def test_where_a_number_of_a_title_is_hidden_it_is_not_said() -> None:
    page = hidden("pseudo_count", definition="cepeda-2018", fault="any")
    assert finding(page, "really").startswith("40 of 60 people who count as resistant by OHDSI cohort 1009")
    assert finding(hidden("people_count", split_by="all"), "attrition") == ""


def test_an_alarm_whose_number_is_hidden_still_leads() -> None:
    box = text_of(section(hidden("safety_count", place="any", newest="yes"), "safety"))
    assert box.startswith("Answers about death or self-harm")
    assert "This doesn't mean that there is nobody." in box
    assert "is no reassurance" in box


def test_without_people_there_is_nothing_to_count() -> None:
    page = text_of(tree(page_of("nobody")))
    assert "The source holds no people. There is nothing to count." in page
    assert "were not counted here. This doesn't mean that there are none." in page


def test_where_everything_is_hidden_the_page_says_so() -> None:
    page = page_of("three")
    assert "No count can be shown: every number is less than 5, or is hidden" in text_of(tree(page))
    assert "This doesn't mean that there is nobody." in text_of(section(page, "safety"))
    assert not [one for one in tree(page).iter() if one.get("role") == "img"]


def test_it_never_calls_anybody_safe(page: str) -> None:
    assert not re.search(r"\b(is|are) safe\b|\bno risk\b", text_of(tree(page)), re.IGNORECASE)
