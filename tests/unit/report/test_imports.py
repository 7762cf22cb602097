"""A format imports only what it needs, so that the others start fast."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("json", {"jinja2", "rich.table"}),
        ("text", {"jinja2"}),
        ("html", {"rich.table"}),
        ("text_person", {"jinja2"}),
        ("json_person", {"jinja2", "rich.console"}),
    ],
)
def test_importing_one_format_leaves_the_others_tools_alone(module: str, unwanted: set[str]) -> None:
    loaded = modules(f"stepwell.report.{module}") - modules("stepwell.review")
    assert f"stepwell.report.{module}" in loaded
    assert not unwanted & loaded


def modules(name: str) -> set[str]:
    """What is loaded once a module is imported; what a review itself loads is not the format's doing."""
    code = f"import sys, {name}; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(found.stdout.split())
