"""A request on its way through the door: its good spans, and the faults found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest.faults import Fault


@dataclass(slots=True)
class Decoded:
    """The spans that can be read in `request`; `rejected` counts the others, of which `most_faults` are told.

    `wire` is protobuf that holds every span of `request` (and perhaps refused ones): it is for searching.
    """

    most_faults: int
    request: ExportTraceServiceRequest = field(default_factory=ExportTraceServiceRequest)
    wire: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    rejected: int = 0

    def reject(self, fault: Fault) -> None:
        """A span is left out."""
        self.rejected += 1
        self.warn(fault)

    def warn(self, fault: Fault) -> None:
        """Something other than a span is left out."""
        if len(self.faults) < self.most_faults:
            self.faults.append(fault)

    def told(self) -> tuple[Fault, ...]:
        """The faults, and a last one that counts those of which nothing was kept."""
        untold = self.rejected - len(self.faults)
        if untold <= 0:
            return tuple(self.faults)
        rest = Fault(
            "request", f"{untold} more spans of the request were refused; its first {self.most_faults} are told"
        )
        return (*self.faults, rest)
