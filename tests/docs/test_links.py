"""Every file, heading and `make` target that a page names is there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, REPOSITORY

LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\(")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+ +(.*?)\s*$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to."""
    titles = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    prose = CODE.sub("", page.read_text(encoding="utf-8"))
    lost = []
    for match in LINK.finditer(prose):
        place, _, anchor = match["target"].partition("#")
        if "://" in place or place.startswith("mailto:"):
            continue
        target = page if not place else page.parent / place
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(match["target"])

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_picture_has_words_for_those_who_cannot_see_it(page: Path) -> None:
    words = [match["words"] for match in PICTURE.finditer(page.read_text(encoding="utf-8"))]

    assert [alt for alt in words if len(alt) < 20] == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        name for page in PAGES for name in re.findall(r"(?:`|\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"))
    }

    assert {"demo", "test"} <= named <= targets
