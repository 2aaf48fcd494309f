"""Prices of one's own: which calls they are for, what follows them, and what they may not rewrite."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from spans import START, Told, span

from warehouse import (
    Discount,
    ModelName,
    Month,
    OwnPrice,
    PriceRefused,
    Warehouse,
    close_month,
    seed_prices,
    set_discounts,
    set_model_names,
    set_own_prices,
)

NOW = dt.datetime(2026, 11, 5, tzinfo=dt.UTC)
OCTOBER_1 = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
MILLION = 1_000_000
INSTANTS = ("started_at", "ended_at", "received_at")


def own(usd: str, token_class: str = "input_uncached", *, layer: str = "override", **facts: object) -> OwnPrice:
    told: dict[str, object] = {"provider": "openai", "model": "gpt-4o-mini", "valid_from": OCTOBER_1} | facts
    return OwnPrice(layer=layer, token_class=token_class, usd_per_million=Decimal(usd), **told)  # type: ignore[arg-type] - told as keywords


def cost(told: Told, **columns: object) -> Decimal | None:
    told.tell(span(1, **columns))
    return told.calls("cost_usd")[0][0]


def test_a_price_of_the_lists_name_is_for_every_spelling_of_it() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("7")], NOW)
    assert cost(told, input_uncached=MILLION) == 7  # sent as gpt-4o-mini-2024-07-18


def test_a_price_of_a_name_as_it_is_sent_is_for_that_name_only() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("7", model="gpt-4o-mini-2024-07-18")], NOW)
    told.tell(span(1, input_uncached=MILLION), span(2, at=9, input_uncached=MILLION, response_model="gpt-4o-mini"))
    assert told.calls("cost_usd") == [(Decimal(7),), (Decimal("0.15"),)]


def test_what_is_not_set_keeps_the_list_price() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("7")], NOW)
    assert cost(told, input_uncached=0, cache_read=MILLION, output_text=MILLION) == Decimal("0.675")


def test_reasoning_follows_a_price_for_output_unless_it_has_its_own() -> None:
    one, other = Told(), Told()
    set_own_prices(one.warehouse, [own("8", "output_text")], NOW)
    set_own_prices(other.warehouse, [own("8", "output_text"), own("9", "reasoning")], NOW)
    assert (cost(one, reasoning=MILLION), cost(other, reasoning=MILLION)) == (8, 9)


def test_a_price_at_azure_is_not_one_at_openai() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("7", provider="azure")], NOW)
    told.tell(span(1, input_uncached=MILLION), span(2, at=9, input_uncached=MILLION, provider="azure.ai.openai"))
    assert told.calls("cost_usd") == [(Decimal("0.15"),), (Decimal(7),)]


def test_a_model_nobody_lists_gets_a_price_and_its_next_call_a_cost() -> None:
    told = Told()
    told.tell(span(1, response_model="gpt-9", input_uncached=MILLION))
    set_own_prices(told.warehouse, [own("2", model="gpt-9")], NOW)
    told.tell(span(2, at=99, trace_id="b" * 32, response_model="gpt-9", input_uncached=MILLION))
    assert told.calls("cost_usd") == [(None,), (Decimal(2),)]


def test_a_price_of_ones_own_settles_what_the_list_leaves_open() -> None:
    told = Told()
    facts = {"provider": "perplexity", "model": "sonar"}
    set_own_prices(told.warehouse, [own("3", **facts), own("4", "output_text", **facts)], NOW)
    counts = {"input_uncached": MILLION, "output_text": MILLION}
    assert cost(told, provider="perplexity", response_model="sonar", **counts) == 7


def test_a_price_told_late_holds_until_the_one_after_it() -> None:
    told = Told()
    for usd, day in (("1", 2), ("3", 4), ("2", 3)):
        set_own_prices(told.warehouse, [own(usd, valid_from=OCTOBER_1.replace(day=day))], NOW)
    told.tell(*(span(n, at=(n - 3) * 86400, trace_id=f"{n:032x}", input_uncached=MILLION) for n in (2, 3, 4)))
    assert told.calls("cost_usd") == [(Decimal(1),), (Decimal(2),), (Decimal(3),)]


def test_a_price_set_by_hand_takes_the_place_of_one_of_the_same_day() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("7")], NOW)
    set_own_prices(told.warehouse, [own("6")], NOW, correct=True)
    assert cost(told, input_uncached=MILLION) == 6


def test_a_closed_month_keeps_its_prices() -> None:
    told = Told()
    told.tell(span(1, input_uncached=10))
    close_month(told.warehouse, Month(2026, 10), zone=ZoneInfo("Europe/Berlin"), by="Ada", now=NOW)
    with pytest.raises(PriceRefused, match=r"would rewrite 2026-10, which is closed; .* 2026-10-31 23:00 UTC or later"):
        set_own_prices(told.warehouse, [own("7")], NOW)
    with pytest.raises(PriceRefused, match="2026-10, which is closed"):
        set_discounts(told.warehouse, [Discount("openai", "gpt-4o-mini", Decimal(10), OCTOBER_1)], NOW)
    assert set_own_prices(told.warehouse, [own("7", valid_from=dt.datetime(2026, 11, 1))], NOW) == 5


def test_a_price_with_more_decimals_than_the_book_has_is_refused() -> None:
    with pytest.raises(PriceRefused, match="more than six decimals"):
        set_own_prices(Warehouse.in_memory(), [own("0.0000001")], NOW)


def discount(percent: str, pattern: str = "gpt-4o-mini", day: int = 1, provider: str = "openai") -> Discount:
    return Discount(provider, pattern, Decimal(percent), OCTOBER_1.replace(day=day))


def test_a_discount_takes_its_percentage_off_every_price_of_the_list_from_its_day_on() -> None:
    told = Told()
    set_discounts(told.warehouse, [discount("12.5", "gpt-4o*", day=3)], NOW)
    counts = {"input_uncached": MILLION, "cache_read": MILLION, "output_text": MILLION}
    told.tell(span(1, **counts), span(2, at=-86400, trace_id="b" * 32, **counts))
    assert told.calls("cost_usd") == [(Decimal("0.825"),), (Decimal("0.825") * Decimal("0.875"),)]


def test_a_discount_is_of_the_tiers_and_thresholds_too() -> None:
    told = Told()
    set_discounts(told.warehouse, [discount("50", "claude-*", provider="anthropic")], NOW)
    told.tell(span(1, provider="anthropic", response_model="claude-sonnet-4-5", input_uncached=300_000))
    assert told.calls("cost_usd") == [(Decimal("0.9"),)]


def test_a_fixed_price_beats_a_discount_and_an_override_beats_both() -> None:
    told = Told()
    set_discounts(told.warehouse, [discount("50")], NOW)
    prices = [own("0.1", layer="contract"), own("0.2", "output_text", layer="contract"), own("0.3", "output_text")]
    set_own_prices(told.warehouse, prices, NOW)
    assert cost(told, input_uncached=MILLION, cache_read=MILLION, output_text=MILLION) == Decimal("0.4375")


def test_azures_discount_is_on_the_prices_it_resells_at() -> None:
    told = Told()
    set_discounts(told.warehouse, [discount("10", provider="azure")], NOW)
    told.tell(span(1, input_uncached=MILLION), span(2, at=9, input_uncached=MILLION, provider="azure.ai.openai"))
    assert told.calls("cost_usd") == [(Decimal("0.15"),), (Decimal("0.135"),)]


def test_the_same_discounts_again_write_nothing_and_a_later_one_ends_the_first() -> None:
    told = Told()
    first, later = discount("50"), discount("0", day=4)
    assert set_discounts(told.warehouse, [first], NOW) > 0
    assert set_discounts(told.warehouse, [first], NOW) == 0
    set_discounts(told.warehouse, [first, later], NOW)
    told.tell(*(span(n, at=(n - 3) * 86400, trace_id=f"{n:032x}", input_uncached=MILLION) for n in (3, 4)))
    assert told.calls("cost_usd") == [(Decimal("0.075"),), (Decimal("0.15"),)]


def test_a_discount_taken_out_of_the_file_ends_now() -> None:
    told = Told()
    set_discounts(told.warehouse, [discount("50")], NOW)
    set_discounts(told.warehouse, [], NOW)
    day, after = (NOW.replace(tzinfo=None) + dt.timedelta(days=days) for days in (-1, 1))
    for number, at in ((1, day), (2, after)):
        told.tell(span(number, trace_id=f"{number:032x}", input_uncached=MILLION) | dict.fromkeys(INSTANTS, at))
    assert told.calls("cost_usd") == [(Decimal("0.075"),), (Decimal("0.15"),)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (discount("5", provider="acme"), "names the provider 'acme', which the price list does not have"),
        (discount("5", "gpt-99*"), "a discount takes no model: openai lists none like 'gpt-99\\*'"),
    ],
)
def test_a_discount_on_nothing_is_named(wrong: Discount, sentence: str) -> None:
    warehouse = Warehouse.in_memory()
    seed_prices(warehouse, NOW)
    with pytest.raises(PriceRefused, match=sentence):
        set_discounts(warehouse, [wrong], NOW)


def test_a_changed_discount_begins_on_a_later_day() -> None:
    told = Told()
    set_discounts(told.warehouse, [discount("50")], NOW)
    with pytest.raises(PriceRefused, match="a changed discount begins on a later day"):
        set_discounts(told.warehouse, [discount("40")], NOW)


def test_an_azure_deployment_is_sold_as_the_model_outlay_toml_says() -> None:
    told = Told()
    set_model_names(told.warehouse, [ModelName("azure", "prod-*", "azure/gpt-4o")])
    assert cost(told, provider="azure.ai.openai", response_model="prod-chat", input_uncached=MILLION) == Decimal("2.5")


def test_another_region_of_a_gateway_is_a_name_of_its_own() -> None:
    told = Told()
    model, sold_as = "mistralai/mistral-large-4-0", "openrouter/mistralai/mistral-large-4-0@mistral/eu"
    set_model_names(told.warehouse, [ModelName("openrouter", "eu/*", sold_as)])
    told.tell(
        *(
            span(number, provider="openrouter", response_model=name, input_uncached=MILLION, trace_id=f"{number:032x}")
            | dict.fromkeys(INSTANTS, dt.datetime(2026, 11, 4, number))
            for number, name in ((1, model), (2, f"eu/{model}"))
        )
    )
    here, there = (cost_usd for (cost_usd,) in told.calls("cost_usd"))
    assert (there, here < there) == (Decimal("0.77"), True)


def test_a_name_explained_later_is_for_calls_still_to_come() -> None:
    told = Told()
    told.tell(span(1, provider="azure.ai.openai", response_model="prod-chat", input_uncached=MILLION))
    set_model_names(told.warehouse, [ModelName("azure", "prod-*", "azure/gpt-4o")])
    told.tell(
        span(2, at=99, trace_id="b" * 32, provider="azure.ai.openai", response_model="prod-chat", input_uncached=0)
    )
    assert told.calls("cost_usd IS NULL") == [(True,), (False,)]


def test_a_name_sold_as_something_without_a_price_is_refused() -> None:
    told = Told()
    with pytest.raises(PriceRefused, match="is said to be sold as azure/gpt-77, which has no price"):
        set_model_names(told.warehouse, [ModelName("azure", "prod-chat", "azure/gpt-77")])


def test_every_price_knows_when_it_began_and_the_past_stays_in_the_book() -> None:
    told = Told()
    set_own_prices(told.warehouse, [own("7")], NOW)
    set_own_prices(told.warehouse, [own("6", valid_from=START)], NOW)
    lines = (
        "SELECT usd_per_token * 1000000, valid_to FROM price_lines"
        " WHERE layer = 'override' AND token_class = 'input_uncached' ORDER BY line_no"
    )
    assert [(Decimal(usd), until.year) for usd, until in told.warehouse.query(lines).rows()] == [(7, 2026), (6, 9999)]
