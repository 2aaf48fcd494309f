"""Columns of some things out of many, and of two lots as one."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from ingest.wire import Attributes, Columns


def only(columns: Columns, wanted: pl.Series) -> Columns:
    """The rows where `wanted`, numbered anew; resources stay, and the rows have no events."""
    return replace(
        columns,
        spans=columns.spans.filter(wanted).with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32)),
        attributes=of_rows(columns.attributes, wanted),
    )


def of_rows(attributes: Attributes, wanted: pl.Series) -> Attributes:
    """The attributes of the rows where `wanted`, numbered anew."""
    numbers = (wanted.cast(pl.UInt32).cum_sum() - wanted.cast(pl.UInt32)).cast(pl.UInt32)
    pairs = attributes.pairs.filter(wanted.gather(attributes.pairs["row"]))
    return Attributes(attributes.names, pairs.with_columns(numbers.gather(pairs["row"]).alias("row")))


def lots(one: Columns, other: Columns) -> Columns:
    """Both lots of one batch of entries; the rows, events and resources of the other come after those of the one."""
    spans = other.spans.select(one.spans.columns).with_columns(
        pl.col("row") + pl.lit(one.spans.height, dtype=pl.UInt32),
        pl.col("resource") + pl.lit(one.resource_count, dtype=pl.UInt32),
    )
    events = other.events.select(one.events.columns).with_columns(
        pl.col("event") + pl.lit(one.events.height, dtype=pl.UInt32),
        pl.col("row") + pl.lit(one.spans.height, dtype=pl.UInt32),
    )
    return Columns(
        spans=pl.concat([one.spans, spans]),
        attributes=both(one.attributes, other.attributes, one.spans.height),
        resources=both(one.resources, other.resources, one.resource_count),
        resource_count=one.resource_count + other.resource_count,
        events=pl.concat([one.events, events]),
        event_attributes=both(one.event_attributes, other.event_attributes, one.events.height),
        faults=(*one.faults, *other.faults),
    )


def both(one: Attributes, other: Attributes, things: int) -> Attributes:
    """Two lots of attributes, the second's rows behind the first's `things`; a name keeps one number."""
    names = pl.concat([one.names, other.names]).unique(maintain_order=True)
    numbered = pl.DataFrame({"name": names, "number": pl.int_range(len(names), dtype=pl.UInt32, eager=True)})
    lots = [
        lot.pairs.with_columns(
            pl.col("row") + pl.lit(offset, dtype=pl.UInt32),
            lot.names.to_frame("name").join(numbered, on="name", how="left", maintain_order="left")["number"]
            .gather(lot.pairs["key"])
            .alias("key"),
        )
        for lot, offset in ((one, 0), (other, things))
    ]  # fmt: skip
    return Attributes(names, pl.concat(lots))
