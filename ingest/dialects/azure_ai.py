"""Azure's AI packages (`azure-ai-inference`, `-agents`, `-projects`), which all trace through azure-core.

A request of inference or of the Responses API is a call. A run of an agent is a sum over requests nobody tells, under
an id that every span about that run repeats. What a judge spent stands beside what it found.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Quirk
from ingest.reading.gen_ai import GEN_AI

_RUNS: Final = ("start_thread_run", "get_thread_run", "process_thread_run", "submit_tool_outputs", "list_run_steps")
_OPENAIS: Final = r"^(gpt-|o\d|text-embedding-|model-router)"
_OF_JUDGE: Final = "gen_ai.evaluation.usage."


def _amended(fields: pl.DataFrame) -> pl.DataFrame:
    """Who bills: Azure, as OpenAI's models or as another's; and evaluations that used a model as their calls."""
    is_openais = pl.coalesce("response_model", "request_model").str.contains(_OPENAIS).fill_null(value=False)
    judged = pl.col("hint").is_not_null()
    return fields.with_columns(
        provider=pl.when(is_openais).then(pl.lit("azure.ai.openai")).otherwise(pl.lit("azure.ai.inference")),
        operation=pl.when(judged).then(pl.lit("evaluate_with_model")).otherwise("operation"),
        purpose=pl.coalesce("purpose", pl.when(judged).then(pl.lit("judge"))),
        response_id=pl.when(judged.not_()).then("response_id"),
    )


AZURE_AI: Final = Dialect(
    name="azure_ai",
    rank=0,
    scopes=("azure.core.tracing.*", "azure.ai.*"),
    aliases={
        **GEN_AI,
        "response_id": ("gen_ai.response.id", "gen_ai.thread.run.id"),
        "hint": (_OF_JUDGE + "input_tokens",),
        "input": (_OF_JUDGE + "input_tokens", *GEN_AI["input"]),
        "output": (_OF_JUDGE + "output_tokens", *GEN_AI["output"]),
    },
    operations={
        **{run: Meaning(run, "agent") for run in _RUNS},
        # The request that runs an agent on the server is one response, and is billed as one.
        "invoke_agent": Meaning("chat", "call"),
        "evaluate_with_model": Meaning("evaluate_with_model", "call"),
    },
    amend=_amended,
    quirks=(
        Quirk("no cache keys: cache_read is NULL", "azure-ai-inference/chat"),
        Quirk("a run's usage is a sum, and each look at the run repeats it", "azure-ai-agents/run"),
        Quirk("what the judge spent is its own usage", "azure-ai-evaluation/judge"),
    ),
)
