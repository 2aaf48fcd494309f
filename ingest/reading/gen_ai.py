"""The names of OpenTelemetry's GenAI semantic conventions, all they ever had: the vocabulary most dialects build on.

History: v1.26 counted prompt_tokens and completion_tokens; v1.27 input_tokens and output_tokens; v1.37 renamed
gen_ai.system to gen_ai.provider.name; v1.40 added the cache (inside input), v1.41 reasoning (inside output);
semantic-conventions-genai renamed cache_creation to cache_write. Old names stay on the wire for years.
"""

from __future__ import annotations

from typing import Final

from ingest.reading.dialect import Aliases

GEN_AI: Final[Aliases] = {
    "operation": ("gen_ai.operation.name", "llm.request.type"),
    "provider": ("gen_ai.provider.name", "gen_ai.system"),
    "server": ("server.address",),
    "request_model": ("gen_ai.request.model",),
    "response_model": ("gen_ai.response.model",),
    "response_id": ("gen_ai.response.id",),
    "service_tier": (
        "openai.response.service_tier",
        "gen_ai.openai.response.service_tier",
        "openai.request.service_tier",
        "gen_ai.openai.request.service_tier",
    ),
    "input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "total": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens"),
    "cache_read": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cache_read_input_tokens",
        "gen_ai.usage.details.cached_tokens",
        "gen_ai.usage.prompt_tokens_details.cached_tokens",
    ),
    "cache_write": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_write_input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "gen_ai.usage.details.cache_creation_input_tokens",
    ),
    "reasoning": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "llm.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "gen_ai.usage.completion_tokens_details.reasoning_tokens",
    ),
    "audio_in": ("gen_ai.usage.audio.input_tokens",),
    "audio_out": ("gen_ai.usage.audio.output_tokens",),
    "reported_cost_usd": ("gen_ai.usage.cost", "operation.cost"),
    "finish_reason": (
        "gen_ai.response.finish_reasons",
        "gen_ai.response.finish_reason",
        "gen_ai.completion.0.finish_reason",
    ),
    "error_type": ("error.type",),
    "streamed": ("gen_ai.request.stream", "llm.is_streaming"),
    "ttft_s": ("gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk"),
    "tool_name": ("gen_ai.tool.name",),
    "agent_name": ("gen_ai.agent.name",),
    "guard_name": ("gen_ai.guardrail.component.name", "gen_ai.guardrail.name"),
    "guard_source": ("gen_ai.guardrail.source",),
    "guard_result": ("gen_ai.guardrail.result.type", "gen_ai.guardrail.result.value", "gen_ai.guardrail.triggered"),
    "guard_score": ("gen_ai.guardrail.risk.score",),
    "guard_label": ("gen_ai.guardrail.risk.category",),
    "evaluation_name": ("gen_ai.evaluation.name",),
    "evaluation_result": ("gen_ai.evaluation.passed",),
    "evaluation_score": ("gen_ai.evaluation.score.value",),
    "evaluation_label": ("gen_ai.evaluation.score.label",),
}
