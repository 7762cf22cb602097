"""The settings that synthetic people are drawn from: read, changed by the user, checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stepwell.errors import ConfigError
from stepwell.simulate.shape import Settings

SHIPPED = Path(__file__).parent / "settings.toml"

STAR_D: dict[str, Any] = {
    "people": {"treated": 1.0, "untreated": 0.0, "death": 0.0},
    "practice": {
        "guideline_people": 1.0,
        "guideline": {"too_low": 0.0, "too_short": 0.0, "not_taken": 0.0, "not_tolerated": 0.0},
    },
    "response": {"modifiers": {"reason": 1.0}},
    "relapse": {"after_remission": 0.0},
    "steps": {"most": 4, "first_within": 0.1, "pause": 0.0},
    "trial": {"adequate_supplies": [2, 3], "kept_supplies": [3, 4]},
}
"""What the scenario `star-d` changes: everybody depressed, every trial by the guideline, four steps at most."""


def read(file: Path | None = None, changes: Mapping[str, Any] | None = None) -> Settings:
    """The shipped settings, changed by a scenario and then by a file of the user.

    Args:
        file: TOML with the tables and keys to be changed; a list replaces the shipped one whole.
        changes: Changes of the same shape that come first.

    Raises:
        ConfigError: The file can't be read, or a setting can't be used; all faults at once.
    """
    data = tomli.loads(SHIPPED.read_text(encoding="utf-8"))
    data = merged(data, changes or {})
    if file is not None:
        data = merged(data, _from_file(file))
    return checked(data, str(file or SHIPPED.name))


def checked(data: Mapping[str, Any], where: str) -> Settings:
    """The settings, each value of the kind and within the range that it may have.

    Raises:
        ConfigError: With every fault.
    """
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        faults = [_fault(fault) for fault in error.errors()]
        raise ConfigError(f"The settings can't be used ({where}). Change them and run it again:", faults) from None


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` in it, table by table."""
    out = dict(base)
    for key, value in changes.items():
        inner = out.get(key)
        out[key] = merged(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return out


def without_faults(settings: Settings) -> Settings:
    """The same people with a record that lacks nothing and has nothing wrong."""
    clean = {
        name: part.model_copy(update=dict.fromkeys((key for key in type(part).model_fields if key != "cite"), 0.0))
        for name, part in (("missing", settings.missing), ("dirty", settings.dirty))
    }
    return settings.model_copy(update=clean)


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomli.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"Can't read the settings {file}: {error.strerror or error}.") from None
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{file} isn't TOML: {error}. See settings.toml of stepwell.simulate for its shape."
        ) from None


def _fault(fault: ErrorDetails) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{place}: there is no such setting."
    why = fault["msg"].removeprefix("Value error, ")
    return f"{place}: found {fault['input']!r}; {why[0].lower()}{why[1:]}."
