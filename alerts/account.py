"""A team's month against its budget: what is spent, and which marks were passed when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.incident import BUDGET, identity
from warehouse import Month

# Per cent of the budget, and how loud. Half is for information; all of it is for the morning, because nobody can
# unspend it at night; far over it means that something runs away.
SEVERITY = {50: "info", 80: "warn", 100: "warn", 120: "page"}
ALL = 100


@dataclass(frozen=True, slots=True)
class Account:
    """One team, one month. `hours` are (naive UTC hour, spent until its end), of which there is at least one."""

    team: str
    month: Month
    budget_usd: Decimal
    hours: tuple[tuple[datetime, Decimal], ...]

    @property
    def spent_usd(self) -> Decimal:
        """Until now."""
        return self.hours[-1][1]

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
    def name(self) -> str:
        """The same for the same team, month and budget: a changed budget is watched anew."""
        return identity(BUDGET, self.team, str(self.month), f"{self.budget_usd:f}")

    @property
    def mark_key(self) -> str:
        """The dedup key of a notice: one per mark and month."""
        return f"{BUDGET}:{self.name}:{self.mark}"

    def passed_at(self, percent: int) -> datetime:
        """The hour (naive UTC) in which a mark was passed. Raises ValueError for one that was not."""
        for at, spent in self.hours:
            if self._is_past(spent, percent):
                return at
        raise ValueError(f"{self.team} has not spent {percent} % of its budget")

    def _is_past(self, spent_usd: Decimal, percent: int) -> bool:
        return spent_usd * 100 >= self.budget_usd * percent
