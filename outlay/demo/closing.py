"""When the demo company's finance closes a month: the third day of the next one, at nine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Closing:
    """A month in the business time zone (half-open UTC bounds) and the instant at which it was closed."""

    month: str
    since: dt.datetime
    until: dt.datetime
    closed_at: dt.datetime


def month_of(at: dt.datetime, zone: ZoneInfo) -> str:
    """The business month of an instant: '2026-10'."""
    return f"{at.astimezone(zone):%Y-%m}"


def closings(since: dt.datetime, now: dt.datetime, zone: ZoneInfo) -> list[Closing]:
    """The months touched by the history that were closed by its end, oldest first."""
    found: list[Closing] = []
    first = since.astimezone(zone).date().replace(day=1)
    while True:
        following = (first + dt.timedelta(days=32)).replace(day=1)
        closed_at = dt.datetime.combine(following.replace(day=3), dt.time(9), zone).astimezone(dt.UTC)
        if closed_at > now:
            return found
        found.append(Closing(f"{first:%Y-%m}", _midnight(first, zone), _midnight(following, zone), closed_at))
        first = following


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
