"""OpenInference (Arize): `openinference.span.kind` and flattened `llm.*` keys; the cache is inside input.

Except where an instrumentation passes on what Bedrock or Anthropic count themselves; then the usage in the recorded
response says which tokens stand beside the cache.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from ingest.reading import Dialect, Inside, Meaning, Quirk, joined
from ingest.reading.roles import CACHE_UNTOLD

_PYTHON: Final = "openinference.instrumentation."
_NODE: Final = "@arizeai/openinference-instrumentation-"
_SDKS: Final = ("openai", "anthropic", "bedrock", "vertexai", "mistralai", "groq", "litellm")
_RESPONSE: Final = "output.value"
_ASKED_AGAIN: Final = "several requests in one span: the client called functions by itself and told the last usage only"
_NO_CACHE_KEYS: Final = "Bedrock counts cached tokens outside input, and they were not told"
_SILENT: Final = "CrewAI's OpenInference spans never tell the model's calls: instrument its SDK beside it"


def _of_anthropic_before(fields: pl.DataFrame) -> pl.DataFrame:
    untold = pl.col("input").is_not_null() & pl.all_horizontal(pl.col("cache_read", "cache_write").is_null())
    return fields.with_columns(gap=pl.when(untold).then(pl.lit(CACHE_UNTOLD)))


def _of_google(fields: pl.DataFrame) -> pl.DataFrame:
    """A doubt where the history of functions the client called by itself is told."""
    return fields.with_columns(doubt=pl.when(pl.col("hint").is_not_null()).then(pl.lit(_ASKED_AGAIN)))


def _of_bedrock_in_node(fields: pl.DataFrame) -> pl.DataFrame:
    caching = pl.coalesce("response_model", "request_model").str.contains("claude|nova")
    untold = caching & pl.all_horizontal(pl.col("cache_read", "cache_write").is_null())
    return fields.with_columns(provider=pl.lit("aws.bedrock"), gap=pl.when(untold).then(pl.lit(_NO_CACHE_KEYS)))


def _of_llama_index(fields: pl.DataFrame) -> pl.DataFrame:
    """No request where a model's private helper (`OpenAI._prepare_chat_with_tools`) calls itself an LLM."""
    helps = pl.col("name").str.contains(r"\._\w+$") & pl.col("input").is_null()
    return fields.with_columns(operation=pl.when(helps).then(pl.lit("PROMPT")).otherwise("operation"))


OPENINFERENCE: Final = Dialect(
    name="openinference",
    rank=1,
    scopes=(
        *(_PYTHON + sdk for sdk in _SDKS),
        _NODE + "openai",
        _NODE + "anthropic",
    ),
    operations={
        "LLM": Meaning("chat", "call"),
        "EMBEDDING": Meaning("embeddings", "call"),
        "RERANKER": Meaning("rerank", "retrieval"),
        "RETRIEVER": Meaning("retrieval", "retrieval"),
        "TOOL": Meaning("execute_tool", "tool"),
        "AGENT": Meaning("invoke_agent", "agent"),
        "CHAIN": Meaning("chain", "workflow"),
        "GUARDRAIL": Meaning("guardrail", "guardrail"),
        "EVALUATOR": Meaning("evaluation", "evaluation"),
        "PROMPT": Meaning("prompt", "other"),
        "DECISION": Meaning("decide", "call"),
    },
    aliases={
        "operation": ("openinference.span.kind",),
        "provider": ("llm.provider", "llm.system", "decision.provider", "decision.system"),
        "server": ("server.address",),
        "request_model": (
            "llm.request.model_name",
            "decision.request.model_name",
            "embedding.model_name",
            Inside("llm.invocation_parameters", ("model",)),
        ),
        "response_model": (
            "llm.response.model_name",
            "llm.model_name",
            "decision.response.model_name",
            "decision.model_name",
        ),
        "response_text": (_RESPONSE,),
        "service_tier": (
            Inside(_RESPONSE, ("service_tier",)),
            Inside(_RESPONSE, ("usage", "service_tier")),
            Inside("llm.invocation_parameters", ("service_tier",)),
        ),
        "input": ("llm.token_count.prompt", "decision.token_count.input"),
        "input_uncached": (
            Inside(_RESPONSE, ("usage", "input_tokens"), beside="cache_read_input_tokens"),
            Inside(_RESPONSE, ("usage", "inputTokens"), beside="cacheReadInputTokens"),
        ),
        "output": ("llm.token_count.completion", "decision.token_count.output"),
        "total": ("llm.token_count.total",),
        "cache_read": (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
            Inside(_RESPONSE, ("usage", "prompt_tokens_details", "cached_tokens")),
            Inside(_RESPONSE, ("usage", "input_tokens_details", "cached_tokens")),
            Inside(_RESPONSE, ("usage", "cache_read_input_tokens")),
            Inside(_RESPONSE, ("usage", "cacheReadInputTokens")),
        ),
        "cache_write": (
            "llm.token_count.prompt_details.cache_write",
            Inside(_RESPONSE, ("usage", "cache_creation_input_tokens")),
            Inside(_RESPONSE, ("usage", "cacheWriteInputTokens")),
        ),
        "cache_write_5m": (Inside(_RESPONSE, ("usage", "cache_creation", "ephemeral_5m_input_tokens")),),
        "cache_write_1h": (Inside(_RESPONSE, ("usage", "cache_creation", "ephemeral_1h_input_tokens")),),
        "reasoning": (
            "llm.token_count.completion_details.reasoning",
            Inside(_RESPONSE, ("usage", "completion_tokens_details", "reasoning_tokens")),
            Inside(_RESPONSE, ("usage", "output_tokens_details", "reasoning_tokens")),
        ),
        "audio_in": ("llm.token_count.prompt_details.audio",),
        "audio_out": ("llm.token_count.completion_details.audio",),
        "reported_cost_usd": ("llm.cost.total",),
        "finish_reason": ("llm.finish_reason",),
        "error_type": ("error.type",),
        "streamed": (Inside("llm.invocation_parameters", ("stream",)),),
        "tool_name": ("tool.name",),
        "agent_name": ("agent.name", "graph.node.name"),
        "evaluation_name": ("evaluation.name",),
        "evaluation_score": ("evaluation.score",),
        "evaluation_label": ("evaluation.label",),
    },
    quirks=(
        Quirk("no response id: it stands in the recorded response, `output.value`", "openinference-openai/stream"),
        Quirk(
            "before 0.1.40 Bedrock's cache is told by no key; only the total holds it",
            "old-openinference-bedrock-0.1.30/converse_cached",
        ),
        Quirk("embeddings name their model, and no output", "openinference-openai/embeddings"),
        Quirk("a failed request names no model but the one in its parameters", "openinference-openai/error400"),
        Quirk("calls of Anthropic's SDK come twice, as child of this span", "openinference-anthropic/cached"),
        Quirk(
            "before 0.1.21 the cache is told only by the recorded response's usage",
            "old-openinference-openai-0.1.20/cached",
        ),
    ),
)

