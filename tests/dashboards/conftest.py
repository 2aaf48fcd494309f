"""What the tests of the pages share: the small company, laid on a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from northwind import company, desk

from dashboards.desk import Desk, lay
from warehouse import Warehouse


@pytest.fixture(scope="session")
def northwind() -> Iterator[Warehouse]:
    """Nobody writes to it."""
    with company() as warehouse:
        yield warehouse


@pytest.fixture
def open_desk(northwind: Warehouse) -> Desk:
    """A desk that asks for no keys."""
    laid = desk(northwind)
    lay(laid)
    return laid
