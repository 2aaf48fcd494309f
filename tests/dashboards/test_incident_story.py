"""The story of one incident: the numbers of its message, and what explains it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboards.incident_story import outlook

AT = datetime(2026, 11, 20, 8)
SPIKE: dict[str, Any] = {
    "opened_at": AT,
    "last_seen_at": AT + timedelta(hours=4),
    "resolved_at": None,
    "expected_usd": Decimal(40),
    "impact_usd": Decimal(100),
}


def test_a_spike_goes_on_as_fast_as_in_its_last_hour() -> None:
    # $10 an hour are usual, so the last hour's $35 are $25 too much, for 20 more hours.
    assert outlook(SPIKE, Decimal(35)).projected_usd == Decimal(600)


@pytest.mark.parametrize(
    ("changes", "last_hour_usd", "projected_usd"),
    [
        ({}, 3, 100),
        ({"resolved_at": AT}, 35, None),
        ({"last_seen_at": AT + timedelta(hours=24)}, 35, None),
    ],
)
def test_what_is_slow_again_or_over_grows_no_more(
    changes: dict[str, Any], last_hour_usd: int, projected_usd: int | None
) -> None:
    assert outlook(SPIKE | changes, Decimal(last_hour_usd)).projected_usd == projected_usd
