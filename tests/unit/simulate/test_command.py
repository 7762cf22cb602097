from pathlib import Path

import pytest
from typer.testing import CliRunner

from stepwell.cli import app
from stepwell.errors import ConfigError


def test_it_writes_the_people_and_says_what_they_are_not(tmp_path: Path) -> None:
    asked = ["simulate", "--people", "20", "--out", str(tmp_path / "a"), "--format", "csv", "--clean"]
    found = CliRunner().invoke(app, asked, catch_exceptions=False)

    assert found.exit_code == 0
    assert found.output.startswith("SYNTHETIC. These people don't exist. ")
    assert found.output.endswith(
        f"Wrote 20 synthetic people to {tmp_path / 'a'}, and their truth to {tmp_path / 'a' / 'truth'}.\n"
    )
    assert "| missing and wrong rows | none |" in (tmp_path / "a" / "README.md").read_text(encoding="utf-8")


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigError, match="is there already and isn't an empty folder"):
        CliRunner().invoke(app, ["simulate", "--people", "20", "--out", str(tmp_path)], catch_exceptions=False)


def test_no_people_are_refused(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["simulate", "--people", "0", "--out", str(tmp_path / "a")])

    assert found.exit_code == 2
    assert not (tmp_path / "a").exists()
