"""How long each step takes over a population.

    python benchmarks/steps.py [PEOPLE] [--all] [--sums FILE]

Makes up people (their number in thousands; half of them ever on an antidepressant), runs every step that a cohort
needs on DuckDB with two threads, and prints for each the seconds of processor time and of the clock, and its rows.
`--all` runs every step of a review. `--sums` writes the sum of the hashes of each table's rows, by which two versions
are compared: equal people give equal sums.
"""

import argparse
import resource
import time
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from stepwell.engines.sql import steps
from stepwell.knowledge.load import load
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.records.tables import SCHEMAS
from stepwell.review import REVIEW, parameter_table

AS_OF = date(2025, 6, 30)
COHORT = (
    "person", "score_outcome", "trajectory", "illness_episode", "attempt", "relation", "trial_outcome", "verdict",
    "definition_result", "reason", "fact", "stage", "option_fit", "safety_notice", "drug_era", "supply",
)  # fmt: skip
"""What counts and pathways of a population are drawn from."""

DRUGS = (
    "sertraline", "escitalopram", "citalopram", "fluoxetine", "venlafaxine", "bupropion", "mirtazapine", "duloxetine",
    "paroxetine", "trazodone", "amitriptyline", "vortioxetine",
)  # fmt: skip
ADDED = ("aripiprazole", "quetiapine", "lithium")
OTHERS = (
    "lorazepam", "alprazolam", "diazepam", "warfarin", "apixaban", "lamotrigine", "valproate", "tramadol", "oxycodone",
    "metoprolol", "propranolol", "prednisone", "levothyroxine",
)  # fmt: skip
ILLS = (
    "anxiety-disorder", "hypertension", "hypothyroidism", "chronic-pain", "ptsd", "sleep-apnoea", "alcohol-problem",
    "adhd", "personality-disorder", "liver-disease", "kidney-disease", "epilepsy", "stroke-infarct", "bipolar",
    "psychosis", "suicidal-ideation", "painful-condition", "falls", "glaucoma", "anaemia",
)  # fmt: skip
LABS = ("tsh", "haemoglobin", "ferritin", "vitamin-b12", "sodium", "egfr", "vitamin-d", "systolic-blood-pressure")

