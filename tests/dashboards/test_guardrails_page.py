"""Guardrails and quality: what went wrong by its mode, and nothing of a team the reader may not see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawn import opened, words
from northwind import company, desk, put

from dashboards.desk import lay
from warehouse import Warehouse, set_failure_rules


@pytest.fixture
def guarded() -> Iterator[Warehouse]:
    """Northwind, where Support's filter stepped in twice of four times, and another one once of one."""
    with company() as warehouse:
        set_failure_rules(warehouse)
        put(
            warehouse,
            "task_checks",
            *(
                {"kind": "guardrail", "name": "pii-filter", "result": result, "team": "Support", "workflow": "chat"}
                | {"checked_at": "2026-11-05 10:00:00", "task_id": "t", "owner": ""}
                for result in ("blocked", "rewritten", "passed", "passed")
            ),
        )
        yield warehouse


def test_what_stepped_in_is_a_rate_with_its_interval_and_a_failure_mode(guarded: Warehouse) -> None:
    lay(desk(guarded))
    said = words(opened("guardrails.py"))
    assert ("Guardrails stepped in 60.0%" in said, "data boundary" in said) == (True, True)


def test_a_reader_of_one_team_sees_no_failure_of_another(guarded: Warehouse) -> None:
    lay(desk(guarded, keys_required=True))
    said = words(opened("guardrails.py", key="search"))
    assert ("pii-filter" in said, "data boundary" in said) == (False, False)
