"""Log records that tell of a request, of a check or of an outcome, as the spans they are read as.

An event with usage is a span of its own: beneath the span it was written in, as long as it says it took. So every
rule for spans — which dialect, which classes, which of them tell of one request — holds for records too. All other
records are only counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Final

import orjson
import polars as pl

from ingest.entry import Entry
from ingest.reading.checks import EVENTS
from ingest.reading.dialect import Aliases, Dialect, Field, Inside
from ingest.reading.lots import of_rows, only
from ingest.reading.present import first_present
from ingest.reading.recognise import recognise
from ingest.reading.unknown import speak_of_tokens
from ingest.texts import Carries, carries
from ingest.wire import Columns, finished

# What makes a record tell of a request: its usage, or the response that will have been billed.
_USAGE: Final[tuple[Field, ...]] = (
    *("input", "input_uncached", "output", "output_visible", "total", "cache_read", "cache_write", "response_id"),
)
_AT: Final = "event.timestamp"
_TOOK: Final = "duration_ms"
# One prompt of a user is one unit of work, where an emitter tells them apart within a session.
_PROMPTS: Final = ("prompt.id", "prompt_id")
_LONGEST_MS: Final = 24 * 60 * 60 * 1_000
_NO_TRACE: Final = ("", "0" * 32)


def as_spans(
    logs: Columns, dialects: Sequence[Dialect], owners: Aliases, entries: Sequence[Entry]
) -> tuple[Columns, pl.DataFrame]:
    """The records that tell something as columns of spans, and the others: `entry`, `scope_name`, `name`, `records`."""
    tells = _telling(logs, dialects, owners)
    found = only(logs, tells)
    others = logs.spans.filter(~tells).group_by("entry", "scope_name", "name").agg(records=pl.len())
    return _with_checks(_placed(found, owners, entries)), others


def _telling(logs: Columns, dialects: Sequence[Dialect], owners: Aliases) -> pl.Series:
    rows = logs.spans.height
    dialect_no = recognise(logs, dialects)
    known = dialect_no.is_not_null()
    usage = pl.Series([False]).new_from_index(0, rows)
    named = pl.Series([True]).new_from_index(0, rows)
    failed = pl.Series([False]).new_from_index(0, rows)
    unread = ~known
    name = logs.spans["name"]
    for number in dialect_no.unique().drop_nulls():
        dialect, own = dialects[number], dialect_no == number
        keys = _keys(dialect.aliases, _USAGE)
        usage |= own & _carrying(logs, keys)
        unread |= own & ~_carrying(logs, _keys(dialect.aliases, dialect.aliases))
        if dialect.events:
            named &= ~own | name.is_in(dialect.events)
        failed |= own & name.is_in(dialect.failures)
    told = (known & usage & named) | failed | speak_of_tokens(logs.attributes, unread)
    return told.fill_null(value=False) | name.is_in(list(EVENTS)) | _carrying(logs, _keys(owners, ("outcome",)))


def _keys(aliases: Aliases, fields: Iterable[Field]) -> set[str]:
    spellings = (spelling for field in fields for spelling in aliases.get(field, ()))
    return {spelling.key if isinstance(spelling, Inside) else spelling for spelling in spellings}


def _carrying(logs: Columns, keys: set[str]) -> pl.Series:
    """The records that have one of the keys, with a value."""
    wanted = logs.attributes.names.is_in(list(keys))
    carrying = pl.Series([False]).new_from_index(0, logs.spans.height)
    if not wanted.any():
        return carrying
    pairs = logs.attributes.pairs
    rows = pairs.filter(wanted.gather(pairs["key"]) & (pairs["value"] != "").fill_null(value=False))["row"].unique()
    return carrying.scatter(rows, True) if len(rows) else carrying


def _placed(records: Columns, owners: Aliases, entries: Sequence[Entry]) -> Columns:
    """The records with ids and times: what a record does not say follows from what it does, the same every time."""
    spans = records.spans
    told = _told(records, owners, entries)
    said = spans.select(pl.coalesce("ended_at", told["said_at"], "observed_at").alias("ended_at")).to_series()
    ends = said.zip_with(said.is_not_null(), told["received_at"])
    began = ends - pl.Series([int(took * 1_000) for took in told["took_ms"]], dtype=pl.Duration("us"))
    digests = list(_digests(spans.with_columns(said), records, told))
    traces = [
        trace if trace not in _NO_TRACE else _hex(16, service, *(session or (digest,)))
        for trace, service, session, digest in zip(
            spans["trace_id"], told["service"], _sessions(told), digests, strict=True
        )
    ]
    placed = spans.drop("observed_at").with_columns(
        parent_span_id="span_id",
        span_id=pl.Series(digests, dtype=pl.String),
        trace_id=pl.Series(traces, dtype=pl.String),
        started_at=began,
        ended_at=ends,
    )
    return replace(records, spans=finished(placed, entries))


def _told(records: Columns, owners: Aliases, entries: Sequence[Entry]) -> pl.DataFrame:
    """For each record service, session and prompt, said_at, received_at, and took_ms (0 when it does not say)."""
    rows = records.spans.height
    one = pl.Series([0], dtype=pl.UInt8)
    asked: Aliases = {
        "session_id": owners.get("session_id", ()),
        "service": owners.get("service", ()),
        "prompt_name": _PROMPTS,
        "hint": (_AT,),
        "total": (_TOOK,),
    }
    own = first_present(records.attributes, one.new_from_index(0, rows), {0: asked}).fields
    of_resource = first_present(records.resources, one.new_from_index(0, records.resource_count), {0: asked}).fields
    around = of_resource[records.spans["resource"]]
    received = [entry.received_at.astimezone(UTC).replace(tzinfo=None) for entry in entries]
    took = own["total"].cast(pl.Float64, strict=False)
    return pl.DataFrame(
        {
            "service": around["service"].fill_null(""),
            "session": own["session_id"].zip_with(own["session_id"].is_not_null(), around["session_id"]),
            "prompt": own["prompt_name"],
            "said_at": _instants(own["hint"]),
            "received_at": pl.Series(received, dtype=pl.Datetime("us")).gather(records.spans["entry"]),
            "took_ms": took.set(~took.is_between(0, _LONGEST_MS).fill_null(value=False), 0.0),
        }
    )  # fmt: skip


def _instants(texts: pl.Series) -> pl.Series:
    return texts.str.to_datetime(time_zone="UTC", time_unit="us", strict=False).dt.replace_time_zone(None)


def _sessions(told: pl.DataFrame) -> Iterator[tuple[str, ...] | None]:
    for session, prompt in told.select("session", "prompt").iter_rows():
        yield (session, prompt or "") if session else None


def _digests(spans: pl.DataFrame, records: Columns, told: pl.DataFrame) -> Iterator[str]:
    """What makes each record itself, with its texts and without: sent again it is the same row."""
    facts = [name for name in records.attributes.names if carries(name) is Carries.FACT]
    named = records.attributes.named().filter(pl.col("key").is_in(facts))
    grouped = named.group_by("row", maintain_order=True).agg("key", "value")
    pairs = dict(zip(grouped["row"], zip(grouped["key"], grouped["value"], strict=True), strict=True))
    parts = spans.select("row", "trace_id", "span_id", "scope_name", "name", pl.col("ended_at").dt.epoch("us"))
    for (row, *identity), service in zip(parts.iter_rows(), told["service"], strict=True):
        keys, values = pairs.get(row, ((), ()))
        body = orjson.dumps([service, identity, sorted(zip(keys, ((value or "") for value in values), strict=True))])
        yield hashlib.blake2b(body, digest_size=8).hexdigest()


def _hex(length: int, *parts: str) -> str:
    return hashlib.blake2b(orjson.dumps(parts), digest_size=length).hexdigest()


def _with_checks(records: Columns) -> Columns:
    """A record that reports a check does so as the event of its own span."""
    checking = records.spans["name"].is_in(list(EVENTS))
    if not checking.any():
        return records
    events = records.spans.filter(checking).select("row", "name", at="ended_at")
    return replace(
        records,
        events=events.with_row_index("event").select("event", "row", "name", "at"),
        event_attributes=of_rows(records.attributes, checking),
    )
