"""The fortnight is drawn once, and sent once, for all tests of the demo company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fortnights import NOW, Drawn
from products import Product, sent_to

from outlay.demo import History


@pytest.fixture(scope="session")
def fortnight() -> Drawn:
    history = History(NOW, days=14)
    return Drawn(history, tuple(history))


@pytest.fixture(scope="session")
def product(fortnight: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    found = sent_to(fortnight, tmp_path_factory.mktemp("fortnight"))
    yield found
    found.warehouse.close()
