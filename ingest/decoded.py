"""A request on its way through the door: its good spans, and the faults found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest.faults import Fault, Refused
from ingest.limits import Limits


@dataclass(slots=True)
class Decoded:
    """The spans that can be read in `request`; `rejected` counts the others, of which a few are told.

    `wire` is protobuf that holds every span of `request` (and perhaps refused ones): it is for searching.
    """

    limits: Limits
    request: ExportTraceServiceRequest = field(default_factory=ExportTraceServiceRequest)
    wire: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    rejected: int = 0
    met: int = 0

    def reject(self, fault: Fault) -> None:
        """A span is left out."""
        self.rejected += 1
        self.warn(fault)

    def warn(self, fault: Fault) -> None:
        """Something other than a span is left out."""
        if len(self.faults) < self.limits.faults_kept:
            self.faults.append(fault)

    def told(self) -> tuple[Fault, ...]:
        """The faults, and a last one that counts those of which nothing was kept."""
        untold = self.rejected - len(self.faults)
        if untold <= 0:
            return tuple(self.faults)
        told = self.limits.faults_kept
        return (*self.faults, Fault("request", f"{untold} more spans of it were refused; its first {told} are told"))

    def meet(self, count: int) -> None:
        """Count spans, scopes or resources before any of them is looked at; raises `Refused` 413 for too many."""
        self.met += count
        if self.met > self.limits.spans:
            raise Refused(f"the request holds more than {self.limits.spans} spans; send fewer in one request", 413)
