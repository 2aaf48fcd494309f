"""Trace requests to send, told by what a case is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest import Entry

RECEIVED = datetime(2026, 10, 3, 14, tzinfo=UTC)
START_NS = int(RECEIVED.timestamp()) * 1_000_000_000
SCOPE = ("opentelemetry.instrumentation.genai.openai", "1.3b0")

# One whole call, as OpenTelemetry's instrumentation of OpenAI's SDK tells it.
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.usage.input_tokens": 1125,
    "gen_ai.usage.output_tokens": 41,
}


def any_value(value: Any) -> AnyValue:
    """A Python value as OTLP sends it; bytes, lists and dicts too, and None for a value with nothing in it."""
    if value is None:
        return AnyValue()
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, list):
        wrapped = AnyValue()
        wrapped.array_value.values.extend(any_value(item) for item in value)
        wrapped.array_value.SetInParent()
        return wrapped
    if isinstance(value, dict):
        wrapped = AnyValue()
        wrapped.kvlist_value.values.extend(pairs(value))
        return wrapped
    kind = {int: "int_value", float: "double_value", str: "string_value", bytes: "bytes_value"}[type(value)]
    return AnyValue(**{kind: value})


def pairs(attributes: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def span(attributes: Mapping[str, Any] | None = None, *, number: int = 1, parent: int = 0, **fields: Any) -> Span:
    """A span whose ids are made of `number`; `events` are (name, attributes) pairs a tenth of a second apart."""
    events = fields.pop("events", ())
    status = fields.pop("status", 0)
    told = Span(
        trace_id=bytes([7] * 16),
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big"),
        **{"name": "chat", "kind": 3, "start_time_unix_nano": START_NS, "end_time_unix_nano": START_NS + 10**9}
        | fields,
    )
    told.attributes.extend(pairs(attributes or {}))
    told.status.code = status
    for place, (name, of_event) in enumerate(events, start=1):
        at = told.start_time_unix_nano + place * 100_000_000
        told.events.append(Span.Event(name=name, time_unix_nano=at, attributes=pairs(of_event)))
    return told


def request(
    *spans: Span, scope: tuple[str, str] = SCOPE, resource: Mapping[str, Any] | None = None
) -> ExportTraceServiceRequest:
    told = ExportTraceServiceRequest()
    of_resource = told.resource_spans.add()
    of_resource.resource.attributes.extend(pairs(resource or {}))
    of_scope = of_resource.scope_spans.add()
    of_scope.scope.name, of_scope.scope.version = scope
    of_scope.spans.extend(spans)
    return told


def entry(body: ExportTraceServiceRequest | bytes, **fields: Any) -> Entry:
    """A journaled protobuf request of nobody in particular."""
    told = {
        "received_at": RECEIVED,
        "key_id": None,
        "team": None,
        "signal": "traces",
        "content_type": "application/x-protobuf",
        "content_encoding": "identity",
        "body": body if isinstance(body, bytes) else body.SerializeToString(),
        "day": date(2026, 10, 3),
        "seq": 1,
    }
    return Entry(**told | fields)


def entries(*bodies: Sequence[Span]) -> list[Entry]:
    return [entry(request(*spans), seq=seq) for seq, spans in enumerate(bodies, start=1)]
