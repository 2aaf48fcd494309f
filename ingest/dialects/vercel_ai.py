"""Vercel's AI SDK: `ai.*` keys under the scope `ai` (4 to 6, and 7's LegacyOpenTelemetry), `gen_ai.*` of its own in 7.

Only the innermost spans (`….doGenerate`, `….doStream`, `….doEmbed`) are requests; the spans around them repeat the
last step or the sum under the same keys, and in streams the tools run inside a request's span.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Aliases, Dialect, Inside, Meaning, Quirk, Spelling
from ingest.reading.gen_ai import GEN_AI

_METADATA: Final = "ai.response.providerMetadata"
_USER_AGENT: Final = r"\bai/(\d+)"
_GOOGLE: Final = ("google", "vertex", "googleVertex")

# The SDK names a provider with the API it calls there; the longer name comes first.
_PROVIDERS: Final = {
    r"vertex\.anthropic": "gcp.vertex_ai", r"google\.?-?vertex": "gcp.vertex_ai", "google": "gcp.gemini",
    r"(amazon-)?bedrock": "aws.bedrock", "azure": "azure.ai.openai", "anthropic": "anthropic", "openai": "openai",
    "mistral": "mistral_ai", "xai": "x_ai", "cohere": "cohere", "groq": "groq", "deepseek": "deepseek",
    "perplexity": "perplexity",
}  # fmt: skip


def _told(*path: str) -> tuple[Spelling, ...]:
    return (Inside(_METADATA, path),)


def _of_google(*path: str) -> tuple[Spelling, ...]:
    return tuple(Inside(_METADATA, (name, "usageMetadata", *path)) for name in _GOOGLE)


def _amended(fields: pl.DataFrame) -> pl.DataFrame:
    """Providers by the conventions' names, and 6's cache inside input."""
    name = pl.col("provider").str.to_lowercase()
    provider = pl.coalesce(
        *(pl.when(name.str.contains(rf"^{start}\b")).then(pl.lit(meant)) for start, meant in _PROVIDERS.items()), name
    )
    streams = pl.col("operation").str.ends_with(".doStream")
    fields = fields.with_columns(
        provider=provider, streamed=pl.coalesce("streamed", pl.when(streams).then(pl.lit("true")))
    )
    # Its spans of generateObject do not tell the tokens beside the cache, as the others of 6 do.
    six = pl.col("hint").str.extract(_USER_AGENT).cast(pl.Int64, strict=False) >= 6
    told = [pl.col(field).cast(pl.Int64, strict=False).fill_null(0) for field in ("input", "cache_read", "cache_write")]
    beside = (told[0] - told[1] - told[2]).cast(pl.String)
    return fields.with_columns(
        input_uncached=pl.coalesce("input_uncached", pl.when(six & pl.col("input").is_not_null()).then(beside))
    )


_OPERATIONS: Final = {
    "ai.*.doEmbed": Meaning("embeddings", "call"),
    "ai.*.doRerank": Meaning("rerank", "call"),
    "ai.*.do*": Meaning("chat", "call"),
    "ai.generateSpeech": Meaning("speech", "call"),
    "ai.transcribe": Meaning("transcription", "call"),
    "ai.streamTranscribe": Meaning("transcription", "call"),
    "ai.toolCall": Meaning("execute_tool", "tool"),
    "ai.*": Meaning("invoke_agent", "agent"),
    "decide": Meaning("decide", "call"),
}
# How long the cache was written for, and what the provider itself counted, stand in its own metadata.
_OF_PROVIDERS: Final[Aliases] = {
    "input_uncached": ("ai.usage.inputTokenDetails.noCacheTokens", *_told("anthropic", "usage", "input_tokens")),
    "cache_write_5m": _told("anthropic", "usage", "cache_creation", "ephemeral_5m_input_tokens"),
    "cache_write_1h": _told("anthropic", "usage", "cache_creation", "ephemeral_1h_input_tokens"),
    "service_tier": (*_told("openai", "serviceTier"), *_told("anthropic", "usage", "service_tier")),
}

VERCEL_AI: Final = Dialect(
    name="vercel_ai",
    rank=2,
    scopes=("ai",),
    aliases={
        **GEN_AI,
        **_OF_PROVIDERS,
        "operation": ("ai.operationId", "gen_ai.operation.name"),
        "provider": ("ai.model.provider", "gen_ai.system", "gen_ai.provider.name"),
        "request_model": ("gen_ai.request.model", "ai.model.id"),
        "response_model": ("gen_ai.response.model", "ai.response.model"),
        "response_id": ("gen_ai.response.id", "ai.response.id"),
        "hint": ("ai.request.headers.user-agent",),
        "input": ("ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens", *GEN_AI["input"]),
        "output": ("ai.usage.outputTokens", "ai.usage.completionTokens", *GEN_AI["output"]),
        "total": ("ai.usage.totalTokens", *_of_google("totalTokenCount")),
        "cache_read": (
            "ai.usage.inputTokenDetails.cacheReadTokens",
            "ai.usage.cachedInputTokens",
            *_told("anthropic", "usage", "cache_read_input_tokens"),
            *_told("anthropic", "cacheReadInputTokens"),
            *_told("bedrock", "usage", "cacheReadInputTokens"),
            *_told("openai", "cachedPromptTokens"),
            *_told("azure", "cachedPromptTokens"),
            *_told("deepseek", "promptCacheHitTokens"),
            *_of_google("cachedContentTokenCount"),
        ),
        "cache_write": (
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            *_told("anthropic", "usage", "cache_creation_input_tokens"),
            *_told("anthropic", "cacheCreationInputTokens"),
            *_told("bedrock", "usage", "cacheWriteInputTokens"),
        ),
        "reasoning": (
            "ai.usage.outputTokenDetails.reasoningTokens",
            "ai.usage.reasoningTokens",
            *_told("openai", "reasoningTokens"),
            *_told("azure", "reasoningTokens"),
            *_of_google("thoughtsTokenCount"),
        ),
        "finish_reason": ("ai.response.finishReason",),
        "ttft_ms": ("ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"),
        "tool_name": ("ai.toolCall.name",),
    },
    operations=_OPERATIONS,
    cache_outside_input=("anthropic", "aws.bedrock"),
    amend=_amended,
    quirks=(
        Quirk("4 and 5 count Anthropic's and Bedrock's cache outside input", "vercel-ai-v5/stream_tools_anthropic"),
        Quirk("6 counts it inside, and tells the tokens beside it", "vercel-ai-v6/tools_anthropic"),
        Quirk(
            "5's generateText tells no cache and no reasoning of OpenAI's: both are NULL", "vercel-ai-v5/tools_openai"
        ),
        Quirk("the span around the steps tells the last step (4, 5) or their sum (6)", "vercel-ai-v5/tools_openai"),
        Quirk("in streams a tool, and what it asks, runs inside a request's span", "vercel-ai-v6/nested_stream_openai"),
        Quirk("4 writes NaN where nothing was reported", "vercel-ai-v4/stream_nousage"),
        Quirk("5 counts Google's thoughts outside output", "vercel-ai-v5/stream_google_reasoning"),
        Quirk(
            "6 tells no tokens beside the cache of an object; its user agent says who it is",
            "vercel-ai-v6/object_bedrock",
        ),
        Quirk("a retry after 429 is a span of its own, failed and without usage", "vercel-ai-v6/retry429"),
        Quirk("with OpenInference's exporter each span has both vocabularies", "openinference-vercel-v6/tools_openai"),
    ),
)

VERCEL_AI_OTEL: Final = Dialect(
    name="vercel_ai_otel",
    rank=2,
    scopes=("gen_ai",),
    aliases={
        **GEN_AI,
        **_OF_PROVIDERS,
        "reasoning": (*GEN_AI["reasoning"], "ai.usage.outputTokenDetails.reasoningTokens"),
    },
    operations=_OPERATIONS,
    amend=_amended,
    quirks=(
        Quirk("the span around many embeddings is their sum, in the words of a request", "vercel-ai-v7/embed_many"),
        Quirk("no key for reasoning: it is NULL", "vercel-ai-v7/agent_anthropic"),
    ),
)
