"""What the warehouse's tests share: a ledger in memory, to be filled by hand."""

from collections.abc import Iterator

import pytest
from ledgers import Ledger
from made_once import new_warehouse


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with new_warehouse() as warehouse:
        yield Ledger(warehouse)
