import hashlib
from dataclasses import replace
from math import sqrt
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from stepwell.errors import ConfigError
from stepwell.knowledge.load import load
from stepwell.records.read import read
from stepwell.records.tables import Records
from stepwell.simulate import Wanted, held, record, simulate
from stepwell.simulate.truth import VERDICTS

STAR_D = (0.368, 0.306, 0.137, 0.130)


def made(folder: Path, wanted: Wanted) -> Path:
    simulate(wanted, folder)
    return folder


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("form", ["omop", "fhir", "csv"])
def test_the_same_seed_gives_the_same_bytes(form: str, tmp_path: Path) -> None:
    first, second, other = (
        digest(made(tmp_path / name, Wanted(150, form, seed=seed))) for name, seed in (("a", 5), ("b", 5), ("c", 6))
    )

    assert first == second
    assert first != other


def test_a_person_is_the_same_however_many_people_there_are(tmp_path: Path) -> None:
    few, many = made(tmp_path / "few", Wanted(2100)), made(tmp_path / "many", Wanted(2500))

    for path in few.rglob("*.parquet"):
        small, large = pq.read_table(path), pq.read_table(many / path.relative_to(few))
        if "person_id" in small.column_names:
            assert large.filter(pc.less_equal(large["person_id"], 2100)).equals(small), path.name


def test_several_processes_write_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stepwell.simulate.writing.PART_BLOCKS", 1)
    alone, together = (digest(made(tmp_path / str(workers), Wanted(4100, workers=workers))) for workers in (1, 2))

    assert alone == together
    assert "person/part-00002.parquet" in alone


def test_the_truth_is_the_same_whatever_the_record_lacks(tmp_path: Path) -> None:
    clean = held.truth(made(tmp_path / "clean", Wanted(300, clean=True)))
    dirty = held.truth(made(tmp_path / "dirty", Wanted(300)))

    assert clean == dirty


def _rows(records: Records, table: str, *but: str) -> list[tuple[object, ...]]:
    """The rows of a record table without the columns that tell where they stood."""
    found = records.tables[table]
    names = [name for name in found.column_names if name not in {*but, "evidence_id", "score_id", "coded_by"}]
    return sorted((tuple(row[name] for name in names) for row in found.to_pylist()), key=repr)


def _supplies(records: Records) -> list[tuple[object, ...]]:
    """Exposures begun while people were observed: only a CSV folder says until when, and takes later ones for wrong."""
    found, last_day = records.tables["exposure"], Wanted(1).read().calendar.last_day
    return _rows(replace(records, tables={"exposure": found.filter(pc.less_equal(found["start_earliest"], last_day))}),
                 "exposure")  # fmt: skip


