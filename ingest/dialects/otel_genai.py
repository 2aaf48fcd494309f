"""The instrumentations that follow OpenTelemetry's GenAI semantic conventions, and whoever else writes their names."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ingest.reading import Dialect, Quirk
from ingest.reading.gen_ai import GEN_AI

OTEL_GENAI: Final = Dialect(
    name="otel_genai",
    rank=1,
    scopes=(
        "opentelemetry.instrumentation.openai_v2",
        "opentelemetry.instrumentation.genai.*",
        "opentelemetry.util.genai.*",
        "@opentelemetry/instrumentation-openai",
        "io.opentelemetry.openai-java-*",
    ),
    aliases=GEN_AI,
    quirks=(
        Quirk(
            "openai_v2 tells nothing of the cache, in either mode: cache_read is NULL, not 0",
            "otel-openai-v2/chat_semconv_latest",
        ),
        Quirk(
            "a stream without usage looks like one that was aborted: both were billed", "otel-openai-v2/stream_nousage"
        ),
        Quirk(
            "embeddings have neither output nor response id, and are whole without them", "otel-openai-v2/embeddings"
        ),
        Quirk("Node's tells nothing of the cache either", "otel-node-openai/chat"),
        Quirk("cache keys are sent only when they are not 0", "otel-genai-openai/cached"),
    ),
)

# Anyone may follow the conventions: hand-written spans, new emitters, frameworks. They are read as the
# conventions say, and give way to whoever stands nearer to the provider.
SEMCONV: Final = replace(OTEL_GENAI, name="gen_ai_semconv", rank=2, scopes=(), marks=("gen_ai.*",), quirks=())
