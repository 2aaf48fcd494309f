"""Where a budget stands: spent, expected by now, how fast it burns, where it will end, and when it will be gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from alerts.budgets.account import Account
from alerts.budgets.book import standing
from alerts.budgets.budget import Budget, Window
from alerts.budgets.forecast import Range
from alerts.budgets.outlook import Outlooks
from alerts.budgets.spend import Spend
from alerts.incidents.incident import stored
from warehouse import Warehouse

OVER, HEADING_OVER, NEAR, OK = "over", "heading over", "near", "ok"
NEAR_PERCENT = 80
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """One budget in its running period. `burn` is 1 when spend is just as expected; None before anything is."""

    account: Account
    expected_share: float
    range: Range | None
    exhausted_on: date | None  # the business day on which the last of it goes; None when that is after the period

    @property
    def budget(self) -> Budget:
        """Which."""
        return self.account.budget

    @property
    def remaining_usd(self) -> Decimal:
        """What is left; negative when it is overspent."""
        return self.account.budget_usd - self.account.spent_usd

    @property
    def burn(self) -> float | None:
        """Spend so far over what the expected share of the period would allow."""
        return burn(self.account, self.expected_share)

    @property
    def state(self) -> str:
        """'over', 'heading over' (the likely sum reaches it), 'near' (80 % are gone) or 'ok'."""
        if self.account.is_over:
            return OVER
        if self.range is not None and self.range.p50 >= self.account.budget_usd:
            return HEADING_OVER
        return NEAR if self.account.used_percent >= NEAR_PERCENT else OK


def burn(account: Account, expected_share: float) -> float | None:
    """The seasonal burn rate: the share that is spent ÷ the share that is expected to be."""
    if expected_share <= 0:
        return None
    return account.used_share / expected_share


def accounts_of(warehouse: Warehouse, budgets: list[Budget], *, zone: ZoneInfo, now: datetime) -> list[Account]:
    """The running period of every budget, with what was spent in it by the hour."""
    windows = {budget.period: Window.of(budget.period, now, zone) for budget in budgets}
    scopes = [budget.scope for budget in budgets]
    spends = {
        period: Spend.between(warehouse, stored(window.since), stored(now), scopes)
        for period, window in windows.items()
    }
    return [
        Account(budget, windows[budget.period], spend.by_hour(budget.scope), spend.dearest(budget.scope))
        for budget, spend in ((budget, spends[budget.period]) for budget in budgets)
    ]


def standings(warehouse: Warehouse, *, zone: ZoneInfo, now: datetime) -> list[Standing]:
    """Every budget in force, in the order of the book."""
    budgets = standing(warehouse)
    if not budgets:
        return []
    outlooks = Outlooks.of(warehouse, budgets, zone=zone, now=now)
    found = []
    for account in accounts_of(warehouse, budgets, zone=zone, now=now):
        ends = outlooks.range_of(account)
        gone = exhausted_on(account, ends, zone, now)
        found.append(Standing(account, outlooks.expected_share(account), ends, gone))
    return found


def exhausted_on(account: Account, ends: Range | None, zone: ZoneInfo, now: datetime) -> date | None:
    """The business day on which the budget is spent: the one on which it was, else the one on which it likely is."""
    if account.is_over:
        return account.passed_at(100).replace(tzinfo=UTC).astimezone(zone).date()
    if ends is None:
        return None
    left = account.budget_usd - account.spent_usd
    today = now.astimezone(zone).date()
    for number, spent in enumerate(ends.daily):
        left -= Decimal(repr(spent))
        if left <= 0:
            return today + number * DAY
    return None
