"""What a span's events tell that its attributes do not: the exception, and when the first token came."""

from __future__ import annotations

from typing import Final

import polars as pl

from ingest.reading.dialect import Aliases
from ingest.reading.present import first_present
from ingest.wire import Columns

_EXCEPTION: Final[Aliases] = {"error_type": ("exception.type",)}
_FIRST_TOKEN: Final = (
    *("First Token Stream Event", "ai.stream.firstChunk"),
    *("gen_ai.content.completion.chunk", "llm.content.completion.chunk"),
)


def from_events(columns: Columns) -> pl.DataFrame:
    """For each span `exception_type` and `first_token_at`, null where no event tells."""
    events = columns.events
    if events.is_empty():
        nothing = {"exception_type": pl.String(), "first_token_at": pl.Datetime("us")}
        return pl.DataFrame(schema=nothing).clear(columns.spans.height)
    is_exception = pl.when(pl.col("name") == "exception").then(pl.lit(0, dtype=pl.UInt8))
    present = first_present(columns.event_attributes, events.select(is_exception).to_series(), {0: _EXCEPTION})
    told = events.with_columns(exception_type=present.fields["error_type"])
    found = told.group_by("row").agg(
        pl.col("exception_type").drop_nulls().last(),
        first_token_at=pl.col("at").filter(pl.col("name").is_in(_FIRST_TOKEN)).min(),
    )
    return columns.spans.select("row").join(found, on="row", how="left", maintain_order="left").drop("row")
