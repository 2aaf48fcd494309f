"""The page of unit economics: what became of tasks, with intervals, and what a serving leaves where it has a price."""

from __future__ import annotations

from decimal import Decimal

from drawn import opened, words
from northwind import company, desk

from dashboards.desk import lay
from warehouse import OutcomeRule, Warehouse, set_economics


def test_the_page_tells_what_became_of_tasks_and_since_when_that_is_mature(northwind: Warehouse) -> None:
    lay(desk(northwind))
    said = words(opened("workflows.py"))
    told = ("What became of tasks", "mature through", "'resolution_rate_low': ", "'csat': ")
    assert [each for each in told if each not in said] == []


def test_a_workflow_with_a_price_tells_what_a_serving_leaves() -> None:
    with company() as warehouse:
        set_economics(
            warehouse, outcomes=[OutcomeRule("", 24)], prices={"chat": Decimal(3)}, human_usd_per_hour=Decimal(0)
        )
        lay(desk(warehouse))
        said = words(opened("workflows.py"))
    assert ("Gross margin per serving" in said, "'margin_at_10x_usd': " in said) == (True, True)


def test_without_a_price_nothing_is_said_of_margins(northwind: Warehouse) -> None:
    lay(desk(northwind))
    assert "Gross margin per serving" not in words(opened("workflows.py"))
