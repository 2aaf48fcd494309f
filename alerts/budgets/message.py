"""The words of a budget: half gone, heading over, all gone, and how the period ended."""

from __future__ import annotations

from alerts.budgets.account import SEVERITY, Account
from alerts.budgets.budget import Budget
from alerts.budgets.forecast import Range
from alerts.incidents.incident import BUDGET, Incident
from alerts.incidents.message import NOTICE, RESOLVE, TRIGGER, Message, about, scope, when
from alerts.plain import plain
from warehouse import usd

PAGE = "budgets"


def notice(account: Account, outlook: str, links: str) -> Message:
    """A mark below the whole budget was passed; there is no incident yet."""
    severity = SEVERITY[account.mark]
    facts = _facts(account) | {"mark_percent": account.mark, "severity": severity}
    lines = (*_lines(account, outlook), *_closing(account.budget, links))
    return Message(NOTICE, account.mark_key, f"[{severity}] {_headline(account)}", lines, facts=facts)


def heading_over(account: Account, mark: int, found: Range, links: str) -> Message:
    """The likely sum at the end reaches the budget, which is not spent yet."""
    over = found.p50 - account.budget_usd
    likely = f"heading for {usd(found.p50)} by the end of {account.window.key}"
    subject = f"[warn] {plain(account.budget.scope.title)}: {likely}, its budget is {usd(account.budget_usd)}"
    lines = (
        f"By the end of {account.window.key} about {usd(found.p50)} ({usd(found.p10)} to {usd(found.p90)}): "
        f"{usd(over)} over."
        if over > 0
        else f"By the end of {account.window.key} about {usd(found.p50)}: all of it.",
        f"Spent so far {usd(account.spent_usd)}, {account.used_percent} % of the budget.",
        *_parts(account),
        found.because,
        *_closing(account.budget, links),
    )
    facts = _facts(account) | {"forecast_usd": found.p50, "mark_percent": mark, "severity": "warn"}
    return Message(NOTICE, f"{BUDGET}:{account.name}:forecast-{mark}", subject, lines, facts=facts)


def overspent(incident: Incident, account: Account, outlook: str, links: str) -> Message:
    """The budget is spent, or far overspent."""
    return about(incident, TRIGGER, _headline(account), _lines(account, outlook), links)


def ended(incident: Incident, links: str, *, changed: bool) -> Message:
    """The period is over, or the budget was changed before."""
    whose = scope(incident) if incident.team is not None else plain(incident.workflow or "a budget")
    over = f"{usd(incident.impact_usd)} over" if incident.impact_usd > 0 else "no longer over"
    how = "its budget was changed" if changed else f"{over} its budget in the end"
    spent = f"Spent {usd(incident.actual_usd)} of a budget of {usd(incident.expected_usd)}."
    why = "The budget was changed since." if changed else "Its period is over."
    return about(incident, RESOLVE, f"{whose}: {how}", [spent, f"{incident.cause} {why}"], links)


def outlook_of(account: Account, found: Range | None) -> str:
    """What the period will come to, in a sentence; '' where nobody can say."""
    if found is None:
        return ""
    end = (
        "the month"
        if len(account.window.key) == len("2026-10") and "Q" not in account.window.key
        else account.window.key
    )
    return f"By the end of {end} about {usd(found.p50)} ({usd(found.p10)} to {usd(found.p90)})."


def _headline(account: Account) -> str:
    amounts = f"{usd(account.spent_usd)} of {usd(account.budget_usd)}"
    whose = plain(account.budget.scope.title)
    return f"{whose}: {account.used_percent} % of the budget of {account.window.key} is spent, {amounts}"


def _lines(account: Account, outlook: str) -> list[str]:
    left = account.budget_usd - account.spent_usd
    rest = f"{usd(left)} are left." if left > 0 else f"{usd(-left)} over."
    passed = when(account.passed_at(account.mark))
    lines = [
        f"Spent {usd(account.spent_usd)} of the budget of {usd(account.budget_usd)}: {rest}",
        f"{account.mark} % was passed in the hour of {passed}.",
    ]
    return [*lines, *([outlook] if outlook else []), *_parts(account)]


def _parts(account: Account) -> list[str]:
    spent = account.spent_usd
    if not account.parts or not spent:
        return []
    named = [f"{plain(name or 'no name')} {usd(part)} ({part / spent:.0%})" for name, part in account.parts]
    return [f"Most of it: {', '.join(named)}."]


def _facts(account: Account) -> dict[str, object]:
    scope = account.budget.scope
    return {
        "scope": scope.text,
        "team": scope.owner,
        "period": account.budget.period,
        "month": account.window.key,
        "spent_usd": account.spent_usd,
        "budget_usd": account.budget_usd,
    }


def _closing(budget: Budget, links: str) -> list[str]:
    owner = budget.scope.owner
    lines = [f"Owner: team {plain(owner)}." if owner is not None else "Owner: whoever answers for the budget."]
    return [*lines, f"Open: {links.rstrip('/')}/{PAGE}"] if links else lines
