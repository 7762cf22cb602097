"""Dose from directions in words ("take 1-2 tablets twice daily"), only where they can mean one thing."""

import math
import re
from typing import NamedTuple

from stepwell.records import doses
from stepwell.records.doses import Amount, Times

_NUMBERS = {
    "half": "0.5", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "a": "1", "an": "1",
}  # fmt: skip
_NUMBER = r"\d+(?:[.,]\d+)?"
_WORD_NUMBER = rf"(?:{_NUMBER}|half|one|two|three|four|five|six)"
_UNIT = (
    r"(?:mg/kg|mg|mcg|ug|\u00b5g|\u03bcg|g|ml|micrograms?|milligrams?|millilit(?:er|re)s?|"
    r"tab(?:let)?s?|cap(?:sule)?s?|pills?|patch(?:es)?)"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<low>{_WORD_NUMBER}|an?)(?:\s*(?:-|\u2013|to|or)\s*(?P<high>{_WORD_NUMBER}))?"
    rf"\s*\(?(?P<unit>{_UNIT})\)?(?:\(s\))?(?!\w)"
)
_PAIR = re.compile(rf"(?<![\w.,]){_NUMBER}\s*{_UNIT}\s*/\s*{_NUMBER}\s*{_UNIT}")
_SCHEME = re.compile(r"(?<![\d.,/-])(\d(?:[.,]5)?)-(\d(?:[.,]5)?)-(\d(?:[.,]5)?)(?:-(\d(?:[.,]5)?))?(?![\d/-])")

