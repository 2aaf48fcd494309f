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
# A count inside a JSON text, whatever its attribute is called.
_USED_INSIDE: Final = r"""^\s*[{\["].*(?:prompt|completion|input|output|total)_?[tT]okens?\W{1,4}\s*[1-9]"""


def speak_of_tokens(attributes: Attributes, of: pl.Series) -> pl.Series:
    """For each span of those `of` says whether some attribute of it looks like a count of tokens used up."""
    speaking = pl.Series([False]).new_from_index(0, len(of))
    pairs = attributes.pairs.filter(of.gather(attributes.pairs["row"]))
    if pairs.is_empty():
        return speaking
    names = attributes.names.to_list()
    suspect = pl.Series([bool(_A_COUNT.search(name) and not _NOT_USED_UP.search(name)) for name in names])
    counts = suspect.gather(pairs["key"]) & pairs["value"].str.contains(_USED)
    found = pairs.filter((counts | pairs["value"].str.contains(_USED_INSIDE)).fill_null(value=False))
    return speaking.scatter(found["row"].unique(), True) if found.height else speaking
