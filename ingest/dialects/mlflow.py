"""MLflow's tracing: every attribute is JSON, names included (`"\"CHAT_MODEL\""`), and one holds the usage."""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Inside, Meaning, Quirk

_USAGE: Final = "mlflow.chat.tokenUsage"
_INPUTS: Final = "mlflow.spanInputs"
_OUTPUTS: Final = "mlflow.spanOutputs"
_MESSAGE: Final = ("generations", "0", "0", "message", "response_metadata")
_ABOVE: Final = Inside(_USAGE, ("cache_creation_input_tokens_above_1hr",))


def _short_lived(fields: pl.DataFrame) -> pl.DataFrame:
    """What was not written for an hour was written for five minutes; only the hour is told."""
    written, hour = (pl.col(name).cast(pl.Int64, strict=False) for name in ("cache_write", "cache_write_1h"))
    rest = pl.when(written >= hour).then((written - hour).cast(pl.String))
    return fields.with_columns(cache_write_5m=pl.coalesce("cache_write_5m", rest))


MLFLOW: Final = Dialect(
    name="mlflow",
    rank=2,
    scopes=("mlflow.*",),
    marks=("mlflow.spanType", "mlflow.traceRequestId"),
    operations={
        "CHAT_MODEL": Meaning("chat", "call"),
        "LLM": Meaning("chat", "call"),
        "EMBEDDING": Meaning("embeddings", "call"),
        "RERANKER": Meaning("rerank", "retrieval"),
        "RETRIEVER": Meaning("retrieval", "retrieval"),
        "AGENT": Meaning("invoke_agent", "agent"),
        "CHAIN": Meaning("chain", "workflow"),
        "WORKFLOW": Meaning("invoke_workflow", "workflow"),
        "TASK": Meaning("task", "workflow"),
        "TOOL": Meaning("execute_tool", "tool"),
        "GUARDRAIL": Meaning("apply_guardrail", "guardrail"),
        "EVALUATOR": Meaning("evaluation", "evaluation"),
        **{name: Meaning(name.lower(), "other") for name in ("PARSER", "MEMORY", "UNKNOWN")},
    },
    aliases={
        "operation": ("mlflow.spanType",),
        "provider": ("mlflow.llm.provider",),
        "request_model": (Inside(_INPUTS, ("model",)), "model"),
        "response_model": (
            Inside(_OUTPUTS, ("model",)),
            Inside(_OUTPUTS, (*_MESSAGE, "model_name")),
            "mlflow.llm.model",
        ),
        "response_text": (_OUTPUTS,),
        "service_tier": (Inside(_OUTPUTS, ("usage", "service_tier")),),
        # OpenAI's own counts hold the cache as MLflow's do; not every kind of request gets MLflow's.
        "input": (Inside(_USAGE, ("input_tokens",)), Inside(_OUTPUTS, ("usage", "prompt_tokens"))),
        "output": (Inside(_USAGE, ("output_tokens",)), Inside(_OUTPUTS, ("usage", "completion_tokens"))),
        "total": (Inside(_USAGE, ("total_tokens",)),),
        # As Anthropic's API counts; before 3.6 MLflow's own count was that too, and told no cache of anybody's.
        "input_uncached": (Inside(_OUTPUTS, ("usage", "input_tokens"), beside="cache_read_input_tokens"),),
        "cache_read": (
            Inside(_USAGE, ("cache_read_input_tokens",)),
            Inside(_OUTPUTS, ("usage", "cache_read_input_tokens")),
            Inside(_OUTPUTS, ("usage", "prompt_tokens_details", "cached_tokens")),
            Inside(_OUTPUTS, ("usage", "input_tokens_details", "cached_tokens")),
        ),
        "cache_write": (
            Inside(_USAGE, ("cache_creation_input_tokens",)),
            Inside(_OUTPUTS, ("usage", "cache_creation_input_tokens")),
        ),
        "cache_write_5m": (Inside(_OUTPUTS, ("usage", "cache_creation", "ephemeral_5m_input_tokens")),),
        "cache_write_1h": (_ABOVE, Inside(_OUTPUTS, ("usage", "cache_creation", "ephemeral_1h_input_tokens"))),
        "reasoning": (
            Inside(_OUTPUTS, ("usage", "completion_tokens_details", "reasoning_tokens")),
            Inside(_OUTPUTS, ("usage", "output_tokens_details", "reasoning_tokens")),
        ),
        "reported_cost_usd": (Inside("mlflow.llm.cost", ("total_cost",)),),
        "streamed": ("stream",),
        "error_type": ("error.type",),
    },
    amend=_short_lived,
    quirks=(
        Quirk("every value is JSON, so names carry quotes", "mlflow/chat"),
        Quirk("the cache is inside input, whatever the provider's own usage does", "mlflow-anthropic/cached"),
        Quirk("the dated model stands in the recorded response only", "mlflow-anthropic/cached"),
        Quirk(
            "3.5 counts as the provider does, and tells the cache in the recorded response only",
            "old-mlflow-3.5/cached_anthropic",
        ),
        Quirk(
            "a LangChain model and the client it calls are both CHAT_MODEL, with the same usage",
            "mlflow-langchain/nested",
        ),
    ),
)
