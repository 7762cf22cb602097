"""A review held against the truth: how often it finds what is so, leaves it open, or says something else."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

WANTED = ("verdict", "attempt", "definition_result")
"""The tables of a review that are compared."""

TRIALS = """
SELECT t.person_id, t.trial, t.drug, t.role, t.conduct, t.strategy, t.verdict, t.start_date, t.end_date,
       v.verdict AS found
FROM truth_trial t
LEFT JOIN attempt a
  ON a.person_id = CAST(t.person_id AS VARCHAR) AND a.ingredient = t.drug AND a.start_earliest = t.start_date
LEFT JOIN verdict v
  ON v.person_id = a.person_id AND v.trial_id = a.trial_id AND v.definition_id = $definition
ORDER BY t.person_id, t.trial
"""

PEOPLE = """
SELECT p.person_id, p.{truth} AS truth, r.result AS found, r.no_antidepressant
FROM truth_person p JOIN definition_result r ON r.person_id = CAST(p.person_id AS VARCHAR)
WHERE r.definition_id = $definition
ORDER BY p.person_id
"""


def truth(folder: Path) -> dict[str, pa.Table]:
    """The truth of a simulation: `truth_trial` and `truth_person`.

    Args:
        folder: The folder of the simulation.
    """
    names = ("truth_trial", "truth_person")
    return {name: ds.dataset(_files(folder / "truth", name)).to_table() for name in names}


def _files(folder: Path, name: str) -> list[str]:
    parts = sorted((folder / name).glob("*.parquet"))
    return [str(path) for path in parts or [folder / f"{name}.parquet"]]


def trials(tables: dict[str, pa.Table], definition: str = "sforzini-2022") -> pa.Table:
    """Each true trial with the verdict that was `found` for it; null where no trial begins on that day.

    Args:
        tables: The truth, and the tables `WANTED` of a review.
        definition: By which the verdicts are.
    """
    return _asked(tables, TRIALS, definition)


def people(tables: dict[str, pa.Table], definition: str) -> pa.Table:
    """Everybody: whether the definition is met in `truth`, and the result that was `found`.

    Args:
        tables: The truth, and the tables `WANTED` of a review.
        definition: One of `truth.DECIDED`.
    """
    return _asked(tables, PEOPLE.format(truth=f"met_{definition.replace('-', '_')}"), definition)


def _asked(tables: dict[str, pa.Table], sql: str, definition: str) -> pa.Table:
    with duckdb.connect(":memory:") as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(sql, params={"definition": definition}).to_arrow_table()
