"""A refused record as it is kept beside its fault: enough to recognise it, none of its texts."""

from __future__ import annotations

import math
from typing import Any, Final

import orjson
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.limits import Limits
from ingest.texts import Carries, carries

_SHORT: Final = 64
_KINDS_OF_DATA: Final = ("sum", "histogram", "exponentialHistogram", "gauge", "summary")


def record_of(item: Span | LogRecord | Metric, limits: Limits) -> str | None:
    """The refused record as JSON without texts; None when even that is too much to keep."""
    told = _told(item)
    for shorter in (told, {**told, "attributes": len(told.get("attributes", ()))}):
        record = orjson.dumps(shorter)
        if len(record) <= limits.record_bytes:
            return record.decode()
    return None


def points_of(metric: Any) -> int:
    """How many data points a metric in OTLP/JSON has, however wrong it is."""
    if not isinstance(metric, dict):
        return 0
    data = [metric.get(name) for name in _KINDS_OF_DATA]
    lists = [each.get("dataPoints") for each in data if isinstance(each, dict)]
    return sum(len(points) for points in lists if isinstance(points, list))


def _told(item: Span | LogRecord | Metric) -> dict[str, Any]:
    if isinstance(item, Metric):
        return {"name": item.name[:_SHORT]}
    facts = {a.key: _fact(a) for a in item.attributes if carries(a.key) is Carries.FACT}
    told: dict[str, Any] = {"trace_id": item.trace_id.hex()[:_SHORT], "span_id": item.span_id.hex()[:_SHORT]}
    if isinstance(item, LogRecord):
        return {
            **told,
            "event_name": item.event_name[:_SHORT],
            "time_unix_nano": item.time_unix_nano,
            "attributes": facts,
        }
    return {
        **told,
        "name": item.name[:_SHORT],
        "start_time_unix_nano": item.start_time_unix_nano,
        "end_time_unix_nano": item.end_time_unix_nano,
        "attributes": facts,
    }


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
