"""Mistral's own Python SDK, which traces each of its requests as soon as a tracer provider exists.

So every instrumentation of it tells of the same request a second time. Its spans name the model that was asked for,
and no response.
"""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

MISTRAL_SDK: Final = Dialect(
    name="mistral_sdk",
    rank=2,
    scopes=("mistralai_sdk_tracer",),
    names={
        "chat_*": Meaning("chat", "call"),
        "stream_chat": Meaning("chat", "call"),
        "fim_*": Meaning("text_completion", "call"),
        "stream_fim": Meaning("text_completion", "call"),
        "agents_completion_*": Meaning("chat", "call"),
        "stream_agents": Meaning("chat", "call"),
        "embeddings_*": Meaning("embeddings", "call"),
        "moderations_*": Meaning("moderation", "call"),
    },
    aliases=joined(GEN_AI, {"total": ("mistral_ai.request.total_tokens",)}),
    quirks=(
        Quirk(
            "an instrumentation of it tells the same request with the dated model, this one only by its alias",
            "traceloop-mistral/chat",
        ),
    ),
)