# Words for how often, per day; the longest that fits is read.
_PER_DAY = {
    "twice a day": 2.0, "twice daily": 2.0, "twice per day": 2.0, "two times a day": 2.0, "two times daily": 2.0,
    "2 times a day": 2.0, "2 times daily": 2.0, "2 times per day": 2.0, "2x daily": 2.0, "2x/day": 2.0, "2x a day": 2.0,
    "bid": 2.0, "b.i.d.": 2.0, "b.i.d": 2.0, "bd": 2.0, "b.d.": 2.0, "b.d": 2.0, "every 12 hours": 2.0,
    "every twelve hours": 2.0, "q12h": 2.0, "q12hr": 2.0,
    "morning and night": 2.0, "morning and evening": 2.0, "am and pm": 2.0, "morning and bedtime": 2.0,
    "in the morning and at night": 2.0, "in the morning and evening": 2.0, "in the morning and at bedtime": 2.0,
    "in the morning and in the evening": 2.0, "every morning and evening": 2.0, "every morning and every evening": 2.0,
    "three times a day": 3.0, "three times daily": 3.0, "three times per day": 3.0, "3 times a day": 3.0,
    "3 times daily": 3.0, "3 times per day": 3.0, "3x daily": 3.0, "3x/day": 3.0, "3x a day": 3.0, "tid": 3.0,
    "t.i.d.": 3.0, "t.i.d": 3.0, "tds": 3.0, "t.d.s.": 3.0, "t.d.s": 3.0, "every 8 hours": 3.0,
    "every eight hours": 3.0, "q8h": 3.0, "q8hr": 3.0,
    "four times a day": 4.0, "four times daily": 4.0, "4 times a day": 4.0, "4 times daily": 4.0, "4x daily": 4.0,
    "4x/day": 4.0, "qid": 4.0, "q.i.d.": 4.0, "q.i.d": 4.0, "qds": 4.0, "q.d.s.": 4.0, "q.d.s": 4.0,
    "every 6 hours": 4.0, "every six hours": 4.0, "q6h": 4.0, "q6hr": 4.0,
    "every 4 hours": 6.0, "q4h": 6.0, "q4hr": 6.0,
    "every other day": 0.5, "on alternate days": 0.5, "alternate days": 0.5, "every 2 days": 0.5, "every two days": 0.5,
    "every 48 hours": 0.5, "qod": 0.5, "q.o.d.": 0.5, "every second day": 0.5,
    "once a week": 1 / 7, "once weekly": 1 / 7, "every week": 1 / 7, "weekly": 1 / 7, "per week": 1 / 7,
    "twice a week": 2 / 7, "twice weekly": 2 / 7,
    "three times a week": 3 / 7, "three times weekly": 3 / 7, "3 times a week": 3 / 7, "3 times weekly": 3 / 7,
}  # fmt: skip
# Once a day; where several of these stand together they name one time ("once daily in the morning").
_ONCE = (
    "once a day", "once daily", "once per day", "one time a day", "1 time a day", "1x daily", "1x/day", "every day",
    "each day", "daily", "per day", "a day", "/day", "/d", "qd", "q.d.", "q.d", "od", "o.d.",
    "every 24 hours", "q24h", "q24hr", "qday", "q day", "q daily",
    "every morning", "each morning", "in the morning", "in the am", "qam", "q am", "mane", "every evening",
    "in the evening", "every night", "each night", "at night", "nightly", "nocte", "at bedtime", "before bed",
    "before bedtime", "qhs", "q hs", "hs", "qpm", "q pm", "in the pm", "with breakfast", "with dinner", "with lunch",
    "at noon",
)  # fmt: skip
_EVERY_DAY = frozenset({phrase for phrase in _ONCE if "day" in phrase or "daily" in phrase} | {"qd", "od", "nightly"})
_FREQUENCY = re.compile(
    "|".join(
        (r"" if phrase.startswith("/") else r"(?<!\w)") + re.escape(phrase) + r"(?!\w)"
        for phrase in sorted([*_PER_DAY, *_ONCE], key=len, reverse=True)
    )
)
_NEEDED = re.compile(r"(?<!\w)(?:prn|p\.r\.n\.?|(?:as|if|when|where) (?:needed|required|necessary))(?!\w)")
_UP_TO = re.compile(r"(?<!\w)(?:up to|max(?:imum)?\.?(?: of)?|at most|no more than)(?!\w)")
_UP_TO_TIMES = re.compile(r"(?<!\w)up to (?:\d|once|twice|one|two|three|four) ?(?:times|x|a|daily|per)(?!\w)")
# Words of a dose that changes, or that isn't what is taken.
_CHANGING = re.compile(
    r"(?<!\w)(?:then|titrat\w*|taper\w*|increas\w*|decreas\w*|reduc\w*|rais\w*|(?<!a )(?<!per )week \d|weeks \d|"
    r"(?:on|from|by) day \d+|days \d+|for the first|start(?:ing)? (?:with|at|on)|until|alternat\w* with|followed by|"
    r"stop\w*|discontinu\w*|hold|not|no|never|avoid|loading|repeat\w*|may take|extra|additional|minus|less|"
    r"half an hour|previous\w*|instead|unless|except|weekdays?|weekends?|mon|tues?|wed|thurs?|fri|sat|sun|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?)(?!\w)"
)
_SLOT = re.compile(
    r"(?<!\w)(?:morning|am|mane|breakfast|noon|midday|lunch|afternoon|evening|pm|dinner|supper|night|nocte|bedtime|bed|hs|"
    r"qam|qpm|qhs|nightly)(?!\w)"
)


# Cautions that stand on labels and say nothing of the dose.
_CAUTION = re.compile(
    r"(?<!\w)do not (?:crush|chew|cut|split|break|drink|drive|stop|swallow)(?!\w)"
    r"(?:(?!\bthen\b|\btake\b|increas|reduc)[^.;,\d])*(?=[.;,]|$)"
)
# What is handed out, not what is taken.
_HANDED_OUT = re.compile(
    rf"(?:#|(?<!\w)(?:disp(?:ense)?|qty|quantity)(?!\w)[:.]?) ?\d+ ?(?:{_UNIT}(?:\(s\))?(?!\w))?|"
    r"(?<!\w)\d+ refills?(?!\w)(?:\(s\))?"
)
# A number alone, as labels write it: "one daily", "TAKE TWO AT NIGHT", "one to be taken each day".
_ALONE = re.compile(
    rf"^(?:(?:please )?take )?(?P<number>{_WORD_NUMBER})(?: to be taken)?"
    r"(?:,? (?:po|p\.o\.|by mouth|orally|oral))?,? (?=(?P<rest>.*))"
)
_COUNT = re.compile(rf"(?<![\w.,])(?P<number>{_WORD_NUMBER})(?: to be taken)?,? ")
_ANY_NUMBER = re.compile(rf"(?<!\w){_WORD_NUMBER}(?!\w)")
_LASTING = re.compile(rf"(?<!\w)(?:for|x) ?{_WORD_NUMBER} (?:day|week|month)s?(?!\w)")
# A tablet isn't cut smaller: a bare numeral below this part of the strength can't be milligrams.
SMALLEST_PART = 0.25


