"""Google's Agent Development Kit: each request as `call_llm` and again, inside it, as `generate_content`.

Before 2.3 output leaves the thoughts out, and in the first releases it is the total; the recorded response says what
was counted. The inner span of those releases knows of no thoughts, so its output is left to the outer one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from ingest.reading import Aliases, Dialect, Inside, Meaning, Quirk
from ingest.reading.gen_ai import GEN_AI

_RESPONSE: Final = "gcp.vertex.agent.llm_response"
_MODELS_PROVIDER: Final = r"^(openai|anthropic|azure|bedrock|vertex_ai|gemini|mistral|groq|xai|deepseek)/"


def _told(count: str) -> tuple[Inside, ...]:
    return (Inside(_RESPONSE, ("usage_metadata", count)),)


def _amended(fields: pl.DataFrame) -> pl.DataFrame:
    """Who bills, from the model's prefix (LiteLLM's) or its name: the system is the framework's own."""
    prefix = pl.col("request_model").str.extract(_MODELS_PROVIDER)
    return fields.with_columns(
        provider=pl.coalesce(prefix, pl.when(pl.col("provider") != "gcp.vertex.agent").then("provider")),
        request_model=pl.col("request_model").str.replace(_MODELS_PROVIDER, ""),
    )


def _amended_before(fields: pl.DataFrame) -> pl.DataFrame:
    inner = pl.col("operation") == "generate_content"
    return _amended(fields).with_columns(output=pl.when(~inner.fill_null(value=False)).then("output"))


_ALIASES: Final[Aliases] = {
    **GEN_AI,
    "input": (*_told("prompt_token_count"), *GEN_AI["input"]),
    "output": (*_told("candidates_token_count"), *GEN_AI["output"]),
    "total": _told("total_token_count"),
    "cache_read": (*_told("cached_content_token_count"), *GEN_AI["cache_read"]),
    "reasoning": (
        *_told("thoughts_token_count"),
        *GEN_AI["reasoning"],
        "gen_ai.usage.experimental.reasoning_tokens",
    ),
    "agent_name": ("gen_ai.agent.name", "gcp.vertex.agent.agent_name"),
}

GOOGLE_ADK: Final = Dialect(
    name="google_adk",
    rank=2,
    scopes=("gcp.vertex.agent",),
    versions=("2.3", None),
    aliases={**_ALIASES, "output": GEN_AI["output"]},
    names={
        "call_llm": Meaning("chat", "call"),
        "invocation": Meaning("invoke_workflow", "workflow"),
        "agent_run*": Meaning("invoke_agent", "agent"),
        "execute_tool*": Meaning("execute_tool", "tool"),
    },
    amend=_amended,
    quirks=(
        Quirk("a request is told twice, one span inside the other", "google-adk/agent"),
        Quirk("models of LiteLLM's carry their provider in front", "google-adk/agent_litellm"),
    ),
)

GOOGLE_ADK_BEFORE: Final = replace(
    GOOGLE_ADK,
    name="google_adk_before_2_3",
    versions=(None, None),
    aliases=_ALIASES,
    reasoning_outside_output=("gcp.*",),
    amend=_amended_before,
    quirks=(
        Quirk("thoughts stand outside output", "old-google-adk-1.30/agent_reasoning"),
        Quirk("output is the total; the response tells the rest", "old-google-adk-1.5/call"),
    ),
)
