"""What a laboratory says of a result: units written one way, its mark, its reference range, its words."""

import re
from typing import NamedTuple

UNITS = {
    "mm[hg]": "mm[Hg]", "mmhg": "mm[Hg]", "mm/hg": "mm[Hg]", "ms": "ms", "msec": "ms", "milliseconds": "ms",
    "ml/min/{1.73_m2}": "mL/min/{1.73_m2}", "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m^2": "mL/min/{1.73_m2}", "ml/min/1.73m\u00b2": "mL/min/{1.73_m2}",
    "ml/min/1.73_m2": "mL/min/{1.73_m2}", "ml/min/1.73.m2": "mL/min/{1.73_m2}",
    "ml/min/1.73sqm": "mL/min/{1.73_m2}", "ml/min/{1.73m2}": "mL/min/{1.73_m2}", "kg": "kg", "kgs": "kg",
}  # fmt: skip
"""Ways of writing a unit that stand for the same UCUM unit, in small letters and without spaces."""

# Codes of v3-ObservationInterpretation, of HL7 v2 table 0078, and the words of both.
_MARKS = {
    "high": ("h", "hh", "hu", "h>", "high", "above normal", "critical high", "critically high", "significantly high"),
    "low": ("l", "ll", "lu", "l<", "low", "below normal", "critical low", "critically low", "significantly low"),
    "abnormal": ("a", "aa", "abnormal", "critical abnormal"),
    "normal": ("n", "normal", "within normal limits"),
    "positive": ("pos", "det", "rr", "positive", "detected", "reactive"),
    "negative": ("neg", "nd", "nr", "negative", "not detected", "undetected", "non-reactive", "nonreactive"),
}
_FLAGS = {word: flag for flag, words in _MARKS.items() for word in words}
RESULTS = {word: flag for word, flag in _FLAGS.items() if len(word) > len("pos")}
"""What a result in words says. Only words: as a result a bare letter may mean anything."""

_KIND_OF_CONCEPT = re.compile(r"\s*\((?:finding|qualifier value|disorder|observable entity)\)$")


class Limits(NamedTuple):
    """What is known of a number: the least and the most it can be, and whether each end is itself possible."""

    least: float | None
    most: float | None
    open_below: bool = False
    open_above: bool = False


def unit(text: str | None) -> str | None:
    """A unit as UCUM writes it where we know it, else as it was written.

    >>> unit("mmHg"), unit("mIU/L")
    ('mm[Hg]', 'mIU/L')
    """
    return None if text is None else UNITS.get(re.sub(r"\s", "", text).casefold(), text)


def words(text: str) -> str:
    """A result in words: small letters, single spaces, without the kind of concept that SNOMED CT appends.

    >>> words("Never smoked tobacco (finding)")
    'never smoked tobacco'
    """
    return _KIND_OF_CONCEPT.sub("", " ".join(text.casefold().split()))


def mark(text: str) -> str | None:
    """What a laboratory's mark says: high, low, abnormal, normal, positive or negative; None for any other.

    >>> mark("HH"), mark("Below normal"), mark("IE")
    ('high', 'low', None)
    """
    return _FLAGS.get(words(text))


def result(text: str) -> str | None:
    """The same of a result that is given in words.

    >>> result("Not detected"), result("a")
    ('negative', None)
    """
    return RESULTS.get(words(text))


def against_range(found: Limits, low: float | None, high: float | None) -> str | None:
    """Where a number lies to a reference range: high, low, normal; None where that can't be told.

    Args:
        found: The number, or what is known of it.
        low: Lower end of the range, normal itself; None if there is none.
        high: Upper end, normal itself.

    >>> against_range(Limits(6.1, 6.1), 0.4, 4.0), against_range(Limits(60, None, open_below=True), 60, None)
    ('high', 'normal')
    """
    if low is None and high is None:
        return None
    if _under(found, low):
        return "low"
    if _over(found, high):
        return "high"
    above = low is None or (found.least is not None and found.least >= low)
    below = high is None or (found.most is not None and found.most <= high)
    return "normal" if above and below else None


def _under(found: Limits, low: float | None) -> bool:
    if low is None or found.most is None:
        return False
    return found.most < low or (found.most == low and found.open_above)


def _over(found: Limits, high: float | None) -> bool:
    if high is None or found.least is None:
        return False
    return found.least > high or (found.least == high and found.open_below)
