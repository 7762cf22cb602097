"""Holds the staging methods together: bands and categories without a gap or an overlap, points that rise."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault of the staging methods, each a full sentence."""
    definitions = {definition.id for definition in knowledge.definitions}
    for method in knowledge.staging:
        sentences = (*_definition(method, definitions), *_parts(method), *_categories(method))
        yield from (f"staging/{method.id}.toml, {sentence}" for sentence in sentences)
    for order, times in Counter(method.order for method in knowledge.staging).items():
        if times > 1:
            yield f"staging: order {order} stands in {times} files; allowed: a place of its own for each."


def _definition(method: s.StagingMethod, known: set[str]) -> Iterator[str]:
    counted = any(part.quantity.startswith(("failed-", "raised-")) for part in method.parts)
    if method.definition is not None and method.definition not in known:
        yield f"definition: found {method.definition!r}; allowed: an id of definitions/."
    if counted and method.definition is None:
        yield "definition is missing; a method that counts failed trials says by which definition."


def _parts(method: s.StagingMethod) -> Iterator[str]:
    for part_id, times in Counter(part.id for part in method.parts).items():
        if times > 1:
            yield f"parts: id {part_id!r} stands {times} times; allowed: once in a method."
    for part in method.parts:
        yield from (f"part {part.id}, {sentence}" for sentence in (*_bands(part), *_narrowing(part)))
        if method.kind != "sum" and any(band.points not in (0, 1) or band.each for band in part.bands):
            yield f"part {part.id}, bands: a method of kind {method.kind!r} gives 0 or 1 points; found others."


def _bands(part: s.StagePart) -> Iterator[str]:
    bands = part.bands
    yield from _row("bands", bands)
    if any(float(end) % 1 for band in bands for end in (band.low, band.high or 0)):
        yield "bands: quantities are whole numbers; found an end that is none."
    if any(later.points < earlier.points for earlier, later in pairwise(bands)):
        yield "bands: the points of a higher band are lower; allowed: the same or more."
    if any(band.each for band in bands) and len(bands) > 1:
        yield "bands: points for each one stand in a band by itself; found several bands."
    if bands[-1].high is not None and part.quantity not in ("severity", "yes-or-no") and bands[-1].high != 1:
        yield "bands: the last one ends; allowed: open upward, so that every quantity has its points."


def _row(name: str, rows: Sequence[s.StageBand | s.StageCategory]) -> Iterator[str]:
    """Whether each range begins one higher than the one before it ends, and only the last is open."""
    for number, (earlier, later) in enumerate(pairwise(rows), 2):
        if earlier.high is None or later.low <= earlier.high:
            yield f"{name}[{number}]: begins at {later.low:g}, inside the one before it; allowed: one higher."
        elif later.low != earlier.high + 1:
            yield f"{name}[{number}]: begins at {later.low:g} after {earlier.high:g}; allowed: {earlier.high + 1:g}."
    for number, row in enumerate(rows, 1):
        if row.high is not None and row.high < row.low:
            yield f"{name}[{number}]: ends at {row.high:g}, below {row.low:g} where it begins."


def _narrowing(part: s.StagePart) -> Iterator[str]:
    for one in part.narrowed_by:
        if one.least is None and one.most is None:
            yield f"narrowed_by: the fact {one.fact!r} says neither least nor most; allowed: at least one of them."


def _categories(method: s.StagingMethod) -> Iterator[str]:
    yield from _row("categories", method.categories)
    if method.kind == "flags" and method.categories:
        yield "categories: stand with a total; kind 'flags' has none."
    if not method.categories or method.kind == "flags":
        return
    least, most = _reach(method)
    low, high = method.categories[0].low, method.categories[-1].high
    if low > least or (high is not None and (most is None or most > high)):
        yield f"categories: go from {low:g} to {_end(high)}; the points go from {least:g} to {_end(most)}."


def _reach(method: s.StagingMethod) -> tuple[float, float | None]:
    """The fewest and the most points there can be; a ladder that applies has its first step."""
    if method.kind == "ladder":
        return 1, len(method.parts)
    least = sum(0 if part.bands[0].each else part.bands[0].points for part in method.parts)
    endless = any(part.bands[0].each for part in method.parts)
    return least, None if endless else sum(part.bands[-1].points for part in method.parts)


def _end(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"
