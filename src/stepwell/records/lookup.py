"""From the codes and words of a record to the names of the knowledge: drugs, code sets, scales, answers.

Every reader asks here, so that a code means the same whatever the format. Codes beat text; text is
matched as whole words and marked as such.
"""

import re
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.schema import Coded, Instrument, Item, Product
from stepwell.records.drug_text import DrugText
from stepwell.records.wording import Hit, Names, bare, denied, plain

Codes = Iterable[tuple[str, str]]
"""(system, code) pairs; systems by the short names of `systems.short_name`."""

CodedBy = Literal["code", "text"]

# Systems of which a code set lists all that belongs to it: where such a code stands, text adds nothing.
# RxNorm and SNOMED CT are open below (branded products, finer concepts), so there text may still tell.
_SETTLED_BY_CODE = frozenset({"icd-10-cm", "icd-10-pcs", "loinc", "cpt", "hcpcs"})
_WORDS_BESIDE_A_NAME = frozenset(
    {"total", "score", "scores", "sum", "raw", "reported", "result", "results", "value", "of", "the"}
    | {"panel", "questionnaire", "assessment", "form", "scale"}
)
# What may stand beside the name of a test without making it another test ("Hemoglobin A1c" is another).
_WORDS_BESIDE_A_TEST = _WORDS_BESIDE_A_NAME | frozenset(
    {
        "serum",
        "plasma",
        "blood",
        "venous",
        "urine",
        "ser",
        "plas",
        "bld",
        "s",
        "p",
        "in",
        "or",
        "level",
        "levels",
        "lab",
    }
    | {
        "test",
        "concentration",
        "mass",
        "volume",
        "moles",
        "units",
        "measured",
        "calculated",
        "estimated",
        "measurement",
    }
    | {
        "gene",
        "phenotype",
        "metabolizer",
        "metaboliser",
        "metabolic",
        "status",
        "interpretation",
        "product",
        "activity",
    }
)
_YES_NO = {"LA33-6": 1.0, "LA32-8": 0.0, "yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}
_CACHED = 100_000
# So many letters of an item's words tell which it is, however its last words are put.
_OPENING = 30
_NUMBERING = re.compile(r"^\s*(?:q(?:uestion)?|item)?\s*[#(]?\d{1,2}[a-z]?(?:\s*[.):-]+\s*|\s+)", re.IGNORECASE)
_ITEM_NUMBER = re.compile(
    r"[\s:,._/-]*(?P<word>item|question|q|no\.?|number|#)?[\s._#-]*0?(?P<number>\d{1,2})(?![\d.]\d?)"
)
_JOINED = re.compile(r"(\d)q(\d)")
_NUMBERED_ANSWER = re.compile(
    r"\s*(?:[(\[]?(?P<before>\d)[)\]]?\s*[.:=-]*\s*(?P<last>\D+)|"
    r"(?P<first>\D+?)\s*[(\[:=-]\s*(?P<after>\d)\s*[)\]]?)\s*$"
)

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class DrugMatch:
    """One drug of ours in a product.

    Args:
        ingredient: Its id.
        formulation: None where it isn't known; the drug's default then applies.
        product: Product code, else the strength as text, else None.
        strength: Per tablet, capsule, mL or patch, in `strength_unit` (mg, mcg, mg/mL, mg/24 h).
        trap: Id of the trap that the product is.
        coded_by: What led here.
    """

    ingredient: str
    formulation: str | None
    product: str | None
    strength: float | None
    strength_unit: str | None
    trap: str | None
    coded_by: CodedBy


@dataclass(frozen=True, slots=True)
class CodeSetMatch:
    """A code set of ours that a code or text belongs to."""

    code_set: str
    coded_by: CodedBy


class Lookup:
    """Answers what codes and texts mean, by one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        index = _index(knowledge)
        self._products, self._ingredients, self._drug_text = index.products, index.ingredients, index.drug_text
        self._dose_units, self._default_units = index.dose_units, index.default_units
        self._dose_unknown = index.dose_unknown
        # What was found for one record is forgotten with it.
        self._code_sets, self._scales = index.code_sets.afresh(), index.scales.afresh()
        self._drugs: dict[tuple[tuple[tuple[str, str], ...], str | None], tuple[DrugMatch, ...]] = {}

    def drugs(self, codes: Codes, text: str | None) -> tuple[DrugMatch, ...]:
        """The drugs of ours in a product, one per ingredient; none if it isn't one of ours.

        By product code, else ingredient code, else text. A pack of several strengths of one drug is
        one match without strength.
        """
        key = (tuple(codes), text)
        found = self._drugs.get(key)
        if found is None:
            if len(self._drugs) >= _CACHED:
                self._drugs.clear()
            found = self._drugs[key] = self._find_drugs(*key)
        return found

    def _find_drugs(self, codes: tuple[tuple[str, str], ...], text: str | None) -> tuple[DrugMatch, ...]:
        rxnorm = [code for system, code in codes if system == "rxnorm"]
        for code in rxnorm:
            if code in self._products:
                return _components(self._products[code])
        named = self._named(text)
        ingredients = list(dict.fromkeys(self._ingredients[code] for code in rxnorm if code in self._ingredients))
        if not ingredients:
            return named
        told = {match.ingredient: match for match in named} if len(named) == len(ingredients) else {}
        return tuple(
            _coded(told[one]) if one in told else DrugMatch(one, None, None, None, None, None, "code")
            for one in ingredients
        )

    def _named(self, text: str | None) -> tuple[DrugMatch, ...]:
        if not text:
            return ()
        return tuple(
            DrugMatch(
                ingredient=one.ingredient,
                formulation=one.formulation,
                product=f"{one.strength.value:g} {one.strength.unit}" if one.strength else None,
                strength=one.strength.value if one.strength else None,
                strength_unit=one.strength.unit if one.strength else None,
                trap=one.trap,
                coded_by="text",
            )
            for one in self._drug_text.read(text)
        )

    def names_a_drug(self, text: str | None) -> bool:
        """Whether a text names a drug of ours at all, even if it doesn't say clearly that it is taken."""
        return bool(text) and self._drug_text.names_a_drug(text or "")

    def dose_unit(self, ingredient: str, formulation: str | None) -> str | None:
        """The unit in which the knowledge states doses of a drug."""
        if formulation is None:
            return self._default_units.get(ingredient)
        return self._dose_units.get((ingredient, formulation))

    def dose_is_unknown(self, trap: str | None) -> bool:
        """Whether a product of this trap tells no daily dose."""
        return trap in self._dose_unknown

    def code_sets(self, kind: str, codes: Codes, text: str | None) -> tuple[CodeSetMatch, ...]:
        """The code sets of a kind (`condition`, `procedure`, ...) that a code belongs to, else a text."""
        return self._code_sets.find(kind, tuple(codes), text)

    def total(self, codes: Codes, text: str | None) -> str | None:
        """The scale whose total this is."""
        return self._scales.by_code_or_name(self._scales.totals, tuple(codes), text)

    def panel(self, codes: Codes, text: str | None) -> str | None:
        """The scale of which this is the whole questionnaire."""
        return self._scales.by_code_or_name(self._scales.panels, tuple(codes), text)

    def items(self, codes: Codes) -> tuple[tuple[str, str], ...]:
        """Every (scale, item) that has one of these codes; a PHQ-9 item may be one of the PHQ-2 as well."""
        return tuple(pair for code in codes for pair in self._scales.items.get(code, ()))

    def item(self, codes: Codes) -> tuple[str, str] | None:
        """The (scale, item) that has one of these codes, of the longest scale that has it."""
        found = self.items(codes)
        return max(found, key=lambda pair: len(self._scales.instruments[pair[0]].items)) if found else None

    def items_by_text(self, text: str) -> tuple[tuple[str, str], ...]:
        """Every (scale, item) whose own words these are, or whose name and number (`PHQ-9 question 9`).

        Only scales whose wording may be shipped have words of their own.
        """
        return self._scales.items_by_text(text)

    def items_of(self, codes: Codes, texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Every (scale, item) that has one of these codes, else, where no LOINC code stands, one of these texts."""
        codes = tuple(codes)
        found = self.items(codes)
        if found or any(system == "loinc" for system, _ in codes):
            return found
        return next((named for text in texts if (named := self.items_by_text(text))), ())

    def items_by_link(self, link_id: str) -> tuple[tuple[str, str], ...]:
        """The (scale, item) that a link id names by scale and number (`phq9_9`)."""
        return self._scales.item_by_name(_JOINED.sub(r"\1 q\2", link_id.casefold().lstrip("/")), keyword=False)

    def answer(self, instrument: str, item: str, codes: Codes, text: str | None) -> float | None:
        """What a coded or worded answer to an item scores; None if it is no answer of that item."""
        return self._scales.answer(instrument, item, tuple(codes), text)

    def instrument(self, instrument: str) -> Instrument:
        """The scale of that id."""
        return self._scales.instruments[instrument]

    def question(self, instrument: str, item: str) -> Item | None:
        """The item of a scale."""
        return self._scales.questions.get((instrument, item))


def _components(products: Iterable[Product]) -> tuple[DrugMatch, ...]:
    grouped = _grouped((product.ingredient, product) for product in products)
    return tuple(_component(parts) for parts in grouped.values())


def _component(parts: list[Product]) -> DrugMatch:
    first = parts[0]
    strength, unit = (first.strength, first.strength_unit) if len(parts) == 1 else (None, None)
    return DrugMatch(first.ingredient, first.formulation, first.rxcui, strength, unit, first.trap, "code")


def _coded(match: DrugMatch) -> DrugMatch:
    """The drug by its code, the strength by the words beside it."""
    return DrugMatch(
        match.ingredient, match.formulation, match.product, match.strength, match.strength_unit, match.trap, "code"
    )


class _CodeSets:
    """Codes and phrases of the code sets, by kind."""

    def __init__(self, knowledge: Knowledge) -> None:
        kinds: dict[str, str] = {one.id: one.kind for one in knowledge.code_sets}
        self._exact: dict[tuple[str, str, str], list[str]] = {}
        self._prefix: dict[tuple[str, str, str], list[str]] = {}
        for code in knowledge.codes:
            table = self._exact if code.match == "exact" else self._prefix
            key = (kinds[code.code_set], code.system, normal(code.system, code.code))
            table.setdefault(key, []).append(code.code_set)
        phrases = [(kinds[one.code_set], plain(one.phrase), one.code_set) for one in knowledge.texts]
        self._phrases = _grouped(((kind, phrase), code_set) for kind, phrase, code_set in phrases)
        names = _grouped((kind, phrase) for kind, phrase, _ in phrases)
        self._names = {kind: Names(found) for kind, found in names.items()}
        self._kinds = frozenset(kinds.values())
        self._forget()

    def afresh(self) -> "_CodeSets":
        """The same codes and phrases, with nothing remembered."""
        other = copy(self)
        other._forget()  # noqa: SLF001
        return other

    def _forget(self) -> None:
        self._cache: dict[tuple[str, tuple[tuple[str, str], ...], str | None], tuple[CodeSetMatch, ...]] = {}

    def find(self, kind: str, codes: tuple[tuple[str, str], ...], text: str | None) -> tuple[CodeSetMatch, ...]:
        if kind not in self._kinds:
            return ()
        key = (kind, codes, text)
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            found = self._cache[key] = self._find(*key)
        return found

    def _find(self, kind: str, codes: tuple[tuple[str, str], ...], text: str | None) -> tuple[CodeSetMatch, ...]:
        coded = dict.fromkeys(one for system, code in codes for one in self._of_code(kind, system, code))
        if coded:
            return tuple(CodeSetMatch(one, "code") for one in coded)
        if not text or any(system in _SETTLED_BY_CODE for system, _ in codes):
            return ()
        worded = dict.fromkeys(one for name in self._named(kind, text) for one in self._phrases[kind, name])
        return tuple(CodeSetMatch(one, "text") for one in worded)

    def _of_code(self, kind: str, system: str, code: str) -> Iterable[str]:
        code = normal(system, code)
        yield from self._exact.get((kind, system, code), ())
        for length in range(1, len(code) + 1):
            yield from self._prefix.get((kind, system, code[:length]), ())

    def _named(self, kind: str, text: str) -> list[str]:
        words = plain(text)
        if kind not in self._names or denied(words):
            return []
        hits = self._names[kind].find(words)
        return [hit.name for hit in hits if kind != "lab" or _beside(words, hits) <= _WORDS_BESIDE_A_TEST]


def _beside(text: str, hits: Iterable[Hit]) -> set[str]:
    """The words of a text that stand beside the names found in it."""
    for hit in sorted(hits, key=lambda one: one.start, reverse=True):
        text = f"{text[: hit.start]} {text[hit.end :]}"
    return {word.strip("()[],.:;") for word in re.split(r"[\s/]+", text)} - {""}


def normal(system: str, code: str) -> str:
    """A code as it is compared: ICD codes without point, letters large.

    >>> normal("icd-10-cm", "f33.1")
    'F331'
    """
    code = code.strip()
    return code.replace(".", "").upper() if system.startswith("icd-10") else code


class _Scales:
    """Codes, names, items and answers of the scales."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self.instruments = {one.id: one for one in instruments}
        every = self.instruments.values()
        self.totals = _by_code((one.totals, one.id) for one in every)
        self.panels = _by_code((one.panels, one.id) for one in every)
        self.questions = {(one.id, item.item): item for one in every for item in one.items}
        pairs = [(pair, item) for pair, item in self.questions.items()]
        self.items: dict[tuple[str, str], list[tuple[str, str]]] = _grouped(
            ((coded.system, coded.code), pair) for pair, item in pairs for coded in item.codes
        )
        texts = [(bare(item.text), pair) for pair, item in pairs if item.text]
        self._texts = _grouped(texts)
        self._openings = _grouped((text[:_OPENING], pair) for text, pair in texts if len(text) >= _OPENING)
        self._ids = {plain(name): one.id for one in every for name in (one.id, one.title, *one.names)}
        self._names = Names(self._ids)
        self._forget()

    def afresh(self) -> "_Scales":
        """The same scales, with nothing remembered."""
        other = copy(self)
        other._forget()  # noqa: SLF001
        return other

    def _forget(self) -> None:
        self._items_of_text: dict[str, tuple[tuple[str, str], ...]] = {}
        self._named: dict[str, str | None] = {}

    def by_code_or_name(
        self, coded: Mapping[tuple[str, str], str], codes: tuple[tuple[str, str], ...], text: str | None
    ) -> str | None:
        for code in codes:
            if code in coded:
                return coded[code]
        if not text or any(system == "loinc" for system, _ in codes):
            return None
        if text not in self._named:
            if len(self._named) >= _CACHED:
                self._named.clear()
            self._named[text] = self._of_name(plain(text))
        return self._named[text]

    def _of_name(self, text: str) -> str | None:
        """The scale that a text names, if it says nothing else than that it is its total or the whole of it."""
        hits = self._names.find(text)
        ids = {self._ids[hit.name] for hit in hits}
        return ids.pop() if len(ids) == 1 and _beside(text, hits) <= _WORDS_BESIDE_A_NAME else None

    def items_by_text(self, text: str) -> tuple[tuple[str, str], ...]:
        """The items of a text, however it is numbered or ends."""
        known = self._items_of_text.get(text)
        if known is None:
            if len(self._items_of_text) >= _CACHED:
                self._items_of_text.clear()
            known = self._items_of_text[text] = self._worded(text) or self.item_by_name(text, keyword=True)
        return known

    def _worded(self, text: str) -> tuple[tuple[str, str], ...]:
        for words in (bare(text), bare(_NUMBERING.sub("", text))):
            if words in self._texts:
                return tuple(self._texts[words])
            opened = self._openings.get(words[:_OPENING], ())
            if opened and len({scale for scale, _ in opened}) == len(opened):
                return tuple(opened)
        return ()

    def item_by_name(self, text: str, *, keyword: bool) -> tuple[tuple[str, str], ...]:
        """The item of a scale's name and its number; `keyword`: only if a word says that an item is meant."""
        words = plain(text)
        hits = self._names.find(words)
        if not hits or hits[0].start > 0:
            return ()
        said = _ITEM_NUMBER.match(words[hits[0].end :])
        if said is None or (keyword and not said["word"]):
            return ()
        pair = (self._ids[hits[0].name], str(int(said["number"])))
        return (pair,) if pair in self.questions else ()

    def answer(self, instrument: str, item: str, codes: tuple[tuple[str, str], ...], text: str | None) -> float | None:
        question = self.questions.get((instrument, item))
        if question is None:
            return None
        answers = question.answers or self.instruments[instrument].answers
        loinc = {code for system, code in codes if system == "loinc"}
        for one in answers:
            if one.loinc in loinc:
                return one.value
        if text:
            for one in answers:
                if one.text is not None and _means(text, one.text, one.value):
                    return one.value
        return None if answers else _yes_or_no(question, loinc, text)


def _means(text: str, answer: str, value: float) -> bool:
    """Whether a text is an answer in words, alone or with what it scores (`Several days (1)`, `1 - Several days`)."""
    if bare(text) == bare(answer):
        return True
    numbered = _NUMBERED_ANSWER.match(text)
    if numbered is None:
        return False
    number, words = numbered["before"] or numbered["after"], numbered["first"] or numbered["last"]
    return bare(words) == bare(answer) and float(number) == value


class _Index(NamedTuple):
    """What one knowledge says, arranged to be looked up."""

    products: dict[str, list[Product]]
    ingredients: dict[str, str]
    drug_text: DrugText
    dose_units: dict[tuple[str, str], str]
    default_units: dict[str, str]
    dose_unknown: set[str]
    code_sets: _CodeSets
    scales: _Scales


_KEPT = 4
_built: dict[int, tuple[Knowledge, _Index]] = {}


def _index(knowledge: Knowledge) -> _Index:
    """Arranged once for each knowledge: thousands of codes and phrases take longer than reading one record."""
    known = _built.get(id(knowledge))
    if known is None or known[0] is not knowledge:
        if len(_built) >= _KEPT:
            _built.clear()
        known = _built[id(knowledge)] = (knowledge, _arranged(knowledge))
    return known[1]


def _arranged(knowledge: Knowledge) -> _Index:
    return _Index(
        products=_grouped((product.rxcui, product) for product in knowledge.products),
        ingredients={one.rxnorm: one.id for one in knowledge.ingredients if one.rxnorm},
        drug_text=DrugText(knowledge),
        dose_units={(one.ingredient, one.formulation): one.dose_unit for one in knowledge.formulations},
        default_units={one.ingredient: one.dose_unit for one in knowledge.formulations if one.default},
        dose_unknown={trap.id for trap in knowledge.traps if trap.effect == "dose unknown"},
        code_sets=_CodeSets(knowledge),
        scales=_Scales(knowledge.instruments),
    )


def _yes_or_no(question: Item, loinc: Iterable[str], text: str | None) -> float | None:
    if (question.minimum, question.maximum) != (0, 1):
        return None
    told = [*loinc, *([bare(text)] if text else [])]
    return next((_YES_NO[one] for one in told if one in _YES_NO), None)


def _by_code(coded: Iterable[tuple[tuple[Coded, ...], str]]) -> dict[tuple[str, str], str]:
    return {(one.system, one.code): instrument for codes, instrument in coded for one in codes}


def _grouped(pairs: Iterable[tuple[KeyT, ValueT]]) -> dict[KeyT, list[ValueT]]:
    groups: dict[KeyT, list[ValueT]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
