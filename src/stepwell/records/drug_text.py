"""Which drug a free text names: ingredient, strength, formulation; nothing where it could mean two things."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.schema import Product
from stepwell.records.wording import Hit, Names, plain

MG_PER_G = 1000.0
HOURS_PER_DAY = 24.0
SHORTEST_BRACKETED = 4

_STRENGTH = re.compile(
    r"(?<![\d.,-])(?<!- )(?<!\dto )(?<!\d to )"
    r"(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>mg|mcg|ug|\u00b5g|\u03bcg|g)(?![a-z])"
    r"(?:\s*/\s*(?P<per>\d+(?:\.\d+)?)?\s*(?P<of>ml|hours?|hrs?|h)(?![a-z]))?"
)
_UNITS = {"mg": ("mg", 1.0), "g": ("mg", MG_PER_G)}
_SALTS = (
    "hydrochloride|hcl|hydrobromide|hbr|oxalate|besylate|besilate|mesylate|mesilate|maleate|carbonate|citrate|sulfate|"
    "sulphate|succinate|tartrate|fumarate|sodium|potassium|dimesylate|pamoate"
)
_FORMS = (
    "tablets?|tabs?|capsules?|caps?|solution|suspension|days?|daily|oral|release|patch|patches|week|month|dose|night"
)
_ALTERNATIVE = re.compile(
    r"(?<![^\W_])(?:or|to|from|vs|versus|then|instead|switch(?:ed|ing)?|chang(?:e|ed|ing)|replac(?:e|ed|ing))(?![^\W_])"
)
_NOT_TAKEN = re.compile(
    r"(?<![^\W_])(?:no|not|never|without|avoid|allerg\w*|intoleran\w*|stop|stopped|discontinued?|declined?|"
    r"refused?|failed|previous|former)(?![^\W_])"
)
_SALT = re.compile(rf"(?<![^\W_])(?:{_SALTS})(?![^\W_])")
_JOINER = r"(?:[/+&]|(?<![^\W_])(?:and|plus)(?![^\W_]))"
_OTHER = rf"(?<![^\W_])(?!(?:{_FORMS}|hr|ml)(?![^\W_]))[^\W\d_]{{4,}}(?![^\W_])"
# `#` stands for a drug of ours: another word joined to it is a drug that isn't known.
_PARTNER = re.compile(rf"{_JOINER}\s*{_OTHER}|{_OTHER}\s*{_JOINER}\s*#|#-{_OTHER}|{_OTHER}-#")

# What prescribers write for the words of a formulation's label.
_ABBREVIATIONS = {
    "extended release": r"extended release|prolonged release|modified release|er|xr|xl|mr|pr|24 hr",
    "controlled release": r"controlled release|cr",
    "delayed release": r"delayed release|dr",
    "transdermal": r"transdermal|patch|patches|mg/24 ?hr?",
    "weekly": r"weekly|once a week",
    "nasal spray": r"nasal spray|nasal",
    "infusion": r"infusion|iv|intravenous",
    "hydrobromide": r"hydrobromide|hbr",
}


class Strength(NamedTuple):
    """Strength of one tablet, capsule, mL or patch."""

    value: float
    unit: str


class Named(NamedTuple):
    """One drug that a text names."""

    ingredient: str
    formulation: str | None
    strength: Strength | None
    trap: str | None


def strengths(text: str) -> list[Strength]:
    """Every strength in a text in small letters, in mg, mcg, mg/mL or mg/24 h.

    >>> strengths("sertraline 20 mg/ml"), strengths("20 mg/5 ml"), strengths("0.25 mg/hr")
    ([Strength(value=20.0, unit='mg/mL')], [Strength(value=4.0, unit='mg/mL')], [Strength(value=6.0, unit='mg/24 h')])
    """
    return [strength for match in _STRENGTH.finditer(text) if (strength := _strength(match))]


def _strength(match: re.Match[str]) -> Strength | None:
    written = match["value"]
    number = float(written.replace(",", "") if re.search(r",\d{3}$", written) else written.replace(",", "."))
    unit, factor = _UNITS.get(match["unit"], ("mcg", 1.0))
    per = float(match["per"] or 1.0)
    if number <= 0 or per <= 0:
        return None
    if match["of"] is None:
        return Strength(number * factor, unit)
    if unit != "mg":
        return None
    if match["of"] == "ml":
        return Strength(number * factor / per, "mg/mL")
    return Strength(number * factor * HOURS_PER_DAY / per, "mg/24 h")


class DrugText:
    """Reads drugs from text by their names, and their strength by the products that are known."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._ingredients: dict[str, tuple[str, ...]] = {}
        for ingredient in knowledge.ingredients:
            for name in (*_labelled(ingredient.label), *(ingredient.synonyms or "").split("|")):
                self._add(name, ingredient.id)
        self._names = Names(self._ingredients)
        self._products: dict[str, list[Product]] = {}
        for product in knowledge.products:
            self._products.setdefault(product.ingredient, []).append(product)
        self._traps = {trap.id: Names(trap.words) for trap in knowledge.traps if trap.words}
        self._forms: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for form in knowledge.formulations:
            if words := _words(form.label):
                self._forms.setdefault(form.ingredient, []).append((form.formulation, words))
        self._only_form = _only_forms(knowledge)

    def _add(self, name: str, ingredient: str) -> None:
        known = self._ingredients.get(plain(name), ())
        if plain(name) and ingredient not in known:
            self._ingredients[plain(name)] = (*known, ingredient)

    def names_a_drug(self, text: str) -> bool:
        """Whether one of our drugs is named at all, in whatever sense."""
        return bool(self._names.find(plain(text)))

    def read(self, text: str) -> tuple[Named, ...]:
        """The drugs that a text names as taken; nothing if none or if it could mean two things."""
        lower = text.casefold()
        core = _core(lower)
        hits = self._names.find(core)
        if not hits or _NOT_TAKEN.search(lower) or self._unclear(core, hits):
            return ()
        distinct = list(dict.fromkeys(ingredient for hit in hits for ingredient in self._ingredients[hit.name]))
        return self._combination(distinct, lower) if len(distinct) > 1 else (self._single(distinct[0], lower),)

    def _unclear(self, core: str, hits: Sequence[Hit]) -> bool:
        """Whether several drugs are named as alternatives, or one is joined to a drug that isn't known."""
        between = [core[one.end : other.start] for one, other in pairwise(hits)]
        if len({self._ingredients[hit.name] for hit in hits}) > 1 and any(map(_ALTERNATIVE.search, between)):
            return True
        for hit in reversed(hits):
            core = f"{core[: hit.start]}#{core[hit.end :]}"
        return _PARTNER.search(core) is not None

    def _single(self, ingredient: str, text: str) -> Named:
        found = set(strengths(text))
        strength = found.pop() if len(found) == 1 else None
        written = self._written_form(ingredient, text)
        alike = [
            product
            for product in self._products.get(ingredient, [])
            if product.components == 1 and _same(product, strength) and written in (None, product.formulation)
        ]
        forms = {product.formulation for product in alike} if strength else set()
        form = written or (forms.pop() if len(forms) == 1 else None) or self._only_form.get(ingredient)
        trap = self._trap_in_words(ingredient, text) or (_common_trap(alike) if strength or written else None)
        return Named(ingredient, form, strength, trap)

    def _trap_in_words(self, ingredient: str, text: str) -> str | None:
        """The trap that the text itself names, if there is such a product of the drug."""
        known = {product.trap for product in self._products.get(ingredient, [])}
        return next((trap for trap, names in self._traps.items() if trap in known and names.find(text)), None)

    def _written_form(self, ingredient: str, text: str) -> str | None:
        found = [form for form, words in self._forms.get(ingredient, []) if words.search(plain(text))]
        return found[0] if len(found) == 1 else None

    def _combination(self, ingredients: Sequence[str], text: str) -> tuple[Named, ...]:
        """Parts of a combination, with their strengths where each stands after its own name."""
        hits = self._names.find(text)
        ends = [*(hit.start for hit in hits[1:]), len(text)]
        after = [strengths(text[hit.end : end]) for hit, end in zip(hits, ends, strict=False)]
        each = len(hits) == len(ingredients) and all(len(found) == 1 for found in after)
        parts = [found[0] for found in after] if each else [None] * len(ingredients)
        return tuple(
            Named(name, self._only_form.get(name), part, self._combined_trap(name, len(ingredients), part))
            for name, part in zip(ingredients, parts, strict=True)
        )

    def _combined_trap(self, ingredient: str, parts: int, strength: Strength | None) -> str | None:
        alike = [p for p in self._products.get(ingredient, []) if p.components == parts and _same(p, strength)]
        return _common_trap([product for product in alike if not self._is_pack(product)])

    def _is_pack(self, product: Product) -> bool:
        """A pack of several strengths of one drug: its rows share the product code and the ingredient."""
        return sum(1 for other in self._products[product.ingredient] if other.rxcui == product.rxcui) > 1


