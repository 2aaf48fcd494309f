"""What the scopes of budgets spent, hour by hour: one question for all of them, then cut in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

import polars as pl

from alerts.budgets.budget import COMPANY, COST_CENTRE, MODEL, TEAM, USER, WORKFLOW, Scope
from warehouse import Warehouse

# Accounts as on statements: what a span told stands before its team's own.
HOURS = """
SELECT
    hours.hour_at, hours.team, hours.workflow, coalesce(hours.cost_centre, teams.cost_centre) AS cost_centre,
    hours.model, sum(hours.cost_usd) AS cost_usd,
    sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
        + coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS tokens
FROM hours
LEFT JOIN teams ON teams.team = hours.team
WHERE hour_at >= $since AND hour_at < $until
GROUP BY ALL
ORDER BY hour_at
"""

USERS = """
SELECT
    date_trunc('hour', started_at) AS hour_at, team, workflow, user_id AS "user",
    sum(coalesce(cost_usd, 0)) AS cost_usd,
    sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
        + coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS tokens
FROM calls
WHERE started_at >= $since AND started_at < $until AND list_contains($users, user_id)
GROUP BY ALL
ORDER BY hour_at
"""

COLUMNS = {TEAM: "team", WORKFLOW: "workflow", COST_CENTRE: "cost_centre", MODEL: "model", USER: "user"}
# What each went on, as one asks of it first.
PARTS = {
    COMPANY: "team",
    TEAM: "workflow",
    COST_CENTRE: "workflow",
    USER: "workflow",
    MODEL: "team",
    WORKFLOW: "model",
}
MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Spend:
    """The hours of a stretch of time, by whose they are."""

    hours: pl.DataFrame
    users: pl.DataFrame

    @classmethod
    def between(cls, warehouse: Warehouse, since: datetime, until: datetime, scopes: Iterable[Scope]) -> Self:
        """Everybody's hours in [since, until) (naive UTC); users only those of the scopes."""
        period = {"since": since, "until": until}
        users = sorted({scope.name for scope in scopes if scope.kind == USER})
        of_users = warehouse.query(USERS, {**period, "users": users}) if users else pl.DataFrame()
        return cls(warehouse.query(HOURS, period), of_users)

    def of(self, scope: Scope) -> pl.DataFrame:
        """A scope's rows: hour_at, team, workflow, cost_usd, tokens."""
        rows = self.users if scope.kind == USER else self.hours
        if rows.is_empty():
            return self.hours.clear()
        if column := COLUMNS.get(scope.kind):
            rows = rows.filter(pl.col(column) == scope.name)
        return rows.filter(pl.col("team") == scope.team) if scope.team is not None else rows

    def by_hour(self, scope: Scope) -> tuple[tuple[datetime, Decimal], ...]:
        """(hour, spent until its end) of every hour in which it spent, in order; exact."""
        summed = self.of(scope).group_by("hour_at").agg(pl.col("cost_usd").sum()).sort("hour_at")
        return tuple(summed.select("hour_at", pl.col("cost_usd").cum_sum()).iter_rows())

    def dearest(self, scope: Scope) -> tuple[tuple[str | None, Decimal], ...]:
        """(name, dollars) of what it went on most, the dearest first; nothing where that is one thing."""
        summed = self.of(scope).group_by(PARTS[scope.kind]).agg(pl.col("cost_usd").sum())
        if summed.height < 2:
            return ()
        by = [pl.col("cost_usd"), pl.col(PARTS[scope.kind])]
        return tuple(summed.sort(by, descending=[True, False]).head(MOST_PARTS).iter_rows())


def as_floats(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as a forecast wants them."""
    return rows.with_columns(pl.col("cost_usd", "tokens").cast(pl.Float64))
