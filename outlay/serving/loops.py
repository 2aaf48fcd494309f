"""What the core does again and again, each on a thread of its own: load what arrived, tell what is to be told."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from outlay.alerting.caps import hold_against_caps
from outlay.books import Books
from outlay.clock import now
from outlay.keeping.records import keep_records
from outlay.reading.loading import CaughtUp, move

log = structlog.get_logger("core")

EVERY_S = 1.0
LOAD_EVERY_S = 0.25  # what arrives is seen after this and what moving it takes
# A turn costs a quarter of a second of processor however little it moves, so what trickles in is moved together.
FEW_SPANS = 500
REST_S = 0.75
# What DuckDB keeps of so many is 10 MB, and of blocks a hundred.
RENEW_AFTER_SPANS = 500_000
KEEP_EVERY_S = 10.0  # what a crash of the disk may cost of incidents and messages; commands are kept at once
READ_AFTER_S = 2.0  # first the pages
# After that many failures in a row something is wrong that opening everything anew may mend: DuckDB refuses all work
# after a full disk, for one.
GIVE_UP_AFTER = 5
LONGEST_PAUSE_S = 30.0


class Loop:
    """Do something every second until the block ends; pause longer while it fails, and leave if it goes on."""

    def __init__(self, name: str, turn: Callable[[], None], *, every_s: float = EVERY_S) -> None:
        self._name = name
        self._turn = turn
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        failures = 0
        pause_s = self._every_s
        while not self._over.wait(pause_s):
            try:
                self._turn()
                failures = 0
                pause_s = self._every_s
            except Exception:
                failures += 1
                pause_s = min(LONGEST_PAUSE_S, self._every_s * 2**failures)
                log.exception("turn failed", loop=self._name, failures=failures, again_in_s=pause_s)
                if failures >= GIVE_UP_AFTER:
                    # The server starts us again.
                    leave()
                    return


Marks = frozenset[tuple[str, int, int]]


@dataclass(slots=True)
class Loader:
    """Moves what arrived into the ledger, and looks into the journal only when one of its files has changed."""

    books: Books
    seen: Marks | None = None
    looked: int | None = None  # the newest span that was held against the caps
    rest_s: float = REST_S
    rests_until: float = 0.0  # by the monotonic clock
    since_renewed: int = 0  # spans

    def turn(self) -> None:
        """Move what arrived, and go on at once only while a refresh's worth waits; silent when nothing arrived.

        What comes in slower is moved at the next turn, all at once: that costs less and is seen as soon. After a few
        spans it rests.
        """
        if time.monotonic() < self.rests_until:
            return
        while (moved := self._move()).much:
            pass
        if moved and moved.spans < FEW_SPANS:
            self.rests_until = time.monotonic() + self.rest_s

    def _move(self) -> CaughtUp:
        # Taken before reading, so that what is written meanwhile is noticed at the next turn.
        found = _marks(self.books.home.journal)
        if found == self.seen:
            return CaughtUp()
        began = time.monotonic()
        moved = move(self.books, now())
        took_s = time.monotonic() - began
        if not moved:
            self.seen = found
        self.looked = hold_against_caps(self.books, self.looked, now())
        if moved.entries:
            counts = {"spans": moved.spans, "duplicates": moved.duplicates, "faults": moved.faults}
            self.books.loading.meters.loaded(took_s, entries=moved.entries, **counts)
            log.info("loaded", entries=moved.entries, **counts, seconds=round(took_s, 3))
            self.since_renewed += moved.spans
            if self.since_renewed >= RENEW_AFTER_SPANS and self.books.warehouse.renew():
                self.since_renewed = 0
        return moved


def _marks(journal: Path) -> Marks:
    """(name, time of the last change in ns, size) of the journal's files: a commit changes one of them.

    Asking every day's file what is new costs a tenth of a second where three months are kept; this costs a hundredth.
    """
    if not journal.is_dir():
        return frozenset()
    files = (entry for entry in os.scandir(journal) if entry.name.endswith((".db", "-wal")))
    return frozenset((file.name, (told := file.stat()).st_mtime_ns, told.st_size) for file in files)


def leave() -> None:
    """Ask this process to stop; the server starts it again."""
    os.kill(os.getpid(), signal.SIGTERM)


def guard(books: Books) -> None:
    """Leave when the warehouse is damaged, with a note that has it made anew at the next start, or refuses all work."""
    warehouse = books.warehouse
    if books.home.damage_note.exists():
        log.warning("warehouse to be made anew", reason="somebody asked for it")
        leave()
    elif warehouse.damaged:
        books.home.note_damage(f"the warehouse is damaged: {warehouse.damaged}")
        log.error("warehouse damaged", reason=warehouse.damaged, next="it is made anew from the journal")
        leave()
    elif warehouse.unusable:
        log.error("warehouse unusable", next="it is opened anew")
        leave()


class ReadThrough:
    """Reads the whole warehouse once, soon after the start, so that what rests damaged on the disk is found."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read through")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        if self._over.wait(READ_AFTER_S):
            return
        try:
            rows = self._books.warehouse.read_through(lambda: not self._over.is_set())
            log.info("warehouse read through", rows=rows)
        except Exception:  # `guard` leaves for what is damaged; anything else will be met by whoever asks
            log.exception("warehouse not read through")


def keep_quietly(books: Books) -> None:
    """Write down what only the warehouse knows, when it has changed."""
    if not (books.warehouse.damaged or books.warehouse.unusable):
        keep_records(books)
