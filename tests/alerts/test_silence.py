"""Silence: a service that used to send is missed, a quiet one is not, and a broken pipe is one incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from alerts import incidents, open_incidents, watch_silence
from warehouse import Warehouse

MONDAY = datetime(2026, 10, 5)  # naive UTC, as stored
NOW = datetime(2026, 10, 19, 12, 0, tzinfo=UTC)  # a Monday, two weeks later


def hear(warehouse: Warehouse, service: str, minutes: list[int], team: str = "support") -> None:
    """Two spans in each of these minutes, counted from Monday 00:00."""
    at = [MONDAY + timedelta(minutes=minute) for minute in minutes for _ in range(2)]
    rows = pl.DataFrame({"started_at": at, "ended_at": at, "received_at": at}).with_columns(
        *(pl.lit(value).alias(name) for name, value in {"service": service, "team": team, "role": "call"}.items()),
        *(pl.lit("x").alias(name) for name in ("sender", "trace_id", "span_id", "name", "status", "resource_id")),
        *(pl.lit("x").alias(name) for name in ("scope_name", "scope_version", "dialect", "purpose")),
        *(pl.lit(0).alias(name) for name in ("span_no", "journal_seq", "dialect_rank")),
        pl.lit(MONDAY.date()).alias("journal_day"),
    )
    with warehouse.transaction() as tx:
        tx.insert("spans", rows)


def until(hours: float, every: int = 10) -> list[int]:
    return list(range(0, int(hours * 60), every))


def watched(warehouse: Warehouse, now: datetime = NOW) -> str:
    return str(watch_silence(warehouse, channels=["terminal"], now=now))


def subjects(warehouse: Warehouse) -> list[str]:
    return warehouse.query("SELECT subject FROM outbox ORDER BY written_at, subject")["subject"].to_list()


@pytest.fixture
def company(warehouse: Warehouse) -> Warehouse:
    hear(warehouse, "chat", until(24 * 14 + 12), team="web")
    return warehouse


def test_a_service_that_used_to_send_is_missed(company: Warehouse) -> None:
    hear(company, "invoices", until(24 * 14))
    said = watched(company)
    found = open_incidents(company).select("kind", "team", "opened_at", "severity").rows()
    assert (said, found) == (
        "2 services: 1 fell silent, 0 spoke again",
        [("silence", "support", datetime(2026, 10, 18, 23, 50), "warn")],
    )


def test_a_short_silence_says_nothing(company: Warehouse) -> None:
    hear(company, "invoices", until(24 * 14 + 7))
    assert watched(company) == "2 services: 0 fell silent, 0 spoke again"


@pytest.mark.parametrize(
    "minutes",
    [
        [
            day * 1440 + clock * 60 + m
            for day in range(14)
            for clock in range(9, 18)
            for m in range(0, 60, 5)
            if day % 7 < 5
        ],
        [day * 1440 + 120 + minute for day in range(14) for minute in range(30)],
        until(24 * 3),
        [day * 1440 for day in range(14)],
        [0, 1, 2],
    ],
    ids=["an office over the week-end", "a nightly job", "three days only", "two spans a day", "one try"],
)
def test_whoever_is_often_quiet_is_not_missed(company: Warehouse, minutes: list[int]) -> None:
    hear(company, "quiet", minutes)
    watched(company, NOW - timedelta(hours=5))
    assert open_incidents(company).is_empty()


def test_it_resolves_when_it_speaks_again(company: Warehouse) -> None:
    hear(company, "invoices", until(24 * 14))
    watched(company)
    hear(company, "invoices", [60 * (24 * 14 + 13)])
    hear(company, "chat", [60 * (24 * 14 + 13)])
    said = watched(company, NOW + timedelta(hours=2))
    assert (said, incidents(company)["resolved_at"].to_list()) == (
        "2 services: 0 fell silent, 1 spoke again",
        [datetime(2026, 10, 19, 13, 0)],
    )


def test_looking_twice_tells_once(company: Warehouse) -> None:
    hear(company, "invoices", until(24 * 14))
    for minute in range(0, 60, 5):
        watched(company, NOW + timedelta(minutes=minute))
    assert subjects(company) == ["[warn] support: invoices fell silent"]


def test_when_nobody_is_heard_one_incident_says_so(company: Warehouse) -> None:
    hear(company, "invoices", until(24 * 14 + 12))
    hear(company, "search", until(24 * 14 + 12))
    watched(company, NOW + timedelta(hours=8))
    assert subjects(company) == ["[warn] every service fell silent"]


def test_a_service_that_fell_silent_before_the_pipe_broke_stays_open(company: Warehouse) -> None:
    hear(company, "invoices", until(24 * 14))
    watched(company)
    watched(company, NOW + timedelta(hours=8))
    assert sorted(open_incidents(company)["cause"]) == [
        "Nothing came from every service since 2026-10-19 11:50 UTC.",
        "Nothing came from invoices since 2026-10-18 23:50 UTC.",
    ]


def test_a_retired_service_is_given_up(company: Warehouse) -> None:
    hear(company, "invoices", until(24 * 14))
    watched(company)
    hear(company, "chat", until(24 * 60))
    watched(company, NOW + timedelta(days=31))
    assert incidents(company).filter(team="support")["cause"].to_list() == [
        "Nothing came from invoices since 2026-10-18 23:50 UTC. Given up after 30 days."
    ]
