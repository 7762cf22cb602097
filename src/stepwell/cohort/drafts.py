"""The drafts of all count tables, from the counts that the engine gives: every row there is, and what adds up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from stepwell.cohort.counts import COUNTED_FITS
from stepwell.cohort.draft import EVERYBODY, OTHER, PEOPLE, Draft, Numbers, Raw, Row, counts_of
from stepwell.cohort.drafts_definitions import (
    DEFINITIONS,
    attrition,
    claims_rules,
    definitions,
    overlaps,
    verdicts,
)
from stepwell.cohort.drafts_lines import lines
from stepwell.cohort.groups import in_order, joined_groups, regrouped
from stepwell.cohort.pseudo import CANNOT_TELL, CLASSES, NO_FAULT, NOT_RESISTANT, OF_TRIALS, RESISTANT, TOO_FEW
from stepwell.cohort.steps import rule
from stepwell.cohort.suppress import Sum
from stepwell.cohort.times import ENDS, REMISSION
from stepwell.knowledge.load import Knowledge
from stepwell.logic import MET
from stepwell.reasons.states import NOT_ASSESSED, POSSIBLE, RULED_OUT, SHOWN

STATES = (SHOWN, POSSIBLE, RULED_OUT, NOT_ASSESSED)
TRIAL_PARTS = ("dose", "length", "adherence", "outcome")


def drafts(raw: Raw, knowledge: Knowledge, least: int) -> Iterator[Draft]:
    """Every draft but that of the variants."""
    groups = joined_groups(raw, rule(knowledge, "least-group") * least)
    yield _people(raw, knowledge, groups)
    yield attrition(raw, knowledge)
    yield definitions(raw, knowledge)
    yield overlaps(raw, knowledge, least)
    yield _of_everybody(raw, "reason_count", "reason", [one.id for one in knowledge.reasons], STATES,
                        {one.id: one.title for one in knowledge.reasons})  # fmt: skip
    yield _stages(raw, knowledge, least)
    yield _options(raw, knowledge, groups)
    yield verdicts(raw, knowledge)
    yield _pseudo(raw, knowledge)
    yield _pseudo_trials(raw, knowledge)
    yield _unknowns(raw, knowledge)
    yield _safety(raw, knowledge)
    yield time_ends(raw)
    yield from lines(raw, least)


def _people(raw: Raw, knowledge: Knowledge, groups: Mapping[tuple[str, str], str]) -> Draft:
    people, inferred = regrouped(counts_of(raw[PEOPLE], ["split_by", "group"], PEOPLE), groups, 1)
    rows = in_order(knowledge, groups)
    columns = dict.fromkeys(column for column, _ in rows if column != "all")
    sums = [Sum(tuple((PEOPLE, *row) for row in rows if row[0] == column), EVERYBODY) for column in columns]
    return Draft(PEOPLE, ("split_by", "group"), rows, people, inferred, sums)


def _of_everybody(
    raw: Raw, name: str, column: str, ids: Iterable[str], states: tuple[str, ...], titles: Mapping[str, str]
) -> Draft:
    """A table in which everybody has one state for each id."""
    people, inferred = counts_of(raw[name], [column, "state"], name)
    rows: list[Row] = [(one, state) for one in ids for state in states]
    sums = [
        Sum(tuple((name, one, state) for state in states), EVERYBODY) for one in dict.fromkeys(row[0] for row in rows)
    ]
    return Draft(name, (column, "state"), rows, people, inferred, sums, titles={"title": lambda row: titles[row[0]]})


def _stages(raw: Raw, knowledge: Knowledge, least: int) -> Draft:
    """Every method; ranges that fewer people have are joined, so that no row tells that there is one."""
    columns = ("method", "state", "category_low", "category_high")
    people, inferred = counts_of(raw["stage_count"], columns, "stage_count")
    rows: list[Row] = []
    sums: list[Sum] = []
    for method in (one.id for one in knowledge.staging):
        own = sorted(key for key in people if key[1] == method)
        small = [key for key in own if people[key] < least]
        other = ("stage_count", method, OTHER, OTHER, OTHER)
        people[other] = sum(people[key] for key in small)
        inferred[other] = sum(inferred[key] for key in small)
        rows += [key[1:] for key in (*(key for key in own if key not in small), other)]
        sums += [Sum(tuple(own), EVERYBODY), Sum(tuple(small), other)]
    titles = {one.id: one.title for one in knowledge.staging}
    return Draft("stage_count", columns, rows, people, inferred, sums, titles={"title": lambda row: titles[row[0]]})


def _options(raw: Raw, knowledge: Knowledge, groups: Mapping[tuple[str, str], str]) -> Draft:
    columns = ("option", "split_by", "group", "fit")
    name = "option_count"
    people, inferred = regrouped(counts_of(raw[name], columns, name), groups, 2)
    shown_groups = in_order(knowledge, groups)
    options = sorted(knowledge.options, key=lambda one: one.order)
    rows: list[Row] = [(one.id, *group, fit) for one in options for group in shown_groups for fit in COUNTED_FITS]
    sums: list[Sum] = []
    for one in options:
        key = (name, one.id)
        sums += [Sum(tuple((*key, *group, fit) for fit in COUNTED_FITS), (PEOPLE, *group)) for group in shown_groups]
        for column in dict.fromkeys(column for column, _ in shown_groups if column != "all"):
            own = [group for group in shown_groups if group[0] == column]
            sums += [
                Sum(tuple((*key, *group, fit) for group in own), (*key, "all", "all", fit)) for fit in COUNTED_FITS
            ]
    titles = {one.id: one.title for one in options}
    return Draft("option_count", columns, rows, people, inferred, sums, titles={"title": lambda row: titles[row[0]]})


def _pseudo(raw: Raw, knowledge: Knowledge) -> Draft:
    """Of the people whom a claims rule counts: the class, and what stands in the way."""
    people, inferred = counts_of(raw["pseudo_count"], ["definition_id", "class", "fault"], "pseudo_count")
    faults = sorted(knowledge.faults, key=lambda one: one.order)
    of_class = {
        RESISTANT: [NO_FAULT],
        NOT_RESISTANT: [one.name for one in faults if one.kind == "sure"],
        CANNOT_TELL: [*(one.name for one in faults if one.kind == "unknown"), TOO_FEW],
    }
    rows: list[Row] = []
    sums: list[Sum] = []
    for name in claims_rules(knowledge):
        for kind in CLASSES:
            own = tuple(("pseudo_count", name, kind, fault) for fault in of_class[kind])
            whole = ("pseudo_count", name, kind, "any")
            for number in (people, inferred):
                number[whole] = sum(number.get(key, 0) for key in own)
            rows += [whole[1:], *(key[1:] for key in own if kind != RESISTANT)]
            sums.append(Sum(own, whole))
        sums.append(Sum(tuple(("pseudo_count", name, kind, "any") for kind in CLASSES), (DEFINITIONS, name, MET)))
    titles = {one.name: one.title for one in faults}
    return Draft("pseudo_count", ("definition", "class", "fault"), rows, people, inferred, sums,
                 titles={"title": lambda row: titles.get(row[2])})  # fmt: skip


def _pseudo_trials(raw: Raw, knowledge: Knowledge) -> Draft:
    """People with at least one such trial behind the rule: they overlap, and only what is left over adds up."""
    name = "pseudo_trial_count"
    people, inferred = counts_of(raw[name], ["definition_id", "fault"], name)
    wholes = counts_of(raw[DEFINITIONS], ["definition_id", "result"], DEFINITIONS)
    rows: list[Row] = [(rule_id, fault) for rule_id in claims_rules(knowledge) for fault in (NO_FAULT, *OF_TRIALS)]
    titles = {one.name: one.title for one in knowledge.faults} | {NO_FAULT: "Failed by the leading definition"}
    draft = Draft(name, ("definition", "fault"), rows, people, inferred,
                  titles={"title": lambda row: titles[row[1]]})  # fmt: skip
    return _with_rest(draft, wholes, lambda row: (DEFINITIONS, row[0], MET))


def _with_rest(draft: Draft, wholes: tuple[Numbers, Numbers], whole_of: Callable[[Row], Row]) -> Draft:
    """Of each row the people whom it doesn't count: no row shows them, and they could be had by subtraction."""
    rest = {row: ("rest", draft.name, *row) for row in draft.rows}
    numbers = []
    for number, whole in zip((draft.people, draft.inferred), wholes, strict=True):
        left = {rest[row]: whole.get(whole_of(row), 0) - number.get(draft.key(row), 0) for row in draft.rows}
        numbers.append({**number, **left})
    sums = [Sum((draft.key(row), rest[row]), whole_of(row)) for row in draft.rows]
    return replace(draft, people=numbers[0], inferred=numbers[1], sums=sums, unshown=list(rest.values()))


