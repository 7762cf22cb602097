"""Why a medicine was stopped and whether it was taken, from the codes and words of a record (phrases.toml)."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import tomli

from stepwell.records.fhir.shape import Concept
from stepwell.records.wording import Names, plain

_DENIAL = re.compile(r"(?<!\w)(?:no|not|never|without|denies)(?: \w+){0,2} $")
# What stands before a word of getting better and takes it back: "partial remission", "failure to reach remission".
_SHORT_OF = re.compile(r"(?<!\w)(?:partial\w*|incomplete\w*|nearly|almost|lack|fail\w*|unable)(?: \w+){0,2} $")


class Phrases(NamedTuple):
    """What codes and phrases mean."""

    by_code: Mapping[str, str]
    by_phrase: Mapping[str, str]
    names: Names


@cache
def _load(table: str, word: str) -> Phrases:
    content = tomli.loads((files("stepwell.records.fhir") / "phrases.toml").read_text(encoding="utf-8"))
    by_code = {code: one[word] for one in content[table] for code in one["codes"]}
    by_phrase = {plain(phrase): one[word] for one in content[table] for phrase in one["phrases"]}
    return Phrases(by_code, by_phrase, Names(by_phrase))


def stop_reason(said: Concept) -> str | None:
    """Why it was stopped; `other` for a reason that is none of ours, None if nothing is said."""
    if said.empty:
        return None
    return _meaning(said, _load("stop_reason", "reason")) or "other"


def stop_phrases() -> Mapping[str, str]:
    """The reason of every phrase that gives one, in small letters."""
    return _load("stop_reason", "reason").by_phrase


def adherence(said: Concept) -> str | None:
    """Whether it is taken as directed: `yes`, `partly`, `no`; None if that isn't said."""
    return _meaning(said, _load("adherence", "adherence"))


def _meaning(said: Concept, known: Phrases) -> str | None:
    for code in (*(f"{system} {code}" for system, code in said.codes), *said.others):
        if code in known.by_code:
            return known.by_code[code]
    for text in said.texts:
        words = plain(text)
        hits = known.names.find(words)
        if any(_DENIAL.search(words[: hit.start]) for hit in hits):
            return None
        if any(known.by_phrase[hit.name] == "better" and _SHORT_OF.search(words[: hit.start]) for hit in hits):
            return None
        meant = {known.by_phrase[hit.name] for hit in hits}
        if len(meant) == 1:
            return meant.pop()
    return None
