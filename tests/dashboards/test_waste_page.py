"""The waste page: the dollars of each rule with their calls, and nothing of a team the reader may not see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawn import opened, words
from northwind import company, desk, put

from dashboards.desk import lay
from warehouse import Warehouse


@pytest.fixture
def failing() -> Iterator[Warehouse]:
    """Northwind, where two calls of Support failed and were billed."""
    with company() as warehouse:
        for number in (900, 901):
            put(
                warehouse,
                "calls",
                {
                    "span_no": number,
                    "trace_id": f"{number:032x}",
                    "span_id": f"{number:016x}",
                    "started_at": "2026-11-05 10:00:00",
                    "ended_at": "2026-11-05 10:00:09",
                    "team": "Support",
                    "workflow": "chat",
                    "model": "gpt-5",
                    "purpose": "product",
                    "billed": True,
                    "failed": True,
                    "cost_usd": "1.25",
                    "error_type": "overloaded",
                },
            )
        yield warehouse


def test_the_page_shows_what_failed_calls_cost_and_the_way_to_each(failing: Warehouse) -> None:
    lay(desk(failing))
    said = words(opened("waste.py"))
    assert ("Exactly $2.50, no call counted twice" in said, f"traces?trace={900:032x}" in said) == (True, True)


def test_a_reader_of_one_team_sees_no_waste_of_another(failing: Warehouse) -> None:
    lay(desk(failing, keys_required=True))
    assert "No rule found anything on these days" in words(opened("waste.py", key="search")) + "".join(
        element.value for element in opened("waste.py", key="search").success
    )
