"""Medicines that are taken above the highest dose for an age: said before every other reason."""

import re
from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report.figures import amount, capital
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.words import words


@dataclass(frozen=True)
class LimitView:
    """One medicine above its limits.

    Args:
        words: For a clinician.
        plain: For the person: what to do, and what not to.
        rows: The rows of the record.
        where: The last of them, and where the others stand.
    """

    words: str
    plain: str
    rows: tuple[str, ...]
    where: str
    references: tuple[Reference, ...]


def limits(lookup: Lookup, citations: Citations) -> tuple[LimitView, ...]:
    """Each medicine once, with every limit that its dose is above; those that surely are come first."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(lookup.rows("dose_above_limit"), key=lambda row: not row["sure"]):
        groups.setdefault(row["trial_id"], []).append(row)
    return tuple(_limit(lookup, citations, trial, rows) for trial, rows in groups.items())


def _limit(lookup: Lookup, citations: Citations, trial: str, rows: list[Row]) -> LimitView:
    said, row = words()["limit"], rows[0]
    how = "sure" if row["sure"] else "perhaps"
    drug = lookup.drug(row["ingredient"])
    each = "; ".join(
        said["each"].format(
            highest=amount(one["highest"], one["highest"], one["unit"]), age=one["over_age"], region=one["region"]
        )
        for one in rows
    )
    taken = amount(row["dose_low"], row["dose_high"], row["unit"])
    evidence = (one["evidence_id"] for one in lookup.evidence.get(trial, []) if one["bears_on"] == "supply")
    found = tuple(sorted(dict.fromkeys(evidence), key=_place))
    return LimitView(
        words=f"{capital(said[how].format(drug=drug, dose=taken))}; {each}. {said['look']}",
        plain=words()["person"]["limit"][how].format(drug=drug.lower()),
        rows=found,
        where=_where(found, lookup.relations[trial]["order"]),
        references=citations.refer(_cites(lookup, rows)),
    )


def _where(rows: tuple[str, ...], order: int) -> str:
    more = f" and {len(rows) - 1} more" if rows[1:] else ""
    return f"{rows[-1]}{more}, under trial {order}" if rows else f"under trial {order}"


def _place(row: str) -> list[tuple[int, str]]:
    """Row 9 before row 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", row)]


def _cites(lookup: Lookup, rows: list[Row]) -> list[s.Cite]:
    asked = {(row["ingredient"], row["over_age"], row["region"]) for row in rows}
    return [
        s.Cite(source=one.source, locus=one.locus)
        for one in lookup.knowledge.dose_limits
        if (one.ingredient, one.over_age, one.region) in asked
    ]
