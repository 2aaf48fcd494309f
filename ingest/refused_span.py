"""A refused span as it is kept beside its fault: enough to recognise it, none of its texts."""

from __future__ import annotations

import math
from typing import Any, Final

import orjson
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.limits import Limits
from ingest.texts import Carries, carries

_SHORT: Final = 64


def record_of(span: Span, limits: Limits) -> str | None:
    """The refused span as JSON without texts; None when even that is too much to keep."""
    told: dict[str, Any] = {
        "trace_id": span.trace_id.hex()[:_SHORT],
        "span_id": span.span_id.hex()[:_SHORT],
        "name": span.name[:_SHORT],
        "start_time_unix_nano": span.start_time_unix_nano,
        "end_time_unix_nano": span.end_time_unix_nano,
        "attributes": {a.key: _fact(a) for a in span.attributes if carries(a.key) is Carries.FACT},
    }
    for shorter in (told, {**told, "attributes": len(span.attributes)}):
        record = orjson.dumps(shorter)
        if len(record) <= limits.record_bytes:
            return record.decode()
    return None


def _fact(attribute: KeyValue) -> str | int | float | bool | None:
    match attribute.value.WhichOneof("value"):
        case "string_value":
            return attribute.value.string_value[:_SHORT]
        case "int_value":
            return attribute.value.int_value
        case "double_value":
            # JSON has no NaN.
            value = attribute.value.double_value
            return value if math.isfinite(value) else str(value)
        case "bool_value":
            return attribute.value.bool_value
        case _:
            return None
