"""Which price line a call is charged by."""

import datetime as dt
from decimal import Decimal

import pytest
from spans import SDK, START, Told, span

from warehouse import OwnPrice, PriceRefused, Warehouse, seed_prices, set_own_prices

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
OCTOBER_3 = dt.datetime(2026, 10, 3, tzinfo=dt.UTC)


def own(
    usd_per_million: str, valid_from: dt.datetime, *, token_class: str = "input_uncached", layer: str = "contract"
) -> OwnPrice:
    return OwnPrice(layer, "acme", "acme-large", token_class, valid_from, Decimal(usd_per_million))


def acme(number: int, at: float) -> dict[str, object]:
    return span(number, at=at, provider="acme", response_model="acme-large", input_uncached=1_000_000)


def test_a_price_holds_from_its_first_instant_to_just_before_the_next() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("4", OCTOBER_3), own("1", START.replace(tzinfo=dt.UTC))], NOW)
    told.tell(acme(1, -0.000001), acme(2, 0))
    assert told.calls("cost_usd") == [(Decimal(4),), (Decimal(1),)]


def test_before_its_first_date_a_price_is_not_in_force() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("4", START.replace(tzinfo=dt.UTC))], NOW)
    told.tell(acme(1, -1))
    assert told.calls("unpriced_because IS NOT NULL") == [(True,)]


def test_an_override_beats_the_contract() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("4", OCTOBER_3), own("3", OCTOBER_3, layer="override")], NOW)
    told.tell(acme(1, 0))
    assert told.calls("cost_usd") == [(Decimal(3),)]


def test_the_same_price_told_twice_is_one_line_and_another_number_is_refused() -> None:
    warehouse = Warehouse.in_memory()
    set_own_prices(warehouse, [own("4", OCTOBER_3)], NOW)
    assert set_own_prices(warehouse, [own("4", OCTOBER_3)], NOW) == 0
    with pytest.raises(PriceRefused, match="add one with a later valid_from"):
        set_own_prices(warehouse, [own("5", OCTOBER_3)], NOW)


def test_an_unknown_token_class_is_named() -> None:
    with pytest.raises(PriceRefused, match="there is no token class 'prompt'"):
        set_own_prices(Warehouse.in_memory(), [own("4", OCTOBER_3, token_class="prompt")], NOW)


def test_a_request_over_the_long_context_threshold_pays_the_higher_price_for_all_of_it() -> None:
    told = Told()
    told.tell(
        span(1, **SDK, input_uncached=200_000, output_text=10),
        span(2, at=9, **SDK, input_uncached=200_001, output_text=10),
    )
    per_token = [(200_000 * 3 + 10 * 15, 1), (200_001 * 6 + 10 * Decimal("22.5"), 1)]
    assert told.calls("cost_usd") == [(Decimal(usd) / 1_000_000,) for usd, _ in per_token]


def test_a_batch_call_pays_the_batch_price_where_there_is_one_and_the_standard_price_elsewhere() -> None:
    told = Told()
    november = (dt.datetime(2026, 11, 2) - START).total_seconds()
    o3 = {"service_tier": "batch", "response_model": "o3", "input_uncached": 1_000_000, "cache_read": 1_000_000}
    told.tell(span(1, at=november, received_at=START + dt.timedelta(days=60), **o3))
    assert told.calls("cost_usd") == [(Decimal(1) + Decimal("0.5"),)]


def test_yesterdays_price_stands_for_yesterdays_call() -> None:
    told = Told()
    in_may_2025 = (dt.datetime(2025, 5, 2) - START).total_seconds()
    told.tell(span(1, at=in_may_2025, response_model="o3", input_uncached=1_000_000))
    assert told.calls("cost_usd") == [(Decimal(10),)]


def test_the_book_is_seeded_once_and_remembers_its_version() -> None:
    warehouse = Warehouse.in_memory()
    assert (seed_prices(warehouse, NOW) > 20_000, seed_prices(warehouse, NOW)) == (True, 0)
