"""Budgets: each mark is told once a month, all of it is an incident, and the incident ends with its month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import polars as pl
import pytest
from months import budget
from spend import Service, fill, hours_of

from alerts import incidents, open_incidents, watch_budgets
from warehouse import Warehouse

ZONE = ZoneInfo("Europe/Berlin")
# 5 January 2026 to the end of March: a dollar an hour, so 24 a day; from the 1st at 00:00 in Berlin 744 in January.
FIRST = datetime(2026, 1, 31, 23, 0, tzinfo=UTC)  # 1 February in Berlin


def after(hours: float) -> datetime:
    return FIRST + timedelta(hours=hours)


def watched(warehouse: Warehouse, now: datetime) -> str:
    return str(watch_budgets(warehouse, zone=ZONE, channels=["terminal"], now=now, links="http://127.0.0.1:8501"))


def told(warehouse: Warehouse) -> list[tuple[str, str, str | None]]:
    rows = warehouse.query("SELECT event, subject, last_error FROM outbox ORDER BY written_at, event DESC, subject")
    return rows.rows()


@pytest.fixture
def ledger(warehouse: Warehouse) -> Warehouse:
    fill(warehouse, hours_of([Service("support", "triage", lambda hour: 1.0)], 24 * 85))
    budget(warehouse, "support", "100.00")
    return warehouse


def test_each_mark_is_told_once(ledger: Warehouse) -> None:
    for hour in range(0, 130, 2):
        watched(ledger, after(hour))
    assert [subject.split(",")[0] for _, subject, _ in told(ledger)] == [
        "[info] support: 50 % of the budget of 2026-02 is spent",
        "[warn] support: 80 % of the budget of 2026-02 is spent",
        "[warn] support: 100 % of the budget of 2026-02 is spent",
        "[page] support: 120 % of the budget of 2026-02 is spent",
    ]


def test_of_marks_passed_at_once_only_the_highest_is_told(ledger: Warehouse) -> None:
    watched(ledger, after(90))
    assert [subject[:20] for _, subject, _ in told(ledger)] == ["[warn] support: 90 %"]


def test_a_mark_passed_last_week_is_no_news(ledger: Warehouse) -> None:
    budget(ledger, "search", "300.00")
    fill(ledger, hours_of([Service("search", "rank", lambda hour: 170.0 if hour == 650 else 0.0)], 24 * 60))
    watched(ledger, after(24 * 10))
    assert {subject.split(" of ")[0]: error for _, subject, error in told(ledger)} == {
        "[page] support: 240 %": None,
        "[info] search: 56 %": "not sent: history",
    }


def test_a_spent_budget_is_an_incident_with_the_overrun_as_its_impact(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    found = open_incidents(ledger).row(0, named=True)
    assert {
        name: found[name] for name in ("kind", "team", "opened_at", "actual_usd", "expected_usd", "impact_usd")
    } == {
        "kind": "budget",
        "team": "support",
        "opened_at": datetime(2026, 2, 5, 2),
        "actual_usd": Decimal(107),
        "expected_usd": Decimal(100),
        "impact_usd": Decimal(7),
    }


def test_the_message_says_what_is_left_when_and_what_the_month_will_come_to(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    body = orjson.loads(ledger.query("SELECT body FROM outbox").item())
    assert [body["subject"], *body["lines"][:3]] == [
        "[warn] support: 107 % of the budget of 2026-02 is spent, $107.00 of $100.00",
        "Spent $107.00 of the budget of $100.00: $7.00 over.",
        "100 % was passed in the hour of 2026-02-05 02:00 UTC.",
        "By the end of the month about $672.00 ($672.00 to $672.00).",
    ]


def test_an_incident_ends_with_its_month_and_with_what_the_month_cost(ledger: Warehouse) -> None:
    watched(ledger, after(24 * 27))
    watched(ledger, after(24 * 28))
    found = incidents(ledger).filter(pl.col("state") == "resolved").row(0, named=True)
    assert (found["resolved_at"], found["actual_usd"]) == (datetime(2026, 2, 28, 23), Decimal(672))


def test_a_raised_budget_ends_the_incident_and_is_watched_anew(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    with ledger.transaction() as tx:
        tx.execute("UPDATE teams SET monthly_budget_usd = 130")
    said = watched(ledger, after(108))
    assert (said, open_incidents(ledger).height, [event for event, _, _ in told(ledger)]) == (
        "1 budgets in use: 0 overspent, 1 ended, 2 messages",
        0,
        ["trigger", "resolve", "notice"],
    )


def test_looking_twice_changes_nothing(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    before = (told(ledger), incidents(ledger).rows())
    watched(ledger, after(107))
    assert (told(ledger), incidents(ledger).rows()) == before


def test_a_team_without_a_budget_or_without_spend_is_not_watched(warehouse: Warehouse) -> None:
    budget(warehouse, "legal", "10.00")
    budget(warehouse, "search", None)
    assert watched(warehouse, after(100)) == "0 budgets in use: 0 overspent, 0 ended, 0 messages"
