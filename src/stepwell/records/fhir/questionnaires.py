"""QuestionnaireResponses: answers and totals of the scales that are known."""

import re
from collections.abc import Iterator

from stepwell.records.fhir import answers, scores, when
from stepwell.records.fhir.answers import Item
from stepwell.records.fhir.row import Row
from stepwell.records.fhir.shape import Node, nodes, string

_NOT_USED = frozenset({"entered-in-error"})
_UNFINISHED = frozenset({"in-progress", "stopped"})
_NUMBER = re.compile(r"^/?(?:q|item|question)?[-_ ]?0?(\d{1,2})$", re.IGNORECASE | re.ASCII)
_LOINC = re.compile(r"(?<![\w.-])(\d{1,7}-\d)(?![\w-])", re.ASCII)


def response(row: Row) -> None:
    """A QuestionnaireResponse; one that isn't finished is used for what it holds, and noted."""
    status = row.text("status")
    if status in _NOT_USED:
        row.unused(f"status {status}")
        return
    hint = _scale(row)
    items, totals = _read(row)
    items = items or (_by_number(row, hint) if hint else [])
    if not items and not totals:
        if hint and nodes(row.body.get("item")):
            row.find(
                "items-not-known",
                "item",
                "The questionnaire is a scale Stepwell knows, but not which item is which; no answer in it is used.",
            )
        row.unused("no item Stepwell knows" if hint else "not a questionnaire Stepwell knows")
        return
    if status in _UNFINISHED:
        row.find("questionnaire-unfinished", "status", "The questionnaire isn't finished; what it holds is used.")
    day = when.day(row, row.body.get("authored"), "authored")
    if day is None:
        row.find("no-date", "authored", "No date is given; it can't be placed in time.")
    found = answers.assign(items, row.lookup, hint or next(iter(totals), None))
    several = len({*found, *totals}) > 1
    for instrument in dict.fromkeys((*totals, *found)):
        score_id = f"{row.evidence_id}#{instrument}" if several else row.evidence_id
        scores.score(row, instrument, totals.get(instrument), found.get(instrument, []), day, score_id)
    row.used()


def _scale(row: Row) -> str | None:
    """The scale that the questionnaire's canonical names by LOINC code or by its name."""
    canonical = (row.text("questionnaire") or "").split("|")[0]
    codes = [("loinc", code) for code in _LOINC.findall(canonical)]
    return row.lookup.panel(codes, None) or row.lookup.panel((), canonical.rsplit("/", 1)[-1].removesuffix("-example"))


def _read(row: Row) -> tuple[list[Item], dict[str, float]]:
    """The items that are known, and the totals by scale."""
    items: list[Item] = []
    totals: dict[str, float] = {}
    for path, item in _walk(row.body, "item"):
        codes = _codes(item)
        text = string(item.get("text"))
        instrument = row.lookup.total(codes, text)
        every = answers.given(item)
        if instrument is not None:
            numbers = {answer.number for answer in every}
            total = numbers.pop() if len(numbers) == 1 else None
            if total is not None:
                totals[instrument] = total
            elif not every[0].skipped:
                row.find("value-not-a-number", path, "The total isn't a number; it is read as unknown.")
            continue
        candidates = (
            row.lookup.items(codes)
            or (row.lookup.items_by_text(text) if text else ())
            or row.lookup.items_by_link(string(item.get("linkId")) or "")
        )
        if candidates:
            items += [Item(row, candidates, answer, path) for answer in every]
    return items, totals


def _by_number(row: Row, instrument: str) -> list[Item]:
    """The items of a questionnaire that is known to be a scale and only numbers them, all of them."""
    wanted = {item.item for item in row.lookup.instrument(instrument).items if item.item.isdecimal()}
    found: dict[str, list[Item]] = {}
    twice = False
    for path, item in _walk(row.body, "item"):
        numbered = _NUMBER.match(string(item.get("linkId")) or "")
        if numbered and numbered[1] in wanted and not nodes(item.get("item")):
            twice = twice or numbered[1] in found
            pairs = ((instrument, numbered[1]),)
            found[numbered[1]] = [Item(row, pairs, answer, path) for answer in answers.given(item)]
    if not wanted or found.keys() != wanted or twice:
        return []
    row.find("items-by-number", "item", "The items carry numbers only; they are read in the order of their scale.")
    return [item for each in found.values() for item in each]


def _walk(holder: Node, path: str) -> Iterator[tuple[str, Node]]:
    """Every item, with those nested in items and in answers."""
    pending = [(f"{path}[{number}]", item) for number, item in enumerate(nodes(holder.get("item")))]
    while pending:
        place, item = pending.pop(0)
        yield place, item
        inner = [
            *nodes(item.get("item")),
            *(one for answer in nodes(item.get("answer")) for one in nodes(answer.get("item"))),
        ]
        pending[:0] = [(f"{place}.item[{number}]", one) for number, one in enumerate(inner)]


def _codes(item: Node) -> list[tuple[str, str]]:
    """LOINC codes that an item carries in its link id (`/44250-9`) or definition."""
    words = [word for word in (string(item.get("linkId")), string(item.get("definition"))) if word]
    return [("loinc", code) for word in words for code in reversed(_LOINC.findall(word))]
