"""Codex (OpenAI's coding agent): records and spans without an id in common, and a metric of each turn.

Usage stands on one of two records called `codex.sse_event` for the end of a response, on one of some twenty spans
called `handle_responses`, and again, summed, on the turn's span and in the turn's metric.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Meter, Quirk


def only_what_counts(spans: pl.DataFrame) -> pl.DataFrame:
    """Make a call of the spans and records that tell usage, an agent of the turn that sums them up."""
    tells = pl.col("input").is_not_null()
    return spans.with_columns(
        operation=pl.when(pl.col("name") == "session_task.turn").then(pl.lit("turn"))
        .when(tells).then(pl.lit("chat"))
        .when(pl.col("status") == "error").then("operation")
        .otherwise(pl.lit("step"))
    )  # fmt: skip


CODEX: Final = Dialect(
    name="codex",
    rank=0,
    scopes=("codex*",),
    operations={"turn": Meaning("invoke_agent", "agent"), "step": Meaning("other", "other")},
    events=("codex.sse_event",),
    records_know_better=True,
    aliases={
        "provider": ("gen_ai.provider.name",),
        "request_model": ("model", "gen_ai.request.model"),
        "response_id": ("gen_ai.response.id",),
        "input": ("input_token_count", "gen_ai.usage.input_tokens", "codex.turn.token_usage.input_tokens"),
        "output": ("output_token_count", "gen_ai.usage.output_tokens", "codex.turn.token_usage.output_tokens"),
        # What is called tool_token_count is the total.
        "total": ("tool_token_count", "codex.usage.total_tokens", "codex.turn.token_usage.total_tokens"),
        "cache_read": (
            "cached_token_count",
            "gen_ai.usage.cache_read.input_tokens",
            "codex.turn.token_usage.cached_input_tokens",
        ),
        "cache_write": (
            "cache_write_token_count",
            "gen_ai.usage.cache_write.input_tokens",
            "codex.turn.token_usage.cache_write_input_tokens",
        ),
        "reasoning": (
            "reasoning_token_count",
            "codex.usage.reasoning_output_tokens",
            "codex.turn.token_usage.reasoning_output_tokens",
        ),
        "error_type": ("error.type",),
        "ttft_ms": ("ttft_ms",),
        "tool_name": ("tool_name",),
        "user_id": ("user.email", "user.account_id", "user.id"),
    },
    quirks=(
        Quirk("counts are texts in records, and tool_token_count is the total", "codex-cli/chat_logs"),
        Quirk("the end of a response is told twice, the second time with its usage", "codex-cli/chat_logs"),
        Quirk("event_name is a line of the source; the attribute event.name is the name", "codex-cli/chat_logs"),
        Quirk("records have no time of their own but event.timestamp", "codex-cli/tool_logs_json"),
        Quirk(
            "usage comes four times: record, handle_responses, session_task.turn and the metric of the turn",
            "codex-cli/tool_logs_traces_metrics",
        ),
    ),
    amend=only_what_counts,
)

CODEX_METERS: Final = (
    Meter(
        dialect="codex",
        metric="codex.turn.token_usage",
        told_by="token_type",
        classes={
            "input": "input",
            "cached_input": "cache_read",
            "cache_write_input": "cache_write",
            "output": "output",
            "reasoning_output": "reasoning",
        },
        rank=0,
    ),
)
