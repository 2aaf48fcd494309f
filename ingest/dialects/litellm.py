"""LiteLLM, as a library and as a proxy: the conventions' names, and the whole usage as Python prints it.

Its newer mappers write the cache keys and `litellm.*` as well; its presets make the same spans speak OpenInference
or Langfuse.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.dialects.openinference import OPENINFERENCE
from ingest.reading import Dialect, Inside, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

_USAGE: Final = "metadata.usage_object"
_ENDPOINTS: Final = {
    "completion": "chat", "text_completion": "text_completion", "embedding": "embeddings", "responses": "chat",
    "anthropic_messages": "chat", "generate_content": "generate_content", "image_generation": "image_generation",
    "transcription": "transcription", "speech": "speech", "rerank": "rerank",
}  # fmt: skip
_OPENAIS: Final = r"^([a-z_-]+/)*(gpt-|o\d|chatgpt|ft:gpt)"
_GUESSED: Final = "LiteLLM guesses the tokens of a stream that tells none: set stream_options.include_usage"
_GUARD_PURPOSES: Final = "guardrail|moderation"
_JUDGE_PURPOSES: Final = "judge|evaluat"


def _used(*paths: str) -> tuple[Inside, ...]:
    return tuple(Inside(_USAGE, tuple(path.split("."))) for path in paths)


def _amended(fields: pl.DataFrame) -> pl.DataFrame:
    own = pl.col("hint").str.to_lowercase()
    streamed = (pl.col("streamed").str.to_lowercase() == "true").fill_null(value=False)
    of_openai = pl.coalesce("response_model", "request_model").str.contains(_OPENAIS).fill_null(value=False)
    details = pl.any_horizontal(pl.col("cache_read", "cache_write", "audio_in", "reasoning").is_not_null())
    return fields.with_columns(
        # What LiteLLM asks for its own sake is no product of the caller's.
        purpose=pl.when(own.str.contains(_GUARD_PURPOSES)).then(pl.lit("guardrail"))
        .when(own.str.contains(_JUDGE_PURPOSES)).then(pl.lit("judge"))
        .otherwise("purpose"),
        # OpenAI's usage always has details; a stream's without them was counted by LiteLLM's own tokenizer.
        doubt=pl.when(streamed & of_openai & ~details & (pl.col("status") != "error")).then(pl.lit(_GUESSED)),
    )  # fmt: skip


LITELLM: Final = Dialect(
    name="litellm",
    rank=1,
    scopes=("litellm*",),
    marks=("litellm.call_id", "litellm.provider.model"),
    operations={
        **OPENINFERENCE.operations,
        **{f"{prefix}{name}": Meaning(meant, "call") for name, meant in _ENDPOINTS.items() for prefix in ("", "a")},
        "guardrail": Meaning("apply_guardrail", "guardrail"),
        "litellm.*": Meaning("manage", "other"),
    },
    names={
        "raw_gen_ai_request": Meaning("raw_request", "other"),
        "execute_guardrail *": Meaning("apply_guardrail", "guardrail"),
        "guardrail": Meaning("apply_guardrail", "guardrail"),
        "Received Proxy Server Request": Meaning("invoke_workflow", "workflow"),
    },
    aliases=joined(
        GEN_AI,
        {
            "request_model": ("litellm.provider.model",),
            "cache_read": _used("prompt_tokens_details.cached_tokens", "cache_read_input_tokens"),
            "cache_write": _used(
                "cache_creation_input_tokens",
                "prompt_tokens_details.cache_creation_tokens",
                "prompt_tokens_details.cache_write_tokens",
            ),
            "cache_write_5m": _used(
                "prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens",
                "cache_creation.ephemeral_5m_input_tokens",
            ),
            "cache_write_1h": _used(
                "prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens",
                "cache_creation.ephemeral_1h_input_tokens",
            ),
            "reasoning": _used("completion_tokens_details.reasoning_tokens"),
            "audio_in": _used("prompt_tokens_details.audio_tokens"),
            "audio_out": _used("completion_tokens_details.audio_tokens"),
            "input": _used("prompt_tokens"),
            "output": _used("completion_tokens"),
            "total": _used("total_tokens"),
            "service_tier": _used("service_tier"),
            "reported_cost_usd": ("gen_ai.cost.total_cost", "litellm.cost.total"),
            "streamed": ("litellm.request.streaming",),
            "hint": ("litellm.request.purpose",),
            "guard_name": ("litellm.guardrail.name", "guardrail_name"),
            "guard_source": ("litellm.guardrail.mode", "guardrail_mode"),
            "guard_result": ("litellm.guardrail.action", "litellm.guardrail.status", "guardrail_status"),
            "guard_score": ("litellm.guardrail.risk_score",),
            "guard_label": ("litellm.guardrail.violation_categories",),
        },
        OPENINFERENCE.aliases,
    ),
    amend=_amended,
    quirks=(
        Quirk(
            "input includes the cache of every provider; which part, the printed usage tells",
            "litellm/cached_anthropic",
        ),
        Quirk(
            "the child span with the raw request repeats the usage in the provider's own words",
            "litellm/cached_anthropic",
        ),
        Quirk("the response id of a call to Anthropic is one of LiteLLM's own", "litellm/cached_anthropic"),
        Quirk("a failed request has a response id: the call's", "litellm/error400"),
        Quirk("a stream names the model asked for as the one that answered", "litellm/stream"),
        Quirk("the tokens of a stream without usage are its own estimates", "litellm-v2/stream_nousage"),
        Quirk("the newer mappers tell cache and cost in keys of their own", "litellm-v2/proxy_guarded"),
    ),
)
