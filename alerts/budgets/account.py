"""A budget's running period: what is spent, and which marks were passed when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.budgets.budget import MONTHLY, TEAM, Budget, Window
from alerts.incidents.incident import BUDGET, identity

# Per cent of the budget, and how loud. Half is for information; all of it is for the morning, because nobody can
# unspend it at night; far over it means that something runs away.
SEVERITY = {50: "info", 80: "warn", 100: "warn", 120: "page"}
ALL = 100
# Per cent of the budget that the likely sum at the end reaches: there is time until the morning.
FORECAST_MARKS = (100, 110)


@dataclass(frozen=True, slots=True)
class Account:
    """One budget in one period. `hours` are (naive UTC hour, spent until its end); none when nothing was spent."""

    budget: Budget
    window: Window
    hours: tuple[tuple[datetime, Decimal], ...]
    parts: tuple[tuple[str | None, Decimal], ...] = ()  # (name, dollars) of what it went on most

    @property
    def budget_usd(self) -> Decimal:
        """What may be spent in it."""
        return self.budget.amount_usd

    @property
    def spent_usd(self) -> Decimal:
        """Until now."""
        return self.hours[-1][1] if self.hours else Decimal(0)

    @property
    def mark(self) -> int:
        """The highest mark passed, in per cent; 0 when none is."""
        return max((percent for percent in SEVERITY if self._is_past(self.spent_usd, percent)), default=0)

    @property
    def is_over(self) -> bool:
        """Whether all of the budget is spent."""
        return self.mark >= ALL

    @property
    def used_percent(self) -> int:
        """How much of it is spent; whole per cent, rounded down, so that 100 is not said too early."""
        return int(self.spent_usd * 100 / self.budget_usd)

    @property
    def used_share(self) -> float:
        """How much of it is spent, as a share of one."""
        used = self.spent_usd / self.budget_usd
        return float(used)

    @property
    def name(self) -> str:
        """The same for the same scope, period and amount: a changed budget is watched anew."""
        scope, amount = self.budget.scope, f"{self.budget_usd:f}"
        if scope.kind == TEAM and self.budget.period == MONTHLY:
            return identity(BUDGET, scope.name, self.window.key, amount)
        return identity(BUDGET, scope.text, scope.team, self.window.key, amount)

    @property
    def mark_key(self) -> str:
        """The dedup key of a notice: one per mark and period."""
        return f"{BUDGET}:{self.name}:{self.mark}"

    def forecast_mark(self, likely_usd: Decimal) -> int:
        """The highest mark that the likely sum at the end reaches; 0 when none is, or the budget is spent already."""
        if self.is_over:
            return 0
        return max((percent for percent in FORECAST_MARKS if self._is_past(likely_usd, percent)), default=0)

    def passed_at(self, percent: int) -> datetime:
        """The hour (naive UTC) in which a mark was passed. Raises ValueError for one that was not."""
        for at, spent in self.hours:
            if self._is_past(spent, percent):
                return at
        raise ValueError(f"{self.budget.scope.title} has not spent {percent} % of its budget")

    def _is_past(self, spent_usd: Decimal, percent: int) -> bool:
        return spent_usd * 100 >= self.budget_usd * percent
