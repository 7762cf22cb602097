"""What to ask next, and what each answer bears on."""

from collections import defaultdict
from dataclasses import dataclass

from stepwell.report.figures import count, when
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.facts import Facts
from stepwell.report.words import words


@dataclass(frozen=True)
class QuestionView:
    """One question.

    Args:
        words: As it is asked.
        ask: Of whom: `person` or `clinician`.
        bears_on: How much an answer may change, in words.
        names: What that is, by kind.
        plain: What isn't known, as a noun phrase; empty for a question about a trial.
    """

    id: str
    about: str
    words: str
    ask: str
    bears_on: str
    names: tuple[tuple[str, tuple[str, ...]], ...]
    plain: str


def questions(lookup: Lookup, facts: Facts) -> tuple[QuestionView, ...]:
    """All that are worth asking, the one whose answer bears on most first."""
    bearing: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for row in lookup.rows("bearing"):
        bearing[row["question"], row["about"]].append(row)
    titles = _titles(lookup)
    return tuple(
        _question(lookup, facts, row, bearing[row["question"], row["about"]], titles) for row in lookup.rows("question")
    )


def _titles(lookup: Lookup) -> dict[tuple[str, str], str]:
    knowledge = lookup.knowledge
    return (
        {("option", item.id): item.title for item in knowledge.options}
        | {("reason", item.id): item.title for item in knowledge.reasons}
        | {("order", item.id): item.title for item in knowledge.options}
        | {("safety", item.id): item.title for item in knowledge.facts}
        | {("stage", item.id): item.short for item in knowledge.staging}
        | {("definition", item.id): item.short for item in knowledge.definitions}
    )


def _question(
    lookup: Lookup, facts: Facts, row: Row, bearing: list[Row], titles: dict[tuple[str, str], str]
) -> QuestionView:
    kinds = {name: [item["on"] for item in bearing if item["bears_on"] == name] for name in words()["bears_on"]}
    names = tuple(
        (words()["bears_on"][kind][1], tuple(titles.get((kind, name), name) for name in found))
        for kind, found in kinds.items() if found
    )  # fmt: skip
    return QuestionView(
        id=row["question"], about=row["about"] or "", words=_words(lookup, facts, row), ask=row["ask"],
        bears_on=", ".join(count(len(found), *words()["bears_on"][kind]) for kind, found in kinds.items() if found),
        names=names, plain="" if row["about"] else facts[row["question"]].plain,
    )  # fmt: skip


def _words(lookup: Lookup, facts: Facts, row: Row) -> str:
    if row["about"]:
        order = lookup.relations[row["about"]]["order"]
        template = str(words()["trial_question"][row["question"]])
        return template.format(drug=lookup.trial_drug(row["about"]), trial=order)
    fact = facts[row["question"]]
    return f"{fact.question or f'Is this known: {fact.title}?'}{_before(lookup, row)}"


def _before(lookup: Lookup, row: Row) -> str:
    """What was answered before, where that is too old to count or doesn't settle it."""
    rows = lookup.fact_evidence.get(row["question"], [])
    found = next((one for one in rows if one["kind"] == "answer" and one["says"] in ("old", "unproven")), None)
    if found is None:
        return ""
    said = found["text"] if found["says"] == "old" else "no"
    day = f" on {when(*interval(found, 'date'))}" if found["date_latest"] else ""
    return f" (Answered before: {said}{day}.)"