@pytest.mark.parametrize("clean", [True, False])
def test_fhir_and_csv_are_the_same_record(clean: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- both kinds
    csv, fhir = (read(made(tmp_path / form, Wanted(300, form, clean=clean)), load()) for form in ("csv", "fhir"))

    assert _supplies(csv) == _supplies(fhir)
    assert csv.tables["exposure"].num_rows == fhir.tables["exposure"].num_rows
    for table in ("condition", "lab", "encounter"):
        assert _rows(csv, table) == _rows(fhir, table), table
    assert _rows(csv, "person", "observed_from", "observed_to") == _rows(fhir, "person", "observed_from", "observed_to")
    if clean:
        assert _rows(csv, "score") == _rows(fhir, "score")
        assert _rows(csv, "item") == _rows(fhir, "item")
    assert _rows(csv, "procedure", "end_earliest", "end_latest") == _rows(
        fhir, "procedure", "end_earliest", "end_latest"
    )


def test_omop_holds_as_many_rows_as_csv(tmp_path: Path) -> None:
    csv = read(made(tmp_path / "csv", Wanted(300, "csv", clean=True)), load()).rows_read
    omop = made(tmp_path / "omop", Wanted(300, clean=True))
    size = {path.stem: pq.read_metadata(path).num_rows for path in omop.glob("*.parquet")}

    assert size["person"] == csv["person"]
    assert size["drug_exposure"] == csv["medications"]
    assert size["measurement"] == csv["scores"] + csv["labs"]
    assert size["observation"] == csv["items"]
    assert size["condition_occurrence"] == csv["conditions"]
    assert size["visit_occurrence"] == csv["encounters"]


def test_omop_tells_the_dose_by_quantity_days_and_strength(tmp_path: Path) -> None:
    omop = made(tmp_path / "omop", Wanted(100, clean=True))
    supplies, strengths = (pq.read_table(omop / f"{name}.parquet") for name in ("drug_exposure", "drug_strength"))
    rows = supplies.join(strengths, "drug_concept_id").filter(pc.equal(pc.field("drug_source_value"), "312941"))
    doses = pc.divide(pc.multiply(rows["quantity"], rows["amount_value"]), rows["days_supply"])

    assert set(doses.to_pylist()) == {50.0}


def test_every_concept_of_omop_is_explained(tmp_path: Path) -> None:
    omop = made(tmp_path / "omop", Wanted(500))
    concepts = pq.read_table(omop / "concept.parquet")
    known = set(concepts["concept_id"].to_pylist()) | {0}

    assert len(known) == concepts.num_rows + 1
    for path in omop.glob("*.parquet"):
        table = pq.read_table(path)
        for name in table.column_names:
            if name.endswith("concept_id") and path.stem not in {"concept", "cdm_source"}:
                assert set(table[name].drop_null().to_pylist()) <= known, (path.stem, name)


def test_rates_are_honoured(tmp_path: Path) -> None:
    settings = tmp_path / "rates.toml"
    settings.write_text(
        "[missing]\ndays_supply = 0.3\ndose = 0.2\nscores = 0.5\nexposure_date = 0.1\n[dirty]\nduplicates = 0.0\n",
        encoding="utf-8",
    )
    clean = made(tmp_path / "clean", Wanted(2000, "csv", clean=True))
    faulty = made(tmp_path / "faulty", Wanted(2000, settings=settings))
    rows = pq.read_table(faulty / "drug_exposure.parquet")
    scores = pq.read_table(faulty / "measurement.parquet").filter(pc.field("measurement_source_value") == "44261-6")
    every = len((clean / "scores.csv").read_text(encoding="utf-8").splitlines()) - 1

    assert rows["days_supply"].null_count / rows.num_rows == pytest.approx(0.3, abs=0.02)
    assert rows["quantity"].null_count / rows.num_rows == pytest.approx(0.2, abs=0.02)
    assert rows["drug_exposure_start_date"].null_count / rows.num_rows == pytest.approx(0.1, abs=0.02)
    assert scores.num_rows / every == pytest.approx(0.5, abs=0.02)


def test_the_default_population_has_every_kind_of_trial(tmp_path: Path) -> None:
    trials = held.truth(made(tmp_path / "a", Wanted(4000)))["truth_trial"]

    assert set(trials["verdict"].to_pylist()) == set(VERDICTS)
    assert set(trials["strategy"].to_pylist()) == {"first", "switch", "combination", "augmentation", "new episode"}


def test_items_add_up_to_the_total(tmp_path: Path) -> None:
    records = read(made(tmp_path / "a", Wanted(200, "csv", clean=True)), load())
    items = records.tables["item"].group_by("score_id").aggregate([("value", "sum"), ("value", "count")])
    whole = items.filter(pc.field("value_count") == 9).join(records.tables["score"], "score_id")

    assert whole.num_rows > 50
    assert whole["value_sum"].to_pylist() == whole["value"].to_pylist()


def _by_step(folder: Path) -> list[tuple[int, float]]:
    """People and remission of each step."""
    trials = held.truth(folder)["truth_trial"]
    steps = trials.group_by("step").aggregate([("remission", "count"), ("remission", "sum")]).sort_by("step")
    return [(row["remission_count"], row["remission_sum"] / row["remission_count"]) for row in steps.to_pylist()]


@pytest.mark.parametrize("dropout", [True, False])
def test_star_d_comes_back_step_by_step(dropout: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- with and without
    people = 12_000
    folder = made(tmp_path / "a", Wanted(people, scenario="star-d", clean=True, dropout=dropout))
    steps = _by_step(folder)

    assert steps[0][0] == people
    for (entered, remission), published in zip(steps, STAR_D, strict=True):
        assert remission == pytest.approx(published, abs=4 * sqrt(published * (1 - published) / entered))
    together = sum(entered * remission for entered, remission in steps) / people
    if dropout:
        assert together < 0.55
    else:
        assert together == pytest.approx(0.67, abs=4 * sqrt(0.67 * 0.33 / people))


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        simulate(Wanted(10), tmp_path)

    assert str(raised.value) == (
        f"{tmp_path} is there already and isn't an empty folder. Nothing was written; name another folder, or empty it."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_simulation_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> record.Block:
        raise OSError("full")

    monkeypatch.setattr(record, "draw", fails)
    with pytest.raises(OSError, match="full"):
        simulate(Wanted(10), tmp_path / "a")

    assert list(tmp_path.iterdir()) == []


def test_it_says_everywhere_that_it_is_synthetic(tmp_path: Path) -> None:
    omop = made(tmp_path / "a", Wanted(10))
    source = pq.read_table(omop / "cdm_source.parquet")["source_description"][0].as_py()

    assert source.startswith("SYNTHETIC. These people don't exist.")
    assert source in (omop / "README.md").read_text(encoding="utf-8")


def test_parts_are_one_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stepwell.simulate.writing.PART_BLOCKS", 1)
    folder = made(tmp_path / "a", Wanted(2100))
    whole: pa.Table = ds.dataset(folder / "person").to_table()

    assert sorted(whole["person_id"].to_pylist()) == list(range(1, 2101))
    assert held.truth(folder)["truth_person"].num_rows == 2100
