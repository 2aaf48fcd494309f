"""Expand the pinned `genai-prices` package into dated price lines; no network, no clock.

The package resolves a price by conditions (a start date, hours of the UTC day) and by what the request asked for
(batch, flex, priority, fast). Here its own resolution is asked once for every stretch of time between two conditions,
and stretches with the same price become one line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from typing import NamedTuple

from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    PriceVariant,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from warehouse.prices.gaps import audio_apart, price_sets
from warehouse.prices.sellers import listed
from warehouse.prices.tiers import STANDARD
from warehouse.prices.words import ALWAYS, FOREVER, TOKEN_CLASSES, WHOLE_DAY, PriceLine

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

_AUDIO = frozenset({"audio_in", "audio_out"})
_PLACES = Decimal("0.000000000001")

# OpenRouter's mark of a model that costs nothing; the package lists it without any price.
_FREE = ":free"

# Where the package says what a variant is for, and the variants that are service tiers. Its `service_tier: default`
# repeats the standard price; `search_type` prices searches, which are no tokens.
_TIER_KEYS = ("service_tier", "processing", "speed")
_TIERS = ("batch", "flex", "priority", "fast")


class _Sold(NamedTuple):
    """What is sold under one name in one tier: the model, and what the package is asked about it."""

    provider: str
    name: str
    tier: str
    model: ModelInfo
    asked: dict[str, str]


class _Price(NamedTuple):
    """A price of one class during some minutes of the day."""

    token_class: str
    key: str
    min_input_tokens: int
    from_minute: int
    until_minute: int
    usd_per_token: Decimal


@cache
def list_lines() -> tuple[PriceLine, ...]:
    """Every list price of the package, in a fixed order."""
    return tuple(
        line
        for provider in sorted(listed().values(), key=lambda provider: provider.id)
        for model in sorted(provider.models, key=lambda model: model.id)
        for sold in _sold(provider.id, model)
        for line in _lines(sold)
    )


def _sold(provider: str, model: ModelInfo) -> Iterator[_Sold]:
    yield _Sold(provider, model.id, STANDARD, model, {})
    asked = {tuple(sorted(variant.when.items())): variant.when for variant in model.price_variants or ()}
    for when in asked.values():
        ((key, value), *more) = when.items()
        if more:
            continue
        if key in _TIER_KEYS and value in _TIERS:
            yield _Sold(provider, model.id, value, model, when)
        elif key == "route":
            # Another region of the same gateway is another thing to buy; outlay.toml may say who buys it.
            yield _Sold(provider, f"{model.id}@{value}", STANDARD, model, when)


def _lines(sold: _Sold) -> Iterator[PriceLine]:
    """The lines of one model in one tier: each holds for as long as its price does."""
    open_lines: dict[_Price, PriceLine] = {}
    for since in (ALWAYS, *_dates(sold.model)):
        now = dict.fromkeys(_prices(sold, since)) if not sold.asked or _offered(sold, since) else {}
        for price in [price for price in open_lines if price not in now]:
            yield replace(open_lines.pop(price), valid_to=since)
        for price in now:
            open_lines.setdefault(price, _line(sold, price, since))
    yield from open_lines.values()


def _line(sold: _Sold, price: _Price, since: dt.datetime) -> PriceLine:
    if price.key == _FREE:
        same_as = ", listed as free"
    else:
        same_as = "" if price.key == _KEYS[price.token_class][0] else f", sold at {price.key[:-5]}'s price"
    return PriceLine(
        layer="list",
        provider=sold.provider,
        model=sold.name,
        token_class=price.token_class,
        service_tier=sold.tier,
        min_input_tokens=price.min_input_tokens,
        valid_from=since,
        valid_to=FOREVER,
        usd_per_token=price.usd_per_token,
        source=f"{BOOK_VERSION}: {sold.provider}/{sold.name}{same_as}",
        from_minute=price.from_minute,
        until_minute=price.until_minute,
    )


def _prices(sold: _Sold, day: dt.datetime) -> Iterator[_Price]:
    """Every price that holds on a day on which no condition begins or ends but those of the hours."""
    if sold.model.id.endswith(_FREE) and not any(vars(prices) for prices in price_sets(sold.model)):
        yield from (_Price(token_class, _FREE, 0, *WHOLE_DAY, Decimal(0)) for token_class in TOKEN_CLASSES)
        return
    stretches: list[tuple[int, int, ModelPrice]] = []
    for start, end in pairwise([WHOLE_DAY[0], *_minutes(sold.model), WHOLE_DAY[1]]):
        prices = sold.model.get_prices(_at(day, start), sold.asked)
        if stretches and stretches[-1][2] == prices:
            stretches[-1] = (stretches[-1][0], end, prices)
        else:
            stretches.append((start, end, prices))
    for start, end, prices in stretches:
        for token_class, key in sold_at(sold.model, prices).items():
            for least, usd in _steps(getattr(prices, key)):
                yield _Price(token_class, key, least, start, end, _per_token(usd))


def sold_at(model: ModelInfo, prices: ModelPrice) -> dict[str, str]:
    """For each token class that the model sells: the package's key of the price it is sold at."""
    found = {}
    for token_class, keys in _KEYS.items():
        key = next((key for key in keys if getattr(prices, key) is not None), None)
        if key is not None and not (key != keys[0] and token_class in _AUDIO and audio_apart(model, prices)):
            found[token_class] = key
    return found


