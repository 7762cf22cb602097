"""The page: valid, whole in one file, in order, and nothing of a record can act in it."""

import re
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
import pytest

from stepwell.report import html
from stepwell.report.wording import VERDICT
from tests.unit.report.people import HOSTILE, PEOPLE, review

SVG = "{http://www.w3.org/2000/svg}"


def tree(page: str) -> Element:
    """The page parsed; any fault of its HTML is an error."""
    found: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    return found


def text_of(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


@pytest.fixture(params=PEOPLE)
def page(request: pytest.FixtureRequest) -> str:
    return html.render(review(request.param))


def test_it_is_valid_html_in_a_named_language(page: str) -> None:
    assert tree(page).get("lang") == "en"


def test_it_loads_nothing(page: str) -> None:
    for element in tree(page).iter():
        assert element.tag not in {
            "script",
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            f"{SVG}image",
            f"{SVG}use",
        }
        assert not {"src", "srcset", "data", "action", "background", "poster"} & set(element.keys()), element.tag
        assert not [name for name in element.attrib if name.startswith("on")]
        assert element.get("href", "#").startswith("#")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert not re.search(r"@import|url\(|expression|@font-face", style[1])


def test_every_fill_by_pattern_has_its_pattern(page: str) -> None:
    used = set(re.findall(r'fill="url\(#([^)]+)\)"', page))
    assert used <= set(re.findall(r'<pattern id="([^"]+)"', page))


def test_headings_go_down_one_step_at_a_time(page: str) -> None:
    levels = [int(element.tag[1]) for element in tree(page).iter() if re.fullmatch(r"h[1-6]", str(element.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_and_label_leads_somewhere(page: str) -> None:
    elements = list(tree(page).iter())
    ids = [element.get("id") for element in elements if element.get("id")]
    assert len(ids) == len(set(ids))
    named = {element.get("href", "")[1:] for element in elements if element.get("href")}
    named |= {name for element in elements for name in element.get("aria-labelledby", "").split()}
    assert named <= set(ids)


def test_every_table_has_a_caption_and_every_header_a_scope(page: str) -> None:
    for table in tree(page).iter("table"):
        assert table.find("caption") is not None
        assert all(header.get("scope") in {"col", "row"} for header in table.iter("th"))


def test_the_picture_has_a_title_and_its_words(page: str) -> None:
    pictures = [element for element in tree(page).iter(f"{SVG}svg") if element.get("role") == "img"]
    for picture in pictures:
        assert text_of(picture.find(f"{SVG}title")) == "Scores and trials over time"
        assert "The tables below give every figure." in text_of(picture.find(f"{SVG}desc"))


def test_it_stays_small(page: str) -> None:
    assert len(page.encode()) < 300_000


def test_an_empty_record_has_no_picture_and_says_so() -> None:
    page = html.render(review("eve"))
    assert "<svg" not in page
    assert "No attempt at treatment is in the record." in page
    assert "No score of symptoms is in the record." in page


def test_every_trial_has_a_lane_with_its_verdict_in_words() -> None:
    lanes = [element for element in tree(html.render(review("ana"))).iter(f"{SVG}g") if element.get("class") == "lane"]
    assert [text_of(lane.find(f"{SVG}title")) for lane in lanes][:2] == [
        "Sertraline, 4 May to 31 Aug 2023: Failed",
        "Venlafaxine, 10 Sep to 8 Dec 2023: Too low",
    ]
    assert len(lanes) == 4


def test_dose_steps_are_labelled_and_the_least_dose_is_named() -> None:
    lane = next(e for e in tree(html.render(review("ana"))).iter(f"{SVG}g") if e.get("class") == "lane")
    words = [text_of(e) for e in lane.iter(f"{SVG}text")]
    assert words == ["1. Sertraline", "least 50 mg/day", "50", "100", "150", "Failed"]


def test_no_two_verdicts_share_a_pattern() -> None:
    """In grey, on paper, only the pattern and the label are left."""
    part = html.environment().get_template("parts.html.j2").module.pattern  # type: ignore[attr-defined]
    drawn = {re.sub(r'id="[^"]+" class="[^"]+"', "", str(part(name))) for name in VERDICT}
    assert len(drawn) == len(VERDICT)


def test_what_a_record_holds_is_only_ever_text() -> None:
    page = html.render(review("hal"))
    assert "<script" not in page
    assert HOSTILE in text_of(tree(page).find("body/header/h1"))
    assert "49" not in text_of(tree(page).find("body/header/h1"))
