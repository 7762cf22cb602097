"""The page in a real browser: accessible, usable by keyboard, on a narrow screen, on paper, without a network."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from stepwell.report import html
from stepwell.review import Review
from tests.unit.report.people import PEOPLE, review

WIDE = ViewportSize(width=1200, height=900)
NARROW = ViewportSize(width=360, height=740)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, offline=True)
    yield context.new_page()
    context.close()


def opened(page: Page, name: str, folder: Path, render: Callable[[Review], str] = html.render) -> list[str]:
    """Opens the page of one person from disk; the addresses it asked for."""
    path = folder / "review.html"
    path.write_text(render(review(name)), encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return asked


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice; an empty list is what is wanted."""
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize(("name", "viewport"), [*((name, WIDE) for name in PEOPLE), ("ana", NARROW)])
def test_axe_finds_nothing(page: Page, tmp_path: Path, name: str, viewport: ViewportSize) -> None:
    page.set_viewport_size(viewport)
    opened(page, name, tmp_path)
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    assert faults(page) == []


@pytest.mark.parametrize(("name", "viewport"), [*((name, WIDE) for name in ("ana", "eve", "ida")), ("ida", NARROW)])
def test_axe_finds_nothing_on_the_page_of_the_person(
    page: Page, tmp_path: Path, name: str, viewport: ViewportSize
) -> None:
    page.set_viewport_size(viewport)
    opened(page, name, tmp_path, html.render_for_person)
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    assert faults(page) == []


def test_the_page_of_the_person_fits_a_phone_and_asks_for_nothing(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size(NARROW)
    asked = opened(page, "ida", tmp_path, html.render_for_person)
    assert asked == [(tmp_path / "review.html").as_uri()]
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_screen_reader_hears_how_many_people(page: Page, tmp_path: Path) -> None:
    opened(page, "gus", tmp_path, html.render_for_person)
    heard = page.get_by_role("img").first.get_attribute("aria-label") or ""
    assert heard.startswith("With this: ")
    assert heard.endswith(" out of 100 people")


def test_axe_would_find_something(page: Page, tmp_path: Path) -> None:
    """The check above can fail: a table header without words, pale on pale, is found."""
    opened(page, "ana", tmp_path)
    page.evaluate("document.querySelector('.answer').style.color = '#ccc'")
    assert any(fault.startswith("color-contrast") for fault in faults(page))


def test_it_asks_for_nothing_but_itself(page: Page, tmp_path: Path) -> None:
    asked = opened(page, "ana", tmp_path)
    assert asked == [(tmp_path / "review.html").as_uri()]


def test_the_first_key_leads_past_the_head(page: Page, tmp_path: Path) -> None:
    opened(page, "ana", tmp_path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the review"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_evidence_opens_by_keyboard(page: Page, tmp_path: Path) -> None:
    opened(page, "ana", tmp_path)
    summary = page.get_by_text("Evidence for trial 2, Venlafaxine")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("cell", name="highest dose 37.5 mg/day; 0 days at the minimum or more").is_visible()


def test_a_screen_reader_hears_the_picture_in_words(page: Page, tmp_path: Path) -> None:
    opened(page, "ana", tmp_path)
    picture = page.get_by_role("img", name="Scores and trials over time")
    assert picture.count() == 1
    assert "Trial 2: Venlafaxine, 10 Sep to 8 Dec 2023, too low." in (picture.locator("desc").text_content() or "")


def test_a_narrow_screen_never_scrolls_sideways_as_a_whole(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size(NARROW)
    opened(page, "ana", tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_on_paper_the_evidence_is_open(page: Page, tmp_path: Path) -> None:
    opened(page, "ana", tmp_path)
    row = page.get_by_role("cell", name="highest dose 37.5 mg/day; 0 days at the minimum or more", include_hidden=True)
    assert not row.is_visible()
    page.emulate_media(media="print")
    assert row.is_visible()


def test_labels_of_the_picture_stay_inside_it(page: Page, tmp_path: Path) -> None:
    for name in ("ana", "dan", "cleo"):
        opened(page, name, tmp_path)
        outside = page.evaluate(
            """() => {
                const frame = document.querySelector('svg.picture').getBoundingClientRect();
                return [...document.querySelectorAll('svg.picture text')]
                    .filter(text => {
                        const box = text.getBoundingClientRect();
                        return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1;
                    })
                    .map(text => text.textContent);
            }"""
        )
        assert outside == []
