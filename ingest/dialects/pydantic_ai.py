"""Pydantic AI: the conventions, cache inside input; its agents' sums have a namespace of their own since 2.x."""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Inside, Meaning, Quirk, Spelling, joined
from ingest.reading.gen_ai import GEN_AI


def _summed(spelling: Spelling) -> Spelling:
    """The name of the same count summed over an agent's requests."""
    key = spelling.key if isinstance(spelling, Inside) else spelling
    return key.replace("gen_ai.usage.", "gen_ai.aggregated_usage.")


_COUNTS: Final = ("input", "output", "cache_read", "cache_write", "reasoning")

PYDANTIC_AI: Final = Dialect(
    name="pydantic_ai",
    rank=2,
    scopes=("pydantic-ai*", "pydantic_ai*"),
    names={
        "agent run": Meaning("invoke_agent", "agent"),
        "running tool: *": Meaning("execute_tool", "tool"),
        "running * tool*": Meaning("execute_tools", "other"),
    },
    aliases=joined(
        GEN_AI,
        {name: tuple(_summed(spelling) for spelling in GEN_AI[name]) for name in _COUNTS},
        {
            "audio_in": ("gen_ai.usage.details.input_audio_tokens",),
            "audio_out": ("gen_ai.usage.details.output_audio_tokens",),
            "agent_name": ("agent_name",),
            "request_model": ("model_name",),
        },
    ),
    quirks=(
        Quirk("an agent's span repeats the sum of its requests, in a namespace of its own", "pydantic-ai/agent_openai"),
        Quirk("or in the namespace of requests, when so configured and before 2.x", "pydantic-ai/agent_openai_v1names"),
        Quirk(
            "before 1.0 the agent's span has no operation, and the cache only details",
            "old-pydantic-ai-0.2/agent_anthropic",
        ),
        Quirk("a tool may ask a model of its own", "pydantic-ai/nested_openai"),
    ),
)
