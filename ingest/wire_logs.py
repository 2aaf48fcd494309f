"""Turn journal entries into columns of log records, in the shape of spans: one reading serves both.

A record's event is named by `LogRecord.event_name`, by the attribute `event.name` or by its body, and sometimes by
two of them that disagree: Codex's event_name is a line of its source code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from ingest.anyvalue import texts
from ingest.bodies import batch_of
from ingest.entry import Entry
from ingest.signals import LOGS
from ingest.wire import Columns, attributes_of, instant, placed, series

# SeverityNumber: 17 and above are ERROR and FATAL.
ERROR: Final = 17
# What an event's name looks like; a body or an event_name that does not is something else.
NAME: Final = r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$"
LONGEST_NAME: Final = 100
NO_EVENT: Final = ""


def log_columns(entries: Sequence[Entry]) -> Columns:
    """Read the log records of the entries that hold logs.

    As in `wire.columns`, but: `name` is the event's name or '', trace and span id may be '' and belong to the span
    the record was written in, `started_at` and `ended_at` are both the record's time, null where it has none,
    `observed_at` is when it was collected. There are no events.
    """
    batch, numbers, faults = batch_of(entries, LOGS)
    places, records, resources = placed(batch, numbers, LOGS)
    attributes = attributes_of(records.field("attributes"))
    at = _known(instant(records.field("time_unix_nano")))
    frame = places.with_columns(
        trace_id=series(records.field("trace_id")).bin.encode("hex"),
        span_id=series(records.field("span_id")).bin.encode("hex"),
        parent_span_id=pl.lit(None, dtype=pl.String),
        kind=pl.lit(0, dtype=pl.Int32),
        started_at=at,
        ended_at=at,
        observed_at=_known(instant(records.field("observed_time_unix_nano"))),
        status=pl.when(series(records.field("severity_number")) >= ERROR)
        .then(pl.lit("error"))
        .otherwise(pl.lit("unset")),
        signal=pl.lit("log"),
        event_name=series(records.field("event_name")),
        body=texts(records.field("body")),
    )
    return Columns(
        spans=_named(frame, attributes.named().filter(pl.col("key") == "event.name")),
        attributes=attributes,
        resources=resources,
        resource_count=len(batch.column(LOGS.resources).flatten()),
        events=pl.DataFrame(schema={"event": pl.UInt32, "row": pl.UInt32, "name": pl.String, "at": pl.Datetime("us")}),
        event_attributes=attributes_of(records.field("attributes").slice(0, 0)),
        faults=tuple(faults),
    )


def _named(records: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """The records with the event's `name`: the attribute, else event_name, else a body that is a name."""
    by_attribute = told.select("row", attribute="value")
    names = records.join(by_attribute, on="row", how="left", maintain_order="left")
    candidates = (
        pl.when(pl.col(source).str.contains(NAME) & (pl.col(source).str.len_bytes() <= LONGEST_NAME)).then(source)
        for source in ("attribute", "event_name", "body")
    )
    return records.drop("event_name", "body").with_columns(
        names.select(pl.coalesce(*candidates).fill_null(NO_EVENT).alias("name")).to_series()
    )


def _known(instants: pl.Series) -> pl.Series:
    """0 stands for a time nobody told."""
    return instants.set(instants.dt.epoch("us") == 0, None)
