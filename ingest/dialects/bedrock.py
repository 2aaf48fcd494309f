"""Amazon Bedrock as the AWS SDKs' instrumentations tell it: the conventions' keys, with the cache outside input.

Converse tells the cache beside input; the body of invoke_model is read by hand, model by model, so what is told
depends on whose model it is: of Claude and Nova no cache, of Cohere and Mistral a guess by the number of letters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from ingest.reading import Dialect, Quirk
from ingest.reading.gen_ai import GEN_AI

_UNTOLD: Final = "Bedrock counts cached tokens outside input, and this instrumentation tells none of them here"
_GUESSED: Final = "an estimate: of this model's invoke_model the instrumentation counts six letters a token"
_CACHING: Final = "claude|nova"
_COUNTED_BY_LETTERS: Final = "cohere|mistral"


def _amended(fields: pl.DataFrame, *, converse_tells_the_cache: bool) -> pl.DataFrame:
    """A doubt about guesses, a gap where the cache is not told, and invoke_model as what it is."""
    invokes = pl.col("hint").str.starts_with("InvokeModel")
    model = pl.coalesce("response_model", "request_model")
    untold = pl.all_horizontal(pl.col("cache_read", "cache_write").is_null()) & model.str.contains(_CACHING)
    if converse_tells_the_cache:
        untold &= invokes
    return fields.with_columns(
        operation=pl.coalesce("operation", pl.when(invokes).then(pl.lit("text_completion"))),
        doubt=pl.when(invokes & model.str.contains(_COUNTED_BY_LETTERS)).then(pl.lit(_GUESSED)),
        gap=pl.when(untold).then(pl.lit(_UNTOLD)),
    )


BOTOCORE: Final = Dialect(
    name="botocore",
    rank=1,
    scopes=("opentelemetry.instrumentation.botocore*", "opentelemetry.instrumentation.aiobotocore*"),
    aliases={**GEN_AI, "hint": ("rpc.method",)},
    cache_outside_input=("*",),
    amend=lambda fields: _amended(fields, converse_tells_the_cache=True),
    quirks=(
        Quirk("Converse: input leaves the cache out, against the conventions", "otel-botocore/converse_cached"),
        Quirk("invoke_model: no cache keys, so what Claude read from it is missing", "otel-botocore/invoke_cached"),
        Quirk("invoke_model: Cohere's and Mistral's tokens are guessed", "otel-botocore/invoke_mistral"),
    ),
)

BOTOCORE_BEFORE: Final = replace(
    BOTOCORE,
    name="botocore_before_0_66",
    versions=(None, "0.66"),
    amend=lambda fields: _amended(fields, converse_tells_the_cache=False),
    quirks=(Quirk("before 0.66 Converse tells no cache either", "old-otel-botocore-0.58/converse_cached"),),
)

# The instrumentations of the other AWS SDKs tell no cache at all.
AWS_SDK: Final = replace(
    BOTOCORE,
    name="aws_sdk",
    scopes=("@opentelemetry/instrumentation-aws-sdk", "io.opentelemetry.aws-sdk-*"),
    amend=lambda fields: _amended(fields, converse_tells_the_cache=False),
    quirks=(Quirk("Converse: no cache keys", "otel-node-aws-sdk/converse_cached"),),
)
