"""Whether a code can be one of its system: its form and, where it has one, its check digit."""

import re
from collections.abc import Callable, Iterator

from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.walk import entries, parts

_DIGITS = re.compile(r"[1-9]\d*")
_SNOMED = re.compile(r"[1-9]\d{5,17}")
_ICD_10_CM = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?")
_ICD_10_PCS = re.compile(r"[0-9A-HJ-NP-Z]{1,7}")
_CPT = re.compile(r"\d{4}[0-9A-Z]")
_HCPCS = re.compile(r"[A-Z]\d{4}")
_LOINC = re.compile(r"(\d{1,7})-(\d)")

# Dihedral group of order 10 and its permutation: the check digit of SNOMED CT (Verhoeff).
_PRODUCT = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTATION = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def snomed(code: str) -> bool:
    """Whether the last digit checks the others.

    >>> snomed("370143000"), snomed("370143001")
    (True, False)
    """
    if not _SNOMED.fullmatch(code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_PRODUCT[check][int(_PERMUTATION[place % 8][int(digit)])])
    return check == 0


def loinc(code: str) -> bool:
    """Whether the digit after the hyphen checks those before it (Luhn).

    >>> loinc("44261-6"), loinc("44261-7")
    (True, False)
    """
    match = _LOINC.fullmatch(code)
    if match is None:
        return False
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(match[1]))]
    return -sum(n // 10 + n % 10 for n in doubled) % 10 == int(match[2])


_TESTS: dict[str, tuple[Callable[[str], object], str]] = {
    "snomed": (snomed, "6 to 18 digits with their check digit"),
    "loinc": (loinc, "digits, a hyphen and the check digit"),
    "rxnorm": (_DIGITS.fullmatch, "digits"),
    "omop": (_DIGITS.fullmatch, "digits"),
    "icd-10-cm": (_ICD_10_CM.fullmatch, "letter, digit, character, then a point and up to 4 more"),
    "icd-10-pcs": (_ICD_10_PCS.fullmatch, "up to 7 digits and capitals without I and O"),
    "cpt": (_CPT.fullmatch, "5 characters, 4 digits first"),
    "hcpcs": (_HCPCS.fullmatch, "a capital and 4 digits"),
}


def fault(system: str, code: str) -> str | None:
    """What is wrong with a code, or null."""
    test, form = _TESTS[system]
    return None if test(code) else f"found {system} code {code!r}; allowed: {form}."


def faults(knowledge: Knowledge) -> Iterator[str]:
    """Every code that can't be one, and every code set that is named and not declared, or empty."""
    declared = {code_set.id for code_set in knowledge.code_sets}
    named = [(where, row.code_set) for name in ("codes", "texts") for where, row in knowledge.placed(name)]
    places = {one.id: where for where, one in knowledge.placed("code_sets")}
    for where, code_set in named:
        if code_set not in declared:
            yield f"{where}, code_set: found {code_set!r}; allowed: an id of codes/code_sets.toml."
    filled = {code_set for _, code_set in named}
    for code_set in sorted(declared - filled):
        yield f"{places[code_set]}: no code and no phrase stands in codes/; add one, or remove it."
    yield from _forms(knowledge)


def _forms(knowledge: Knowledge) -> Iterator[str]:
    for where, row in knowledge.placed("codes"):
        if wrong := fault(row.system, row.code):
            yield f"{where}, code: {wrong}"
    for where, ingredient in knowledge.placed("ingredients"):
        if ingredient.rxnorm is not None and (wrong := fault("rxnorm", ingredient.rxnorm)):
            yield f"{where}, rxnorm: {wrong}"
    for where, product in knowledge.placed("products"):
        if wrong := fault("rxnorm", product.rxcui):
            yield f"{where}, rxcui: {wrong}"
    for entry in entries(knowledge):
        if entry.kind == "instrument":
            yield from _coded(entry.where, entry.model)


def _coded(where: str, model: object, field: str = "") -> Iterator[str]:
    """Faults of the codes anywhere in an instrument."""
    system, code = getattr(model, "system", None), getattr(model, "code", None)
    if isinstance(system, str) and isinstance(code, str) and (wrong := fault(system, code)):
        yield f"{where}, {field}: {wrong}"
    for name, part in parts(model):  # type: ignore[arg-type]
        yield from _coded(where, part, f"{field}.{name}".removeprefix("."))
