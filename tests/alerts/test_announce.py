"""Announcements: each team hears of a month's statement once, and what it hears is what the statement says."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from months import NOVEMBER_5TH, OCTOBER, ZONE, Call, budget, record, stated

from alerts import announce
from warehouse import Warehouse, close_month


@pytest.fixture
def month(warehouse: Warehouse) -> Warehouse:
    record(warehouse, [Call("10.005"), Call("3.50", team="search"), Call(None, team="search"), Call("0.25", team=None)])
    budget(warehouse, "support", "8.00")
    budget(warehouse, "legal", "40.00")
    return warehouse


def announced(warehouse: Warehouse) -> int:
    return announce(
        warehouse, stated(warehouse), channels=["terminal"], now=NOVEMBER_5TH, links="http://127.0.0.1:8501/"
    )


def subjects(warehouse: Warehouse) -> list[str]:
    return sorted(warehouse.query("SELECT subject FROM outbox")["subject"])


def test_every_team_that_owes_something_hears_of_it_and_somebody_of_all(month: Warehouse) -> None:
    announced(month)
    assert subjects(month) == [
        "[info] Provisional statement 2026-10: Unattributed, $0.25",
        "[info] Provisional statement 2026-10: all teams, $13.76",
        "[info] Provisional statement 2026-10: search, $3.50",
        "[info] Provisional statement 2026-10: support, $10.01",
    ]


def test_the_message_says_the_change_the_budget_and_what_is_not_known(month: Warehouse) -> None:
    announced(month)
    body = month.query("SELECT body FROM outbox WHERE subject LIKE '%support%'").item()
    assert orjson.loads(body)["lines"] == [
        "$10.01, $10.01 more than the month before.",
        "Budget $8.00: $2.01 over.",
        "1 of 4 calls are without a price or a full usage; what they cost is not in it.",
        "It may still change until the month is closed.",
        "Open: http://127.0.0.1:8501/teams?month=2026-10",
    ]


def test_announcing_twice_tells_once(month: Warehouse) -> None:
    counts = [announced(month), announced(month)]
    assert counts == [4, 0]


def test_the_final_statement_is_announced_again(month: Warehouse) -> None:
    announced(month)
    close_month(month, OCTOBER, zone=ZONE, by="ana", now=NOVEMBER_5TH + timedelta(hours=1))
    assert announced(month) == 4
