"""What a run was made from, kept beside its results: what they rest on, and whether the run can be gone on with."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stepwell import __version__
from stepwell.engines.sql import code_fingerprint
from stepwell.errors import ConfigError
from stepwell.files import write
from stepwell.knowledge.load import Knowledge

NAME = "manifest.json"
LIBRARIES = ("duckdb", "ibis-framework", "lifelines", "pyarrow", "sqlglot")
CHUNK = 1 << 22
"""Bytes read at a time."""

CHANGED = {
    "source": "the source: its data are not what they were",
    "parameters": "the options of the command",
    "knowledge": "the knowledge",
    "software": "Stepwell or a library that it uses",
}
"""What a run is made from, as a user calls it."""


@dataclass
class Manifest:
    """What a run is made from (`made_from`), and how far it is.

    Args:
        folder: Where it is kept.
        made_from: By the keys of `CHANGED`; results are the same bytes as long as this is the same.
        state: `running` or `finished`.
        seconds: How long each stage took, by name.
        people: How many people the source holds.
        results: What was written: file and rows.
    """

    folder: Path
    made_from: dict[str, Any]
    state: str = "running"
    seconds: dict[str, float] = field(default_factory=dict)
    people: int | None = None
    results: dict[str, Any] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """All it holds, but for what changes from one run of the same to the next: when, and how long it took."""
        return {"state": self.state, "people": self.people, **self.made_from, "results": self.results}

    def save(self) -> None:
        """Writes it, whole or not at all."""
        run = {"written": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": self.seconds}
        write(self.folder / NAME, json.dumps({**self.content(), **run}, indent=2, ensure_ascii=False) + "\n")


def made_from(source: Mapping[str, Any], parameters: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """What a run is made from, by the keys of `CHANGED`."""
    return {
        "source": dict(source),
        "parameters": dict(parameters),
        "knowledge": {"version": knowledge.release.version, "fingerprint": knowledge_fingerprint(knowledge)},
        "software": {
            "stepwell": __version__, "code": code_fingerprint(), "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
        },
    }  # fmt: skip


def knowledge_fingerprint(knowledge: Knowledge) -> str:
    """Changes with any value of the knowledge."""
    return text_fingerprint(repr(knowledge))


def text_fingerprint(text: str) -> str:
    """Changes with any letter of a text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def files_fingerprint(path: Path) -> str:
    """Changes with any byte or name of the files of a source."""
    digest = blake2b(digest_size=16)
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        digest.update(f"{file.relative_to(path).as_posix()}\n{file.stat().st_size}\n".encode())
        with file.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def begun(folder: Path, fresh: Mapping[str, Any], *, resume: bool) -> Manifest:
    """The manifest of a run that begins, or of one that is gone on with.

    Raises:
        ConfigError: The folder holds something else, nothing to go on with, or a run made from something else.
    """
    check_folder(folder, resume=resume)
    if not resume:
        folder.mkdir(parents=True, exist_ok=True)
        return Manifest(folder, dict(fresh))
    before = json.loads((folder / NAME).read_text(encoding="utf-8"))
    differs = [
        f"{CHANGED[key]}{_said(before.get(key), fresh[key])}" for key in CHANGED if before.get(key) != fresh[key]
    ]
    if differs:
        raise ConfigError(
            f"The run in {folder} can't be gone on with: its results would be mixed. Something has changed since it "
            "began. Begin anew in another folder, or undo the change.",
            differs,
        )
    return Manifest(folder, dict(fresh), before["state"], before["seconds"], before["people"], before["results"])


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a run.

    Raises:
        ConfigError: There is none.
    """
    try:
        return dict(json.loads((folder / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise ConfigError(
            f"{folder} holds no results of `stepwell cohort`. Name the folder that was given with --out."
        ) from None


def _said(before: object, now: object) -> str:
    """Which values differ, where they are few and short enough to say."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return "."
    keys: Sequence[str] = [key for key in now if before.get(key) != now[key] and "fingerprint" not in key]
    told = [f"{key} was {before.get(key)}, is {now[key]}" for key in keys if key != "code"]
    return f" ({'; '.join(told)})." if told else "."


def check_folder(folder: Path, *, resume: bool) -> None:
    """Whether a run can begin, or go on, in a folder.

    Raises:
        ConfigError: It can't.
    """
    if resume:
        if not (folder / NAME).exists():
            raise ConfigError(f"{folder} holds no run to go on with. Leave out --resume to begin one.")
        return
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file. Name a folder that doesn't exist yet.")
    if folder.is_dir() and any(folder.iterdir()):
        more = " Go on with the run in it with --resume, or name" if (folder / NAME).exists() else " Name"
        raise ConfigError(f"{folder} isn't empty, and nothing in it is overwritten.{more} another folder.")
