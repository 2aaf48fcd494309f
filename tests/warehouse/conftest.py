"""What the warehouse's tests share: a ledger in memory, to be filled by hand."""

from collections.abc import Iterator

import pytest
from ledgers import Ledger

from warehouse import Warehouse


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Warehouse.in_memory() as warehouse:
        yield Ledger(warehouse)
