"""Watch budgets: each team's month against what it may spend; told at four marks, each once a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from alerts.account import ALL, SEVERITY, Account
from alerts.budget_message import ended, notice, overspent
from alerts.forecast import month_forecast
from alerts.incident import BUDGET, Incident, of_kind, stored, write
from alerts.message import NOTICE
from alerts.outbox import post, was_told, was_written
from warehouse import Month, Warehouse, usd

OLD_AFTER = timedelta(days=2)  # a mark passed before the week-end is told after it; one of last week is not

# Running sums, hour by hour, so that it shows when a mark was passed.
SPEND = """
SELECT
    teams.team,
    teams.monthly_budget_usd AS budget_usd,
    hours.hour_at,
    sum(sum(hours.cost_usd)) OVER (PARTITION BY teams.team ORDER BY hours.hour_at) AS spent_usd
FROM teams
JOIN hours ON hours.team = teams.team
WHERE teams.monthly_budget_usd > 0 AND hours.hour_at >= $since AND hours.hour_at < $until
GROUP BY teams.team, teams.monthly_budget_usd, hours.hour_at
ORDER BY teams.team, hours.hour_at
"""

SPENT = """
SELECT coalesce(sum(cost_usd), 0) AS cost_usd
FROM hours
WHERE team = $team AND hour_at >= $since AND hour_at < $until
"""


@dataclass(frozen=True, slots=True)
class BudgetsWatched:
    """What a look at the budgets changed."""

    budgets: int
    messages: int
    opened: int
    resolved: int

    def __str__(self) -> str:
        """A sentence with counts, for the timetable."""
        return (
            f"{self.budgets} budgets in use: {self.opened} overspent, {self.resolved} ended, {self.messages} messages"
        )


def watch_budgets(
    warehouse: Warehouse, *, zone: ZoneInfo, channels: Sequence[str], now: datetime, links: str = ""
) -> BudgetsWatched:
    """Look at the running month of every team with a budget; write incidents and messages in one transaction.

    At 50 and 80 % a notice; at 100 % an incident, which becomes a page at 120 %. Of several marks passed since the last
    look only the highest is told, and no notice of one passed more than two days ago. An incident ends with its month,
    or when the budget is raised above what was spent or taken away.
    """
    month = Month.of(now, zone)
    known = {incident.incident_id: incident for incident in of_kind(warehouse, BUDGET, stored(now))}
    accounts = [account for account in _accounts(warehouse, month, zone, now) if account.mark]
    over = {account.name: _overspent(account, known.get(account.name), now) for account in accounts if account.is_over}
    past = [_ended(warehouse, incident, zone, now) for name, incident in known.items() if name not in over]
    outlook = partial(_outlook, warehouse, zone=zone, now=now)
    messages = 0
    with warehouse.transaction() as tx:
        for account in accounts:
            incident, before = over.get(account.name), known.get(account.name)
            if incident:
                write(tx, incident)
            if incident and (before is None or before.severity != incident.severity):
                told = overspent(incident, account, outlook(account), links)
                messages += post(tx, told, channels, now)
            elif not incident and not was_written(tx, account.mark_key, NOTICE):
                told = notice(account, outlook(account))
                old = stored(now) - account.passed_at(account.mark) > OLD_AFTER
                messages += post(tx, told, channels, now, history=old)
        for incident in past:
            write(tx, incident)
            messages += post(tx, ended(incident, links), channels, now, history=not was_told(tx, incident.dedup_key))
    return BudgetsWatched(len(accounts), messages, len(over.keys() - known.keys()), len(past))


def _accounts(warehouse: Warehouse, month: Month, zone: ZoneInfo, now: datetime) -> list[Account]:
    since, until = month.bounds(zone)
    rows = warehouse.query(SPEND, {"since": stored(since), "until": stored(min(now, until))})
    return [
        Account(str(team), month, Decimal(str(budget)), tuple(hours.select("hour_at", "spent_usd").iter_rows()))
        for (team, budget), hours in rows.group_by(["team", "budget_usd"], maintain_order=True)
    ]


def _overspent(account: Account, before: Incident | None, now: datetime) -> Incident:
    return Incident(
        incident_id=account.name,
        kind=BUDGET,
        team=account.team,
        workflow=None,
        opened_at=account.passed_at(ALL),
        noticed_at=before.noticed_at if before else stored(now),
        last_seen_at=account.hours[-1][0] + timedelta(hours=1),
        resolved_at=None,
        severity="page" if before and before.severity == "page" else SEVERITY[account.mark],
        actual_usd=account.spent_usd,
        expected_usd=account.budget_usd,
        impact_usd=account.spent_usd - account.budget_usd,
        driver="",
        cause=f"The budget of {account.month} is spent.",
        model=None,
        dedup_key=f"{BUDGET}:{account.name}",
    )


def _ended(warehouse: Warehouse, incident: Incident, zone: ZoneInfo, now: datetime) -> Incident:
    """With its month over: what the month cost in the end. Before that: as it stands, because the budget changed."""
    month = Month.of(incident.opened_at.replace(tzinfo=UTC), zone)
    since, until = month.bounds(zone)
    if now < until:
        return replace(incident, resolved_at=stored(now))
    found = warehouse.query(SPENT, {"team": incident.team, "since": stored(since), "until": stored(until)})
    spent: Decimal = found["cost_usd"][0]
    impact = spent - incident.expected_usd
    return replace(incident, resolved_at=stored(until), actual_usd=spent, impact_usd=impact)


def _outlook(warehouse: Warehouse, account: Account, *, zone: ZoneInfo, now: datetime) -> str:
    found = month_forecast(warehouse, account.month, zone=zone, now=now, teams=[account.team])
    if found is None:
        return ""
    return f"By the end of the month about {usd(found.p50)} ({usd(found.p10)} to {usd(found.p90)})."
