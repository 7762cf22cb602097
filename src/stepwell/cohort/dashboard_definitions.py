"""Definitions side by side: how many each calls resistant, how they overlap, what moves the count."""

from collections.abc import Iterator
from typing import Any

from stepwell.cohort.dashboard_counts import Counts, grouped
from stepwell.cohort.dashboard_parts import Bar, Bars, Cards, Heading, Section, Segment, Sheet, Text
from stepwell.cohort.dashboard_words import part_of, say, shown
from stepwell.cohort.draft import OTHER
from stepwell.cohort.drafts_definitions import ALL_OF, AND, AS_SHIPPED, EXACTLY, NONE, RESULTS
from stepwell.logic import MET, NOT_MET, UNKNOWN

KINDS = {MET: "yes", UNKNOWN: "unknown", NOT_MET: "no"}
MOST_SETS = 20
"""Sets of definitions drawn; the table has all."""


def definitions(counts: Counts) -> Section:
    """How many people each definition calls resistant, and how the definitions overlap."""
    title, short = say("definitions.title"), say("definitions.short")
    if not counts.definitions:
        return Section("definitions", title, short, "", (Text(say("page.not_counted")),))
    pieces = (Text(say("definitions.lead")), *_silent(counts), _side_by_side(counts), _results(counts),
              *_overlap(counts), *_variants(counts))  # fmt: skip
    return Section("definitions", title, short, _finding(counts), pieces)


def _silent(counts: Counts) -> Iterator[Text]:
    """How many records name no antidepressant: these are left open, and seen as if something were missing."""
    people = counts.cells("attrition", "definition", "step", "way").get((counts.leading.id, "antidepressant", "leave"))
    if people is not None:
        yield Text(say("definitions.silent", people=people))


def _side_by_side(counts: Counts) -> Bars:
    cells = counts.cells("definition_count", "definition", "result")
    bars = tuple(
        Bar(f"{number}. {one.short}",
            tuple(Segment(kind, cells.get((one.id, result)), say(f"definitions.result.{kind}"))
                  for result, kind in KINDS.items()),
            say("definitions.met", people=cells.get((one.id, MET))), counts.everybody,
            "" if one.verified else say("definitions.unread"))
        for number, one in enumerate(counts.definitions, 1)
    )  # fmt: skip
    said = "; ".join(f"{one.short}: {shown(cells.get((one.id, MET)))}" for one in counts.definitions)
    legend = tuple((kind, say(f"definitions.result.{kind}")) for kind in KINDS.values())
    return Bars("definitions-met", say("definitions.picture"), f"{said}.", bars, legend)


def _results(counts: Counts) -> Sheet:
    cells = counts.cells("definition_count", "definition", "result")
    columns = list(say("definitions.columns").split("|"))
    inferred = counts.cells("definition_count", "definition", "result", of="inferred")
    beside = counts.any_inferred("definition_count")
    body = tuple(
        (f"{number}. {one.title}", *(cells.get((one.id, result)) for result in RESULTS),
         *((inferred.get((one.id, MET)),) if beside else ()), "; ".join(one.does_not_test))
        for number, one in enumerate(counts.definitions, 1)
    )  # fmt: skip
    heads = (*columns[:-1], *((say("definitions.inferred"),) if beside else ()), columns[-1])
    return Sheet(say("definitions.caption"), heads, body)


def _finding(counts: Counts) -> str:
    """From the definition that fewest meet to the one that most meet, of those that are shown."""
    cells = counts.cells("definition_count", "definition", "result")
    met = sorted((people, one.short) for one in counts.definitions if (people := cells.get((one.id, MET))) is not None)
    if len(met) < 2 or counts.everybody is None:  # noqa: PLR2004 -- two make a range
        return ""
    (low, least), (high, most) = met[0], met[-1]
    return say("definitions.finding", low=low, least=least, high=high, most=most, people=counts.everybody)


# --- overlap -------------------------------------------------------------------------------------------


def _overlap(counts: Counts) -> tuple[object, ...]:
    sets = [row for row in counts.rows("definition_overlap") if row["kind"] == EXACTLY]
    if not sets:
        return ()
    none = next((row["people"] for row in sets if row["definitions"] == NONE), None)
    named = [row for row in sets if row["definitions"] not in {NONE, OTHER}]
    shown_sets = sorted((row for row in named if row["people"] is not None), key=lambda row: -row["people"])
    others = [row for row in sets if row["definitions"] == OTHER]
    words = Text(say("definitions.none", people=none)) if none is not None else Text(say("definitions.none_hidden"))
    pictures = (_upset(counts, [*shown_sets[:MOST_SETS], *others]),) if shown_sets else ()
    return Heading(say("definitions.overlap")), words, *pictures, _sets(counts, sets), _pairs(counts)


