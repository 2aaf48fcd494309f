"""The metrics that count tokens or their cost, whoever sends them; the first that fits reads a point."""

from __future__ import annotations

from typing import Final

from ingest.dialects.claude_code import CLAUDE_CODE_METERS
from ingest.dialects.codex import CODEX_METERS
from ingest.dialects.gemini_cli import GEMINI_CLI_METERS
from ingest.reading import Meter

_USAGE: Final = "gen_ai.client.inference.usage."
_TYPE: Final = "gen_ai.token.type"

# Strands counts as the provider's API does, and does not say whose: with Anthropic's the cache is not in the input.
_STRANDS: Final = (
    Meter("strands", "strands.event_loop.input.tokens", {"": "input_api"}),
    Meter("strands", "strands.event_loop.output.tokens", {"": "output"}),
    Meter("strands", "strands.event_loop.cache_read.input.tokens", {"": "cache_read"}),
    Meter("strands", "strands.event_loop.cache_write.input.tokens", {"": "cache_write"}),
)

# The conventions' newer counters include each other: input holds both cache counters, output the reasoning.
_COUNTERS: Final = (
    Meter("gen_ai_semconv", f"{_USAGE}input_tokens", {"": "input"}),
    Meter("gen_ai_semconv", f"{_USAGE}output_tokens", {"": "output"}),
    Meter("gen_ai_semconv", f"{_USAGE}cache_read.input_tokens", {"": "cache_read"}),
    Meter("gen_ai_semconv", f"{_USAGE}cache_write.input_tokens", {"": "cache_write"}),
    Meter("gen_ai_semconv", f"{_USAGE}reasoning.output_tokens", {"": "reasoning"}),
    # The same tokens once more, as a distribution.
    Meter("gen_ai_semconv", "gen_ai.client.inference.operation.input_tokens", {"": "input"}, rank=3),
    Meter("gen_ai_semconv", "gen_ai.client.inference.operation.output_tokens", {"": "output"}, rank=3),
)

_HISTOGRAM: Final = (
    # These two leave the cache out of Anthropic's input, and tell of it nowhere in their metrics.
    Meter(
        "openlit",
        "gen_ai.client.token.usage",
        {"input": "input_uncached", "output": "output"},
        told_by=_TYPE,
        scopes=("openlit*",),
        providers=("anthropic*", "aws.bedrock*"),
        rank=2,
    ),
    Meter(
        "traceloop",
        "gen_ai.client.token.usage",
        {"input": "input_uncached", "output": "output"},
        told_by=_TYPE,
        scopes=("opentelemetry.instrumentation.bedrock*", "opentelemetry.instrumentation.langchain*"),
        providers=("anthropic*", "aws.bedrock*"),
        rank=2,
    ),
    # Google's output leaves the thoughts out here.
    Meter(
        "traceloop",
        "gen_ai.client.token.usage",
        {"input": "input", "output": "output_text"},
        told_by=_TYPE,
        scopes=("opentelemetry.instrumentation.google_generativeai*", "opentelemetry.instrumentation.vertexai*"),
        rank=2,
    ),
    Meter(
        "gen_ai_semconv",
        "gen_ai.client.token.usage",
        {"input": "input", "output": "output", "completion": "output", "prompt": "input"},
        told_by=_TYPE,
        rank=2,
    ),
    Meter("openlit", "gen_ai.usage.input_tokens", {"": "input"}, rank=2),
    Meter("openlit", "gen_ai.usage.output_tokens", {"": "output"}, rank=2),
)

_COST: Final = (
    Meter("openlit", "gen_ai.usage.cost", {"": "cost"}),
    Meter("pydantic_ai", "operation.cost", {"": "cost"}),
)

METERS: Final[tuple[Meter, ...]] = (
    *CLAUDE_CODE_METERS,
    *CODEX_METERS,
    *GEMINI_CLI_METERS,
    *_STRANDS,
    *_COUNTERS,
    *_HISTOGRAM,
    *_COST,
)
