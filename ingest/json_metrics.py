"""A metric in OTLP/JSON, with its data points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from ingest.json_values import (
    INT64,
    UINT32,
    UINT64,
    Wrong,
    attributes,
    double,
    integer,
    kind,
    listed,
    mapped,
    number_of_enum,
    text,
)

Fill = Callable[[dict[str, Any], Any, int], None]


def metric(told: dict[str, Any], into: Metric, depth: int) -> None:
    """Fill a metric; raises `Wrong`. Buckets, quantiles and exemplars are passed over: nothing of ours reads them."""
    into.name = text(told, "name")
    into.unit = text(told, "unit")
    known = [name for name in _POINTS if told.get(name) is not None]
    if len(known) > 1:
        raise Wrong(f"has {' and '.join(known)}; one kind of data is expected")
    for name in known:
        field, fill = _POINTS[name]
        try:
            _data(mapped(told[name]), getattr(into, field), fill, depth)
        except Wrong as wrong:
            raise wrong.within(name) from None


def _data(told: dict[str, Any], into: Any, fill: Fill, depth: int) -> None:
    into.SetInParent()
    if "aggregation_temporality" in into.DESCRIPTOR.fields_by_name:
        into.aggregation_temporality = number_of_enum(told, "aggregationTemporality")
    if "is_monotonic" in into.DESCRIPTOR.fields_by_name:
        into.is_monotonic = _flag(told, "isMonotonic")
    for n, each in enumerate(listed(told, "dataPoints")):
        point = into.data_points.add()
        try:
            of_point = mapped(each)
            point.start_time_unix_nano = integer(of_point, "startTimeUnixNano", UINT64)
            point.time_unix_nano = integer(of_point, "timeUnixNano", UINT64)
            point.flags = integer(of_point, "flags", UINT32)
            attributes(of_point, "attributes", point.attributes, depth)
            fill(of_point, point, depth)
        except Wrong as wrong:
            raise wrong.within(f"dataPoints[{n}]") from None


def _number(told: dict[str, Any], into: Any, _depth: int) -> None:
    if told.get("asInt") is not None:
        into.as_int = integer(told, "asInt", INT64)
    elif told.get("asDouble") is not None:
        into.as_double = double(told, "asDouble")


def _distribution(told: dict[str, Any], into: Any, _depth: int) -> None:
    into.count = integer(told, "count", UINT64)
    if told.get("sum") is not None:
        into.sum = double(told, "sum")


def _flag(told: dict[str, Any], name: str) -> bool:
    value = told.get(name)
    if value is not None and type(value) is not bool:
        raise Wrong(f"is {kind(value)}; true or false is expected").within(name)
    return bool(value)


_POINTS: Final[dict[str, tuple[str, Fill]]] = {
    "gauge": ("gauge", _number),
    "sum": ("sum", _number),
    "histogram": ("histogram", _distribution),
    "exponentialHistogram": ("exponential_histogram", _distribution),
    "summary": ("summary", _distribution),
}
