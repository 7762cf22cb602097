"""Pathways of made-up people: a few lines in, a path out.

All cases of one set of rules run as the people of one table, so each also shows that the crowd changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import ibis
import pyarrow as pa
import pytest

from stepwell.cohort.pathways import PathwayRules, path, pathways
from stepwell.errors import ConfigError
from tests.unit.cohort.store import EVENT, TARGET, Store, dated, opened

YEARS = "start | end\n2020-01-01 | 2023-12-31"
RULES: dict[str, Any] = {
    "least_era_days": 0, "era_collapse_days": 5, "combination_days": 30, "least_after_combination_days": 30,
    "longest_path": 5, "keep": "all",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One person: the path of each window, why, the treatments, and rules and windows that differ."""

    paths: tuple[str, ...]
    why: str
    events: str
    rules: dict[str, Any] = field(default_factory=dict)
    targets: str = YEARS

    def title(self) -> str:
        return f"{self.why}: {', '.join(self.paths)}"


def case(paths: str, why: str, events: str, targets: str = YEARS, **rules: Any) -> Case:
    """A case; `events` are lines of treatment, start and end."""
    return Case(tuple(paths.split()), why, f"treatment | start | end\n{events.strip()}", rules, targets)


CASES = (
    case("None", "a window without treatment has a path without step", ""),
    case("A", "a treatment that begins after the window is not of it", """
        A | 2021-01-01 | 2021-04-01
        B | 2024-01-01 | 2024-06-01"""),
    case("A", "a treatment that begins on the last day of the window is of it", "A | 2023-12-31 | 2024-06-01"),
    case("None", "a treatment that began before the window is not of it", "A | 2019-12-31 | 2021-06-01"),
    case("A", "unless the window is moved ahead", "A | 2019-12-31 | 2021-06-01", from_days=-1),
    case("B", "days after the start are the window where both ends are anchored there", """
        A | 2020-01-05 | 2020-02-05
        B | 2020-02-06 | 2020-03-06
        C | 2020-06-06 | 2020-07-06""", from_days=31, to_anchor="start", to_days=60),
    case("B", "days before the end are the window where both ends are anchored there", """
        A | 2020-01-05 | 2020-02-05
        B | 2023-12-15 | 2024-02-01""", from_anchor="end", from_days=-30),
    case("A B", "each window has its own path", """
        A | 2020-01-05 | 2020-02-05
        B | 2021-01-05 | 2021-02-05""", """start | end
        2020-01-01 | 2020-12-31
        2021-01-01 | 2021-12-31"""),
    case("A-B", "windows that are joined have one", """
        A | 2020-01-05 | 2020-02-05
        B | 2021-01-05 | 2021-02-05""", """start | end
        2020-01-01 | 2020-12-31
        2021-01-01 | 2021-12-31""", join_windows=True),
    case("A", "a treatment in two joined windows is one", "A | 2020-08-05 | 2020-12-05", """start | end
        2020-01-01 | 2020-12-31
        2020-06-01 | 2021-12-31""", join_windows=True),
    case("B", "an era that is shorter than the least is no step", """
        A | 2020-01-01 | 2020-01-30
        B | 2020-03-01 | 2020-03-31""", least_era_days=30),
    case("None", "an era has to be long enough before it is joined to the next", """
        A | 2020-01-01 | 2020-01-21
        A | 2020-01-22 | 2020-02-11""", least_era_days=30),
    case("A", "a gap as long as allowed joins", """
        A | 2020-01-01 | 2020-02-01
        A | 2020-02-06 | 2020-03-01"""),
    case("A-A", "a gap that is a day longer does not", """
        A | 2020-01-01 | 2020-02-01
        A | 2020-02-07 | 2020-03-01"""),
    case("A-A", "two pairs that join stay two where the gap between them is long", """
        A | 2020-01-01 | 2020-02-01
        A | 2020-02-03 | 2020-03-01
        A | 2020-06-01 | 2020-07-01
        A | 2020-07-03 | 2020-08-01"""),
    case("A+B-A", "what lies within another supply of it does not shorten it", """
        A | 2020-01-01 | 2020-06-01
        A | 2020-01-10 | 2020-02-01
        B | 2020-01-05 | 2020-04-01""", least_after_combination_days=10),
    case("A-A+B-B", "an overlap as long as asked is a combination", """
        A | 2020-01-01 | 2020-04-01
        B | 2020-03-02 | 2020-06-01"""),
    case("A-B", "an overlap that is a day shorter is a switch", """
        A | 2020-01-01 | 2020-04-01
        B | 2020-03-03 | 2020-06-01"""),
    case("A+B-B", "what is left too short before a combination goes", """
        A | 2020-01-01 | 2020-04-01
        B | 2020-01-30 | 2020-06-01"""),
    case("A-A+B", "what is left too short after a combination goes", """
        A | 2020-01-01 | 2020-04-01
        B | 2020-02-01 | 2020-04-30"""),
    case("A-A+B-A", "one within the other makes three steps of the longer", """
        A | 2020-01-01 | 2020-12-01
        B | 2020-03-01 | 2020-05-01"""),
    case("A+B", "the same days are a combination, however few", """
        A | 2020-01-01 | 2020-01-11
        B | 2020-01-01 | 2020-01-11""", least_after_combination_days=5),
    case("A+B-B", "the same start is a combination, however short one of them is", """
        A | 2020-01-01 | 2020-01-11
        B | 2020-01-01 | 2020-06-01""", least_after_combination_days=5),
    case("A-A+B", "the same end is a combination, however short one of them is", """
        A | 2020-01-01 | 2020-06-01
        B | 2020-05-22 | 2020-06-01""", least_after_combination_days=5),
    case("A+B+C", "three together are one step", """
        A | 2020-01-01 | 2020-06-01
        C | 2020-01-01 | 2020-06-01
        B | 2020-01-01 | 2020-06-01"""),
    case("A-A+B-A+B+C-B+C-C", "three that overlap in turn", """
        A | 2020-01-01 | 2020-06-01
        B | 2020-02-15 | 2020-08-01
        C | 2020-04-01 | 2020-12-01"""),
    case("A-B-B+C-C", "a switch and then a combination", """
        A | 2020-01-01 | 2020-06-01
        B | 2020-05-15 | 2020-09-01
        C | 2020-07-15 | 2020-12-01"""),
    case("C-C+D-D", "short eras go where anything of the window overlaps", """
        A | 2020-01-01 | 2020-01-20
        C | 2020-03-01 | 2020-06-01
        D | 2020-04-15 | 2020-09-01"""),
    case("A-C-D", "and stay where nothing does", """
        A | 2020-01-01 | 2020-01-20
        C | 2020-03-01 | 2020-06-01
        D | 2020-06-01 | 2020-09-01"""),
    case("A-C-C+D-D", "a short era of its own stays where only remains are left out", """
        A | 2020-01-01 | 2020-01-20
        C | 2020-03-01 | 2020-06-01
        D | 2020-04-15 | 2020-09-01""", short="remains"),
    case("A-B", "that the days touch is no overlap", """
        A | 2020-01-01 | 2020-03-01
        B | 2020-03-01 | 2020-03-10""", least_after_combination_days=30),
    case("A-B", "an overlap that is kept changes no path by itself", """
        A | 2020-01-01 | 2020-03-01
        B | 2020-02-20 | 2020-06-01""", overlap="keep"),
    case("A-B-B+C-C", "one that is kept doesn't stand in the way of the next", """
        A | 2020-01-01 | 2020-03-01
        B | 2020-02-20 | 2020-08-01
        C | 2020-05-20 | 2020-12-01""", overlap="keep"),
    case("A-B", "the first time alone", """
        A | 2020-01-01 | 2020-03-01
        B | 2020-04-01 | 2020-06-01
        A | 2020-07-01 | 2020-09-01
        B | 2020-10-01 | 2020-12-01""", keep="first"),
    case("A-B-A", "a change alone", """
        A | 2020-01-01 | 2020-03-01
        A | 2020-04-01 | 2020-06-01
        B | 2020-07-01 | 2020-09-01
        A | 2020-10-01 | 2020-12-01""", keep="changes"),
    case("A-B", "no more steps than asked for", """
        A | 2020-01-01 | 2020-03-01
        B | 2020-04-01 | 2020-06-01
        C | 2020-07-01 | 2020-09-01""", longest_path=2),
    case("A|(acute)-A|(therapy)", "a treatment that is split by its length", """
        A | 2020-01-01 | 2020-01-20
        A | 2020-03-01 | 2020-04-01""", split_days={"A": 30}),
    case("A", "a row without an end can't be placed", """
        A | 2020-01-01 | 2020-03-01
        B | 2020-04-01 |"""),
)  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Iterator[dict[int, list[str]]]:
    """The paths of every case by its place: one run for each set of rules."""
    with opened() as store:
        result: dict[int, list[str]] = {}
        for rules in {str(case.rules): case.rules for case in CASES}.values():
            alike = {place: case for place, case in enumerate(CASES) if case.rules == rules}
            result |= run(store, PathwayRules(**RULES | rules), alike)
        yield result