def _steps(price: Decimal | TieredPrices) -> list[tuple[int, Decimal]]:
    """(fewest input tokens of a request, price); a request of exactly a threshold's tokens still pays the one below."""
    if isinstance(price, TieredPrices):
        return [(0, price.base), *((step.start + 1, step.price) for step in price.tiers)]
    return [(0, price)]


def _per_token(usd_per_million: Decimal) -> Decimal:
    """Twelve places hold every real price; the package also has some that a float has been through."""
    return (usd_per_million / 1_000_000).quantize(_PLACES)


def _offered(sold: _Sold, day: dt.datetime) -> bool:
    """Whether the list has the tier on that day: a variant that begins later says nothing about its price before."""
    return any(
        variant.when == sold.asked and _active(variant, _at(day, minute))
        for variant in sold.model.price_variants or ()
        for minute in (0, *_minutes(sold.model))
    )


def _active(variant: PriceVariant, instant: dt.datetime) -> bool:
    return variant.constraint is None or variant.constraint.active(instant)


def _at(day: dt.datetime, minute: int) -> dt.datetime:
    return (day + dt.timedelta(minutes=minute)).replace(tzinfo=dt.UTC)


def _constraints(model: ModelInfo) -> Iterator[StartDateConstraint | TimeOfDateConstraint | None]:
    if isinstance(model.prices, list):
        yield from (price.constraint for price in model.prices)
    yield from (variant.constraint for variant in model.price_variants or ())


def _dates(model: ModelInfo) -> Sequence[dt.datetime]:
    starts = {each.start_date for each in _constraints(model) if isinstance(each, StartDateConstraint)}
    return [dt.datetime.combine(start, dt.time()) for start in sorted(starts)]


def _minutes(model: ModelInfo) -> Sequence[int]:
    """The minutes of the UTC day at which a price may change, midnight left out."""
    hours = [each for each in _constraints(model) if isinstance(each, TimeOfDateConstraint)]
    times = [time for each in hours for time in (each.start_time, each.end_time)]
    minutes = {_utc(time).hour * 60 + _utc(time).minute for time in times}
    return sorted(minutes - {0})


def _utc(time: dt.time) -> dt.time:
    if time.tzinfo is None:
        return time
    return dt.datetime.combine(dt.date(1970, 1, 2), time).astimezone(dt.UTC).time()