RECORDS = """
CREATE TABLE {to}.people AS SELECT i, 'p' || i AS person_id, i % 2 = 0 AS treated FROM range({people}) AS t(i);
CREATE TABLE {to}.raw_person AS SELECT person_id, birth AS birth_earliest, birth AS birth_latest,
    CASE WHEN {chance} < 0.6 THEN 'female' ELSE 'male' END AS sex, NULL::DATE AS death_earliest,
    NULL::DATE AS death_latest, DATE '2016-01-01' AS observed_from, DATE '2025-06-30' AS observed_to,
    NULL::DATE AS episode_start_earliest, NULL::DATE AS episode_start_latest, person_id AS evidence_id
    FROM (SELECT *, DATE '1940-01-01' + ({share} * 23000)::INTEGER AS birth, 0 AS n FROM {to}.people);
CREATE TABLE {to}.tries AS SELECT i, person_id, n, list_extract({drugs}, 1 + ({chance} * {chance} * 12)::INTEGER % 12)
    AS ingredient, (DATE '2020-03-01' + (({share} * 1200)::INTEGER + n::INTEGER * 260 + ({chance} * 90)::INTEGER))::DATE
    AS began, 1 + ({other} * 11)::INTEGER AS supplies
    FROM (SELECT *, unnest(range(1 + (({share} * 97) % 1 * 4)::INTEGER)) AS n FROM {to}.people WHERE treated);
INSERT INTO {to}.tries SELECT i, person_id, n, list_extract({added}, 1 + i % 3), began + 60, 4
    FROM {to}.tries WHERE n = 2 AND i % 3 = 0;
INSERT INTO {to}.tries SELECT i, person_id, n, list_extract({others}, 1 + ({chance} * 13)::INTEGER % 13),
    (DATE '2019-01-01' + ({other} * 2300)::INTEGER)::DATE, 1 + ({share} * 3)::INTEGER
    FROM (SELECT *, unnest(range(100, 102)) AS n FROM {to}.people);
CREATE TABLE {to}.raw_exposure AS SELECT person_id, ingredient, NULL::VARCHAR AS formulation,
    (312900 + i % 40)::VARCHAR AS product, start AS start_earliest, start AS start_latest,
    start + days AS end_earliest, start + days AS end_latest, dose AS dose_per_day_low, dose AS dose_per_day_high,
    CASE WHEN dose IS NOT NULL THEN 'mg/day' END AS dose_unit, 'quantity and days'' supply' AS dose_basis,
    CASE WHEN i % 10 = 0 THEN 'ordered' ELSE 'dispensed' END AS basis,
    CASE WHEN last AND {chance} < 0.3 THEN 'stopped' ELSE 'completed' END AS status,
    CASE WHEN last AND {chance} < 0.1 THEN 'no benefit' WHEN last AND {chance} < 0.2 THEN 'side effects' END
    AS stop_reason, NULL::VARCHAR AS adherence, NULL::VARCHAR AS reported_outcome,
    NULL::VARCHAR AS order_evidence_id, NULL::VARCHAR AS trap, NULL::VARCHAR AS inferred, 'code' AS coded_by,
    'drug_exposure/' || (i * 100 + row_number() OVER (PARTITION BY person_id ORDER BY n, ingredient, k)) AS evidence_id
    FROM (SELECT *, (began + k::INTEGER * 30)::DATE AS start, CASE WHEN {other} < 0.8 THEN 30 ELSE 28 END AS days,
    CASE WHEN {chance} > 0.1 THEN 10.0 * (1 + (k + n) % 4) * CASE WHEN ingredient IN ('sertraline', 'venlafaxine',
    'bupropion', 'trazodone') THEN 5 ELSE 1 END END::DOUBLE AS dose, k = supplies - 1 AS last
    FROM (SELECT *, unnest(range(supplies)) AS k FROM {to}.tries));
CREATE TABLE {to}.raw_score AS SELECT person_id, 'measurement/' || (i * 100 + n) AS score_id, instrument,
    day AS date_earliest, day AS date_latest, value, 'measurement/' || (i * 100 + n) AS evidence_id
    FROM (SELECT *, CASE WHEN n % 5 = 4 THEN 'gad-7' WHEN i % 7 = 0 THEN 'qids-sr16' ELSE 'phq-9' END AS instrument,
    (DATE '2020-01-15' + (({share} * 1200)::INTEGER + n::INTEGER * 75 + ({chance} * 30)::INTEGER))::DATE AS day,
    greatest(0, round(19 - n - 8 * {chance}))::DOUBLE AS value
    FROM (SELECT *, unnest(range(CASE WHEN treated THEN 1 + ({share} * 20)::INTEGER ELSE i % 3 END)) AS n
    FROM {to}.people));
CREATE TABLE {to}.raw_item AS SELECT s.person_id, score_id, instrument, item::VARCHAR AS item, date_earliest,
    date_latest, CASE WHEN item = 9 THEN (value > 17)::INTEGER ELSE least(3, greatest(0, floor(value / 8 + item % 2)))
    END::DOUBLE AS value, evidence_id
    FROM {to}.raw_score AS s, range(1, 10) AS r(item) WHERE instrument = 'phq-9' AND hash(score_id) % 4 = 0;
CREATE TABLE {to}.raw_condition AS SELECT person_id, code_set, day AS start_earliest, day AS start_latest,
    NULL::DATE AS end_earliest, NULL::DATE AS end_latest, 'active' AS status, 'confirmed' AS certainty,
    'code' AS coded_by, 'condition/' || (i * 100 + n) AS evidence_id
    FROM (SELECT *, CASE WHEN n = 0 AND (treated OR i % 9 = 1) THEN 'major-depression' ELSE list_extract({ills},
    1 + ({chance} * {chance} * 20)::INTEGER % 20) END AS code_set,
    (DATE '2016-01-01' + ({other} * 3000)::INTEGER)::DATE AS day
    FROM (SELECT *, unnest(range(1 + ({share} * 6)::INTEGER)) AS n FROM {to}.people));
CREATE TABLE {to}.raw_procedure AS SELECT person_id, CASE WHEN i % 3 = 0 THEN 'ect' ELSE 'rtms' END AS code_set,
    day AS start_earliest, day AS start_latest, day + 1 AS end_earliest, day + 1 AS end_latest, 'code' AS coded_by,
    'procedure/' || (i * 100 + n) AS evidence_id
    FROM (SELECT *, (DATE '2022-01-01' + (({share} * 600)::INTEGER + n::INTEGER * 3))::DATE AS day
    FROM (SELECT *, unnest(range(10)) AS n FROM {to}.people WHERE i % 100 = 0));
CREATE TABLE {to}.raw_lab AS SELECT person_id, list_extract({labs}, 1 + ({chance} * 8)::INTEGER % 8) AS lab,
    day AS date_earliest, day AS date_latest, round(200 * {other}) AS value, 'mg/L' AS unit, NULL::VARCHAR AS text,
    CASE WHEN {chance} < 0.2 THEN 'high' WHEN {chance} < 0.3 THEN 'low' ELSE 'normal' END AS flag,
    'measurement/l' || (i * 100 + n) AS evidence_id
    FROM (SELECT *, (DATE '2018-01-01' + ({other} * 2700)::INTEGER)::DATE AS day
    FROM (SELECT *, unnest(range(i % 7)) AS n FROM {to}.people));
CREATE TABLE {to}.raw_encounter AS SELECT person_id, CASE WHEN {chance} < 0.1 THEN 'inpatient' ELSE 'ambulatory' END
    AS kind, day AS start_earliest, day AS start_latest, day + 1 AS end_earliest, day + 1 AS end_latest,
    'visit/' || (i * 100 + n) AS evidence_id
    FROM (SELECT *, (DATE '2018-01-01' + ({other} * 2700)::INTEGER)::DATE AS day
    FROM (SELECT *, unnest(range(i % 9)) AS n FROM {to}.people));
CREATE TABLE {to}.raw_allergy AS SELECT person_id, 'lamotrigine' AS ingredient, DATE '2020-01-01' AS start_earliest,
    DATE '2020-01-01' AS start_latest, 'code' AS coded_by, 'allergy/' || i AS evidence_id
    FROM {to}.people WHERE i % 40 = 3;
"""
"""Fills the record tables; the columns follow `SCHEMAS`. Chance is a hash, so that equal numbers give equal people."""


