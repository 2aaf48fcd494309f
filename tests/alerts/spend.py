"""Spend to watch: hourly rows of made-up services, deterministic, as polars frames and as a warehouse's hours."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl

from warehouse import Warehouse

MONDAY = datetime(2026, 1, 5)  # naive UTC, as stored
HOUR = timedelta(hours=1)

Shape = Callable[[int], float]  # hour number → dollars


@dataclass(frozen=True)
class Service:
    team: str | None
    workflow: str | None
    usd: Shape
    model: str = "gpt-5-mini"
    usd_per_call: float = 0.05
    tokens_per_call: float = 2000.0


def flat(usd: float) -> Shape:
    return lambda hour: usd


def office(usd: float, *, growth_a_month: float = 0.0) -> Shape:
    """Busy from nine to five on weekdays, quiet at night and on weekends."""

    def at(hour: int) -> float:
        day, clock = divmod(hour, 24)
        busy = math.exp(-(((clock - 13) / 4) ** 2)) * (0.2 if day % 7 >= 5 else 1.0)
        return usd * (0.05 + busy) * (1 + growth_a_month) ** (hour / 720)

    return at


def noisy(shape: Shape, share: float, seed: int) -> Shape:
    """The same with log-normal noise; the same noise in every run."""
    made = random.Random(seed)
    noise = [math.exp(made.gauss(0, share)) for _ in range(24 * 200)]
    return lambda hour: shape(hour) * noise[hour]


def times(shape: Shape, factor: float, since: int, until: int) -> Shape:
    """The shape with some hours multiplied."""
    return lambda hour: shape(hour) * (factor if since <= hour < until else 1.0)


def hours_of(services: Sequence[Service], hours: int) -> pl.DataFrame:
    """Rows of hour_at, team, workflow, model, calls, tokens, cost_usd."""
    rows = [
        {
            "hour_at": MONDAY + hour * HOUR,
            "team": service.team,
            "workflow": service.workflow,
            "model": service.model,
            "calls": max(1, round(spent / service.usd_per_call)),
            "tokens": round(max(1, round(spent / service.usd_per_call)) * service.tokens_per_call),
            "cost_usd": spent,
        }
        for service in services
        for hour in range(hours)
        if (spent := service.usd(hour)) > 0
    ]
    return pl.DataFrame(rows, schema_overrides={"team": pl.String, "workflow": pl.String})


def fill(warehouse: Warehouse, hours: pl.DataFrame) -> None:
    """Put the rows into the warehouse's table of hours, money as exact decimals."""
    rows = hours.select(
        "hour_at",
        "team",
        "workflow",
        "model",
        "calls",
        pl.lit("openai").alias("provider"),
        pl.lit("product").alias("purpose"),
        pl.lit(0).alias("failed_calls"),
        pl.col("calls").alias("attempts"),
        pl.lit(0).alias("unpriced_calls"),
        pl.lit(0).alias("incomplete_calls"),
        pl.col("tokens").alias("input_uncached"),
        pl.Series("cost_usd", [Decimal(f"{usd:.6f}") for usd in hours["cost_usd"]], dtype=pl.Decimal(38, 12)),
        pl.lit(Decimal(0)).cast(pl.Decimal(38, 12)).alias("cache_saved_usd"),
    )
    with warehouse.transaction() as tx:
        tx.insert("hours", rows)
