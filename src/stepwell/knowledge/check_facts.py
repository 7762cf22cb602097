"""Whether facts, and all that names them, fit together."""

import re
from collections.abc import Iterable, Iterator, Mapping

from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge

ENCOUNTERS = ("ambulatory", "emergency", "inpatient", "virtual", "other")
CRITERIA = ("dose", "duration", "adherence")
VERDICTS = (
    "worked", "failed", "partly-worked", "too-low", "too-short", "not-taken", "not-tolerated", "still-running",
    "cannot-tell",
)  # fmt: skip
INTERACTIONS = (
    "lowers-level", "lowers-effect", "raises-level", "serotonin", "washout", "qt", "bleeding", "contraindicated",
    "gene-change", "gene-level-low", "gene-level-high",
)  # fmt: skip
REGIMENS = ("at-highest-dose", "two-antidepressants")
PERSON = ("age", "male", "female")
COMPARED = frozenset({"score", "item", "episode"})
# Words that a person should not need.
JARGON = re.compile(r"\b(contraindicat|adheren|comorbid|aetiolog|patholog|titrat|prophyla)", re.IGNORECASE)


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault of the facts, and every name of a fact that isn't one."""
    places = {fact.id: where for where, fact in knowledge.placed("facts")}
    allowed = _allowed(knowledge)
    for fact in knowledge.facts:
        where = places[fact.id]
        yield from _links(fact, where, knowledge)
        if fact.silence == "absent" and not fact.silence_reason:
            yield f"{where}, silence: 'absent' stands without silence_reason; say why silence is enough."
        if fact.ask == "person" and JARGON.search(f"{fact.question} {fact.hint or ''} {fact.plain}"):
            yield f"{where}, question: a word that many people don't know; put it in plain words."
        for number, sign in enumerate(fact.signs, 1):
            yield from _sign(sign, f"{where}, signs[{number}]", allowed)
            yield from _held(sign, f"{where}, signs[{number}]", knowledge)
    yield from _names(knowledge, set(places))
    yield from _unused(knowledge, places)


def _links(fact: s.Fact, where: str, knowledge: Knowledge) -> Iterator[str]:
    known = {one.id: one for one in knowledge.facts}
    yield from _answered(fact, where, knowledge)
    for part in fact.any_of:
        if part not in known:
            yield f"{where}, any_of: found {part!r}; allowed: an id of a fact."
        elif known[part].any_of:
            yield f"{where}, any_of: {part!r} is itself made of others; name those."
    if fact.gate is None:
        return
    if fact.gate not in known:
        yield f"{where}, gate: found {fact.gate!r}; allowed: an id of a fact."
    elif known[fact.gate].gate:
        yield f"{where}, gate: {fact.gate!r} stands behind a gate itself; allowed: one that doesn't."


def _answered(fact: s.Fact, where: str, knowledge: Knowledge) -> Iterator[str]:
    """Faults of what an answer to its question means."""
    known = {one.id for one in knowledge.facts}
    if fact.answer_holds not in {window.id for window in knowledge.windows}:
        yield f"{where}, answer_holds: found {fact.answer_holds!r}; allowed: an id of a window in windows.toml."
    for name in (*fact.implies, *([fact.no_beside] if fact.no_beside else [])):
        if name not in known:
            yield f"{where}: names the fact {name!r}; allowed: an id of a fact in facts/."
    if fact.no_beside and fact.no_by != "clinician":
        yield f"{where}, no_beside: stands without no_by = 'clinician'; without that, any no settles it."


def _allowed(knowledge: Knowledge) -> Mapping[str, Iterable[str]]:
    """What `of` may name, by the kind of a sign."""
    sets = {kind: [one.id for one in knowledge.code_sets if one.kind == kind] for kind in _CODED}
    drugs = [*(one.id for one in knowledge.ingredients), *(one.drug_set for one in knowledge.drug_sets)]
    scales = [one.id for one in knowledge.instruments]
    return {
        **sets, "allergy": drugs, "medicine": drugs, "score": scales, "item": scales,
        "trial": [*CRITERIA, *(f"verdict-{verdict}" for verdict in VERDICTS)],
        "definition": [one.id for one in knowledge.definitions], "interaction": INTERACTIONS, "regimen": REGIMENS,
        "person": PERSON,
        "episode": ["days"], "encounter": ENCOUNTERS,
    }  # fmt: skip


