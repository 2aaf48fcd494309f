"""How much is known, and how far the ledger is behind what was received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from outlay.books import Books
from warehouse import Warehouse

COUNTS = """
SELECT
    (SELECT count(*) FROM spans) AS spans,
    (SELECT count(*) FROM calls WHERE billed) AS calls
"""

NEWEST = "SELECT max(received_at) AS received_at FROM spans"


@dataclass(frozen=True, slots=True)
class HowFar:
    """The journal and the reading of it. `refreshed_at` is None before the first request was read."""

    journal_entries: int
    behind_entries: int
    behind_seconds: float
    refreshed_at: datetime | None


def marks(warehouse: Warehouse) -> dict[date, int]:
    """Up to which entry of each journal day the warehouse has read."""
    return dict(warehouse.query("SELECT journal_day, loaded_seq FROM journal_marks").iter_rows())


def lag_of(books: Books, now: datetime) -> HowFar:
    """How far the ledger is behind the journal."""
    behind = books.journal.lag(marks(books.warehouse), now)
    held = books.journal.lag({}, now)
    # A server remembers when it last changed the ledger; before that, the newest span it holds tells. Only then is that
    # asked for: it reads a block of each row group, and DuckDB keeps them, four bytes for every span there is.
    refreshed_at = books.loading.changed_at or _newest(books.warehouse)
    return HowFar(held.entries, behind.entries, behind.seconds, refreshed_at)


def _newest(warehouse: Warehouse) -> datetime | None:
    received_at: datetime | None = warehouse.query(NEWEST)["received_at"][0]
    return received_at.replace(tzinfo=UTC) if received_at else None


def status(books: Books, now: datetime) -> dict[str, Any]:
    """The object of `outlay status --json`, the same as GET /api/v1/status gives a reader of all teams."""
    far = lag_of(books, now)
    return {
        **books.warehouse.query(COUNTS).row(0, named=True),
        "journal_entries": far.journal_entries,
        "journal_lag_entries": far.behind_entries,
        "journal_lag_seconds": far.behind_seconds,
        "refreshed_at": far.refreshed_at.isoformat().replace("+00:00", "Z") if far.refreshed_at else None,
    }