def _unknowns(raw: Raw, knowledge: Knowledge) -> Draft:
    """People whose record leaves open a fact that would be asked of them, or a part of a trial."""
    wholes = counts_of(raw[PEOPLE], ["split_by", "group"], PEOPLE)
    known = counts_of(raw["unknown_fact_count"], ["fact"])
    trials = counts_of(raw["unknown_trial_count"], ["what"])
    rows: list[Row] = [("trial", part) for part in TRIAL_PARTS] + [("fact", one.id) for one in knowledge.facts]
    people, inferred = (
        {
            ("unknown_count", kind, what): ofs.get((what,), 0) if kind == "trial" else whole.get(EVERYBODY, 0)
            - facts.get((what,), 0) for kind, what in rows
        }
        for ofs, facts, whole in zip(trials, known, wholes, strict=True)
    )  # fmt: skip
    titles = {one.id: one.title for one in knowledge.facts}
    questions = {one.id: one.question for one in knowledge.facts}
    draft = Draft(
        "unknown_count", ("kind", "what"), rows, people, inferred,
        titles={
            "title": lambda row: titles.get(row[1], f"{row[1].capitalize()} of a trial"),
            "question": lambda row: questions.get(row[1]),
        },
    )  # fmt: skip
    return _with_rest(draft, wholes, lambda _: EVERYBODY)


