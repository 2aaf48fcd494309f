"""What becomes of a body, whichever way it came in: judged, kept on disk, and only then answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from ingest.counters import BYTES, RECORDS, REJECTED, Counters
from ingest.desk import Desk
from ingest.entry import Entry
from ingest.in_flight import Held, InFlight
from ingest.inflate import too_large
from ingest.journal import Journal
from ingest.keys import Key
from ingest.limits import Limits
from ingest.receive import Receipt, receive
from ingest.scribe import Scribe
from ingest.signals import SIGNALS, Signal

log = structlog.get_logger("ingest")

Judged = TypeVar("Judged")


class Intake:
    """What all requests of a process share: the journal and its scribe, the limits, the count of bytes in flight."""

    def __init__(self, home: Path, limits: Limits, counters: Counters) -> None:
        self.limits = limits
        self.counters = counters
        self._journal = Journal(home / "journal")
        self._scribe = Scribe(self._journal, limits)
        self._in_flight = InFlight(limits.in_flight_bytes)
        self._desk = Desk()

    def start(self) -> None:
        """Begin to write."""
        self._scribe.start()

    async def close(self) -> None:
        """Write what was taken, then stop."""
        await asyncio.to_thread(self._scribe.close)
        self._desk.close()

    async def check(self) -> None:
        """Raise `Busy` with the reason when nothing can be kept now."""
        self._scribe.check()
        await asyncio.to_thread(self._journal.check, datetime.now(UTC))

    @contextmanager
    def one_request(self) -> Iterator[Held]:
        """Hold the bytes of a request until it is answered."""
        with self._in_flight.one_request() as held:
            yield held

    def refuse_large(self, size: int) -> None:
        """Raise `Refused` 413 for a request of more bytes than are read."""
        if size > self.limits.body_bytes:
            raise too_large(self.limits.body_bytes)

    def admit(self, size: int, held: Held) -> None:
        """Let `size` bytes of a request in; raises `Refused` 413 or `Busy`."""
        self.refuse_large(size)
        held.at_least(size)

    async def keep(
        self, signal: Signal, body: bytes, key: Key | None, *, content_type: str | None, content_encoding: str | None
    ) -> Receipt:
        """Judge a body and keep it; on return it is on disk. Raises `Refused` or `Busy`."""
        judge = partial(
            receive,
            signal=signal.name,
            content_type=content_type,
            content_encoding=content_encoding,
            body=body,
            limits=self.limits,
        )
        receipt = await self.judged(judge, len(body))
        await self.write(receipt, key)
        return receipt

    async def judged(self, judge: Callable[[], Judged], size: int) -> Judged:
        """What `judge` makes of a body of `size` bytes; raises `Busy` when too much is to be judged before it."""
        return await self._desk.judged(judge, size)

    def _count(self, receipt: Receipt) -> None:
        if receipt.signal in SIGNALS:  # outcomes are no telemetry
            self.counters.add(RECORDS, receipt.signal, receipt.spans)
            self.counters.add(REJECTED, receipt.signal, receipt.rejected)
        self.counters.add(BYTES, by=len(receipt.body))

    async def write(self, receipt: Receipt, key: Key | None) -> None:
        """Keep what a receipt holds; on return it is on disk. Raises `Busy`."""
        if receipt.spans or receipt.faults:
            await asyncio.wrap_future(self._scribe.keep(_entry(receipt, key, datetime.now(UTC))))
            self._count(receipt)
        if receipt.faults:
            log.info(
                "request partly kept",
                signal=receipt.signal,
                records=receipt.spans,
                rejected=receipt.rejected,
                faults=len(receipt.faults),
            )
        else:
            log.debug("request kept", signal=receipt.signal, records=receipt.spans, bytes=len(receipt.body))


def _entry(receipt: Receipt, key: Key | None, now: datetime) -> Entry:
    return Entry(
        received_at=now,
        key_id=key.key_id if key else None,
        team=key.team if key else None,
        signal=receipt.signal,
        content_type=receipt.content_type,
        content_encoding=receipt.content_encoding,
        body=receipt.body,
        faults=receipt.faults,
        speaks_for=key.speaks_for if key else None,
    )
