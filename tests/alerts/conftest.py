"""What the alerts' tests share: a warehouse in memory."""

from collections.abc import Iterator

import pytest
from made_once import new_warehouse

from warehouse import Warehouse


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with new_warehouse() as opened:
        yield opened
