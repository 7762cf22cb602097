"""The head of the page and its end: whose data these are, what leads, what an empty cell means; files and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from stepwell.cohort.dashboard_counts import Counts, grouped
from stepwell.cohort.dashboard_parts import Bar, Bars, Cards, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import named, part_of, say, shown
from stepwell.cohort.logic import UNKNOWN_GROUP
from stepwell.cohort.write import dictionary
from stepwell.knowledge import schema as s
from stepwell.report.figures import day
from stepwell.report.view.citations import OWN_CHOICE
from stepwell.report.wording import NOT_A_DIAGNOSIS

MADE_UP = "synthetic"


@dataclass(frozen=True)
class Head:
    """What stands above the first section.

    Args:
        title: Heading of the page.
        meta: Source and day.
        made_up: That the people don't exist; empty where nothing says so.
        lead: How many people, and what leads.
        facts: What the numbers say, in a few lines.
        safety: Title and paragraphs of the box about answers on death or self-harm.
    """

    title: str
    meta: str
    made_up: str
    lead: str
    facts: tuple[str, ...]
    safety_title: str
    safety: tuple[str, ...]


def head(counts: Counts, findings: tuple[str, ...]) -> Head:
    """The head; `findings`: of the sections, those that lead."""
    title, *more = _safety(counts)
    notes = (
        say("head.leading", definition=counts.leading.short, title=counts.leading.title),
        say("head.counts", least=counts.least),
    )
    return Head(
        say("head.title"), _meta(counts), say("head.made_up") if _made_up(counts.manifest) else "",
        _lead(counts), (*filter(None, findings), *notes), title, tuple(more),
    )  # fmt: skip


def _meta(counts: Counts) -> str:
    source = counts.manifest.get("source", {})
    return say("head.meta", kind=source.get("kind") or say("head.no_kind"), place=source.get("place") or "",
               as_of=_day(counts.parameters.get("as_of")))  # fmt: skip


def _day(written: str | None) -> str:
    return day(date.fromisoformat(written)) if written else say("head.no_day")


def _made_up(manifest: Mapping[str, Any]) -> bool:
    """Whether the source says of itself that its people are made up."""
    return any(MADE_UP in str(value).lower() for value in dict(manifest.get("source", {})).values())


def _lead(counts: Counts) -> str:
    if counts.nobody:
        return say("head.nobody")
    if counts.nothing_shown:
        return say("head.nothing", least=counts.least)
    if counts.everybody is None:
        return say("head.too_few", least=counts.least)
    return say("head.people", people=counts.everybody)


def _safety(counts: Counts) -> tuple[str, ...]:
    """Title, then paragraphs."""
    cells = counts.cells("safety_count", "place", "newest")
    newest, ever = cells.get(("any", "yes")), cells.get(("any", "any"))
    if not cells or counts.nobody:
        return say("safety.title_hidden"), say("safety.not_counted"), say("safety.silent")
    if newest is None:
        return say("safety.title_hidden"), say("safety.hidden", least=counts.least), say("safety.silent")
    of_all = [say("safety.of_all", ever=ever)] if ever is not None else []
    return say("safety.title", people=newest), say("safety.what"), *of_all, say("safety.do"), say("safety.silent")


def who(counts: Counts) -> Section:
    """Whom the page counts, by each column that options are counted by."""
    splits = [(split, rows) for split, rows in grouped(counts.groups, "split_by") if split != "all"]
    pictures = tuple(_split(counts, split, rows) for split, rows in splits)
    sheet = Sheet(say("who.caption"), tuple(say("who.columns").split("|")),
                  tuple((named("who.split", row["split_by"]), row["group"], row["people"]) for row in counts.groups),
                  say("page.as_table"))  # fmt: skip
    return Section("who", say("who.title"), say("who.short"), "",
                   (Text(say("who.lead")), Cards(pictures), sheet) if pictures else (Text(_lead(counts)),))  # fmt: skip


def _split(counts: Counts, split: str, rows: list[dict[str, Any]]) -> Bars:
    bars = tuple(
        Bar(str(row["group"]), (Segment("unknown" if row["group"] == UNKNOWN_GROUP else "yes", row["people"],
                                        str(row["group"])),),
            part_of(row["people"], counts.everybody))
        for row in rows
    )  # fmt: skip
    said = "; ".join(f"{row['group']} {shown(row['people'])}" for row in rows)
    title = say("who.by", split=named("who.split", split))
    return Bars(f"who-{_slug(split)}", title, f"{said}.", bars, numbers=False)


def _slug(words: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in words.lower())


def method(counts: Counts) -> Section:
    """How it was made, from what, and where every number stands."""
    rules = tuple(
        (rule.title, shown(rule.value).removesuffix(".0"), rule.why) for rule in counts.knowledge.cohort_rules
    )
    files = tuple((f"{name}.csv", table.num_rows, _about(name)) for name, table in counts.tables.items())
    pieces = (
        Text(NOT_A_DIAGNOSIS),
        *(Text(say(f"method.{name}", least=counts.least)) for name in ("counts", "unknown", "claims", "names")),
        Sheet(say("method.rules"), tuple(say("method.rules_columns").split("|")), rules, say("method.rules_folded")),
        Sheet(say("method.files"), tuple(say("method.files_columns").split("|")), files, say("method.files_folded")),
        Sheet(say("method.facts"), tuple(say("method.facts_columns").split("|")), _facts(counts),
              say("method.facts_folded")),
        Sheet(say("method.sources"), tuple(say("method.sources_columns").split("|")), _sources(counts),
              say("method.sources_folded")),
        Text(say("method.licence")),
    )  # fmt: skip
    return Section("method", say("method.title"), say("method.short"), "", pieces)


def _about(name: str) -> str:
    """The columns of a file, as the data dictionary names them."""
    return ", ".join(one.column for one in dictionary() if one.table == name)


def _facts(counts: Counts) -> tuple[tuple[str, str], ...]:
    """Every value of the manifest with its place in it; numbers of people only as they are shown."""
    return tuple(
        (name, value) for name, value in _flat(counts.manifest) if name != "people" and not name.startswith("results")
    )


def _flat(value: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for name, one in value.items():
        if isinstance(one, Mapping):
            out += _flat(one, f"{before}{name}, ")
        else:
            words = ", ".join(map(str, one)) if isinstance(one, list | tuple) else shown(one)
            out.append((f"{before}{name}", words or say("method.empty")))
    return out


def _sources(counts: Counts) -> tuple[tuple[str, str, str], ...]:
    """The works behind the definitions and the staging methods that are counted."""
    used: list[s.Definition | s.StagingMethod] = [*counts.definitions, *counts.knowledge.staging]
    ids = dict.fromkeys(cite.source for one in used for cite in one.cite)
    names = {ident: _users(ident, used) for ident in ids}
    works = {work.id: work for work in counts.knowledge.sources}
    return tuple(
        (works[ident].citation, f"https://doi.org/{works[ident].doi}" if works[ident].doi else works[ident].url or "",
         names[ident])
        for ident in ids if ident in works and ident != OWN_CHOICE
    )  # fmt: skip


def _users(source: str, used: Sequence[s.Definition | s.StagingMethod]) -> str:
    """What rests on a source, by short names."""
    return "; ".join(one.short for one in used if any(cite.source == source for cite in one.cite))
