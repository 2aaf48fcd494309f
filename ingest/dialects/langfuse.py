"""Langfuse's SDKs (v3 and later): only `langfuse.*` keys, and the usage as one JSON in one attribute.

That JSON has two shapes. `langfuse.openai` passes on what OpenAI sent (`prompt_tokens`, cache inside); the LangChain
callback, the JavaScript SDK and Langfuse's own convention fill disjoint buckets (`input` next to `input_cache_read`,
`output` next to `output_reasoning`).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Inside, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

_USAGE: Final = "langfuse.observation.usage_details"
_OUTPUT: Final = "langfuse.observation.output"
_PARAMETERS: Final = "langfuse.observation.model.parameters"
_RESPONSE: Final = "langfuse.observation.metadata.response_metadata"
_CACHE_KEYS: Final = ("cache_read_input_tokens", "cache_creation_input_tokens")
_FINDINGS: Final = ("guard_result", "evaluation_score")


def _used(*paths: str) -> tuple[Inside, ...]:
    return tuple(Inside(_USAGE, tuple(path.split("."))) for path in paths)


def _amended(fields: pl.DataFrame) -> pl.DataFrame:
    buckets = pl.col("input_uncached").cast(pl.Int64, strict=False)
    audio = pl.col("audio_in").cast(pl.Int64, strict=False).fill_null(0)
    # Whoever writes 0 tokens and a total of 0 dollars by hand asked nobody.
    nothing = (
        pl.all_horizontal(pl.coalesce("input_uncached", "input") == "0", pl.coalesce("output_visible", "output") == "0")
        & (pl.col("reported_cost_usd").cast(pl.Float64, strict=False) == 0)
    ).fill_null(value=False)
    first = pl.col("hint").str.strip_chars('"').str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    judging = pl.col("operation").is_in(["guardrail", "evaluator"]).fill_null(value=False)
    # Their buckets hold audio beside input; ours take it out of input.
    whole = pl.when(buckets.is_not_null()).then((buckets + audio).cast(pl.String)).otherwise("input_uncached")
    unasked = nothing & (pl.col("operation") == "generation")
    return fields.with_columns(
        operation=pl.when(unasked).then(pl.lit("unasked")).otherwise("operation"),
        input_uncached=pl.when(~unasked).then(whole),
        **{name: pl.when(~unasked).then(name) for name in ("input", "output", "output_visible")},
        ttft_ms=(first.dt.replace_time_zone(None) - pl.col("started_at")).dt.total_milliseconds().cast(pl.String),
        # What a model wrote is no finding; a guard's and a judge's output is.
        **{name: pl.when(judging).then(name) for name in _FINDINGS},
    )


LANGFUSE: Final = Dialect(
    name="langfuse",
    rank=2,
    scopes=("langfuse-sdk*",),
    marks=("langfuse.observation.*",),
    operations={
        "generation": Meaning("chat", "call"),
        "embedding": Meaning("embeddings", "call"),
        "agent": Meaning("invoke_agent", "agent"),
        "tool": Meaning("execute_tool", "tool"),
        "chain": Meaning("chain", "workflow"),
        "retriever": Meaning("retrieval", "retrieval"),
        "evaluator": Meaning("evaluation", "evaluation"),
        "guardrail": Meaning("apply_guardrail", "guardrail"),
        "span": Meaning("span", "other"),
        "event": Meaning("event", "other"),
        "unasked": Meaning("chat", "other"),
    },
    aliases=joined(
        {
            "operation": ("langfuse.observation.type",),
            "provider": ("langfuse.observation.metadata.ls_provider",),
            "request_model": ("langfuse.observation.metadata.ls_model_name",),
            "response_model": ("langfuse.observation.model.name",),
            "response_id": (Inside(_RESPONSE, ("id",)),),
            "response_text": (_OUTPUT,),
            "service_tier": (Inside(_PARAMETERS, ("service_tier",)),),
            "streamed": (Inside(_PARAMETERS, ("stream",)),),
            "hint": ("langfuse.observation.completion_start_time",),
            "input_uncached": (
                *_used("input"),
                # As Anthropic's API counts: its cache keys stand beside input_tokens, not within.
                *(Inside(_USAGE, ("input_tokens",), beside=key) for key in _CACHE_KEYS),
            ),
            "input": _used("prompt_tokens", "input_tokens", "promptTokens"),
            "output_visible": _used("output"),
            "output": _used("completion_tokens", "output_tokens", "completionTokens"),
            "total": _used("total", "total_tokens", "totalTokens"),
            "cache_read": _used(
                "prompt_tokens_details.cached_tokens",
                "input_tokens_details.cached_tokens",
                "input_cached_tokens",
                "input_cache_read",
                "cache_read_input_tokens",
            ),
            "cache_write": _used(
                "prompt_tokens_details.cache_write_tokens",
                "input_tokens_details.cache_write_tokens",
                "input_cache_write_tokens",
                "input_cache_creation",
                "cache_creation_input_tokens",
            ),
            "cache_write_5m": _used(
                "input_ephemeral_5m_input_tokens",
                "cache_creation_ephemeral_5m_input_tokens",
                "cache_creation.ephemeral_5m_input_tokens",
            ),
            "cache_write_1h": _used(
                "input_ephemeral_1h_input_tokens",
                "cache_creation_ephemeral_1h_input_tokens",
                "cache_creation.ephemeral_1h_input_tokens",
            ),
            "reasoning": _used(
                "completion_tokens_details.reasoning_tokens",
                "output_tokens_details.reasoning_tokens",
                "output_reasoning_tokens",
                "output_reasoning",
            ),
            "audio_in": _used(
                "prompt_tokens_details.audio_tokens",
                "input_tokens_details.audio_tokens",
                "input_audio_tokens",
                "input_audio",
            ),
            "audio_out": _used(
                "completion_tokens_details.audio_tokens",
                "output_tokens_details.audio_tokens",
                "output_audio_tokens",
                "output_audio",
            ),
            "reported_cost_usd": (Inside("langfuse.observation.cost_details", ("total",)),),
            "guard_result": (Inside(_OUTPUT, ("blocked",)), Inside(_OUTPUT, ("triggered",))),
            "evaluation_score": (Inside(_OUTPUT, ("score",)),),
        },
        GEN_AI,
    ),
    amend=_amended,
    quirks=(
        Quirk("the usage is one JSON text, as OpenAI sent it: cache inside prompt_tokens", "langfuse/cached"),
        Quirk("reasoning inside completion_tokens", "langfuse/reasoning"),
        Quirk("max_tokens may be the word Infinity", "langfuse/error400"),
        Quirk(
            "a generation of 0 tokens and 0 dollars was written by hand and asked nobody",
            "langfuse/types_session_score",
        ),
        Quirk("LangChain's callback fills disjoint buckets instead", "langfuse-langchain/cached_reasoning"),
    ),
)
