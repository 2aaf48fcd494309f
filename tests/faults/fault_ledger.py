"""What a home's books say, for comparing with the generator's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from outlay.books import Books, open_books
from outlay.home import Home
from outlay.keeping.verify import verify
from outlay.reading.loading import catch_up


@dataclass(frozen=True)
class Said:
    """Spans, billed calls, their cost by the charges and by the hours; what does not agree."""

    spans: int
    calls: int
    cost_usd: Decimal
    hours_usd: Decimal
    broken: tuple[str, ...] = ()

    def equals(self, calls: int, cost_usd: Decimal) -> bool:
        """Whether every call is there once, at its exact cost, in every book."""
        told = (self.spans, self.calls, self.cost_usd, self.hours_usd, self.broken)
        return told == (calls, calls, cost_usd, cost_usd, ())


COUNTED = """
SELECT
    (SELECT count(*) FROM spans) AS spans,
    (SELECT count(*) FROM calls WHERE billed) AS calls,
    (SELECT coalesce(sum(cost_usd), 0) FROM charges) AS cost_usd,
    (SELECT coalesce(sum(cost_usd), 0) FROM hours) AS hours_usd
"""


def said(home: Path) -> Said:
    """What the books of a home say once all of its journal is read."""
    now = datetime.now(UTC)
    with open_books(Home(home), now) as books:
        catch_up(books, now)
        return counted(books)


def counted(books: Books) -> Said:
    """What open books say, and which of their checks fail."""
    broken = tuple(check.sentence for check in verify(books) if not check.passed)
    return Said(*books.warehouse.query(COUNTED).row(0), broken)
