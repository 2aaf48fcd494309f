"""OpenLIT: the conventions' names over what each provider's API counts, so the cache is inside input for some only."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from ingest.reading import Dialect, Meaning, Quirk, joined
from ingest.reading.gen_ai import GEN_AI

# Their own APIs count cached tokens beside input, and OpenLIT passes that on.
_BESIDE: Final = ("anthropic", "aws.bedrock")

_OPENAIS: Final = r"^(gpt-|o\d|chatgpt|ft:gpt)"
_GUESSED: Final = "OpenLIT guesses the tokens of a stream that tells none: set stream_options.include_usage"


def _guessed_streams(fields: pl.DataFrame) -> pl.DataFrame:
    """A stream of OpenAI's client tells the cache whenever it tells usage; the counts of another are estimates.

    The log record of a request repeats its span's counts, says neither who was asked nor whether it was a stream, and
    has a 0 for a cache nobody looked at.
    """
    fields = fields.with_columns(
        pl.when(~((pl.col("signal") == "log") & (pl.col(name) == "0")).fill_null(value=False)).then(name).alias(name)
        for name in ("cache_read", "cache_write")
    )
    by_record = (pl.col("signal") == "log") & pl.col("request_model").str.contains(_OPENAIS)
    of_openai = pl.col("provider").str.to_lowercase().str.contains("openai").fill_null(value=False)
    of_openai |= by_record.fill_null(value=False)
    streamed = ((pl.col("streamed").str.to_lowercase() == "true") | by_record).fill_null(value=False)
    told = pl.any_horizontal(pl.col("cache_read", "cache_write", "reasoning").is_not_null())
    return fields.with_columns(doubt=pl.when(of_openai & streamed & ~told).then(pl.lit(_GUESSED)))


OPENLIT: Final = Dialect(
    name="openlit",
    rank=1,
    scopes=("openlit.instrumentation.*", "openlit.otel.*", "openlit"),
    operations={
        "image": Meaning("image_generation", "call"),
        "audio": Meaning("speech", "call"),
        "framework": Meaning("invoke_workflow", "workflow"),
        "agent": Meaning("invoke_agent", "agent"),
        "vectordb": Meaning("retrieval", "retrieval"),
        "fine_tuning": Meaning("fine_tuning", "other"),
    },
    aliases=joined(
        GEN_AI,
        {
            "total": ("gen_ai.client.token.usage",),
            "ttft_s": ("gen_ai.server.time_to_first_token",),
            "streamed": ("gen_ai.request.is_stream",),
        },
    ),
    cache_outside_input=_BESIDE,
    cache_untold=_BESIDE,
    # It passes on Gemini's candidates, which are without thoughts.
    reasoning_outside_output=("gcp.gemini", "gcp.vertex_ai"),
    amend=_guessed_streams,
    quirks=(
        Quirk("cached tokens of Anthropic and Bedrock are outside input", "openlit-anthropic/cached"),
        Quirk("before cache keys there were (1.32), theirs are counted nowhere", "old-openlit-1.32-anthropic/cached"),
        Quirk("cached tokens of all others are inside input", "openlit/cached"),
        Quirk("reasoning is inside output, and on chat not told apart", "openlit/reasoning"),
        Quirk("the tokens of a stream without usage are estimates, not told as such", "old-openlit-1.32/stream"),
        Quirk("the log record beside a guess repeats it as if it were told", "old-openlit-1.41/stream_nousage"),
        Quirk("the HTTP request comes as a child span, without usage", "openlit/chat"),
        Quirk("a crew's root repeats the sum of its calls", "openlit/crew_openai"),
        Quirk("a guard's finding is an event of the span around it", "openlit-guard/guards_and_scores"),
    ),
)

# LangChain passes Anthropic's usage on under names OpenLIT does not look for: input is without the cache, and the
# zeros of the cache mean that nobody looked.
OPENLIT_LANGCHAIN: Final = replace(
    OPENLIT,
    name="openlit_langchain",
    rank=2,
    scopes=("openlit.instrumentation.langchain*", "openlit.instrumentation.langgraph*"),
    amend=None,
    false_zeros={"cache_read": _BESIDE, "cache_write": _BESIDE},
    quirks=(
        Quirk("cache keys are 0 whatever was cached, and input is without it", "openlit-langchain/cached_anthropic"),
    ),
)