def chance(*of: str) -> str:
    """A number from 0 to below 1, always the same for the same values."""
    return f"((hash({', '.join(of)}) % 100003) / 100003.0)"


def fill(connection: duckdb.DuckDBPyConnection, people: int) -> None:
    """Makes every record table, those without rows included."""
    lists = {"drugs": DRUGS, "added": ADDED, "others": OTHERS, "ills": ILLS, "labs": LABS}
    connection.execute(
        RECORDS.format(
            to="main", people=people, chance=chance("i", "n"), share=chance("i"), other=chance("i", "n", "7"),
            **{name: str(list(values)) for name, values in lists.items()},
        )
    )  # fmt: skip
    for name, schema in SCHEMAS.items():
        connection.register("none", pa.table(schema.to_pyarrow().empty_table()))
        made = connection.execute("FROM duckdb_tables() WHERE table_name = ?", [f"raw_{name}"]).fetchall()
        if not made:
            connection.execute(f"CREATE TABLE raw_{name} AS FROM none")
        connection.unregister("none")
    connection.execute("DROP TABLE people; DROP TABLE tries")


def clocks() -> tuple[float, float]:
    """Seconds of processor time (of all threads) and of the clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, time.perf_counter()


def main() -> None:
    """Runs the steps and prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("people", type=int, nargs="?", default=20)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sums", type=Path)
    asked = parser.parse_args()
    print("Each step over a population: seconds of the processors, seconds of the clock, rows\n")
    knowledge = load()
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 2; SET preserve_insertion_order = false")
    for name, table in {**knowledge_tables(knowledge), "parameter": parameter_table(knowledge, AS_OF)}.items():
        connection.register("incoming", table)
        connection.execute(f'CREATE TABLE "{name}" AS FROM incoming')
    connection.unregister("incoming")
    fill(connection, 1000 * asked.people)
    wanted = tuple(REVIEW.reads) if asked.all else COHORT
    compiled = {step.name: step.sql for step in steps("duckdb", REVIEW)}
    found, sums = [], []
    order = REVIEW.in_order(wanted)
    last = {read: name for name in order for read in REVIEW.reads[name]}
    for name in order:
        before = clocks()
        connection.execute(f'CREATE TABLE "{name}" AS {compiled[name]}')
        after = clocks()
        summed = "sum(hash(t))" if asked.sums else "0"
        rows, total = connection.execute(f'SELECT count(*), {summed} FROM "{name}" AS t').fetchone() or (0, 0)  # noqa: S608 -- our own names
        found.append((name, after[0] - before[0], after[1] - before[1], rows))
        sums.append(f"{name} {rows} {total}\n")
        # As a run does: what nobody reads any more is dropped.
        for read in REVIEW.reads[name]:
            if last[read] == name and read not in wanted:
                connection.execute(f'DROP TABLE "{read}"')
    for name, used, passed, rows in sorted(found, key=lambda row: -row[1]):
        share = 100 * used / sum(row[1] for row in found)
        print(f"{name:20} {used:8.2f} s {passed:8.2f} s {rows:12,} rows {share:5.1f} %")
    used, passed = sum(row[1] for row in found), sum(row[2] for row in found)
    print(f"{'together':20} {used:8.2f} s {passed:8.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.people},000 people; peak memory {peak:,.0f} MB, the record included")
    if asked.sums:
        asked.sums.write_text("".join(sorted(sums)), encoding="utf-8")


if __name__ == "__main__":
    main()
