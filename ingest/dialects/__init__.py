"""What each emitter means by its numbers: columns of `ingest.wire` in, rows of the warehouse's tables out.

A dialect is a record (`dialect.py`) in a file of its own; the order here is the order of recognition. Adding one:
one file, one line below, one folder of sample_traces.
The reading is the same for all: `recognise` → `present` (aliases) → `words` (names) → `usage` (disjoint token
classes) → `roles` (what is a call, what is missing) → `checks` and `kept`.
"""

from typing import Final

from ingest.dialects.anthropic_sdk import ANTHROPIC_SDK
from ingest.dialects.dialect import Aliases, Dialect, Field, Inside, Meaning, Quirk
from ingest.dialects.openinference import OPENINFERENCE, OPENINFERENCE_FRAMEWORKS
from ingest.dialects.otel_genai import OTEL_GENAI, SEMCONV
from ingest.dialects.reading import Reading, read

DIALECTS: Final = (
    ANTHROPIC_SDK,
    OTEL_GENAI,
    OPENINFERENCE,
    OPENINFERENCE_FRAMEWORKS,
    SEMCONV,
)

__all__ = ["DIALECTS", "Aliases", "Dialect", "Field", "Inside", "Meaning", "Quirk", "Reading", "read"]
