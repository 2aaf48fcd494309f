"""How the settings and commands speak of budgets: told to the book, set by hand, and how each stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from alerts import Budget, Scope, Standing, set_budget, standing, standings
from outlay.books import Books
from warehouse import exact_text

Params = Mapping[str, Any]


def _list(books: Books, _params: Params, _now: datetime) -> dict[str, Any]:
    return {"budgets": [_budget(each) for each in standing(books.warehouse)]}


def _status(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    found = standings(books.warehouse, zone=books.settings.zone, now=now)
    team = params.get("team")
    shown = [each for each in found if team is None or each.budget.scope.owner == team]
    return {"budgets": [told(each) for each in shown]}


def _set(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    scope = Scope.parse(str(params["scope"]), params.get("team"))
    budget = Budget(scope, str(params["period"]), _amount(str(params["amount"])))
    done = set_budget(books.warehouse, budget, by=str(params["by"]), now=now)
    return _budget(done)


def told(found: Standing) -> dict[str, Any]:
    """A standing as JSON: money as exact text, unknown as null."""
    account, ends = found.account, found.range
    return {
        **_budget(found.budget),
        "window": account.window.key,
        "since": account.window.since.isoformat().replace("+00:00", "Z"),
        "until": account.window.until.isoformat().replace("+00:00", "Z"),
        "spent_usd": exact_text(account.spent_usd),
        "remaining_usd": exact_text(found.remaining_usd),
        "used_share": round(account.used_share, 6),
        "expected_share": round(found.expected_share, 6),
        "burn": None if found.burn is None else round(found.burn, 4),
        "p10_usd": exact_text(ends.p10) if ends else None,
        "p50_usd": exact_text(ends.p50) if ends else None,
        "p90_usd": exact_text(ends.p90) if ends else None,
        "because": ends.because if ends else "Less than a week of history: nobody can say where it ends.",
        "exhausted_on": found.exhausted_on.isoformat() if found.exhausted_on else None,
        "state": found.state,
    }


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "scope": budget.scope.text,
        "team": budget.scope.team,
        "period": budget.period,
        "budget_usd": exact_text(budget.amount_usd),
        "set_by": budget.set_by or "outlay.toml",
    }


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "").lstrip("$"))
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount; write US dollars such as 2500.00, or 0 for no budget") from None


BUDGET_QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {
    "budgets_list": _list,
    "budgets_status": _status,
    "budgets_set": _set,
}
