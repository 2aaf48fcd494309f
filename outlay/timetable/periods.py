"""Cut time into named, half-open periods: five minutes, hours, business days, business months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A named stretch of time, since <= instant < until; names sort by time."""

    key: str
    since: datetime
    until: datetime


# The period an instant lies in. Instants are aware; a period's bounds are in UTC.
Cut = Callable[[datetime], Period]


def minutes(length: int) -> Cut:
    """Every `length` minutes of the UTC hour: '2026-10-03T14:05'."""

    def cut(instant: datetime) -> Period:
        at = instant.astimezone(UTC)
        since = at.replace(minute=at.minute - at.minute % length, second=0, microsecond=0)
        return Period(f"{since:%Y-%m-%dT%H:%M}", since, since + timedelta(minutes=length))

    return cut


def hours(instant: datetime) -> Period:
    """The UTC hour, so that no daylight saving repeats or skips one: '2026-10-03T14'."""
    since = instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Period(f"{since:%Y-%m-%dT%H}", since, since + timedelta(hours=1))


def days(zone: ZoneInfo) -> Cut:
    """The calendar day of the business zone, 23 to 25 hours long: '2026-10-03'."""

    def cut(instant: datetime) -> Period:
        day = instant.astimezone(zone).date()
        return Period(f"{day}", _midnight(day, zone), _midnight(day + timedelta(days=1), zone))

    return cut


def months(zone: ZoneInfo) -> Cut:
    """The calendar month of the business zone: '2026-10'."""

    def cut(instant: datetime) -> Period:
        first = instant.astimezone(zone).date().replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        return Period(f"{first:%Y-%m}", _midnight(first, zone), _midnight(following, zone))

    return cut


def closed(cut: Cut, now: datetime) -> Iterator[Period]:
    """The periods that have ended, the latest first, without end."""
    period = cut(now)
    while True:
        period = cut(period.since - INSTANT)
        yield period


def missed(cut: Cut, *, last_done: str | None, now: datetime, at_most: int) -> list[Period]:
    """The closed periods after the last one done, oldest first; of a long pause only the newest `at_most`.

    Where nothing was ever done there is nothing to make good, so only the latest closed period is due.
    """
    latest = closed(cut, now)
    if last_done is None:
        return [next(latest)]
    newest = [next(latest) for _ in range(at_most)]
    return list(takewhile(lambda period: period.key > last_done, newest))[::-1]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
