"""Claude Code: log records for everyone, a metric for the totals, spans in beta. One request may be told in all three.

The record `api_request` is the one to believe: it names the dated model and what the request cost. Its counts are the
API's own, so the cache stands outside input. The metric's classes are exclusive, and its model is the alias asked for.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Meter, Quirk

# What Anthropic charges per token for each class, in units of a model's input price, and the input prices in use
# (USD for a million): Claude Code prices what it tells, and by that it tells how long the cache was written for.
_OUTPUT: Final = 5.0
_READ: Final = 0.1
_WRITE_5M: Final = 1.25
_WRITE_1H: Final = 2.0
_INPUT_USD: Final = (1.0, 3.0, 5.0, 15.0)
# Doubles that were added up differ in their last digits.
_NEAR: Final = 1e-3


def with_lifetimes(spans: pl.DataFrame) -> pl.DataFrame:
    """Split what was written to the cache by time to live, where the cost told fits one split and one price only."""
    counts = {name: pl.col(name).cast(pl.Float64, strict=False) for name in ("input", "output", "cache_read")}
    written = pl.col("cache_write").cast(pl.Int64, strict=False)
    cost = pl.col("reported_cost_usd").cast(pl.Float64, strict=False)
    plain = counts["input"] + _OUTPUT * counts["output"] + _READ * counts["cache_read"].fill_null(0)
    fits = []
    for number, price in enumerate(_INPUT_USD):
        for_an_hour = (cost * 1e6 / price - plain - _WRITE_5M * written) / (_WRITE_1H - _WRITE_5M)
        whole = for_an_hour.round()
        fitting = ((for_an_hour - whole).abs() < _NEAR) & whole.is_between(0, written) & (written > 0)
        fits.append(pl.when(fitting).then(whole.cast(pl.Int64)).alias(f"fit_{number}"))
    found = spans.select(written.alias("written"), *fits)
    only = found.select(
        pl.when(pl.sum_horizontal(pl.col("^fit_.*$").is_not_null()) == 1).then(pl.coalesce("^fit_.*$"))
    ).to_series()
    return spans.with_columns(
        cache_write_1h=only.cast(pl.String), cache_write_5m=(found["written"] - only).cast(pl.String)
    )


CLAUDE_CODE: Final = Dialect(
    name="claude_code",
    rank=0,
    scopes=("com.anthropic.claude_code*",),
    names={
        "api_request": Meaning("chat", "call"),
        "api_error": Meaning("chat", "call"),
        "claude_code.llm_request": Meaning("chat", "call"),
        "claude_code.interaction": Meaning("invoke_agent", "agent"),
        "claude_code.tool": Meaning("execute_tool", "tool"),
        "claude_code.*": Meaning("other", "other"),
    },
    operations={
        "llm_request": Meaning("chat", "call"),
        "interaction": Meaning("invoke_agent", "agent"),
        "tool": Meaning("execute_tool", "tool"),
    },
    events=("api_request",),
    failures=("api_error",),
    records_know_better=True,
    aliases={
        "provider": ("gen_ai.provider.name", "gen_ai.system"),
        "request_model": ("model", "gen_ai.request.model"),
        "response_model": ("gen_ai.response.model",),
        # Both are the HTTP request's id: a span and its record have the same one.
        "response_id": ("request_id", "gen_ai.response.id"),
        "input": ("input_tokens",),
        "output": ("output_tokens",),
        "cache_read": ("cache_read_tokens",),
        "cache_write": ("cache_creation_tokens",),
        "reported_cost_usd": ("cost_usd",),
        "finish_reason": ("stop_reason",),
        "error_type": ("status_code", "error"),
        "ttft_ms": ("ttft_ms",),
        "tool_name": ("tool_name",),
        "agent_name": ("agent.name", "query_source"),
        "user_id": ("user.email", "user.account_uuid", "user.id"),
        # A prompt's id names one question of a user, not a prompt that somebody wrote.
        "prompt_name": (),
    },
    cache_outside_input=("*",),
    quirks=(
        Quirk("input_tokens excludes what was read from and written to the cache", "claude-code/chat_metrics_logs"),
        Quirk("cost_usd tells how much was written for an hour, which no count says", "claude-code/chat_metrics_logs"),
        Quirk("the same usage comes as a record and as a delta metric", "claude-code/tool_metrics_logs_json"),
        Quirk("the metric may be cumulative; with 0 in it where nothing was", "claude-code/metrics_cumulative"),
    ),
    amend=with_lifetimes,
)

CLAUDE_CODE_METERS: Final = (
    Meter(
        dialect="claude_code",
        metric="claude_code.token.usage",
        told_by="type",
        classes={
            "input": "input_uncached",
            "output": "output",
            "cacheRead": "cache_read",
            "cacheCreation": "cache_write",
        },
        rank=0,
    ),
    Meter(dialect="claude_code", metric="claude_code.cost.usage", classes={"": "cost"}, rank=0),
)
