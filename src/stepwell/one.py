"""One person's review, from a path on disk to a `Review`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow.compute as pc

from stepwell.engines.sqlite import for_one_person
from stepwell.errors import ConfigError
from stepwell.knowledge.load import load
from stepwell.records.answers import Answer, read_answers, with_answers, with_misplaced
from stepwell.records.asked import Questions
from stepwell.records.read import read
from stepwell.records.tables import Records
from stepwell.review import Review, assemble


@dataclass(frozen=True)
class Answers:
    """Where answers to questions come from, beside the record itself.

    Args:
        options: As `--answer` takes them.
        file: CSV or JSON.
    """

    options: Sequence[str] = ()
    file: Path | None = None


class Reviewer:
    """Holds one person's record and an open engine, so that each further review is fast.

    Args:
        record: FHIR or CSV, a file or a folder.
        as_of: The day of the reviews.
        person_id: Whose; needed where the record holds several people.
        definitions: Ids of the definitions to apply; all if empty.

    Raises:
        RecordError: The record can't be read.
        ConfigError: No such person, or several people and none chosen.
    """

    def __init__(
        self, record: Path, as_of: date, person_id: str | None = None, definitions: Sequence[str] = ()
    ) -> None:
        self.knowledge = load()
        self.as_of = as_of
        self.questions = Questions(self.knowledge)
        self._records = read(record, self.knowledge, person_id)
        self.person_id = _chosen(self._records, person_id)
        self._definitions = definitions
        self._engine = for_one_person(self.knowledge)

    def __enter__(self) -> Self:
        """Itself; the engine is open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Closes the engine."""
        self._engine.close()

    def read(self, answers: Answers) -> list[Answer]:
        """Answers that can be used.

        Raises:
            RecordError: With every fault of all of them.
        """
        return read_answers(self.questions, self.as_of, answers.file, answers.options)

    def review(self, answers: Sequence[Answer] = ()) -> Review:
        """The review of the record with these answers.

        Raises:
            ConfigError: No such definition.
        """
        records = with_answers(self._records, self.person_id, answers)
        results = self._engine.run(records.tables, self.as_of)
        trials = results["attempt"].filter(pc.equal(results["attempt"]["person_id"], self.person_id))
        records = with_misplaced(records, self.person_id, trials["trial_id"].to_pylist())
        return assemble(results, records, self.knowledge, self.as_of, self.person_id, self._definitions)


def review_one(
    record: Path,
    as_of: date,
    person_id: str | None = None,
    definitions: Sequence[str] = (),
    answers: Answers | None = None,
) -> Review:
    """Reads a record and reviews one person of it.

    Args:
        record: FHIR or CSV, a file or a folder.
        as_of: The day of the review.
        person_id: Whose; needed where the record holds several people.
        definitions: Ids of the definitions to apply; all if empty.
        answers: Answers that don't stand in the record; none if not given.

    Raises:
        RecordError: The record or the answers can't be read.
        ConfigError: No such person or definition, or several people and none chosen.
    """
    with Reviewer(record, as_of, person_id, definitions) as reviewer:
        return reviewer.review(reviewer.read(answers or Answers()))


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
