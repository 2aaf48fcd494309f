"""What is expected of the scopes of budgets: their usual week, and where their periods will end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from alerts.budgets.account import Account
from alerts.budgets.budget import MODEL, Budget, Scope
from alerts.budgets.forecast import HISTORY_DAYS, LEAF, Range, range_of
from alerts.budgets.price_steps import price_steps
from alerts.budgets.spend import Spend, as_floats
from alerts.forecasting import Profile
from alerts.incidents.incident import stored
from warehouse import Warehouse

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outlooks:
    """The ten weeks before `now` of every scope; what was asked once is kept."""

    spend: Spend
    prices: pl.DataFrame  # what `price_steps` knows of these weeks and those to come
    zone: ZoneInfo
    now: datetime  # aware
    profiles: dict[Scope, Profile] = field(default_factory=dict)

    @classmethod
    def of(cls, warehouse: Warehouse, budgets: list[Budget], *, zone: ZoneInfo, now: datetime) -> Self:
        """Ask the warehouse once for all of them."""
        since, until = stored(now) - timedelta(days=HISTORY_DAYS), stored(now)
        spend = Spend.between(warehouse, since, until, [budget.scope for budget in budgets])
        return cls(spend, price_steps(warehouse, since=since, now=until), zone, now)

    def range_of(self, account: Account) -> Range | None:
        """Where the account's period will end; None with less than a week of history."""
        rows = as_floats(self.spend.of(account.budget.scope))
        by = (*LEAF, MODEL) if account.budget.scope.kind == MODEL else LEAF
        until, so_far = account.window.until, account.spent_usd
        return range_of(rows, by, until, so_far=so_far, zone=self.zone, now=self.now, prices=self.prices)

    def expected_share(self, account: Account, now: datetime | None = None) -> float:
        """How much of the period's spend is expected by `now` (else this outlook's), by the scope's usual week."""
        since, until, at = (stored(each) for each in (account.window.since, account.window.until, now or self.now))
        return self.profile(account.budget.scope).share(since, until, at)

    def profile(self, scope: Scope) -> Profile:
        """The usual week of a scope, from whole days that are over."""
        if scope not in self.profiles:
            self.profiles[scope] = self._profile(scope)
        return self.profiles[scope]

    def _profile(self, scope: Scope) -> Profile:
        today = stored(self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0))
        rows = as_floats(self.spend.of(scope))
        if rows.is_empty():
            return Profile.flat(self.zone)
        first: datetime = rows.select(pl.col("hour_at").min()).item()
        hours = np.zeros(max((today - first) // HOUR, 0))
        places = ((rows["hour_at"] - first).dt.total_hours()).to_numpy()
        past = places < len(hours)
        np.add.at(hours, places[past], rows["cost_usd"].to_numpy()[past])
        return Profile.of(first, hours, self.zone)
