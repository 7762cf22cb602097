"""The course of the symptoms, scale by scale."""

from dataclasses import dataclass
from datetime import date

from stepwell.knowledge import schema as s
from stepwell.report.figures import amount, fall, number, when
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.wording import one_day, points, score_source

SUICIDE_ITEM = {
    "positive": "{value}",
    "zero": "0",
    "missing": "no answer that could be read",
    "not recorded": "not recorded",
    "not asked": "not asked",
}


@dataclass(frozen=True)
class Point:
    """One score: when, how much, and what it means on its scale."""

    score_id: str
    evidence_id: str
    earliest: date
    latest: date
    when: str
    value: float | None
    total: str
    band: str
    change: str
    suicide_item: str
    suicide_positive: bool
    source: str
    met: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """One rating scale with its bands and its scores, in time."""

    instrument: str
    title: str
    short: str
    minimum: float
    maximum: float
    bands: tuple[s.Band, ...]
    band_reference: tuple[Reference, ...]
    points: tuple[Point, ...]
    measures: str
    summary: str


def scales(lookup: Lookup, citations: Citations) -> tuple[Scale, ...]:
    """Every scale that has a dated score: depression first, then in the order that scales are preferred."""
    names = {row["instrument"] for row in lookup.rows("trajectory")}
    known = [item for item in lookup.knowledge.instruments if item.id in names]
    known.sort(key=lambda item: (item.measures != "depression", 999 if item.preference is None else item.preference))
    return tuple(_scale(lookup, citations, item) for item in known)


def _scale(lookup: Lookup, citations: Citations, instrument: s.Instrument) -> Scale:
    rows = [row for row in lookup.rows("trajectory") if row["instrument"] == instrument.id]
    values = [row["value"] for row in rows if row["value"] is not None]
    chosen = next((bands for bands in instrument.band_sets if bands.default), None)
    return Scale(
        instrument=instrument.id,
        title=instrument.title,
        short=lookup.short_scale(instrument.id),
        minimum=min(values, default=0.0) if instrument.minimum is None else instrument.minimum,
        maximum=max(values, default=1.0) if instrument.maximum is None else instrument.maximum,
        bands=chosen.bands if chosen else (),
        band_reference=citations.refer(chosen.cite) if chosen else (),
        points=tuple(_point(lookup, row) for row in rows),
        measures=instrument.measures,
        summary=_summary(lookup, rows),
    )


def _point(lookup: Lookup, row: Row) -> Point:
    outcomes = lookup.score_outcomes.get(row["score_id"], [])
    value = row["suicide_value"]
    item = SUICIDE_ITEM[row["suicide_state"]].format(value="" if value is None else number(value))
    return Point(
        score_id=row["score_id"],
        evidence_id=row["evidence_id"] or row["score_id"],
        earliest=row["date_earliest"],
        latest=row["date_latest"],
        when=when(*interval(row, "date")),
        value=row["value"],
        total="not known" if row["value"] is None else number(row["value"]),
        band=row["band"] or "",
        change=_since_baseline(row),
        suicide_item=item,
        suicide_positive=row["suicide_state"] == "positive",
        source=score_source(row),
        met=tuple(
            lookup.outcome_titles[outcome["outcome_id"]].title for outcome in outcomes if outcome["result"] == "met"
        ),
    )


def _since_baseline(row: Row) -> str:
    """The change since the first score of the episode; nothing on that score itself."""
    if row["change"] is None or row["baseline_date"] == row["date_earliest"]:
        return ""
    percent = row["change_percent"]
    return points(row["change"]) + (f" ({fall(-percent)})" if percent is not None and row["change"] else "")


def _summary(lookup: Lookup, rows: list[Row]) -> str:
    """The newest known score of a scale as a sentence: level, change, trend."""
    known = [row for row in rows if row["value"] is not None]
    if all(row["basis"] == "not scored" for row in rows):
        return f"{lookup.short_scale(rows[0]['instrument'])} on {when(*interval(rows[-1], 'date'))}: no total to it."
    if not known:
        return f"{lookup.short_scale(rows[0]['instrument'])}: no total is known."
    last = known[-1]
    level = f"{lookup.short_scale(last['instrument'])} {number(last['value'])}"
    band = f" ({last['band']})" if last["band"] else ""
    return f"{level}{band} on {when(*interval(last, 'date'))}{_trend(last, known)}."


def _trend(last: Row, known: list[Row]) -> str:
    if len(known) == 1:
        return ", the only known score"
    parts = []
    since = _since_baseline(last)
    if since:
        baseline = one_day(last["baseline_date"])
        parts.append(f"{since} since {amount(last['baseline_value'], last['baseline_value'])} on {baseline}")
    if since and known[-2]["date_latest"] == last["baseline_date"]:
        return ", " + parts[0]
    step = last["value"] - known[-2]["value"]
    parts.append(f"{points(step)} since the score before")
    return ", " + "; ".join(parts)
