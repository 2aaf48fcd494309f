"""Hand alerts to Prometheus' Alertmanager, or to whatever speaks its API: POST /api/v2/alerts.

It groups and silences by labels, so labels never change while a condition lasts; what does change is annotated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import orjson

from alerts.channels.address import Resolve, check, resolve
from alerts.channels.calling import TIMEOUT_S, Caller
from alerts.channels.contract import Posted, Unusable, Wiring
from alerts.plain import plain

PATH = "/api/v2/alerts"
# Longer than any condition lasts: a budget's ends with its month. We say when it is over; nobody need ask again.
FIRES_FOR = timedelta(days=40)
NOTICE_FOR = timedelta(hours=1)
SEVERITIES = ("page", "warn", "info")
LABEL_LENGTH = 200
SUMMARY_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """One Alertmanager, or a pair behind one name."""

    name: str
    url: str = field(repr=False)
    token: str = field(default="", repr=False)
    allow_hosts: tuple[str, ...] = ()
    resolver: Resolve = resolve
    timeout_s: float = TIMEOUT_S

    @classmethod
    def wired(cls, wiring: Wiring) -> Self:
        """`url` is where it listens; `secret`, if any, is sent as a bearer token."""
        if not wiring.url:
            raise Unusable("an Alertmanager needs its address: url")
        check(wiring.url, wiring.allow_hosts)
        return cls(wiring.name, wiring.url.rstrip("/"), wiring.secret, wiring.allow_hosts)

    def send(self, message: Posted, now: datetime) -> None:
        """Post the alert, and the end of what it was before it grew worse."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        caller = Caller(self.allow_hosts, self.resolver, self.timeout_s)
        caller.post_json(f"{self.url}{PATH}", orjson.dumps(alerts(message, now)), headers).taken(now)


def alerts(message: Posted, now: datetime) -> list[dict[str, Any]]:
    """What is firing, under its labels; under the labels of the other severities it has ended.

    An acknowledgement ends nothing and begins nothing: silences are Alertmanager's own.
    """
    if message.event == "acknowledge":
        return []
    at = now.astimezone(UTC)
    started = min((message.written_at or at.replace(tzinfo=None)).replace(tzinfo=UTC), at - timedelta(seconds=1))
    if message.event == "resolve":
        return [_alert(message, severity, started, at) for severity in SEVERITIES]
    lasts = NOTICE_FOR if message.event == "notice" else FIRES_FOR
    others = [severity for severity in SEVERITIES if severity != message.severity]
    return [
        _alert(message, message.severity, started, at + lasts),
        *(_alert(message, severity, started, at) for severity in others),
    ]


def _alert(message: Posted, severity: str, started: datetime, ends: datetime) -> dict[str, Any]:
    facts = message.facts
    labels = {
        "alertname": f"outlay_{message.dedup_key.partition(':')[0]}",
        "dedup_key": message.dedup_key,
        "severity": severity,
        "team": plain(str(facts.get("team") or ""), LABEL_LENGTH),
        "workflow": plain(str(facts.get("workflow") or ""), LABEL_LENGTH),
    }
    told: dict[str, Any] = {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {
            "summary": plain(message.subject, SUMMARY_LENGTH),
            "description": "\n".join(message.lines),
            **{action.name: action.url for action in message.actions},
        },
        "startsAt": _instant(started),
        "endsAt": _instant(ends),
    }
    return told


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
