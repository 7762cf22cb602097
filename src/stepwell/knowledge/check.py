"""Holds the files of a knowledge folder against each other; `load` only looks at each by itself."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from stepwell.knowledge import (
    check_definitions,
    check_drugs,
    check_facts,
    check_instruments,
    check_options,
    check_reasons,
    check_staging,
    codes,
)
from stepwell.knowledge.load import Knowledge, default_folder
from stepwell.knowledge.reading import Reader
from stepwell.knowledge.walk import citations, entries

# Words by which notes mark what was not read at a source.
UNVERIFIED = re.compile(r"NOT VERIFIED|\brecalled\b", re.IGNORECASE)


def check(folder: Path | None = None) -> list[str]:
    """Every fault of a knowledge folder, each a full sentence; none if it is sound.

    Files that can't be read by themselves are reported first and alone: what hangs on them would only
    repeat the same faults.

    Args:
        folder: A knowledge folder; the one that ships with Stepwell if not given.
    """
    reader = Reader(folder or default_folder())
    reader.read()
    if reader.faults or reader.release is None:
        return [*reader.faults, *_unverified(reader.folder)]
    knowledge = Knowledge(release=reader.release, places=reader.places, **cast(dict[str, Any], reader.entries))
    faults = [fault for rule in _RULES for fault in rule(knowledge)]
    return [*faults, *_unverified(reader.folder), *check_definitions.changed(reader.folder, knowledge)]


def _sources_exist(knowledge: Knowledge) -> Iterator[str]:
    known = {source.id for source in knowledge.sources}
    for entry in entries(knowledge):
        for citation in citations(entry.model):
            if citation.source not in known:
                field = f", {citation.field}" if citation.field else ""
                yield f"{entry.where}{field}: found source {citation.source!r}; allowed: an id of sources.toml."


def _sources_used(knowledge: Knowledge) -> Iterator[str]:
    used = {citation.source for entry in entries(knowledge) for citation in citations(entry.model)}
    for where, source in knowledge.placed("sources"):
        if source.id not in used:
            yield f"{where}: no value cites it; remove it, or cite it where it was used."


def _unverified(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.*")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
        for number, line in enumerate(lines, 1):
            found = UNVERIFIED.search(line)
            if found:
                place = path.relative_to(folder).as_posix()
                word = found[0].upper()
                yield f"{place}, line {number}: found {word!r}; what isn't verified doesn't ship: remove it."


_RULES: tuple[Callable[[Knowledge], Iterator[str]], ...] = (
    _sources_exist,
    _sources_used,
    check_drugs.faults,
    codes.faults,
    check_instruments.faults,
    check_definitions.faults,
    check_options.faults,
    check_reasons.faults,
    check_staging.faults,
    check_facts.faults,
)
