"""One thing that the knowledge holds, in words: its values, where they are written, and who uses it."""

import difflib
from collections.abc import Iterator
from datetime import date

from stepwell.errors import KnowledgeError
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.walk import Entry, citations, entries

# Fields that hold the id of something else.
REFERENCES = frozenset(
    {
        "ingredient", "dose_table", "trap", "drug_set", "code_set", "instrument", "after", "antidepressants",
        "antipsychotics", "source", "synonyms_source",
    }
)  # fmt: skip


def show(knowledge: Knowledge, wanted: str) -> str:
    """All that stands under an id, as plain text.

    Args:
        knowledge: What is loaded.
        wanted: Any id: ingredient, instrument, definition, option, rule, code set, drug set, dose table,
            outcome, trap, source.

    Raises:
        KnowledgeError: Nothing has this id; names the ids nearest to it.
    """
    everything = list(entries(knowledge))
    own = [entry for entry in everything if entry.id == wanted]
    users = [entry for entry in everything if entry not in own and wanted in _references(entry.model)]
    if not own and not any(entry.kind == "drug set" for entry in users):
        raise KnowledgeError(_no_such(wanted, everything))
    blocks = [_block(entry) for entry in own] or [f"{wanted}: a drug set (drugs/drug_sets.csv)"]
    if users:
        blocks.append("\n".join([f"Used by {len(users)}:", *(f"  {_line(entry)}" for entry in users)]))
    blocks.append("\n".join(["Sources:", *(f"  {line}" for line in _sources(knowledge, own, users))]))
    return "\n\n".join(blocks)


def _no_such(wanted: str, everything: list[Entry]) -> str:
    ids = {entry.id for entry in everything if entry.id}
    ids |= {reference for entry in everything if entry.kind == "drug set" for reference in _references(entry.model)}
    near = difflib.get_close_matches(wanted, sorted(ids), n=5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See `drugs/`, `instruments/` and `definitions/` for ids."
    return f"Nothing in the knowledge has the id {wanted!r}. {hint}"


def _references(model: s.Model) -> set[str]:
    """Ids of other things that an entry names, at any depth."""
    found: set[str] = set()
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, s.Model):
                found |= _references(part)
            elif isinstance(part, str) and name in REFERENCES:
                found.update(part.split("|"))
    return found


def _block(entry: Entry) -> str:
    return "\n".join([f"{entry.id}: {_article(entry.kind)} ({entry.where})", *_lines(entry.model, "  ")])


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _lines(model: s.Model, indent: str) -> Iterator[str]:
    """Each field of a model on its line, inner models below; fields without a value are left out."""
    cited = {"source", "locus", "cite", "id"}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name in cited or value in (None, (), {}):
            continue
        if isinstance(value, s.Model):
            yield f"{indent}{name}:"
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, tuple) and isinstance(value[0], s.Model):
            for number, part in enumerate(value, 1):
                yield f"{indent}{name}[{number}]: {_short(part)}"
        elif isinstance(value, tuple) and all(isinstance(part, str) for part in value):
            yield from (f"{indent}{name}: {part}" for part in value)
        else:
            yield f"{indent}{name}: {_plain(value)}"
    yield from (f"{indent}from {source}" for source in _own_citations(model))


def _own_citations(model: s.Model) -> Iterator[str]:
    """What the model itself cites, not what is inside it."""
    for citation in citations(model):
        if citation.field in ("", "synonyms") or citation.field.startswith("cite["):
            about = "synonyms, " if citation.field == "synonyms" else ""
            yield f"{citation.source}: {about}{citation.locus}"


def _short(model: s.Model) -> str:
    """A model on one line, with its citations."""
    shown = []
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name in ("source", "locus", "cite") or value is None or value == () or value is False:
            continue
        shown.append(f"{name} {_plain(value)}")
    cited = "; ".join(f"{citation.source}: {citation.locus}" for citation in citations(model))
    return ", ".join(shown) + (f" [{cited}]" if cited else "")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
    if isinstance(value, tuple):
        return "(" + "; ".join(_short(part) if isinstance(part, s.Model) else _plain(part) for part in value) + ")"
    return str(value)


def _line(entry: Entry) -> str:
    """A user on one line: by name if it has one, else all it says."""
    if entry.id is not None:
        title = getattr(entry.model, "title", None) or getattr(entry.model, "label", "")
        return f"{entry.kind} {entry.id}: {title} ({entry.where})"
    return f"{entry.kind} ({entry.where}): {_short(entry.model)}"


def _sources(knowledge: Knowledge, own: list[Entry], users: list[Entry]) -> Iterator[str]:
    """The works cited by the entry and by the rows without an id that use it, in full."""
    shown = [*own, *(entry for entry in users if entry.id is None)]
    cited = {citation.source for entry in shown for citation in citations(entry.model)}
    for source in knowledge.sources:
        if source.id in cited or any(entry.model is source for entry in own):
            link = source.doi or source.url or (f"PMID {source.pmid}" if source.pmid else "")
            yield f"{source.id}: {source.citation} {link + ' ' if link else ''}(read: {source.read})"
