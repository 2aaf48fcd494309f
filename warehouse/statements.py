"""A month's statement: who owes what, to the cent, with what it stands on and the proof that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.instants import told
from warehouse.lines import AMOUNT_USD, CORRECTION, LINES, USAGE, correction_costs, lines_of, total, usage_costs
from warehouse.money import rounded
from warehouse.months import Month
from warehouse.proofs import (
    Check,
    charges_are_booked,
    charges_are_on_it,
    corrections_settle,
    digest,
    every_call_is_counted,
    lines_are_as_closed,
    nothing_is_dated_ahead,
    parts_sum,
)
from warehouse.ratios import ratio
from warehouse.settled import (
    OutOfOrder,
    Period,
    closed_periods,
    open_before,
    period_of,
    question,
    settled_periods,
)
from warehouse.store import Warehouse
from warehouse.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Statement:
    """One month, provisional while it is open, final once it is closed.

    `lines` has the columns of `statement_lines`; the row without a team is Unattributed. `total_usd` is exact,
    `amount_usd` the same rounded once; the lines' `amount_usd` sum to it. Calls and coverage speak of the month's own
    usage, not of corrections. `prior` (team, amount_usd) is the month before; `teams` is (team, cost_centre,
    monthly_budget_usd) as set today.
    """

    month: Month
    status: Literal["provisional", "final"]
    since: datetime
    until: datetime
    time_zone: str
    stated_at: datetime
    closed_by: str | None
    received_until: datetime | None
    price_versions: tuple[str, ...]
    lines: pl.DataFrame
    total_usd: Decimal
    amount_usd: Decimal
    sha256: str
    checks: tuple[Check, ...]
    prior: pl.DataFrame
    teams: pl.DataFrame

    @property
    def calls(self) -> int:
        """Billed calls of the month."""
        return self._of_month("calls")

    @property
    def unpriced_calls(self) -> int:
        """Those without a price: their cost is unknown and not in the total."""
        return self._of_month("unpriced_calls")

    @property
    def incomplete_calls(self) -> int:
        """Those that did not tell all their usage."""
        return self._of_month("incomplete_calls")

    @property
    def coverage(self) -> float | None:
        """The share of calls that are complete and priced; None without calls."""
        covered = max(0, self.calls - self.unpriced_calls - self.incomplete_calls)
        return covered / self.calls if self.calls else None

    @property
    def unattributed_usd(self) -> Decimal:
        """What nobody can be charged for, exactly."""
        return total(self.lines.filter(pl.col("team").is_null()))

    @property
    def unattributed_share(self) -> float | None:
        """That, over the total; None when there is no total."""
        share = ratio(self.unattributed_usd, self.total_usd)
        return None if share is None else float(share)

    @property
    def corrections_usd(self) -> Decimal:
        """What earlier, closed months turned out to cost since they were closed, in cents."""
        return total(self.lines.filter(pl.col("charge_class") == CORRECTION), "amount_usd")

    def _of_month(self, column: str) -> int:
        return int(self.lines.filter(pl.col("charge_class") == USAGE)[column].sum())


def statement(warehouse: Warehouse, month: Month, *, zone: ZoneInfo, now: datetime) -> Statement:
    """The statement of a month: as it was frozen when the month is closed, as it would be closed now otherwise.

    Raises OutOfOrder for a month that was skipped as empty when a later one was closed.
    """
    with warehouse.snapshot() as reading:
        closed = closed_periods(reading)
        for period in closed:
            if period.month == month:
                return _final(reading, period, closed, zone)
        return draft(reading, month, closed, zone=zone, now=now)


def draft(reading: Transaction, month: Month, closed: list[Period], *, zone: ZoneInfo, now: datetime) -> Statement:
    """The statement an open month would be closed with. Corrections stand on the next month to be closed only."""
    if closed and month < closed[-1].month:
        raise OutOfOrder(
            f"{month} was not closed, and {closed[-1].month} after it was; what was spent in {month} is booked "
            "as corrections in the next month that is closed"
        )
    period = period_of(month, closed, zone)
    lines = _drafted_lines(reading, period, closed, zone)
    total_usd = total(lines)
    amount_usd = rounded(total_usd)
    checks = [*parts_sum(lines, total_usd, amount_usd), charges_are_on_it(reading, period, lines)]
    if closed and open_before(reading, period, closed, zone) is None:
        checks.append(corrections_settle(reading, settled_periods(reading, closed, zone), lines))
    received = reading.query("SELECT max(received_at) FROM spans").item()
    return Statement(
        month=month,
        status="provisional",
        since=period.since,
        until=period.until,
        time_zone=zone.key,
        stated_at=now,
        closed_by=None,
        received_until=told(received) if received else None,
        price_versions=tuple(reading.query(question("price_versions"), period.params())["book_version"]),
        lines=lines,
        total_usd=total_usd,
        amount_usd=amount_usd,
        sha256=digest(lines),
        checks=(*checks, *every_call_is_counted(lines), nothing_is_dated_ahead(reading, now)),
        prior=_prior(reading, month.previous(), closed, zone),
        teams=_teams(reading),
    )


def _final(reading: Transaction, period: Period, closed: list[Period], zone: ZoneInfo) -> Statement:
    month = {"month": str(period.month)}
    frozen = reading.query(question("closes"), month).row(0, named=True)
    lines = frozen_lines(reading, period.month)
    return Statement(
        month=period.month,
        status="final",
        since=period.since,
        until=period.until,
        time_zone=frozen["time_zone"],
        stated_at=told(frozen["closed_at"]),
        closed_by=frozen["closed_by"],
        received_until=told(frozen["received_until"]) if frozen["received_until"] else None,
        price_versions=versions(frozen["price_versions"]),
        lines=lines,
        total_usd=frozen["total_usd"],
        amount_usd=frozen["amount_usd"],
        sha256=frozen["sha256"],
        checks=(
            *parts_sum(lines, frozen["total_usd"], frozen["amount_usd"]),
            charges_are_booked(reading, period),
            *every_call_is_counted(lines),
            lines_are_as_closed(lines, frozen["sha256"]),
        ),
        prior=_prior(reading, period.month.previous(), closed, zone),
        teams=_teams(reading),
    )


def versions(recorded: str) -> tuple[str, ...]:
    """Price books as a close records them, apart again."""
    return tuple(filter(None, recorded.split(", ")))


def frozen_lines(reading: Transaction, month: Month) -> pl.DataFrame:
    """The lines a month was closed with (`LINES`)."""
    return reading.query(question("frozen_lines"), {"month": str(month)}).select(*LINES).cast(LINES)


def _drafted_lines(reading: Transaction, period: Period, closed: list[Period], zone: ZoneInfo) -> pl.DataFrame:
    costs = usage_costs(reading, period)
    if closed and open_before(reading, period, closed, zone) is None:
        costs = pl.concat([costs, correction_costs(reading, settled_periods(reading, closed, zone))])
    return lines_of(str(period.month), costs, _teams(reading))


def _prior(reading: Transaction, month: Month, closed: list[Period], zone: ZoneInfo) -> pl.DataFrame:
    if any(period.month == month for period in closed):
        lines = frozen_lines(reading, month)
    elif closed and month < closed[-1].month:
        lines = pl.DataFrame(schema=LINES)
    else:
        lines = _drafted_lines(reading, period_of(month, closed, zone), closed, zone)
    return lines.group_by("team").agg(pl.col("amount_usd").sum()).cast({"amount_usd": AMOUNT_USD})


def _teams(reading: Transaction) -> pl.DataFrame:
    return reading.query("SELECT team, cost_centre, monthly_budget_usd FROM teams ORDER BY team")
