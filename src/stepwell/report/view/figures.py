"""What an option achieved in a study, as so many of a hundred people; only where the knowledge gives both figures."""

import re
from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.words import words

TWO_FIGURES = re.compile(
    r"^(?P<with>\d+(?:\.\d+)?)% against (?:about )?(?P<without>\d+(?:\.\d+)?)%(?: at \d+ (?:weeks|months))?(?=$| \(|,)"
)
"""`38.4% against 21.4% (p = .013)`: with the option and with what it was held against; else it isn't drawn."""

OF_TEN = "●", "○"


@dataclass(frozen=True)
class Figure:
    """A result in people.

    Args:
        title: What is counted.
        with_it: Of 100 people, with the option.
        without: Of 100 people, with what it was held against.
        said: The same in a sentence, of ten.
        study: Who was studied, and against what.
    """

    title: str
    with_it: int
    without: int
    said: str
    study: str
    against: str
    references: tuple[Reference, ...]

    @property
    def dots(self) -> tuple[str, str]:
        """Ten people each, as many filled as got better.

        >>> Figure("", 38, 21, "", "", "", ()).dots
        ('●●●●○○○○○○', '●●○○○○○○○○')
        """
        return _dots(self.with_it), _dots(self.without)


def _dots(of_hundred: int) -> str:
    full = of_ten(of_hundred)
    return OF_TEN[0] * full + OF_TEN[1] * (10 - full)


def of_ten(of_hundred: int) -> int:
    """So many of ten, half rounded up.

    >>> of_ten(38), of_ten(25), of_ten(4)
    (4, 3, 0)
    """
    return (of_hundred + 5) // 10


def figure(citations: Citations, option: s.Option) -> Figure | None:
    """The first result that names both figures, of the study whose people are described in plain words."""
    studied = words()["person"]["studied"].get(option.id)
    if studied is None:
        return None
    for outcome in option.outcomes:
        for kind in ("response", "remission"):
            found = TWO_FIGURES.match(getattr(outcome, kind) or "")
            if found and outcome.cite[0].source == studied["source"]:
                return _figure(citations, outcome, kind, found, studied)
    return None


def _figure(
    citations: Citations, outcome: s.OptionOutcome, kind: str, found: re.Match[str], studied: dict[str, str]
) -> Figure:
    said = words()["person"]["figure"]
    one, other = (int(float(found[name]) + 0.5) for name in ("with", "without"))
    return Figure(
        title=said[kind], with_it=one, without=other, said=said["said"].format(one=of_ten(one), other=of_ten(other)),
        study=said["study"].format(who=studied["who"], against=studied["against"]), against=studied["against"],
        references=citations.refer(outcome.cite),
    )  # fmt: skip
