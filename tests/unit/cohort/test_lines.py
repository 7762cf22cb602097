"""Lines of treatment of made-up people."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import ibis
import pytest

from stepwell.cohort import lines as steps
from stepwell.cohort.line_counts import line_flow, line_outcome, line_path
from stepwell.cohort.lines import line_rules
from stepwell.cohort.steps import tables as cohort_tables
from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import Knowledge
from tests.spec.harness import Case, cells, combined
from tests.unit.cohort.store import Store, opened

AS_OF = date(2024, 12, 31)
READ = ("person", "attempt", "era_supply", "dose_step", "verdict", "trial_outcome")
SCORE = "instrument | date | value"
OBSERVED = "observed_from | observed_to\n2020-01-01 | 2024-12-31"

SWITCH = Case(
    title="a switch makes two lines, each with the verdict of its trial",
    record={
        "person": OBSERVED,
        "exposure": """
            ingredient | start | days | dose
            sertraline | 2022-01-01 | 90 | 100
            venlafaxine | 2022-04-01 | 90 | 150""",
        "score": f"""
            {SCORE}
            phq-9 | 2021-12-30 | 20
            phq-9 | 2022-03-28 | 18
            phq-9 | 2022-06-25 | 4""",
    },
    expected={
        "line": """
            line | drugs | start | end | days | dates | peak_dose_low | peak_dose_high | outcome | remission | after
            1 | sertraline | 2022-01-01 | 2022-04-01 | 90 | met | 100 | 100 | failed | not met | next line
            2 | venlafaxine | 2022-04-01 | 2022-06-30 | 90 | met | 150 | 150 | worked | met | stopped"""
    },
)
ADDED = Case(
    title="what is added begins a line, and what goes on alone after it is a line without an outcome of its own",
    record={
        "person": OBSERVED,
        "exposure": """
            ingredient | start | days | dose
            sertraline | 2022-01-01 | 300 | 100
            lithium | 2022-04-01 | 90 |""",
    },
    expected={
        "line": """
            line | drugs | start | drug_count | dose_unit | days_covered_low | outcome | after
            1 | sertraline | 2022-01-01 | 1 | mg/day | 90 | cannot tell | next line
            2 | lithium+sertraline | 2022-04-01 | 2 | | 90 | cannot tell | next line
            3 | sertraline | 2022-06-30 | 1 | mg/day | 120 | continued | stopped"""
    },
)
BEFORE = Case(
    title="the first line is the first that was observed",
    record={
        "person": OBSERVED,
        "exposure": """
            ingredient | start | days | dose
            fluoxetine | 2019-01-01 | 90 | 20
            sertraline | 2022-01-01 | 90 | 100""",
    },
    expected={"line": "line | drugs\n1 | sertraline"},
)
RUNNING = Case(
    title="a line that is still taken is not stopped",
    record={
        "person": OBSERVED,
        "exposure": "ingredient | start | days | dose | status\nsertraline | 2024-10-01 | 120 | 100 | active",
    },
    expected={"line": "line | drugs | after\n1 | sertraline | still running"},
)
OPEN = Case(
    title="a line whose end isn't recorded says so, and its dates are unknown",
    record={
        "person": OBSERVED,
        "exposure": "ingredient | start | dose | status\nsertraline | 2022-10-01 | 100 | unknown",
    },
    expected={"line": "line | drugs | dates | after\n1 | sertraline | unknown | end not recorded"},
)
GAPS = Case(
    title="days covered are the days supplied, the share of those of the line",
    record={
        "person": OBSERVED,
        "exposure": """
            ingredient | start | days | dose
            sertraline | 2022-01-01 | 30 | 50
            sertraline | 2022-02-20 | 50 | 100""",
    },
    expected={
        "line": """
            line | days | days_covered_low | days_covered_high | proportion_covered_low | peak_dose_high
            1 | 100 | 80 | 80 | 0.8 | 100"""
    },
)
SHORT = Case(
    title="a trial of a week is a line, also of somebody with a combination",
    record={
        "person": OBSERVED,
        "exposure": """
            ingredient | start | days | dose
            fluoxetine | 2021-06-01 | 7 | 20
            sertraline | 2022-01-01 | 90 | 100
            lithium | 2022-02-01 | 59 |""",
    },
    expected={
        "line": """
            line | drugs | days | outcome
            1 | fluoxetine | 7 | too short
            2 | sertraline | 31 | cannot tell
            3 | lithium+sertraline | 59 | cannot tell"""
    },
)
NOBODY = Case(title="no treatment is no line", record={"person": OBSERVED}, expected={"line": ""})
CASES = [SWITCH, ADDED, BEFORE, RUNNING, OPEN, GAPS, SHORT, NOBODY]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with opened() as store:
        yield store


@pytest.fixture(scope="module")
def tables(store: Store, knowledge: Knowledge) -> dict[str, Any]:
    """What a run over all cases gives, and the lines made of it."""
    engine = Engine(knowledge)
    found = engine.run(combined(CASES), AS_OF, READ)
    engine.close()
    made = {name: store.load(table) for name, table in found.items()}
    made["cohort_parameter"] = store.load(cohort_tables(knowledge)["cohort_parameter"])
    made["line_event"] = steps.line_event(made["attempt"])
    made["line_window"] = steps.line_window(made["person"], made["line_event"])
    made["line_step"] = store.keep(
        steps.line_step(made["line_event"], made["line_window"], line_rules(knowledge), store.keep, store.count)
    )
    made["line_trial"] = steps.line_trial(made["line_step"], made["line_event"])
    names = ("line_step", "line_trial", "era_supply", "dose_step", "verdict", "trial_outcome", "cohort_parameter")
    made["people"] = made["person"].select("person_id", inferred=ibis.literal(False))
    made["line"] = store.keep(steps.line(*(made[name] for name in names)))
    return made


def _text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_lines(store: Store, tables: dict[str, Any], case: Case) -> None:
    expected = cells(case.expected["line"])
    lines = [row for row in store.rows(tables["line"], ("line",)) if row["person_id"] == case.person_id]

    assert [{name: _text(row[name]) for name in want} for row, want in zip(lines, expected, strict=True)] == expected


def test_lines_of_classes_do_not_change_within_a_class(
    store: Store, tables: dict[str, Any], knowledge: Knowledge
) -> None:
    events = steps.line_class_event(tables["attempt"])
    lines = steps.line_step(events, tables["line_window"], line_rules(knowledge), store.keep, store.count)

    rows = store.rows(lines, ("person_id", "line"))
    assert [row["drugs"] for row in rows if row["person_id"] == ADDED.person_id] == ["ssri", "lithium+ssri", "ssri"]
    assert [row["drugs"] for row in rows if row["person_id"] == SWITCH.person_id] == ["ssri", "snri"]


def test_ways_from_line_to_line_are_counted_with_how_they_end(store: Store, tables: dict[str, Any]) -> None:
    rows = store.rows(line_flow(tables["line"], tables["people"]), ("step", "from_drugs", "to_drugs"))

    assert [tuple(row.values())[:4] for row in rows] == [
        (1, "fluoxetine", "sertraline", 1),
        (1, "sertraline", "end not recorded", 1),
        (1, "sertraline", "lithium+sertraline", 1),
        (1, "sertraline", "still running", 1),
        (1, "sertraline", "stopped", 2),
        (1, "sertraline", "venlafaxine", 1),
        (2, "lithium+sertraline", "sertraline", 1),
        (2, "sertraline", "lithium+sertraline", 1),
        (2, "venlafaxine", "stopped", 1),
        (3, "lithium+sertraline", "stopped", 1),
        (3, "sertraline", "stopped", 1),
    ]


def test_lines_are_counted_with_their_outcomes(store: Store, tables: dict[str, Any]) -> None:
    rows = store.rows(line_outcome(tables["line"], tables["people"]), ("line", "drugs", "outcome"))

    assert [tuple(row.values())[:4] for row in rows if row["line"] > 1] == [
        (2, "lithium+sertraline", "cannot tell", 1),
        (2, "sertraline", "cannot tell", 1),
        (2, "venlafaxine", "worked", 1),
        (3, "lithium+sertraline", "cannot tell", 1),
        (3, "sertraline", "continued", 1),
    ]


def test_a_way_beyond_the_last_line_told_apart_goes_on(store: Store, tables: dict[str, Any]) -> None:
    cut = tables["line"].filter(tables["line"].line == 1)
    rows = store.rows(line_flow(cut, tables["people"]), ("step", "from_drugs", "to_drugs"))

    assert {row["to_drugs"] for row in rows} == {"goes on", "stopped", "still running", "end not recorded"}


def test_paths_are_the_drugs_of_one_line_after_another(store: Store, tables: dict[str, Any]) -> None:
    rows = store.rows(line_path(tables["line"], tables["people"], 2), ("path",))

    assert {row["path"]: row["people"] for row in rows}["sertraline > venlafaxine"] == 1
    assert sum(row["people"] for row in rows) == len(
        {row["person_id"] for row in store.rows(tables["line"], ("person_id",))}
    )


@pytest.mark.parametrize("dialect", ["postgres", "pyspark"])
def test_every_step_can_be_put_into_the_sql_of_every_engine(tables: dict[str, Any], dialect: str) -> None:
    assert ibis.pyspark.name == "pyspark"  # loads its options, without which it can write no number
    names = ("line_step", "line_trial", "era_supply", "dose_step", "verdict", "trial_outcome", "cohort_parameter")
    line = steps.line(*(tables[name] for name in names))
    event = steps.line_event(tables["attempt"])
    made = [event, steps.line_window(tables["person"], event), tables["line_trial"], line]
    made += [line_flow(tables["line"], tables["people"]), line_outcome(tables["line"], tables["people"])]
    made.append(line_path(tables["line"], tables["people"], 5))

    assert all(str(ibis.to_sql(each, dialect=dialect)).startswith(("SELECT", "WITH")) for each in made)
