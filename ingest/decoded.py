"""A request on its way through the door: its good records, and the faults found so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from ingest.faults import Fault, Refused
from ingest.limits import Limits
from ingest.signals import Signal, camel


@dataclass(slots=True)
class Decoded:
    """The records that can be read in `request`; `rejected` counts the others, of which a few are told.

    A record is what the signal's noun says: a span, a log record, a data point. `wire` is protobuf that holds every
    record of `request` (and perhaps refused ones): it is for searching.
    """

    limits: Limits
    signal: Signal
    request: Any
    wire: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    rejected: int = 0
    met: int = 0

    @classmethod
    def empty(cls, limits: Limits, signal: Signal) -> Self:
        """One to be filled."""
        return cls(limits, signal, signal.request())

    def reject(self, fault: Fault, records: int = 1) -> None:
        """Records are left out."""
        self.rejected += records
        self.warn(fault)

    def warn(self, fault: Fault) -> None:
        """Something other than a record is left out."""
        if len(self.faults) < self.limits.faults_kept:
            self.faults.append(fault)

    def told(self) -> tuple[Fault, ...]:
        """The faults, and a last one that counts those of which nothing was kept."""
        if self.rejected <= len(self.faults) or len(self.faults) < self.limits.faults_kept:
            return tuple(self.faults)
        told = len(self.faults)
        sentence = f"{self.rejected - told} more {self.signal.noun}s of it were refused; its first {told} are told"
        return (*self.faults, Fault("request", sentence))

    def meet(self, count: int) -> None:
        """Count records, scopes or resources before any of them is looked at; raises `Refused` 413 for too many."""
        self.met += count
        if self.met > self.limits.spans:
            what, most = f"{self.signal.noun}s", self.limits.spans
            raise Refused(f"the request holds more than {most} {what}; send fewer in one request", 413)

    def scopes(self) -> Iterator[tuple[str, Any]]:
        """Each scope's list of items, with where it stands in the words of OTLP/JSON; all of them are met anew."""
        self.met = 0
        signal = self.signal
        names = [camel(name) for name in (signal.resources, signal.scopes, signal.items)]
        of_resources = getattr(self.request, signal.resources)
        self.meet(len(of_resources))
        for i, of_resource in enumerate(of_resources):
            of_scopes = getattr(of_resource, signal.scopes)
            self.meet(len(of_scopes))
            for j, of_scope in enumerate(of_scopes):
                items = getattr(of_scope, signal.items)
                self.meet(len(items))
                yield f"{names[0]}[{i}].{names[1]}[{j}].{names[2]}", items
