"""A log record in OTLP/JSON."""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from ingest.json_values import (
    UINT32,
    UINT64,
    Wrong,
    any_value,
    attributes,
    hexadecimal,
    integer,
    number_of_enum,
    text,
)


def log_record(told: dict[str, Any], into: LogRecord, depth: int) -> None:
    """Fill a log record; raises `Wrong`. Trace and span are those it was written in: it may have been in none."""
    into.time_unix_nano = integer(told, "timeUnixNano", UINT64)
    into.observed_time_unix_nano = integer(told, "observedTimeUnixNano", UINT64)
    into.severity_number = number_of_enum(told, "severityNumber")
    into.severity_text = text(told, "severityText")
    into.event_name = text(told, "eventName")
    into.trace_id = hexadecimal(told, "traceId", 32, required=False)
    into.span_id = hexadecimal(told, "spanId", 16, required=False)
    into.flags = integer(told, "flags", UINT32)
    into.dropped_attributes_count = integer(told, "droppedAttributesCount", UINT32)
    attributes(told, "attributes", into.attributes, depth)
    if told.get("body") is not None:
        try:
            any_value(told["body"], into.body, depth)
        except Wrong as wrong:
            raise wrong.within("body") from None
