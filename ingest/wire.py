"""Turn many journal entries at once into columns: spans, their attributes, resources and events.

Room 3 of a span's way. It knows OTLP and nothing of what the attributes mean (that is `ingest.dialects`).
JSON bodies become the same protobuf first, so there is one path from here on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest.anyvalue import texts
from ingest.entry import Entry
from ingest.faults import Fault, Refused
from ingest.inflate import encoding, inflate
from ingest.limits import DEEPEST, Limits
from ingest.otlp_json import from_json
from ingest.otlp_view import record_batch

NO_PARENT = ("", "0" * 16)
STATUS = {0: "unset", 1: "ok", 2: "error"}
FUTURE = timedelta(hours=24)
JSON = "application/json"
# What the socket took under any setting must be readable under every other: only a wall against a runaway.
READ = Limits(body_bytes=256 * 1024 * 1024, depth=DEEPEST)
WHOLE = "the whole entry"


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
    scope_version, trace_id, span_id, parent_span_id, name, kind, started_at, ended_at (naive UTC, µs), status, quality.
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
    """Read the entries' spans; an entry whose body cannot be read becomes a fault beside the others."""
    batch, numbers, faults = _decoded(entries)
    parents, resource_spans = _items(batch.column("resource_spans"))
    entry = pl.Series("entry", numbers, dtype=pl.UInt32).gather(_series(parents))
    of_resource, scope_spans = _items(resource_spans.field("scope_spans"))
    of_scope, spans = _items(scope_spans.field("spans"))
    resource = _series(of_resource).gather(_series(of_scope))
    scope = scope_spans.field("scope")
    frame = pl.DataFrame(
        {
            "row": pl.int_range(len(spans), dtype=pl.UInt32, eager=True),
            "entry": entry.gather(resource),
            "resource": resource,
            "scope_name": _series(scope.field("name")).fill_null("").gather(_series(of_scope)),
            "scope_version": _series(scope.field("version")).fill_null("").gather(_series(of_scope)),
            "trace_id": _series(spans.field("trace_id")).bin.encode("hex"),
            "span_id": _series(spans.field("span_id")).bin.encode("hex"),
            "parent_span_id": _series(spans.field("parent_span_id")).bin.encode("hex"),
            "name": _series(spans.field("name")),
            "kind": _series(spans.field("kind")),
            "started_at": _instant(spans.field("start_time_unix_nano")),
            "ended_at": _instant(spans.field("end_time_unix_nano")),
            "status": _series(spans.field("status").field("code")),
        }
    )
    of_span, events = _items(spans.field("events"))
    return Columns(
        spans=_finished(frame, entries),
        attributes=_attributes(spans.field("attributes")),
        resources=_attributes(resource_spans.field("resource").field("attributes")),
        resource_count=len(resource_spans),
        events=pl.DataFrame(
            {
                "event": pl.int_range(len(events), dtype=pl.UInt32, eager=True),
                "row": _series(of_span),
                "name": _series(events.field("name")),
                "at": _instant(events.field("time_unix_nano")),
            }
        ),
        event_attributes=_attributes(events.field("attributes")),
        faults=tuple(faults),
    )


def _decoded(entries: Sequence[Entry]) -> tuple[pa.RecordBatch, list[int], list[tuple[int, Fault]]]:
    """The readable bodies as one batch, which entry each of its rows is, and a fault for every other entry."""
    numbers: list[int] = []
    bodies: list[bytes] = []
    faults: list[tuple[int, Fault]] = []
    for number, entry in enumerate(entries):
        try:
            bodies.append(_body(entry))
            numbers.append(number)
        except Refused as refused:
            faults.append((number, Fault(WHOLE, refused.sentence)))
    try:
        return record_batch(bodies), numbers, faults
    except ValueError:
        # One body spoils the batch and does not say which: ask each alone.
        broken = {number: why for number, body in zip(numbers, bodies, strict=True) if (why := _broken(body))}
    faults += [
        (number, Fault(WHOLE, f"its body is not an OTLP trace request: {why}")) for number, why in broken.items()
    ]
    sound = [(number, body) for number, body in zip(numbers, bodies, strict=True) if number not in broken]
    return record_batch([body for _, body in sound]), [number for number, _ in sound], faults


def _body(entry: Entry) -> bytes:
    if entry.signal != "traces":
        raise Refused(f"it holds {entry.signal}, of which nothing is read; point the exporter at /v1/traces only")
    body = inflate(entry.body, encoding(entry.content_encoding), READ.body_bytes)
    if entry.content_type.partition(";")[0].strip().lower() != JSON:
        return body
    request: bytes = from_json(body, READ).request.SerializeToString()
    return request


def _broken(body: bytes) -> str | None:
    try:
        record_batch([body])
    except ValueError as error:
        return str(error)
    return None


def _finished(spans: pl.DataFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    received = pl.Series(
        [entry.received_at.astimezone(UTC).replace(tzinfo=None) for entry in entries], dtype=pl.Datetime("us")
    )
    return spans.with_columns(
        pl.when(pl.col("parent_span_id").is_in(NO_PARENT))
        .then(None)
        .otherwise("parent_span_id")
        .alias("parent_span_id"),
        pl.col("status").replace_strict(STATUS, default="unset", return_dtype=pl.String),
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


def _attributes(lists: pa.ListArray) -> Attributes:
    rows, pairs = _items(lists)
    keys = pairs.field("key").dictionary_encode()
    names = _series(keys.dictionary)
    frame = pl.DataFrame(
        {"row": _series(rows), "key": _series(keys.indices).cast(pl.UInt32), "value": texts(pairs.field("value"))}
    )
    cell = pl.col("row").cast(pl.UInt64) * max(len(names), 1) + pl.col("key")
    if frame.select(cell.n_unique()).item() < frame.height:
        frame = frame.unique(["row", "key"], keep="last", maintain_order=True)
    return Attributes(names, frame)


def _items(lists: pa.ListArray) -> tuple[pa.Array, pa.StructArray]:
    """Of each list's items: which list it stood in, and the item."""
    return pc.list_parent_indices(lists).cast(pa.uint32()), lists.flatten()


def _series(array: pa.Array) -> pl.Series:
    return pl.Series(values=array)


def _instant(nanos: pa.Array) -> pl.Series:
    return (_series(nanos) // 1000).cast(pl.Int64).cast(pl.Datetime("us"))
