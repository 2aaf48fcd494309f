"""LangSmith's OpenTelemetry exporter: LangChain's runs, their usage in LangChain's words, cache inside input."""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Inside, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

_USAGE: Final = "langsmith.metadata.usage_metadata"


def _in_detail(side: str, name: str) -> tuple[Inside, ...]:
    return (Inside(_USAGE, (f"{side}_token_details", name)), Inside(f"gen_ai.usage.{side}_token_details", (name,)))


LANGSMITH: Final = Dialect(
    name="langsmith",
    rank=2,
    scopes=("langsmith*",),
    marks=("langsmith.span.kind",),
    operations={
        "llm": Meaning("chat", "call"),
        "embedding": Meaning("embeddings", "call"),
        "chain": Meaning("chain", "workflow"),
        "tool": Meaning("execute_tool", "tool"),
        "retriever": Meaning("retrieval", "retrieval"),
        "prompt": Meaning("prompt", "other"),
        "parser": Meaning("parser", "other"),
    },
    aliases=joined(
        {
            # Its gen_ai.operation.name calls a prompt template `chat` and a retriever `embeddings`.
            "operation": ("langsmith.span.kind",),
            "response_text": ("gen_ai.completion",),
            "provider": ("langsmith.metadata.ls_provider",),
        },
        GEN_AI,
        {
            "request_model": ("langsmith.metadata.ls_model_name",),
            "input": (Inside(_USAGE, ("input_tokens",)),),
            "output": (Inside(_USAGE, ("output_tokens",)),),
            "cache_read": _in_detail("input", "cache_read"),
            "cache_write": _in_detail("input", "cache_creation"),
            "cache_write_5m": _in_detail("input", "ephemeral_5m_input_tokens"),
            "cache_write_1h": _in_detail("input", "ephemeral_1h_input_tokens"),
            "reasoning": _in_detail("output", "reasoning"),
            "audio_in": _in_detail("input", "audio"),
            "audio_out": _in_detail("output", "audio"),
            "service_tier": ("gen_ai.response.service_tier",),
            "streamed": ("langsmith.request.streaming",),
        },
    ),
    quirks=(
        Quirk("a chain around a model repeats its usage", "langsmith/chain_openai"),
        Quirk("prompt templates and retrievers are named like calls", "langsmith/chain_openai"),
        Quirk(
            "a cache write of Anthropic's is 0 beside the classes by lifetime, which hold it",
            "langsmith/cached_anthropic",
        ),
    ),
)