def _safety(raw: Raw, knowledge: Knowledge) -> Draft:
    people, inferred = counts_of(raw["safety_count"], ["place", "newest"], "safety_count")
    wholes = counts_of(raw[PEOPLE], ["split_by", "group"], PEOPLE)
    scales = [one.id for one in knowledge.instruments if any(item.suicide for item in one.items)]
    first = [one.id for one in knowledge.facts if one.priority == 0]
    rows: list[Row] = [(place, newest) for place in ("any", *scales, *first) for newest in ("any", "yes")]
    titles = {one.id: one.title for one in knowledge.instruments} | {one.id: one.title for one in knowledge.facts}
    draft = Draft("safety_count", ("place", "newest"), rows, people, inferred,
                  titles={"title": lambda row: titles.get(row[0], "Anywhere in the record")})  # fmt: skip
    return _with_rest(draft, wholes, lambda _: EVERYBODY)


def time_ends(raw: Raw) -> Draft:
    """For each event how many people came to which end; how many there are is the same for most events."""
    people, inferred = counts_of(raw["time_count"], ["event", "end"], "time_end_count")
    events = sorted({key[1] for key in people})
    rows: list[Row] = [(event, end) for event in events for end in ENDS]
    sums = [
        Sum(tuple(("time_end_count", event, end) for end in ENDS), ("begun", event == REMISSION)) for event in events
    ]
    return Draft("time_end_count", ("event", "end"), rows, people, inferred, sums)
