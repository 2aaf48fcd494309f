"""What each emitter means by its numbers, one record a file; the order here is the order of recognition.

Adding one: one file, one line below, one folder of sample_traces. `ingest.reading` reads by them.
"""

from typing import Final

from ingest.dialects.anthropic_sdk import ANTHROPIC_SDK
from ingest.dialects.openinference import OPENINFERENCE, OPENINFERENCE_FRAMEWORKS
from ingest.dialects.otel_genai import OTEL_GENAI, SEMCONV
from ingest.reading import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = (
    ANTHROPIC_SDK,
    OTEL_GENAI,
    OPENINFERENCE,
    OPENINFERENCE_FRAMEWORKS,
    SEMCONV,
)

__all__ = ["DIALECTS"]