_CODED = ("condition", "procedure", "device", "lab")


def _sign(sign: s.Sign, where: str, allowed: Mapping[str, Iterable[str]]) -> Iterator[str]:
    if sign.of not in set(allowed[sign.kind]):
        yield f"{where}, of: found {sign.of!r}; allowed for a {sign.kind}: an id of one in the knowledge."
    if (sign.comparison is None) != (sign.value is None):
        yield f"{where}: comparison and value stand together or not at all."
    if sign.kind in COMPARED and sign.comparison is None:
        yield f"{where}: a {sign.kind} needs a comparison and a value."
    if sign.kind == "lab" and sum(one is not None for one in (sign.comparison, sign.flag, sign.text)) != 1:
        yield f"{where}: a lab needs just one of comparison with value, flag, and text."
    if sign.kind == "lab" and sign.comparison is not None and sign.unit is None:
        yield f"{where}: a lab's value needs its unit."
    if (sign.kind == "item") != (sign.item is not None):
        yield f"{where}: item names the item of a scale, where kind is 'item', and nowhere else."
    if (sign.kind == "trial") != (sign.definition is not None):
        yield f"{where}: definition says by which a trial is judged, where kind is 'trial', and nowhere else."
    elif sign.definition is not None and sign.definition not in set(allowed["definition"]):
        yield f"{where}, definition: found {sign.definition!r}; allowed: an id of a definition."


def _held(sign: s.Sign, where: str, knowledge: Knowledge) -> Iterator[str]:
    """Faults of how long a sign speaks for now."""
    if sign.holds and sign.holds not in {window.id for window in knowledge.windows}:
        yield f"{where}, holds: found {sign.holds!r}; allowed: an id of a window in windows.toml."
    if sign.holds and sign.kind != "condition":
        yield f"{where}, holds: stands at a {sign.kind}; allowed: at a condition."
    speaks_of_now = sign.kind == "condition" and sign.active and sign.says == "present"
    if speaks_of_now and not sign.holds and sign.within_days is None:
        yield f"{where}: active stands without holds and within_days; say how long it speaks for now."
    if sign.latest and sign.kind != "score":
        yield f"{where}, latest: stands at a {sign.kind}; allowed: at a score."


def named(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Each place outside the facts that names one, and the name."""
    for option in knowledge.options:
        where = f"options/{option.id}.toml"
        yield from ((f"{where}, {row.id}", row.fact) for row in (*option.contraindications, *option.cautions))
        for one in option.indications:
            yield from ((f"{where}, {one.id}", fact) for fact in (*one.needs, *one.without))
        if option.ranking:
            yield from ((where, fact) for fact in (*option.ranking.liked_by, *option.ranking.disliked_by))
    for reason in knowledge.reasons:
        yield from ((f"reasons/{reason.id}.toml", sign.fact) for sign in reason.signs)
    for method in knowledge.staging:
        yield from ((f"staging/{method.id}.toml", fact) for fact in method.suppressed_by)
        yield from (
            (f"staging/{method.id}.toml, {part.id}", one.fact) for part in method.parts for one in part.narrowed_by
        )


def _names(knowledge: Knowledge, known: set[str]) -> Iterator[str]:
    for where, fact in named(knowledge):
        if fact not in known:
            yield f"{where}: names the fact {fact!r}; allowed: an id of a fact in facts/."


def _unused(knowledge: Knowledge, places: Mapping[str, str]) -> Iterator[str]:
    used = {fact for _, fact in named(knowledge)}
    used |= {part for fact in knowledge.facts for part in fact.any_of}
    used |= {fact.gate for fact in knowledge.facts if fact.gate}
    for fact, where in places.items():
        if fact not in used:
            yield f"{where}: no option, reason, stage or other fact names it; remove it."
