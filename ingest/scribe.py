"""The one thread of a process that writes the journal: whatever waits together is committed together."""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import Future
from typing import Final, Self

import structlog

from ingest.entry import Entry
from ingest.faults import Busy
from ingest.journal import Journal
from ingest.limits import Limits

log = structlog.get_logger("ingest")

# An entry weighs more than its body: its row, its future, its faults.
ENTRY_BYTES: Final = 1_024


class Scribe:
    """Takes entries from many requests and answers each when it is on disk."""

    def __init__(self, journal: Journal, limits: Limits) -> None:
        self._journal = journal
        self._limits = limits
        self._waiting: deque[tuple[Entry, Future[None]]] = deque()
        self._bytes = 0
        self._closing = False
        self._turn = threading.Condition()
        self._thread = threading.Thread(target=self._write_or_end, name="scribe", daemon=True)

    def start(self) -> Self:
        """Begin to write."""
        self._thread.start()
        return self

    def keep(self, entry: Entry) -> Future[None]:
        """Ask for an entry to be kept; the future is done when it is on disk, or raises `Busy` when it is not.

        Nobody can take it back: whoever gives up waiting is not told. Raises `Busy` at once when as much is waiting as
        a process may hold, or when nothing is written any more.
        """
        future: Future[None] = Future()
        # Running, it cannot be cancelled: a sender that hangs up cancels whatever its handler awaits.
        future.set_running_or_notify_cancel()
        with self._turn:
            self.check()
            if self._bytes and self._bytes + _weight(entry) > self._limits.in_flight_bytes:
                raise Busy("as many requests wait for the disk as are allowed to; send the request again")
            self._bytes += _weight(entry)
            self._waiting.append((entry, future))
            self._turn.notify()
        return future

    def check(self) -> None:
        """Raise `Busy` when nothing is written any more."""
        if self._closing:
            raise Busy("this process is stopping; send the request again")
        if not self._thread.is_alive():
            raise Busy("nobody writes the journal in this process; send the request again")

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._turn:
            self._closing = True
            self._turn.notify()
        self._thread.join()
        self._journal.close()

    def _write_or_end(self) -> None:
        """A process that keeps nothing ends, and is started again; what it had not answered is sent again."""
        try:
            self._write()
        except BaseException:
            log.exception("the journal is written no more: this process ends")
            os._exit(1)

    def _write(self) -> None:
        while group := self._next_group():
            try:
                self._journal.append([entry for entry, _ in group])
            except Busy as busy:
                # Its senders first: whatever becomes of the line in the log, nobody may wait for ever.
                _fail(group, busy)
                log.warning("journal not written", entries=len(group), reason=busy.sentence)
            except Exception as error:  # whatever it was, no sender may wait for ever, nor be told 200
                _fail(
                    group, Busy(f"the journal cannot be written now ({type(error).__name__}); send the request again")
                )
                log.exception("journal not written", entries=len(group))
            else:
                for _, future in group:
                    future.set_result(None)

    def _next_group(self) -> list[tuple[Entry, Future[None]]]:
        """What waits, up to `commit_bytes`; waits for the first. Empty when it is time to stop."""
        with self._turn:
            self._turn.wait_for(lambda: self._waiting or self._closing)
            group: list[tuple[Entry, Future[None]]] = []
            size = 0
            while self._waiting and (not group or size + _weight(self._waiting[0][0]) <= self._limits.commit_bytes):
                group.append(self._waiting.popleft())
                size += _weight(group[-1][0])
            self._bytes -= size
            return group


def _weight(entry: Entry) -> int:
    return len(entry.body) + ENTRY_BYTES


def _fail(group: list[tuple[Entry, Future[None]]], busy: Busy) -> None:
    for _, future in group:
        future.set_exception(busy)
