"""Turn journal entries into columns of data points: what each metric counted, until when and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa

from ingest.bodies import batch_of
from ingest.entry import Entry
from ingest.faults import Fault
from ingest.signals import METRICS
from ingest.wire import Attributes, attributes_of, instant, items_of, placed, series

# The kinds that count; a gauge is a level, a summary a quantile.
KINDS: Final = ("sum", "histogram", "exponential_histogram")
TEMPORALITY: Final = {1: "delta", 2: "cumulative"}

_SCHEMA: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "entry": pl.UInt32, "resource": pl.UInt32, "scope_name": pl.String, "scope_version": pl.String,
    "metric": pl.String, "kind": pl.String, "temporality": pl.String, "monotonic": pl.Boolean,
    "started_at": pl.Datetime("us"), "counted_at": pl.Datetime("us"), "value": pl.Float64, "count": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PointColumns:
    """What the entries' metrics counted.

    `points`: row (0 … n−1), entry, resource, scope_name, scope_version, metric, kind ("sum", "histogram",
    "exponential_histogram"), temporality ("delta", "cumulative", null when it was not told), monotonic, started_at,
    counted_at (naive UTC, µs; 1970 when not told), value (of a sum, or a histogram's sum; null when it has none),
    count (of a histogram's measurements). `attributes` go by row, `resources` by resource.
    """

    points: pl.DataFrame
    attributes: Attributes
    resources: Attributes
    resource_count: int
    faults: tuple[tuple[int, Fault], ...]


def point_columns(entries: Sequence[Entry]) -> PointColumns:
    """Read the data points of the entries that hold metrics; gauges and summaries are passed over."""
    batch, numbers, faults = batch_of(entries, METRICS)
    places, metrics, resources = placed(batch, numbers, METRICS)
    names = series(metrics.field("name"))
    frames: list[pl.DataFrame] = []
    pairs: list[pl.DataFrame] = []
    for kind in KINDS:
        frame, attributes = _points(metrics.field(kind), kind, places, names)
        offset = sum(each.height for each in frames)
        frames.append(frame)
        pairs.append(attributes.named().with_columns(pl.col("row") + pl.lit(offset, dtype=pl.UInt32)))
    points = pl.concat(frames)
    named = pl.concat(pairs)
    keys = named["key"].unique(maintain_order=True)
    numbered = pl.DataFrame({"key": keys, "number": pl.int_range(len(keys), dtype=pl.UInt32, eager=True)})
    return PointColumns(
        points=points.with_row_index("row"),
        attributes=Attributes(
            keys,
            named.join(numbered, on="key", how="left", maintain_order="left").select(
                "row", key="number", value="value"
            ),
        ),
        resources=resources,
        resource_count=len(batch.column(METRICS.resources).flatten()),
        faults=tuple(faults),
    )


def _points(data: pa.StructArray, kind: str, places: pl.DataFrame, names: pl.Series) -> tuple[pl.DataFrame, Attributes]:
    """The points of one kind, and their attributes by their place among them."""
    lists = data.field("data_points")
    # Where a metric is of another kind there is no list, only a null.
    there = data.is_valid()
    present = series(there)
    lists = lists.filter(there)
    of_list, points = items_of(lists)
    metric = pl.int_range(len(names), dtype=pl.UInt32, eager=True).filter(present).gather(series(of_list))
    place = places[metric]
    monotonic = series(data.field("is_monotonic")) if kind == "sum" else pl.Series([True]).new_from_index(0, len(names))
    frame = pl.DataFrame(
        {
            "entry": place["entry"],
            "resource": place["resource"],
            "scope_name": place["scope_name"],
            "scope_version": place["scope_version"],
            "metric": names.gather(metric),
            "kind": pl.Series([kind], dtype=pl.String).new_from_index(0, len(points)),
            "temporality": series(data.field("aggregation_temporality"))
            .gather(metric)
            .replace_strict(TEMPORALITY, default=None, return_dtype=pl.String),
            "monotonic": monotonic.gather(metric),
            "started_at": instant(points.field("start_time_unix_nano")),
            "counted_at": instant(points.field("time_unix_nano")),
            "value": _value(points, kind),
            "count": series(points.field("count")).cast(pl.Int64, strict=False) if kind != "sum" else _nothing(points),
        },
        schema=_SCHEMA,
    )
    return frame, attributes_of(points.field("attributes"))


def _value(points: pa.StructArray, kind: str) -> pl.Series:
    if kind != "sum":
        return series(points.field("sum")).cast(pl.Float64)
    real, whole = series(points.field("as_double")), series(points.field("as_int")).cast(pl.Float64)
    return real.zip_with(real.is_not_null(), whole)


def _nothing(points: pa.StructArray) -> pl.Series:
    return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(points))
