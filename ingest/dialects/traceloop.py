"""OpenLLMetry (Traceloop) in Python: `gen_ai.*` in the words of each year, and `traceloop.*` for what stands around.

Workflows, tasks, agents and tools never carry tokens; the spans of requests do. What one means by `input_tokens`
depends on which library is instrumented, so each exception has a record of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Quirk
from ingest.reading.gen_ai import GEN_AI

_HERE: Final = "opentelemetry.instrumentation."
_SDKS: Final = (
    *("alephalpha", "anthropic", "cohere", "groq", "mistralai", "ollama", "openai", "openai.*", "replicate"),
    *("sagemaker", "together", "transformers", "vertexai", "voyageai", "watsonx", "writer"),
)
_FRAMEWORKS: Final = ("agno", "haystack", "llamaindex", "mcp", "openai_agents")
_LAST_USAGE_ONLY: Final = (
    "the client was given functions to call by itself: it may have asked several times, and told the last usage only"
)
_NO_CACHE_KEYS: Final = "Bedrock's invoke_model: cached tokens stand outside input and were not told"


def _named(fields: pl.DataFrame) -> pl.DataFrame:
    """Tools and agents by the name of their entity."""
    kind = pl.col("operation")
    return fields.with_columns(
        tool_name=pl.coalesce("tool_name", pl.when(kind == "tool").then("hint")),
        agent_name=pl.coalesce("agent_name", pl.when(kind == "agent").then("hint")),
    )


def _of_bedrock(fields: pl.DataFrame) -> pl.DataFrame:
    """What its guardrail did, from the reason it stopped; and a gap where the cache of a Claude is not told."""
    stopped = pl.col("finish_reason").str.contains("content_filter|guardrail_intervened").fill_null(value=False)
    guarded = pl.when(pl.col("guard_name").is_not_null()).then(
        pl.when(stopped).then(pl.lit("blocked")).otherwise(pl.lit("passed"))
    )
    caching = pl.coalesce("response_model", "request_model").str.contains("claude|nova")
    untold = caching & pl.all_horizontal(pl.col("cache_read", "cache_write").is_null())
    return fields.with_columns(
        # Older versions name whose model it is.
        provider=pl.lit("aws.bedrock"),
        guard_result=pl.coalesce("guard_result", guarded),
        gap=pl.when(untold).then(pl.lit(_NO_CACHE_KEYS)),
    )


def _of_google(fields: pl.DataFrame) -> pl.DataFrame:
    """A doubt where Python functions were given as tools: a function is told by its name, a declaration in full."""
    functions = pl.col("hint").str.contains(r'\{"name": "[^"]*"\}|"functions":[1-9]')
    return fields.with_columns(doubt=pl.when(functions).then(pl.lit(_LAST_USAGE_ONLY)))


TRACELOOP: Final = Dialect(
    name="traceloop",
    rank=1,
    scopes=tuple(_HERE + sdk for sdk in _SDKS),
    aliases={
        **GEN_AI,
        "operation": ("gen_ai.operation.name", "traceloop.span.kind", "llm.request.type"),
        "hint": ("traceloop.entity.name",),
        "streamed": ("gen_ai.is_streaming", *GEN_AI["streamed"]),
        "finish_reason": (*GEN_AI["finish_reason"], "llm.response.stop_reason", "llm.response.finish_reason"),
        "guard_result": (*GEN_AI["guard_result"], "gen_ai.guardrail.status"),
    },
    operations={
        "workflow": Meaning("invoke_workflow", "workflow"),
        "task": Meaning("execute_task", "workflow"),
        "agent": Meaning("invoke_agent", "agent"),
        "tool": Meaning("execute_tool", "tool"),
        "vector_db_retrieve": Meaning("retrieval", "retrieval"),
    },
    amend=_named,
    quirks=(
        Quirk("Anthropic's streams: output is one message_start too high", "traceloop-anthropic/stream_cached"),
        Quirk("calls of Anthropic's SDK come twice, in another trace", "traceloop-anthropic/cached"),
        Quirk("finish reasons in the singular: tool_call", "traceloop-openai/tools"),
        Quirk(
            "0.33 says prompt_tokens and completion_tokens, and Anthropic with a capital",
            "old-traceloop-anthropic-0.33/cached",
        ),
        Quirk("where a release does not fit the client's, the counts are 0", "old-traceloop-anthropic-0.26/cached"),
        Quirk("user, team and session are association properties", "traceloop-sdk/prompt_and_association"),
    ),
)

TRACELOOP_FRAMEWORKS: Final = replace(
    TRACELOOP,
    name="traceloop_framework",
    rank=2,
    scopes=("traceloop.tracer", *(_HERE + framework for framework in _FRAMEWORKS)),
    quirks=(),
)

TRACELOOP_LANGCHAIN: Final = replace(
    TRACELOOP_FRAMEWORKS,
    name="traceloop_langchain",
    scopes=(_HERE + "langchain",),
    false_zeros={"cache_write": ("anthropic",)},
    quirks=(
        Quirk(
            "cache_creation is 0 where LangChain counts the writes by their time to live",
            "traceloop-langchain/agent_anthropic",
        ),
    ),
)

TRACELOOP_BEDROCK: Final = replace(
    TRACELOOP,
    name="traceloop_bedrock",
    scopes=(_HERE + "bedrock",),
    aliases={**TRACELOOP.aliases, "guard_name": (*GEN_AI["guard_name"], "aws.bedrock.guardrail.id")},
    cache_outside_input=("*",),
    amend=_of_bedrock,
    quirks=(
        Quirk("Converse: input leaves the cache out", "traceloop-bedrock/converse_cached"),
        Quirk("invoke_model: no cache keys", "traceloop-bedrock/invoke_cached"),
        Quirk("what a guardrail did is told by the reason to stop", "traceloop-bedrock/guarded"),
    ),
)

TRACELOOP_GOOGLE: Final = replace(
    TRACELOOP,
    name="traceloop_google",
    scopes=(_HERE + "google_generativeai",),
    aliases={**TRACELOOP.aliases, "hint": ("gen_ai.tool.definitions",)},
    amend=_of_google,
    quirks=(
        Quirk("thoughts stand outside output; only the total has them", "traceloop-google-genai/cached_reasoning"),
        Quirk("functions the client calls by itself: several requests, one span", "traceloop-google-genai/tools_auto"),
    ),
)

TRACELOOP_DIALECTS: Final = (
    TRACELOOP,
    TRACELOOP_BEDROCK,
    TRACELOOP_FRAMEWORKS,
    TRACELOOP_GOOGLE,
    TRACELOOP_LANGCHAIN,
)