OPENINFERENCE_ANTHROPIC_BEFORE: Final = replace(
    OPENINFERENCE,
    name="openinference_anthropic_before_1",
    scopes=(_PYTHON + "anthropic",),
    versions=(None, "1.0"),
    amend=_of_anthropic_before,
    quirks=(
        Quirk("of a stream input is without the cache, and no key has it", "old-openinference-anthropic-0.1.18/stream"),
    ),
)

OPENINFERENCE_GOOGLE: Final = replace(
    OPENINFERENCE,
    name="openinference_google",
    scopes=(_PYTHON + "google_genai",),
    # Of an automatic function call it tells the history as a message beside input and output.
    aliases=joined(
        OPENINFERENCE.aliases,
        {
            "hint": ("message.tool_calls.0.tool_call.function.name",),
            "cache_read": (Inside(_RESPONSE, ("usage_metadata", "cached_content_token_count")),),
        },
    ),
    amend=_of_google,
    quirks=(
        Quirk("thoughts are inside output", "openinference-google-genai/cached_reasoning"),
        Quirk("a client that calls functions by itself: the last usage only", "openinference-google-genai/tools_auto"),
        Quirk(
            "the first releases tell the cache by the recorded response only", "old-openinference-google-0.1.5/cached"
        ),
    ),
)

OPENINFERENCE_NODE_BEDROCK: Final = replace(
    OPENINFERENCE,
    name="openinference_node_bedrock",
    scopes=(_NODE + "bedrock",),
    cache_outside_input=("*",),
    amend=_of_bedrock_in_node,
    quirks=(
        Quirk(
            "input leaves the cache out, which only the recorded response tells",
            "openinference-node-bedrock/converse_cached",
        ),
    ),
)

# LangChain, LlamaIndex, CrewAI … and whoever writes `openinference.span.kind` by hand: the same words, but a
# span of an SDK's own instrumentation stands nearer to the provider.
OPENINFERENCE_FRAMEWORKS: Final = replace(
    OPENINFERENCE,
    name="openinference_framework",
    rank=2,
    scopes=(_PYTHON + "*", "@arizeai/openinference-*"),
    marks=("openinference.span.kind",),
    quirks=(
        Quirk(
            "LangChain's spans are not the context of the SDK's: the same call is a root of another trace",
            "openinference-langchain/agent_openai_sdk_double",
        ),
        Quirk("a tool that asks a model makes a call of its own", "openinference-langchain/nested_openai"),
        Quirk("Haystack's spans tell no cache: it is NULL", "openinference-haystack/pipeline"),
        Quirk("the Agents SDK's tell only the name that was asked for", "openinference-openai-agents/agent_chat"),
    ),
)

OPENINFERENCE_LLAMA_INDEX: Final = replace(
    OPENINFERENCE_FRAMEWORKS,
    name="openinference_llama_index",
    scopes=(_PYTHON + "llama_index",),
    marks=(),
    amend=_of_llama_index,
    quirks=(Quirk("helpers of a model call themselves LLM, and ask nothing", "openinference-llama-index/agent"),),
)

OPENINFERENCE_CREWAI: Final = replace(
    OPENINFERENCE_FRAMEWORKS,
    name="openinference_crewai",
    scopes=(_PYTHON + "crewai",),
    marks=(),
    silent_calls=_SILENT,
    quirks=(Quirk("agents and tools, and no call", "openinference-crewai/crew_openai"),),
)

# The first that knows the scope speaks: the particular ones come before the frameworks in general.
OPENINFERENCE_DIALECTS: Final = (
    OPENINFERENCE_ANTHROPIC_BEFORE,
    OPENINFERENCE,
    OPENINFERENCE_GOOGLE,
    OPENINFERENCE_NODE_BEDROCK,
    OPENINFERENCE_LLAMA_INDEX,
    OPENINFERENCE_CREWAI,
    OPENINFERENCE_FRAMEWORKS,
)
