"""Close a month: freeze its lines, take their digest, refuse to do it twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.instants import stored, told
from warehouse.months import Month
from warehouse.proofs import Check, lines_are_as_closed
from warehouse.settled import OutOfOrder, Period, closed_periods, open_before, period_of, question
from warehouse.statements import Statement, draft, frozen_lines, versions
from warehouse.store import Warehouse
from warehouse.transaction import Transaction


class AlreadyClosed(ValueError):
    """The month was closed before; what it says stays."""


class TooEarly(ValueError):
    """The month is not over."""


class NotClosed(LookupError):
    """The month was never closed."""


@dataclass(frozen=True, slots=True)
class Close:
    """What is on record about a closed month. `amount_usd` is `total_usd` rounded once; `sha256` is of its lines."""

    month: Month
    closed_at: datetime
    closed_by: str
    since: datetime
    until: datetime
    time_zone: str
    total_usd: Decimal
    amount_usd: Decimal
    calls: int
    unpriced_calls: int
    incomplete_calls: int
    price_versions: tuple[str, ...]
    received_until: datetime | None
    sha256: str


# How the month's tasks stand now: what is decided otherwise later is an adjustment (dollars_per_resolution).
_FREEZE_OUTCOMES = """
    INSERT INTO closed_outcomes BY NAME
    SELECT
        $month AS month, task_outcomes.sender, task_outcomes.owner, task_outcomes.task_id, task_outcomes.kind,
        task_outcomes.status
    FROM task_outcomes
    JOIN tasks
      ON tasks.sender = task_outcomes.sender AND tasks.owner = task_outcomes.owner
     AND tasks.task_id = task_outcomes.task_id
    WHERE tasks.first_at >= $since AND tasks.first_at < $until
"""
_MARK_TASKS = """
    UPDATE tasks SET closed_status = outcome_status
    WHERE first_at >= $since AND first_at < $until AND outcome_status IS NOT NULL
"""


def close_month(warehouse: Warehouse, month: Month, *, zone: ZoneInfo, by: str, now: datetime) -> Close:
    """Freeze a month that is over: its lines, the corrections of months closed before it, and their digest.

    All in one transaction: nothing the loader commits meanwhile can be half on it. From then on no row of it changes;
    what arrives late is a correction of the next month that is closed.

    Raises AlreadyClosed; TooEarly while the month runs; OutOfOrder while an earlier month with calls is open, or when a
    later one is closed; ValueError when nobody is named as the one who closes it.
    """
    if not by.strip():
        raise ValueError(f"nobody is named as the one who closes {month}; say who with --by")
    with warehouse.transaction() as tx:
        closed = closed_periods(tx)
        _refuse(tx, period_of(month, closed, zone), closed, zone, now)
        drafted = draft(tx, month, closed, zone=zone, now=now)
        record = _record(drafted, by=by.strip(), now=now)
        tx.insert("statement_lines", drafted.lines)
        tx.insert("closes", _row(record))
        bounds = {"since": stored(record.since), "until": stored(record.until)}
        tx.execute(_FREEZE_OUTCOMES, bounds | {"month": str(month)})
        tx.execute(_MARK_TASKS, bounds)
    return record


def closes(warehouse: Warehouse) -> list[Close]:
    """Every closed month, in order."""
    return [_told(row) for row in warehouse.query(question("closes"), {"month": None}).iter_rows(named=True)]


def verify_closed(warehouse: Warehouse, month: Month) -> Check:
    """Take the digest of a closed month's lines again and hold it against the one on record; raises NotClosed."""
    with warehouse.snapshot() as reading:
        recorded = reading.query(question("closes"), {"month": str(month)})
        if recorded.is_empty():
            raise NotClosed(f"{month} is not closed, so there is nothing to verify; outlay close {month} closes it")
        return lines_are_as_closed(frozen_lines(reading, month), recorded["sha256"].item())


def _refuse(tx: Transaction, period: Period, closed: list[Period], zone: ZoneInfo, now: datetime) -> None:
    month = period.month
    for done in closed:
        if done.month == month:
            when, who = tx.query(question("closes"), {"month": str(month)}).select("closed_at", "closed_by").row(0)
            raise AlreadyClosed(
                f"{month} was closed on {when:%Y-%m-%d %H:%M} UTC by {who}, and a closed month never changes; "
                "what arrives late is a correction in the next month that is closed"
            )
    if closed and month < closed[-1].month:
        raise OutOfOrder(
            f"{month} lies before {closed[-1].month}, which is closed; what was spent in it is booked as corrections "
            "in the next month that is closed"
        )
    if now < period.until:
        raise TooEarly(
            f"{month} is not over before {stored(period.until):%Y-%m-%d %H:%M} UTC (midnight in {zone.key}); "
            f"until then outlay report {month} gives a provisional statement"
        )
    if refusal := open_before(tx, period, closed, zone):
        raise refusal


def _record(drafted: Statement, *, by: str, now: datetime) -> Close:
    return Close(
        month=drafted.month,
        closed_at=now,
        closed_by=by,
        since=drafted.since,
        until=drafted.until,
        time_zone=drafted.time_zone,
        total_usd=drafted.total_usd,
        amount_usd=drafted.amount_usd,
        calls=drafted.calls,
        unpriced_calls=drafted.unpriced_calls,
        incomplete_calls=drafted.incomplete_calls,
        price_versions=drafted.price_versions,
        received_until=drafted.received_until,
        sha256=drafted.sha256,
    )


def _told(row: dict[str, Any]) -> Close:
    received = row.pop("received_until")
    return Close(
        month=Month.parse(row.pop("month")),
        closed_at=told(row.pop("closed_at")),
        since=told(row.pop("since_at")),
        until=told(row.pop("until_at")),
        price_versions=versions(row.pop("price_versions")),
        received_until=told(received) if received else None,
        **row,
    )


def _row(close: Close) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "month": [str(close.month)],
            "closed_at": [stored(close.closed_at)],
            "closed_by": [close.closed_by],
            "since_at": [stored(close.since)],
            "until_at": [stored(close.until)],
            "time_zone": [close.time_zone],
            "total_usd": [close.total_usd],
            "amount_usd": [close.amount_usd],
            "calls": [close.calls],
            "unpriced_calls": [close.unpriced_calls],
            "incomplete_calls": [close.incomplete_calls],
            "price_versions": [", ".join(close.price_versions)],
            "received_until": [close.received_until and stored(close.received_until)],
            "sha256": [close.sha256],
        },
        schema_overrides={
            "total_usd": pl.Decimal(38, 12),
            "amount_usd": pl.Decimal(18, 2),
            "received_until": pl.Datetime("us"),
        },
    )
