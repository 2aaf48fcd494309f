"""The page of forecast accuracy: the sums by hand, and what it says before the first month is over."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest
from drawn import opened, words
from northwind import desk

from dashboards import Sources
from dashboards.accuracy_rows import accuracy_rows
from dashboards.desk import lay
from warehouse import Warehouse

MONEY = ("spent_usd", "p10_usd", "p50_usd", "p90_usd", "naive_usd", "actual_usd")


def frozen(*rows: tuple[str, int, str, str, str, str, str]) -> pl.DataFrame:
    """Rows of scope, day, p10, p50, p90, naive and actual."""
    return pl.DataFrame(
        [
            {"scope": scope, "title": scope, "month": "2026-10", "day": day, "method": "weekday profile"}
            | dict(zip(MONEY, map(Decimal, ("1", *amounts)), strict=True))
            for scope, day, *amounts in rows
        ],
        schema_overrides=dict.fromkeys(MONEY, pl.Decimal(38, 12)),
    )


TWO = frozen(
    ("team:a", 10, "80", "110", "150", "140", "100"),
    ("team:b", 10, "280", "290", "295", "300", "300"),
)


def test_the_sums_are_those_one_makes_by_hand() -> None:
    row = accuracy_rows(TWO).row(0, named=True)
    assert {name: row[name] for name in ("of", "forecasts", "wape", "naive", "gain", "bias", "covered")} == {
        "of": "Teams",
        "forecasts": 2,
        "wape": pytest.approx(20 / 400),
        "naive": pytest.approx(40 / 400),
        "gain": pytest.approx(0.5),
        "bias": pytest.approx(0.0),
        "covered": pytest.approx(0.5),
    }


def test_the_company_comes_first_and_days_in_their_order() -> None:
    rows = [("team:a", 1), ("company", 20), ("company", 1), ("workflow:x", 10)]
    found = accuracy_rows(frozen(*((scope, day, "1", "2", "3", "2", "2") for scope, day in rows)))
    assert found.select("of", "day").rows() == [
        ("The company", 1),
        ("The company", 20),
        ("Teams", 1),
        ("Workflows", 10),
    ]


def test_nothing_frozen_is_no_row() -> None:
    assert accuracy_rows(TWO.clear()).is_empty()


def shown(northwind: Warehouse, rows: pl.DataFrame) -> str:
    def accuracy(*, teams: tuple[str, ...] | None, now: datetime) -> pl.DataFrame:
        return rows

    lay(desk(northwind, sources=Sources(accuracy=accuracy)))
    app = opened("accuracy.py")
    assert not app.exception
    return words(app)


def test_before_the_first_month_is_over_the_page_says_when_there_will_be_something(northwind: Warehouse) -> None:
    assert "No forecast to judge yet" in shown(northwind, TWO.clear())


def test_the_page_shows_how_far_off_and_how_much_better(northwind: Warehouse) -> None:
    said = shown(northwind, frozen(("company", 10, "80", "105", "150", "120", "100")))
    told = ("5.0%", "20.0%", "+5.0%", "100%", "weekday profile")
    assert [number for number in told if number not in said] == []
