"""Move what the journal holds into the ledger: load until nothing is new, then refresh what it touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest.loader import load
from outlay.books import Books
from outlay.emitters import dialects_of
from outlay.owners import owners_of
from warehouse import refresh

# At 1.4 KB a span some 100 MB of log and memory; settling costs half a second, and nothing is loaded meanwhile.
SETTLE_AFTER_SPANS: Final = 75_000


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


def catch_up(books: Books, now: datetime) -> CaughtUp:
    """Load and refresh until the journal holds nothing new; one turn at a time, zeros when there is nothing to do.

    Each batch is refreshed before the next is read: while ever more arrives, what was read is seen all the same. The
    refresh also runs when no entry is new: a process killed between the two left spans without calls.
    """
    limits, owners = books.settings.limits, owners_of(books.settings)
    moved = CaughtUp()
    spoken = dialects_of(books.settings)
    with books.loading.turn:
        while True:
            batch = load(
                books.journal,
                books.warehouse,
                max_entries=limits.batch_entries,
                max_bytes=limits.batch_bytes,
                owners=owners,
                spoken=spoken,
            )
            refreshed = refresh(books.warehouse)
            if refreshed.spans or refreshed.points or refreshed.outcomes:
                books.loading.changed_at = now
            moved = CaughtUp(
                moved.entries + batch.entries,
                moved.spans + batch.spans,
                moved.duplicates + batch.duplicates,
                moved.faults + batch.faults,
                moved.calls + refreshed.calls,
                moved.outcomes + batch.outcomes,
            )
            if not batch.entries and not batch.faults:
                return moved
            _settle(books, batch.spans)


def _settle(books: Books, spans: int) -> None:
    """Move the log into the file from time to time: until then the warehouse holds in memory what the log holds."""
    books.loading.unsettled_spans += spans
    if books.loading.unsettled_spans >= SETTLE_AFTER_SPANS:
        books.warehouse.checkpoint()
        books.loading.unsettled_spans = 0
