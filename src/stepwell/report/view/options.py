"""What could come next: how each option fits, because of which facts, and why it stands where it stands."""

from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.view.facts import Facts, FactView
from stepwell.report.words import words


@dataclass(frozen=True)
class BarView:
    """One contraindication, caution or thing an option is meant for, and what is known of it."""

    words: str
    strength: str
    fact: FactView
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class WayView:
    """One way in which an option is meant for somebody (`met`, `not met`, `unknown`), and the facts it hangs on."""

    words: str
    state: str
    facts: tuple[FactView, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class GuidelineView:
    """What one guideline says of one option."""

    guideline: str
    option: str
    words: str
    read_at: str
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class OptionView:
    """One option for this person.

    Args:
        fit: `suitable`, `caution`, `check first`, `not indicated` or `not suitable`.
        against: Contraindications and cautions that are present.
        to_check: Contraindications and indications that are not known.
        refused: Ways in which it is meant for somebody, none of which is met.
        keys: What its place in the order follows from: name and value.
    """

    id: str
    title: str
    kind: str
    fit: str
    place: int
    against: tuple[BarView, ...]
    to_check: tuple[BarView, ...]
    ruled_out: int
    ways: tuple[WayView, ...]
    indicated: str
    evidence: str
    evidence_reason: str
    effect: str
    keys: tuple[tuple[str, str], ...]
    guidelines: tuple[GuidelineView, ...]
    draft: bool
    references: tuple[Reference, ...]

    @property
    def shown_ways(self) -> tuple[WayView, ...]:
        """The ways that are met, or where it isn't meant for this person those that are refused."""
        return tuple(way for way in self.ways if way.state == ("met" if self.stands else "not met"))

    @property
    def hangs_on(self) -> tuple[str, ...]:
        """What would have to be known, where no way is met yet."""
        if self.indicated != "unknown" or not self.stands:
            return ()
        names = [fact.title for way in self.ways if way.state == "unknown" for fact in way.facts if fact.open]
        return tuple(dict.fromkeys(names))

    @property
    def group(self) -> str:
        """Which of the three groups it stands in: options that may fit are ordered together."""
        return "may fit" if self.stands else self.fit

    @property
    def stands(self) -> bool:
        """Whether nothing known speaks it out of the question."""
        return self.fit not in ("not indicated", "not suitable")


@dataclass(frozen=True)
class OptionGroup:
    """The options that may fit, those not meant for the person, or those barred, in their order."""

    id: str
    title: str
    options: tuple[OptionView, ...]


def options(lookup: Lookup, citations: Citations, facts: Facts) -> tuple[OptionGroup, ...]:
    """The options: those that may fit, in their order, then those that don't; an empty group isn't there."""
    views = [_option(citations, facts, lookup.options[row["option"]], row) for row in lookup.rows("option_fit")]
    return tuple(
        OptionGroup(group, words()["option_group"][group], tuple(view for view in views if view.group == group))
        for group in dict.fromkeys(view.group for view in views)
    )


def _option(citations: Citations, facts: Facts, option: s.Option, row: Row) -> OptionView:
    stands = row["fit"] not in ("not indicated", "not suitable")
    bars = [_bar(citations, facts, bar) for bar in _bars(option)]
    grade, ranking = option.grades[0], option.ranking
    return OptionView(
        id=option.id, title=option.title, kind=option.kind, fit=row["fit"], place=row["place"],
        against=tuple(bar for bar in bars if bar.fact.state == "present"),
        to_check=tuple(bar for bar in bars if bar.fact.open and bar.strength != "caution") if stands else (),
        ruled_out=sum(bar.fact.state == "absent" and bar.strength != "caution" for bar in bars),
        ways=tuple(_way(citations, facts, way) for way in option.indications), indicated=row["indicated"],
        evidence=f"{grade.grade}, for: {grade.about}", evidence_reason=grade.reason,
        effect=f"{ranking.effect}. {ranking.effect_reason}" if ranking else "",
        keys=_keys(option, row), guidelines=_guidelines(citations, option) if stands else (),
        draft=option.status == "draft", references=citations.refer(ranking.cite) if ranking and stands else (),
    )  # fmt: skip


def _bars(option: s.Option) -> list[tuple[s.OptionFact, str]]:
    """Contraindications with their strength, then cautions; of a fact named in both only the stronger."""
    rows: list[tuple[s.OptionFact, str]] = [(row, row.strength) for row in option.contraindications]
    barring = {row.fact for row in option.contraindications}
    return rows + [(row, "caution") for row in option.cautions if row.fact not in barring]


def _bar(citations: Citations, facts: Facts, bar: tuple[s.OptionFact, str]) -> BarView:
    row, strength = bar
    fact = facts[row.fact]
    references = citations.refer(row.cite) if fact.state == "present" else ()
    return BarView(row.text, strength, fact, references)


def _way(citations: Citations, facts: Facts, way: s.Indication) -> WayView:
    wanted = [(facts[name], "present") for name in way.needs] + [(facts[name], "absent") for name in way.without]
    refused = any(not fact.open and fact.state != state for fact, state in wanted)
    state = "not met" if refused else "unknown" if any(fact.open for fact, _ in wanted) else "met"
    references = citations.refer(way.cite) if state != "unknown" else ()
    return WayView(way.text, state, tuple(fact for fact, _ in wanted), references)


def _keys(option: s.Option, row: Row) -> tuple[tuple[str, str], ...]:
    """The keys of the order, in the order in which they are compared."""
    names, ranking = words()["key"], option.ranking
    step = "none" if row["step"] is None else str(row["step"])
    reason = f" ({ranking.step_reason.rstrip('.')})" if ranking else ""
    return (
        (names["indication"], words()["indication"][row["indicated"]]),
        (names["step"], f"{step}{reason}"),
        (names["certainty"], option.grades[0].grade),
        (names["effect"], ranking.effect if ranking else "not known"),
        (names["burden"], ranking.burden if ranking else "not stated"),
        (names["preference"], words()["preference"][str(row["preference_rank"])]),
    )


def _guidelines(citations: Citations, option: s.Option) -> tuple[GuidelineView, ...]:
    return tuple(
        GuidelineView(row.guideline, option.title, row.text, "" if row.read_at == "source" else "as others report it",
                      citations.refer(row.cite))
        for row in option.guidelines
    )  # fmt: skip


def guidelines(groups: tuple[OptionGroup, ...]) -> tuple[GuidelineView, ...]:
    """All that guidelines say of the options that stand, by guideline."""
    rows = [row for group in groups for option in group.options for row in option.guidelines]
    return tuple(sorted(rows, key=lambda row: (row.guideline, row.option)))
