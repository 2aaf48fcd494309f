"""Watch budgets: what is spent and what it will come to; told at six marks, each once a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.budgets.account import ALL, FORECAST_MARKS, SEVERITY, Account
from alerts.budgets.book import standing
from alerts.budgets.budget import MODEL, TEAM, WORKFLOW, Budget, Window
from alerts.budgets.forecast import Range
from alerts.budgets.message import ended, heading_over, notice, outlook_of, overspent
from alerts.budgets.outlook import Outlooks
from alerts.budgets.spend import Spend
from alerts.budgets.standing import accounts_of
from alerts.delivery.outbox import post, was_told, was_written
from alerts.incidents.incident import BUDGET, Incident, of_kind, stored, write
from alerts.incidents.message import NOTICE
from warehouse import Transaction, Warehouse

OLD_AFTER = timedelta(days=2)  # a mark passed before the week-end is told after it; one of last week is not

TOLD = "SELECT mark FROM budget_marks WHERE account = $account"

TELL = """
INSERT INTO budget_marks
SELECT $account, $mark, $told_at
WHERE NOT EXISTS (SELECT 1 FROM budget_marks WHERE account = $account AND mark = $mark)
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


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the budgets: one transaction, and what it tells."""

    tx: Transaction
    channels: Sequence[str]
    now: datetime
    links: str

    def tell(self, account: Account, incident: Incident | None, before: Incident | None, found: Range | None) -> int:
        """Write the account's incident and say what is new about it; returns how many messages."""
        if incident:
            write(self.tx, incident)
        known = self._known(account)
        marks = [percent for percent in SEVERITY if percent <= account.mark]
        is_new = str(account.mark) not in known and bool(marks)
        for percent in marks:
            self._note(account, str(percent))
        outlook = outlook_of(account, found)
        if incident:
            # An incident of a version that kept no marks says itself what was told.
            was_said = before is not None and before.severity == incident.severity
            told = overspent(incident, account, outlook, self.links)
            return post(self.tx, told, self.channels, self.now) if is_new and not was_said else 0
        if is_new and not was_written(self.tx, account.mark_key, NOTICE):
            old = stored(self.now) - account.passed_at(account.mark) > OLD_AFTER
            return post(self.tx, notice(account, outlook, self.links), self.channels, self.now, history=old)
        return 0

    def foretell(self, account: Account, found: Range | None) -> int:
        """Say once that the likely sum at the end reaches the budget; returns how many messages."""
        mark = account.forecast_mark(found.p50) if found else 0
        if not mark or found is None or _ahead(mark) in self._known(account):
            return 0
        for percent in FORECAST_MARKS:
            if percent <= mark:
                self._note(account, _ahead(percent))
        return post(self.tx, heading_over(account, mark, found, self.links), self.channels, self.now)

    def end(self, incident: Incident, *, changed: bool) -> int:
        """Close an incident, because its budget was changed or its period is over; returns how many messages."""
        write(self.tx, incident)
        untold = not was_told(self.tx, incident.dedup_key)
        return post(self.tx, ended(incident, self.links, changed=changed), self.channels, self.now, history=untold)

    def _known(self, account: Account) -> set[str]:
        return set(self.tx.query(TOLD, {"account": account.name})["mark"])

    def _note(self, account: Account, mark: str) -> None:
        self.tx.execute(TELL, {"account": account.name, "mark": mark, "told_at": stored(self.now)})


def watch_budgets(
    warehouse: Warehouse,
    *,
    zone: ZoneInfo,
    channels: Sequence[str],
    now: datetime,
    links: str = "",
    ahead: bool = True,
) -> BudgetsWatched:
    """Look at the running period of every budget; write incidents and messages in one transaction.

    At 50 and 80 % a notice; at 100 % an incident, which becomes a page at 120 %; a notice when the likely sum at the
    end reaches 100 and 110 %, unless `ahead` is False. Of several marks passed since the last look only the highest is
    told, and no notice of one passed more than two days ago. An incident ends with its period, or when the budget is
    raised above what was spent or taken away.
    """
    budgets = standing(warehouse)
    known = {incident.incident_id: incident for incident in of_kind(warehouse, BUDGET, stored(now))}
    accounts = [each for each in accounts_of(warehouse, budgets, zone=zone, now=now) if each.hours]
    over = {account.name: _overspent(account, known.get(account.name), now) for account in accounts if account.is_over}
    past = [_ended(warehouse, incident, budgets, zone, now) for name, incident in known.items() if name not in over]
    # Forecasts cost far more than sums: they are made for what is to be told of, and when it is time to look ahead.
    asked = [account for account in accounts if account.mark or ahead]
    outlooks = Outlooks.of(warehouse, [account.budget for account in asked], zone=zone, now=now) if asked else None
    ranges = {account.name: outlooks.range_of(account) for account in asked} if outlooks else {}
    messages = 0
    with warehouse.transaction() as tx:
        look = Look(tx, channels, now, links)
        for account in accounts:
            found = ranges.get(account.name)
            messages += look.tell(account, over.get(account.name), known.get(account.name), found)
            messages += look.foretell(account, found) if ahead else 0
        messages += sum(look.end(incident, changed=changed) for incident, changed in past)
    return BudgetsWatched(len(accounts), messages, len(over.keys() - known.keys()), len(past))


def _ahead(percent: int) -> str:
    return f"forecast {percent}"


def _overspent(account: Account, before: Incident | None, now: datetime) -> Incident:
    scope = account.budget.scope
    of = "" if scope.kind == TEAM else f"{scope.title} for "
    return Incident(
        incident_id=account.name,
        kind=BUDGET,
        team=scope.owner,
        workflow=scope.name if scope.kind == WORKFLOW else None,
        opened_at=account.passed_at(ALL),
        noticed_at=before.noticed_at if before else stored(now),
        last_seen_at=account.hours[-1][0] + timedelta(hours=1),
        resolved_at=None,
        severity="page" if before and before.severity == "page" else SEVERITY[account.mark],
        actual_usd=account.spent_usd,
        expected_usd=account.budget_usd,
        impact_usd=account.spent_usd - account.budget_usd,
        driver="",
        cause=f"The budget of {of}{account.window.key} is spent.",
        model=scope.name if scope.kind == MODEL else None,
        dedup_key=f"{BUDGET}:{account.name}",
    )


def _ended(
    warehouse: Warehouse, incident: Incident, budgets: Sequence[Budget], zone: ZoneInfo, now: datetime
) -> tuple[Incident, bool]:
    """With its period over: what it cost in the end. Before that, as it stands, and True: the budget was changed."""
    opened_at = incident.opened_at.replace(tzinfo=UTC)
    for budget in budgets:
        window = Window.of(budget.period, opened_at, zone)
        if Account(budget, window, ()).name == incident.incident_id and now >= window.until:
            spend = Spend.between(warehouse, stored(window.since), stored(window.until), [budget.scope])
            account = Account(budget, window, spend.by_hour(budget.scope))
            impact = account.spent_usd - incident.expected_usd
            ended_at = stored(window.until)
            return replace(incident, resolved_at=ended_at, actual_usd=account.spent_usd, impact_usd=impact), False
    return replace(incident, resolved_at=stored(now)), True
