"""Anthropic's own Python SDK, which traces itself as soon as a tracer provider exists.

So every other instrumentation of it tells of the same request a second time; these spans are the ones to believe,
and the only ones that say for how long a cache entry was written.
"""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Quirk
from ingest.reading.gen_ai import GEN_AI

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
    },
    quirks=(
        Quirk(
            "input includes cache reads and writes, although the API's own usage does not",
            "otel-genai-anthropic/cached_1h",
        ),
        Quirk("the time to live of a cache write is told here and nowhere else", "otel-genai-anthropic/cached_1h"),
        Quirk("reasoning is inside output and not told apart", "openinference-anthropic/thinking"),
    ),
)
