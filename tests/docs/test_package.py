"""The wheel that is built holds all that runs, and nothing of the rest."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.docs.pages import REPOSITORY

SOURCE = REPOSITORY / "src"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return ZipFile(next(folder.glob("*.whl")))


def test_it_holds_every_module_and_every_data_file(wheel: ZipFile) -> None:
    sources = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "stepwell").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == sources


def test_it_says_that_it_is_typed_and_what_its_licence_is(wheel: ZipFile) -> None:
    names = wheel.namelist()

    assert "stepwell/py.typed" in names
    assert [name for name in names if name.endswith("/licenses/LICENSE")]


def test_the_wheel_alone_answers(wheel: ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    program = "import stepwell, sys; from stepwell.cli import main; print(stepwell.__file__); main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "knowledge", "check"],
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(str(tmp_path))
