"""Lines of treatment of made-up people."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import ibis
import pytest

from stepwell.cohort import lines as steps
from stepwell.cohort.flow_counts import line_count, line_flow, line_outcome_count, path_count, step_flow
from stepwell.cohort.lines import line_rules
from stepwell.cohort.pathways import PathwayRules, path, pathways
from stepwell.engines.duckdb import Engine
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
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
    made["definition"] = store.load(knowledge_tables(knowledge)["definition"])
    made["line_event"] = steps.line_event(made["attempt"])
    made["line_window"] = steps.line_window(made["person"], made["line_event"])
    made["line_step"] = store.keep(
        steps.line_step(made["line_event"], made["line_window"], line_rules(knowledge), store.keep, store.count)
    )
    made["line_trial"] = steps.line_trial(made["line_step"], made["line_event"])
    names = ("line_step", "line_trial", "era_supply", "dose_step", "verdict", "trial_outcome", "definition")
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
    rows = store.rows(line_flow(tables["line"]), ("step", "from_drugs", "to_drugs"))

    assert [tuple(row.values()) for row in rows] == [
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


def test_lines_are_counted_with_median_days_and_outcomes(store: Store, tables: dict[str, Any]) -> None:
    counts = store.rows(line_count(tables["line"]), ("line", "drugs"))
    outcomes = store.rows(line_outcome_count(tables["line"]), ("line", "drugs", "outcome"))

    assert [tuple(row.values()) for row in counts if row["line"] > 1] == [
        (2, "lithium+sertraline", 1, 90.0, 0, 0),
        (2, "sertraline", 1, 31.0, 0, 0),
        (2, "venlafaxine", 1, 90.0, 1, 1),
        (3, "lithium+sertraline", 1, 59.0, 0, 0),
        (3, "sertraline", 1, 120.0, 0, 0),
    ]
    assert [tuple(row.values()) for row in outcomes if row["line"] > 1] == [
        (2, "lithium+sertraline", "cannot tell", 1),
        (2, "sertraline", "cannot tell", 1),
        (2, "venlafaxine", "worked", 1),
        (3, "lithium+sertraline", "cannot tell", 1),
        (3, "sertraline", "continued", 1),
    ]


def test_a_way_beyond_the_longest_path_is_not_counted_as_an_end(store: Store, tables: dict[str, Any]) -> None:
    rules = PathwayRules(
        least_era_days=0, era_collapse_days=30, combination_days=30, least_after_combination_days=30, longest_path=1,
        keep="all",
    )  # fmt: skip
    made = pathways(tables["line_event"], tables["line_window"], rules, store.keep, store.count)

    flows = store.rows(step_flow(made), ("step",))
    paths = store.rows(path_count(path(made, tables["line_window"], rules)), ("path",))
    assert [tuple(row.values()) for row in flows] == [(1, "sertraline", "no further step", 4)]
    assert [(row["path"], row["people"]) for row in paths] == [("None", 1), ("sertraline", 7)]


@pytest.mark.parametrize("dialect", ["postgres", "pyspark"])
def test_every_step_can_be_put_into_the_sql_of_every_engine(tables: dict[str, Any], dialect: str) -> None:
    assert ibis.pyspark.name == "pyspark"  # loads its options, without which it can write no number
    names = ("line_step", "line_trial", "era_supply", "dose_step", "verdict", "trial_outcome", "definition")
    line = steps.line(*(tables[name] for name in names))
    event = steps.line_event(tables["attempt"])
    made = [event, steps.line_window(tables["person"], event), tables["line_trial"], line]
    made += [each(tables["line"]) for each in (line_flow, line_count, line_outcome_count)]

    assert all(str(ibis.to_sql(each, dialect=dialect)).startswith(("SELECT", "WITH")) for each in made)
