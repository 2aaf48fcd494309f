"""A span in OTLP/JSON."""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.json_values import (
    UINT32,
    UINT64,
    Wrong,
    attributes,
    hexadecimal,
    integer,
    listed,
    mapped,
    number_of_enum,
    text,
)


def span(told: dict[str, Any], into: Span, depth: int) -> None:
    """Fill a span; raises `Wrong`."""
    into.span_id = hexadecimal(told, "spanId", 16)
    into.trace_id = hexadecimal(told, "traceId", 32)
    into.parent_span_id = hexadecimal(told, "parentSpanId", 16, required=False)
    into.trace_state = text(told, "traceState")
    into.name = text(told, "name")
    into.kind = number_of_enum(told, "kind")
    into.flags = integer(told, "flags", UINT32)
    into.start_time_unix_nano = integer(told, "startTimeUnixNano", UINT64)
    into.end_time_unix_nano = integer(told, "endTimeUnixNano", UINT64)
    attributes(told, "attributes", into.attributes, depth)
    for n, each in enumerate(listed(told, "events")):
        try:
            _event(mapped(each), into.events.add(), depth)
        except Wrong as wrong:
            raise wrong.within(f"events[{n}]") from None
    for n, each in enumerate(listed(told, "links")):
        try:
            _link(mapped(each), into.links.add(), depth)
        except Wrong as wrong:
            raise wrong.within(f"links[{n}]") from None
    if told.get("status") is not None:
        try:
            _status(mapped(told["status"]), into)
        except Wrong as wrong:
            raise wrong.within("status") from None
    into.dropped_attributes_count = integer(told, "droppedAttributesCount", UINT32)
    into.dropped_events_count = integer(told, "droppedEventsCount", UINT32)
    into.dropped_links_count = integer(told, "droppedLinksCount", UINT32)


def _status(told: dict[str, Any], into: Span) -> None:
    into.status.message = text(told, "message")
    into.status.code = number_of_enum(told, "code")


def _event(told: dict[str, Any], into: Span.Event, depth: int) -> None:
    into.time_unix_nano = integer(told, "timeUnixNano", UINT64)
    into.name = text(told, "name")
    attributes(told, "attributes", into.attributes, depth)
    into.dropped_attributes_count = integer(told, "droppedAttributesCount", UINT32)


def _link(told: dict[str, Any], into: Span.Link, depth: int) -> None:
    into.trace_id = hexadecimal(told, "traceId", 32)
    into.span_id = hexadecimal(told, "spanId", 16)
    into.trace_state = text(told, "traceState")
    attributes(told, "attributes", into.attributes, depth)
    into.flags = integer(told, "flags", UINT32)
