"""What a price line is, and which classes of token it can be for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

INPUT_CLASSES = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other", "audio_in")
OUTPUT_CLASSES = ("output_text", "reasoning", "audio_out")
TOKEN_CLASSES = INPUT_CLASSES + OUTPUT_CLASSES
"""Disjoint: a token stands in one of them, so totals are sums (the columns of `calls`)."""

ALWAYS = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - stored instants are naive UTC
FOREVER = dt.datetime(9999, 1, 1)  # noqa: DTZ001 - as above
WHOLE_DAY = (0, 24 * 60)


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One token class's price in force: `valid_from <= started_at < valid_to`, in US dollars a token."""

    layer: str
    provider: str
    model: str
    token_class: str
    service_tier: str
    min_input_tokens: int
    valid_from: dt.datetime
    valid_to: dt.datetime
    usd_per_token: Decimal
    source: str
    from_minute: int = WHOLE_DAY[0]
    until_minute: int = WHOLE_DAY[1]

    @property
    def key(self) -> tuple[str, str, str, str, int, int, int]:
        """What it is the price of; one thing has one price at a time in each layer."""
        return (
            *(self.provider, self.model, self.token_class, self.service_tier),
            *(self.min_input_tokens, self.from_minute, self.until_minute),
        )

    @property
    def usd_per_million(self) -> Decimal:
        """The price as providers write it."""
        return self.usd_per_token * 1_000_000
