"""The three signals of OTLP: what their requests, answers and records are called. Everything else they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal.

    A request holds `resources`, each of them `scopes`, each of them `items`; the JSON names are the same in
    lowerCamelCase. The field numbers of these three levels are the same in all signals.
    """

    name: str
    """traces, logs, metrics: the last part of its path"""
    singular: str
    """trace, log, metric: as sentences name its requests"""
    noun: str
    """what a partial success counts: span, log record, data point"""
    resources: str
    scopes: str
    items: str
    request: Any
    response: Any
    partial: Any
    rejected: str
    """the partial success's field for the number left out"""
    service: str
    """the gRPC service with its method Export"""

    @property
    def path(self) -> str:
        """Where it is sent over HTTP."""
        return f"/v1/{self.name}"


TRACES: Final = Signal(
    name="traces",
    singular="trace",
    noun="span",
    resources="resource_spans",
    scopes="scope_spans",
    items="spans",
    request=ExportTraceServiceRequest,
    response=ExportTraceServiceResponse,
    partial=ExportTracePartialSuccess,
    rejected="rejected_spans",
    service="opentelemetry.proto.collector.trace.v1.TraceService",
)
LOGS: Final = Signal(
    name="logs",
    singular="log",
    noun="log record",
    resources="resource_logs",
    scopes="scope_logs",
    items="log_records",
    request=ExportLogsServiceRequest,
    response=ExportLogsServiceResponse,
    partial=ExportLogsPartialSuccess,
    rejected="rejected_log_records",
    service="opentelemetry.proto.collector.logs.v1.LogsService",
)
METRICS: Final = Signal(
    name="metrics",
    singular="metric",
    noun="data point",
    resources="resource_metrics",
    scopes="scope_metrics",
    items="metrics",
    request=ExportMetricsServiceRequest,
    response=ExportMetricsServiceResponse,
    partial=ExportMetricsPartialSuccess,
    rejected="rejected_data_points",
    service="opentelemetry.proto.collector.metrics.v1.MetricsService",
)
SIGNALS: Final = {signal.name: signal for signal in (TRACES, LOGS, METRICS)}


def camel(name: str) -> str:
    """A field's name as OTLP/JSON writes it: resource_spans → resourceSpans."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
