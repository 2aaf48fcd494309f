"""What every room's tests share: the switch that rewrites golden files, and what happens where a program is missing."""

from __future__ import annotations

import os

import alertmanager
import chromium
import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, so that what passed here passes everywhere; HYPOTHESIS_PROFILE=long looks for others.
# How long one takes says something of the machine only.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", UNTIMED, max_examples=40, derandomize=True, database=None)
settings.register_profile("long", UNTIMED, max_examples=1_000, derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

# Marker → whether the program is here, and how to get it.
PROGRAMS = {
    "browser": (chromium.CHROMIUM, chromium.HOW_TO_GET_IT),
    "alertmanager": (alertmanager.ALERTMANAGER, alertmanager.HOW_TO_GET_IT),
}

_left_out: dict[str, list[str]] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the code says now into tests/golden and pictures, to be read before it is committed",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, by name, what needs a program that is not here; in CI no browser is a failure, not a gap."""
    for marker, (program, how_to_get_it) in PROGRAMS.items():
        need_it = [item for item in items if not program and item.get_closest_marker(marker)]
        if not need_it:
            continue
        if os.environ.get("CI") and marker == "browser":
            raise pytest.UsageError(f"CI has no Chromium, which {len(need_it)} tests need: {how_to_get_it}")
        config.hook.pytest_deselected(items=need_it)
        items[:] = [item for item in items if item not in need_it]
        _left_out[marker] = [item.nodeid for item in need_it]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, and say how to have it run."""
    for marker, names in _left_out.items():
        terminalreporter.section(f"left out: they need {marker}")
        for name in names:
            terminalreporter.line(name)
        terminalreporter.line(f"To run them: {PROGRAMS[marker][1]}")
