"""The words of a budget: half gone, all gone, and how the month ended."""

from __future__ import annotations

from alerts.account import SEVERITY, Account
from alerts.incident import Incident
from alerts.message import NOTICE, RESOLVE, TRIGGER, Message, about, when
from alerts.plain import plain
from warehouse import usd


def notice(account: Account, outlook: str) -> Message:
    """A mark below the whole budget was passed; there is no incident yet."""
    facts = {
        "team": account.team,
        "month": str(account.month),
        "spent_usd": account.spent_usd,
        "budget_usd": account.budget_usd,
        "mark_percent": account.mark,
        "severity": SEVERITY[account.mark],
    }
    subject = f"[{SEVERITY[account.mark]}] {_headline(account)}"
    lines = (*_lines(account, outlook), f"Owner: team {plain(account.team)}.")
    return Message(NOTICE, account.mark_key, subject, lines, facts=facts)


def overspent(incident: Incident, account: Account, outlook: str, links: str) -> Message:
    """The budget is spent, or far overspent."""
    return about(incident, TRIGGER, _headline(account), _lines(account, outlook), links)


def ended(incident: Incident, links: str) -> Message:
    """The month is over, or the budget was changed."""
    team = plain(incident.team or "")
    over = f"{usd(incident.impact_usd)} over" if incident.impact_usd > 0 else "no longer over"
    lines = [
        f"Spent {usd(incident.actual_usd)} of a budget of {usd(incident.expected_usd)}.",
        "The month is over, or its budget was changed.",
    ]
    return about(incident, RESOLVE, f"{team}: {over} its budget in the end", lines, links)


def _headline(account: Account) -> str:
    amounts = f"{usd(account.spent_usd)} of {usd(account.budget_usd)}"
    return f"{plain(account.team)}: {account.used_percent} % of the budget of {account.month} is spent, {amounts}"


def _lines(account: Account, outlook: str) -> list[str]:
    left = account.budget_usd - account.spent_usd
    rest = f"{usd(left)} are left." if left > 0 else f"{usd(-left)} over."
    passed = when(account.passed_at(account.mark))
    lines = [
        f"Spent {usd(account.spent_usd)} of the budget of {usd(account.budget_usd)}: {rest}",
        f"{account.mark} % was passed in the hour of {passed}.",
    ]
    return [*lines, outlook] if outlook else lines
