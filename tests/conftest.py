"""What all tests share: the knowledge, the independent cases, a browser, and guards on what a test may do."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rich.style  # noqa: F401 -- draws a number on import, and would do so within the first test that prints
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from stepwell.knowledge.load import Knowledge, load

REPOSITORY = Path(__file__).resolve().parents[1]
ORACLES = REPOSITORY.parent / "shared" / "oracles"
"""Independent cases; they stand beside the checkout, not in it."""

# The same examples on every run, so that a failure can be had again; `night` looks for new ones.
settings.register_profile(
    "ci", derandomize=True, max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("night", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge that ships with Stepwell."""
    return load()


@pytest.fixture(scope="session")
def oracles() -> Callable[[str], Path]:
    """The path of an independent case by its name below `shared/oracles`; skips the test where it isn't there."""

    def path_or_skip(name: str) -> Path:
        path = ORACLES / name
        if not path.exists():
            pytest.skip(f"independent cases are not beside the checkout: ../shared/oracles/{name}")
        return path

    return path_or_skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium. Fails where there is none: a page nobody has opened is not tested."""
    found = subprocess.run(
        [str(REPOSITORY / "tools" / "chromium"), "--find"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        pytest.fail(found.stderr, pytrace=False)
    return found.stdout.strip()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium that calls nobody."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, chromium_sandbox=False, args=["--disable-gpu", "--disable-quic", *quiet]
        )
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def _global_random_state_is_left_alone() -> Iterator[None]:
    """A result that draws on the global random state can't be had again; whoever needs chance passes it in."""
    before = random.getstate()
    yield
    assert random.getstate() == before, "this test, or what it tests, used the global random state"


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Nothing leaves the machine: any address but this machine's own is refused in this process."""
    if event != "socket.connect":
        return
    address = arguments[1]
    host = str(address[0]) if isinstance(address, tuple) else "localhost"  # a path: a socket on this machine
    if host not in {"localhost", "::1"} and not host.startswith("127."):
        raise AssertionError(f"a test, or what it tests, tried to reach {host}; nothing may leave the machine")


sys.addaudithook(_refuse_network)
