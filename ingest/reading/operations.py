"""What an operation's name says about its span, in the words every dialect shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
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

    A name nobody knows gives the operation as sent and a null role: the usage has to say whether it was a call. Where
    no operation was sent, the span's own name may say it.
    """
    by_name = [number for number, dialect in enumerate(dialects) if dialect.names]
    unsaid = pl.col("operation").is_null() & pl.col("dialect_no").is_in(by_name)
    sent = spans.select("dialect_no", sent="operation", name=pl.when(unsaid).then("name"))
    rows = []
    for number, operation, name in sent.unique().iter_rows():
        meaning = _meaning(dialects[number], operation, name)
        as_meant = (meaning.operation, meaning.role) if meaning else (operation, None)
        rows.append((number, operation, name, *as_meant))
    schema = {"dialect_no": pl.UInt8, "sent": pl.String, "name": pl.String}
    table = pl.DataFrame(rows, schema=schema | {"operation": pl.String, "role": pl.String}, orient="row")
    return sent.join(table, on=list(schema), how="left", nulls_equal=True, maintain_order="left").select(
        "operation", "role"
    )


def _meaning(dialect: Dialect, operation: str | None, name: str | None) -> Meaning | None:
    if operation is None:
        return _matching(dialect.names, name or "")
    return (
        dialect.operations.get(operation) or SHARED.get(operation.lower()) or _matching(dialect.operations, operation)
    )


def _matching(meanings: Mapping[str, Meaning], name: str) -> Meaning | None:
    return next((meaning for pattern, meaning in meanings.items() if fnmatchcase(name, pattern)), None)
