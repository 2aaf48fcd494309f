"""List prices checked by hand against the providers' price pages, in the cases where a plain table goes wrong."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from spans import Told, span

MILLION = 1_000_000


def costs(provider: str, model: str, at: str, **columns: Any) -> Decimal | None:
    """What one call costs, in US dollars."""
    instant = dt.datetime.fromisoformat(at)
    told = Told()
    told.tell(
        span(1, provider=provider, request_model=model, response_model=model, **columns)
        | {"started_at": instant, "ended_at": instant, "received_at": instant}
    )
    ((cost_usd,),) = told.calls("cost_usd")
    return None if cost_usd is None else Decimal(cost_usd)


@pytest.mark.parametrize(
    ("input_uncached", "cache_read", "cost_usd"),
    [
        # $3 / $0.30 / $15, and $6 / $0.60 / $22.50 for all of a request above 200,000 input tokens
        (200_000, 0, "0.60015"),
        (200_001, 0, "1.200231"),
        (100_000, 100_001, "0.6602256"),
    ],
)
def test_sonnet_4_5_prices_the_whole_request_by_all_of_its_input(
    input_uncached: int, cache_read: int, cost_usd: str
) -> None:
    counts = {"input_uncached": input_uncached, "cache_read": cache_read, "output_text": 10}
    assert costs("anthropic", "claude-sonnet-4-5", "2026-10-03T14:00", **counts) == Decimal(cost_usd)


@pytest.mark.parametrize(("input_uncached", "cost_usd"), [(200_000, "0.26"), (200_001, "0.5150025")])
def test_gemini_2_5_pro_bills_thinking_as_output_and_doubles_long_prompts(input_uncached: int, cost_usd: str) -> None:
    # $1.25 / $10 up to 200,000 tokens, $2.50 / $15 above
    counts = {"input_uncached": input_uncached, "output_text": 400, "reasoning": 600}
    assert costs("gcp.gemini", "gemini-2.5-pro", "2026-10-03T14:00", **counts) == Decimal(cost_usd)


@pytest.mark.parametrize(
    ("at", "cost_usd"),
    [
        ("2025-03-01T00:29:59.999999", "0.685"),  # off-peak from 16:30 to 00:30 UTC: $0.135 / $0.55
        ("2025-03-01T00:30", "1.37"),  # $0.27 / $1.10
        ("2025-03-01T16:29:59.999999", "1.37"),
        ("2025-03-01T16:30", "0.685"),
    ],
)
def test_deepseek_is_half_price_off_peak(at: str, cost_usd: str) -> None:
    assert costs("deepseek", "deepseek-chat", at, input_uncached=MILLION, output_text=MILLION) == Decimal(cost_usd)


@pytest.mark.parametrize(("at", "cost_usd"), [("2025-06-09T23:59:59.999999", "50"), ("2025-06-10T00:00", "10")])
def test_o3_became_cheaper_on_the_tenth_of_june_2025(at: str, cost_usd: str) -> None:
    assert costs("openai", "o3", at, input_uncached=MILLION, output_text=MILLION) == Decimal(cost_usd)


@pytest.mark.parametrize(
    ("model", "cost_usd"),
    [
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "18"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "19.8"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "19.8"),
    ],
)
def test_bedrocks_regional_endpoints_cost_a_tenth_more_than_the_global_one(model: str, cost_usd: str) -> None:
    counts = {"input_uncached": 100_000, "output_text": 100_000}
    tenth = costs("aws.bedrock", model, "2026-10-03T14:00", **counts)
    assert tenth is not None
    assert tenth * 10 == Decimal(cost_usd)


def test_a_batch_of_o3_costs_half_except_what_was_cached() -> None:
    counts = {"input_uncached": MILLION, "cache_read": MILLION, "output_text": MILLION}
    assert costs("openai", "o3", "2026-11-02T14:00", service_tier="batch", **counts) == Decimal("5.5")  # 1 + 0.5 + 4


def test_one_hour_cache_writes_cost_twice_the_input_and_five_minute_ones_a_quarter_more() -> None:
    counts = {"input_uncached": 0, "cache_write_5m": 10_000, "cache_write_1h": 10_000, "output_text": 0}
    at = "2026-10-03T14:00"
    assert costs("anthropic", "claude-sonnet-4-5", at, **counts) == Decimal("0.0975")  # 10,000 × (3.75 + 6) / 1M


@pytest.mark.parametrize(
    ("model", "cost_usd"),
    [
        # text in, cached, audio in, text out, audio out
        ("gpt-realtime", "4 0.4 32 16 64"),
        ("gpt-4o-realtime-preview-2024-12-17", "5 2.5 40 20 80"),
    ],
)
def test_realtime_models_bill_each_kind_of_token_at_its_own_price(model: str, cost_usd: str) -> None:
    counts = dict.fromkeys(("input_uncached", "cache_read", "audio_in", "output_text", "audio_out"), MILLION)
    assert costs("openai", model, "2026-10-03T14:00", **counts) == sum(map(Decimal, cost_usd.split()))


def test_gpt_audio_bills_audio_eight_times_and_more_above_text() -> None:
    counts = {"input_uncached": MILLION, "audio_in": MILLION, "output_text": MILLION, "audio_out": MILLION}
    assert costs("openai", "gpt-audio", "2026-10-03T14:00", **counts) == Decimal("108.5")  # 2.5 + 32 + 10 + 64


def test_where_the_list_has_only_the_text_price_of_an_audio_model_audio_has_none() -> None:
    at, model = "2026-10-03T14:00", "gpt-4o-audio-preview"
    text = costs("openai", model, at, input_uncached=MILLION, output_text=MILLION)
    assert (text, costs("openai", model, at, input_uncached=MILLION, audio_in=10, output_text=1)) == (
        Decimal("12.5"),
        None,
    )


def test_what_the_list_says_is_free_costs_nothing_and_is_priced() -> None:
    assert costs("openrouter", "deepseek/deepseek-r1:free", "2026-10-03T14:00", input_uncached=9) == 0
