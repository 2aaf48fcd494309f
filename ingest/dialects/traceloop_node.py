"""OpenLLMetry (Traceloop) in Node: each library's own counts under the conventions' names, and guesses for streams."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from ingest.dialects.traceloop import TRACELOOP
from ingest.reading import Quirk

_PERHAPS_ESTIMATED: Final = (
    "perhaps an estimate: of a stream this emitter counts the words itself, and does not say that it was one"
)
_NO_CACHE_KEYS: Final = "Bedrock's invoke_model: cached tokens stand outside input and were not told"


def _of_openai(fields: pl.DataFrame) -> pl.DataFrame:
    """A gap unless the counts prove themselves: an estimate never finds more tokens than the texts have letters."""
    letters = pl.coalesce(pl.col("hint").str.extract(r'"length":(\d+)').cast(pl.Int64), pl.col("hint").str.len_chars())
    told = pl.col("input").cast(pl.Int64, strict=False)
    chats = pl.col("operation").is_in(["chat", "text_completion", "completion"])
    proven = (told > letters).fill_null(value=False) | pl.col("response_id").str.starts_with("resp_")
    perhaps = chats & told.is_not_null() & ~proven.fill_null(value=False)
    return fields.with_columns(gap=pl.when(perhaps).then(pl.lit(_PERHAPS_ESTIMATED)))


def _of_bedrock(fields: pl.DataFrame) -> pl.DataFrame:
    caching = pl.coalesce("response_model", "request_model").str.contains("claude|nova")
    return fields.with_columns(
        provider=pl.lit("aws.bedrock"),
        gap=pl.when(caching & pl.col("cache_read").is_null()).then(pl.lit(_NO_CACHE_KEYS)),
    )


TRACELOOP_NODE: Final = replace(
    TRACELOOP,
    name="traceloop_node",
    scopes=("@traceloop/instrumentation-openai",),
    aliases={**TRACELOOP.aliases, "hint": ("gen_ai.input.messages", "gen_ai.prompt.0.content")},
    amend=_of_openai,
    quirks=(
        Quirk("of a stream it counts the words itself: 4 for 1125", "traceloop-node/stream_cached"),
        Quirk("no cache keys: cache_read is NULL", "traceloop-node/cached"),
    ),
)

TRACELOOP_NODE_BEDROCK: Final = replace(
    TRACELOOP_NODE,
    name="traceloop_node_bedrock",
    scopes=("@traceloop/instrumentation-bedrock",),
    aliases=TRACELOOP.aliases,
    cache_outside_input=("*",),
    amend=_of_bedrock,
    quirks=(Quirk("no cache keys", "traceloop-node-bedrock/invoke_cached"),),
)

# Its Anthropic instrumentation passes on Anthropic's own input_tokens, which leave the cache out.
TRACELOOP_NODE_OTHERS: Final = replace(
    TRACELOOP,
    name="traceloop_node_others",
    scopes=("@traceloop/*",),
    cache_outside_input=("anthropic",),
    cache_untold=("anthropic",),
    quirks=(
        Quirk("Anthropic's own input_tokens", "traceloop-node-anthropic/cached"),
        Quirk("0.20 tells the cache nowhere", "old-traceloop-node-anthropic-0.20/cached"),
    ),
)

TRACELOOP_NODE_DIALECTS: Final = (TRACELOOP_NODE, TRACELOOP_NODE_BEDROCK, TRACELOOP_NODE_OTHERS)
