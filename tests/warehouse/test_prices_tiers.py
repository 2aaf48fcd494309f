"""A tier is billed at its own price, or is without one and says so; never silently at the standard price."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from spans import SDK, START, Told, span

from warehouse import OwnPrice, set_own_prices
from warehouse.prices.tiers import tier

NOVEMBER = dt.datetime(2026, 11, 2, 14)
NOW = dt.datetime(2026, 11, 5, tzinfo=dt.UTC)


def call(number: int, told: str | None, **columns: Any) -> dict[str, Any]:
    """A call of November, when the list has tiers."""
    return span(number, service_tier=told, input_uncached=1_000_000, output_text=0, **columns) | {
        "started_at": NOVEMBER,
        "ended_at": NOVEMBER,
        "received_at": NOVEMBER,
    }


@pytest.mark.parametrize("word", [None, "", "default", "auto", "STANDARD", "on_demand", "standard_only", '"default"'])
def test_words_for_as_everybody_are_the_standard_tier(word: str | None) -> None:
    told = Told()
    told.tell(call(1, word))
    assert told.calls("cost_usd") == [(Decimal("0.15"),)]


@pytest.mark.parametrize(
    ("seller", "word", "meant"),
    [
        ("openai", "Batch", "batch"),
        ("google", "ON_DEMAND_PRIORITY", "priority"),
        ("google", "PROVISIONED_THROUGHPUT", "provisioned_throughput"),
        ("groq", "flex", "standard"),
        ("openai", "flex", "flex"),
        (None, "scale", "scale"),
    ],
)
def test_a_providers_word_is_the_tier_it_means(seller: str | None, word: str, meant: str) -> None:
    assert tier(seller, word) == meant


@pytest.mark.parametrize(("word", "cost_usd"), [("batch", "0.075"), ("priority", "0.25"), ("fast", "0.25")])
def test_a_listed_tier_has_its_own_price(word: str, cost_usd: str) -> None:
    told = Told()
    told.tell(call(1, word))
    assert told.calls("cost_usd") == [(Decimal(cost_usd),)]


def test_a_class_that_the_tier_does_not_name_keeps_the_standard_price() -> None:
    told = Told()
    told.tell(call(1, "batch") | {"input_uncached": 0, "cache_read": 1_000_000})
    assert told.calls("cost_usd") == [(Decimal("0.075"),)]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"service_tier": "flex"}, "no flex price for gpt-4o-mini-2024-07-18 at openai on 2026-11-02"),
        ({"service_tier": "scale"}, "no scale price for gpt-4o-mini-2024-07-18 at openai on 2026-11-02"),
        (SDK | {"service_tier": "priority"}, "no priority price for claude-sonnet-4-5-20250929 at anthropic"),
        (
            {"service_tier": "batch", "provider": "azure.ai.openai"},
            "no batch price for gpt-4o-mini-2024-07-18 at azure",
        ),
    ],
    ids=["not sold", "the provider's own word", "bought as capacity", "not resold"],
)
def test_a_tier_without_a_price_leaves_the_call_unpriced(columns: dict[str, Any], sentence: str) -> None:
    told = Told()
    told.tell(call(1, None) | columns)
    ((cost_usd, because),) = told.calls("cost_usd, unpriced_because")
    assert (cost_usd, because.startswith(sentence), because.endswith("its standard price is not what was billed")) == (
        None, True, True
    )  # fmt: skip


def test_a_tier_the_list_has_only_since_a_later_day_is_not_priced_before_it() -> None:
    told = Told()
    told.tell(span(1, service_tier="batch", input_uncached=10), span(2, at=2, input_uncached=10))
    assert told.calls("cost_usd IS NULL") == [(True,), (False,)]


def test_an_unpriced_tier_makes_no_charge() -> None:
    told = Told()
    told.tell(span(1, service_tier="batch", input_uncached=10))
    assert told.warehouse.query("SELECT count(*) AS n FROM charges").item() == 0


def test_a_tier_price_of_ones_own_is_the_way_out() -> None:
    told = Told()
    since = START.replace(hour=0, tzinfo=dt.UTC)
    own = OwnPrice("contract", "openai", "gpt-4o-mini", "input_uncached", since, Decimal("0.07"), service_tier="batch")
    set_own_prices(told.warehouse, [own], NOW)
    told.tell(span(1, service_tier="batch", input_uncached=1_000_000, cache_read=1_000_000))
    assert told.calls("cost_usd") == [(Decimal("0.145"),)]
