"""Price an open month again with the book as it is now: first what would change, then, when someone says so, change it.

A new price never changes a charge by itself. Charges are computed when a call is: when its spans arrive, and again when
a late span touches it; both take the book as it is then, and so does this. What a closed month says stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.instants import stored
from warehouse.months import Month
from warehouse.prices.naming import name_again
from warehouse.prices.pricing import price
from warehouse.prices.rehearsal import rehearsal
from warehouse.settled import Period, closed_periods, period_of
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

_VERSIONS = """
    SELECT DISTINCT price_lines.book_version
    FROM priced
    JOIN price_lines ON price_lines.line_no = priced.line_no
    WHERE priced.cost_usd IS NOT NULL AND priced.quantity > 0
    ORDER BY price_lines.book_version
"""


class MonthIsClosed(ValueError):
    """What finance closed is not priced again."""


@dataclass(frozen=True, slots=True)
class Repricing:
    """What pricing a month again changes. Costs are exact sums over the billed calls that have one.

    `rows` tells it by team, provider and model: calls, changed_calls, unpriced_before, unpriced_after, before_usd,
    after_usd; the largest difference first.
    """

    month: Month
    since: datetime
    until: datetime
    applied: bool
    calls: int
    changed_calls: int
    unpriced_before: int
    unpriced_after: int
    before_usd: Decimal
    after_usd: Decimal
    price_versions: tuple[str, ...]
    rows: pl.DataFrame


def reprice(warehouse: Warehouse, month: Month, *, zone: ZoneInfo, by: str, now: datetime, apply: bool) -> Repricing:
    """Price the calls of an open month with the lines now in the book.

    Without `apply` nothing changes. With it charges, calls, tasks and hours change in one transaction, and a row of
    `repricings` says who did it, when, and the totals before and after. Raises MonthIsClosed for a month that is closed
    or lies before one, ValueError when nobody is named as the one who applies it.
    """
    if apply and not by.strip():
        raise ValueError(f"nobody is named as the one who prices {month} again; say who with --by")
    with _writing(warehouse, apply=apply) as tx:
        period = _open(tx, month, zone)
        name_again(tx)
        price(tx, stored(period.since), stored(period.until))
        found = _changes(tx, period, applied=apply)
        if apply:
            tx.execute(_sql("apply"))
            for step in ("7_hours", "7a_waste_days"):
                tx.execute((resources.files("warehouse") / "steps" / f"{step}.sql").read_text(encoding="utf-8"))
            _record(tx, found, by=by.strip(), now=now)
    return found


@contextmanager
def _writing(warehouse: Warehouse, *, apply: bool) -> Iterator[Transaction]:
    with warehouse.transaction() if apply else rehearsal(warehouse) as tx:
        yield tx


def _open(tx: Transaction, month: Month, zone: ZoneInfo) -> Period:
    closed = closed_periods(tx)
    period = period_of(month, closed, zone)
    if closed and period.since < closed[-1].until:
        why = (
            "is closed" if month == closed[-1].month else f"lies before the end of {closed[-1].month}, which is closed"
        )
        raise MonthIsClosed(
            f"{month} {why}, and what is closed is not priced again; the first open month is {closed[-1].month.next()}"
        )
    return period


def _changes(tx: Transaction, period: Period, *, applied: bool) -> Repricing:
    rows = tx.query(_sql("changes"))
    return Repricing(
        month=period.month,
        since=period.since,
        until=period.until,
        applied=applied,
        calls=int(rows["calls"].sum()),
        changed_calls=int(rows["changed_calls"].sum()),
        unpriced_before=int(rows["unpriced_before"].sum()),
        unpriced_after=int(rows["unpriced_after"].sum()),
        before_usd=sum(rows["before_usd"], Decimal(0)),
        after_usd=sum(rows["after_usd"], Decimal(0)),
        price_versions=tuple(tx.query(_VERSIONS)["book_version"]),
        rows=rows,
    )


def _record(tx: Transaction, done: Repricing, *, by: str, now: datetime) -> None:
    tx.execute(
        "INSERT INTO repricings VALUES ($at, $by, $month, $since, $until, $calls, $changed, $before, $after,"
        " $unpriced_before, $unpriced_after, $versions)",
        {
            "at": stored(now),
            "by": by,
            "month": str(done.month),
            "since": stored(done.since),
            "until": stored(done.until),
            "calls": done.calls,
            "changed": done.changed_calls,
            "before": done.before_usd,
            "after": done.after_usd,
            "unpriced_before": done.unpriced_before,
            "unpriced_after": done.unpriced_after,
            "versions": ", ".join(done.price_versions),
        },
    )


@cache
def _sql(name: str) -> str:
    return (resources.files("warehouse") / "repricing" / f"{name}.sql").read_text(encoding="utf-8")
