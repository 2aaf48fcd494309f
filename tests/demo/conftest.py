"""The fortnight is drawn once for all tests of the demo company."""

from __future__ import annotations

import pytest
from fortnights import NOW, Drawn

from outlay.demo import History


@pytest.fixture(scope="session")
def fortnight() -> Drawn:
    history = History(NOW, days=14)
    return Drawn(history, tuple(history))
