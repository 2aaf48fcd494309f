"""OpenTelemetry's instrumentation of OpenAI's Agents SDK: the conventions, without the cache.

OpenLLMetry's has the same scope, and a version; this one has none.
"""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Quirk
from ingest.reading.gen_ai import GEN_AI

OTEL_OPENAI_AGENTS: Final = Dialect(
    name="otel_openai_agents",
    rank=2,
    scopes=("opentelemetry.instrumentation.openai_agents",),
    versions=(None, "0.0.1"),
    aliases=GEN_AI,
    quirks=(
        Quirk("no cache keys; tasks and turns are operations it calls unknown", "otel-openai-agents-v2/agent_chat"),
        Quirk("of a stream that told no usage it says 0 tokens", "otel-openai-agents-v2/chat_stream_nousage"),
        Quirk("a guardrail tells whether it was triggered", "otel-openai-agents-v2/agent_guard"),
    ),
)
