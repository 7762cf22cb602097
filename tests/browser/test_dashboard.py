"""The page of counts in a real browser: accessible, whole on a narrow screen, on paper, without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.unit.cohort.test_dashboard import PEOPLE, page_of

WIDE = ViewportSize(width=1200, height=900)
NARROW = ViewportSize(width=360, height=740)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, offline=True)
    yield context.new_page()
    context.close()


def opened(page: Page, name: str, folder: Path) -> list[str]:
    """Opens the page of some people from disk, with all that is folded; the addresses it asked for."""
    path = folder / "dashboard.html"
    path.write_text(page_of(name), encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(element => { element.open = true })")
    return asked


@pytest.mark.parametrize(("name", "viewport"), [*((name, WIDE) for name in PEOPLE), ("crowd", NARROW)])
def test_axe_finds_nothing(page: Page, tmp_path: Path, name: str, viewport: ViewportSize) -> None:
    page.set_viewport_size(viewport)
    opened(page, name, tmp_path)
    found = Axe().run(page).response["violations"]
    assert [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]] == []


def test_it_asks_for_nothing_but_itself(page: Page, tmp_path: Path) -> None:
    assert opened(page, "crowd", tmp_path) == [(tmp_path / "dashboard.html").as_uri()]


def test_a_narrow_screen_never_scrolls_sideways_as_a_whole(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size(NARROW)
    opened(page, "crowd", tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_screen_reader_hears_a_picture_in_words(page: Page, tmp_path: Path) -> None:
    opened(page, "crowd", tmp_path)
    picture = page.get_by_role("img", name="People whom each definition calls resistant")
    said = picture.get_attribute("aria-describedby")
    assert "Claims rule 2018: 60" in (page.locator(f"#{said}").text_content() or "")


def test_bars_of_one_picture_are_of_one_length(page: Page, tmp_path: Path) -> None:
    """A bar means its number only if the full width is the same in every row."""
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        opened(page, "crowd", tmp_path)
        widths = page.evaluate(
            """() => [...document.querySelectorAll('.bars')].map(picture => new Set(
                [...picture.querySelectorAll('svg.bar')].map(bar => Math.round(bar.getBoundingClientRect().width))
            ).size)"""
        )
        assert set(widths) == {1}


def test_on_paper_short_tables_are_open_and_long_ones_say_where_they_are(page: Page, tmp_path: Path) -> None:
    opened(page, "crowd", tmp_path)
    page.evaluate("document.querySelectorAll('details').forEach(element => { element.open = false })")
    long = page.get_by_text("What is unknown, and the question that would settle it: Left out on paper")
    short = page.get_by_role("table", name="People by group", include_hidden=True)
    assert not long.is_visible()
    assert not short.is_visible()
    page.emulate_media(media="print")
    assert long.is_visible()
    assert short.is_visible()
