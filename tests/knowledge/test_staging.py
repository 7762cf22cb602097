"""The staging methods that ship, and one broken file for each way of being broken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stepwell.knowledge.check import check
from stepwell.knowledge.load import Knowledge

Swap = Callable[[str, str, str], None]

MSM, MGH, THASE, ESM, DTD = (f"staging/{name}.toml" for name in ("msm", "mgh-s", "thase-rush", "esm", "dtd"))

BROKEN = [
    (MSM, "low = 13, high = 24", "low = 12, high = 24",
     "staging/msm.toml, part duration, bands[2]: begins at 12, inside the one before it; allowed: one higher."),
    (MSM, "low = 13, high = 24", "low = 14, high = 24",
     "staging/msm.toml, part duration, bands[2]: begins at 14 after 12; allowed: 13."),
    (MSM, "low = 25, points = 3", "low = 25.5, points = 3",
     "staging/msm.toml, part duration, bands: quantities are whole numbers; found an end that is none."),
    (MSM, "low = 25, points = 3", "low = 25, points = 1",
     "staging/msm.toml, part duration, bands: the points of a higher band are lower; allowed: the same or more."),
    (MSM, "low = 25, points = 3", "low = 25, high = 99, points = 3",
     ("staging/msm.toml, part duration, bands: the last one ends; allowed: open upward, so that every quantity has its "
      "points.")),
    (MSM, "low = 0, high = 12", "low = 0, high = -1",
     "staging/msm.toml, part duration, bands[1]: ends at -1, below 0 where it begins."),
    (MSM, 'definition = "sforzini-2022"', 'definition = "sforzini"',
     "staging/msm.toml, definition: found 'sforzini'; allowed: an id of definitions/."),
    (MSM, 'definition = "sforzini-2022"\n', "",
     "staging/msm.toml, definition is missing; a method that counts failed trials says by which definition."),
    (MSM, 'id = "ect"', 'id = "augmentation"',
     "staging/msm.toml, parts: id 'augmentation' stands 2 times; allowed: once in a method."),
    (MSM, 'fact = "chronic-depression", most = 24', 'fact = "chronic-depression"',
     ("staging/msm.toml, part duration, narrowed_by: the fact 'chronic-depression' says neither least nor most; "
      "allowed: at least one of them.")),
    (MSM, "low = 11\nhigh = 15", "low = 11\nhigh = 14",
     "staging/msm.toml, categories: go from 3 to 14; the points go from 3 to 15."),
    (MSM, "low = 7\nhigh = 10", "low = 8\nhigh = 10",
     "staging/msm.toml, categories[2]: begins at 8 after 6; allowed: 7."),
    (MGH, "each = true", 'each = true, label = "1 point" }, { low = 1, points = 2',
     "staging/mgh-s.toml, part failures, bands: points for each one stand in a band by itself; found several bands."),
    (THASE, "{ low = 1, points = 1,", "{ low = 1, points = 2,",
     "staging/thase-rush.toml, part first, bands: a method of kind 'ladder' gives 0 or 1 points; found others."),
    (DTD, "", '\n[[categories]]\nlabel = "many"\nlow = 3\n',
     "staging/dtd.toml, categories: stand with a total; kind 'flags' has none."),
    (ESM, "order = 4", "order = 3",
     "staging: order 3 stands in 2 files; allowed: a place of its own for each."),
    (ESM, 'quantity = "failed-trial-weeks"', 'quantity = "weeks"',
     "staging/esm.toml, parts[2].quantity: found 'weeks'; allowed: 'episode-months', "),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "fault"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_broken_method_is_told(folder: Path, swap: Swap, file: str, old: str, new: str, fault: str) -> None:
    """The file, the place, what was found and what is allowed."""
    swap(file, old, new)

    assert [found for found in check(folder) if found == fault or found.startswith(fault)]


def test_the_methods_that_ship_have_no_fault_of_their_own() -> None:
    """Whatever is at fault elsewhere."""
    assert [fault for fault in check() if fault.startswith("staging")] == []


def test_the_points_are_those_that_were_published(knowledge: Knowledge) -> None:
    """The tables, written down a second time by hand from the sources."""
    points = {
        (method.id, part.id): [band.points for band in part.bands]
        for method in knowledge.staging
        for part in method.parts
    }
    categories = {
        method.id: [(row.label, row.low, row.high) for row in method.categories] for method in knowledge.staging
    }

    assert points["msm", "duration"] == [1, 2, 3]
    assert points["msm", "severity"] == [1, 2, 3, 4, 5]
    assert points["msm", "failures"] == [1, 2, 3, 4, 5]
    assert points["msm", "augmentation"] == points["msm", "ect"] == [0, 1]
    assert [points["mgh-s", part] for part in ("failures", "optimisation", "augmentation")] == [[1], [0.5], [0.5]]
    assert points["mgh-s", "ect"] == [0, 3]
    assert categories["msm"] == [("mild", 3, 6), ("moderate", 7, 10), ("severe", 11, 15)]
    assert len(categories["thase-rush"]) == 5


def test_what_was_read_at_second_hand_is_marked(knowledge: Knowledge) -> None:
    """Of the five only two were read in a table of a paper."""
    assert {method.id for method in knowledge.staging if method.verified} == {"msm", "mgh-s"}
