"""How much of the month's budget is gone, and what a day's share of it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from dashboards.periods import Days, month_of
from dashboards.sums import dollars


@dataclass(frozen=True, slots=True)
class Budget:
    """The budgets of the teams that have one, and what these teams spent of them."""

    teams: int
    monthly_usd: Decimal
    spent_usd: Decimal

    @property
    def used(self) -> Decimal:
        """The share that is spent; more than one when it is overrun."""
        return self.spent_usd / self.monthly_usd


def budget(teams: pl.DataFrame, spent: pl.DataFrame) -> Budget | None:
    """Compare the rows of `questions/teams.sql` with `spent` (`team`, `cost_usd`); None when no team has a budget.

    A team without a budget is left out of both sides, so its spend does not use up the others'.
    """
    budgeted = teams.filter(pl.col("monthly_budget_usd") > 0)
    if budgeted.is_empty():
        return None
    of_them = spent.filter(pl.col("team").is_in(budgeted["team"].implode()))
    return Budget(budgeted.height, dollars(budgeted, "monthly_budget_usd"), dollars(of_them))


def a_day(whole: Budget, days: Days) -> tuple[str, Decimal]:
    """A day's share of a monthly budget, in the month these days end in, and whose it is: not all may have one."""
    whose = "Budget" if whole.teams == 1 else f"Budget of {whole.teams} teams"
    return whose, whole.monthly_usd / len(month_of(days.last))
