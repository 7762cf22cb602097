"""Counts of a crowd are the sums over its people, on every engine and in any order."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis
import pyarrow as pa
import pytest

from stepwell.cohort.drafts import drafts
from stepwell.cohort.finish import least_cell, published
from stepwell.cohort.groups import joined_groups
from stepwell.cohort.logic import rests_on_inferred
from stepwell.engines import postgres
from stepwell.errors import ConfigError
from stepwell.knowledge.load import Knowledge
from tests import servers
from tests.cohort.conftest import AS_OF, COPIES
from tests.cohort.harness import WANTED, Tables, on_duckdb, on_store


def _turned(table: pa.Table) -> pa.Table:
    """The same rows, the last first."""
    return table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64()))


def _counts(table: pa.Table, *columns: str) -> dict[tuple[object, ...], int]:
    return {tuple(row[column] for column in columns): row["people"] for row in table.to_pylist()}


@pytest.mark.parametrize(
    ("counted", "people", "columns"),
    [
        ("people_count", "person_group", ("split_by", "group")),
        ("pseudo_count", "pseudo_resistance", ("definition_id", "class", "fault")),
        ("time_count", "time_to_event", ("event", "end", "days")),
    ],
)
def test_a_count_is_the_number_of_its_people(
    counted: str, people: str, columns: tuple[str, ...], crowd: Tables
) -> None:
    rows = Counter(tuple(row[column] for column in columns) for row in crowd[people].to_pylist())

    assert _counts(crowd[counted], *columns) == rows


def test_who_need_a_check_are_told_from_those_of_whom_it_is_not_known_that_an_option_is_meant_for_them(
    crowd: Tables,
) -> None:
    fits = [
        (row["option"], "not known" if row["fit"] == "check first" and not row["needs_met"] else row["fit"])
        for row in crowd["option_fit"].to_pylist()
    ]
    everybody = [row for row in crowd["option_count"].to_pylist() if row["split_by"] == "all"]

    assert {(row["option"], row["fit"]): row["people"] for row in everybody} == Counter(fits)
    assert {"check first", "not known"} <= {fit for _, fit in fits}


def test_attrition_counts_those_whom_every_earlier_step_let_through(crowd: Tables) -> None:
    reached = [row for row in crowd["person_step"].to_pylist() if row["reached"]]
    rows = Counter((row["definition_id"], row["step"], row["state"]) for row in reached)

    assert _counts(crowd["attrition_count"], "definition_id", "step", "state") == rows


def test_everybody_stands_once_in_every_column_they_are_split_by(crowd: Tables) -> None:
    totals: Counter[str] = Counter()
    for row in crowd["people_count"].to_pylist():
        totals[row["split_by"]] += row["people"]

    assert totals == dict.fromkeys(("all", "age band", "sex", "index year"), sum(COPIES))


def test_the_order_of_the_people_changes_nothing(
    records: dict[str, pa.Table], crowd: Tables, knowledge: Knowledge
) -> None:
    turned = {name: _turned(table) for name, table in records.items()}
    again = on_duckdb(turned, knowledge, AS_OF)

    for name in WANTED:
        assert sorted(map(repr, again[name].to_pylist())) == sorted(map(repr, crowd[name].to_pylist())), name


def test_postgres_gives_identical_rows(records: dict[str, pa.Table], crowd: Tables, knowledge: Knowledge) -> None:
    # Not below the folder of the test run: the address of a socket may not be longer than 107 letters.
    with TemporaryDirectory() as folder, servers.postgres(Path(folder)) as uri:
        other = on_store(postgres.Store(postgres.connect(uri)), records, knowledge, AS_OF)

    for name in WANTED:
        assert crowd[name].num_rows > 0, name
        assert sorted(map(repr, other[name].to_pylist())) == sorted(map(repr, crowd[name].to_pylist())), name


def test_small_groups_are_joined_until_they_are_enough(knowledge: Knowledge) -> None:
    del knowledge
    sizes = {
        ("all", "all"): 100,
        ("site", "a"): 3,
        ("site", "b"): 30,
        ("site", "c"): 67,
        ("ward", "x"): 98,
        ("ward", "y"): 2,
    }
    rows = [{"split_by": s, "group": g, "people": n, "inferred": 0} for (s, g), n in sizes.items()]

    found = joined_groups({"people_count": pa.Table.from_pylist(rows)}, 25)

    assert {group: shown for (column, group), shown in found.items() if column == "site"} == {
        "a": "other", "b": "other", "c": "c",
    }  # fmt: skip
    assert not any(column == "ward" for column, _ in found)


def test_what_is_shown_is_the_true_count_rounded_or_nothing(raw: Tables, counts: Tables, knowledge: Knowledge) -> None:
    for draft in drafts(raw, knowledge, 5):
        true = [draft.people.get(draft.key(row), 0) for row in draft.rows]
        shown = counts[draft.name]["people"].to_pylist()
        assert all(seen is None or abs(seen - count) <= 2 for seen, count in zip(shown, true, strict=True)), draft.name


def test_the_same_counts_give_the_same_tables(raw: Tables, counts: Tables, knowledge: Knowledge) -> None:
    shuffled = {name: _turned(table) for name, table in raw.items()}

    assert published(shuffled, knowledge) == counts


def test_a_higher_least_cell_hides_more(raw: Tables, counts: Tables, knowledge: Knowledge) -> None:
    coarse = published(raw, knowledge, 10)

    assert {seen for seen in coarse["definition_count"]["people"].to_pylist() if seen} <= set(range(10, 1000, 10))
    assert coarse["verdict_count"]["people"].null_count > counts["verdict_count"]["people"].null_count


def test_a_lower_least_cell_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(ConfigError) as caught:
        least_cell(knowledge, 4)

    assert str(caught.value) == (
        "--least-cell: found 4; allowed: 5 or more. Counts of fewer people could point at one of them. "
        "Leave the option out, or give a higher number."
    )
    assert least_cell(knowledge) == 5


def test_a_trial_rests_on_inferred_supply_where_the_source_marks_it() -> None:
    marked = ibis.memtable(pa.table({"inferred_rows": pa.array([0, 2, None], pa.int64())}))
    unmarked = ibis.memtable(pa.table({"trial_id": ["t"]}))

    assert marked.select(it=rests_on_inferred(marked)).to_pyarrow()["it"].to_pylist() == [False, True, False]
    assert unmarked.select(it=rests_on_inferred(unmarked)).to_pyarrow()["it"].to_pylist() == [False]
