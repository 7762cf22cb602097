"""Every indication, contraindication and caution of every option: whom it settles, and who is asked.

The people are made from the knowledge: a new contraindication is tested by being there. All of them are reviewed in
one run.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from stepwell.engines.duckdb import Engine
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge, load
from stepwell.records.read import read
from stepwell.records.tables import build_tables

AS_OF = date(2025, 6, 1)
KNOWLEDGE = load()
FACTS = {fact.id: fact for fact in KNOWLEDGE.facts}
BARS = [(option.id, row.id) for option in KNOWLEDGE.options for row in option.contraindications]
CAUTIONS = [(option.id, row.id) for option in KNOWLEDGE.options for row in option.cautions]
WAYS = [(option.id, way.id) for option in KNOWLEDGE.options for way in option.indications]


@dataclass(frozen=True)
class Found:
    """What the run said of the people: fits, whether an option is meant for them, and what they are asked."""

    fit: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    indicated: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    needs_met: dict[str, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))
    asked: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))


def askable(fact: str) -> tuple[str, ...]:
    """The facts that are asked in place of one: the parts of one that is made of others, else itself."""
    return FACTS[fact].any_of or (fact,)


def answers(yes: Iterable[str], no: Iterable[str]) -> dict[str, str]:
    """Answers that make some facts present and others absent; a wider fact is told as its narrower ones are."""
    said = {part: "no" for fact in no for part in askable(fact)}
    for fact in yes:
        part = askable(fact)[0]
        said[part] = "yes"
        gate = FACTS[part].gate
        if gate and gate in FACTS:
            said[gate] = "yes"
    return said


def settled(
    option: s.Option, way: s.Indication, present: str | None = None, unsaid: str | None = None
) -> dict[str, str]:
    """Somebody for whom an option is meant in one way, all that bars it answered no but for two facts."""
    facts = {row.fact for row in (*option.contraindications, *option.cautions)}
    yes = {*way.needs, *([present] if present else [])}
    said = answers(yes, (facts | set(way.without)) - yes)
    for part in askable(unsaid) if unsaid else ():
        said.pop(part, None)
    return said


def crowd() -> Iterator[tuple[str, dict[str, str]]]:
    """Everybody by name, with their answers."""
    yield "nobody asked", {}
    for option in KNOWLEDGE.options:
        first = option.indications[0]
        yield f"{option.id} refused", answers((), [fact for way in option.indications for fact in way.needs])
        for way in option.indications:
            yield f"{option.id} for {way.id}", settled(option, way)
        for row in option.contraindications:
            yield f"{option.id} with {row.id}", settled(option, first, present=row.fact)
            yield f"{option.id} unsaid {row.id}", settled(option, first, unsaid=row.fact)
        for caution in option.cautions:
            yield f"{option.id} with {caution.id}", settled(option, first, present=caution.fact)
    rtms = option_of("rtms")
    yield "rtms suggested psychotic-features", settled(rtms, rtms.indications[0]) | {"psychotic-features": "only yes"}


def write(folder: Path, people: dict[str, dict[str, str]]) -> None:
    """The people as a CSV record: answers; for what a yes alone doesn't settle, a diagnosis or a medicine."""
    told = [(name, fact, said) for name, answered in people.items() for fact, said in answered.items()]
    shown = [(name, fact) for name, fact, said in told if said == "yes" and FACTS[fact].yes_says == "possible"]
    answered = [(name, fact, said.removeprefix("only ")) for name, fact, said in told if (name, fact) not in shown]
    write_csv(folder / "person.csv", ["person_id"], [[name] for name in people])
    write_csv(
        folder / "answers.csv",
        ["person_id", "date", "question", "answer", "by"],
        [[name, AS_OF, fact, said, "clinician"] for name, fact, said in answered],
    )
    write_csv(
        folder / "conditions.csv",
        ["person_id", "start", "status", "icd10"],
        [[name, AS_OF, "active", code_of(fact)] for name, fact in shown if code_of(fact)],
    )
    write_csv(
        folder / "medications.csv",
        ["person_id", "start", "status", "medicine"],
        [[name, AS_OF, "active", medicine_of(fact)] for name, fact in shown if not code_of(fact)],
    )


