"""Spans of a dialect nobody described: kept, and if they speak of tokens, counted as calls with unknown usage."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from ingest.reading.dialect import Dialect
from ingest.wire import Attributes

UNKNOWN: Final = Dialect(name="unknown", rank=2, aliases={"error_type": ("error.type",)})

_A_COUNT: Final = re.compile(
    r"(prompt|completion|input|output|total|cached|reasoning|thoughts?|usage)\w*[._]?tokens?([._]?count)?$"
    r"|token[._]?(count|usage)|usage([._]\w+)?$",
    re.IGNORECASE,
)
_NOT_USED_UP: Final = re.compile(r"max|min|budget|limit|first|remaining|rate|per_token|price|cost", re.IGNORECASE)
# A number, or JSON with a number in it: Langfuse and MLflow put the whole usage into one attribute.
_USED: Final = r"^[0-9.]*[1-9]|^\s*\{.*:\s*[1-9]"


def speak_of_tokens(attributes: Attributes, rows: int) -> pl.Series:
    """For each span whether some attribute of it looks like a count of tokens used up."""
    names = attributes.names.to_list()
    suspect = [bool(_A_COUNT.search(name) and not _NOT_USED_UP.search(name)) for name in names]
    speaking = pl.Series([False]).new_from_index(0, rows)
    if not any(suspect):
        return speaking
    found = attributes.pairs.filter(pl.Series(suspect).gather(attributes.pairs["key"]))
    found = found.filter(pl.col("value").str.contains(_USED))
    return speaking.scatter(found["row"].unique(), True) if found.height else speaking
