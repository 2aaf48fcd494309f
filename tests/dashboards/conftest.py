"""What the tests of the pages share: the small company, laid on a desk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache

import pytest
from northwind import company, desk
from streamlit.components.v2 import manifest_scanner

from dashboards.desk import Desk, lay
from warehouse import Warehouse


@pytest.fixture(scope="session")
def northwind() -> Iterator[Warehouse]:
    """Nobody writes to it."""
    with company() as warehouse:
        yield warehouse


@pytest.fixture(scope="session", autouse=True)
def components() -> Iterator[None]:
    """A server looks for components among installed packages once; Streamlit's AppTest would for each page drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit makes the page it draws `__main__`, which every process spawned later would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def open_desk(northwind: Warehouse) -> Desk:
    """A desk that asks for no keys."""
    laid = desk(northwind)
    lay(laid)
    return laid
