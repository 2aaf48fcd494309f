"""Microsoft's frameworks, Semantic Kernel and the Agent Framework: the conventions, in part."""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

SEMANTIC_KERNEL: Final = Dialect(
    name="semantic_kernel",
    rank=2,
    scopes=("semantic_kernel*", "Microsoft.SemanticKernel*"),
    operations={
        "chat.completions": Meaning("chat", "call"),
        "chat.streaming_completions": Meaning("chat", "call"),
        "text_completions": Meaning("text_completion", "call"),
        "text.completions": Meaning("text_completion", "call"),
        "text.streaming_completions": Meaning("text_completion", "call"),
    },
    names={"AutoFunctionInvocationLoop": Meaning("event_loop_cycle", "workflow")},
    aliases=GEN_AI,
    quirks=(
        Quirk("tells neither cache nor reasoning", "semantic-kernel/chat"),
        Quirk("a finish reason is the name of a Python enum's member", "semantic-kernel/chat"),
    ),
)

AGENT_FRAMEWORK: Final = Dialect(
    name="agent_framework",
    rank=2,
    scopes=("agent_framework*", "Experimental.Microsoft.Agents.AI*"),
    aliases=joined(
        GEN_AI,
        {
            "cache_read": ("openai.cached_input_tokens", "anthropic.cache_read_input_tokens"),
            "cache_write": ("anthropic.cache_creation_input_tokens",),
        },
    ),
    # Its client of Anthropic's API passes the counts on as they are.
    cache_outside_input=("anthropic",),
    quirks=(
        Quirk("an agent's span repeats the sum of its calls, under the same names", "agent-framework/agent_openai"),
        Quirk("the cache of Anthropic's models is outside input", "agent-framework/agent_anthropic"),
    ),
)