def _upset(counts: Counts, sets: list[dict[str, Any]]) -> Bars:
    names = [one.id for one in counts.definitions]
    heads = tuple(str(number) for number, _ in enumerate(names, 1))
    bars = []
    for row in sets:
        members = () if row["definitions"] == OTHER else tuple(row["definitions"].split(AND))
        label = _members(counts, row["definitions"])
        bars.append(Bar(label, (Segment("yes", row["people"], label),), shown(row["people"]),
                        dots=tuple(name in members for name in names) if members else ()))  # fmt: skip
    said = "; ".join(f"{bar.label}: {bar.value}" for bar in bars[:5])
    return Bars("definitions-sets", say("definitions.upset"), f"{said}. {say('page.below')}", tuple(bars), heads=heads,
                numbers=False)  # fmt: skip


def _members(counts: Counts, ids: str) -> str:
    if ids in {OTHER, NONE}:
        return say(f"definitions.set_{ids}")
    names = [counts.short(name) for name in ids.split(AND)]
    return say("definitions.only", name=names[0]) if len(names) == 1 else " + ".join(names)


def _sets(counts: Counts, sets: list[dict[str, Any]]) -> Sheet:
    body = tuple((_members(counts, row["definitions"]), row["people"]) for row in sets)
    return Sheet(say("definitions.sets_caption"), tuple(say("definitions.sets_columns").split("|")), body,
                 say("definitions.sets_folded"))  # fmt: skip


def _pairs(counts: Counts) -> Sheet:
    rows = [row for row in counts.rows("definition_overlap") if row["kind"] == ALL_OF]
    both = {tuple(row["definitions"].split(AND)): row["people"] for row in rows}
    alone = counts.cells("definition_count", "definition", "result")
    ids = [one.id for one in counts.definitions]
    body = tuple(
        (f"{number}. {counts.short(one)}",
         *(alone.get((one, MET)) if one == two else both.get((one, two), both.get((two, one))) for two in ids))
        for number, one in enumerate(ids, 1)
    )  # fmt: skip
    heads = (say("definitions.pairs_column"), *(str(number) for number, _ in enumerate(ids, 1)))
    return Sheet(say("definitions.pairs_caption"), heads, body, say("definitions.pairs_folded"))


# --- what moves the count ------------------------------------------------------------------------------


def _variants(counts: Counts) -> tuple[object, ...]:
    rows = [row for row in counts.rows("variant_count") if row["result"] == MET]
    if not rows:
        return ()
    found = {definition: own for definition, own in grouped(rows, "definition") if _moves(own)}
    cards = [_varied(counts, definition, own) for definition, own in found.items()]
    titles = {row["variant"]: row["title"] for row in rows}
    cells = counts.cells("variant_count", "variant", "definition", "result")
    body = tuple((titles[name], *(cells.get((name, one.id, MET)) for one in counts.definitions)) for name in titles)
    heads = (say("definitions.varied_column"), *(one.short for one in counts.definitions))
    sheet = Sheet(say("definitions.varied_caption"), heads, body, say("page.as_table"))
    words = [Text(say("definitions.varied_lead" if cards else "definitions.varied_none"))]
    if (sample := counts.parameters.get("sample_people")) is not None:
        words.append(Text(say("definitions.sampled", sample=sample), "small"))
    return Heading(say("definitions.varied")), *words, *((Cards(tuple(cards)),) if cards else ()), sheet


def _moves(rows: list[dict[str, Any]]) -> bool:
    """Whether any variant shows another count than the definition as it is."""
    return len({row["people"] for row in rows if row["people"] is not None}) > 1


def _varied(counts: Counts, definition: str, rows: list[dict[str, Any]]) -> Bars:
    as_it_is = next((row["people"] for row in rows if row["variant"] == AS_SHIPPED), None)
    bars = tuple(
        Bar(row["title"], (Segment("yes" if row["variant"] == AS_SHIPPED else "perhaps", row["people"], row["title"]),),
            part_of(row["people"], None))
        for row in rows if row["variant"] == AS_SHIPPED or row["people"] != as_it_is
    )  # fmt: skip
    said = "; ".join(f"{bar.label}: {bar.value}" for bar in bars)
    return Bars(f"varied-{definition}", counts.short(definition), f"{said}.", bars, numbers=False)
