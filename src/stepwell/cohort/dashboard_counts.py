"""Published count tables, read cell by cell; what is hidden stays null, and nothing is worked out from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from stepwell.cohort.dashboard_words import say
from stepwell.cohort.steps import headline, rule
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge

Row = Mapping[str, Any]
Cells = dict[tuple[Any, ...], int | None]


@dataclass(frozen=True)
class Counts:
    """What a dashboard is made from.

    Args:
        tables: As `finish.published` gives them, by name; any may be missing.
        manifest: As `manifest.json` of the run.
        knowledge: What the run was drawn from.
    """

    tables: Mapping[str, pa.Table]
    manifest: Mapping[str, Any]
    knowledge: Knowledge

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of a table in their order; none if it isn't there."""
        return self.tables[name].to_pylist() if name in self.tables else []

    def cells(self, name: str, *columns: str, of: str = "people") -> Cells:
        """The counts of a table by the values of some columns."""
        return {tuple(row[column] for column in columns): row[of] for row in self.rows(name)}

    def any_inferred(self, name: str) -> bool:
        """Whether a table shows of any count how many people rest on inferred supply."""
        return any(row.get("inferred") is not None for row in self.rows(name))

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        """Rows of `people_count`."""
        return self.rows("people_count")

    @cached_property
    def everybody(self) -> int | None:
        """People who were reviewed, as it is shown."""
        return next((row["people"] for row in self.groups if row["split_by"] == "all"), None)

    @property
    def nobody(self) -> bool:
        """Whether the source holds no people at all."""
        return bool(self.manifest.get("people") == 0)

    @cached_property
    def nothing_shown(self) -> bool:
        """Whether every count of every table is hidden."""
        counted = (table["people"] for table in self.tables.values() if "people" in table.column_names)
        return all(column.null_count == len(column) for column in counted)

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Options of the run."""
        return dict(self.manifest.get("parameters", {}))

    @cached_property
    def least(self) -> int:
        """Smallest count that is shown."""
        return int(self.parameters.get("least_cell") or rule(self.knowledge, "least-cell"))

    @cached_property
    def definitions(self) -> tuple[s.Definition, ...]:
        """The definitions that were counted, in their order."""
        counted = {row["definition"] for row in self.rows("definition_count")}
        return tuple(
            sorted((one for one in self.knowledge.definitions if one.id in counted), key=lambda one: one.order)
        )

    @cached_property
    def leading(self) -> s.Definition:
        """The definition that everything is judged by."""
        chosen = headline(self.knowledge, tuple(self.parameters.get("definitions") or ()))
        return next(one for one in self.knowledge.definitions if one.id == chosen)

    def short(self, definition: str) -> str:
        """How a definition is called."""
        return next((one.short for one in self.knowledge.definitions if one.id == definition), definition)

    def hidden(self) -> str:
        """What an empty cell means."""
        return say("page.hidden", least=self.least)


def grouped(rows: list[dict[str, Any]], column: str) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Rows by the value of a column, in the order in which the values first stand."""
    parts: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(row[column], []).append(row)
    yield from parts.items()
