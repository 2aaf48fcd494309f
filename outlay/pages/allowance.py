"""Answer a gateway's "may I spend?": what is left of each budget of a scope, from sums kept until they change."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

from alerts import Budget, Outlooks, Scope, Standing, accounts_of, standing
from outlay.books import Books
from warehouse import exact_text

# Under load the ledger changes every second, and a gateway asks before every call.
AT_MOST_EVERY = timedelta(seconds=1)
STATES = ("ok", "near", "over")  # the mildest first


class Allowance:
    """The standing of every budget without its forecast, computed again when the warehouse was written to.

    The usual weeks that expected shares come from are read once a day. Any thread may ask.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._turn = threading.Lock()
        self._mark: tuple[int, datetime] | None = None
        self._standings: list[Standing] = []
        self._outlooks: tuple[date, list[Budget], Outlooks] | None = None

    def __call__(self, *, scope: str, team: str | None, teams: tuple[str, ...] | None, now: datetime) -> dict[str, Any]:
        """What is left for a scope, as a reader of `teams` (None = all) may know it.

        Raises ValueError for what is no scope, PermissionError for one of a team that is not the reader's.
        """
        asked = Scope.parse(scope, team)
        if asked.owner is not None and not asked.is_seen_by(teams):
            own = ", ".join(teams or ()) or "no team"
            raise PermissionError(f"this key shows {own}; it does not show {asked.owner}")
        found = [each for each in self._now(now) if _fits(each.budget.scope, asked, teams)]
        told = [_told(each) for each in found]
        return {
            "scope": asked.text,
            "team": asked.team,
            "may_spend": all(each.remaining_usd > 0 for each in found),
            "state": max((each["state"] for each in told), key=STATES.index) if told else "none",
            "remaining_usd": exact_text(min(each.remaining_usd for each in found)) if found else None,
            "burn": max((each["burn"] for each in told if each["burn"] is not None), default=None),
            "budgets": told,
            "as_of": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }

    def _now(self, now: datetime) -> list[Standing]:
        with self._turn:
            writes = self._books.warehouse.writes
            if self._mark is None or (self._mark[0] != writes and not self._is_fresh(now)) or self._is_old(now):
                self._standings = self._asked(now)
                self._mark = (writes, now)
            return self._standings

    def _is_fresh(self, now: datetime) -> bool:
        return self._mark is not None and timedelta(0) <= now - self._mark[1] < AT_MOST_EVERY

    def _is_old(self, now: datetime) -> bool:
        # Expected shares grow, and periods end, although nothing was written.
        return self._mark is not None and now.replace(second=0, microsecond=0) != self._mark[1].replace(
            second=0, microsecond=0
        )

    def _asked(self, now: datetime) -> list[Standing]:
        warehouse, zone = self._books.warehouse, self._books.settings.zone
        budgets = standing(warehouse)
        if not budgets:
            return []
        today = now.astimezone(zone).date()
        if self._outlooks is None or self._outlooks[:2] != (today, budgets):
            self._outlooks = (today, budgets, Outlooks.of(warehouse, budgets, zone=zone, now=now))
        outlooks = self._outlooks[2]
        accounts = accounts_of(warehouse, budgets, zone=zone, now=now)
        return [Standing(each, outlooks.expected_share(each, now), None, None) for each in accounts]


def _fits(scope: Scope, asked: Scope, teams: tuple[str, ...] | None) -> bool:
    same = (scope.kind, scope.name) == (asked.kind, asked.name)
    return same and scope.is_seen_by(teams) and asked.team in {None, scope.team}


def _told(found: Standing) -> dict[str, Any]:
    account = found.account
    return {
        "period": found.budget.period,
        "team": found.budget.scope.team,
        "window": account.window.key,
        "until": account.window.until.isoformat().replace("+00:00", "Z"),
        "budget_usd": exact_text(account.budget_usd),
        "spent_usd": exact_text(account.spent_usd),
        "remaining_usd": exact_text(found.remaining_usd),
        "used_share": round(account.used_share, 6),
        "expected_share": round(found.expected_share, 6),
        "burn": None if found.burn is None else round(found.burn, 4),
        "state": found.state,
    }
