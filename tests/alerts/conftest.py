"""What the alerts' tests share: a warehouse in memory."""

from collections.abc import Iterator

import pytest

from warehouse import Warehouse


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse.in_memory() as opened:
        yield opened
