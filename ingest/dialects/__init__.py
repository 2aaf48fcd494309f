"""What each emitter means by its numbers, one record a file; the order here is the order of recognition.

Adding one: one file, one line below, one folder of sample_traces. `ingest.reading` reads by them.
"""

from collections.abc import Sequence
from typing import Final

from ingest.dialects.anthropic_sdk import ANTHROPIC_SDK
from ingest.dialects.autogen import AUTOGEN
from ingest.dialects.azure_ai import AZURE_AI
from ingest.dialects.bedrock import AWS_SDK, BOTOCORE, BOTOCORE_BEFORE
from ingest.dialects.claude_code import CLAUDE_CODE
from ingest.dialects.codex import CODEX
from ingest.dialects.copilot import COPILOT
from ingest.dialects.crewai import CREWAI, CREWAI_TRACELOOP
from ingest.dialects.described import Emitter
from ingest.dialects.gemini_cli import GEMINI_CLI
from ingest.dialects.google_adk import GOOGLE_ADK, GOOGLE_ADK_BEFORE
from ingest.dialects.google_genai import OTEL_GOOGLE_GENAI
from ingest.dialects.guardrails_ai import GUARDRAILS_AI
from ingest.dialects.haystack import HAYSTACK
from ingest.dialects.langfuse import LANGFUSE
from ingest.dialects.langsmith import LANGSMITH
from ingest.dialects.litellm import LITELLM
from ingest.dialects.logfire import LOGFIRE
from ingest.dialects.meters import METERS
from ingest.dialects.microsoft import AGENT_FRAMEWORK, SEMANTIC_KERNEL
from ingest.dialects.mistral_sdk import MISTRAL_SDK
from ingest.dialects.mlflow import MLFLOW
from ingest.dialects.nemo_guardrails import NEMO_GUARDRAILS
from ingest.dialects.openai_agents import OTEL_OPENAI_AGENTS
from ingest.dialects.openinference import OPENINFERENCE_DIALECTS
from ingest.dialects.openlit import OPENLIT, OPENLIT_LANGCHAIN
from ingest.dialects.otel_genai import OTEL_GENAI, SEMCONV
from ingest.dialects.pydantic_ai import PYDANTIC_AI
from ingest.dialects.strands import STRANDS
from ingest.dialects.traceai import TRACEAI
from ingest.dialects.traceloop import TRACELOOP_DIALECTS
from ingest.dialects.traceloop_node import TRACELOOP_NODE_DIALECTS
from ingest.dialects.vercel_ai import VERCEL_AI, VERCEL_AI_OTEL
from ingest.reading import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = (
    ANTHROPIC_SDK,
    MISTRAL_SDK,
    CLAUDE_CODE,
    CODEX,
    COPILOT,
    GEMINI_CLI,
    OTEL_GENAI,
    LITELLM,
    LOGFIRE,
    LANGFUSE,
    LANGSMITH,
    MLFLOW,
    OPENLIT_LANGCHAIN,
    OPENLIT,
    PYDANTIC_AI,
    STRANDS,
    HAYSTACK,
    NEMO_GUARDRAILS,
    GUARDRAILS_AI,
    SEMANTIC_KERNEL,
    AGENT_FRAMEWORK,
    AUTOGEN,
    CREWAI_TRACELOOP,
    CREWAI,
    AZURE_AI,
    BOTOCORE_BEFORE,
    BOTOCORE,
    AWS_SDK,
    GOOGLE_ADK,
    GOOGLE_ADK_BEFORE,
    OTEL_GOOGLE_GENAI,
    OTEL_OPENAI_AGENTS,
    *OPENINFERENCE_DIALECTS,
    TRACEAI,
    *TRACELOOP_DIALECTS,
    *TRACELOOP_NODE_DIALECTS,
    VERCEL_AI,
    VERCEL_AI_OTEL,
    SEMCONV,
)


def dialects(described: Sequence[Emitter]) -> tuple[Dialect, ...]:
    """All of them; whom a company describes comes before whoever follows the conventions, and redefines nobody."""
    *known, followers = DIALECTS
    return (*known, *(emitter.dialect() for emitter in described), followers)


__all__ = ["DIALECTS", "METERS", "Emitter", "dialects"]
