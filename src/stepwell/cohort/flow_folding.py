"""What a picture of ways may show: counts that are withheld stay so, by the picture as by the table beside it.

A null count is one that was suppressed. Were it alone among the ways into or out of a regimen, the width that is
missing would give it away; so the smallest way beside it is withheld too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stepwell.cohort.pathways import NO_STEP, WITH

OTHER, OTHER_TOGETHER = "other drugs", "other combinations"
"""What the regimens that are not shown by name are together."""

END = "ended"
"""How a regimen's class is called where nothing is taken any more."""

SEVERAL, UNCLASSED = "several", "unclassed"


@dataclass
class Way:
    """People who went from one regimen to the next.

    Args:
        step: Number of the step they left.
        source: What they left.
        target: What they went to.
        people: How many, of those that are shown.
        withheld: How many of the counts in it are withheld.
    """

    step: int
    source: str
    target: str
    people: int
    withheld: int = 0

    def ends(self) -> tuple[tuple[str, int, str], tuple[str, int, str]]:
        """Both sides that have to balance: out of one regimen, into the other."""
        return ("out", self.step, self.source), ("in", self.step + 1, self.target)


def folded(rows: Iterable[Mapping[str, object]], shown: Sequence[str], ends: Sequence[str]) -> list[Way]:
    """The ways between the regimens that are shown, the others together as `OTHER` and `OTHER_TOGETHER`.

    Args:
        rows: `step`, `from_drugs`, `to_drugs`, `people` (null: suppressed).
        shown: Names of the regimens shown.
        ends: Targets that are no regimen.
    """
    ways: dict[tuple[int, str, str], Way] = {}
    for row in rows:
        source, target = (str(row[name]) for name in ("from_drugs", "to_drugs"))
        step, source = int(str(row["step"])), gathered(source, shown)
        target = target if target in ends else gathered(target, shown)
        way = ways.setdefault((step, source, target), Way(step, source, target, 0))
        people = row["people"]
        way.people += 0 if people is None else int(str(people))
        way.withheld += people is None
    return _balanced(list(ways.values()))


def gathered(regimen: str, shown: Sequence[str]) -> str:
    """A regimen that is shown by its name, another by what it is counted with."""
    if regimen in shown:
        return regimen
    return OTHER_TOGETHER if WITH in regimen else OTHER


def _balanced(ways: list[Way]) -> list[Way]:
    """Ways of which none can be had by subtraction: no side of a regimen has exactly one count withheld.

    Where a side has nothing else that could be withheld, the smallest way on the other side is: as many go as came.
    """
    while True:
        sides: dict[tuple[str, int, str], list[Way]] = {}
        for way in ways:
            for end in way.ends():
                sides.setdefault(end, []).append(way)
        smallest = next(filter(None, (_beside(end, sides) for end in sides)), None)
        if smallest is None:
            return ways
        smallest.people, smallest.withheld = 0, smallest.withheld + 1


def _beside(end: tuple[str, int, str], sides: Mapping[tuple[str, int, str], Sequence[Way]]) -> Way | None:
    """The way to be withheld beside the one that is alone on this side; nothing if none is, or no other is there."""
    if sum(way.withheld for way in sides[end]) != 1:
        return None
    side, step, name = end
    other = sides.get(("in" if side == "out" else "out", step, name), ())
    here = [way for way in sides[end] if way.people > 0]
    there = [way for way in other if way.people > 0] if not sum(way.withheld for way in other) else []
    return min(here or there, key=lambda way: (way.people, way.source, way.target), default=None)


def leading(rows: Iterable[Mapping[str, object]], most: int) -> list[str]:
    """The regimens that most people had at any step, up to so many."""
    people: dict[str, int] = {}
    for row in rows:
        name, count = str(row["from_drugs"]), row["people"]
        people[name] = people.get(name, 0) + (0 if count is None else int(str(count)))
    return sorted((name for name in people if people[name] > 0), key=lambda name: (-people[name], name))[:most]


def shown_paths(rows: Iterable[Mapping[str, object]], then: str) -> list[tuple[tuple[str, ...], int]]:
    """The paths with a count, as steps; where a single one is withheld, the smallest beside it is too.

    Args:
        rows: `path`, `people` (null: suppressed). Windows without a step are no path.
        then: What stands between two steps.
    """
    paths = [row for row in rows if row["path"] != NO_STEP]
    counted = sorted(
        ((str(row["path"]), int(str(row["people"]))) for row in paths if row["people"] is not None),
        key=lambda each: (-each[1], each[0]),
    )
    if len(paths) - len(counted) == 1:
        counted = counted[:-1]
    return [(tuple(name.split(then)), people) for name, people in counted if people > 0]


def class_of(regimen: str, classes: Mapping[str, str], ends: Sequence[str] = ()) -> str:
    """The class by which a regimen is coloured: its drug's, `several` for a combination."""
    if regimen in ends:
        return END
    if regimen == OTHER:
        return "other"
    return (
        SEVERAL
        if WITH in regimen or regimen == OTHER_TOGETHER
        else classes.get(regimen, regimen if regimen in COLOURS else UNCLASSED)
    )


COLOURS = {
    "ssri": "#1f4e8c", "snri": "#4fae7f", "ndri": "#f0b64a", "nassa": "#8560b0", "tca": "#5e1240",
    "multimodal": "#a9cf6b", "maoi": "#8f1d14", "rima": "#8f1d14", "sari": "#55b7c0",
    "atypical-antipsychotic": "#c9a27c", "lithium": "#20255c", "nmda-antagonist": "#e2743a",
    SEVERAL: "#33415c", UNCLASSED: "#6b7785", "other": "#cfd6df", END: "#ffffff",
}  # fmt: skip
"""One colour for each class of drug, on every picture; a class that is not here is `unclassed`.

They differ in lightness as well, the commonest most, so that they are told apart in grey.
"""

CLASS_NAMES = {
    "ssri": "SSRI", "snri": "SNRI", "ndri": "NDRI", "nassa": "NaSSA", "tca": "tricyclic", "maoi": "MAOI",
    "rima": "RIMA", "sari": "SARI", "nmda-antagonist": "NMDA antagonist", SEVERAL: "more than one drug",
    "atypical-antipsychotic": "atypical antipsychotic", UNCLASSED: "another class", "other": OTHER,
    END: "no further line",
}  # fmt: skip
"""How the legend calls a class; others by their own name."""


def colour_class(name: str) -> str:
    """The class itself, or `unclassed` if it has no colour of its own."""
    return name if name in COLOURS else UNCLASSED