class Directions(NamedTuple):
    """What directions say: an amount, how often, and whether only when needed."""

    taken: Amount | None
    times: Times | None
    as_needed: bool


UNCLEAR = Directions(None, None, False)


def read(text: str, strength: float | None = None) -> Directions:
    """What directions say, each part None where it isn't said or isn't clear.

    Args:
        text: The directions.
        strength: Of one tablet in mg, to check an amount that is told both ways (`100 mg (2 tablets)`).

    >>> read("Take 1-2 tablets by mouth twice daily")
    Directions(taken=Amount(low=1.0, high=2.0, unit='count'), times=Times(low=2.0, high=2.0), as_needed=False)
    """
    words = _simplified(text)
    if _CHANGING.search(words) or _PAIR.search(words):
        return UNCLEAR
    needed = _NEEDED.search(words) is not None
    scheme = _scheme(words)
    if scheme is not None:
        return Directions(scheme, doses.ONCE, needed)
    slotted = _by_slot(words)
    if slotted is not None:
        return Directions(slotted, doses.ONCE, needed)
    taken, times = _amount(words, strength), _times(words)
    if taken is None:
        taken = _alone(words, strength)
    elif _counted_besides(words):
        taken = None
    if _UP_TO.search(words) and taken is not None:
        taken = Amount(0.0, taken.high, taken.unit)
    return Directions(taken, times, needed)


def times_of(text: str) -> Times | None:
    """How often per day a word or phrase means (`BID`, `once daily`), None if it isn't clear."""
    return _times(_simplified(text))


def _simplified(text: str) -> str:
    words = re.sub(r"\s+", " ", text.casefold().replace("\u00bd", ".5").replace("1/2", "0.5")).strip()
    words = _HANDED_OUT.sub(" ", _CAUTION.sub(" ", words))
    words = re.sub(r"one[ -]half(?!\w)", "half", words)
    words = re.sub(r"(\d) ?(?:(?:and|&|\+) (?:a )?half|(?:(?:and|&|\+|-) ?)?0?\.5)(?!\d)", r"\1.5", words)
    words = re.sub(r"(?<!\w)one (?:and|&) (?:a )?half(?!\w)", "1.5", words)
    words = re.sub(r"(?<!\w)(?:half a|a half|half of (?:an?|one))(?!\w)", "0.5", words)
    words = re.sub(r"(?<![\w.,])(\d)(od|bd|tds|qds)(?!\w)", r"\1 \2", words)
    words = re.sub(r"(?<![\d\w])\.5", "0.5", words)
    words = re.sub(r"(?<!\w)(\w+) \(\1\)", r"\1", words)
    return re.sub(rf"(?<!\w)({'|'.join(_NUMBERS)}) \(({_NUMBER})\)", r"\2", words)


def _amount(words: str, strength: float | None) -> Amount | None:
    """The only amount that is named; told both in tablets and in mg, the mg if the two agree."""
    found = {_of(match) for match in _AMOUNT.finditer(words)}
    if len(found) > 1 and None not in found:
        by_unit = {one.unit: one for one in found if one is not None}
        counted, weighed = by_unit.get("count") or by_unit.get("mL"), by_unit.get("mg")
        only_both = counted and weighed and {*found} == {counted, weighed} and counted.low == counted.high
        if only_both and counted and weighed and _agree(counted, weighed, strength, in_total="mg total" in words):
            return weighed
    return found.pop() if len(found) == 1 else None


