"""Which stretches of time finance has closed, and which month may be closed next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from warehouse.instants import stored, told
from warehouse.money import usd
from warehouse.months import Month
from warehouse.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Period:
    """A month's half-open bounds in UTC."""

    month: Month
    since: datetime
    until: datetime

    def params(self) -> dict[str, datetime]:
        """`$since` and `$until` as SQL takes them."""
        return {"since": stored(self.since), "until": stored(self.until)}


@cache
def question(name: str) -> str:
    """The SQL of `warehouse/statements/NAME.sql`."""
    return (resources.files("warehouse") / "statements" / f"{name}.sql").read_text("utf-8")


def closed_periods(reading: Transaction) -> list[Period]:
    """The closed months in order, with the bounds they were closed with."""
    rows = reading.query("SELECT month, since_at, until_at FROM closes ORDER BY until_at").iter_rows()
    return [Period(Month.parse(month), told(since), told(until)) for month, since, until in rows]


def period_of(month: Month, closed: list[Period], zone: ZoneInfo) -> Period:
    """The bounds of a month in `zone`; it begins where the closed month before it ended, whatever zone that used."""
    since, until = month.bounds(zone)
    if closed and closed[-1].month == month.previous():
        since = closed[-1].until
    return Period(month, since, until)


def settled_periods(reading: Transaction, closed: list[Period], zone: ZoneInfo) -> list[Period]:
    """Every stretch of time before the latest close that has calls: closed months, and months skipped as empty.

    A month that was empty when a later one was closed, or that lies before the first close, can still get a late
    call; that too is a correction, so it is listed under its own month.
    """
    settled = list(closed)
    gap_since: datetime | None = None
    for period in closed:
        if gap_since != period.since:
            settled += _skipped(reading, gap_since, period.since, zone)
        gap_since = period.until
    return settled


def _skipped(reading: Transaction, since: datetime | None, until: datetime, zone: ZoneInfo) -> list[Period]:
    strays = reading.query(question("months_with_calls"), {"since": since and stored(since), "until": stored(until)})[
        "month_at"
    ]
    # A month of the zone overlaps at most three of UTC's.
    days = timedelta(days=31)
    around = {Month.of(told(at) + step, zone) for at in strays for step in (-days, timedelta(0), days)}
    return [
        Period(month, max(begins, since) if since else begins, min(ends, until))
        for month in sorted(around)
        for begins, ends in [month.bounds(zone)]
        if begins < until and (since is None or ends > since)
    ]


class OutOfOrder(ValueError):
    """Months are closed one after the other, and this one is not the next."""


def open_before(reading: Transaction, period: Period, closed: list[Period], zone: ZoneInfo) -> OutOfOrder | None:
    """Why `period` is not the next to close: an earlier month has calls that no statement took up; None when it is."""
    bounds = {"since": stored(closed[-1].until) if closed else None, "until": stored(period.since)}
    first, cost_usd = reading.query(question("open_spend"), bounds).row(0)
    if first is None:
        return None
    earliest = Month.of(told(first), zone)
    month = max(earliest, closed[-1].month.next()) if closed else earliest
    return OutOfOrder(
        f"{month} is still open, and {usd(cost_usd)} of calls before {period.month} are on no statement yet; "
        f"close it first: outlay close {month}"
    )
