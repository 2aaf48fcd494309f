"""Keep beside the warehouse what only it knows, and closed days of the journal before their files are dropped."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ingest import JournalReplaced
from outlay.books import Books
from outlay.keeping.held import alone
from outlay.reading.status import marks
from warehouse import archive_day, archived_days, keep, outgrown_days

# A day's file may still be written to for a moment after its midnight, by whoever was late.
CLOSED_AFTER = timedelta(days=2)


def keep_records(books: Books) -> bool:
    """Write down what changed of what only the warehouse knows; returns whether anything had."""
    loading = books.loading
    with loading.keeping:
        writes = books.warehouse.writes
        if writes == loading.kept_writes:
            return False
        changed = keep(books.warehouse, books.home.folder)
        # Keeping may itself have written a number; what others wrote meanwhile is kept the next time.
        loading.kept_writes = writes
        return changed


def archive_closed_days(books: Books, now: datetime) -> dict[date, int]:
    """Write down every closed day that the warehouse has read whole; returns the days with their spans.

    A day of which something stands in the ledger alone is written down before it is closed, and again when it is.
    """
    at_once = alone(books)
    done = set(archived_days(books.home.folder)) - set(outgrown_days(books.warehouse, books.home.folder))
    due = {*at_once, *(day for day in _closed(books, now) if day not in done)}
    return {day: archive_day(books.warehouse, books.home.folder, day) for day in sorted(due) if _read_whole(books, day)}


def drop_archived(books: Books, before: date) -> list[date]:
    """Drop the journal's files of the days before `before`, up to the first that is written down nowhere else."""
    held = set(archived_days(books.home.folder)) - set(outgrown_days(books.warehouse, books.home.folder))
    unsafe = [day for day in books.journal.days() if day < before and day not in held]
    return books.journal.drop_before(min([before, *unsafe]))


def _closed(books: Books, now: datetime) -> list[date]:
    last = (now - CLOSED_AFTER).date()
    return [day for day in books.journal.days() if day <= last]


def _read_whole(books: Books, day: date) -> bool:
    others = [other for other in books.journal.days() if other != day]
    try:
        return not books.journal.read(marks(books.warehouse), max_entries=1, max_bytes=1, leave_out=others)
    except JournalReplaced:
        return False
