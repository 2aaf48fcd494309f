"""Drops in a warehouse: spend that falls while its service is heard is one incident; who is silent is silence's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import incidents, open_incidents, watch
from warehouse import Warehouse

FALL_AT = 2 * 168 + 38
BACK_AT = FALL_AT + 9
HOURS = FALL_AT + 60
CALM = [Service("search", name, noisy(flat(30), 0.1, seed=seed)) for seed, name in enumerate("abcde")]


def fallen(until: int = BACK_AT, usd: float = 20) -> Service:
    return Service("support", "triage", times(noisy(flat(usd), 0.1, seed=9), 0.001, FALL_AT, until))


def aware(hour: int) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


def heard(warehouse: Warehouse, *, last_hour: int) -> None:
    """The service that does triage speaks every hour: of triage until the fall, then of something else."""
    hours = range(FALL_AT - 200, last_hour)
    at = [MONDAY + hour * HOUR for hour in hours]
    work = ["triage" if hour < FALL_AT else "other" for hour in hours]
    rows = pl.DataFrame({"started_at": at, "ended_at": at, "received_at": at, "workflow": work}).with_columns(
        pl.lit("desk").alias("service"),
        pl.lit("support").alias("team"),
        *(pl.lit("x").alias(name) for name in ("sender", "trace_id", "span_id", "name", "status", "resource_id")),
        *(pl.lit("x").alias(name) for name in ("scope_name", "scope_version", "dialect", "purpose", "role")),
        *(pl.lit(0).alias(name) for name in ("span_no", "journal_seq", "dialect_rank")),
        pl.lit(MONDAY.date()).alias("journal_day"),
    )
    with warehouse.transaction() as tx:
        tx.insert("spans", rows)


def watched(warehouse: Warehouse, since: int, until: int) -> str:
    return str(
        watch(
            warehouse,
            since_hour=aware(since),
            until_hour=aware(until),
            channels=["terminal"],
            now=aware(until) + timedelta(minutes=15),
        )
    )


@pytest.fixture
def company(warehouse: Warehouse) -> Warehouse:
    fill(warehouse, hours_of([*CALM, fallen()], HOURS))
    return warehouse


def test_spend_that_falls_while_its_service_is_heard_is_one_incident(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    watched(company, 0, FALL_AT + 8)
    told = open_incidents(company).select("kind", "team", "workflow", "opened_at", "severity", "driver").rows()
    assert told == [("spend_drop", "support", "triage", MONDAY + FALL_AT * HOUR, "info", "")]


def test_its_impact_is_what_was_not_spent(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    watched(company, 0, FALL_AT + 8)
    row = open_incidents(company).row(0, named=True)
    assert row["impact_usd"] == row["actual_usd"] - row["expected_usd"]
    assert Decimal(-175) < row["impact_usd"] < Decimal(-140)


def test_it_is_told_as_less_than_expected_and_ends_when_spend_is_back(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    for hour in range(FALL_AT - 1, BACK_AT + 3):
        watched(company, hour, hour + 1)
    told = company.query("SELECT event, subject, severity FROM outbox ORDER BY rowid").rows()
    assert [event for event, _, _ in told] == ["trigger", "resolve"]
    assert "less than expected" in told[0][1]
    assert incidents(company)["resolved_at"].to_list() == [MONDAY + (BACK_AT + 1) * HOUR]


def test_a_dear_drop_is_a_warning_and_never_a_page(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([*CALM, fallen(usd=500)], HOURS))
    heard(warehouse, last_hour=HOURS)
    watched(warehouse, 0, FALL_AT + 8)
    assert open_incidents(warehouse)["severity"].to_list() == ["warn"]


def test_a_service_that_is_silent_explains_the_drop_of_its_workflow(company: Warehouse) -> None:
    heard(company, last_hour=FALL_AT)
    watched(company, 0, HOURS)
    assert incidents(company).is_empty()


def test_calls_that_go_on_without_a_price_are_no_drop(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    with company.transaction() as tx:
        tx.execute(
            "UPDATE hours SET calls = 400, unpriced_calls = 400 WHERE workflow = 'triage' AND hour_at >= $at",
            {"at": MONDAY + FALL_AT * HOUR},
        )
    watched(company, 0, FALL_AT + 8)
    assert incidents(company).is_empty()


def test_what_stays_away_for_a_week_is_the_new_level(warehouse: Warehouse) -> None:
    until = FALL_AT + 250
    fill(warehouse, hours_of([*CALM, fallen(until)], until))
    heard(warehouse, last_hour=until)
    watched(warehouse, 0, until)
    assert incidents(warehouse).select("kind", "resolved_at").rows() == [
        ("spend_drop", MONDAY + (FALL_AT + 169) * HOUR)
    ]


def test_hour_by_hour_and_all_at_once_give_the_same_drops(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    fields = ["incident_id", "opened_at", "last_seen_at", "resolved_at", "actual_usd", "expected_usd", "severity"]
    for hour in range(FALL_AT - 1, BACK_AT + 4):
        watched(company, hour, hour + 1)
    one_by_one = incidents(company).select(fields).rows()
    with company.transaction() as tx:
        for table in ("incidents", "detector_states", "detector_hours"):
            tx.execute(f"DELETE FROM {table}")
    watched(company, 0, BACK_AT + 4)
    assert incidents(company).select(fields).rows() == one_by_one
