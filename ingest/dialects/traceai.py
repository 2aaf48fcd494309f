"""traceAI (Future AGI): OpenInference's spans under the conventions' names, each library's own counts."""

from __future__ import annotations

from typing import Final

from ingest.dialects.openinference import OPENINFERENCE
from ingest.reading import Dialect, Inside, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

TRACEAI: Final = Dialect(
    name="traceai",
    rank=1,
    scopes=("traceai_*", "traceai-*", "@traceai/*"),
    operations=OPENINFERENCE.operations,
    aliases=joined(
        {
            "operation": ("gen_ai.span.kind", "fi.span.kind"),
            # It writes the model that answered where the conventions have the one that was asked for.
            "response_model": (*GEN_AI["response_model"], "gen_ai.request.model"),
            "request_model": (Inside("gen_ai.request.parameters", ("model",)),),
            "streamed": (Inside("gen_ai.request.parameters", ("stream",)),),
            "response_text": ("output.value",),
        },
        GEN_AI,
    ),
    cache_outside_input=("anthropic", "aws.bedrock"),
    cache_untold=("anthropic", "aws.bedrock"),
    quirks=(
        Quirk("Anthropic's own input_tokens, and no cache", "traceai/cached_anthropic"),
        Quirk("a stream without usage has neither usage nor a model of its own", "traceai/stream_nousage"),
    ),
)
