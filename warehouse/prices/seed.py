"""Expand the pinned `genai-prices` package into dated price lines; no network, no clock.

`genai-prices` prices a model by conditions tried last to first: a start date, or hours of the UTC day. Request
variants (batch, flex, priority, fast) replace single prices. A threshold re-prices the whole request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.metadata import version

from genai_prices.data import providers
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from warehouse.prices.words import ALWAYS, FOREVER, WHOLE_DAY, PriceLine

BOOK_VERSION = f"genai-prices {version('genai-prices')}"

# For each token class: the package's price keys, the class's own first. A model that has only a later one sells
# the class at that price (`Usage` of the package resolves it the same way).
_KEYS: dict[str, tuple[str, ...]] = {
    "input_uncached": ("input_mtok",),
    "cache_read": ("cache_read_mtok", "input_mtok"),
    "cache_write_5m": ("cache_write_mtok", "input_mtok"),
    "cache_write_1h": ("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
    "cache_write_other": ("cache_write_mtok", "input_mtok"),
    "audio_in": ("input_audio_mtok", "input_mtok"),
    "output_text": ("output_mtok",),
    "reasoning": ("output_reasoning_mtok", "output_mtok"),
    "audio_out": ("output_audio_mtok", "output_mtok"),
}

_TIER_KEYS = ("service_tier", "processing", "speed")
_TIERS = ("batch", "flex", "priority", "fast")


@dataclass(frozen=True, slots=True)
class _InForce:
    """When a set of prices holds."""

    valid_from: dt.datetime
    valid_to: dt.datetime
    from_minute: int = WHOLE_DAY[0]
    until_minute: int = WHOLE_DAY[1]


@cache
def list_lines() -> tuple[PriceLine, ...]:
    """Every list price of the package, in a fixed order."""
    return tuple(
        line
        for provider in sorted(providers, key=lambda provider: provider.id)
        for model in sorted(provider.models, key=lambda model: model.id)
        for line in _model_lines(provider.id, model)
    )


def _model_lines(provider: str, model: ModelInfo) -> Iterator[PriceLine]:
    listed = model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    standard = list(_dated(listed))
    for when, prices in standard:
        yield from _lines(provider, model.id, "standard", when, prices)
    for variant in model.price_variants or ():
        tier = next((variant.when[key] for key in _TIER_KEYS if key in variant.when), None)
        if tier not in _TIERS or len(variant.when) != 1 or isinstance(variant.constraint, TimeOfDateConstraint):
            continue
        since = _start(variant.constraint)
        for when, prices in standard:
            if when.valid_to > since:
                later = replace(when, valid_from=max(since, when.valid_from))
                # A variant names single prices; what it does not name keeps the standard rate.
                yield from _lines(provider, model.id, tier, later, ModelPrice(**_set(prices) | _set(variant.prices)))


def _lines(provider: str, model: str, tier: str, when: _InForce, prices: ModelPrice) -> Iterator[PriceLine]:
    for token_class, keys in _KEYS.items():
        key = next((key for key in keys if getattr(prices, key) is not None), None)
        if key is None:
            continue
        price = getattr(prices, key)
        same_as = "" if key == keys[0] else f", sold at {key.removesuffix('_mtok')}'s price"
        line = PriceLine(
            layer="list",
            provider=provider,
            model=model,
            token_class=token_class,
            service_tier=tier,
            min_input_tokens=0,
            valid_from=when.valid_from,
            valid_to=when.valid_to,
            usd_per_token=_per_token(price.base if isinstance(price, TieredPrices) else price),
            source=f"{BOOK_VERSION}: {provider}/{model}{same_as}",
            from_minute=when.from_minute,
            until_minute=when.until_minute,
        )
        yield line
        for step in price.tiers if isinstance(price, TieredPrices) else ():
            # A request of exactly `start` tokens still pays the base price.
            yield replace(line, min_input_tokens=step.start + 1, usd_per_token=_per_token(step.price))


def _set(prices: ModelPrice) -> dict[str, Decimal | TieredPrices]:
    return {key: price for key, price in vars(prices).items() if price is not None}


def _dated(listed: Sequence[ConditionalPrice]) -> Iterator[tuple[_InForce, ModelPrice]]:
    starts = [_start(price.constraint) for price in listed]
    for place, price in enumerate(listed):
        later = [
            start for start, other in zip(starts, listed, strict=True) if _by_date(other) and start > starts[place]
        ]
        after = [starts[i] for i in range(place + 1, len(listed)) if _by_date(listed[i])]
        if isinstance(price.constraint, TimeOfDateConstraint):
            for from_minute, until_minute in _minutes(price.constraint):
                yield _InForce(ALWAYS, min(after, default=FOREVER), from_minute, until_minute), price.prices
        else:
            # Before the first date the first price is the one the package falls back to.
            since = ALWAYS if place == 0 else starts[place]
            yield _InForce(since, min(later, default=FOREVER)), price.prices


def _by_date(price: ConditionalPrice) -> bool:
    return not isinstance(price.constraint, TimeOfDateConstraint)


def _start(constraint: StartDateConstraint | TimeOfDateConstraint | None) -> dt.datetime:
    if isinstance(constraint, StartDateConstraint):
        return dt.datetime.combine(constraint.start_date, dt.time())
    return ALWAYS


def _minutes(constraint: TimeOfDateConstraint) -> Iterator[tuple[int, int]]:
    start = constraint.start_time.hour * 60 + constraint.start_time.minute
    end = constraint.end_time.hour * 60 + constraint.end_time.minute
    if start < end:
        yield start, end
    else:
        yield start, WHOLE_DAY[1]
        yield WHOLE_DAY[0], end


def _per_token(usd_per_million: Decimal) -> Decimal:
    return usd_per_million / 1_000_000
