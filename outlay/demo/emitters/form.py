"""A span as one emitter always writes it, with blanks: filling in a copy is faster than writing each span anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status

INTERNAL = Span.SPAN_KIND_INTERNAL
CLIENT = Span.SPAN_KIND_CLIENT
OK = Status.STATUS_CODE_OK
ERROR = Status.STATUS_CODE_ERROR
UNSET = Status.STATUS_CODE_UNSET

Scalar = str | float
Value = Scalar | tuple[str, ...]
Keys = dict[str, Value | type]
_FIELD: dict[type, str] = {str: "string_value", bool: "bool_value", int: "int_value", float: "double_value"}


class Place(NamedTuple):
    """Where a span stands: in which trace, under which span, and when, in microseconds since 1970."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    started_us: int
    ended_us: int


def any_value(value: Value) -> AnyValue:
    """A value as OTLP carries it."""
    written = AnyValue()
    if isinstance(value, tuple):
        for item in value:
            written.array_value.values.add(string_value=item)
    else:
        setattr(written, _FIELD[type(value)], value)
    return written


class Form:
    """One kind of span. `keys` maps attributes to values, or to `str`, `int`, `float` where a blank is left."""

    __slots__ = ("_blanks", "_written")

    def __init__(
        self,
        name: str,
        kind: Span.SpanKind.ValueType,
        keys: Mapping[str, Value | type],
        *,
        status: Status.StatusCode.ValueType = UNSET,
        message: str = "",
    ) -> None:
        span = Span(name=name, kind=kind, flags=256)
        if status:
            span.status.code, span.status.message = status, message
        for key, value in keys.items():
            attribute = span.attributes.add(key=key)
            if not isinstance(value, type):
                attribute.value.CopyFrom(any_value(value))
        self._written: bytes = span.SerializeToString()
        self._blanks = [(place, _FIELD[value]) for place, value in enumerate(keys.values()) if isinstance(value, type)]

    def fill(self, scope: ScopeSpans, place: Place, *values: Scalar) -> Span:
        """Add a span of this kind to the scope's; `values` go into the blanks, in order."""
        span: Span = scope.spans.add()
        span.MergeFromString(self._written)
        span.trace_id, span.span_id, parent_id, started_us, ended_us = place
        if parent_id:
            span.parent_span_id = parent_id
        span.start_time_unix_nano = started_us * 1_000
        span.end_time_unix_nano = ended_us * 1_000
        attributes = span.attributes
        for (position, field), value in zip(self._blanks, values, strict=True):
            setattr(attributes[position].value, field, value)
        return span
