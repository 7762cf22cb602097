"""`stepwell interview` and `--answer`, as they are typed."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
ALMOST_EMPTY = EXAMPLES / "12-almost-empty" / "csv"


def stepwell(*words: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The command, with lines typed into it."""
    command = [sys.executable, "-m", "stepwell.cli", *map(str, words)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False)


def test_an_interview_by_stdin_is_kept_and_used_by_the_review(tmp_path: Path) -> None:
    save = tmp_path / "answers.csv"

    first = stepwell("interview", ALMOST_EMPTY, "--as-of", "2025-06-02", "--save", save, typed="no\nmaybe\nno\nno\n")

    assert first.returncode == 0, first.stderr
    assert "3 answers given." in first.stdout
    assert "Please answer: yes, no or unsure." in first.stdout
    assert f"The answers are in {save}." in first.stdout.replace("\n", " ")
    assert len(save.read_text().splitlines()) == 4

    second = stepwell("review", ALMOST_EMPTY, "--as-of", "2025-06-02", "--answers", save, "--format", "json")

    assert second.returncode == 0, second.stderr
    assert "answers.csv#2" in second.stdout


def test_an_answer_on_the_command_line_changes_the_verdict() -> None:
    words = ("review", ALMOST_EMPTY, "--as-of", "2025-06-02", "--format", "json")
    trial = "sertraline@2024-02-12"

    told = stepwell(*words, "--answer", f"taken/{trial}=no")

    assert told.returncode == 0, told.stderr
    assert '"verdict": "not taken"' in told.stdout
    assert '"--answer#1"' in told.stdout


def test_answers_that_cannot_be_used_are_told_at_once_without_traceback() -> None:
    found = stepwell("review", ALMOST_EMPTY, "--answer", "bipolar=yes", "--answer", "dementia=perhaps")

    assert found.returncode == 4
    assert found.stdout == ""
    assert found.stderr == (
        "The answers can't be used, and nothing was read.\n"
        "  - --answer number 1, question: no question has this name; did you mean bipolar-disorder?\n"
        "  - --answer number 2, answer: not one of the answers allowed: yes | no | unsure.\n"
    )


@pytest.mark.parametrize("by", ["person", "clinician"])
def test_an_interview_that_is_not_kept_says_so(by: str) -> None:
    found = stepwell("interview", ALMOST_EMPTY, "--as-of", "2025-06-02", "--by", by, typed="yes\nstop\n")

    assert found.returncode == 0, found.stderr
    assert "SAFETY FIRST." in found.stdout
    assert "988" in found.stdout
    assert found.stdout.endswith("The answers were not kept. To keep them, give --save FILE.\n")
