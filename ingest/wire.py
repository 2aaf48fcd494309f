"""Turn many journal entries at once into columns: spans, their attributes, resources and events.

Room 3 of a span's way. It knows OTLP and nothing of what the attributes mean (that is `ingest.dialects`).
`wire_logs` and `wire_points` do the same for the other two signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest.anyvalue import texts
from ingest.bodies import batch_of
from ingest.entry import Entry
from ingest.faults import Fault
from ingest.signals import TRACES, Signal

NO_PARENT = ("", "0" * 16)
STATUS = {0: "unset", 1: "ok", 2: "error"}
FUTURE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes of many things, long: one row per attribute, keys by number so that a key is compared once.

    `pairs`: row (UInt32, whose attribute it is), key (UInt32, its place in `names`), value (String, null when the
    value is). Rows ascend; a key stands at most once on a row, the last one sent wins, as in the SDKs.
    """

    names: pl.Series
    pairs: pl.DataFrame

    def named(self) -> pl.DataFrame:
        """The pairs with their keys spelled out: row, key, value."""
        return self.pairs.with_columns(self.names.gather(self.pairs["key"]).alias("key"))


@dataclass(frozen=True, slots=True)
class Columns:
    """What the entries hold.

    `spans`: row (0 … n−1), entry (index into the entries), resource (row of `resources`), scope_name,
    scope_version, trace_id, span_id, parent_span_id, name, kind, started_at, ended_at (naive UTC, µs), status, signal
    ("span", or "log" for a record that is read as one), quality.
    `events`: event (0 …), row (its span), name, at. `event_attributes` go by event, `resources` by resource.
    `faults`: entries that could not be read at all, by their index.
    """

    spans: pl.DataFrame
    attributes: Attributes
    resources: Attributes
    resource_count: int
    events: pl.DataFrame
    event_attributes: Attributes
    faults: tuple[tuple[int, Fault], ...]


def columns(entries: Sequence[Entry]) -> Columns:
    """Read the spans of the entries that hold traces; a body that cannot be read becomes a fault beside the others."""
    batch, numbers, faults = batch_of(entries, TRACES)
    places, spans, resources = placed(batch, numbers, TRACES)
    frame = places.with_columns(
        trace_id=series(spans.field("trace_id")).bin.encode("hex"),
        span_id=series(spans.field("span_id")).bin.encode("hex"),
        parent_span_id=series(spans.field("parent_span_id")).bin.encode("hex"),
        name=series(spans.field("name")),
        kind=series(spans.field("kind")),
        started_at=instant(spans.field("start_time_unix_nano")),
        ended_at=instant(spans.field("end_time_unix_nano")),
        status=series(spans.field("status").field("code")).replace_strict(
            STATUS, default="unset", return_dtype=pl.String
        ),
        signal=pl.lit("span"),
    )
    of_span, events = items_of(spans.field("events"))
    return Columns(
        spans=finished(frame, entries),
        attributes=attributes_of(spans.field("attributes")),
        resources=resources,
        resource_count=len(batch.column(TRACES.resources).flatten()),
        events=pl.DataFrame(
            {
                "event": pl.int_range(len(events), dtype=pl.UInt32, eager=True),
                "row": series(of_span),
                "name": series(events.field("name")),
                "at": instant(events.field("time_unix_nano")),
            }
        ),
        event_attributes=attributes_of(events.field("attributes")),
        faults=tuple(faults),
    )


def placed(
    batch: pa.RecordBatch, numbers: Sequence[int], signal: Signal
) -> tuple[pl.DataFrame, pa.StructArray, Attributes]:
    """A batch's items: where each stood (row, entry, resource, scope_name, scope_version), themselves, the resources.

    `numbers` says which entry each row of the batch is.
    """
    parents, of_resources = items_of(batch.column(signal.resources))
    entry = pl.Series("entry", numbers, dtype=pl.UInt32).gather(series(parents))
    of_resource, of_scopes = items_of(of_resources.field(signal.scopes))
    of_scope, items = items_of(of_scopes.field(signal.items))
    resource = series(of_resource).gather(series(of_scope))
    scope = of_scopes.field("scope")
    places = pl.DataFrame(
        {
            "row": pl.int_range(len(items), dtype=pl.UInt32, eager=True),
            "entry": entry.gather(resource),
            "resource": resource,
            "scope_name": series(scope.field("name")).fill_null("").gather(series(of_scope)),
            "scope_version": series(scope.field("version")).fill_null("").gather(series(of_scope)),
        }
    )
    return places, items, attributes_of(of_resources.field("resource").field("attributes"))


def finished(spans: pl.DataFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    """The spans with no id of a parent where there is none, and with what is odd about their times."""
    received = pl.Series(
        [entry.received_at.astimezone(UTC).replace(tzinfo=None) for entry in entries], dtype=pl.Datetime("us")
    )
    return spans.with_columns(
        pl.when(pl.col("parent_span_id").is_in(NO_PARENT))
        .then(None)
        .otherwise("parent_span_id")
        .alias("parent_span_id"),
        _quality(received.gather(spans["entry"])),
    )


def _quality(received_at: pl.Series) -> pl.Expr:
    return (
        pl.when(pl.col("started_at").dt.year() < 2000)
        .then(pl.lit("starts before the year 2000"))
        .when(pl.col("started_at") > received_at + FUTURE)
        .then(pl.lit("starts more than a day after it was received"))
        .when(pl.col("ended_at") < pl.col("started_at"))
        .then(pl.lit("ends before it starts"))
        .when(pl.col("ended_at") > received_at + FUTURE)
        .then(pl.lit("ends more than a day after it was received"))
        .alias("quality")
    )


def attributes_of(lists: pa.ListArray) -> Attributes:
    """The attributes of many things, from the list of each."""
    rows, pairs = items_of(lists)
    keys = pairs.field("key").dictionary_encode()
    names = series(keys.dictionary)
    frame = pl.DataFrame(
        {"row": series(rows), "key": series(keys.indices).cast(pl.UInt32), "value": texts(pairs.field("value"))}
    )
    cell = pl.col("row").cast(pl.UInt64) * max(len(names), 1) + pl.col("key")
    if frame.select(cell.n_unique()).item() < frame.height:
        frame = frame.unique(["row", "key"], keep="last", maintain_order=True)
    return Attributes(names, frame)


def items_of(lists: pa.ListArray) -> tuple[pa.Array, pa.StructArray]:
    """Of each list's items: which list it stood in, and the item."""
    return pc.list_parent_indices(lists).cast(pa.uint32()), lists.flatten()


def series(array: pa.Array) -> pl.Series:
    """An Arrow array as polars has it."""
    return pl.Series(values=array)


def instant(nanos: pa.Array) -> pl.Series:
    """Nanoseconds since 1970 as naive UTC."""
    return (series(nanos) // 1000).cast(pl.Int64).cast(pl.Datetime("us"))
