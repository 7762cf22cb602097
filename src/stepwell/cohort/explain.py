"""Why one person of a population is in or out of each count, and on which rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from stepwell.cohort.manifest import read
from stepwell.cohort.results import by_person
from stepwell.cohort.source import Opened, Reading, open_source
from stepwell.cohort.steps import COHORT, headline
from stepwell.cohort.steps import tables as cohort_tables
from stepwell.engines import duckdb
from stepwell.errors import ConfigError
from stepwell.knowledge.load import Knowledge
from stepwell.logic import MET, NOT_TESTED
from stepwell.records.tables import Records
from stepwell.report import text
from stepwell.review import SHOWN, Review, assemble

WANTED = ("person_step", "pseudo_resistance")
"""Tables of the cohort that tell of one person."""

COMPARED = ("verdict", "definition_result", "reason", "option_fit")
"""Tables of which the run has to have the same rows of the person."""

Row = Mapping[str, Any]
WORDS = {
    "met": "yes", "not met": "NO, leaves here", "unknown": "can't be told, leaves here",
    "not tested": "not asked, stays",
}  # fmt: skip
FURTHER = "(not asked any more)"


@dataclass(frozen=True)
class Explained:
    """One person, reviewed alone.

    Args:
        review: The review.
        steps: Rows of `person_step`.
        labels: Rows of `pseudo_resistance`.
        leading: The definition that leads.
        source_changed: Whether the source is no longer what the run read.
        differs: Tables of which the run has other rows of this person.
    """

    review: Review
    steps: list[Row]
    labels: list[Row]
    leading: str
    source_changed: bool
    differs: tuple[str, ...]


def explain(results: Path, person_id: str, knowledge: Knowledge, place: str | None = None) -> Explained:
    """One person of a run, read again from its source and reviewed alone.

    Args:
        results: The folder of the run.
        person_id: The person's id in the source.
        knowledge: What everything is drawn from.
        place: Where the source is now, if it has moved.

    Raises:
        ConfigError: No results are there, or the source holds no such person.
        RecordError: The source can't be read.
    """
    manifest = read(results)
    asked = manifest["parameters"]
    reading = Reading(tuple(asked["by"]), asked["infer"])
    opened = open_source(place or manifest["source"]["place"], knowledge, reading)
    try:
        return _explained(opened, manifest, results, person_id, knowledge)
    finally:
        opened.store.close()


def _explained(
    opened: Opened, manifest: Mapping[str, Any], results: Path, person_id: str, knowledge: Knowledge
) -> Explained:
    asked = manifest["parameters"]
    definitions, as_of = tuple(asked["definitions"]), date.fromisoformat(asked["as_of"])
    tables = opened.one(person_id)
    if not tables["person"].num_rows:
        raise ConfigError(f"The source holds nobody with the id {person_id}. Ids are those of its table of people.")
    engine = duckdb.Engine(knowledge, COHORT)
    for name, table in cohort_tables(knowledge, definitions).items():
        engine.store.hold(name, table)
    found = engine.run(tables, as_of, (*SHOWN, *WANTED))
    engine.close()
    records = Records(tables, source=opened.kind)
    return Explained(
        assemble(found, records, knowledge, as_of, person_id, definitions),
        found["person_step"].sort_by([("definition_id", "ascending"), ("order", "ascending")]).to_pylist(),
        found["pseudo_resistance"].to_pylist(),
        headline(knowledge, definitions),
        opened.fingerprint() != manifest["source"]["fingerprint"],
        tuple(name for name in COMPARED if _differs(found[name], by_person(results, name, [person_id]))),
    )


def _differs(alone: Any, kept: Any) -> bool:  # noqa: ANN401 -- PyArrow ships no types
    """Whether a run has other rows, in the columns that it keeps."""
    return _rows(alone.select(kept.column_names)) != _rows(kept)


def _rows(table: Any) -> list[str]:  # noqa: ANN401 -- as above
    return sorted(map(repr, table.to_pylist()))


def render(found: Explained, width: int) -> str:
    """In words: first the review's first screen, then why in or out, then the rows behind it."""
    whole = text.render(found.review, width)
    first = text.render(found.review, width, brief=True)
    told = "\n".join(_lines(found))
    return f"{first}\n{told}\n{whole.removeprefix(first)}"


def _lines(found: Explained) -> Iterator[str]:
    knowledge = found.review.knowledge
    title = {one.id: one.short for one in knowledge.definitions}
    yield from _warnings(found)
    yield f"In or out, by {title[found.leading]}"
    yield from _steps([row for row in found.steps if row["definition_id"] == found.leading], knowledge)
    yield ""
    yield "In or out, by each definition"
    for one in sorted(knowledge.definitions, key=lambda one: one.order):
        yield _in_short(one.short, [row for row in found.steps if row["definition_id"] == one.id], knowledge)
    if found.labels:
        yield ""
        yield "Counts as resistant by a rule for claims data. Really?"
    faults = {one.name: one for one in knowledge.faults}
    for row in found.labels:
        fault = faults.get(str(row["fault"]))
        why = f" {fault.title}: {fault.about}" if fault else ""
        yield f"  {title[str(row['definition_id'])]}: {row['class']}, by {title[found.leading]}.{why}"


def _warnings(found: Explained) -> Iterator[str]:
    if found.source_changed:
        yield "The source has changed since the run: this is the person as the source is now."
    if found.differs:
        yield f"The run has other rows of this person in: {', '.join(found.differs)}."
    if found.source_changed or found.differs:
        yield ""


def _steps(rows: list[Row], knowledge: Knowledge) -> Iterator[str]:
    titles = {one.id: one for one in knowledge.cohort_steps}
    for row in sorted(rows, key=lambda row: int(row["order"])):
        step = titles[str(row["step"])]
        said = WORDS[str(row["state"])] if row["reached"] else FURTHER
        why = f": {step.leaves}" if _leaves(row) else ""
        yield f"  {step.title:<50} {said}{why}"


def _leaves(row: Row) -> bool:
    """Whether a person leaves at a step."""
    return row["reached"] and row["state"] not in (MET, NOT_TESTED)


def _in_short(name: str, rows: list[Row], knowledge: Knowledge) -> str:
    """Where a person leaves by one definition, or that they are in."""
    titles = {one.id: one for one in knowledge.cohort_steps}
    left = [row for row in rows if _leaves(row)]
    if not left:
        return f"  {name:<35} in"
    step = titles[str(left[0]["step"])]
    said = "out" if left[0]["state"] == "not met" else "can't be told"
    return f"  {name:<35} {said}, at: {step.title}. {step.leaves}"
