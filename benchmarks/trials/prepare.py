"""What every contestant is given beside the files: the drugs, and the figures of one definition.

    python benchmarks/trials/prepare.py FOLDER SHARED AS_OF

Writes `drugs.parquet` (one row per drug concept and ingredient: content of a unit in mg, minimum dose in mg a day) and
`rules.json`. Nobody is timed for it.
"""

import json
import sys
from datetime import date
from pathlib import Path

import duckdb

from stepwell.engines.omop import knowledge_beside
from stepwell.engines.sources import open_folder
from stepwell.knowledge.load import load
from stepwell.knowledge.tables import tables
from stepwell.records.csv_folder.medications import LONGEST_SUPPLY_DAYS
from stepwell.records.omop import SOURCE_TABLES

DEFINITION = "sforzini-2022"
PHQ_TOTAL = "44261-6"
RULES = ("persistence-days", "baseline-before-days", "baseline-after-days", "first-outcome-days", "end-after-days")

DRUGS = """
    SELECT drug.concept_id, drug.ingredient, trap.effect IS NOT DISTINCT FROM 'dose unknown' AS dose_unknown,
        drug.content, dose.minimum
    FROM resolved AS drug JOIN ingredient AS i USING (ingredient) LEFT JOIN trap USING (trap)
    LEFT JOIN minimum_dose AS dose ON dose.ingredient = drug.ingredient AND dose.dose_table = CASE i.role
        WHEN 'augmentation' THEN $augmenting ELSE $alone END
        AND dose.formulation = coalesce(drug.formulation, '')
    WHERE i.role IN ('antidepressant', 'augmentation') AND trap.effect IS DISTINCT FROM 'not a trial'
"""


def main() -> None:
    """Writes both files."""
    folder, shared, as_of = Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3])
    knowledge = load()
    source = open_folder(folder, SOURCE_TABLES)
    knowledge_beside(source, knowledge)
    rule = next(d.trial for d in knowledge.definitions if d.id == DEFINITION)
    if rule is None:
        raise SystemExit(f"The definition {DEFINITION} judges no trials; name another in {__file__}.")
    connection = duckdb.connect()
    connection.register("resolved", source.store.fetch("resolved_drug"))
    for name in ("ingredient", "trap", "minimum_dose"):
        connection.register(name, tables(knowledge)[name])
    given = {"alone": rule.dose_table, "augmenting": rule.augmentation_dose_table or rule.dose_table}
    found = connection.sql(DRUGS, params=given).to_arrow_table()
    connection.register("found", found)
    connection.execute(f"COPY found TO '{shared / 'drugs.parquet'}' (FORMAT parquet)")
    scale = f"SELECT concept_id FROM '{folder / 'concept.parquet'}' WHERE concept_code = ?"  # noqa: S608 -- our own folder
    values = {
        "as_of": as_of.isoformat(), "definition": DEFINITION, "longest_supply_days": LONGEST_SUPPLY_DAYS,
        "phq_concepts": [row[0] for row in connection.execute(scale, [PHQ_TOTAL]).fetchall()],
        **{name.replace("-", "_"): int(knowledge.rule(name)) for name in RULES},
        "least_days": rule.least_days, "least_covered": rule.least_covered, "failure_percent": rule.failure_percent,
        "response_percent": next(o.value for o in knowledge.outcomes if o.term == "response" and o.default),
    }  # fmt: skip
    (shared / "rules.json").write_text(json.dumps(values), encoding="utf-8")


if __name__ == "__main__":
    main()