def run(store: Store, rules: PathwayRules, cases: dict[int, Case]) -> dict[int, list[str]]:
    """The paths of these cases, each a person of one table."""
    events = [row | {"person_id": str(n)} for n, case in cases.items() for row in dated(case.events, EVENT)]
    targets = [row | {"person_id": str(n)} for n, case in cases.items() for row in dated(case.targets, TARGET)]
    event = store.load(pa.Table.from_pylist(events, schema=EVENT))
    target = store.load(pa.Table.from_pylist(targets, schema=TARGET))
    steps = pathways(event, target, rules, store.keep, store.count)
    rows = store.rows(path(steps, target, rules), ("person_id", "window"))
    return {n: [row["path"] for row in rows if row["person_id"] == str(n)] for n in cases}


@pytest.mark.parametrize("place", range(len(CASES)), ids=[each.title() for each in CASES])
def test_pathway(found: dict[int, list[str]], place: int) -> None:
    assert found[place] == [each.replace("|", " ") for each in CASES[place].paths]


def test_a_step_says_when_it_began_and_ended_and_how_long_it_was() -> None:
    with opened() as store:
        events = store.load(pa.Table.from_pylist(dated("""treatment | start | end
            A | 2020-01-01 | 2020-04-01
            B | 2020-03-02 | 2020-06-01""", EVENT), schema=EVENT))  # fmt: skip
        targets = store.load(pa.Table.from_pylist(dated(YEARS, TARGET), schema=TARGET))
        rules = PathwayRules(**RULES | {"longest_path": 2})
        rows = store.rows(pathways(events, targets, rules, store.keep, store.count), ("order",))

    assert [(row["drugs"], str(row["start"]), str(row["end"]), row["days"], row["last"]) for row in rows] == [
        ("A", "2020-01-01", "2020-03-02", 61, False),
        ("A+B", "2020-03-02", "2020-04-01", 30, False),
    ]


def test_rules_that_cannot_be_used_are_named_all_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        PathwayRules(**RULES | {"keep": "last", "longest_path": 0, "combination_days": -1})

    assert str(caught.value) == (
        "The rules of the pathways can't be used:\n"
        "longest_path is 0; allowed is a whole number from 1.\n"
        "combination_days is -1; allowed is a whole number from 0.\n"
        "keep is 'last'; allowed is first or changes or all."
    )


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "pyspark"])
def test_every_pass_is_one_statement_on_every_engine(dialect: str) -> None:
    """What the engines make of them is tested where the engines run; here, that they can be asked."""
    written: list[str] = []

    def keep(expr: ibis.expr.types.Table) -> ibis.expr.types.Table:
        written.append(str(ibis.to_sql(expr, dialect=dialect)))
        return ibis.table(expr.schema(), name=f"pass_{len(written)}")

    left = iter((3, 1, 0))
    events = ibis.table(ibis.Schema.from_pyarrow(EVENT), name="event")
    targets = ibis.table(ibis.Schema.from_pyarrow(TARGET), name="target")
    rules = PathwayRules(**RULES)
    steps = keep(pathways(events, targets, rules, keep, lambda _: next(left)))
    keep(path(steps, targets, rules))

    assert len(written) == 5
