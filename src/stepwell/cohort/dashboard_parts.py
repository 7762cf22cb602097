"""What a page of counts is made of: sections of text, bars, curves and tables; no drawing and no words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Segment:
    """A stretch of a bar.

    Args:
        kind: What it looks like: a class of the style sheet, and a pattern of that name.
        people: How many, as they are shown; null: hidden, and not drawn.
        title: What it is, in words.
        start: Where it begins where that isn't the end of the one before, in the unit of `people`.
    """

    kind: str
    people: float | None
    title: str
    start: float | None = None


@dataclass(frozen=True)
class Bar:
    """One row of a picture: a name, a bar, the number that it stands for.

    Args:
        label: The name.
        segments: From left to right; hidden ones leave no gap.
        value: The number in words.
        whole: How long the bar is drawn as an outline; null: no outline.
        under: Small words below the name.
        more: A second line below the number.
        dots: For a picture of sets: for each column whether the set is in it.
    """

    label: str
    segments: tuple[Segment, ...]
    value: str
    whole: float | None = None
    under: str = ""
    more: str = ""
    dots: tuple[bool, ...] = ()

    @property
    def length(self) -> float:
        """Where its last stretch ends, or its outline if that is longer."""
        end = 0.0
        for one in self.segments:
            end = (end if one.start is None else one.start) + (one.people or 0)
        return max(end, self.whole or 0)


@dataclass(frozen=True)
class Bars:
    """A picture of bars, all on one scale.

    Args:
        name: Its id on the page.
        title: What it is called.
        description: What it says, in words.
        bars: From top to bottom.
        legend: Kind and words of each stretch; none where the labels say it.
        heads: For a picture of sets: what each column of dots is.
        numbers: Whether the number stands in each stretch that has room for it.
        full: What the full width stands for at least, so that pictures side by side share it.
    """

    name: str
    title: str
    description: str
    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...] = ()
    heads: tuple[str, ...] = ()
    numbers: bool = True
    full: float = 0.0
    piece: str = "bars"

    @property
    def scale(self) -> float:
        """What the full width stands for."""
        return max(self.full, *(bar.length for bar in self.bars), 0) or 1

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The legend of what is drawn; an outline is, wherever a bar has one."""
        drawn = {one.kind for bar in self.bars for one in bar.segments if one.people is not None}
        drawn |= {"outline"} if any(bar.whole for bar in self.bars) else set()
        return tuple(one for one in self.legend if one[0] in drawn)


@dataclass(frozen=True)
class Sheet:
    """A table that says what a picture shows, or more.

    Args:
        caption: What it holds.
        columns: Heads of its columns; the first is that of the names.
        rows: Cells; a number or null is a count as it was given.
        folded: The words to open it with; empty: it stands open.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    folded: str = ""
    piece: str = "sheet"


@dataclass(frozen=True)
class Text:
    """A paragraph. `look`: a class of the style sheet."""

    words: str
    look: str = ""
    piece: str = "text"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    words: str
    piece: str = "heading"


@dataclass(frozen=True)
class Figure:
    """A picture that is drawn elsewhere, as markup."""

    markup: Markup
    piece: str = "figure"


@dataclass(frozen=True)
class Cards:
    """Small pictures side by side, where there is room. `look`: `two` for at most two, else as many as fit."""

    pictures: tuple[object, ...]
    look: str = ""
    piece: str = "cards"


@dataclass(frozen=True)
class Section:
    """One part of the page.

    Args:
        name: Its id.
        title: Its heading.
        short: Its name in the list of contents.
        finding: What the numbers say, in one sentence; empty where they are hidden.
        pieces: What it holds, in order.
    """

    name: str
    title: str
    short: str
    finding: str = ""
    pieces: Sequence[object] = field(default_factory=tuple)
