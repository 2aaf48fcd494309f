"""Anthropic's own SDKs (Python, TypeScript), which trace themselves as soon as a tracer provider exists.

So every other instrumentation of it tells of the same request a second time; these spans are the ones to believe,
and the only ones that say for how long a cache entry was written.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Quirk
from ingest.reading.gen_ai import GEN_AI

_COMPACTED: Final = "the conversation was compacted on the way; those tokens are billed beside these, and not by class"


def _amended(fields: pl.DataFrame) -> pl.DataFrame:
    return fields.with_columns(gap=pl.when(pl.col("hint").is_not_null()).then(pl.lit(_COMPACTED)))


ANTHROPIC_SDK: Final = Dialect(
    name="anthropic_sdk",
    rank=0,
    scopes=("com.anthropic.sdk.*",),
    aliases={
        **GEN_AI,
        "cache_write_5m": ("anthropic.usage.cache_creation.ephemeral_5m_input_tokens",),
        "cache_write_1h": ("anthropic.usage.cache_creation.ephemeral_1h_input_tokens",),
        "service_tier": ("anthropic.response.service_tier",),
        "finish_reason": ("anthropic.message.stop_reason",),
        "hint": ("anthropic.usage.compaction.input_tokens",),
    },
    amend=_amended,
    quirks=(
        Quirk(
            "input includes cache reads and writes, although the API's own usage does not",
            "otel-genai-anthropic/cached_1h",
        ),
        Quirk("the time to live of a cache write is told here and nowhere else", "otel-genai-anthropic/cached_1h"),
        Quirk("reasoning is inside output; Python does not tell it apart", "openinference-anthropic/thinking"),
        Quirk("TypeScript's tells it, and what compactions took beside", "anthropic-sdk-node/compaction"),
    ),
)
