"""Files that are written whole or not at all."""

import os
from pathlib import Path

from stepwell.errors import ConfigError

OWNER_ONLY = 0o600
EVERYBODY = 0o666
"""Who may read a new file, before the user's own mask."""


def write(path: Path, content: str | bytes, mode: int = EVERYBODY) -> None:
    """Writes a file; one that stood there stays as it was if that fails.

    Raises:
        ConfigError: It can't be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as opened:
            opened.write(content.encode("utf-8") if isinstance(content, str) else content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(
            f"Can't write {path}: {error.strerror or error}. Name a file in a folder that exists and may be written to."
        ) from None
