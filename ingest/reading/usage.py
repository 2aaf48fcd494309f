"""Where a token count is decided: what the emitter counted becomes disjoint classes, or NULL with a reason.

Two questions stand between the two: does `input` include the cache, does `output` include reasoning? Reading it
wrongly bills every cached token ten times over, or not at all; so each answer says which branch gave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

import polars as pl

from ingest.reading.dialect import Dialect
from ingest.reading.operations import EMBEDDINGS

COUNTS: Final = (
    *("input", "input_uncached", "output", "output_visible", "total"),
    *("cache_read", "cache_write", "cache_write_5m", "cache_write_1h", "reasoning", "audio_in", "audio_out"),
)
# No request of any model comes near; a larger number is bytes, nanoseconds or a mistake.
MOST_TOKENS: Final = 1_000_000_000

# Branches of the decision, in order; the first that applies decides.
TOLD: Final = "the emitter told the uncached tokens"
EXCLUDED: Final = "this emitter counts the cache outside input"
DISPROVED: Final = "the cache is larger than input, so it stands outside"
ADDS_UP: Final = "the total adds the cache to input, so it stands outside"
INCLUDED: Final = "this emitter counts the cache inside input"
ASSUMED: Final = "assumed: the semantic conventions count the cache inside input"

GOOGLE: Final = ("gcp.gemini", "gcp.vertex_ai")


@cache
def counts() -> Sequence[pl.Expr]:
    """The counts as whole numbers, from '5', '5.0' and '"5"'; null when there is none or it cannot be a count.

    And null where there is a doubt: an estimate, or the usage of one request of several, is not what was billed.
    `implausible` says where a number was left out because it is negative or above `MOST_TOKENS`.
    """
    told = [pl.when(pl.col("doubt").is_null()).then(_count(name)).alias(name) for name in COUNTS]
    return [*told, pl.any_horizontal(_out_of_range(_number(name)) for name in COUNTS).alias("implausible")]


def _count(name: str) -> pl.Expr:
    number = _number(name)
    whole = (number == number.floor()) & number.is_finite() & ~_out_of_range(number)
    return pl.when(whole).then(number).cast(pl.Int64, strict=False)


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=False)


def _out_of_range(number: pl.Expr) -> pl.Expr:
    return ((number < 0) | (number > MOST_TOKENS)).fill_null(value=False) & number.is_finite().fill_null(value=False)


def outside(spans: pl.DataFrame, dialects: Sequence[Dialect]) -> pl.DataFrame:
    """What the dialect says of each span's provider.

    `cache_is_outside`, `cache_is_untold`, `reasoning_is_outside`, whether a 0 of the cache is false
    (`read_zero_is_false`, `write_zero_is_false`), and `by_scope`.
    """
    rows = []
    for number, provider in spans.select("dialect_no", "provider").unique().iter_rows():
        dialect, name = dialects[number], provider or ""
        of_provider = (
            dialect.cache_outside_input,
            dialect.cache_untold,
            dialect.reasoning_outside_output,
            dialect.false_zeros.get("cache_read", ()),
            dialect.false_zeros.get("cache_write", ()),
        )
        said = [any(fnmatchcase(name, pattern) for pattern in patterns) for patterns in of_provider]
        rows.append((number, provider, *said, bool(dialect.scopes)))
    names = ("cache_is_outside", "cache_is_untold", "reasoning_is_outside", "read_zero_is_false", "write_zero_is_false")
    schema = {"dialect_no": pl.UInt8, "provider": pl.String} | dict.fromkeys((*names, "by_scope"), pl.Boolean)
    table = pl.DataFrame(rows, schema=schema, orient="row")
    keys = ["dialect_no", "provider"]
    return spans.select(keys).join(table, on=keys, how="left", nulls_equal=True, maintain_order="left").drop(keys)


@cache
def without_false_zeros() -> Sequence[pl.Expr]:
    """The cache counts, null where the emitter writes 0 for "not looked". Takes the columns of `outside`."""
    return [
        pl.when(~(pl.col(f"{kind}_zero_is_false") & (pl.col(f"cache_{kind}") == 0)).fill_null(value=False))
        .then(f"cache_{kind}")
        .alias(f"cache_{kind}")
        for kind in ("read", "write")
    ]


def disjoint(spans: pl.DataFrame) -> pl.DataFrame:
    """The token classes of the table `spans`, and `cache_decided_by`.

    Takes the counts (as `counts` gives them), `provider`, `operation` and the columns of `outside`. A class is NULL
    when it was not reported; none is ever negative, and input (output) is always the sum of its classes.
    `asked_nothing`: input was told as 0, which no request has, so no class of it was told; nor then is an output of 0.
    `untold`: the total holds tokens that stand in no class.
    """
    of_write = pl.sum_horizontal("cache_write_5m", "cache_write_1h")
    told_split = pl.col("cache_write_5m").is_not_null() | pl.col("cache_write_1h").is_not_null()
    # A sum of 0 beside a split that is not 0 is a false zero (LangChain writes into the split only).
    written = pl.when(told_split).then(pl.max_horizontal("cache_write", of_write)).otherwise("cache_write")
    visible = pl.col("output_visible") + pl.sum_horizontal("reasoning", "audio_out")
    spans = spans.with_columns(cache_write=written, output=pl.coalesce("output", visible)).with_columns(
        cache=pl.sum_horizontal("cache_read", "cache_write"), decided=_decided_by()
    )
    spans = spans.with_columns(
        uncached=pl.when(pl.col("decided") == TOLD)
        .then("input_uncached")
        .when(pl.col("decided").is_in([EXCLUDED, DISPROVED, ADDS_UP]))
        .then("input")
        .otherwise(pl.col("input") - pl.col("cache")),
    )
    spans = _with_thoughts(spans)
    spans = _without_zeros(spans)
    written_otherwise = pl.col("cache_write") - pl.when(told_split).then(of_write).otherwise(0)
    audio_in = _part("audio_in", pl.col("uncached"))
    inside = pl.when("thoughts_outside").then(0).otherwise(pl.col("reasoning").fill_null(0))
    said = pl.col("output") - inside
    audio_out = _part("audio_out", said)
    generates_nothing = (pl.col("operation") == EMBEDDINGS) & pl.col("uncached").is_not_null()
    return spans.select(
        input_uncached=pl.col("uncached") - audio_in.fill_null(0),
        cache_read="cache_read",
        cache_write_5m="cache_write_5m",
        cache_write_1h="cache_write_1h",
        cache_write_other=written_otherwise,
        audio_in=audio_in,
        output_text=pl.when(generates_nothing).then(said.fill_null(0)).otherwise(said) - audio_out.fill_null(0),
        reasoning="reasoning",
        audio_out=audio_out,
        cache_decided_by=pl.when(pl.col("cache") > 0).then("decided"),
        asked_nothing="asked_nothing",
        untold=pl.col("total") > pl.col("uncached") + pl.col("cache") + pl.col("output") + _beside_output(),
    )


def _without_zeros(spans: pl.DataFrame) -> pl.DataFrame:
    """No request has an input of 0 tokens: who tells it did not count."""
    nothing = ((pl.col("uncached") == 0) & (pl.col("cache") == 0)).fill_null(value=False)
    of_input = ("uncached", "cache_read", "cache_write", "cache_write_5m", "cache_write_1h", "audio_in")
    return spans.with_columns(
        *(pl.when(~nothing).then(name).alias(name) for name in of_input),
        output=pl.when(~(nothing & (pl.col("output") == 0)).fill_null(value=False)).then("output"),
        reasoning=pl.when(~(nothing & (pl.col("output") == 0)).fill_null(value=False)).then("reasoning"),
        asked_nothing=nothing,
    )


def _beside_output() -> pl.Expr:
    return pl.when("thoughts_outside").then(pl.col("reasoning").fill_null(0)).otherwise(0)


def _part(name: str, whole: pl.Expr) -> pl.Expr:
    """A class that is told as part of another; some of it may be cached and counted there, so it never exceeds it."""
    return pl.when(pl.col(name).is_not_null() & whole.is_not_null()).then(pl.min_horizontal(pl.col(name), whole))


@cache
def _decided_by() -> pl.Expr:
    cache = pl.sum_horizontal("cache_read", "cache_write")
    return (
        pl.when(pl.col("input_uncached").is_not_null()).then(pl.lit(TOLD))
        .when("cache_is_outside").then(pl.lit(EXCLUDED))
        .when(cache > pl.col("input")).then(pl.lit(DISPROVED))
        .when((cache > 0) & (pl.col("total") == pl.col("input") + pl.col("output") + cache)).then(pl.lit(ADDS_UP))
        .when("by_scope").then(pl.lit(INCLUDED))
        .otherwise(pl.lit(ASSUMED))
    )  # fmt: skip


def _with_thoughts(spans: pl.DataFrame) -> pl.DataFrame:
    """Reasoning, and whether it stands outside output: said by the dialect, by the total, or by arithmetic."""
    left_over = pl.col("total") - pl.col("uncached") - pl.col("cache") - pl.col("output")
    google = pl.col("provider").is_in(GOOGLE) & (left_over > 0)
    reasoning = pl.when(google & pl.col("reasoning").is_null()).then(left_over).otherwise("reasoning")
    return spans.with_columns(
        thoughts_outside=(
            pl.col("reasoning_is_outside")
            | ((left_over > 0) & (left_over == reasoning))
            | (reasoning > pl.col("output"))
        ).fill_null(value=False),
        reasoning=reasoning,
    )
