"""Holds outcomes and definitions against what they name, and accepted definitions against their hash."""

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import tomli

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.reading import ACCEPTED


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every name that a definition or an outcome uses and nothing declares, every rule that is incomplete."""
    yield from _outcomes(knowledge)
    for definition in knowledge.definitions:
        for sentence in (*_names(knowledge, definition), *_trial(definition.trial), *_count(definition.count)):
            yield f"definitions/{definition.id}.toml, {sentence}"
    for place, count in Counter(definition.order for definition in knowledge.definitions).items():
        if count > 1:
            yield f"definitions: order {place} stands in {count} files; allowed: a place of its own for each."


def _outcomes(knowledge: Knowledge) -> Iterator[str]:
    scales = {scale.id for scale in knowledge.instruments}
    ids = {outcome.id for outcome in knowledge.outcomes}
    headline = Counter((outcome.term, outcome.instrument) for outcome in knowledge.outcomes if outcome.default)
    for outcome in knowledge.outcomes:
        where = f"outcomes.toml, outcome {outcome.id}"
        if outcome.instrument is not None and outcome.instrument not in scales:
            yield f"{where}, instrument: found {outcome.instrument!r}; allowed: an id of instruments/."
        if outcome.after is not None and outcome.after not in ids:
            yield f"{where}, after: found {outcome.after!r}; allowed: an id of outcomes.toml."
        if (outcome.value_below is None) == (outcome.kind == "fall percent between"):
            yield f"{where}, value_below: stands with 'fall percent between', and only there."
        if outcome.default and headline[outcome.term, outcome.instrument] > 1:
            yield f"{where}, default: found true; allowed: one for {outcome.term!r} on the same scale."


def _names(knowledge: Knowledge, definition: s.Definition) -> Iterator[str]:
    tables = {table.id for table in knowledge.dose_tables}
    code_sets = {code_set.id for code_set in knowledge.code_sets}
    drug_sets = {row.drug_set for row in knowledge.drug_sets}
    if definition.trial.dose_table is not None and definition.trial.dose_table not in tables:
        yield f"trial.dose_table: found {definition.trial.dose_table!r}; allowed: {_list(tables)}."
    for field in ("antidepressants", "antipsychotics"):
        found = getattr(definition.count, field)
        if found is not None and found not in drug_sets:
            yield f"count.{field}: found {found!r}; allowed: a set of drugs/drug_sets*.csv{_near(found, drug_sets)}."
    for field in ("requires", "exclusions"):
        for number, row in enumerate(getattr(definition, field), 1):
            if row.code_set not in code_sets:
                allowed = f"an id of codes/code_sets*.toml{_near(row.code_set, code_sets)}"
                yield f"{field}[{number}].code_set: found {row.code_set!r}; allowed: {allowed}."


def _near(found: str, allowed: set[str]) -> str:
    """The names most like the one found, where there are any."""
    names = difflib.get_close_matches(found, sorted(allowed), n=3)
    return f", for example {' or '.join(names)}" if names else ""


def _trial(trial: s.TrialRule) -> Iterator[str]:
    if (trial.failure_percent is None) == (trial.failure == "improvement below"):
        yield "trial.failure_percent: stands with failure 'improvement below', and only there."
    if trial.least_days_at == "minimum dose" and (trial.dose_table is None or trial.least_days is None):
        yield "trial.least_days_at: found 'minimum dose'; allowed: only with dose_table and least_days."


NEEDED = {
    "failed trials": (), "points": ("points",), "switches": ("most_gap_days", "new_episode_gap_days"),
    "drugs in window": ("window_days", "branches", "antidepressants", "antipsychotics"),
}  # fmt: skip


def _count(count: s.CountRule) -> Iterator[str]:
    for field in NEEDED[count.kind]:
        if not getattr(count, field):
            yield f"count.{field} is missing; kind {count.kind!r} needs it."


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))


def digest(path: Path) -> str:
    """SHA-256 of a definition file, the same whatever the line ends."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def changed(folder: Path, knowledge: Knowledge) -> Iterator[str]:
    """Every accepted definition that is gone or no longer what was accepted, every reviewed one not accepted."""
    path = folder / ACCEPTED
    try:
        accepted = tomli.loads(path.read_text(encoding="utf-8")).get("accepted", {})
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        yield f"{ACCEPTED}: can't be read ({type(error).__name__}); allowed: [accepted] with ID = SHA-256 of the file."
        return
    for name, stored in accepted.items():
        file = folder / "definitions" / f"{name}.toml"
        if not file.is_file():
            yield f"definitions/{name}.toml: accepted and gone; put it back, an accepted id is never dropped."
        elif digest(file) != stored:
            yield (
                f"definitions/{name}.toml: changed after it was accepted; accepted definitions never change: "
                "put it back and make a new id."
            )
    for definition in knowledge.definitions:
        if definition.status == "reviewed" and definition.id not in accepted:
            file = folder / "definitions" / f"{definition.id}.toml"
            line = f'{definition.id} = "{digest(file)}"'
            yield f"definitions/{definition.id}.toml: reviewed and not accepted; add {line} to {ACCEPTED}."
