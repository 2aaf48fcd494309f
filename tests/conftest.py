"""What every room's tests share: the switch that rewrites golden files, and what happens where there is no browser."""

from __future__ import annotations

import os

import pytest
from chromium import CHROMIUM, HOW_TO_GET_IT

_left_out: list[str] = []


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
    """Leave out, by name, what needs a browser that is not here; in CI its absence is a failure, not a gap."""
    if CHROMIUM:
        return
    need_it = [item for item in items if item.get_closest_marker("browser")]
    if need_it and os.environ.get("CI"):
        raise pytest.UsageError(f"CI has no Chromium, which {len(need_it)} tests need: {HOW_TO_GET_IT}")
    config.hook.pytest_deselected(items=need_it)
    items[:] = [item for item in items if item not in need_it]
    _left_out.extend(item.nodeid for item in need_it)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, and say how to have it run."""
    if _left_out:
        terminalreporter.section("left out: they need Chromium")
        for name in _left_out:
            terminalreporter.line(name)
        terminalreporter.line(f"To run them: {HOW_TO_GET_IT}")
