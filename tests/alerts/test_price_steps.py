"""Prices that are known: what the book has of changes past and to come, and what a forecast makes of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from alerts.budgets.price_steps import price_steps
from alerts.forecasting import leaves_of, outlook_of
from warehouse import Warehouse

NOW = datetime(2026, 10, 11)
DAY = timedelta(days=1)
ALWAYS, FOREVER = datetime(2020, 1, 1), datetime(9999, 1, 1)
UTC_ZONE = ZoneInfo("UTC")


def book(warehouse: Warehouse, lines: list[tuple[str, str, datetime, datetime, str]]) -> None:
    """Price lines numbered from 1: layer, model, valid from and to, dollars a token; their book is loaded today."""
    rows = [
        {
            "line_no": 900_001 + number, "layer": layer, "provider": "anthropic", "model": model,
            "token_class": "output_text", "service_tier": "standard", "min_input_tokens": 0, "valid_from": since,
            "valid_to": until, "from_minute": 0, "until_minute": 1440, "usd_per_token": Decimal(usd), "source": "s",
            "book_version": "v",
        }
        for number, (layer, model, since, until, usd) in enumerate(lines)
    ]  # fmt: skip
    with warehouse.transaction() as tx:
        tx.insert("price_lines", pl.DataFrame(rows, schema_overrides={"usd_per_token": pl.Decimal(18, 12)}))
        loaded = {"version": "v", "now": NOW - 30 * DAY}
        tx.execute("INSERT INTO price_books VALUES ($version, $now, 0, '')", loaded)


def used(
    warehouse: Warehouse, line: int, model: str, usd: str, usd_per_token: str, *, at: datetime = NOW - DAY
) -> None:
    """What support's triage spent on a model in an hour."""
    row = {
        "hour_at": at, "lot": 1, "team": "support", "workflow": "triage", "model": model, "costed": True,
        "token_class": "output_text", "price_line_no": 900_000 + line,
        "quantity": int(Decimal(usd) / Decimal(usd_per_token)), "cost_usd": Decimal(usd),
    }  # fmt: skip
    with warehouse.transaction() as tx:
        tx.insert("charge_lots", pl.DataFrame([row], schema_overrides={"cost_usd": pl.Decimal(38, 12)}))


def steps(warehouse: Warehouse, now: datetime = NOW) -> list[tuple[datetime, float, float]]:
    found = price_steps(warehouse, since=now - 70 * DAY, now=now)
    summed = found.group_by("changes_at").agg(pl.col("before_usd", "after_usd").sum()).sort("changes_at")
    return [(at, round(before, 6), round(after, 6)) for at, before, after in summed.iter_rows()]


def test_each_change_ahead_is_told_by_what_is_used_now_other_models_included(warehouse: Warehouse) -> None:
    first, second = NOW + 5 * DAY, NOW + 9 * DAY
    lines = [
        ("contract", "opus", ALWAYS, first, "0.00002"),
        ("contract", "opus", first, second, "0.00003"),
        ("contract", "opus", second, FOREVER, "0.00001"),
        ("list", "haiku", ALWAYS, FOREVER, "0.000005"),
    ]
    book(warehouse, lines)
    used(warehouse, 1, "opus", "60", "0.00002")
    used(warehouse, 4, "haiku", "40", "0.000005")
    assert steps(warehouse) == [(first, 100, 130), (second, 130, 70)]


def test_a_contract_that_begins_takes_the_place_of_the_list(warehouse: Warehouse) -> None:
    book(
        warehouse,
        [
            ("list", "opus", ALWAYS, FOREVER, "0.00002"),
            ("contract", "opus", NOW - 3 * DAY, NOW + 4 * DAY, "0.00001"),
        ],
    )
    used(warehouse, 1, "opus", "20", "0.00002", at=NOW - 4 * DAY)
    used(warehouse, 2, "opus", "40", "0.00001")
    assert steps(warehouse) == [(NOW - 3 * DAY, 20, 10), (NOW + 4 * DAY, 50, 100)]


def test_a_list_price_is_known_ahead_once_its_book_is_loaded(warehouse: Warehouse) -> None:
    change = NOW + 5 * DAY
    book(warehouse, [("list", "opus", ALWAYS, change, "0.00002"), ("list", "opus", change, FOREVER, "0.00003")])
    used(warehouse, 1, "opus", "20", "0.00002", at=NOW - 32 * DAY)
    used(warehouse, 1, "opus", "20", "0.00002")
    assert (steps(warehouse, NOW - 31 * DAY), steps(warehouse)) == ([], [(change, 20, 30)])


@pytest.mark.parametrize("days", [-4, 6])
def test_a_price_that_falls_by_a_fifth_is_in_the_forecast_from_its_day_on(days: int) -> None:
    change = NOW + days * DAY
    at = [NOW - (1680 - hour) * timedelta(hours=1) for hour in range(1680)]
    hours = pl.DataFrame({"hour_at": at, "team": "legal", "cost_usd": [1.0 if each < change else 0.8 for each in at]})
    prices = pl.DataFrame({"changes_at": [change], "team": ["legal"], "before_usd": [50.0], "after_usd": [40.0]})
    told = hours.with_columns(pl.lit(1000.0).alias("tokens"))
    leaves = leaves_of(told, ["team"], zone=UTC_ZONE, now=NOW, prices=prices)
    assert leaves is not None
    found = outlook_of(leaves, 20)
    assert found is not None
    assert found.daily == pytest.approx(np.where(np.arange(20) < days, 24.0, 19.2))
