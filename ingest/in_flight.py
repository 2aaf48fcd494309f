"""How many bytes one process holds for its senders: counted before they are read, given back when they are answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.faults import Busy


class Held:
    """What one request holds."""

    def __init__(self, ledger: InFlight) -> None:
        self._ledger = ledger
        self.bytes = 0

    def at_least(self, size: int) -> None:
        """Hold `size` bytes in all; raises `Busy` when the process then held more than it may."""
        if size > self.bytes:
            self._ledger.take(size - self.bytes)
            self.bytes = size


class InFlight:
    """The bytes of all requests of a process that are not answered yet; used from its event loop only."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def take(self, size: int) -> None:
        """Count more bytes; raises `Busy` beyond the limit, but the only request is never too large for it."""
        if self._held and self._held + size > self._most:
            raise Busy(f"{self._held} bytes of requests are being read or written already; send the request again")
        self._held += size

    @contextmanager
    def one_request(self) -> Iterator[Held]:
        """Count a request's bytes until it is answered."""
        held = Held(self)
        try:
            yield held
        finally:
            self._held -= held.bytes
