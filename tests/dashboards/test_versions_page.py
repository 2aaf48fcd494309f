"""Prompt versions: what regressed is said first, and only to those whose it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawn import opened, words
from northwind import company, desk, put

from dashboards.desk import lay
from warehouse import Warehouse


@pytest.fixture
def versioned() -> Iterator[Warehouse]:
    """Northwind, where the second version of Support's prompt costs twice as much a resolution."""
    with company() as warehouse:
        put(
            warehouse,
            "tasks",
            *(
                {"task_id": f"{version}-{number}", "owner": "", "team": "Support", "workflow": "chat", "calls": 1}
                | {"prompt_name": "chat", "prompt_version": version, "cost_usd": cost, "outcome_status": "resolved"}
                | {"first_at": f"2026-11-{day:02} 10:{number:02}:00", "decided_at": f"2026-11-{day:02} 11:00:00"}
                for version, cost, day in (("v1", "1", 2), ("v2", "2", 9))
                for number in range(30)
            ),
        )
        yield warehouse


def test_what_regressed_is_said_in_a_sentence(versioned: Warehouse) -> None:
    lay(desk(versioned))
    said = words(opened("versions.py"))
    assert "chat: with v2 the cost per resolution is $2.00, with v1 it was $1.00 (+100%, 95%: +100 to +100)" in said


def test_a_reader_of_one_team_sees_no_version_of_another(versioned: Warehouse) -> None:
    lay(desk(versioned, keys_required=True))
    assert "v2" not in words(opened("versions.py", key="search"))
