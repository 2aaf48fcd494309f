"""Which spans tell of one request to a provider, what they were for, and what is missing from their usage."""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from ingest.reading.operations import EMBEDDINGS
from ingest.reading.usage import ASSUMED, GOOGLE

PURPOSES: Final = ("product", "judge", "guardrail", "embedding")

_UNKNOWN: Final = (
    "unknown dialect: its attributes speak of tokens in keys nobody described, so they are kept and not counted"
)
_NOTHING: Final = (
    "no token counts were sent: a stream without usage (OpenAI needs stream_options.include_usage), or one cut short"
)
_ZERO: Final = "its input was told as 0 tokens, which no request has: the emitter did not count it"
_UNTOLD: Final = "the total that was sent is larger than its parts: what the rest was is not told"
_CUT_SHORT: Final = "it failed after the response had begun; what was billed until then was not sent"
_NO_INPUT: Final = "no input token count was sent"
_NO_OUTPUT: Final = "no output token count was sent"
_IMPLAUSIBLE: Final = "a token count is negative or above 10^9, which no request has; it was left out"
_STRANGER: Final = (
    "nobody described this emitter: whether its input holds the cache, which this model's provider counts beside it, "
    "is not told"
)
_STRANGER_TO_THOUGHTS: Final = (
    "nobody described this emitter: whether its output holds the thoughts, which Google counts beside it, is not told"
)
CACHE_UNTOLD: Final = "this emitter counts cached tokens nowhere: what was read from or written to the cache is missing"

# A request of these is whole without output tokens.
_INPUT_ONLY: Final = (EMBEDDINGS, "rerank", "moderation")


@cache
def role() -> pl.Expr:
    """The role by the operation's name; where the name says nothing, a model together with usage makes a call."""
    has_usage = pl.any_horizontal(pl.col("input", "input_uncached", "output", "output_visible").is_not_null())
    has_model = pl.any_horizontal(pl.col("request_model", "response_model").is_not_null())
    answered = has_usage | pl.col("response_id").is_not_null()
    return (
        pl.when(pl.col("role").is_not_null() & ~((pl.col("operation") == "rerank") & has_usage)).then("role")
        .when(has_model & answered).then(pl.lit("call"))
        .when((pl.col("unread") | has_model) & pl.col("speaks_of_tokens")).then(pl.lit("call"))
        .otherwise(pl.lit("other"))
        .alias("role")
    )  # fmt: skip


@cache
def purpose() -> pl.Expr:
    """What the sender said it was for, else what the operation says."""
    told = pl.col("purpose").str.to_lowercase()
    return (
        pl.when(told.is_in(PURPOSES)).then(told)
        .when(pl.col("operation") == EMBEDDINGS).then(pl.lit("embedding"))
        .when(pl.col("role") == "guardrail").then(pl.lit("guardrail"))
        .when(pl.col("role") == "evaluation").then(pl.lit("judge"))
        .otherwise(pl.lit("product"))
        .alias("purpose")
    )  # fmt: skip


def _is_stranger_to_the_cache(no_cache: pl.Expr) -> pl.Expr:
    """The conventions put the cache inside input; of Anthropic's and Bedrock's many emitters leave it outside."""
    model = pl.coalesce("response_model", "request_model")
    beside = pl.col("provider").is_in(["anthropic", "aws.bedrock"]) | model.str.contains("claude")
    assumed = pl.col("cache_decided_by") == ASSUMED
    return (~pl.col("by_scope") & beside & (no_cache | assumed)).fill_null(value=False)


def _is_stranger_to_thoughts() -> pl.Expr:
    untold = pl.all_horizontal(pl.col("reasoning", "total").is_null())
    beside = pl.col("provider").is_in(GOOGLE) | pl.coalesce("response_model", "request_model").str.contains("gemini")
    return (~pl.col("by_scope") & beside & untold).fill_null(value=False)


@cache
def incomplete_because() -> pl.Expr:
    """Why a call's usage is not all there; null when it is, and for a failed attempt, which nobody bills.

    The dialect's own doubt comes first; it may be about an agent whose calls nobody tells, and so are the sentences of
    `silent_calls`. Takes the token classes, so it comes after `usage.disjoint`.
    """
    no_input, no_output = pl.col("input_uncached").is_null(), pl.col("output_text").is_null()
    failed = pl.col("status") == "error"
    begun = pl.col("response_id").is_not_null() & pl.col("response_model").is_not_null()
    silent = (pl.col("role") == "agent") & (pl.col("operation") != "create_agent").fill_null(value=True)
    no_cache = pl.all_horizontal(
        pl.col("cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other").is_null()
    )
    return (
        pl.when(pl.col("doubt").is_not_null() & ~failed).then("doubt")
        .when(silent & no_input & no_output).then("silent_calls")
        .when(pl.col("role") != "call").then(None)
        .when(pl.col("dialect") == "unknown").then(pl.lit(_UNKNOWN))
        .when("implausible").then(pl.lit(_IMPLAUSIBLE))
        .when(no_input & no_output & pl.col("speaks_of_tokens")).then(pl.lit(_UNKNOWN))
        .when(no_input & no_output & failed).then(pl.when(begun).then(pl.lit(_CUT_SHORT)))
        .when("asked_nothing").then(pl.lit(_ZERO))
        .when(no_input & no_output).then(pl.lit(_NOTHING))
        .when(no_input).then(pl.lit(_NO_INPUT))
        .when(no_output & ~pl.col("operation").is_in(_INPUT_ONLY).fill_null(value=False)).then(pl.lit(_NO_OUTPUT))
        .when(pl.col("gap").is_not_null()).then("gap")
        .when("untold").then(pl.lit(_UNTOLD))
        .when(_is_stranger_to_the_cache(no_cache)).then(pl.lit(_STRANGER))
        .when(_is_stranger_to_thoughts()).then(pl.lit(_STRANGER_TO_THOUGHTS))
        .when(pl.col("cache_is_untold") & no_cache).then(pl.lit(CACHE_UNTOLD))
        .alias("incomplete_because")
    )  # fmt: skip
