"""Tell an outside service that all is well, once a minute; its alarm is our silence.

It is told only while somebody would hear of an incident: what arrives is read, no job goes on failing, and messages
leave. Whoever watches needs no more than a URL to be asked (healthchecks.io, an uptime monitor, a cron monitor).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from alerts import Caller, NotSent, failed_jobs
from outlay.books import Books
from outlay.clock import now
from outlay.reading.status import lag_of

log = structlog.get_logger("core")

EVERY_S = 60.0
TOO_LATE = timedelta(minutes=10)  # of reading, or of a message that nobody took

STUCK = """
SELECT count(*) AS messages FROM outbox
WHERE channel <> 'routes' AND sent_at IS NULL AND next_try_at < $never AND attempts > 0 AND written_at < $since
"""
NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - as stored: naive UTC


@dataclass(frozen=True, slots=True)
class Alive:
    """The URL to ask while all is well."""

    books: Books
    url: str = field(repr=False)  # whoever has it can say that all is well
    clock: Callable[[], datetime] = now

    def turn(self) -> None:
        """Ask it, or say why not."""
        if reasons := unwell(self.books, self.clock()):
            log.warning("not well", reasons=reasons)
            return
        try:
            Caller(self.books.settings.alerts.allow_hosts).call("GET", self.url).taken(self.clock())
        except NotSent as failure:
            log.warning("nobody was told that all is well", reason=str(failure))


def unwell(books: Books, at: datetime) -> list[str]:
    """Why an incident might go unheard just now; empty while all is well."""
    stored = at.replace(tzinfo=None)
    reasons = []
    if (lag := lag_of(books, at)).behind_seconds > TOO_LATE.total_seconds():
        reasons.append(f"reading is {lag.behind_seconds:,.0f} s behind")
    reasons += [finding.headline for finding in failed_jobs(books.warehouse, stored)]
    stuck = books.warehouse.query(STUCK, {"never": NEVER, "since": stored - TOO_LATE})["messages"][0]
    if stuck:
        reasons.append(f"{stuck} messages are not taken")
    return reasons
