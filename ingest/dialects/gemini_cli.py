"""Gemini CLI, and Qwen Code that grew out of it: a record for each response, and much else that repeats it.

`api_response` alone tells the thoughts. The two records named by the conventions, the span `llm_call` and the metric
`gen_ai.client.token.usage` leave them out, and one of those two records has no usage at all.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Meter, Quirk

_EVENTS: Final = ("gemini_cli", "qwen-code")


def thoughts_in_their_place(spans: pl.DataFrame) -> pl.DataFrame:
    """Thoughts stand outside output, unless the total says that they are part of it (an endpoint like OpenAI's)."""
    total, put_in, put_out, thoughts = (
        pl.col(name).cast(pl.Int64, strict=False) for name in ("total", "input", "output", "reasoning")
    )
    inside = (thoughts > 0) & (thoughts <= put_out) & (total == put_in + put_out)
    visible = pl.when(inside.fill_null(value=False)).then((put_out - thoughts).cast(pl.String)).otherwise("output")
    return spans.with_columns(output=visible)


GEMINI_CLI: Final = Dialect(
    name="gemini_cli",
    rank=1,
    scopes=("gemini-cli*", "qwen-code*"),
    names={
        **{f"{cli}.api_response": Meaning("chat", "call") for cli in _EVENTS},
        **{f"{cli}.api_error": Meaning("chat", "call") for cli in _EVENTS},
    },
    events=tuple(f"{cli}.api_response" for cli in _EVENTS),
    failures=tuple(f"{cli}.api_error" for cli in _EVENTS),
    records_know_better=True,
    aliases={
        "operation": ("gen_ai.operation.name",),
        "provider": ("gen_ai.provider.name", "gen_ai.system"),
        "request_model": ("model", "gen_ai.request.model"),
        "response_model": ("gen_ai.response.model",),
        "response_id": ("response_id", "gen_ai.response.id"),
        "input": ("input_token_count", "gen_ai.usage.input_tokens"),
        "output": ("output_token_count", "gen_ai.usage.output_tokens"),
        "total": ("total_token_count",),
        "cache_read": ("cached_content_token_count",),
        "reasoning": ("thoughts_token_count",),
        "finish_reason": ("finish_reasons", "gen_ai.response.finish_reasons"),
        "error_type": ("error_type", "error.type"),
        "tool_name": ("function_name", "gen_ai.tool.name"),
        "agent_name": ("gen_ai.agent.name",),
        "user_id": ("user.email", "user.id", "installation.id"),
        # gen_ai.prompt.name is a number of the user's question here, not a prompt that somebody wrote.
        "prompt_name": (),
    },
    reasoning_outside_output=("*",),
    quirks=(
        Quirk("output leaves the thoughts out", "gemini-cli/chat"),
        Quirk("the record of the conventions comes twice and repeats the usage, too low", "gemini-cli/chat"),
        Quirk("an attribute may have no value", "gemini-cli/chat"),
    ),
    amend=thoughts_in_their_place,
)

GEMINI_CLI_METERS: Final = (
    *(
        Meter(
            dialect="gemini_cli",
            metric=f"{cli}.token.usage",
            told_by="type",
            classes={"input": "input", "output": "output_text", "cache": "cache_read", "thought": "reasoning"},
            rank=0,
        )
        for cli in ("gemini_cli", "qwen-code")
    ),
    Meter(
        dialect="gemini_cli",
        metric="gen_ai.client.token.usage",
        scopes=("gemini-cli*", "qwen-code*"),
        told_by="gen_ai.token.type",
        classes={"input": "input", "output": "output_text"},
        rank=2,
    ),
)
