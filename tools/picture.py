"""Draws a picture of the README: the top of a page, or what begins at a heading of it, as a browser shows it.

Usage: tools/picture.py PAGE PICTURE CHROMIUM [ID HEIGHT]
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1100, 1320
"""Pixels."""


def draw(page_path: Path, picture: Path, chromium: str, begin: str | None = None, height: int = HEIGHT) -> None:
    """Writes the picture of a page, from the element with an id on if one is given."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False, args=["--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme="light")
        page.goto(page_path.resolve().as_uri())
        picture.parent.mkdir(parents=True, exist_ok=True)
        if begin is not None:
            page.evaluate("id => document.getElementById(id).scrollIntoView()", begin)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    page, picture, chromium, *where = sys.argv[1:]
    draw(Path(page), Path(picture), chromium, where[0] if where else None, int(where[1]) if where[1:] else HEIGHT)
