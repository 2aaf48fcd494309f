"""OpenInference (Arize): `openinference.span.kind` and flattened `llm.*` keys; cache inside input throughout."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ingest.reading import Dialect, Inside, Meaning, Quirk

_SDKS: Final = ("openai", "anthropic", "bedrock", "google_genai", "vertexai", "mistralai", "groq", "litellm")
_RESPONSE: Final = "output.value"

OPENINFERENCE: Final = Dialect(
    name="openinference",
    rank=1,
    scopes=(
        *(f"openinference.instrumentation.{sdk}" for sdk in _SDKS),
        "@arizeai/openinference-instrumentation-openai",
        "@arizeai/openinference-instrumentation-anthropic",
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
        "DECISION": Meaning("decision", "other"),
    },
    aliases={
        "operation": ("openinference.span.kind",),
        "provider": ("llm.provider", "llm.system"),
        "server": ("server.address",),
        "request_model": (
            "llm.request.model_name",
            "embedding.model_name",
            Inside("llm.invocation_parameters", ("model",)),
        ),
        "response_model": ("llm.response.model_name", "llm.model_name"),
        "response_text": (_RESPONSE,),
        "service_tier": (
            Inside(_RESPONSE, ("service_tier",)),
            Inside(_RESPONSE, ("usage", "service_tier")),
            Inside("llm.invocation_parameters", ("service_tier",)),
        ),
        "input": ("llm.token_count.prompt",),
        "output": ("llm.token_count.completion",),
        "total": ("llm.token_count.total",),
        "cache_read": (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
            Inside(_RESPONSE, ("usage", "prompt_tokens_details", "cached_tokens")),
            Inside(_RESPONSE, ("usage", "input_tokens_details", "cached_tokens")),
            Inside(_RESPONSE, ("usage", "cache_read_input_tokens")),
        ),
        "cache_write": (
            "llm.token_count.prompt_details.cache_write",
            Inside(_RESPONSE, ("usage", "cache_creation_input_tokens")),
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
        Quirk("embeddings name their model, and no output", "openinference-openai/embeddings"),
        Quirk("a failed request names no model but the one in its parameters", "openinference-openai/error400"),
        Quirk("calls of Anthropic's SDK come twice, as child of this span", "openinference-anthropic/cached"),
        Quirk(
            "before 0.1.21 the cache is told only by the recorded response's usage",
            "old-openinference-openai-0.1.20/cached",
        ),
    ),
)

# LangChain, LlamaIndex, CrewAI … and whoever writes `openinference.span.kind` by hand: the same words, but a
# span of an SDK's own instrumentation stands nearer to the provider.
OPENINFERENCE_FRAMEWORKS: Final = replace(
    OPENINFERENCE,
    name="openinference_framework",
    rank=2,
    scopes=("openinference.instrumentation.*", "@arizeai/openinference-*"),
    marks=("openinference.span.kind",),
    quirks=(),
)
