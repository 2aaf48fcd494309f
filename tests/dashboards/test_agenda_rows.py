"""What was said ahead, as rows: what runs, what comes, what is over, and what follows from each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from northwind import NOW

from dashboards.agenda_rows import holds, scope, state

AT = NOW.replace(tzinfo=None)
ENTRY: dict[str, Any] = {
    "kind": "silence",
    "team": "Support",
    "workflow": None,
    "about": None,
    "starts_at": AT - timedelta(hours=1),
    "ends_at": AT + timedelta(hours=1),
    "ended_at": None,
    "most_usd_an_hour": None,
}


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ({}, "runs"),
        ({"starts_at": AT + timedelta(minutes=1)}, "comes"),
        ({"ends_at": AT}, "over"),
        ({"ended_at": AT}, "ended early"),
        ({"ended_at": AT + timedelta(minutes=1)}, "runs"),
    ],
)
def test_an_entry_runs_from_its_beginning_until_its_end(changes: dict[str, Any], stands: str) -> None:
    assert state(ENTRY | changes, AT) == stands


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "nothing is sent about anything"),
        ({"about": "budget"}, "nothing is sent about budget"),
        ({"kind": "planned"}, "whatever it costs"),
        ({"kind": "planned", "most_usd_an_hour": Decimal(250)}, "up to $250.00 an hour"),
    ],
)
def test_an_entry_says_what_follows_from_it(changes: dict[str, Any], said: str) -> None:
    assert holds(ENTRY | changes) == said


def test_an_entry_of_a_workflow_names_both() -> None:
    assert scope(ENTRY | {"workflow": "chat"}) == "Support / chat"
