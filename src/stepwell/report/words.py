"""Wording that is data: `words.toml`, read once."""

from functools import cache
from pathlib import Path
from typing import Any

import tomli

Words = dict[str, Any]


@cache
def words() -> Words:
    """Every table of `words.toml`."""
    return tomli.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
