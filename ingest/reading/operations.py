"""What an operation's name says about its span, in the words every dialect shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from ingest.reading.dialect import Dialect, Meaning

_CALLS: Final = (
    *("chat", "text_completion", "generate_content", "embeddings", "rerank", "image_generation", "speech"),
    *("transcription", "translation", "moderation"),
)

# Only calls are billed. An agent's or a workflow's span repeats the sums of the calls below it under the same keys,
# and fetch_response reads a response that was billed before.
SHARED: Final[dict[str, Meaning]] = {
    **{name: Meaning(name, "call") for name in _CALLS},
    "completion": Meaning("text_completion", "call"),
    "embedding": Meaning("embeddings", "call"),
    "generate_image": Meaning("image_generation", "call"),
    "llm_call": Meaning("chat", "call"),
    "responses": Meaning("chat", "call"),
    **{name: Meaning(name, "agent") for name in ("invoke_agent", "create_agent", "agent_step", "plan")},
    **{name: Meaning(name, "workflow") for name in ("invoke_workflow", "chain", "task")},
    "unknown": Meaning("unknown", "other"),
    "execute_tool": Meaning("execute_tool", "tool"),
    "execute_task": Meaning("execute_task", "workflow"),
    "retrieval": Meaning("retrieval", "retrieval"),
    **{name: Meaning("apply_guardrail", "guardrail") for name in ("apply_guardrail", "guardrail_check", "guardrail")},
    **{name: Meaning("evaluation", "evaluation") for name in ("evaluation", "evaluate")},
    "fetch_response": Meaning("fetch_response", "other"),
}
EMBEDDINGS: Final = "embeddings"


def meanings(spans: pl.DataFrame, dialects: Sequence[Dialect]) -> pl.DataFrame:
    """For each span its `operation` and `role`, from the dialect's number and the operation's name as sent.

    A name nobody knows gives the operation as sent and a null role: the usage has to say whether it was a call.
    """
    sent = spans.select("dialect_no", name="operation")
    rows = []
    for number, name in sent.unique().iter_rows():
        meaning = _meaning(dialects[number], name)
        rows.append((number, name, meaning.operation if meaning else name, meaning.role if meaning else None))
    schema = {"dialect_no": pl.UInt8, "name": pl.String, "operation": pl.String, "role": pl.String}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return sent.join(table, on=["dialect_no", "name"], how="left", nulls_equal=True, maintain_order="left").select(
        "operation", "role"
    )


def _meaning(dialect: Dialect, name: str | None) -> Meaning | None:
    if name is None:
        return None
    return dialect.operations.get(name) or SHARED.get(name.lower())
