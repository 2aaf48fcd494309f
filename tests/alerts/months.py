"""Calls of a month to state: rows that name only what a case is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from warehouse import Month, Statement, Warehouse, statement

OCTOBER = Month(2026, 10)
ZONE = ZoneInfo("Europe/Berlin")
NOVEMBER_5TH = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Call:
    cost_usd: str | None
    team: str | None = "support"
    workflow: str | None = "triage"
    model: str = "gpt-5-mini"
    at: datetime = datetime(2026, 10, 3, 12, 0)


def record(warehouse: Warehouse, calls: Sequence[Call]) -> None:
    """Add billed calls, each with one charge of its cost; a call without a cost has no price."""
    first = int(warehouse.query("SELECT coalesce(max(span_no), 0) FROM calls").item()) + 1
    rows = pl.DataFrame(
        {
            "span_no": range(first, first + len(calls)),
            "started_at": [call.at for call in calls],
            "ended_at": [call.at for call in calls],
            "provider": ["openai"] * len(calls),
            "model": [call.model for call in calls],
            "team": pl.Series([call.team for call in calls], dtype=pl.String),
            "workflow": pl.Series([call.workflow for call in calls], dtype=pl.String),
            "input_uncached": [100] * len(calls),
            "output_text": [10] * len(calls),
            "cost_usd": pl.Series(
                [call.cost_usd and Decimal(call.cost_usd) for call in calls], dtype=pl.Decimal(18, 12)
            ),
            "unpriced_because": [None if call.cost_usd else "no price line" for call in calls],
        }
    ).with_columns(
        *(pl.lit("x").alias(name) for name in ("sender", "trace_id", "span_id", "dialect", "task_id")),
        pl.lit("product").alias("purpose"),
        pl.lit(0).alias("duplicates"),
        pl.lit(True).alias("billed"),
        pl.lit(False).alias("failed"),
    )
    charges = rows.filter(pl.col("cost_usd").is_not_null()).select(
        "span_no",
        "cost_usd",
        pl.lit("input_uncached").alias("token_class"),
        pl.lit(100).alias("quantity"),
        pl.lit(1).alias("price_line_no"),
    )
    with warehouse.transaction() as tx:
        tx.insert("calls", rows)
        tx.insert("charges", charges)


def budget(warehouse: Warehouse, team: str, usd: str | None, cost_centre: str | None = None) -> None:
    with warehouse.transaction() as tx:
        tx.execute(
            "INSERT INTO teams VALUES ($team, $cost_centre, $usd)",
            {"team": team, "cost_centre": cost_centre, "usd": usd and Decimal(usd)},
        )


def stated(warehouse: Warehouse, month: Month = OCTOBER, now: datetime = NOVEMBER_5TH) -> Statement:
    return statement(warehouse, month, zone=ZONE, now=now)
