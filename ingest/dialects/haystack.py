"""Haystack's own tracer: usage stands only in the recorded output of a generator, when content is traced at all."""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Inside, Meaning, Quirk

_OUTPUT: Final = "haystack.component.output"
# Where a chat generator, a text generator and an embedder have their `meta`; in a dropped text the usage stands alone.
_META: Final = (("replies", "0", "meta"), ("replies", "0", "_meta"), ("meta", "0"), ("meta",), ())
_OUTSIDE: Final = ("cache_read_input_tokens", "cache_creation_input_tokens")


def _meta(*paths: str, beside: str | None = None) -> tuple[Inside, ...]:
    return tuple(Inside(_OUTPUT, (*meta, *path.split(".")), beside) for path in paths for meta in _META)


HAYSTACK: Final = Dialect(
    name="haystack",
    rank=2,
    scopes=("haystack", "haystack.*"),
    marks=("haystack.component.*", "haystack.pipeline.*"),
    operations={
        "*ChatGenerator": Meaning("chat", "call"),
        "*Generator": Meaning("text_completion", "call"),
        "*Embedder": Meaning("embeddings", "call"),
        "*Retriever": Meaning("retrieval", "retrieval"),
        "*Ranker": Meaning("rerank", "retrieval"),
        "*ToolInvoker": Meaning("execute_tool", "tool"),
        "Agent": Meaning("invoke_agent", "agent"),
        "*": Meaning("component", "other"),
    },
    names={
        "haystack.pipeline.run": Meaning("invoke_workflow", "workflow"),
        "haystack.async_pipeline.run": Meaning("invoke_workflow", "workflow"),
        "haystack.agent.run": Meaning("invoke_agent", "agent"),
        "haystack.agent.step.tool*": Meaning("execute_tool", "tool"),
        "haystack.tool.*": Meaning("execute_tool", "tool"),
    },
    aliases={
        "operation": ("haystack.component.type",),
        "response_model": _meta("model"),
        # Generators of Anthropic's models rename its counts, and leave the cache beside them.
        "input_uncached": (
            *(spelling for key in _OUTSIDE for spelling in _meta("usage.prompt_tokens", beside=key)),
            *(spelling for key in _OUTSIDE for spelling in _meta("usage.input_tokens", beside=key)),
        ),
        "input": _meta("usage.prompt_tokens", "usage.input_tokens"),
        "output": _meta("usage.completion_tokens", "usage.output_tokens"),
        "total": _meta("usage.total_tokens"),
        "cache_read": _meta("usage.prompt_tokens_details.cached_tokens", "usage.cache_read_input_tokens"),
        "cache_write": _meta("usage.cache_creation_input_tokens"),
        "cache_write_5m": _meta("usage.cache_creation.ephemeral_5m_input_tokens"),
        "cache_write_1h": _meta("usage.cache_creation.ephemeral_1h_input_tokens"),
        "reasoning": _meta("usage.completion_tokens_details.reasoning_tokens"),
        "tool_name": ("haystack.tool.name",),
        "error_type": ("error.type",),
    },
    quirks=(
        Quirk("usage stands in the recorded output, and again in the pipeline's", "haystack-native/pipeline"),
        Quirk("without traced content a generator's call has no usage at all", "haystack-native/no_content"),
    ),
)
