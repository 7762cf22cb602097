"""People counted by a column of the source that the user names."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stepwell.cli import app
from stepwell.errors import ConfigError
from tests.cohort.harness import simulated


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(tmp_path_factory.mktemp("simulated") / "people", 400)


def cohort(source: Path, out: Path, *more: str) -> str:
    words = ["cohort", str(source), "--as-of", "2025-12-31", "--out", str(out), *more]
    return CliRunner().invoke(app, words, catch_exceptions=False).output


def counts(out: Path, name: str, split_by: str) -> dict[tuple[str, ...], str]:
    """The people of a count table by one column; sexes by the source's letters, and empty where they are hidden."""
    with (out / "counts" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split_by"] == split_by]
    letters = {"female": "F", "male": "M"}
    return {
        (letters.get(row["group"], row["group"]), row.get("option", ""), row.get("fit", "")): row["people"]
        for row in rows
    }


def test_people_and_options_are_counted_by_it_as_by_any_other(source: Path, tmp_path: Path) -> None:
    said = cohort(source, tmp_path / "out", "--by", "GENDER_source_value", "--by", "race_concept_id", "--part", "150")

    for name in ("people_count", "option_count"):
        own, sex = (counts(tmp_path / "out", name, column) for column in ("gender_source_value", "sex"))
        both = {key for key in own if own[key] and sex[key]}
        assert own.keys() == sex.keys()
        assert len(both) > 1
        assert {key: own[key] for key in both} == {key: sex[key] for key in both}
    assert "gender_source_value" in (tmp_path / "out" / "dashboard.html").read_text(encoding="utf-8")
    assert "Not counted by race_concept_id: everybody, or nearly everybody, is in one group of it." in said
    assert "Not counted by GENDER" not in said


def test_a_column_that_is_not_there_is_refused_with_those_that_are(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"not a column of person: region\. The columns are: day_of_birth, "):
        cohort(source, tmp_path / "out", "--by", "region")
    assert not (tmp_path / "out").exists()
