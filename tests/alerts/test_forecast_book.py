"""Frozen forecasts: made once from what was known then, and judged by what the month came to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from spend import Service, fill, flat, hours_of, noisy, office

from alerts import Budget, Scope, accuracy, freeze, freeze_history, set_budget
from warehouse import Warehouse

ZONE = ZoneInfo("Europe/Berlin")
MARCH_10TH_OVER = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def ledger(warehouse: Warehouse) -> Warehouse:
    services = [Service("support", "triage", flat(2.0)), Service("search", "rank", noisy(office(20), 0.2, seed=3))]
    fill(warehouse, hours_of(services, 24 * 100))
    return warehouse


def frozen(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.query("SELECT kind, name, team, month, day, p50_usd, as_of FROM forecasts ORDER BY ALL")


def test_company_teams_and_workflows_are_frozen_when_the_tenth_is_over(ledger: Warehouse) -> None:
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=MARCH_10TH_OVER)
    assert frozen(ledger).select("kind", "name", "month", "day").rows() == [
        ("company", "", "2026-03", 10),
        ("team", "search", "2026-03", 10),
        ("team", "support", "2026-03", 10),
        ("workflow", "rank", "2026-03", 10),
        ("workflow", "triage", "2026-03", 10),
    ]


@pytest.mark.parametrize("days_later", [1, 5, 19])
def test_on_other_days_nothing_is_frozen(ledger: Warehouse, days_later: int) -> None:
    as_of = MARCH_10TH_OVER + timedelta(days=days_later)
    assert freeze(ledger, as_of=as_of, zone=ZONE, now=as_of) == 0


def test_what_is_frozen_stays_whatever_comes_later(ledger: Warehouse) -> None:
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=MARCH_10TH_OVER)
    before = frozen(ledger).rows()
    with ledger.transaction() as tx:
        tx.execute("UPDATE hours SET cost_usd = cost_usd * 3")
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=APRIL)
    assert frozen(ledger).rows() == before


def test_a_forecast_made_late_knows_only_what_was_spent_by_then(ledger: Warehouse, warehouse: Warehouse) -> None:
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=APRIL)
    late = frozen(ledger).rows()
    with ledger.transaction() as tx:
        tx.execute("DELETE FROM forecasts")
        tx.execute("DELETE FROM hours WHERE hour_at >= $as_of", {"as_of": MARCH_10TH_OVER.replace(tzinfo=None)})
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=MARCH_10TH_OVER)
    assert frozen(ledger).rows() == late


def test_a_model_is_frozen_when_it_has_a_budget(ledger: Warehouse) -> None:
    set_budget(ledger, Budget(Scope("model", "gpt-5-mini"), "monthly", Decimal(9000)), by="ada", now=APRIL)
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=APRIL)
    assert frozen(ledger).filter(pl.col("kind") == "model")["name"].to_list() == ["gpt-5-mini"]


def test_a_history_is_frozen_day_by_day_and_judged_by_its_months(ledger: Warehouse) -> None:
    freeze_history(ledger, since=datetime(2026, 2, 1, tzinfo=UTC), until=APRIL, zone=ZONE)
    judged = accuracy(ledger, zone=ZONE, now=APRIL).filter(pl.col("scope") == "team:support")
    assert sorted(judged.select("month", "day").rows()) == [
        (month, day) for month in ("2026-02", "2026-03") for day in (1, 10, 20)
    ]


def test_what_never_changes_was_forecast_exactly(ledger: Warehouse) -> None:
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=APRIL)
    judged = accuracy(ledger, zone=ZONE, now=APRIL).filter(pl.col("scope") == "team:support").row(0, named=True)
    assert (judged["p50_usd"], judged["naive_usd"], judged["actual_usd"]) == (1488, 1488, 1486)


def test_a_month_that_runs_is_not_judged(ledger: Warehouse) -> None:
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=MARCH_10TH_OVER)
    assert accuracy(ledger, zone=ZONE, now=MARCH_10TH_OVER).is_empty()


def test_a_reader_of_one_team_sees_its_forecasts_and_no_others(ledger: Warehouse) -> None:
    freeze(ledger, as_of=MARCH_10TH_OVER, zone=ZONE, now=APRIL)
    judged = accuracy(ledger, zone=ZONE, now=APRIL, teams=["search"])
    assert sorted(judged["scope"]) == ["team:search", "workflow:rank"]
