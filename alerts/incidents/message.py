"""What we tell people: one message with the few facts somebody woken at 3 a.m. needs, in the order they need them.

What, how much, since when, is it still rising, why, why not, whose, by which rule, where to look. Every amount is a
field of the incident or follows from two of them, so the page that the link opens shows the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from alerts.incidents.incident import BUDGET, COMPANY, RUNAWAY, SILENCE, SPEND_DROP, SPEND_SPIKE, TEAM, Incident
from alerts.plain import plain
from warehouse import json_value, usd

# A condition begins, somebody takes it on, it ends; or something is only said.
TRIGGER, ACKNOWLEDGE, RESOLVE, NOTICE = "trigger", "acknowledge", "resolve", "notice"

# Whose it is where it is no team's, by nature.
OF_NO_TEAM = {
    BUDGET: "whoever answers for the budget",
    "journal_lag": "whoever runs Outlay",
    "job_failed": "whoever runs Outlay",
    "provider_failures": "nobody alone: every team that calls it",
    "price_change": "nobody alone: every team that uses it",
}
LINE_LENGTH = 600  # characters: what a phone shows without scrolling for ever
INCIDENT_PAGE = "incidents"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said, before it is addressed. `facts` is the same for machines."""

    event: str
    dedup_key: str
    subject: str
    lines: tuple[str, ...]
    incident_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """page, warn or info."""
        return str(self.facts.get("severity") or "info")

    @property
    def team(self) -> str | None:
        """Whose it is; None = Unattributed, or everybody's."""
        return self.facts.get("team")

    def text(self) -> str:
        """For people: the subject and the lines."""
        return "\n".join([self.subject, *self.lines])

    def body(self) -> str:
        """For machines: JSON with keys in a fixed order, money as decimal strings, instants as ISO 8601 with Z."""
        told = {
            "event": self.event,
            "dedup_key": self.dedup_key,
            "incident_id": self.incident_id,
            "subject": self.subject,
            "lines": list(self.lines),
            "facts": {name: json_value(value) for name, value in self.facts.items()},
        }
        return orjson.dumps(told).decode()


def about(incident: Incident, event: str, subject: str, lines: list[str], links: str = "") -> Message:
    """A message about an incident: marked with its severity, ending with its owner and its link.

    `links` is the address of the pages, such as 'http://127.0.0.1:8501'; without it no link is written.
    """
    marked = f"[{'resolved' if event == RESOLVE else incident.severity}] {subject}"
    told = [*lines, f"Owner: {owner(incident)}."]
    if links:
        told.append(f"Open: {links.rstrip('/')}/{INCIDENT_PAGE}?id={quote(incident.incident_id)}")
    return Message(
        event=event,
        dedup_key=incident.dedup_key,
        subject=plain(marked, LINE_LENGTH),
        lines=tuple(plain(line, LINE_LENGTH) for line in told),
        incident_id=incident.incident_id,
        facts=incident.row(),
    )


def scope(incident: Incident) -> str:
    """'support / summarize', 'support / summarize, gpt-5', 'support, all workflows', 'all teams': safe to show."""
    if incident.whole == COMPANY:
        return "all teams"
    team = plain(incident.team) if incident.team is not None else "Unattributed"
    if incident.whole == TEAM:
        return f"{team}, all workflows"
    whose = f"{team} / {plain(incident.workflow)}" if incident.workflow is not None else team
    return f"{whose}, {plain(incident.of_model)}" if incident.of_model is not None else whose


def owner(incident: Incident) -> str:
    """Who is asked to act."""
    if incident.kind in OF_NO_TEAM and incident.team is None:
        return OF_NO_TEAM[incident.kind]
    if incident.kind == RUNAWAY and incident.team is None and incident.cause.startswith("User "):
        return "whoever answers for the user"
    if incident.whole == COMPANY:
        return "nobody alone: it is several teams' spend"
    return f"team {plain(incident.team)}" if incident.team is not None else "nobody yet: the spend is Unattributed"


def times(incident: Incident) -> str:
    """'4.1× the usual', or 'where nothing is usual'."""
    if incident.expected_usd <= 0:
        return "where nothing is usual"
    ratio = incident.actual_usd / incident.expected_usd
    return f"{ratio:.1f}× the usual" if ratio < 100 else f"{ratio:,.0f}× the usual"


def total(incident: Incident) -> list[str]:
    """'Spent $312 where $76.00 is usual: $236 too much.' Nothing of a condition whose cause has all its numbers."""
    spent, usual, off = usd(incident.actual_usd), usd(incident.expected_usd), usd(abs(incident.impact_usd))
    is_less = incident.impact_usd < 0
    if incident.kind == BUDGET:
        return [f"Spent {spent} of a budget of {usual}: {off} {'left' if is_less else 'too much'}."]
    if incident.kind in {SPEND_SPIKE, SPEND_DROP, SILENCE}:
        return [f"Spent {spent} where {usual} is usual: {off} {'less than expected' if is_less else 'too much'}."]
    return []


def sentences(incident: Incident) -> list[str]:
    """An incident as it stands now, for a page that asks what to do about it."""
    ended = f"It was over at {when(incident.resolved_at)}." if incident.resolved_at else "It still goes on."
    whose = ": ".join([scope(incident), *total(incident)])
    return [whose, f"Since {when(incident.opened_at)}. {ended}", incident.cause]


def when(instant: datetime) -> str:
    """'2026-10-03 02:00 UTC', of a naive UTC instant."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def lasting(span: timedelta) -> str:
    """'45 min', '5 h', '3 days 4 h'."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    days, rest = divmod(hours, 24)
    if hours >= 48:
        return f"{days} days {rest} h" if rest else f"{days} days"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"
