"""Pydantic Logfire: the conventions' names, and the provider's own usage as JSON beside them for what these lack."""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Inside, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

_STREAM_END: Final = "streaming response from "
# Before 4 no attribute says what a span is of.
_BEFORE_4: Final = {
    _STREAM_END: "chat",
    "Chat Completion with ": "chat",
    "Message with ": "chat",
    "Completion with ": "text_completion",
    "Responses API with ": "responses",
    "Embedding Creation with ": "embeddings",
    "Image Generation with ": "image_generation",
}
# The provider's usage, as raw text, in the response as older releases recorded it, and as the Agents SDK sums it.
_CARRIERS: Final = (("gen_ai.usage.raw", ()), ("response_data", ("usage",)), ("usage", ()))


def _raw(*paths: str) -> tuple[Inside, ...]:
    return tuple(Inside(key, (*prefix, *path.split("."))) for key, prefix in _CARRIERS for path in paths)


def _streams_told_at_their_end(fields: pl.DataFrame) -> pl.DataFrame:
    """A stream is two spans: the request, without an answer, and a zero-length one when the answer has ended."""
    is_end = pl.col("name").str.starts_with(_STREAM_END)
    named = [pl.when(pl.col("name").str.starts_with(start)).then(pl.lit(what)) for start, what in _BEFORE_4.items()]
    fields = fields.with_columns(operation=pl.coalesce("operation", *named))
    unanswered = pl.all_horizontal(pl.col("input", "output", "response_id").is_null()) & (pl.col("status") != "error")
    asking = pl.col("operation").str.to_lowercase().is_in(["chat", "text_completion"]).fill_null(value=False)
    asking &= pl.col("request_model").is_not_null()
    took = pl.duration(microseconds=pl.col("hint").cast(pl.Float64, strict=False) * 1_000_000)
    return fields.with_columns(
        operation=pl.when(asking & unanswered & ~is_end).then(pl.lit("stream_request")).otherwise("operation"),
        streamed=pl.when(is_end).then(pl.lit("true")).otherwise("streamed"),
        # It is stamped with its end; it began that long before.
        started_at=pl.when(is_end & took.is_not_null()).then(pl.col("started_at") - took).otherwise("started_at"),
    )


LOGFIRE: Final = Dialect(
    name="logfire",
    rank=1,
    scopes=("logfire.openai*", "logfire.anthropic*"),
    operations={
        "stream_request": Meaning("chat", "other"),
        "responses": Meaning("chat", "call"),
    },
    names={
        "Agent run:*": Meaning("invoke_agent", "agent"),
        "Function:*": Meaning("execute_tool", "tool"),
        "Guardrail *": Meaning("apply_guardrail", "guardrail"),
        "Turn *": Meaning("turn", "workflow"),
        "Task:*": Meaning("task", "workflow"),
        "OpenAI Agents trace:*": Meaning("invoke_workflow", "workflow"),
        "Chat completion with *": Meaning("chat", "call"),
    },
    aliases=joined(
        GEN_AI,
        {
            "response_id": ("response_id",),
            "input": _raw("prompt_tokens", "input_tokens"),
            "output": _raw("completion_tokens", "output_tokens"),
            "total": _raw("total_tokens"),
            "cache_read": _raw(
                "prompt_tokens_details.cached_tokens",
                "input_tokens_details.cached_tokens",
                "cache_read_input_tokens",
                "cached_input_tokens",
            ),
            "cache_write": _raw(
                "prompt_tokens_details.cache_write_tokens",
                "input_tokens_details.cache_write_tokens",
                "cache_creation_input_tokens",
                "cache_write_input_tokens",
            ),
            "cache_write_5m": _raw("cache_creation.ephemeral_5m_input_tokens"),
            "cache_write_1h": _raw("cache_creation.ephemeral_1h_input_tokens"),
            "reasoning": _raw("completion_tokens_details.reasoning_tokens", "output_tokens_details.reasoning_tokens"),
            "audio_in": _raw("prompt_tokens_details.audio_tokens"),
            "audio_out": _raw("completion_tokens_details.audio_tokens"),
            "service_tier": _raw("service_tier"),
            "request_model": (Inside("request_data", ("model",)),),
            "hint": ("duration",),
            "agent_name": ("agent_name",),
            "guard_name": ("name",),
            "guard_result": ("triggered",),
        },
    ),
    amend=_streams_told_at_their_end,
    quirks=(
        Quirk(
            "input includes the cache; which part, only the raw usage tells, as the provider counts", "logfire/cached"
        ),
        Quirk(
            "a stream's usage stands on a second span without length, which names the model asked for", "logfire/stream"
        ),
        Quirk("that second span may be a trace of its own", "logfire-anthropic/stream_cached"),
        Quirk("before 4 only a span's name says what it is of", "old-logfire-3.25/stream_anthropic"),
        Quirk("a stream of the Responses API ends untold", "old-logfire-3.25/responses_stream"),
        Quirk(
            "the Agents SDK's turns and tasks repeat the usage of their responses", "logfire-openai-agents/agent_openai"
        ),
    ),
)