def _core(text: str) -> str:
    """A text in small letters without strengths and salts, joined parts close together."""
    core = _SALT.sub(" ", _STRENGTH.sub(" ", text))
    core = re.sub(r"\s*([/+&])\s*", r"\1", core)
    return re.sub(r"\s+", " ", core.replace("\u2019", "'")).strip()


def _words(label: str) -> re.Pattern[str] | None:
    found = [words for name, words in _ABBREVIATIONS.items() if name in plain(label)]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(found)})(?![^\W_])") if found else None


def _labelled(label: str) -> Iterable[str]:
    """The names in a label: the label, what stands before its bracket, and a word within it.

    Of three letters or fewer a bracketed word could be another thing (`T3`).

    >>> list(_labelled("dosulepin (dothiepin)")), list(_labelled("liothyronine (T3)"))
    (['dosulepin (dothiepin)', 'dosulepin', 'dothiepin'], ['liothyronine (T3)', 'liothyronine'])
    """
    yield label
    bracketed = re.fullmatch(r"(.+?)\s*\(([\w-]+)\)", label)
    if bracketed:
        yield bracketed[1]
        if len(bracketed[2]) >= SHORTEST_BRACKETED:
            yield bracketed[2]


def _only_forms(knowledge: Knowledge) -> dict[str, str]:
    """The formulation of every ingredient that has but one."""
    forms: dict[str, list[str]] = {}
    for form in knowledge.formulations:
        forms.setdefault(form.ingredient, []).append(form.formulation)
    return {ingredient: found[0] for ingredient, found in forms.items() if len(found) == 1}


def _same(product: Product, strength: Strength | None) -> bool:
    return strength is None or (product.strength, product.strength_unit) == strength


def _common_trap(products: Iterable[Product]) -> str | None:
    """The trap that all these products share, if they do."""
    traps = {product.trap for product in products}
    return traps.pop() if len(traps) == 1 else None
