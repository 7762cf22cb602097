"""Count tables as files, and what every column means."""

import csv
import json
from pathlib import Path

from stepwell.cohort.finish import published
from stepwell.cohort.line_steps import COUNTS as LINE_COUNTS
from stepwell.cohort.quality import INPUT
from stepwell.cohort.run import KEPT
from stepwell.cohort.steps import COHORT, PEOPLE
from stepwell.cohort.write import dictionary, write_counts
from stepwell.knowledge.load import Knowledge
from tests.cohort.harness import Tables

ON_THE_WAY = {"line_event", "line_window", "person_state", "score_remission"}
"""Tables by person that only lead to others and are not written."""


def test_every_column_of_every_table_is_described_and_nothing_else(raw: Tables, knowledge: Knowledge) -> None:
    quality = INPUT.empty_table()
    out = published(raw, knowledge, varied={"as shipped": raw["definition_count"]}, quality=lambda: quality)
    columns = {name: set(table.column_names) for name, table in out.items()}
    schemas = {name: set(schema) for name, _, schema in COHORT.compiled(lambda _: "")}
    columns |= {step.name: schemas[step.name] for step in PEOPLE if step.name not in ON_THE_WAY}
    described: dict[str, set[str]] = {}
    for one in dictionary():
        described.setdefault(one.table, set()).add(one.column)

    # Those of the results by person are held against the files of a run, in test_run.py.
    elsewhere = {*KEPT, *LINE_COUNTS}
    assert {name: described[name] for name in described if name not in elsewhere} == {
        name: columns[name] for name in columns if name not in elsewhere
    }


def test_files_hold_what_the_tables_hold_and_the_same_tables_give_the_same_bytes(
    counts: Tables, tmp_path: Path
) -> None:
    written = write_counts(tmp_path / "one", counts, 5)
    write_counts(tmp_path / "two", counts, 5)
    content = json.loads((tmp_path / "one" / "counts.json").read_text(encoding="utf-8"))

    assert [path.name for path in written] == [*(f"{name}.csv" for name in counts), "dictionary.csv", "counts.json"]
    assert content["least_cell"] == 5
    assert content["tables"]["people_count"] == counts["people_count"].to_pylist()
    for path in written:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    with (tmp_path / "one" / "definition_count.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shown = counts["definition_count"].to_pylist()
    assert [row["people"] for row in rows] == ["" if row["people"] is None else str(row["people"]) for row in shown]


def test_no_file_names_a_person(crowd: Tables, counts: Tables, tmp_path: Path) -> None:
    people = crowd["person_summary"]["person_id"].to_pylist()
    text = "".join(path.read_text(encoding="utf-8") for path in write_counts(tmp_path, counts, 5))

    assert [person for person in people if person in text] == []
