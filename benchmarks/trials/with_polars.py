"""Treatment trials and a verdict of each, written in Polars: one lazy query, run by all processors.

    python benchmarks/trials/with_polars.py FOLDER SHARED

Prints the seconds, the eras and the verdicts as JSON. Days are whole numbers, as in the pandas of the same.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

DRUG = ["person_id", "ingredient"]
WORST_SCORE = 27


def place(folder: Path, table: str) -> Path:
    """The file of a table, or the folder of its parts."""
    return folder / table if (folder / table).is_dir() else folder / f"{table}.parquet"


def supplies(folder: Path, shared: Path, rules: dict[str, Any]) -> Any:  # noqa: ANN401 -- Polars is not always there
    """Supplies by drug and day, each with how far the earlier ones reached, the days it adds, and its era."""
    drugs = pl.scan_parquet(shared / "drugs.parquet")
    start, stopped = (
        pl.col(name).cast(pl.Date).to_physical().cast(pl.Int64)
        for name in ("drug_exposure_start_date", "verbatim_end_date")
    )
    known = pl.when(pl.col("days_supply").is_between(1, rules["longest_supply_days"])).then(pl.col("days_supply"))
    dose = pl.when((pl.col("quantity") > 0) & ~pl.col("dose_unknown")).then(
        (pl.col("quantity") * pl.col("content") / pl.col("known")).round(9)
    )
    end = pl.min_horizontal(
        pl.col("start") + pl.col("known"), pl.when(pl.col("stopped") > pl.col("start")).then(pl.col("stopped"))
    )
    # A supply without days or an end may last until today.
    shown = pl.col("end").fill_null(rules["tomorrow"]).clip(upper_bound=rules["tomorrow"])
    rows = (
        pl.scan_parquet(place(folder, "drug_exposure"))
        .join(drugs, left_on="drug_concept_id", right_on="concept_id")
        .select(
            *DRUG,
            "quantity",
            "content",
            "minimum",
            "dose_unknown",
            start=start,
            stopped=stopped + 1,
            known=known.cast(pl.Int64),
        )
        .filter(pl.col("start") < rules["tomorrow"])
        .with_columns(end=end, dose=dose)
        .with_columns(end=shown, vague=pl.col("end").is_null())
        .sort(*DRUG, "start", "end")
        .with_columns(reached=pl.col("end").cum_max().shift().over(DRUG))
    )
    begins = pl.col("reached").is_null() | (pl.col("start") > pl.col("reached") + rules["persistence_days"])
    fresh = (pl.col("end") - pl.max_horizontal("start", "reached")).clip(lower_bound=0)
    enough = pl.when(pl.col("dose") >= pl.col("minimum")).then(pl.col("fresh")).otherwise(0)
    return rows.with_columns(era=begins.cum_sum(), fresh=fresh).with_columns(enough=enough)


def eras(rows: Any) -> Any:  # noqa: ANN401 -- Polars is not always there
    """One row per era."""
    found = rows.group_by("era").agg(
        pl.col("person_id").first(), pl.col("ingredient").first(), pl.col("start").min(), pl.col("end").max(),
        pl.col("minimum").min(), pl.col("vague").any(), covered=pl.col("fresh").sum(), enough=pl.col("enough").sum(),
        peak=pl.col("dose").max(), told=pl.col("dose").is_not_null().all(),
    )  # fmt: skip
    return found.with_columns(share=pl.col("covered") / (pl.col("end") - pl.col("start")))


def with_scores(trials: Any, folder: Path, rules: dict[str, Any]) -> Any:  # noqa: ANN401 -- Polars is not always there
    """With the last PHQ-9 up to a week after the start, and the last of the trial."""
    day = pl.col("measurement_date").cast(pl.Date).to_physical().cast(pl.Int64)
    scores = (
        pl.scan_parquet(place(folder, "measurement"))
        .filter(pl.col("measurement_concept_id").is_in(rules["phq_concepts"]))
        .filter(pl.col("value_as_number").is_between(0, WORST_SCORE))
        .select("person_id", day=day, score="value_as_number")
        .sort("day")
    )
    before, after = (scores.rename({"day": f"{n}_day", "score": n}) for n in ("baseline", "last"))
    within = rules["baseline_before_days"] + rules["baseline_after_days"]
    trials = trials.with_columns(
        near=pl.col("start") + rules["baseline_after_days"], until=pl.col("end") + rules["end_after_days"]
    )
    trials = trials.sort("near").join_asof(
        before, left_on="near", right_on="baseline_day", by="person_id", tolerance=within, check_sortedness=False
    )
    trials = trials.sort("until").join_asof(
        after, left_on="until", right_on="last_day", by="person_id", check_sortedness=False
    )
    late = pl.col("last_day") >= pl.col("start") + rules["first_outcome_days"]
    return trials.with_columns(last=pl.when(late).then(pl.col("last")))


def judged(trials: Any, rules: dict[str, Any]) -> Any:  # noqa: ANN401 -- Polars is not always there
    """With the verdict of each."""
    fall = pl.when(pl.col("baseline") > 0).then(100 * (pl.col("baseline") - pl.col("last")) / pl.col("baseline"))
    taken = ~pl.col("vague")
    # A supply of unknown dose may have been enough.
    brief, told = pl.col("enough") < rules["least_days"], pl.col("told")
    open_ = pl.col("vague") | (~told & brief) | pl.col("minimum").is_null() | pl.col("fall").is_null()
    verdict = (
        pl.when(pl.col("fall") >= rules["response_percent"]).then(pl.lit("worked"))
        .when(taken & (pl.col("share") < rules["least_covered"])).then(pl.lit("not taken"))
        .when(told & (pl.col("peak") < pl.col("minimum"))).then(pl.lit("too low"))
        .when(taken & brief & told).then(pl.lit("too short"))
        .when(open_).then(pl.lit("cannot tell"))
        .when(pl.col("fall") < rules["failure_percent"]).then(pl.lit("failed"))
        .otherwise(pl.lit("partly worked"))
    )  # fmt: skip
    return trials.with_columns(fall=fall).with_columns(verdict=verdict)


def main() -> None:
    """Builds and prints."""
    folder, shared = Path(sys.argv[1]), Path(sys.argv[2])
    rules = json.loads((shared / "rules.json").read_text(encoding="utf-8"))
    rules["tomorrow"] = (date.fromisoformat(rules["as_of"]) - date(1970, 1, 1)).days + 1
    begun = time.perf_counter()
    trials = judged(with_scores(eras(supplies(folder, shared, rules)), folder, rules), rules).collect()
    verdicts = dict(trials.group_by("verdict").len().iter_rows())
    print(json.dumps({"seconds": time.perf_counter() - begun, "eras": trials.height, "verdicts": verdicts}))


if __name__ == "__main__":
    main()
