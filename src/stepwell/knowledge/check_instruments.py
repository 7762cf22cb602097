"""Holds each rating scale against its own range, items, bands and licence."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge

STEP = {"score": 1.0, "t-score": 0.1}


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every range that the items don't give, band that leaves a hole, text that the licence closes."""
    for scale in knowledge.instruments:
        for rule in (_items, _range, _band_sets, _licence, _tiers):
            for sentence in rule(scale):
                yield f"instruments/{scale.id}.toml, {sentence}"
    places = Counter(scale.preference for scale in knowledge.instruments if scale.preference is not None)
    for scale in knowledge.instruments:
        if scale.preference is not None and places[scale.preference] > 1:
            yield (
                f"instruments/{scale.id}.toml, preference: found {scale.preference}, which another scale has too; "
                "allowed: a place of its own."
            )


def _items(scale: s.Instrument) -> Iterator[str]:
    for name, count in Counter(item.item for item in scale.items).items():
        if count > 1:
            yield f"items: {name!r} stands {count} times; each may stand once."
    for item in scale.items:
        if item.minimum >= item.maximum:
            yield f"items {item.item}: found minimum {item.minimum:g}; allowed: below the maximum, {item.maximum:g}."
    if scale.scoring.method == "domains":
        named = Counter(item for domain in scale.scoring.domains for item in domain)
        scored = Counter(item.item for item in scale.items if item.scored)
        for name in sorted((named - scored) + (scored - named)):
            yield f"scoring.domains: item {name!r}; allowed: each scored item in one domain."


def _range(scale: s.Instrument) -> Iterator[str]:
    """The scored items, added up as the scale does, have to give its range."""
    scored = {item.item: item for item in scale.items if item.scored}
    if not scored or scale.scoring.method == "none":
        return
    groups = scale.scoring.domains or tuple((name,) for name in scored)
    for end in ("minimum", "maximum"):
        values = [[getattr(scored[name], end) for name in group if name in scored] for group in groups]
        total = sum(max(group) for group in values if group)
        if getattr(scale, end) != total:
            yield f"{end}: found {getattr(scale, end)}; allowed: {total:g}, what the scored items give."


def _band_sets(scale: s.Instrument) -> Iterator[str]:
    if scale.band_sets and sum(band_set.default for band_set in scale.band_sets) != 1:
        yield f"band_sets: found {sum(b.default for b in scale.band_sets)} defaults; allowed: one."
    for name, count in Counter(band_set.id for band_set in scale.band_sets).items():
        if count > 1:
            yield f"band_sets: {name!r} stands {count} times; each may stand once."
    for band_set in scale.band_sets:
        yield from (f"band_sets {band_set.id}: {fault}" for fault in _bands(scale, band_set))


def _bands(scale: s.Instrument, band_set: s.BandSet) -> Iterator[str]:
    """Bands have to follow each other without hole or overlap, and reach from end to end."""
    step, bands = STEP[scale.unit], band_set.bands
    if scale.minimum is not None and bands[0].low != scale.minimum:
        yield f"starts at {bands[0].low:g}; allowed: {scale.minimum:g}, the lowest total."
    if bands[-1].high is not None and scale.maximum is not None and bands[-1].high != scale.maximum:
        yield f"ends at {bands[-1].high:g}; allowed: {scale.maximum:g}, the highest total, or open."
    for band, following in pairwise(bands):
        if band.high is None:
            yield f"{band.label!r} is open upward; allowed: only the last band."
        elif abs(following.low - band.high - step) > step / 100:
            yield (
                f"{following.label!r} starts at {following.low:g} after {band.label!r} ends at {band.high:g}; "
                f"allowed: {round(band.high + step, 6):g}, without hole or overlap."
            )
    for band in bands:
        if band.high is not None and band.high < band.low:
            yield f"{band.label!r} ends at {band.high:g}; allowed: {band.low:g} or more."


def _licence(scale: s.Instrument) -> Iterator[str]:
    if scale.licence.text_may_ship:
        return
    texts = [(f"items {item.item}", item.text) for item in scale.items]
    texts += [(f"items {item.item}, answers", answer.text) for item in scale.items for answer in item.answers]
    texts += [("answers", answer.text) for answer in scale.answers]
    for place, text in texts:
        if text is not None:
            yield f"{place}, text: found wording; allowed: none, the licence doesn't let it ship."


def _tiers(scale: s.Instrument) -> Iterator[str]:
    known = {item.item for item in scale.items}
    for tier in scale.tiers:
        if tier.item not in known:
            yield f"tiers: found item {tier.item!r}; allowed: one of {', '.join(sorted(known))}."
