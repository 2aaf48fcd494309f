"""What no column took: attributes as a list of {key, value} a row, and resources by their digest."""

from __future__ import annotations

import hashlib
from typing import Final

import orjson
import polars as pl
import pyarrow as pa

from ingest.reading.dialect import Field
from ingest.reading.present import FIELDS
from ingest.reading.usage import COUNTS
from ingest.wire import Attributes

# These decide something and are stored nowhere themselves, so their attribute stays.
_READ_ONLY: Final[tuple[Field, ...]] = (
    "server", "total", "response_text", "purpose", "hint", "doubt", "gap",
    "guard_name", "guard_source", "guard_result", "guard_score", "guard_label",
    "evaluation_name", "evaluation_result", "evaluation_score", "evaluation_label",
    "outcome", "outcome_kind", "outcome_decided_at", "outcome_source",
    "outcome_value_usd", "outcome_csat", "outcome_human_minutes",
)  # fmt: skip
_TAKEN: Final = [number for number, field in enumerate(FIELDS) if field not in _READ_ONLY]
_TAKEN_IN_DOUBT: Final = [number for number in _TAKEN if FIELDS[number] not in COUNTS]


def left_over(attributes: Attributes, won: pl.Series, doubted: pl.Series) -> pl.Series:
    """The attributes whose value stands in no column, as `attributes` of each row; `doubted` rows keep their counts."""
    taken = won.is_in(_TAKEN).fill_null(value=False)
    if doubted.any():
        in_doubt = doubted.gather(attributes.pairs["row"])
        taken &= ~in_doubt | won.is_in(_TAKEN_IN_DOUBT).fill_null(value=False)
    return _listed(Attributes(attributes.names, attributes.pairs.filter(~taken)), len(doubted))


def resources(attributes: Attributes, count: int) -> pl.DataFrame:
    """One row per resource as sent: `resource_id` (digest of its attributes) and `attributes`."""
    listed = _listed(attributes, count)
    digests = [_digest(pairs) for pairs in listed.to_list()]
    return pl.DataFrame({"resource_id": pl.Series(digests, dtype=pl.String), "attributes": listed})


def _digest(pairs: list[dict[str, str | None]]) -> str:
    body = orjson.dumps(sorted((pair["key"], pair["value"] or "") for pair in pairs))
    return hashlib.sha256(body).hexdigest()[:32]


def _listed(attributes: Attributes, rows: int) -> pl.Series:
    # Rows ascend, so the lists are one flat array cut at offsets: no grouping, no copy of a value.
    named = attributes.named()
    counts = named.group_by("row").len()
    sizes = pl.Series([0], dtype=pl.Int32).new_from_index(0, rows).scatter(counts["row"], counts["len"])
    offsets = pl.concat([pl.Series([0], dtype=pl.Int32), sizes.cum_sum()])
    pairs = named.select(pl.struct("key", "value")).to_series().to_arrow()
    return pl.Series("attributes", pa.LargeListArray.from_arrays(offsets.cast(pl.Int64).to_arrow(), pairs))
