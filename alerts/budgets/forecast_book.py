"""The book of forecasts: frozen when the 1st, 10th and 20th are over, and held against what the month came to.

Only what was spent before the end of that day goes into one, however late it is made; none is ever written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from alerts.budgets.book import standing
from alerts.budgets.budget import COMPANY, COST_CENTRE, MODEL, TEAM, USER, WORKFLOW, Scope
from alerts.budgets.forecast import HISTORY_DAYS, LEAF, range_of
from alerts.budgets.price_steps import price_steps
from alerts.budgets.spend import Spend, as_floats
from alerts.incidents.incident import stored
from warehouse import Month, Warehouse

DAYS = (1, 10, 20)  # of a month: nothing is known, a third is, two thirds are
INSTANT = timedelta(microseconds=1)

FREEZE = """
INSERT INTO forecasts
SELECT $kind, $name, $team, $month, $day, $as_of, $frozen_at, $spent_usd, $p10_usd, $p50_usd, $p90_usd, $naive_usd,
       $method
WHERE NOT EXISTS (
    SELECT 1 FROM forecasts
    WHERE kind = $kind AND name = $name AND team IS NOT DISTINCT FROM $team AND month = $month AND day = $day
)
"""

FROZEN = """
SELECT kind, name, team, month, day, spent_usd, p10_usd, p50_usd, p90_usd, naive_usd, method
FROM forecasts
ORDER BY month DESC, day, kind, name, team
"""

ACCURACY: dict[str, pl.DataType | type[pl.DataType]] = {
    "scope": pl.String,
    "title": pl.String,
    "month": pl.String,
    "day": pl.Int64,
    **dict.fromkeys(("spent_usd", "p10_usd", "p50_usd", "p90_usd", "naive_usd", "actual_usd"), pl.Decimal(38, 12)),
    "method": pl.String,
}


def freeze(warehouse: Warehouse, *, as_of: datetime, zone: ZoneInfo, now: datetime) -> int:
    """Freeze the forecasts of the day that ended at `as_of`, if it is one of DAYS; returns how many scopes it saw.

    They are of the company, of every team, workflow and cost centre that spent in the ten weeks before, and of every
    user and model with a budget. What was frozen before stays as it is.
    """
    last = as_of - INSTANT
    day, month = last.astimezone(zone).day, Month.of(last, zone)
    if day not in DAYS:
        return 0
    budgeted = {budget.scope for budget in standing(warehouse) if budget.scope.kind in {USER, MODEL}}
    until = stored(as_of)
    learned_since = until - timedelta(days=HISTORY_DAYS)
    spend = Spend.between(warehouse, learned_since, until, budgeted)
    prices = price_steps(warehouse, since=learned_since, now=until)
    begins, ends = month.bounds(zone)
    found = []
    for scope in [*_scopes(spend), *sorted(budgeted, key=lambda scope: (scope.text, scope.team or ""))]:
        rows = spend.of(scope)
        so_far = rows.filter(pl.col("hour_at") >= stored(begins))["cost_usd"].sum() or Decimal(0)
        by = (*LEAF, MODEL) if scope.kind == MODEL else LEAF
        told = range_of(as_floats(rows), by, ends, so_far=Decimal(so_far), zone=zone, now=as_of, prices=prices)
        if told and told.p90 > 0:
            found.append((scope, so_far, told))
    with warehouse.transaction() as tx:
        for scope, so_far, told in found:
            frozen = {"month": str(month), "day": day, "as_of": until, "frozen_at": stored(now), "spent_usd": so_far}
            frozen |= {"p10_usd": told.p10, "p50_usd": told.p50, "p90_usd": told.p90, "naive_usd": told.naive}
            whose = {"kind": scope.kind, "name": scope.name, "team": scope.team}
            tx.execute(FREEZE, {**whose, **frozen, "method": told.method})
    return len(found)


def freeze_history(warehouse: Warehouse, *, since: datetime, until: datetime, zone: ZoneInfo) -> int:
    """Freeze what would have been, for every such day that ended in [since, until]; each knows only its own past."""
    month, count = Month.of(since, zone), 0
    while month.bounds(zone)[0] < until:
        for day in DAYS:
            begins = month.bounds(zone)[0].astimezone(zone).replace(hour=0, minute=0)
            ended = (begins + timedelta(days=day)).astimezone(UTC)
            if since <= ended <= until:
                count += freeze(warehouse, as_of=ended, zone=zone, now=until)
        month = month.next()
    return count


def accuracy(
    warehouse: Warehouse, *, zone: ZoneInfo, now: datetime, teams: Sequence[str] | None = None
) -> pl.DataFrame:
    """One row for each frozen forecast of a month that is over, with what it came to, as a reader of `teams` may see.

    Columns: scope, title, month, day, spent_usd, p10_usd, p50_usd, p90_usd, naive_usd, actual_usd, method; money exact.
    """
    frozen = warehouse.query(FROZEN)
    rows = []
    for (text,), of_month in frozen.group_by(["month"], maintain_order=True):
        since, until = Month.parse(str(text)).bounds(zone)
        if until > now:
            continue
        scopes = [Scope(*whose) for whose in of_month.select("kind", "name", "team").iter_rows()]
        spend = Spend.between(warehouse, stored(since), stored(until), scopes)
        came: dict[Scope, Decimal] = {}
        for scope, row in zip(scopes, of_month.iter_rows(named=True), strict=True):
            if scope.is_seen_by(teams):
                if scope not in came:
                    came[scope] = Decimal(spend.of(scope)["cost_usd"].sum() or 0)
                rows.append(
                    {name: row[name] for name in ACCURACY if name in row}
                    | {"scope": scope.text, "title": scope.title, "actual_usd": came[scope]}
                )
    return pl.DataFrame(rows, schema=ACCURACY, orient="row")


def _scopes(spend: Spend) -> list[Scope]:
    hours = spend.hours
    teams = hours["team"].drop_nulls().unique().sort()
    accounts = hours["cost_centre"].drop_nulls().unique().sort()
    owned = hours.select("workflow", "team").drop_nulls().unique().sort("team", "workflow")
    return [
        Scope(COMPANY),
        *(Scope(TEAM, team) for team in teams if team),
        *(Scope(COST_CENTRE, account) for account in accounts if account),
        *(Scope(WORKFLOW, workflow, team) for workflow, team in owned.iter_rows() if workflow),
    ]
