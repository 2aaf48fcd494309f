"""OpenTelemetry's instrumentation of Google's GenAI SDK: as the conventions say, thoughts inside output.

The SDK may call the functions it was given by itself and ask again; the span around it all then has a child for each
function, and the usage of the last request only.
"""

from __future__ import annotations

from typing import Final

from ingest.reading import Dialect, Meaning, Quirk
from ingest.reading.gen_ai import GEN_AI

OTEL_GOOGLE_GENAI: Final = Dialect(
    name="otel_google_genai",
    rank=1,
    scopes=("opentelemetry.instrumentation.google_genai*",),
    aliases=GEN_AI,
    operations={"execute_tool": Meaning("automatic_function_call", "tool")},
    quirks=(
        Quirk("thoughts are inside output", "otel-google-genai/cached_reasoning"),
        Quirk("functions the client calls by itself: several requests, one span", "otel-google-genai/tools_auto"),
    ),
)
