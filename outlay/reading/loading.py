"""Move what the journal holds into the ledger: load what is new, then refresh what it touched."""

from __future__ import annotations

import time
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Final

from ingest.loader import load
from outlay.books import Books
from outlay.reading.emitters import dialects_of
from outlay.reading.owners import owners_of
from warehouse import refresh

# Three batches of the usual size: what a refresh makes of them takes another 100 MB while it runs.
REFRESH_AFTER_SPANS: Final = 60_000
REFRESH_AFTER_ENTRIES: Final = 2_000
# A batch that brought fewer has all but emptied the journal; another would cost more than it brings.
FEW_SPANS: Final = 10_000


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What one turn moved: journal entries, new spans, spans that were there already, refused records, calls found.

    `outcomes` are new ones that were told beside the spans.
    """

    entries: int = 0
    spans: int = 0
    duplicates: int = 0
    faults: int = 0
    calls: int = 0
    outcomes: int = 0

    def __add__(self, other: CaughtUp) -> CaughtUp:
        return CaughtUp(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def much(self) -> bool:
        """Whether it is a refresh's worth; more may wait."""
        return self.spans >= REFRESH_AFTER_SPANS or self.entries >= REFRESH_AFTER_ENTRIES

    def __bool__(self) -> bool:
        return bool(self.entries or self.faults)


def catch_up(books: Books, now: datetime) -> CaughtUp:
    """Load and refresh until the journal holds nothing new; one turn at a time, zeros when there is nothing to do."""
    moved = CaughtUp()
    while True:
        step = move(books, now)
        moved += step
        if not step:
            return moved


def move(books: Books, now: datetime) -> CaughtUp:
    """Load what waits, up to a refresh's worth of spans, and refresh once: false when nothing was moved.

    A refresh costs two tenths of a second whatever is new, so it is not called for each of several batches that wait;
    and no more than its worth is loaded before it, or while ever more arrives nothing would be seen. One transaction:
    spans and what is computed of them are seen together, and its commit settles by itself what would make the log long.
    """
    limits, owners, spoken = books.settings.limits, owners_of(books.settings), dialects_of(books.settings)
    moved = CaughtUp()
    with books.loading.turn, books.warehouse.transaction():
        while not moved.much:
            batch = load(
                books.journal,
                books.warehouse,
                max_entries=limits.batch_entries,
                max_bytes=limits.batch_bytes,
                owners=owners,
                spoken=spoken,
            )
            moved += CaughtUp(batch.entries, batch.spans, batch.duplicates, batch.faults, outcomes=batch.outcomes)
            if batch.spans < FEW_SPANS and batch.entries < limits.batch_entries:
                break
        began = time.monotonic()
        refreshed = refresh(books.warehouse)
        books.loading.meters.refreshed(time.monotonic() - began)
        if refreshed.spans or refreshed.points or refreshed.outcomes:
            books.loading.changed_at = now
    return moved + CaughtUp(calls=refreshed.calls)
