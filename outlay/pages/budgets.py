"""What the page of budgets is handed: every budget with its days so far and the likely ones to come."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from alerts import Budget, Standing, standing, standings
from dashboards import BudgetLine
from outlay.books import Books
from warehouse import rounded

DAY = timedelta(days=1)
# A forecast of hundreds of budgets takes seconds, and a page is drawn on every click.
KEPT_FOR = timedelta(minutes=1)
NOBODY_CAN_SAY = "Less than a week of history: nobody can say where it ends."


class BudgetPages:
    """The budgets as pages show them, made anew once a minute, and when one was set. Any thread may ask."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._turn = threading.Lock()
        self._made: tuple[datetime, list[Budget], list[BudgetLine]] | None = None

    def __call__(self, *, teams: tuple[str, ...] | None, now: datetime) -> Sequence[BudgetLine]:
        """Those that a reader of these teams (None = all) may see."""
        return [line for line in self._lines(now) if teams is None or (line.owner is not None and line.owner in teams)]

    def _lines(self, now: datetime) -> list[BudgetLine]:
        zone = self._books.settings.zone
        with self._turn:
            made, in_force = self._made, standing(self._books.warehouse)
            if made is None or made[1] != in_force or not timedelta(0) <= now - made[0] < KEPT_FOR:
                found = standings(self._books.warehouse, zone=zone, now=now)
                made = (now, in_force, [_line(each, now.astimezone(zone).date(), self._books) for each in found])
                self._made = made
            return made[2]


def _line(found: Standing, today: date, books: Books) -> BudgetLine:
    account, ends, zone = found.account, found.range, books.settings.zone
    by_day = {at.replace(tzinfo=UTC).astimezone(zone).date(): spent for at, spent in account.hours}
    likely: list[tuple[date, Decimal]] = []
    spent = account.spent_usd
    for number, amount in enumerate(ends.daily if ends else ()):
        spent += Decimal(repr(amount))
        likely.append((today + number * DAY, rounded(spent)))
    return BudgetLine(
        scope=found.budget.scope.text,
        title=found.budget.scope.title,
        owner=found.budget.scope.owner,
        period=found.budget.period,
        window=account.window.key,
        first=account.window.since.astimezone(zone).date(),
        last=(account.window.until.astimezone(zone) - DAY / 2).date(),
        budget_usd=account.budget_usd,
        spent_usd=account.spent_usd,
        used=account.used_percent / 100,  # as messages say it: never 100 % too early
        expected=found.expected_share,
        burn=found.burn,
        low_usd=ends.p10 if ends else None,
        likely_usd=ends.p50 if ends else None,
        high_usd=ends.p90 if ends else None,
        because=ends.because if ends else NOBODY_CAN_SAY,
        gone_on=found.exhausted_on,
        state=found.state,
        set_by=found.budget.set_by or "outlay.toml",
        spent_by=tuple(sorted(by_day.items())),
        likely_by=tuple(likely),
    )