def write_csv(path: Path, header: list[str], rows: Iterable[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def signs_of(fact: str, kind: str) -> set[str]:
    """What a record is searched for, in one kind of row, that shows a fact."""
    return {sign.of for sign in FACTS[fact].signs if sign.kind == kind and sign.says == "present"}


def code_of(fact: str) -> str | None:
    """An ICD-10-CM code that shows a fact, if one does."""
    sets = signs_of(fact, "condition")
    codes = (code.code for code in KNOWLEDGE.codes if code.code_set in sets and code.system == "icd-10-cm")
    return next(codes, None)


def medicine_of(fact: str) -> str:
    """A medicine that shows a fact."""
    sets = signs_of(fact, "medicine")
    members = {one.ingredient for one in KNOWLEDGE.drug_sets if one.drug_set in sets} | sets
    return next(one.label for one in KNOWLEDGE.ingredients if one.id in members)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("crowd")
    people = dict(crowd())
    ids = {f"P{number}": name for number, name in enumerate(people)}
    write(folder, {person: people[name] for person, name in ids.items()})
    engine = Engine(KNOWLEDGE)
    results = engine.run(read(folder, KNOWLEDGE).tables, AS_OF, ("option_fit", "bearing"))
    engine.close()
    found = Found()
    for row in results["option_fit"].to_pylist():
        found.fit[ids[row["person_id"]]][row["option"]] = row["fit"]
        found.indicated[ids[row["person_id"]]][row["option"]] = row["indicated"]
        found.needs_met[ids[row["person_id"]]][row["option"]] = row["needs_met"]
    for row in results["bearing"].to_pylist():
        if row["bears_on"] == "option":
            found.asked[ids[row["person_id"]], row["on"]].add(row["question"])
    return found


def option_of(option_id: str) -> s.Option:
    return next(option for option in KNOWLEDGE.options if option.id == option_id)


def unbarred(option: s.Option) -> str:
    """The best fit that an option can have: where no contraindication was read at a source, never suitable."""
    return "suitable" if option.contraindications else "caution"


@pytest.mark.parametrize(("option_id", "way_id"), WAYS)
def test_an_option_fits_whom_it_is_meant_for_once_nothing_bars_it(found: Found, option_id: str, way_id: str) -> None:
    name = f"{option_id} for {way_id}"
    way = next(way for way in option_of(option_id).indications if way.id == way_id)
    assert found.indicated[name][option_id] == "met"
    assert found.needs_met[name][option_id] or not way.needs
    assert found.fit[name][option_id] == unbarred(option_of(option_id))
    assert found.asked[name, option_id] == set()


@pytest.mark.parametrize("option_id", [option.id for option in KNOWLEDGE.options])
def test_of_whom_nothing_is_known_every_option_is_checked_first(found: Found, option_id: str) -> None:
    assert found.fit["nobody asked"][option_id] == "check first"
    assert not found.needs_met["nobody asked"][option_id]
    assert found.asked["nobody asked", option_id] != set()


@pytest.mark.parametrize("option_id", [option.id for option in KNOWLEDGE.options])
def test_an_option_is_not_indicated_for_whom_every_way_is_refused(found: Found, option_id: str) -> None:
    name = f"{option_id} refused"
    assert found.fit[name][option_id] == "not indicated"
    assert found.asked[name, option_id] == set(), "what isn't meant for somebody is asked about no more"


@pytest.mark.parametrize(("option_id", "bar"), BARS)
def test_a_contraindication_bars_or_is_weighed(found: Found, option_id: str, bar: str) -> None:
    row = next(row for row in option_of(option_id).contraindications if row.id == bar)
    expected = {"absolute": "not suitable", "relative": "caution"}[row.strength]
    assert found.fit[f"{option_id} with {bar}"][option_id] == expected


@pytest.mark.parametrize(("option_id", "bar"), BARS)
def test_a_contraindication_nobody_told_of_is_asked_about(found: Found, option_id: str, bar: str) -> None:
    row = next(row for row in option_of(option_id).contraindications if row.id == bar)
    if FACTS[row.fact].silence == "absent":
        assert found.fit[f"{option_id} unsaid {bar}"][option_id] == "suitable"
        return
    parts = [FACTS[part] for part in askable(row.fact)]
    assert found.fit[f"{option_id} unsaid {bar}"][option_id] == "check first"
    asked = found.asked[f"{option_id} unsaid {bar}", option_id]
    assert asked, "nothing is asked although something is open"
    assert asked <= {fact for part in parts for fact in (part.id, part.gate) if fact}


@pytest.mark.parametrize(("option_id", "caution"), CAUTIONS)
def test_a_caution_is_pointed_out_and_never_bars_by_itself(found: Found, option_id: str, caution: str) -> None:
    option = option_of(option_id)
    fact = next(row.fact for row in option.cautions if row.id == caution)
    wider = {row.fact for row in option.contraindications if row.strength == "absolute"} & {FACTS[fact].gate}
    expected = "not suitable" if wider else "caution"
    assert found.fit[f"{option_id} with {caution}"][option_id] == expected


@pytest.mark.parametrize("option_id", [option.id for option in KNOWLEDGE.options])
def test_every_option_comes_out_each_way_it_can(found: Found, option_id: str) -> None:
    option = option_of(option_id)
    strengths = {row.strength for row in option.contraindications}
    ways = {"check first", "not indicated", unbarred(option)}
    ways |= {"not suitable"} if "absolute" in strengths else set()
    ways |= {"caution"} if "relative" in strengths or option.cautions else set()
    assert ways - {fits[option_id] for fits in found.fit.values()} == set()


def test_only_an_inhibitor_that_is_taken_now_is_in_its_own_washout() -> None:
    absolute = {(option.id, row.fact) for option in KNOWLEDGE.options for row in option.contraindications}
    behind = {
        (option.id, row.fact)
        for option in KNOWLEDGE.options
        for row in option.cautions
        if (option.id, FACTS[row.fact].gate) in absolute
    }
    assert behind == {("switch", "maoi-use"), ("combination", "maoi-use")}


def test_a_yes_that_only_suggests_neither_bars_nor_clears(found: Found) -> None:
    assert FACTS["psychotic-features"].yes_says == "possible"
    assert found.fit["rtms suggested psychotic-features"]["rtms"] == "check first"


def test_a_wider_question_that_is_answered_no_settles_the_narrower_ones(knowledge: Knowledge, tmp_path: Path) -> None:
    option = option_of("ect")
    said = settled(option, next(way for way in option.indications if way.id == "several-failures"))
    gated = [row.fact for row in option.contraindications if FACTS[row.fact].gate == "brain-or-nerve-history"]
    assert gated
    told = {fact: answer for fact, answer in said.items() if fact not in gated} | {"brain-or-nerve-history": "no"}
    write(tmp_path, {"1": told})
    engine = Engine(knowledge)
    results = engine.run(read(tmp_path, knowledge).tables, AS_OF, ("option_fit",))
    engine.close()
    fits = {row["option"]: row["fit"] for row in results["option_fit"].to_pylist()}
    assert fits["ect"] == "suitable"


@pytest.mark.parametrize(
    ("fact", "option"), [("acute-danger-to-self", "loc-inpatient"), ("alcohol-or-sedative-withdrawal", "loc-detox")]
)
def test_danger_and_withdrawal_put_the_level_of_care_first(fact: str, option: str) -> None:
    person: dict[str, object] = {"person_id": "ana", "evidence_id": "person#1"}
    answer: dict[str, object] = {
        "person_id": "ana", "question": fact, "value": "yes", "date_earliest": AS_OF, "date_latest": AS_OF,
        "evidence_id": "answers#1",
    }  # fmt: skip
    tables = build_tables({"person": [person], "answer": [answer]})
    rows = Engine(KNOWLEDGE).run(tables, AS_OF, ["option_fit"])["option_fit"].to_pylist()
    assert [row["option"] for row in rows if row["place"] == 0] == [option]
