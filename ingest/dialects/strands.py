"""Strands Agents: the conventions' names; whether input includes the cache is told by which cache keys are there.

Up to 1.45 the counts are as the provider's API has them, cache outside input for Anthropic and Bedrock; 1.0 told no
cache at all. Releases that write `gen_ai.usage.cache_read.input_tokens` have added it to input.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI
from ingest.reading.roles import CACHE_UNTOLD

_NAMES_OF_TODAY: Final = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens")
_PERHAPS_UNTOLD: Final = (
    "before 1.46 Strands counts the cache of Anthropic's own API nowhere, and nothing here says which release this is"
)
# Models whose APIs count cached tokens beside input: Anthropic's, and any on Bedrock.
_BESIDE: Final = r"claude|^(arn:aws:bedrock|(us|eu|apac|au|jp|global)\.|(anthropic|amazon|meta|cohere|mistral|ai21)\.)"


def _by_release(fields: pl.DataFrame) -> pl.DataFrame:
    beside = pl.col("request_model").str.contains(_BESIDE).fill_null(value=False)
    of_today = pl.col("hint").is_not_null()
    # Under the older names a 0 means that the model's client passed nothing on.
    fields = fields.with_columns(
        pl.when(of_today | (pl.col(name) != "0")).then(name).alias(name) for name in ("cache_read", "cache_write")
    )
    told = pl.any_horizontal(pl.col("cache_read", "cache_write").is_not_null())
    # Bedrock's own total holds the cache; Anthropic's is the sum of input and output.
    parts = pl.col("input").cast(pl.Int64, strict=False) + pl.col("output").cast(pl.Int64, strict=False)
    whole = (pl.col("total").cast(pl.Int64, strict=False) == parts).fill_null(value=False)
    anthropics = pl.col("request_model").str.starts_with("claude").fill_null(value=False)
    silent = beside & ~told & (anthropics | ~whole) & pl.col("input").is_not_null()
    return fields.with_columns(
        input_uncached=pl.when(beside & told & ~of_today).then("input"),
        gap=pl.when(silent).then(pl.when(anthropics).then(pl.lit(_PERHAPS_UNTOLD)).otherwise(pl.lit(CACHE_UNTOLD))),
    )


STRANDS: Final = Dialect(
    name="strands",
    rank=2,
    scopes=("strands.*", "strands"),
    operations={
        "execute_event_loop_cycle": Meaning("event_loop_cycle", "workflow"),
        "invoke_*": Meaning("invoke_agent", "agent"),
    },
    aliases=joined(GEN_AI, {"hint": _NAMES_OF_TODAY, "ttft_ms": ("gen_ai.server.time_to_first_token",)}),
    amend=_by_release,
    quirks=(
        Quirk("an agent's span repeats the sum of its calls", "strands/agent_openai"),
        Quirk("old and new names of one count stand side by side", "strands/agent_anthropic"),
        Quirk("neither the provider nor the model that answered is told", "strands/agent_bedrock_anthropic"),
        Quirk("cache under the older names only: it is outside input", "old-strands-1.20/agent_anthropic"),
        Quirk("1.0 counts cached tokens of Anthropic and Bedrock nowhere", "old-strands-1.0/agent_anthropic"),
        Quirk("later releases count Anthropic's as 0, or not at all", "old-strands-1.10/agent_anthropic"),
        Quirk("a 0 under the older names means that nobody looked", "old-strands-1.10/agent_openai"),
    ),
)
