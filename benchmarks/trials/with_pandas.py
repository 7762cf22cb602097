"""Treatment trials and a verdict of each, written in pandas: whole columns at a time, no `apply`.

    python benchmarks/trials/with_pandas.py FOLDER SHARED

Prints the seconds, the eras and the verdicts as JSON. Days are whole numbers, as that is fastest.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

EXPOSURE = [
    "person_id", "drug_concept_id", "drug_exposure_start_date", "verbatim_end_date", "days_supply",
    "quantity",
]  # fmt: skip
MEASUREMENT = ["person_id", "measurement_concept_id", "measurement_date", "value_as_number"]
DRUG = ["person_id", "ingredient"]


def place(folder: Path, table: str) -> Path:
    """The file of a table, or the folder of its parts."""
    return folder / table if (folder / table).is_dir() else folder / f"{table}.parquet"


def frame(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Columns of a file."""
    return pq.read_table(path, columns=columns).to_pandas(date_as_object=False)


def days(dates: pd.Series) -> pd.Series:
    """Days since 1970."""
    return dates.astype("datetime64[s]").astype("int64") // 86_400


def supplies(folder: Path, shared: Path, rules: dict[str, Any]) -> pd.DataFrame:
    """Supplies by drug and day, each with how far the earlier ones reached, the days it adds, and its era."""
    drugs = frame(shared / "drugs.parquet").astype({"ingredient": "category"})
    rows = frame(place(folder, "drug_exposure"), EXPOSURE)
    rows = rows.merge(drugs, left_on="drug_concept_id", right_on="concept_id")
    rows = rows.dropna(subset="drug_exposure_start_date")
    rows["start"] = days(rows["drug_exposure_start_date"])
    rows = rows[rows["start"] < rules["tomorrow"]]
    known = rows["days_supply"].where(rows["days_supply"].between(1, rules["longest_supply_days"]))
    stopped = (days(rows["verbatim_end_date"]) + 1).where(rows["verbatim_end_date"] >= rows["drug_exposure_start_date"])
    end = np.fmin(rows["start"] + known, stopped)
    rows["vague"] = end.isna()
    # A supply without days or an end may last until today.
    rows["end"] = end.fillna(rules["tomorrow"]).clip(upper=rules["tomorrow"])
    dose = (rows["quantity"] * rows["content"] / known).where((rows["quantity"] > 0) & ~rows["dose_unknown"])
    rows["dose"] = dose.round(9)
    rows["told"] = rows["dose"].notna()
    rows = rows.sort_values([*DRUG, "start", "end"])
    rows["drug"] = rows.groupby(DRUG, observed=True, sort=False).ngroup()
    reached = rows.groupby("drug")["end"].cummax().groupby(rows["drug"]).shift()
    rows["era"] = (reached.isna() | (rows["start"] > reached + rules["persistence_days"])).cumsum()
    rows["fresh"] = (rows["end"] - np.fmax(rows["start"], reached)).clip(lower=0)
    rows["enough"] = rows["fresh"].where(rows["dose"] >= rows["minimum"], 0)
    return rows


def eras(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per era."""
    found = rows.groupby("era").agg(
        person_id=("person_id", "first"), ingredient=("ingredient", "first"), start=("start", "min"),
        end=("end", "max"), covered=("fresh", "sum"), enough=("enough", "sum"), peak=("dose", "max"),
        minimum=("minimum", "min"), vague=("vague", "any"), told=("told", "all"),
    )  # fmt: skip
    found["share"] = found["covered"] / (found["end"] - found["start"])
    return found


def with_scores(trials: pd.DataFrame, folder: Path, rules: dict[str, Any]) -> pd.DataFrame:
    """With the last PHQ-9 up to a week after the start, and the last of the trial."""
    rows = frame(place(folder, "measurement"), MEASUREMENT)
    rows = rows[rows["measurement_concept_id"].isin(rules["phq_concepts"]) & rows["value_as_number"].between(0, 27)]
    scores = pd.DataFrame({
        "person_id": rows["person_id"], "day": days(rows["measurement_date"]), "score": rows["value_as_number"],
    }).sort_values("day")  # fmt: skip
    trials["near"] = trials["start"] + rules["baseline_after_days"]
    trials["until"] = trials["end"].astype("int64") + rules["end_after_days"]
    within = rules["baseline_before_days"] + rules["baseline_after_days"]
    before = scores.rename(columns={"day": "baseline_day", "score": "baseline"})
    after = scores.rename(columns={"day": "last_day", "score": "last"})
    trials = pd.merge_asof(
        trials.sort_values("near"), before, left_on="near", right_on="baseline_day", by="person_id", tolerance=within
    )
    trials = pd.merge_asof(
        trials.sort_values("until"), after, left_on="until", right_on="last_day", by="person_id",
    )  # fmt: skip
    late = trials["last_day"] >= trials["start"] + rules["first_outcome_days"]
    trials["last"] = trials["last"].where(late)
    return trials


def judged(trials: pd.DataFrame, rules: dict[str, Any]) -> pd.Series:
    """The verdict of each."""
    baseline = trials["baseline"].where(trials["baseline"] > 0)
    fall = 100 * (baseline - trials["last"]) / baseline
    reasons = {
        "worked": fall >= rules["response_percent"],
        "not taken": ~trials["vague"] & (trials["share"] < rules["least_covered"]),
        # A supply of unknown dose may have been enough.
        "too low": trials["told"] & (trials["peak"] < trials["minimum"]),
        "too short": ~trials["vague"] & (trials["enough"] < rules["least_days"]) & trials["told"],
        "cannot tell": trials["vague"]
        | (~trials["told"] & (trials["enough"] < rules["least_days"]))
        | trials["minimum"].isna()
        | fall.isna(),
        "failed": fall < rules["failure_percent"],
    }
    return pd.Series(np.select(list(reasons.values()), list(reasons), "partly worked"))


def main() -> None:
    """Builds and prints."""
    folder, shared = Path(sys.argv[1]), Path(sys.argv[2])
    rules = json.loads((shared / "rules.json").read_text(encoding="utf-8"))
    rules["tomorrow"] = (date.fromisoformat(rules["as_of"]) - date(1970, 1, 1)).days + 1
    begun = time.perf_counter()
    trials = with_scores(eras(supplies(folder, shared, rules)), folder, rules)
    verdicts = {str(name): int(count) for name, count in judged(trials, rules).value_counts().items()}
    print(json.dumps({"seconds": time.perf_counter() - begun, "eras": len(trials), "verdicts": verdicts}))


if __name__ == "__main__":
    main()