def _agree(counted: Amount, weighed: Amount, strength: float | None, *, in_total: bool) -> bool:
    """Whether so many tablets, or mL, hold the mg that are told beside them."""
    if strength is not None:
        return math.isclose(counted.high * strength, weighed.high, rel_tol=1e-9)
    return in_total or (counted.unit == "count" and counted.high == 1.0)


def _counted_besides(words: str) -> bool:
    """Whether, beside an amount, tablets are counted without saying so (`50 mg, two daily`)."""
    rest = _AMOUNT.sub(" ; ", words)
    found = [(match, _FREQUENCY.match(rest, match.end())) for match in _COUNT.finditer(rest)]
    return any(often is not None and _number(match["number"]) != 1.0 for match, often in found)


def _alone(words: str, strength: float | None) -> Amount | None:
    """A number without a unit before a frequency: tablets, where a numeral can't be milligrams."""
    match = _ALONE.match(words)
    if match is None or strength is None or _AMOUNT.search(words) or not _FREQUENCY.match(match["rest"]):
        return None
    number = _number(match["number"])
    is_numeral = match["number"][0].isdigit()
    if is_numeral and number >= strength * SMALLEST_PART:
        return None
    if _ANY_NUMBER.search(_LASTING.sub(" ", _FREQUENCY.sub(" ", match["rest"]))):
        return None
    return Amount(number, number, "count")


def _of(match: re.Match[str]) -> Amount | None:
    low = _number(match["low"])
    return doses.amount(low, _number(match["high"]) if match["high"] else low, match["unit"])


def _number(word: str) -> float:
    return float(_NUMBERS.get(word, word).replace(",", "."))


def _times(words: str) -> Times | None:
    found = {match[0] for match in _FREQUENCY.finditer(words)}
    counted = {_PER_DAY[phrase] for phrase in found if phrase in _PER_DAY}
    low_high = re.search(r"(?<![\w.])(\d)\s*(?:-|to|or)\s*(\d)\s*(?:times|x)\s*(?:a day|daily|per day|/day)", words)
    if low_high:
        low, high = float(low_high[1]), float(low_high[2])
        return Times(low, high) if low <= high else None
    if len(counted) > 1 or not found:
        return None
    if min(counted, default=1.0) < 1.0 and found & _EVERY_DAY:
        return None
    often = counted.pop() if counted else 1.0
    return Times(0.0 if _UP_TO_TIMES.search(words) else often, often)


def _scheme(words: str) -> Amount | None:
    """Tablets in the morning, at noon, in the evening (and at night): `1-0-1`."""
    found = _SCHEME.findall(words)
    if len(found) != 1 or _AMOUNT.search(_SCHEME.sub(" ", words)):
        return None
    total = sum(_number(part) for part in found[0] if part)
    return Amount(total, total, "count") if total > 0 else None


def _by_slot(words: str) -> Amount | None:
    """The sum over the times of a day, where each names its own amount: `50 mg am and 100 mg hs`."""
    matches = list(_AMOUNT.finditer(words))
    if len(matches) <= 1:
        return None
    ends = [*(match.start() for match in matches[1:]), len(words)]
    pieces = [words[match.end() : end] for match, end in zip(matches, ends, strict=True)]
    amounts = [_of(match) for match in matches]
    slots = [tuple(_SLOT.findall(piece)) for piece in pieces]
    if any(len(slot) != 1 for slot in slots) or len(set(slots)) != len(slots) or None in amounts:
        return None
    if any(_NEEDED.search(piece) for piece in pieces):
        return None
    known = [one for one in amounts if one is not None]
    if len({one.unit for one in known}) > 1:
        return None
    return Amount(sum(one.low for one in known), sum(one.high for one in known), known[0].unit)
