"""One person's review, from a path on disk to a `Review`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from stepwell.engines.duckdb import Engine
from stepwell.errors import ConfigError
from stepwell.knowledge.load import load
from stepwell.records.read import read
from stepwell.records.tables import Records
from stepwell.review import Review, assemble


def review_one(record: Path, as_of: date, person_id: str | None = None, definitions: Sequence[str] = ()) -> Review:
    """Reads a record and reviews one person of it.

    Args:
        record: FHIR or CSV, a file or a folder.
        as_of: The day of the review.
        person_id: Whose; needed where the record holds several people.
        definitions: Ids of the definitions to apply; all if empty.

    Raises:
        RecordError: The record can't be read.
        ConfigError: No such person or definition, or several people and none chosen.
    """
    knowledge = load()
    records = read(record, knowledge, person_id)
    chosen = _chosen(records, person_id)
    engine = Engine(knowledge, side_by_side=2)
    try:
        results = engine.run(records.tables, as_of)
    finally:
        engine.close()
    return assemble(results, records, knowledge, as_of, chosen, definitions)


def _chosen(records: Records, person_id: str | None) -> str:
    people: list[str] = records.tables["person"]["person_id"].to_pylist()
    if person_id is not None:
        if person_id not in people:
            raise ConfigError(
                "The record holds nobody with the id that --person gives. `stepwell people RECORD` lists the ids."
            )
        return person_id
    if len(people) != 1:
        raise ConfigError(
            f"The record holds {len(people)} people. Choose one with --person ID; "
            "`stepwell people RECORD` lists the ids."
        )
    return people[0]
