"""Spans of a dialect nobody described: kept, and if they speak of tokens, counted as calls with unknown usage."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from ingest.dialects.dialect import Dialect
from ingest.wire import Attributes

UNKNOWN: Final = Dialect(name="unknown", rank=2, aliases={"error_type": ("error.type",)})

_A_COUNT: Final = re.compile(
    r"(prompt|completion|input|output|total|cached|reasoning|thoughts?|usage)\w*[._]?tokens?([._]?count)?$"
    r"|token[._]?(count|usage)",
    re.IGNORECASE,
)
_NOT_USED_UP: Final = re.compile(r"max|min|budget|limit|first|remaining|rate|per_token|price|cost", re.IGNORECASE)


def speak_of_tokens(attributes: Attributes, rows: int) -> pl.Series:
    """For each span whether some attribute of it looks like a count of tokens used up."""
    names = attributes.names.to_list()
    suspect = pl.Series(
        [bool(_A_COUNT.search(name) and not _NOT_USED_UP.search(name)) for name in names], dtype=pl.Boolean
    )
    speaking = pl.Series([False]).new_from_index(0, rows)
    if not suspect.any():
        return speaking
    found = attributes.pairs.filter(suspect.gather(attributes.pairs["key"]))
    found = found.filter(pl.col("value").cast(pl.Float64, strict=False) > 0)
    return speaking.scatter(found["row"].unique(), True) if found.height else speaking
